//! `CAST`: converting a value from one type to another.
//!
//! One file per kind of target: numbers, dates and times, JSON, and from JSON. This one dispatches,
//! writes scalars as text, and converts arrays, maps and rows element by element.

mod from_json;
mod from_text;
mod number;
mod temporal;
mod to_json;

pub(crate) use from_text::address;
pub(crate) use number::integer;
pub use temporal::is_skipped_time;
pub(crate) use temporal::{instant, rounded, zoned};

use std::sync::Arc;

use super::expr::EvalError;
use super::value::Value;
use super::{compare, decimal, float, temporal_text};
use crate::types::Type;

/// Converts a value from one type to another, as an explicit CAST does.
///
/// # Errors
///
/// Trino's error for this value: mostly `INVALID_CAST_ARGUMENT` or `NUMERIC_VALUE_OUT_OF_RANGE`. A
/// pair of types that the evaluator lacks (see [`supports_cast`]) is refused.
pub fn cast(value: &Value, from: &Type, to: &Type) -> Result<Value, EvalError> {
    if value.is_null() {
        return Ok(Value::Null);
    }
    match (from, to) {
        // A cast to JSON of what is JSON, and any other cast to the same type, changes nothing.
        _ if from == to => Ok(value.clone()),
        (Type::Json, _) => from_json::cast(value, to),
        (_, Type::Json) => to_json::cast(value, from),
        (Type::Array(from), Type::Array(to)) => array(value, from, to),
        (Type::Map(from_key, from_value), Type::Map(to_key, to_value)) => {
            map(value, [from_key, to_key], [from_value, to_value])
        }
        (Type::Row(from), Type::Row(to)) => {
            let Value::Row(values) = value else { return Err(mismatch(from_row(from), value)) };
            let fields = values.iter().zip(from.iter().zip(to.iter()));
            let cast: Result<Vec<Value>, EvalError> =
                fields.map(|(value, (from, to))| cast(value, &from.ty, &to.ty)).collect();
            Ok(Value::Row(cast?.into()))
        }
        (_, Type::Varchar(length)) => varchar(value, from, *length),
        (_, Type::Char(length)) => char_text(value, from, *length),
        (Type::Varchar(_) | Type::Char(_), _) => match value {
            Value::Varchar(text) => from_text::cast(text, to),
            _ => Err(mismatch(from.clone(), value)),
        },
        (Type::Varbinary | Type::Uuid | Type::IpAddress, _) => bytes(value, from, to),
        _ if number::is_target(to) => number::cast(value, from, to),
        _ => temporal::cast(value, from, to),
    }
}

/// Whether [`cast`] knows this pair of types.
pub fn supports_cast(from: &Type, to: &Type) -> bool {
    let numeric = |ty: &Type| ty.is_numeric() || *ty == Type::Boolean;
    let zoned = |ty: &Type| matches!(ty, Type::TimestampWithTimeZone(_));
    let stamp = |ty: &Type| matches!(ty, Type::Timestamp(_)) || zoned(ty);
    let time = |ty: &Type| matches!(ty, Type::Time(_) | Type::TimeWithTimeZone(_));
    match (from, to) {
        _ if from.is_opaque() || to.is_opaque() => false,
        (Type::Named(_) | Type::Function(..), _) | (_, Type::Named(_) | Type::Function(..)) => false,
        (Type::Unknown, _) => true,
        _ if from == to => true,
        (Type::Json, _) => from_json::supports(to),
        (_, Type::Json) => to_json::supports(from),
        (Type::Array(from), Type::Array(to)) => supports_cast(from, to),
        (Type::Map(from_key, from_value), Type::Map(to_key, to_value)) => {
            supports_cast(from_key, to_key) && supports_cast(from_value, to_value)
        }
        (Type::Row(from), Type::Row(to)) => {
            from.len() == to.len() && from.iter().zip(to.iter()).all(|(from, to)| supports_cast(&from.ty, &to.ty))
        }
        (Type::Array(_) | Type::Map(..) | Type::Row(_), _) | (_, Type::Array(_) | Type::Map(..) | Type::Row(_)) => {
            false
        }
        (_, Type::Varchar(_)) => !matches!(from, Type::Varbinary),
        (_, Type::Char(_)) => from.is_text(),
        (Type::Varchar(_), _) => !matches!(to, Type::Unknown | Type::IntervalDayToSecond | Type::IntervalYearToMonth),
        (Type::Uuid | Type::IpAddress, Type::Varbinary) | (Type::Varbinary, Type::Uuid | Type::IpAddress) => true,
        _ if numeric(from) => numeric(to),
        (Type::Date, _) => stamp(to),
        _ if stamp(from) => *to == Type::Date || stamp(to) || time(to),
        // A time becomes a timestamp by way of the current date, which no closed expression has.
        _ if time(from) => time(to),
        _ => false,
    }
}

/// A scalar as `CAST(x AS varchar)` writes it; `None` for values that are no scalars of the type.
pub(crate) fn scalar_text(value: &Value, ty: &Type) -> Option<String> {
    Some(match (value, ty) {
        (Value::Varchar(text), _) => text.to_string(),
        (Value::Boolean(value), _) => value.to_string(),
        (Value::Integer(value), _) => value.to_string(),
        (Value::Real(value), _) => float::sql_float(*value),
        (Value::Double(value), _) => float::sql_double(*value),
        (Value::Decimal(value), Type::Decimal(_, scale)) => decimal::text(*value, *scale),
        (Value::Date(days), _) => temporal_text::date(i64::from(*days)),
        (Value::Time(picos), Type::Time(precision)) => temporal_text::time(*picos, *precision),
        (Value::TimeWithTimeZone(picos, offset), Type::TimeWithTimeZone(precision)) => {
            temporal_text::time_with_zone(*picos, *offset, *precision)
        }
        (Value::Timestamp(picos), Type::Timestamp(precision)) => temporal_text::timestamp(*picos, *precision),
        (Value::TimestampWithTimeZone(picos, zone), Type::TimestampWithTimeZone(precision)) => {
            temporal_text::timestamp_with_zone(*picos, zone, *precision)
        }
        (Value::IntervalDayToSecond(millis), _) => temporal_text::day_interval(*millis),
        (Value::IntervalYearToMonth(months), _) => temporal_text::year_interval(*months),
        (Value::Varbinary(bytes), Type::Uuid) => uuid_text(bytes),
        (Value::Varbinary(bytes), Type::IpAddress) => ip_text(bytes)?,
        _ => return None,
    })
}

/// A text cut to so many characters; shared, not copied, where it fits.
pub(crate) fn truncated(text: &Arc<str>, length: u32) -> Arc<str> {
    match text.char_indices().nth(usize::try_from(length).unwrap_or(usize::MAX)) {
        None => Arc::clone(text),
        Some((at, _)) => text[..at].into(),
    }
}

fn varchar(value: &Value, from: &Type, length: Option<u32>) -> Result<Value, EvalError> {
    if let Value::Varchar(text) = value {
        // A char's padding is part of it once it is a varchar.
        let text = match from {
            Type::Char(width) => Arc::from(padded(text, *width)),
            _ => Arc::clone(text),
        };
        return Ok(Value::Varchar(length.map_or_else(|| Arc::clone(&text), |length| truncated(&text, length))));
    }
    let text = scalar_text(value, from).ok_or_else(|| unsupported(from, &Type::Varchar(length)))?;
    let fits = length.is_none_or(|length| text.chars().count() <= usize::try_from(length).unwrap_or(usize::MAX));
    if fits {
        return Ok(Value::varchar(text));
    }
    let message = format!("Value {text} cannot be represented as {}", Type::Varchar(length));
    Err(match from {
        // Trino does not guard these against a length that is too short.
        Type::Boolean
        | Type::Time(_)
        | Type::TimeWithTimeZone(_)
        | Type::Timestamp(_)
        | Type::TimestampWithTimeZone(_)
        | Type::IntervalDayToSecond
        | Type::IntervalYearToMonth => EvalError::new("GENERIC_INTERNAL_ERROR", message),
        _ => EvalError::new("INVALID_CAST_ARGUMENT", message),
    })
}

/// To char: cut to the length, and held without its padding.
fn char_text(value: &Value, from: &Type, length: u32) -> Result<Value, EvalError> {
    let Value::Varchar(text) = value else { return Err(unsupported(from, &Type::Char(length))) };
    Ok(Value::varchar(truncated(text, length).trim_end_matches(' ')))
}

/// A char's text with its padding.
pub(crate) fn padded(text: &str, width: u32) -> String {
    let missing = usize::try_from(width).unwrap_or(0).saturating_sub(text.chars().count());
    let mut padded = text.to_owned();
    padded.extend(std::iter::repeat_n(' ', missing));
    padded
}

fn array(value: &Value, from: &Type, to: &Type) -> Result<Value, EvalError> {
    let Value::Array(elements) = value else { return Err(mismatch(Type::array(from.clone()), value)) };
    let cast: Result<Vec<Value>, EvalError> = elements.iter().map(|element| cast(element, from, to)).collect();
    Ok(Value::Array(cast?.into()))
}

fn map(value: &Value, keys: [&Type; 2], values: [&Type; 2]) -> Result<Value, EvalError> {
    let Value::Map(entries) = value else { return Err(mismatch(keys[0].clone(), value)) };
    let mut result: Vec<(Value, Value)> = Vec::with_capacity(entries.len());
    for (key, value) in entries.iter() {
        let key = cast(key, keys[0], keys[1])?;
        if key.is_null() {
            return Err(EvalError::new("INVALID_CAST_ARGUMENT", "map key is null"));
        }
        if result.iter().any(|(other, _)| compare::identical(other, &key)) {
            return Err(EvalError::new("INVALID_CAST_ARGUMENT", "duplicate keys"));
        }
        result.push((key, cast(value, values[0], values[1])?));
    }
    Ok(Value::Map(result.into()))
}

fn bytes(value: &Value, from: &Type, to: &Type) -> Result<Value, EvalError> {
    let Value::Varbinary(bytes) = value else { return Err(mismatch(from.clone(), value)) };
    let invalid = || EvalError::new("INVALID_CAST_ARGUMENT", format!("Invalid {to} binary length: {}", bytes.len()));
    match (from, to) {
        (Type::Uuid | Type::IpAddress, Type::Varbinary) => Ok(value.clone()),
        (Type::Varbinary, Type::Uuid) if bytes.len() == 16 => Ok(value.clone()),
        (Type::Varbinary, Type::Uuid) => Err(invalid()),
        (Type::Varbinary, Type::IpAddress) => match bytes.len() {
            16 => Ok(value.clone()),
            4 => {
                let mut mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0];
                mapped[12..].copy_from_slice(bytes);
                Ok(Value::Varbinary(mapped.into()))
            }
            _ => Err(invalid()),
        },
        _ => Err(unsupported(from, to)),
    }
}

fn uuid_text(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(36);
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(&format!("{byte:02x}"));
    }
    text
}

/// An address as Trino writes it: IPv4 where it is one, else compressed IPv6.
fn ip_text(bytes: &[u8]) -> Option<String> {
    let address = std::net::Ipv6Addr::from(<[u8; 16]>::try_from(bytes).ok()?);
    Some(match address.to_ipv4_mapped() {
        Some(address) => address.to_string(),
        None => {
            // Rust writes the lower half of some addresses in IPv4 form; Trino writes groups only.
            compressed(&address.segments())
        }
    })
}

/// Eight groups in hexadecimal, the longest run of at least two zero groups as `::`.
fn compressed(groups: &[u16; 8]) -> String {
    let mut best = 0..0;
    let mut start = 0;
    for at in 0..=groups.len() {
        if groups.get(at).is_none_or(|group| *group != 0) {
            if at - start > best.len() && at - start > 1 {
                best = start..at;
            }
            start = at + 1;
        }
    }
    let join = |groups: &[u16]| groups.iter().map(|group| format!("{group:x}")).collect::<Vec<_>>().join(":");
    if best.is_empty() {
        join(groups)
    } else {
        format!("{}::{}", join(&groups[..best.start]), join(&groups[best.end..]))
    }
}

fn from_row(fields: &Arc<[crate::types::RowField]>) -> Type {
    Type::Row(Arc::clone(fields))
}

/// A value that is not of the type its expression says: whoever closed the expression erred.
fn mismatch(from: Type, value: &Value) -> EvalError {
    EvalError::new("GENERIC_INTERNAL_ERROR", format!("{value:?} is no value of type {from}"))
}

/// A pair of types that [`supports_cast`] denies.
fn unsupported(from: &Type, to: &Type) -> EvalError {
    EvalError::refused(format!("the evaluator has no cast from {from} to {to}"))
}
