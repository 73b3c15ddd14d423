//! Few patterns for many folders: a policy is at most some thousand characters long
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>), and a plan may read
//! thousands of partitions.

use std::collections::{BTreeMap, BTreeSet};

/// The most patterns that stand for the partitions of one table.
pub const MOST: usize = 8;

/// The bucket and the key of a location.
pub fn taken_apart(location: &str) -> (&str, &str) {
    let rest = location.split_once("://").map_or(location, |(_, rest)| rest);
    rest.split_once('/').unwrap_or((rest, ""))
}

/// Patterns, `most` of them at most, that match every key under these folders, which end in `/`. A level
/// with more names than there is room for is written as `*`, so that the days are kept where the Regions
/// above them are too many: `CloudTrail/*/2019/04/*`.
pub fn patterns<'a>(folders: impl IntoIterator<Item = &'a str>, most: usize) -> Vec<String> {
    let names = |folder: &'a str| folder.trim_end_matches('/').split('/').filter(|name| !name.is_empty()).collect();
    below(&folders.into_iter().map(names).collect(), most)
}

fn below(folders: &BTreeSet<Vec<&str>>, most: usize) -> Vec<String> {
    if folders.is_empty() || folders.iter().any(Vec::is_empty) {
        return vec!["*".to_owned()];
    }
    let mut inside: BTreeMap<&str, BTreeSet<Vec<&str>>> = BTreeMap::new();
    for folder in folders {
        if let Some((first, rest)) = folder.split_first() {
            inside.entry(first).or_default().insert(rest.to_vec());
        }
    }
    if inside.len() > most {
        let rest = inside.into_values().flatten().collect();
        let behind = below(&rest, most).into_iter();
        return behind.map(|behind| if behind == "*" { behind } else { format!("*/{behind}") }).collect();
    }
    let room = most / inside.len();
    let of_one = |(name, rest): (&str, BTreeSet<Vec<&str>>)| {
        below(&rest, room).into_iter().map(move |behind| format!("{}/{behind}", escaped(name))).collect::<Vec<_>>()
    };
    inside.into_iter().flat_map(of_one).collect()
}

/// A text in which IAM sees no pattern and no variable
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>).
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '*' | '?' | '$' => {
                escaped.push_str("${");
                escaped.push(character);
                escaped.push('}');
            }
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::{escaped, patterns, taken_apart};

    #[test]
    fn few_folders_are_named_and_many_are_not() {
        let days = ["t/us-east-1/2019/04/29/", "t/us-east-1/2019/04/30/", "t/us-east-1/2019/05/01/"];
        assert_eq!(
            patterns(days, 8),
            ["t/us-east-1/2019/04/29/*", "t/us-east-1/2019/04/30/*", "t/us-east-1/2019/05/01/*"]
        );
        let regions: Vec<String> = (0..30).map(|region| format!("t/r{region}/2019/04/")).collect();
        assert_eq!(patterns(regions.iter().map(String::as_str), 8), ["t/*/2019/04/*"]);
        let month: Vec<String> = (1..31).map(|day| format!("t/2019/04/{day:02}/")).collect();
        assert_eq!(patterns(month.iter().map(String::as_str), 8), ["t/2019/04/*"]);
        assert_eq!(patterns(["t/a/", "t/"], 8), ["t/*"]);
        assert_eq!(patterns([""], 8), ["*"]);
    }

    #[test]
    fn what_iam_would_read_otherwise_is_escaped() {
        assert_eq!(escaped("a*b?$c"), "a${*}b${?}${$}c");
        assert_eq!(patterns(["a*/"], 8), ["a${*}/*"]);
        assert_eq!(taken_apart("s3://b/a/c/"), ("b", "a/c/"));
        assert_eq!(taken_apart("s3://b"), ("b", ""));
    }
}
