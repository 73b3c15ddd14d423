//! Casts from JSON.
//!
//! A JSON scalar becomes what a cast of its varchar, bigint, double or boolean form becomes; any
//! failure is `INVALID_CAST_ARGUMENT`. Arrays, objects and rows are taken apart.

use std::sync::Arc;

use serde_json::Value as Tree;

use super::cast as cast_value;
use crate::constant::compare::identical;
use crate::constant::expr::EvalError;
use crate::constant::json_text;
use crate::constant::value::Value;
use crate::types::Type;

/// Whether JSON becomes values of this type.
pub(super) fn supports(to: &Type) -> bool {
    match to {
        Type::Varchar(_) | Type::Json | Type::Boolean => true,
        Type::Array(element) => supports(element),
        Type::Map(key, value) => is_key(key) && supports(value),
        Type::Row(fields) => fields.iter().all(|field| supports(&field.ty)),
        _ => to.is_numeric(),
    }
}

/// Types that the name of an object's member becomes.
fn is_key(key: &Type) -> bool {
    matches!(key, Type::Varchar(_) | Type::Boolean) || key.is_numeric()
}

/// Converts a JSON value that is not SQL's NULL.
pub(super) fn cast(value: &Value, to: &Type) -> Result<Value, EvalError> {
    let Value::Json(text) = value else { return Err(super::mismatch(Type::Json, value)) };
    let tree: Tree = serde_json::from_str(text).map_err(|_| invalid(text, to))?;
    convert(&tree, to).map_err(|error| match error.name {
        // A varchar that is too short is the one failure that Trino does not turn into this.
        "GENERIC_INTERNAL_ERROR" => error,
        _ => invalid(text, to),
    })
}

fn invalid(text: &str, to: &Type) -> EvalError {
    EvalError::new("INVALID_CAST_ARGUMENT", format!("Cannot cast to {to}: {text}"))
}

fn convert(tree: &Tree, to: &Type) -> Result<Value, EvalError> {
    match (tree, to) {
        (_, Type::Json) => {
            let mut text = String::new();
            write(&mut text, tree);
            Ok(Value::Json(text.into()))
        }
        (Tree::Null, _) => Ok(Value::Null),
        (Tree::Array(elements), Type::Array(element)) => {
            let converted: Result<Vec<Value>, EvalError> = elements.iter().map(|tree| convert(tree, element)).collect();
            Ok(Value::Array(converted?.into()))
        }
        (Tree::Object(members), Type::Map(key, value)) => {
            let mut entries: Vec<(Value, Value)> = Vec::with_capacity(members.len());
            for (name, member) in members {
                let name = scalar(Value::varchar(name), &Type::VARCHAR, key)?;
                if entries.iter().any(|(other, _)| identical(other, &name)) {
                    return Err(EvalError::new("INVALID_CAST_ARGUMENT", "Duplicate keys are not allowed"));
                }
                entries.push((name, convert(member, value)?));
            }
            Ok(Value::Map(entries.into()))
        }
        (Tree::Array(elements), Type::Row(fields)) if elements.len() == fields.len() => {
            let converted: Result<Vec<Value>, EvalError> =
                elements.iter().zip(fields.iter()).map(|(tree, field)| convert(tree, &field.ty)).collect();
            Ok(Value::Row(converted?.into()))
        }
        (Tree::Object(members), Type::Row(fields)) if fields.iter().all(|field| field.name.is_some()) => {
            let mut values = vec![Value::Null; fields.len()];
            let mut seen = vec![false; fields.len()];
            for (name, member) in members {
                let named =
                    |field: &Option<Arc<str>>| field.as_ref().is_some_and(|field| field.eq_ignore_ascii_case(name));
                let Some(at) = fields.iter().position(|field| named(&field.name)) else { continue };
                if seen[at] {
                    return Err(EvalError::new("INVALID_CAST_ARGUMENT", "Duplicate field"));
                }
                seen[at] = true;
                values[at] = convert(member, &fields[at].ty)?;
            }
            Ok(Value::Row(values.into()))
        }
        (Tree::String(text), _) => scalar(Value::varchar(text), &Type::VARCHAR, to),
        (Tree::Bool(value), _) => scalar(Value::Boolean(*value), &Type::Boolean, to),
        (Tree::Number(number), _) => convert_number(number.as_str(), to),
        _ => Err(invalid(&tree.to_string(), to)),
    }
}

/// A whole number is a bigint, and where that is too small its digits; anything else is a double.
fn convert_number(text: &str, to: &Type) -> Result<Value, EvalError> {
    if text.contains(['.', 'e', 'E']) {
        let value = text.parse().map_err(|_| invalid(text, to))?;
        return scalar(Value::Double(value), &Type::Double, to);
    }
    match (text.parse::<i64>(), to) {
        (Ok(value), _) => scalar(Value::Integer(value), &Type::BigInt, to).map_err(|error| match to {
            Type::Varchar(_) => too_long(error.message),
            _ => error,
        }),
        (Err(_), Type::Varchar(_)) => scalar(Value::varchar(text), &Type::VARCHAR, to),
        (Err(_), Type::Real | Type::Double | Type::Decimal(..)) => {
            cast_value(&Value::varchar(text), &Type::VARCHAR, to)
        }
        (Err(_), _) => Err(invalid(text, to)),
    }
}

fn too_long(message: String) -> EvalError {
    EvalError::new("GENERIC_INTERNAL_ERROR", message)
}

/// A cast of a scalar to a scalar; what does not fit a varchar is not cut but an error.
fn scalar(value: Value, from: &Type, to: &Type) -> Result<Value, EvalError> {
    if let (Value::Varchar(text), Type::Varchar(length)) = (&value, to) {
        let fits = length.is_none_or(|length| text.chars().count() <= usize::try_from(length).unwrap_or(usize::MAX));
        return if fits { Ok(value) } else { Err(too_long(format!("{text} does not fit {to}"))) };
    }
    if matches!(to, Type::Array(_) | Type::Map(..) | Type::Row(_)) {
        return Err(EvalError::new("INVALID_CAST_ARGUMENT", format!("Expected a JSON array or object for {to}")));
    }
    cast_value(&value, from, to).map_err(|error| match to {
        Type::Varchar(_) => too_long(error.message),
        _ => error,
    })
}

/// Writes a JSON tree back as it stood: it came from canonical text.
fn write(out: &mut String, tree: &Tree) {
    match tree {
        Tree::Null => out.push_str("null"),
        Tree::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Tree::Number(number) => out.push_str(number.as_str()),
        Tree::String(text) => json_text::write_inner_string(out, text),
        Tree::Array(elements) => {
            out.push('[');
            for (at, element) in elements.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write(out, element);
            }
            out.push(']');
        }
        Tree::Object(members) => {
            out.push('{');
            for (at, (name, member)) in members.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                json_text::write_inner_string(out, name);
                out.push(':');
                write(out, member);
            }
            out.push('}');
        }
    }
}
