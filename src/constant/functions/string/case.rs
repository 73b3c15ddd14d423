//! `lower` and `upper`, which map each code point to one code point.
//!
//! Rust maps by Unicode's full rules (ß becomes SS); Trino, being Java's `Character.toUpperCase(int)`,
//! by the simple ones (ß stays), so the few characters where these differ are told apart here.

use super::super::Function;
use super::super::argument::text;
use super::unpadded;
use crate::constant::{EvalError, Value};

pub(super) fn lower(function: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let result: String = text(&arguments[0]).chars().map(simple_lower).collect();
    Ok(unpadded(function, &result))
}

pub(super) fn upper(function: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let result: String = text(&arguments[0]).chars().map(simple_upper).collect();
    Ok(unpadded(function, &result))
}

/// The lower case of a character if that is one character; only İ has a longer one.
fn simple_lower(character: char) -> char {
    if character == 'İ' { 'i' } else { character.to_lowercase().next().unwrap_or(character) }
}

/// The simple upper case: Greek letters with a iota subscript have a title case letter for it,
/// other characters whose upper case is longer stay.
fn simple_upper(character: char) -> char {
    let mut upper = character.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(only), None) => only,
        _ => match character {
            'ᾀ'..='ᾇ' | 'ᾐ'..='ᾗ' | 'ᾠ'..='ᾧ' => shifted(character, 8),
            'ᾳ' | 'ῃ' | 'ῳ' => shifted(character, 9),
            _ => character,
        },
    }
}

fn shifted(character: char, by: u32) -> char {
    char::from_u32(u32::from(character) + by).unwrap_or(character)
}
