//! A value of a result, from the JSON that the protocol writes for its type.
//!
//! Numbers come as numbers, what JSON has no numbers for as text (`NaN`, decimals), bytes as base64, rows as
//! lists, and the keys of a map as texts, whatever their type.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value as Json;

use crate::constant::{Value, cast};
use crate::engine::interval::{day_interval, year_interval};
use crate::types::Type;

/// Reads a value; none if the JSON is no value of the type.
pub fn read(json: &Json, ty: &Type) -> Option<Value> {
    if json.is_null() {
        return Some(Value::Null);
    }
    match (json, ty) {
        (Json::Bool(value), Type::Boolean) => Some(Value::Boolean(*value)),
        (Json::Number(number), Type::Real) => number.to_string().parse().ok().map(Value::Real),
        (Json::Number(number), Type::Double) => number.to_string().parse().ok().map(Value::Double),
        (Json::Number(number), ty) if ty.is_integer() => text(&number.to_string(), ty),
        (Json::String(value), ty) => text(value, ty),
        (Json::Array(values), Type::Array(element)) => values
            .iter()
            .map(|value| read(value, element))
            .collect::<Option<Vec<_>>>()
            .map(|all| Value::Array(all.into())),
        (Json::Array(values), Type::Row(fields)) if values.len() == fields.len() => {
            let values = values.iter().zip(fields.iter()).map(|(value, field)| read(value, &field.ty));
            values.collect::<Option<Vec<_>>>().map(|all| Value::Row(all.into()))
        }
        (Json::Object(entries), Type::Map(key, value)) => {
            let entries = entries.iter().map(|(name, entry)| Some((text(name, key)?, read(entry, value)?)));
            entries.collect::<Option<Vec<_>>>().map(|all| Value::Map(all.into()))
        }
        _ => None,
    }
}

/// Reads a value from its text: what is written as one, and every key of a map.
fn text(text: &str, ty: &Type) -> Option<Value> {
    match ty {
        Type::Boolean => text.parse().ok().map(Value::Boolean),
        Type::Real => text.parse().ok().map(Value::Real),
        Type::Double => text.parse().ok().map(Value::Double),
        Type::Varchar(_) => Some(Value::varchar(text)),
        Type::Char(_) => Some(Value::varchar(text.trim_end_matches(' '))),
        Type::Varbinary => STANDARD.decode(text).ok().map(|bytes| Value::Varbinary(bytes.into())),
        Type::Json => Some(Value::Json(text.into())),
        Type::IntervalDayToSecond => day_interval(text),
        Type::IntervalYearToMonth => year_interval(text),
        Type::TinyInt
        | Type::SmallInt
        | Type::Integer
        | Type::BigInt
        | Type::Decimal(..)
        | Type::Date
        | Type::Time(_)
        | Type::TimeWithTimeZone(_)
        | Type::Timestamp(_)
        | Type::TimestampWithTimeZone(_)
        | Type::Uuid
        | Type::IpAddress => cast(&Value::varchar(text), &Type::VARCHAR, ty).ok(),
        Type::Unknown
        | Type::Array(_)
        | Type::Map(..)
        | Type::Row(_)
        | Type::Function(..)
        | Type::Named(_)
        | Type::Opaque => None,
    }
}

/// Whether every value of a type can be read from what the protocol writes for it. The keys of a map are texts:
/// those of composite types cannot be told apart.
pub fn is_readable(ty: &Type) -> bool {
    match ty {
        Type::Array(element) => is_readable(element),
        Type::Map(key, value) => {
            !matches!(**key, Type::Array(_) | Type::Map(..) | Type::Row(_)) && is_readable(key) && is_readable(value)
        }
        Type::Row(fields) => fields.iter().all(|field| is_readable(&field.ty)),
        Type::Function(..) | Type::Named(_) => false,
        _ => true,
    }
}

/// Whether a column that Trino tells of is one that was bound to a type: lengths of texts and precisions of times
/// are not held against it.
pub fn agrees(told: &Type, bound: &Type) -> bool {
    match (told, bound) {
        (_, Type::Opaque | Type::Unknown | Type::Named(_))
        | (Type::Varchar(_) | Type::Char(_), Type::Varchar(_) | Type::Char(_))
        | (Type::Time(_), Type::Time(_))
        | (Type::TimeWithTimeZone(_), Type::TimeWithTimeZone(_))
        | (Type::Timestamp(_), Type::Timestamp(_))
        | (Type::TimestampWithTimeZone(_), Type::TimestampWithTimeZone(_)) => true,
        (Type::Array(told), Type::Array(bound)) => agrees(told, bound),
        (Type::Map(key, value), Type::Map(bound_key, bound_value)) => {
            agrees(key, bound_key) && agrees(value, bound_value)
        }
        (Type::Row(told), Type::Row(bound)) => {
            told.len() == bound.len() && told.iter().zip(bound.iter()).all(|(told, bound)| agrees(&told.ty, &bound.ty))
        }
        (told, bound) => told == bound,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{agrees, is_readable, read};
    use crate::constant::{Value, Zone};
    use crate::types::Type;

    #[test]
    fn every_type_is_read_from_its_json() {
        let micros = 1_600_000_000_123_456_i128 * 1_000_000;
        let row = Type::row([("a", Type::Integer), ("b", Type::VARCHAR)]);
        let cases = [
            (json!(null), Type::BigInt, Value::Null),
            (json!(true), Type::Boolean, Value::Boolean(true)),
            (json!(-9_223_372_036_854_775_808_i64), Type::BigInt, Value::Integer(i64::MIN)),
            (json!("-Infinity"), Type::Double, Value::Double(f64::NEG_INFINITY)),
            (json!(0.1), Type::Real, Value::Real(0.1)),
            (
                json!("12345678901234567890123456789012345.678"),
                Type::Decimal(38, 3),
                Value::Decimal(12345678901234567890123456789012345678),
            ),
            (json!("a  "), Type::Char(3), Value::varchar("a")),
            (json!("Af4="), Type::Varbinary, Value::Varbinary([1, 254].into())),
            (json!("{\"a\":1}"), Type::Json, Value::Json("{\"a\":1}".into())),
            (json!("1970-01-02"), Type::Date, Value::Date(1)),
            (json!("2020-09-13 12:26:40.123456"), Type::Timestamp(6), Value::Timestamp(micros)),
            (
                json!("2020-09-13 14:26:40.123456 Europe/Berlin"),
                Type::TimestampWithTimeZone(6),
                Value::TimestampWithTimeZone(micros, Zone::Region("Europe/Berlin".into())),
            ),
            (json!("1 00:00:00.001"), Type::IntervalDayToSecond, Value::IntervalDayToSecond(86_400_001)),
            (json!("-1-2"), Type::IntervalYearToMonth, Value::IntervalYearToMonth(-14)),
            (json!([1, null]), Type::array(Type::Integer), Value::Array([Value::Integer(1), Value::Null].into())),
            (json!([1, "x"]), row.clone(), Value::Row([Value::Integer(1), Value::varchar("x")].into())),
            (
                json!({"2": [1.5]}),
                Type::map(Type::BigInt, Type::array(Type::Double)),
                Value::Map([(Value::Integer(2), Value::Array([Value::Double(1.5)].into()))].into()),
            ),
        ];
        for (json, ty, value) in cases {
            assert_eq!(read(&json, &ty), Some(value), "{json} as {ty}");
        }
        assert!(matches!(read(&json!("NaN"), &Type::Double), Some(Value::Double(number)) if number.is_nan()));
        assert!(matches!(read(&json!("::1"), &Type::IpAddress), Some(Value::Varbinary(bytes)) if bytes.len() == 16));
        for (json, ty) in
            [(json!(128), Type::TinyInt), (json!("x"), Type::BigInt), (json!([1]), row), (json!(1), Type::VARCHAR)]
        {
            assert_eq!(read(&json, &ty), None, "{json} as {ty}");
        }
    }

    #[test]
    fn types_are_held_against_what_is_told() {
        assert!(agrees(&Type::Varchar(Some(3)), &Type::VARCHAR));
        assert!(agrees(&Type::array(Type::Timestamp(3)), &Type::array(Type::Timestamp(6))));
        assert!(!agrees(&Type::Integer, &Type::BigInt));
        assert!(!agrees(&Type::Decimal(10, 2), &Type::Decimal(10, 3)));
        assert!(!is_readable(&Type::map(Type::array(Type::Integer), Type::Integer)));
        assert!(!is_readable(&Type::Named("hyperloglog".into())));
    }
}
