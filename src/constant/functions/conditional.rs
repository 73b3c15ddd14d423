//! Functions that choose among their arguments: greatest, least and their like.

use std::cmp::Ordering;

use super::{Body, Function};
use crate::constant::compare::compare;
use crate::constant::{EvalError, Value};
use crate::types::Type;

/// Finds a function of this family; `None` if it is not one of them.
pub(super) fn lookup(name: &str, arguments: &[Type], result: &Type) -> Option<Body> {
    let of_one_type = !arguments.is_empty() && arguments.iter().all(|argument| argument == result);
    match name {
        "greatest" if of_one_type => Some(Body::Strict(|function, values| choose(function, values, Ordering::Greater))),
        "least" if of_one_type => Some(Body::Strict(|function, values| choose(function, values, Ordering::Less))),
        "typeof" if arguments.len() == 1 && is_named_alike(&arguments[0]) => Some(Body::Nullable(type_of)),
        _ => None,
    }
}

/// The first of the values that no other surpasses; NaN only if there is nothing else.
fn choose(function: &Function, values: &[Value], wanted: Ordering) -> Result<Value, EvalError> {
    let is_nan = |value: &Value| match value {
        Value::Double(value) => value.is_nan(),
        Value::Real(value) => value.is_nan(),
        _ => false,
    };
    let mut chosen = &values[0];
    for value in &values[1..] {
        let order = compare(value, chosen, &function.result).ok_or_else(|| {
            EvalError::new("NOT_SUPPORTED", format!("{} has no order for {}", function.name, function.result))
        })?;
        if !is_nan(value) && (is_nan(chosen) || order == wanted) {
            chosen = value;
        }
    }
    Ok(chosen.clone())
}

/// Whether a type's name here is its name in Trino, which keeps the case of field names as they were
/// written and never quotes them.
fn is_named_alike(ty: &Type) -> bool {
    match ty {
        Type::Opaque => false,
        Type::Array(element) => is_named_alike(element),
        Type::Map(key, value) => is_named_alike(key) && is_named_alike(value),
        Type::Row(fields) => fields.iter().all(|field| field.name.is_none() && is_named_alike(&field.ty)),
        _ => true,
    }
}

fn type_of(function: &Function, _values: &[Value]) -> Result<Value, EvalError> {
    Ok(Value::varchar(function.arguments[0].to_string()))
}
