//! Names told apart, for formats in which a name may stand only once.

use std::collections::BTreeSet;

/// The names, with `_2`, `_3`, … behind one that was there before.
pub fn distinct(names: impl Iterator<Item = String>) -> Vec<String> {
    let names: Vec<String> = names.collect();
    let mut taken: BTreeSet<String> = names.iter().cloned().collect();
    let mut seen = BTreeSet::new();
    names
        .into_iter()
        .map(|name| {
            if seen.insert(name.clone()) {
                return name;
            }
            let numbered = (2_u64..).map(|number| format!("{name}_{number}"));
            numbered.into_iter().find(|name| taken.insert(name.clone())).expect("numbers do not run out")
        })
        .collect()
}

/// Whether no name stands twice.
#[cfg(feature = "local")]
pub fn are_distinct<'a>(mut names: impl Iterator<Item = &'a str>) -> bool {
    let mut seen = BTreeSet::new();
    names.all(|name| seen.insert(name))
}
