//! Dates, times and timestamps with intervals, intervals among themselves, and differences.

use super::super::{Body, Function};
use super::arithmetic::not_numbers;
use crate::constant::calendar::{Civil, PICOS_PER_DAY, PICOS_PER_MILLI, split_day};
use crate::constant::cast::{instant, zoned};
use crate::constant::temporal_text::{local, seconds};
use crate::constant::{EvalError, Value, Zone};
use crate::types::Type;

const MILLIS_PER_DAY: i64 = 86_400_000;

/// Finds an operator that takes or gives an interval.
pub(super) fn lookup(name: &str, arguments: &[Type], result: &Type) -> Option<Body> {
    let interval = |ty: &Type| matches!(ty, Type::IntervalDayToSecond | Type::IntervalYearToMonth);
    match (name, arguments) {
        ("negate", [ty]) if interval(ty) => {
            Some(Body::Strict(|function, values| scale(function, &values[0], |n| n.checked_neg())))
        }
        ("+", [left, right]) if interval(left) && left == right => {
            Some(Body::Strict(|function, values| sum(function, values, 1)))
        }
        ("-", [left, right]) if interval(left) && left == right => {
            Some(Body::Strict(|function, values| sum(function, values, -1)))
        }
        ("*", [left, right]) if interval(left) && is_factor(right) => {
            Some(Body::Strict(|function, values| multiply(function, &values[0], &values[1])))
        }
        ("*", [left, right]) if interval(right) && is_factor(left) => {
            Some(Body::Strict(|function, values| multiply(function, &values[1], &values[0])))
        }
        ("/", [left, right]) if interval(left) && is_factor(right) => Some(Body::Strict(divide)),
        ("+", [left, right]) if interval(right) && moves(left, right, result) => {
            Some(Body::Strict(|_, values| shift(&values[0], &values[1], 1)))
        }
        ("+", [left, right]) if interval(left) && moves(right, left, result) => {
            Some(Body::Strict(|_, values| shift(&values[1], &values[0], 1)))
        }
        ("-", [left, right]) if interval(right) && moves(left, right, result) => {
            Some(Body::Strict(|_, values| shift(&values[0], &values[1], -1)))
        }
        ("-", [left, right]) if left == right && *result == Type::IntervalDayToSecond && is_temporal(left) => {
            Some(Body::Strict(|_, values| difference(&values[0], &values[1])))
        }
        _ => None,
    }
}

/// What an interval may be multiplied with: the binder has widened it to one of these.
fn is_factor(ty: &Type) -> bool {
    ty.is_integer() || *ty == Type::Double
}

fn is_temporal(ty: &Type) -> bool {
    matches!(
        ty,
        Type::Date | Type::Time(_) | Type::TimeWithTimeZone(_) | Type::Timestamp(_) | Type::TimestampWithTimeZone(_)
    )
}

/// Whether this kind of interval moves this kind of time.
fn moves(ty: &Type, interval: &Type, result: &Type) -> bool {
    let time = matches!(ty, Type::Time(_) | Type::TimeWithTimeZone(_));
    let kind = std::mem::discriminant(ty) == std::mem::discriminant(result);
    is_temporal(ty) && kind && !(time && *interval == Type::IntervalYearToMonth)
}

/// An interval of the function's result type; one of months fits 32 bits.
fn interval(function: &Function, amount: Option<i64>) -> Result<Value, EvalError> {
    match (&function.result, amount) {
        (Type::IntervalDayToSecond, Some(millis)) => Ok(Value::IntervalDayToSecond(millis)),
        (Type::IntervalYearToMonth, Some(months)) if i32::try_from(months).is_ok() => {
            Ok(Value::IntervalYearToMonth(months))
        }
        _ => Err(overflow()),
    }
}

fn amount(value: &Value) -> Result<i64, EvalError> {
    match value {
        Value::IntervalDayToSecond(amount) | Value::IntervalYearToMonth(amount) => Ok(*amount),
        other => Err(not_numbers(other)),
    }
}

fn scale(function: &Function, value: &Value, by: fn(i64) -> Option<i64>) -> Result<Value, EvalError> {
    interval(function, by(amount(value)?))
}

fn sum(function: &Function, values: &[Value], sign: i64) -> Result<Value, EvalError> {
    let (left, right) = (amount(&values[0])?, amount(&values[1])?);
    interval(function, Some(left.wrapping_add(right.wrapping_mul(sign))))
}

/// Milliseconds wrap around as Java's numbers do; months are checked.
fn multiply(function: &Function, value: &Value, factor: &Value) -> Result<Value, EvalError> {
    let amount = amount(value)?;
    let days = function.result == Type::IntervalDayToSecond;
    let product = match factor {
        Value::Integer(factor) if days => Some(amount.wrapping_mul(*factor)),
        Value::Integer(factor) => amount.checked_mul(*factor),
        Value::Double(factor) if factor.is_nan() => return Err(invalid("Cannot multiply by double NaN")),
        Value::Double(factor) => Some((amount as f64 * factor) as i64),
        other => return Err(not_numbers(other)),
    };
    interval(function, product)
}

fn divide(function: &Function, values: &[Value]) -> Result<Value, EvalError> {
    let amount = amount(&values[0])?;
    let quotient = match &values[1] {
        Value::Integer(0) => return Err(invalid("Division by zero")),
        Value::Integer(divisor) => Some(amount.wrapping_div(*divisor)),
        Value::Double(divisor) if *divisor == 0.0 || divisor.is_nan() => {
            return Err(invalid("Division by zero or NaN"));
        }
        Value::Double(divisor) => Some((amount as f64 / divisor) as i64),
        other => return Err(not_numbers(other)),
    };
    interval(function, quotient)
}

/// Moves a date, time or timestamp by an interval, forwards or backwards.
fn shift(value: &Value, by: &Value, sign: i64) -> Result<Value, EvalError> {
    match *by {
        Value::IntervalDayToSecond(millis) => shift_by_millis(value, millis.checked_mul(sign).ok_or_else(overflow)?),
        Value::IntervalYearToMonth(months) => plus_months(value, months * sign).ok_or_else(overflow)?,
        _ => Err(not_numbers(by)),
    }
}

fn shift_by_millis(value: &Value, millis: i64) -> Result<Value, EvalError> {
    let picos = i128::from(millis) * PICOS_PER_MILLI;
    match value {
        Value::Date(_) if millis % MILLIS_PER_DAY != 0 => Err(invalid("Cannot add hour, minutes or seconds to a date")),
        Value::Date(days) => {
            let moved = i64::from(*days) + millis / MILLIS_PER_DAY;
            i32::try_from(moved).map(Value::Date).map_err(|_| overflow())
        }
        // Trino's picoseconds of so long an interval overflow, and what comes of it is no time.
        Value::Time(_) | Value::TimeWithTimeZone(..) if i64::try_from(picos).is_err() => Err(overflow()),
        Value::Time(time) => Ok(Value::Time(wrapped(*time, picos))),
        Value::TimeWithTimeZone(time, offset) => Ok(Value::TimeWithTimeZone(wrapped(*time, picos), *offset)),
        Value::Timestamp(at) => timestamp(at + picos),
        Value::TimestampWithTimeZone(at, zone) => zoned(at + picos, zone.clone()).map_err(|_| overflow()),
        other => Err(not_numbers(other)),
    }
}

/// A time of day moved around the clock.
fn wrapped(time: i64, by: i128) -> i64 {
    i64::try_from((i128::from(time) + by).rem_euclid(PICOS_PER_DAY)).expect("a day's picoseconds fit")
}

/// A timestamp that Trino can hold: its microseconds fit 64 bits.
pub(in super::super) fn timestamp(picos: i128) -> Result<Value, EvalError> {
    let fits = i64::try_from(picos.div_euclid(1_000_000)).is_ok();
    if fits { Ok(Value::Timestamp(picos)) } else { Err(overflow()) }
}

/// A date or timestamp some months later, on its local calendar; `None` beyond the calendar.
pub(in super::super) fn plus_months(value: &Value, months: i64) -> Option<Result<Value, EvalError>> {
    let moved = |days: i64| Civil::from_days(days).plus_months(months).map(Civil::days);
    Some(match value {
        Value::Date(days) => i32::try_from(moved(i64::from(*days))?).map(Value::Date).map_err(|_| overflow()),
        Value::Timestamp(picos) => {
            let (days, time) = split_day(*picos);
            timestamp(i128::from(moved(days)?) * PICOS_PER_DAY + i128::from(time))
        }
        Value::TimestampWithTimeZone(picos, zone) => {
            let (days, time) = split_day(local(*picos, zone));
            let there = i128::from(moved(days)?) * PICOS_PER_DAY + i128::from(time);
            zoned(local_instant(there, zone, *picos), zone.clone()).map_err(|_| overflow())
        }
        other => Err(not_numbers(other)),
    })
}

/// The instant of a local time; where it comes twice, with the offset it had before it was moved.
pub(in super::super) fn local_instant(there: i128, zone: &Zone, before: i128) -> i128 {
    let offset = zone.offset_at(seconds(before));
    let first = instant(there, zone);
    first + i128::from(zone.instant_near(seconds(there), offset) - seconds(first)) * 1_000 * PICOS_PER_MILLI
}

/// The time from one to the other in milliseconds, rounded half up.
fn difference(left: &Value, right: &Value) -> Result<Value, EvalError> {
    let picos = match (left, right) {
        (Value::Date(left), Value::Date(right)) => i128::from(i64::from(*left) - i64::from(*right)) * PICOS_PER_DAY,
        (Value::Time(left), Value::Time(right)) => i128::from(left - right),
        (Value::Timestamp(left), Value::Timestamp(right)) => left - right,
        (Value::TimestampWithTimeZone(left, _), Value::TimestampWithTimeZone(right, _)) => left - right,
        (other, _) => return Err(not_numbers(other)),
    };
    let millis = (picos + PICOS_PER_MILLI / 2).div_euclid(PICOS_PER_MILLI);
    i64::try_from(millis).map(Value::IntervalDayToSecond).map_err(|_| overflow())
}

fn invalid(message: &str) -> EvalError {
    EvalError::new("INVALID_FUNCTION_ARGUMENT", message)
}

/// Trino does not guard date arithmetic against overflow: Java's own exception comes through.
pub(in super::super) fn overflow() -> EvalError {
    EvalError::new("GENERIC_INTERNAL_ERROR", "the result is out of range")
}
