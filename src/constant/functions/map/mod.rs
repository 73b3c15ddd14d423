//! Functions over maps, lambdas among them, with Trino's results.
//!
//! A map's keys are distinct and never NULL. Its entries have an order, which shows in `map_keys`.

mod build;
mod lambda;

use super::argument::{array, entries};
use super::{Body, Function};
use crate::constant::compare::identical;
use crate::constant::{EvalError, Value};
use crate::types::Type;

/// Finds a function of this family; `None` if it is not one of them.
pub(super) fn lookup(name: &str, arguments: &[Type], _result: &Type) -> Option<Body> {
    match (name, arguments.len()) {
        ("map", 0) => return Some(Body::Strict(build::empty)),
        ("map", 2) => return Some(Body::Strict(build::from_arrays)),
        ("map_from_entries", 1) => return Some(Body::Strict(build::from_entries)),
        ("multimap_from_entries", 1) => return Some(Body::Strict(build::multimap_from_entries)),
        _ if !matches!(arguments.first(), Some(Type::Map(..))) => return None,
        _ => {}
    }
    Some(match (name, arguments.len()) {
        ("cardinality", 1) => Body::Strict(cardinality),
        ("element_at", 2) => Body::Strict(element_at),
        ("map_keys", 1) => Body::Strict(keys),
        ("map_values", 1) => Body::Strict(values),
        ("map_entries", 1) => Body::Strict(map_entries),
        ("map_concat", 2..) => Body::Strict(build::concat),
        ("map_filter", 2) => Body::HigherOrder(lambda::filter),
        ("transform_keys", 2) => Body::HigherOrder(lambda::transform_keys),
        ("transform_values", 2) => Body::HigherOrder(lambda::transform_values),
        ("map_zip_with", 3) => Body::HigherOrder(lambda::zip_with),
        _ => return None,
    })
}

/// The value of a key; NaN finds nothing.
pub(super) fn get<'a>(entries: &'a [(Value, Value)], key: &Value) -> Option<&'a Value> {
    let unfindable = match key {
        Value::Double(number) => number.is_nan(),
        Value::Real(number) => number.is_nan(),
        _ => false,
    };
    entries.iter().filter(|_| !unfindable).find(|(other, _)| identical(other, key)).map(|(_, value)| value)
}

fn cardinality(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    Ok(Value::Integer(entries(&arguments[0]).len() as i64))
}

fn element_at(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    Ok(get(entries(&arguments[0]), &arguments[1]).cloned().unwrap_or(Value::Null))
}

fn keys(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    Ok(array(entries(&arguments[0]).iter().map(|(key, _)| key.clone()).collect()))
}

fn values(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    Ok(array(entries(&arguments[0]).iter().map(|(_, value)| value.clone()).collect()))
}

fn map_entries(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let row = |(key, value): &(Value, Value)| Value::Row([key.clone(), value.clone()].into());
    Ok(array(entries(&arguments[0]).iter().map(row).collect()))
}
