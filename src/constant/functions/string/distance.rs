//! Distances between two texts.

use super::super::Function;
use super::super::argument::{invalid, text};
use crate::constant::{EvalError, Value};

/// The product of lengths beyond which Trino refuses, as its own limit.
const LARGEST: i64 = 1_000_000;

/// The fewest insertions, deletions and substitutions of a character (Levenshtein 1966).
pub(super) fn levenshtein(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let mut longer: Vec<char> = text(&arguments[0]).chars().collect();
    let mut shorter: Vec<char> = text(&arguments[1]).chars().collect();
    if longer.len() < shorter.len() {
        std::mem::swap(&mut longer, &mut shorter);
    }
    if shorter.is_empty() {
        return Ok(Value::Integer(longer.len() as i64));
    }
    if longer.len() as i64 * (shorter.len() as i64 - 1) > LARGEST {
        return Err(invalid("The combined inputs for Levenshtein distance are too large"));
    }
    let mut row: Vec<usize> = (0..=shorter.len()).collect();
    for (above, left) in longer.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], above + 1);
        for (place, right) in shorter.iter().enumerate() {
            let substituted = diagonal + usize::from(left != right);
            diagonal = row[place + 1];
            row[place + 1] = substituted.min(row[place] + 1).min(diagonal + 1);
        }
    }
    Ok(Value::Integer(row[shorter.len()] as i64))
}

/// At how many places two texts of one length differ.
pub(super) fn hamming(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let (left, right) = (text(&arguments[0]), text(&arguments[1]));
    if left.chars().count() != right.chars().count() {
        return Err(invalid("The input strings to hamming_distance function must have the same length"));
    }
    Ok(Value::Integer(left.chars().zip(right.chars()).filter(|(left, right)| left != right).count() as i64))
}
