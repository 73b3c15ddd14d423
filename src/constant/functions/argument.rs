//! Reading the arguments of a function.
//!
//! A value does not carry its type, and the binder has checked the types before: an argument of
//! another kind is a bug in athplan, never the user's mistake, so these functions panic on it.

use std::sync::Arc;

use super::{Argument, Value};
use crate::constant::EvalError;

/// An `INVALID_FUNCTION_ARGUMENT`.
pub(super) fn invalid(message: impl Into<String>) -> EvalError {
    EvalError::new("INVALID_FUNCTION_ARGUMENT", message)
}

/// Trino's own `NOT_SUPPORTED`; what only athplan lacks is [`EvalError::refused`].
pub(super) fn unsupported(message: impl Into<String>) -> EvalError {
    EvalError::new("NOT_SUPPORTED", message)
}

/// The text of a `varchar`, `char` or pattern.
pub(super) fn text(value: &Value) -> &str {
    match value {
        Value::Varchar(text) => text,
        other => unreachable!("the binder gave a text argument the value {other:?}"),
    }
}

/// The text of a `varchar` or of a `json` value.
pub(super) fn text_or_json(value: &Value) -> &str {
    match value {
        Value::Varchar(text) | Value::Json(text) => text,
        other => unreachable!("the binder gave a JSON argument the value {other:?}"),
    }
}

/// An integer of any width.
pub(super) fn integer(value: &Value) -> i64 {
    match value {
        Value::Integer(number) => *number,
        other => unreachable!("the binder gave an integer argument the value {other:?}"),
    }
}

/// The bytes of a `varbinary`, `ipaddress` or `uuid`.
pub(super) fn bytes(value: &Value) -> &[u8] {
    match value {
        Value::Varbinary(bytes) => bytes,
        other => unreachable!("the binder gave a varbinary argument the value {other:?}"),
    }
}

/// The elements of an array.
pub(super) fn elements(value: &Value) -> &[Value] {
    match value {
        Value::Array(elements) => elements,
        other => unreachable!("the binder gave an array argument the value {other:?}"),
    }
}

/// The entries of a map.
pub(super) fn entries(value: &Value) -> &[(Value, Value)] {
    match value {
        Value::Map(entries) => entries,
        other => unreachable!("the binder gave a map argument the value {other:?}"),
    }
}

/// The fields of a row.
pub(super) fn fields(value: &Value) -> &[Value] {
    match value {
        Value::Row(fields) => fields,
        other => unreachable!("the binder gave a row argument the value {other:?}"),
    }
}

/// The lambda at this place of a higher-order function's arguments.
pub(super) fn lambda<'a>(arguments: &'a [Argument<'_>], at: usize) -> &'a dyn Fn(&[Value]) -> Result<Value, EvalError> {
    match &arguments[at] {
        Argument::Lambda(lambda) => *lambda,
        Argument::Value(value) => unreachable!("the binder gave a lambda argument the value {value:?}"),
    }
}

/// The value at this place of a higher-order function's arguments.
pub(super) fn value<'a>(arguments: &'a [Argument<'_>], at: usize) -> &'a Value {
    match &arguments[at] {
        Argument::Value(value) => value,
        Argument::Lambda(_) => unreachable!("the binder gave a value argument a lambda"),
    }
}

/// An array of these elements.
pub(super) fn array(elements: Vec<Value>) -> Value {
    Value::Array(elements.into())
}

/// A map of these entries.
pub(super) fn map(entries: Vec<(Value, Value)>) -> Value {
    Value::Map(entries.into())
}

/// A varbinary of these bytes.
pub(super) fn varbinary(bytes: impl Into<Arc<[u8]>>) -> Value {
    Value::Varbinary(bytes.into())
}
