//! The nearest of some names to a mistyped one, for the help line of an error.

/// The name closest to `wanted` by edit distance, if it is close enough to be what was meant:
/// at most a third of its length away. Ties go to the first.
pub fn nearest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (wanted.chars().count() / 3).max(1);
    names
        .into_iter()
        .map(|name| (distance(wanted, name), name))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// Levenshtein's edit distance in characters, case ignored.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (at, from) in left.to_lowercase().chars().enumerate() {
        let mut diagonal = at;
        let mut before = at + 1;
        for (cell, to) in row.iter_mut().skip(1).zip(&right) {
            let above = *cell;
            let replaced = diagonal + usize::from(from != *to);
            before = replaced.min(above + 1).min(before + 1);
            diagonal = above;
            *cell = before;
        }
        if let Some(first) = row.first_mut() {
            *first = at + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn near_and_far_names() {
        assert_eq!(
            nearest("athplan.time.colunm", ["athplan.time.column", "athplan.time.keys"]),
            Some("athplan.time.column")
        );
        assert_eq!(nearest("regoin", ["region", "day"]), Some("region"));
        assert_eq!(nearest("vpc", ["region", "day"]), None);
    }
}
