//! When values are equal, distinct, or in order, as Trino sees it.
//!
//! Three notions live here. SQL's `=` knows a third answer, for NULLs inside rows and arrays. *Identity*
//! (`IS NOT DISTINCT FROM`, DISTINCT, GROUP BY) takes NULL and NaN as equal to themselves. The *order*
//! is the one of ORDER BY, `min` and `<`; JSON and maps have none.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

use super::calendar::PICOS_PER_DAY;
use super::value::Value;
use crate::types::Type;

/// SQL's `=`; `None` where the answer is NULL.
pub fn equal(left: &Value, right: &Value) -> Option<bool> {
    match (left, right) {
        (Value::Null, _) | (_, Value::Null) => None,
        (Value::Real(left), Value::Real(right)) => Some(left == right),
        (Value::Double(left), Value::Double(right)) => Some(left == right),
        (Value::Array(left), Value::Array(right)) => {
            if left.len() != right.len() {
                return Some(false);
            }
            all_equal(left.iter().zip(right.iter()))
        }
        (Value::Row(left), Value::Row(right)) => all_equal(left.iter().zip(right.iter())),
        (Value::Map(left), Value::Map(right)) => {
            if left.len() != right.len() {
                return Some(false);
            }
            let mut pairs = Vec::with_capacity(left.len());
            for (key, value) in left.iter() {
                let Some((_, other)) = right.iter().find(|(other, _)| identical(key, other)) else {
                    return Some(false);
                };
                pairs.push((value, other));
            }
            all_equal(pairs.into_iter())
        }
        _ => Some(identical(left, right)),
    }
}

/// FALSE if any pair differs, else NULL if any is unknown, else TRUE.
fn all_equal<'a>(pairs: impl Iterator<Item = (&'a Value, &'a Value)>) -> Option<bool> {
    let mut known = true;
    for (left, right) in pairs {
        match equal(left, right) {
            Some(true) => {}
            Some(false) => return Some(false),
            None => known = false,
        }
    }
    known.then_some(true)
}

/// `IS NOT DISTINCT FROM`: NULL is NULL, NaN is NaN, and a timestamp with time zone is its instant.
pub fn identical(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Real(left), Value::Real(right)) => left == right || left.is_nan() && right.is_nan(),
        (Value::Double(left), Value::Double(right)) => left == right || left.is_nan() && right.is_nan(),
        (Value::TimestampWithTimeZone(left, _), Value::TimestampWithTimeZone(right, _)) => left == right,
        (Value::TimeWithTimeZone(left, from), Value::TimeWithTimeZone(right, to)) => {
            time_in_utc(*left, *from) == time_in_utc(*right, *to)
        }
        (Value::Array(left), Value::Array(right)) | (Value::Row(left), Value::Row(right)) => {
            left.len() == right.len() && left.iter().zip(right.iter()).all(|(left, right)| identical(left, right))
        }
        (Value::Map(left), Value::Map(right)) => {
            let found = |(key, value): &(Value, Value)| {
                right.iter().any(|(other, at)| identical(key, other) && identical(value, at))
            };
            left.len() == right.len() && left.iter().all(found)
        }
        _ => left == right,
    }
}

/// The order of two values of a type, as ORDER BY, `min`, `max` and `<` take it: NULL comes last, NaN
/// after all numbers. `None` if the type has no order, or if NULLs stand inside rows or arrays, whose
/// order Trino refuses (`NOT_SUPPORTED`).
pub fn compare(left: &Value, right: &Value, ty: &Type) -> Option<Ordering> {
    Some(match (left, right) {
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Null, _) => Ordering::Greater,
        (_, Value::Null) => Ordering::Less,
        (Value::Boolean(left), Value::Boolean(right)) => left.cmp(right),
        (Value::Integer(left), Value::Integer(right)) => left.cmp(right),
        (Value::Real(left), Value::Real(right)) => number_order(f64::from(*left), f64::from(*right)),
        (Value::Double(left), Value::Double(right)) => number_order(*left, *right),
        (Value::Decimal(left), Value::Decimal(right)) => left.cmp(right),
        (Value::Varchar(left), Value::Varchar(right)) if matches!(ty, Type::Char(_)) => padded_order(left, right),
        (Value::Varchar(left), Value::Varchar(right)) => left.as_bytes().cmp(right.as_bytes()),
        (Value::Varbinary(left), Value::Varbinary(right)) => left.cmp(right),
        (Value::Date(left), Value::Date(right)) => left.cmp(right),
        (Value::Time(left), Value::Time(right)) => left.cmp(right),
        (Value::TimeWithTimeZone(left, from), Value::TimeWithTimeZone(right, to)) => {
            time_in_utc(*left, *from).cmp(&time_in_utc(*right, *to))
        }
        (Value::Timestamp(left), Value::Timestamp(right)) => left.cmp(right),
        (Value::TimestampWithTimeZone(left, _), Value::TimestampWithTimeZone(right, _)) => left.cmp(right),
        (Value::IntervalDayToSecond(left), Value::IntervalDayToSecond(right))
        | (Value::IntervalYearToMonth(left), Value::IntervalYearToMonth(right)) => left.cmp(right),
        (Value::Array(left), Value::Array(right)) => {
            let Type::Array(element) = ty else { return None };
            for (left, right) in left.iter().zip(right.iter()) {
                match compare_inner(left, right, element)? {
                    Ordering::Equal => {}
                    order => return Some(order),
                }
            }
            left.len().cmp(&right.len())
        }
        (Value::Row(left), Value::Row(right)) => {
            let Type::Row(fields) = ty else { return None };
            for ((left, right), field) in left.iter().zip(right.iter()).zip(fields.iter()) {
                match compare_inner(left, right, &field.ty)? {
                    Ordering::Equal => {}
                    order => return Some(order),
                }
            }
            Ordering::Equal
        }
        _ => return None,
    })
}

fn compare_inner(left: &Value, right: &Value, ty: &Type) -> Option<Ordering> {
    if left.is_null() || right.is_null() { None } else { compare(left, right, ty) }
}

/// NaN is above all numbers, and the two zeros are equal.
fn number_order(left: f64, right: f64) -> Ordering {
    left.partial_cmp(&right).unwrap_or_else(|| left.is_nan().cmp(&right.is_nan()))
}

/// The order of `char` values, as if the shorter one were filled up with blanks.
fn padded_order(left: &str, right: &str) -> Ordering {
    let length = left.len().max(right.len());
    let padded = |text: &str| text.bytes().chain(std::iter::repeat(b' ')).take(length).collect::<Vec<u8>>();
    padded(left).cmp(&padded(right))
}

/// A time of day with its offset taken off, wrapped around midnight.
pub(crate) fn time_in_utc(picos: i64, offset_minutes: i16) -> i64 {
    let utc = i128::from(picos) - i128::from(offset_minutes) * 60 * 1_000_000_000_000;
    i64::try_from(utc.rem_euclid(PICOS_PER_DAY)).expect("a day's picoseconds fit")
}

/// A value as a key: equal and hashed by identity, for GROUP BY, DISTINCT and hash joins.
#[derive(Debug, Clone)]
pub struct Key(pub Value);

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        identical(&self.0, &other.0)
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash(&self.0, state);
    }
}

fn hash<H: Hasher>(value: &Value, state: &mut H) {
    std::mem::discriminant(value).hash(state);
    match value {
        Value::Null => {}
        Value::Boolean(value) => value.hash(state),
        Value::Integer(value) | Value::IntervalDayToSecond(value) | Value::IntervalYearToMonth(value) => {
            value.hash(state);
        }
        Value::Real(value) => hash_number(f64::from(*value), state),
        Value::Double(value) => hash_number(*value, state),
        Value::Decimal(value) | Value::Timestamp(value) | Value::TimestampWithTimeZone(value, _) => value.hash(state),
        Value::Varchar(text) | Value::Json(text) => text.hash(state),
        Value::Varbinary(bytes) => bytes.hash(state),
        Value::Date(days) => days.hash(state),
        Value::Time(picos) => picos.hash(state),
        Value::TimeWithTimeZone(picos, offset) => time_in_utc(*picos, *offset).hash(state),
        Value::Array(values) | Value::Row(values) => {
            values.len().hash(state);
            values.iter().for_each(|value| hash(value, state));
        }
        // The order of a map's entries does not matter, so their hashes must not depend on it: the
        // number of entries is enough to keep equal maps together.
        Value::Map(entries) => entries.len().hash(state),
    }
}

/// Both zeros are one key, and so are all NaNs.
fn hash_number<H: Hasher>(number: f64, state: &mut H) {
    let canonical = if number == 0.0 {
        0.0
    } else if number.is_nan() {
        f64::NAN
    } else {
        number
    };
    canonical.to_bits().hash(state);
}
