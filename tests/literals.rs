//! A value goes into SQL text through the one literal renderer and comes back as it was, in its own type (law 5).

use athplan::constant::{Value, Zone, evaluate, identical};
use athplan::emit::literal;
use athplan::types::{RowField, Type};

use crate::answers::{Prepared, prepare};

/// Asserts that a value comes back from its literal; gives the literal.
#[track_caller]
fn comes_back(value: &Value, ty: &Type) -> String {
    let written = literal(value, ty).expect("the type has literals");
    let Prepared::Closed(expr, read) = prepare(&written) else { panic!("{written} does not bind") };
    let back = evaluate(&expr, &[]).unwrap_or_else(|error| panic!("{written}: {error}"));
    assert!(identical(value, &back), "{value:?} is written {written} and comes back as {back:?}");
    // A plain string is as long as it is, and goes wherever a varchar goes.
    assert!(read == *ty || *ty == Type::VARCHAR, "{written} is of {read}, not of {ty}");
    written
}

#[test]
fn numbers_to_their_ends() {
    for (ty, ends) in [
        (Type::TinyInt, [i64::from(i8::MIN), i64::from(i8::MAX)]),
        (Type::SmallInt, [i64::from(i16::MIN), i64::from(i16::MAX)]),
        (Type::Integer, [i64::from(i32::MIN), i64::from(i32::MAX)]),
        (Type::BigInt, [i64::MIN, i64::MAX]),
    ] {
        for number in [ends[0], -1, 0, 1, ends[1]] {
            comes_back(&Value::Integer(number), &ty);
        }
    }
    for number in [0.0, -0.0, 1.5, -1e300, 5e-324, f64::MAX, f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
        comes_back(&Value::Double(number), &Type::Double);
    }
    for number in [0.0, 1.5, 1e-45, f32::MAX, f32::INFINITY, f32::NAN] {
        comes_back(&Value::Real(number), &Type::Real);
    }
    for (unscaled, precision, scale) in
        [(0, 1, 1), (-5, 1, 1), (10_i128.pow(38) - 1, 38, 0), (1 - 10_i128.pow(38), 38, 38)]
    {
        comes_back(&Value::Decimal(unscaled), &Type::Decimal(precision, scale));
    }
}

#[test]
fn intervals_to_their_ends() {
    // Trino reads the number of an interval's literal into 32 bits.
    for millis in
        [0, 1, -1, 999, -86_400_000, i64::from(i32::MAX) * 1000, i64::from(i32::MAX) * 1000 + 1000, i64::MAX, i64::MIN]
    {
        comes_back(&Value::IntervalDayToSecond(millis), &Type::IntervalDayToSecond);
    }
    for months in [0, 1, -14, i64::from(i32::MAX), i64::from(i32::MIN)] {
        comes_back(&Value::IntervalYearToMonth(months), &Type::IntervalYearToMonth);
    }
    let large = literal(&Value::IntervalDayToSecond(i64::MIN), &Type::IntervalDayToSecond).expect("it has one");
    assert_eq!(large, "(BIGINT '-9223372036854775808' * INTERVAL '0.001' SECOND)");
}

#[test]
fn times() {
    for days in [0, -719_162, 2_932_896, 2_932_897, -1_000_000] {
        comes_back(&Value::Date(days), &Type::Date);
    }
    for zone in [Zone::UTC, Zone::Offset(-210), Zone::Offset(840), Zone::Region("Europe/Berlin".into())] {
        // In Berlin this is the second time that the clock shows two, when summer time ends.
        comes_back(&Value::TimestampWithTimeZone(1_572_138_000_123_000_000_000, zone), &Type::TimestampWithTimeZone(3));
    }
    comes_back(&Value::Timestamp(-1), &Type::Timestamp(12));
    comes_back(&Value::Timestamp(-62_135_596_800_000_000_000_000), &Type::Timestamp(3));
    comes_back(&Value::Time(86_399_999_999_999_999), &Type::Time(12));
    comes_back(&Value::TimeWithTimeZone(0, -839), &Type::TimeWithTimeZone(0));
}

#[test]
fn texts_that_hide_and_texts_that_end_a_string() {
    for text in ["", "'", "''--", "a\\b", "\0\n\u{202e}", "\\\u{7f}'", "\u{10ffff}\u{e000}", "ü😀", "  "] {
        let written = comes_back(&Value::varchar(text), &Type::VARCHAR);
        assert!(!written.chars().any(athplan::emit::hidden), "{written:?}");
        comes_back(&Value::varchar(text), &Type::Varchar(Some(40)));
    }
    comes_back(&Value::varchar("ab"), &Type::Char(5));
    comes_back(&Value::Varbinary(vec![0, 255, 39].into()), &Type::Varbinary);
    for json in [r#"{"b":1,"a":[1.0E-7,"\uD83D\uDE00"],"b":2}"#, "null", r#""'\u0001""#] {
        comes_back(&Value::Json(json.into()), &Type::Json);
    }
}

#[test]
fn values_of_several_parts() {
    let text = Type::Varchar(Some(3));
    let list = Type::array(text.clone());
    comes_back(&Value::Array(vec![].into()), &list);
    comes_back(&Value::Array(vec![Value::Null, Value::varchar("'")].into()), &list);
    let map = Type::Map(text.clone().into(), Type::BigInt.into());
    comes_back(&Value::Map(vec![].into()), &map);
    comes_back(&Value::Map(vec![(Value::varchar("k"), Value::Null)].into()), &map);
    let field = |name: Option<&str>, ty: &Type| RowField { name: name.map(Into::into), ty: ty.clone() };
    let row = Type::Row(vec![field(Some("a b"), &Type::Double), field(None, &list)].into());
    comes_back(&Value::Row(vec![Value::Double(f64::NAN), Value::Null].into()), &row);
    for ty in [text, list, map, row, Type::Json, Type::Unknown] {
        comes_back(&Value::Null, &ty);
    }
}
