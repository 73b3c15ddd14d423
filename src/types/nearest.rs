//! The known name that an unknown one was probably meant to be.

/// The candidate that is spelled most like `name`, if one is near enough to suggest: at most one
/// letter in three is wrong, missing, superfluous or swapped with its neighbour.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name: Vec<char> = name.to_lowercase().chars().collect();
    let most = (name.len() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (distance(&name, &candidate.to_lowercase().chars().collect::<Vec<_>>()), candidate))
        .filter(|(distance, _)| *distance <= most)
        .min()
        .map(|(_, candidate)| candidate)
}

/// The number of edits between two words, a swap of neighbours counting as one
/// (<https://en.wikipedia.org/wiki/Damerau%E2%80%93Levenshtein_distance>, optimal string alignment).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (row, a_char) in a.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, b_char) in b.iter().enumerate() {
            let replaced = last[column] + usize::from(a_char != b_char);
            let mut best = replaced.min(last[column + 1] + 1).min(current[column] + 1);
            if row > 0 && column > 0 && a[row - 1] == *b_char && b[column - 1] == *a_char {
                best = best.min(before_last[column - 1] + 1);
            }
            current.push(best);
        }
        before_last = std::mem::replace(&mut last, current);
    }
    last[b.len()]
}
