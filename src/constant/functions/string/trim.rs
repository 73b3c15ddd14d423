//! `trim`, `ltrim` and `rtrim`, of white space or of a set of characters.

use super::super::Function;
use super::super::argument::text;
use crate::constant::{EvalError, Value};
use crate::types::Type;

pub(super) fn both(function: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    Ok(trimmed(function, arguments, true, true))
}

pub(super) fn left(function: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    Ok(trimmed(function, arguments, true, false))
}

pub(super) fn right(function: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    Ok(trimmed(function, arguments, false, true))
}

fn trimmed(function: &Function, arguments: &[Value], left: bool, right: bool) -> Value {
    let set = arguments.get(1).map(text);
    let goes = |character: char| set.map_or_else(|| is_java_white_space(character), |set| set.contains(character));
    let mut rest = text(&arguments[0]);
    if left {
        rest = rest.trim_start_matches(goes);
    }
    if right {
        rest = rest.trim_end_matches(goes);
        if set.is_some() && matches!(function.arguments[0], Type::Char(_)) {
            rest = rest.trim_end_matches(' ');
        }
    }
    Value::varchar(rest)
}

/// `Character.isWhitespace`: Unicode's separators but for the non-breaking ones, and some controls.
fn is_java_white_space(character: char) -> bool {
    matches!(
        character,
        '\u{9}'..='\u{d}'
            | '\u{1c}'..='\u{20}'
            | '\u{1680}'
            | '\u{2000}'..='\u{2006}'
            | '\u{2008}'..='\u{200a}'
            | '\u{2028}'
            | '\u{2029}'
            | '\u{205f}'
            | '\u{3000}'
    )
}
