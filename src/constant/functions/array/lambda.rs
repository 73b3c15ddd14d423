//! Functions that call a lambda for each element. An array that is NULL makes the result NULL.

use super::super::argument::{array, elements, lambda, value};
use super::super::{Argument, Function};
use crate::constant::{EvalError, Value};

pub(super) fn transform(_: &Function, arguments: &[Argument<'_>]) -> Result<Value, EvalError> {
    let (whole, change) = (value(arguments, 0), lambda(arguments, 1));
    if whole.is_null() {
        return Ok(Value::Null);
    }
    let changed: Result<Vec<Value>, EvalError> =
        elements(whole).iter().map(|element| change(std::slice::from_ref(element))).collect();
    changed.map(array)
}

/// Keeps the elements for which the lambda is TRUE.
pub(super) fn filter(_: &Function, arguments: &[Argument<'_>]) -> Result<Value, EvalError> {
    let (whole, keep) = (value(arguments, 0), lambda(arguments, 1));
    if whole.is_null() {
        return Ok(Value::Null);
    }
    let mut kept = Vec::new();
    for element in elements(whole) {
        if keep(std::slice::from_ref(element))? == Value::Boolean(true) {
            kept.push(element.clone());
        }
    }
    Ok(array(kept))
}

/// `reduce(array, state, (state, element) -> state, state -> result)`.
pub(super) fn reduce(_: &Function, arguments: &[Argument<'_>]) -> Result<Value, EvalError> {
    let whole = value(arguments, 0);
    if whole.is_null() {
        return Ok(Value::Null);
    }
    let step = lambda(arguments, 2);
    let mut state = value(arguments, 1).clone();
    for element in elements(whole) {
        state = step(&[state, element.clone()])?;
    }
    lambda(arguments, 3)(&[state])
}

/// The shorter array is filled with NULLs.
pub(super) fn zip_with(_: &Function, arguments: &[Argument<'_>]) -> Result<Value, EvalError> {
    let (left, right, join) = (value(arguments, 0), value(arguments, 1), lambda(arguments, 2));
    if left.is_null() || right.is_null() {
        return Ok(Value::Null);
    }
    let (left, right) = (elements(left), elements(right));
    let at = |side: &[Value], place: usize| side.get(place).cloned().unwrap_or(Value::Null);
    let joined: Result<Vec<Value>, EvalError> =
        (0..left.len().max(right.len())).map(|place| join(&[at(left, place), at(right, place)])).collect();
    joined.map(array)
}

pub(super) fn any_match(_: &Function, arguments: &[Argument<'_>]) -> Result<Value, EvalError> {
    decided(arguments, true, true)
}

pub(super) fn all_match(_: &Function, arguments: &[Argument<'_>]) -> Result<Value, EvalError> {
    decided(arguments, false, false)
}

pub(super) fn none_match(_: &Function, arguments: &[Argument<'_>]) -> Result<Value, EvalError> {
    decided(arguments, true, false)
}

/// Calls the lambda until it gives the decisive answer. Without one the result is NULL if an answer
/// was NULL, else the opposite.
fn decided(arguments: &[Argument<'_>], decisive: bool, then: bool) -> Result<Value, EvalError> {
    let (whole, holds) = (value(arguments, 0), lambda(arguments, 1));
    if whole.is_null() {
        return Ok(Value::Null);
    }
    let mut unknown = false;
    for element in elements(whole) {
        match holds(std::slice::from_ref(element))? {
            Value::Boolean(answer) if answer == decisive => return Ok(Value::Boolean(then)),
            Value::Null => unknown = true,
            _ => {}
        }
    }
    Ok(if unknown { Value::Null } else { Value::Boolean(!then) })
}
