//! Finding an element of an array: by place, by value, the largest and the smallest.

use std::cmp::Ordering;

use super::super::Function;
use super::super::argument::{array, elements, integer, invalid, unsupported};
use super::element_type;
use crate::constant::compare::{compare, equal, identical};
use crate::constant::{EvalError, Value};

/// From the end if negative; NULL beyond either end.
pub(super) fn element_at(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let whole = elements(&arguments[0]);
    let place = integer(&arguments[1]);
    if place == 0 {
        return Err(invalid("SQL array indices start at 1"));
    }
    let place = if place > 0 { place - 1 } else { (whole.len() as i64).saturating_add(place) };
    Ok(usize::try_from(place).ok().and_then(|place| whole.get(place)).cloned().unwrap_or(Value::Null))
}

/// NULL if it is not found but may be one of the NULLs.
pub(super) fn contains(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let mut unknown = false;
    for element in elements(&arguments[0]) {
        if equals("contains", element, &arguments[1])? {
            return Ok(Value::Boolean(true));
        }
        unknown |= element.is_null();
    }
    Ok(if unknown { Value::Null } else { Value::Boolean(false) })
}

/// Whether the second array stands somewhere in the first.
pub(super) fn contains_sequence(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let (whole, part) = (elements(&arguments[0]), elements(&arguments[1]));
    let stands = |window: &[Value]| window.iter().zip(part).all(|(left, right)| identical(left, right));
    Ok(Value::Boolean(part.is_empty() || whole.windows(part.len()).any(stands)))
}

/// Whether an element that is not NULL equals the one looked for.
fn equals(name: &str, element: &Value, wanted: &Value) -> Result<bool, EvalError> {
    if element.is_null() {
        return Ok(false);
    }
    equal(element, wanted).ok_or_else(|| {
        unsupported(format!("{name} does not support arrays with elements that are null or contain null"))
    })
}

/// The place of the first element that is equal, zero if there is none.
pub(super) fn position(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    for (place, element) in elements(&arguments[0]).iter().enumerate() {
        if equals("array_position", element, &arguments[1])? {
            return Ok(Value::Integer(place as i64 + 1));
        }
    }
    Ok(Value::Integer(0))
}

/// Without the elements that are equal; NULLs stay.
pub(super) fn remove(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let mut kept = Vec::new();
    for element in elements(&arguments[0]) {
        if !equals("array_remove", element, &arguments[1])? {
            kept.push(element.clone());
        }
    }
    Ok(array(kept))
}

pub(super) fn maximum(function: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    extreme(function, arguments, Ordering::Greater)
}

pub(super) fn minimum(function: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    extreme(function, arguments, Ordering::Less)
}

/// NULL if there are no elements or one is NULL; NaN only if there is nothing else.
fn extreme(function: &Function, arguments: &[Value], wanted: Ordering) -> Result<Value, EvalError> {
    let whole = elements(&arguments[0]);
    if whole.iter().any(Value::is_null) {
        return Ok(Value::Null);
    }
    let mut best: Option<&Value> = None;
    for element in whole {
        let better = match best {
            None => true,
            Some(best) if is_nan(best) || is_nan(element) => is_nan(best),
            Some(best) => {
                compare(element, best, element_type(function, 0))
                    .ok_or_else(|| unsupported("the order of rows or arrays with NULLs in them"))?
                    == wanted
            }
        };
        if better {
            best = Some(element);
        }
    }
    Ok(best.cloned().unwrap_or(Value::Null))
}

fn is_nan(value: &Value) -> bool {
    match value {
        Value::Double(number) => number.is_nan(),
        Value::Real(number) => number.is_nan(),
        _ => false,
    }
}
