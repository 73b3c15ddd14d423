//! Parts of a text by position, the position of a part, and padding.

use super::super::Function;
use super::super::argument::{integer, invalid, text};
use super::{LONGEST, padded};
use crate::constant::{EvalError, Value};

/// `substr(text, start[, length])`: counted from one, from the end if negative; out of range is empty.
pub(super) fn substring(function: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let whole = padded(function, arguments, 0);
    let start = integer(&arguments[1]);
    let length = arguments.get(2).map_or(i64::MAX, integer);
    if start == 0 || length <= 0 {
        return Ok(Value::varchar(""));
    }
    let skipped = if start > 0 {
        start - 1
    } else {
        let skipped = (whole.chars().count() as i64).saturating_add(start);
        if skipped < 0 {
            return Ok(Value::varchar(""));
        }
        skipped
    };
    let rest = &whole[offset(&whole, skipped)..];
    Ok(Value::varchar(&rest[..offset(rest, length)]))
}

/// The byte offset of the character at this place, or the end.
fn offset(whole: &str, characters: i64) -> usize {
    let place = usize::try_from(characters).unwrap_or(usize::MAX);
    whole.char_indices().nth(place).map_or(whole.len(), |(at, _)| at)
}

/// `strpos(text, part[, instance])`: occurrences may overlap; a negative instance counts from the end.
pub(super) fn position(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let (whole, part) = (text(&arguments[0]), text(&arguments[1]));
    let instance = arguments.get(2).map_or(1, integer);
    if instance == 0 {
        return Err(invalid("'instance' must be a positive or negative number."));
    }
    if part.is_empty() {
        return Ok(Value::Integer(1));
    }
    let places = || whole.char_indices().map(|(at, _)| at).filter(|at| whole[*at..].starts_with(part));
    let nth = usize::try_from(instance.unsigned_abs() - 1).unwrap_or(usize::MAX);
    let found = if instance > 0 {
        places().nth(nth)
    } else {
        let all: Vec<usize> = places().collect();
        all.iter().rev().nth(nth).copied()
    };
    Ok(Value::Integer(found.map_or(0, |at| whole[..at].chars().count() as i64 + 1)))
}

pub(super) fn pad_left(function: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let (whole, padding) = pad(function, arguments)?;
    Ok(Value::varchar(padding + &whole))
}

pub(super) fn pad_right(function: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let (whole, padding) = pad(function, arguments)?;
    Ok(Value::varchar(whole + &padding))
}

/// The text, cut to the length wanted, and what it lacks.
fn pad(function: &Function, arguments: &[Value]) -> Result<(String, String), EvalError> {
    let mut whole = padded(function, arguments, 0);
    let (target, filler) = (integer(&arguments[1]), text(&arguments[2]));
    let Ok(target) = i32::try_from(target).and_then(usize::try_from) else {
        return Err(invalid("Target length must be in the range [0..2147483647]"));
    };
    if filler.is_empty() {
        return Err(invalid("Padding string must not be empty"));
    }
    let length = whole.chars().count();
    if length >= target {
        whole.truncate(offset(&whole, target as i64));
        return Ok((whole, String::new()));
    }
    if target > LONGEST {
        return Err(EvalError::refused("padding to such a length"));
    }
    Ok((whole, filler.chars().cycle().take(target - length).collect()))
}
