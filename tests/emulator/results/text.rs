//! Values as the texts that Athena gives them (measured in September 2026).
//!
//! What lies inside arrays, maps and rows is neither quoted nor escaped, and binary inside them shows
//! as Java shows an array of bytes: the bytes are lost.

use athplan::constant::{Value, cast, format};
use athplan::types::Type;

/// A value's text; none for NULL.
pub fn text(value: &Value, ty: &Type) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Varbinary(bytes) if *ty == Type::Varbinary => {
            Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" "))
        }
        value => Some(inner(value, ty)),
    }
}

/// A value inside another.
fn inner(value: &Value, ty: &Type) -> String {
    match (value, ty) {
        (Value::Null, _) => "null".to_owned(),
        (Value::Double(_) | Value::Real(_), _) => java_number(value, ty),
        (Value::Varbinary(bytes), Type::Varbinary) => {
            let hash = bytes.iter().fold(1_u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(u32::from(*byte)));
            format!("[B@{hash:x}")
        }
        (Value::Array(elements), Type::Array(element)) => {
            let elements: Vec<String> = elements.iter().map(|value| inner(value, element)).collect();
            format!("[{}]", elements.join(", "))
        }
        (Value::Map(entries), Type::Map(key, value)) => {
            let mut entries: Vec<&(Value, Value)> = entries.iter().collect();
            entries.sort_by(|a, b| key_order(&a.0, &b.0, key));
            let entries: Vec<String> =
                entries.iter().map(|entry| format!("{}={}", inner(&entry.0, key), inner(&entry.1, value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        (Value::Row(values), Type::Row(fields)) => {
            let values = values.iter().zip(fields.iter()).map(|(value, field)| match &field.name {
                Some(name) => format!("{name}={}", inner(value, &field.ty)),
                None => inner(value, &field.ty),
            });
            format!("{{{}}}", values.collect::<Vec<_>>().join(", "))
        }
        _ => format(value, ty),
    }
}

/// Keys ascend: numbers by value, all others by their texts.
fn key_order(a: &Value, b: &Value, ty: &Type) -> std::cmp::Ordering {
    match (a, b) {
        (Value::Integer(a), Value::Integer(b)) => a.cmp(b),
        (Value::Decimal(a), Value::Decimal(b)) => a.cmp(b),
        (Value::Double(a), Value::Double(b)) => a.total_cmp(b),
        _ => inner(a, ty).cmp(&inner(b, ty)),
    }
}

/// `Double.toString`, as a cast to JSON writes it.
fn java_number(value: &Value, ty: &Type) -> String {
    match cast(value, ty, &Type::Json) {
        Ok(Value::Json(text)) => text.trim_matches('"').to_owned(),
        _ => format(value, ty),
    }
}
