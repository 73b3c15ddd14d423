//! Casts to JSON: scalars, arrays, maps with their keys in order, rows as objects.

use super::scalar_text;
use crate::constant::expr::EvalError;
use crate::constant::json_text::write_string;
use crate::constant::value::Value;
use crate::constant::{decimal, float};
use crate::types::Type;

/// Whether values of this type become JSON.
pub(super) fn supports(from: &Type) -> bool {
    match from {
        Type::Varchar(_) | Type::Date | Type::Timestamp(_) | Type::Json | Type::Boolean | Type::Unknown => true,
        Type::Array(element) => supports(element),
        Type::Map(key, value) => is_key(key) && supports(value),
        Type::Row(fields) => fields.iter().all(|field| supports(&field.ty)),
        _ => from.is_numeric(),
    }
}

/// Types whose values become the keys of a JSON object.
fn is_key(key: &Type) -> bool {
    matches!(key, Type::Varchar(_) | Type::Boolean | Type::Unknown) || key.is_numeric()
}

/// Converts a value that is not NULL.
pub(super) fn cast(value: &Value, from: &Type) -> Result<Value, EvalError> {
    let mut out = String::new();
    write(&mut out, value, from)?;
    Ok(Value::Json(out.into()))
}

fn write(out: &mut String, value: &Value, ty: &Type) -> Result<(), EvalError> {
    match (value, ty) {
        (Value::Null, _) => out.push_str("null"),
        (Value::Json(text), _) => out.push_str(text),
        (Value::Varchar(text), _) => write_string(out, text),
        (Value::Real(number), _) if !number.is_finite() => write_string(out, &float::java_float(*number)),
        (Value::Real(number), _) => out.push_str(&float::java_float(*number)),
        (Value::Double(number), _) if !number.is_finite() => write_string(out, &float::java_double(*number)),
        (Value::Double(number), _) => out.push_str(&float::java_double(*number)),
        (Value::Decimal(unscaled), Type::Decimal(_, scale)) => out.push_str(&decimal::java_text(*unscaled, *scale)),
        (Value::Date(_) | Value::Timestamp(_), _) => write_string(out, &text(value, ty)?),
        (Value::Array(elements), Type::Array(element)) => {
            out.push('[');
            for (at, value) in elements.iter().enumerate() {
                separate(out, at);
                write(out, value, element)?;
            }
            out.push(']');
        }
        (Value::Map(entries), Type::Map(key_type, value_type)) => {
            let mut named = Vec::with_capacity(entries.len());
            for (key, value) in entries.iter() {
                named.push((key_text(key, key_type)?, value));
            }
            // Java's order of strings: by UTF-16 units.
            named.sort_by(|(left, _), (right, _)| left.encode_utf16().cmp(right.encode_utf16()));
            out.push('{');
            for (at, (key, value)) in named.into_iter().enumerate() {
                separate(out, at);
                write_string(out, &key);
                out.push(':');
                write(out, value, value_type)?;
            }
            out.push('}');
        }
        (Value::Row(values), Type::Row(fields)) => {
            out.push('{');
            for (at, (value, field)) in values.iter().zip(fields.iter()).enumerate() {
                separate(out, at);
                write_string(out, field.name.as_deref().unwrap_or(""));
                out.push(':');
                write(out, value, &field.ty)?;
            }
            out.push('}');
        }
        _ => out.push_str(&text(value, ty)?),
    }
    Ok(())
}

fn separate(out: &mut String, at: usize) {
    if at > 0 {
        out.push(',');
    }
}

fn text(value: &Value, ty: &Type) -> Result<String, EvalError> {
    scalar_text(value, ty).ok_or_else(|| super::unsupported(ty, &Type::Json))
}

fn key_text(key: &Value, ty: &Type) -> Result<String, EvalError> {
    match key {
        Value::Real(number) => Ok(float::java_float(*number)),
        Value::Double(number) => Ok(float::java_double(*number)),
        _ => text(key, ty),
    }
}
