//! A value of a result, from the text that Athena writes for its type.
//!
//! Scalars are read exactly. Arrays, maps and rows are not read at all: Athena writes their strings
//! without quotes, so that `['a, b']` and `['a', 'b']` are one text, and of binary values in them
//! nothing but a Java object's name.

use std::borrow::Cow;

use crate::constant::{Value, cast};
use crate::engine::interval::{day_interval, year_interval};
use crate::types::Type;

/// Whether every value of a type can be read from its text.
pub fn is_readable(ty: &Type) -> bool {
    match ty {
        Type::Array(_) | Type::Map(..) | Type::Row(_) | Type::Function(..) | Type::Named(_) => false,
        Type::Unknown
        | Type::Boolean
        | Type::TinyInt
        | Type::SmallInt
        | Type::Integer
        | Type::BigInt
        | Type::Real
        | Type::Double
        | Type::Decimal(..)
        | Type::Varchar(_)
        | Type::Char(_)
        | Type::Varbinary
        | Type::Json
        | Type::Date
        | Type::Time(_)
        | Type::TimeWithTimeZone(_)
        | Type::Timestamp(_)
        | Type::TimestampWithTimeZone(_)
        | Type::IntervalDayToSecond
        | Type::IntervalYearToMonth
        | Type::Uuid
        | Type::IpAddress
        | Type::Opaque => true,
    }
}

/// Reads a value; none if the text is no value of the type.
pub fn read(text: &str, ty: &Type) -> Option<Value> {
    match ty {
        Type::Boolean => match text {
            "true" => Some(Value::Boolean(true)),
            "false" => Some(Value::Boolean(false)),
            _ => None,
        },
        Type::Real => text.parse().ok().map(Value::Real),
        Type::Double => text.parse().ok().map(Value::Double),
        Type::Varchar(_) => Some(Value::varchar(text)),
        Type::Char(_) => Some(Value::varchar(text.trim_end_matches(' '))),
        Type::Varbinary => bytes(text),
        Type::Json => Some(Value::Json(text.into())),
        Type::IntervalDayToSecond => day_interval(text),
        Type::IntervalYearToMonth => year_interval(text),
        ty if is_readable(ty) && !matches!(ty, Type::Unknown | Type::Opaque) => {
            cast(&Value::varchar(text), &Type::VARCHAR, ty).ok()
        }
        _ => None,
    }
}

/// `01 fe`: hexadecimal pairs with blanks between.
fn bytes(text: &str) -> Option<Value> {
    let pair = |pair: &str| (pair.len() == 2).then(|| u8::from_str_radix(pair, 16).ok()).flatten();
    let bytes: Option<Vec<u8>> = text.split_whitespace().map(pair).collect();
    bytes.map(|bytes| Value::Varbinary(bytes.into()))
}

/// The type that Athena names for a column, from its base name, precision and scale
/// (`athena-wire`: `float` is Trino's real, `string` Hive's varchar; the precision of a time is always
/// given as 3); none for a type of elements, which it does not tell.
pub fn told_type(name: &str, precision: i32, scale: i32) -> Option<Type> {
    let bounded = u32::try_from(precision).ok().filter(|length| *length < 2_147_483_647);
    let small = |number: i32| u8::try_from(number).unwrap_or(0);
    Some(match name.to_ascii_lowercase().as_str() {
        "varchar" => Type::Varchar(bounded),
        "string" => Type::VARCHAR,
        "char" => Type::Char(bounded.unwrap_or(1)),
        "float" | "real" => Type::Real,
        "int" => Type::Integer,
        "decimal" => Type::Decimal(small(precision), small(scale)),
        "array" | "map" | "row" | "struct" => return None,
        other => crate::types::parse_type(other)?,
    })
}

/// Whether a column that Athena tells of is one that was bound to a type: what it does not tell
/// (lengths of texts, precisions of times) is not held against it.
pub fn agrees(told: Option<&Type>, bound: &Type) -> bool {
    match (told, bound) {
        (_, Type::Opaque | Type::Unknown | Type::Named(_)) => true,
        (None, bound) => !is_readable(bound),
        (Some(Type::Varchar(_) | Type::Char(_)), Type::Varchar(_) | Type::Char(_))
        | (Some(Type::Time(_)), Type::Time(_))
        | (Some(Type::TimeWithTimeZone(_)), Type::TimeWithTimeZone(_))
        | (Some(Type::Timestamp(_)), Type::Timestamp(_))
        | (Some(Type::TimestampWithTimeZone(_)), Type::TimestampWithTimeZone(_)) => true,
        (Some(told), bound) => told == bound,
    }
}

/// How a type that was told with no precision is read so that none of these texts loses a digit.
pub fn with_digits<'a>(told: &Type, texts: impl Iterator<Item = &'a str>) -> Type {
    let digits = |texts: &mut dyn Iterator<Item = &'a str>| {
        let fraction = |text: &str| {
            let rest = text.split_once('.').map_or("", |(_, rest)| rest);
            rest.bytes().take_while(u8::is_ascii_digit).count()
        };
        u8::try_from(texts.map(fraction).max().unwrap_or(3)).unwrap_or(12).min(12)
    };
    let mut texts = texts;
    match told {
        Type::Time(_) => Type::Time(digits(&mut texts)),
        Type::TimeWithTimeZone(_) => Type::TimeWithTimeZone(digits(&mut texts)),
        Type::Timestamp(_) => Type::Timestamp(digits(&mut texts)),
        Type::TimestampWithTimeZone(_) => Type::TimestampWithTimeZone(digits(&mut texts)),
        other => other.clone(),
    }
}

/// A text for an error's message: short.
pub fn shown(text: &str) -> Cow<'_, str> {
    const SHOWN: usize = 80;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::{agrees, is_readable, read, told_type, with_digits};
    use crate::constant::{Value, Zone};
    use crate::types::Type;

    /// The text forms of athena-wire, section 5.
    #[test]
    fn every_scalar_is_read_from_its_text() {
        let micros = 1_600_000_000_123_456_i128 * 1_000_000;
        let cases = [
            ("true", Type::Boolean, Value::Boolean(true)),
            ("-42", Type::BigInt, Value::Integer(-42)),
            ("127", Type::TinyInt, Value::Integer(127)),
            ("1.0E20", Type::Double, Value::Double(1e20)),
            ("0.30000000000000004", Type::Double, Value::Double(0.1 + 0.2)),
            ("-Infinity", Type::Double, Value::Double(f64::NEG_INFINITY)),
            ("1.0E-7", Type::Real, Value::Real(1e-7)),
            ("-1.50", Type::Decimal(10, 2), Value::Decimal(-150)),
            ("", Type::VARCHAR, Value::varchar("")),
            (" a  ", Type::Char(4), Value::varchar(" a")),
            ("01 fe", Type::Varbinary, Value::Varbinary([1, 254].into())),
            ("", Type::Varbinary, Value::Varbinary([].into())),
            ("{\"a\":1}", Type::Json, Value::Json("{\"a\":1}".into())),
            ("1970-01-02", Type::Date, Value::Date(1)),
            ("2020-09-13 12:26:40.123456", Type::Timestamp(6), Value::Timestamp(micros)),
            ("2020-09-13 12:26:40", Type::Timestamp(0), Value::Timestamp(1_600_000_000 * 1_000_000_000_000)),
            (
                "2020-09-13 12:26:40.123456 UTC",
                Type::TimestampWithTimeZone(6),
                Value::TimestampWithTimeZone(micros, Zone::Offset(0)),
            ),
            (
                "2020-09-13 14:26:40.000 Europe/Berlin",
                Type::TimestampWithTimeZone(3),
                Value::TimestampWithTimeZone(1_600_000_000 * 1_000_000_000_000, Zone::Region("Europe/Berlin".into())),
            ),
            ("00:00:01.500", Type::Time(3), Value::Time(1_500_000_000_000)),
            ("00:00:01.500+01:00", Type::TimeWithTimeZone(3), Value::TimeWithTimeZone(1_500_000_000_000, 60)),
            ("1 00:00:00.001", Type::IntervalDayToSecond, Value::IntervalDayToSecond(86_400_001)),
            ("-0 00:00:01.000", Type::IntervalDayToSecond, Value::IntervalDayToSecond(-1000)),
            ("-1-2", Type::IntervalYearToMonth, Value::IntervalYearToMonth(-14)),
        ];
        for (text, ty, value) in cases {
            assert_eq!(read(text, &ty), Some(value), "{text} as {ty}");
        }
        let nan = read("NaN", &Type::Double);
        assert!(matches!(nan, Some(Value::Double(number)) if number.is_nan()));
        assert!(matches!(read("::1", &Type::IpAddress), Some(Value::Varbinary(bytes)) if bytes.len() == 16));
        let uuid = read("12151fd2-7586-11e9-8f9e-2a86e4085a59", &Type::Uuid);
        assert!(matches!(uuid, Some(Value::Varbinary(bytes)) if bytes.len() == 16));
    }

    #[test]
    fn what_is_no_value_of_a_type_is_not_read() {
        for (text, ty) in [
            ("", Type::BigInt),
            ("128", Type::TinyInt),
            ("TRUE", Type::Boolean),
            ("0g", Type::Varbinary),
            ("1 2", Type::Varbinary),
            ("1", Type::IntervalDayToSecond),
            ("[1]", Type::array(Type::Integer)),
            ("x", Type::Unknown),
        ] {
            assert_eq!(read(text, &ty), None, "{text} as {ty}");
        }
    }

    #[test]
    fn composites_are_ambiguous_and_not_read() {
        let row = Type::row([("a", Type::VARCHAR)]);
        for ty in [Type::array(Type::VARCHAR), Type::map(Type::VARCHAR, Type::VARCHAR), row] {
            assert!(!is_readable(&ty), "{ty}");
        }
    }

    /// ColumnInfo of athena-wire, section 5.
    #[test]
    fn columns_are_typed_by_what_athena_tells() {
        let cases = [
            ("tinyint", 3, 0, Type::TinyInt),
            ("integer", 10, 0, Type::Integer),
            ("float", 17, 0, Type::Real),
            ("decimal", 12, 3, Type::Decimal(12, 3)),
            ("varchar", 2_147_483_647, 0, Type::VARCHAR),
            ("varchar", 7, 0, Type::Varchar(Some(7))),
            ("string", 0, 0, Type::VARCHAR),
            ("char", 4, 0, Type::Char(4)),
            ("timestamp", 3, 0, Type::Timestamp(3)),
            ("timestamp with time zone", 3, 0, Type::TimestampWithTimeZone(3)),
            ("interval day to second", 0, 0, Type::IntervalDayToSecond),
            ("uuid", 0, 0, Type::Uuid),
        ];
        for (name, precision, scale, ty) in cases {
            assert_eq!(told_type(name, precision, scale), Some(ty), "{name}");
        }
        assert_eq!(told_type("row", 0, 0), None);
    }

    #[test]
    fn a_bound_type_is_held_against_what_is_told() {
        assert!(agrees(Some(&Type::VARCHAR), &Type::Varchar(Some(3))));
        assert!(agrees(Some(&Type::Timestamp(3)), &Type::Timestamp(6)));
        assert!(agrees(Some(&Type::Double), &Type::Opaque));
        assert!(agrees(None, &Type::array(Type::Integer)));
        assert!(!agrees(Some(&Type::Integer), &Type::BigInt));
        assert!(!agrees(Some(&Type::Decimal(10, 2)), &Type::Decimal(10, 3)));
        assert!(!agrees(None, &Type::VARCHAR));
        let told = Type::Timestamp(3);
        assert_eq!(with_digits(&told, ["2020-01-01 00:00:00.123456"].into_iter()), Type::Timestamp(6));
        assert_eq!(with_digits(&told, [].into_iter()), Type::Timestamp(3));
    }
}
