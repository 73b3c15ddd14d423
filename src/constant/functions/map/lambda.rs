//! Functions that call a lambda for each entry. A map that is NULL makes the result NULL.

use super::super::argument::{entries, lambda, map, value};
use super::super::{Argument, Function};
use super::build::Builder;
use super::get;
use crate::constant::{EvalError, Value};

pub(super) fn filter(_: &Function, arguments: &[Argument<'_>]) -> Result<Value, EvalError> {
    let (whole, keep) = (value(arguments, 0), lambda(arguments, 1));
    if whole.is_null() {
        return Ok(Value::Null);
    }
    let mut kept = Vec::new();
    for (key, value) in entries(whole) {
        if keep(&[key.clone(), value.clone()])? == Value::Boolean(true) {
            kept.push((key.clone(), value.clone()));
        }
    }
    Ok(map(kept))
}

pub(super) fn transform_keys(_: &Function, arguments: &[Argument<'_>]) -> Result<Value, EvalError> {
    let (whole, change) = (value(arguments, 0), lambda(arguments, 1));
    if whole.is_null() {
        return Ok(Value::Null);
    }
    let mut builder = Builder::default();
    for (key, value) in entries(whole) {
        builder.insert(change(&[key.clone(), value.clone()])?, value.clone())?;
    }
    Ok(builder.finish())
}

pub(super) fn transform_values(_: &Function, arguments: &[Argument<'_>]) -> Result<Value, EvalError> {
    let (whole, change) = (value(arguments, 0), lambda(arguments, 1));
    if whole.is_null() {
        return Ok(Value::Null);
    }
    let changed: Result<Vec<(Value, Value)>, EvalError> =
        entries(whole).iter().map(|(key, value)| Ok((key.clone(), change(&[key.clone(), value.clone()])?))).collect();
    changed.map(map)
}

/// The keys of the first map, then those of the second alone; a value that is missing is NULL.
pub(super) fn zip_with(_: &Function, arguments: &[Argument<'_>]) -> Result<Value, EvalError> {
    let (left, right, join) = (value(arguments, 0), value(arguments, 1), lambda(arguments, 2));
    if left.is_null() || right.is_null() {
        return Ok(Value::Null);
    }
    let (left, right) = (entries(left), entries(right));
    let mut joined = Vec::new();
    for (key, value) in left {
        let other = get(right, key).cloned().unwrap_or(Value::Null);
        joined.push((key.clone(), join(&[key.clone(), value.clone(), other])?));
    }
    for (key, value) in right.iter().filter(|(key, _)| get(left, key).is_none()) {
        joined.push((key.clone(), join(&[key.clone(), Value::Null, value.clone()])?));
    }
    Ok(map(joined))
}
