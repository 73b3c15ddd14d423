//! `=`, `<>`, `<`, `<=`, `>`, `>=` and `IS DISTINCT FROM`.

use std::cmp::Ordering;

use super::super::{Body, Function};
use crate::constant::compare::{compare, equal, identical};
use crate::constant::{EvalError, Value};
use crate::types::Type;

/// Finds a comparison of two values of one type.
pub(super) fn lookup(name: &str, arguments: &[Type]) -> Option<Body> {
    let [left, right] = arguments else { return None };
    if left != right || !is_comparable(left) {
        return None;
    }
    Some(match name {
        "=" => Body::Strict(|_, values| Ok(three_valued(equal(&values[0], &values[1])))),
        "<>" => Body::Strict(|_, values| Ok(three_valued(equal(&values[0], &values[1]).map(|equal| !equal)))),
        "is distinct from" => Body::Nullable(|_, values| Ok(Value::Boolean(!identical(&values[0], &values[1])))),
        _ if !is_orderable(left) => return None,
        "<" => Body::Strict(|function, values| ordered(function, values, Ordering::is_lt)),
        "<=" => Body::Strict(|function, values| ordered(function, values, Ordering::is_le)),
        ">" => Body::Strict(|function, values| ordered(function, values, Ordering::is_gt)),
        ">=" => Body::Strict(|function, values| ordered(function, values, Ordering::is_ge)),
        _ => return None,
    })
}

fn three_valued(answer: Option<bool>) -> Value {
    answer.map_or(Value::Null, Value::Boolean)
}

fn ordered(function: &Function, values: &[Value], wanted: fn(Ordering) -> bool) -> Result<Value, EvalError> {
    let (left, right) = (&values[0], &values[1]);
    let order = match (left, right) {
        // Next to NaN no number is less or greater.
        (Value::Double(left), Value::Double(right)) => left.partial_cmp(right),
        (Value::Real(left), Value::Real(right)) => left.partial_cmp(right),
        _ => Some(compare(left, right, &function.arguments[0]).ok_or_else(|| {
            EvalError::new("NOT_SUPPORTED", "comparison is not supported for arrays and rows with null elements")
        })?),
    };
    Ok(Value::Boolean(order.is_some_and(wanted)))
}

/// Whether `=` is defined on a type that the evaluator models.
fn is_comparable(ty: &Type) -> bool {
    match ty {
        Type::Function(..) | Type::Named(_) | Type::Opaque => false,
        Type::Array(element) => is_comparable(element),
        Type::Map(key, value) => is_comparable(key) && is_comparable(value),
        Type::Row(fields) => fields.iter().all(|field| is_comparable(&field.ty)),
        _ => true,
    }
}

/// Whether a type's values have an order.
pub(super) fn is_orderable(ty: &Type) -> bool {
    match ty {
        Type::Json | Type::Map(..) | Type::Function(..) | Type::Named(_) | Type::Opaque => false,
        Type::Array(element) => is_orderable(element),
        Type::Row(fields) => fields.iter().all(|field| is_orderable(&field.ty)),
        _ => true,
    }
}
