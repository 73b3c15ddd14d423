//! `sequence`: numbers, days or instants at equal distances.

use super::super::argument::{array, integer, invalid};
use super::super::time::months_between;
use super::super::{Body, Function};
use super::MOST;
use crate::constant::calendar::{Civil, PICOS_PER_DAY, PICOS_PER_MILLI};
use crate::constant::{EvalError, Value};
use crate::types::Type;

const MILLIS_PER_DAY: i64 = 86_400_000;

/// The form for these types.
pub(super) fn lookup(arguments: &[Type]) -> Option<Body> {
    let [first, last, step @ ..] = arguments else { return None };
    let step = step.first();
    Some(Body::Strict(match (first, last) {
        (first, last) if first.is_integer() && last.is_integer() => numbers,
        (Type::Date, Type::Date) => match step {
            None | Some(Type::IntervalDayToSecond) => days,
            Some(Type::IntervalYearToMonth) => months_of_days,
            _ => return None,
        },
        (Type::Timestamp(_), Type::Timestamp(_)) => match step {
            Some(Type::IntervalDayToSecond) => instants,
            Some(Type::IntervalYearToMonth) => months_of_instants,
            _ => return None,
        },
        _ => return None,
    }))
}

/// How many values there are.
fn count(first: i128, last: i128, step: i128) -> Result<i128, EvalError> {
    if step == 0 {
        return Err(invalid("step must not be zero"));
    }
    if if step > 0 { last < first } else { last > first } {
        return Err(invalid(
            "sequence stop value should be greater than or equal to start value if step is greater than zero \
             otherwise stop should be less than or equal to start",
        ));
    }
    limited((last - first) / step + 1)
}

fn limited(count: i128) -> Result<i128, EvalError> {
    if count > i128::from(MOST) {
        return Err(invalid("result of sequence function must not have more than 10000 entries"));
    }
    Ok(count)
}

fn default_step(first: i64, last: i64) -> i64 {
    if first <= last { 1 } else { -1 }
}

fn narrow(value: i128) -> i64 {
    i64::try_from(value).expect("it lies between two 64-bit numbers")
}

fn numbers(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let (first, last) = (integer(&arguments[0]), integer(&arguments[1]));
    let step = arguments.get(2).map_or(default_step(first, last), integer);
    let (first, step) = (i128::from(first), i128::from(step));
    let count = count(first, i128::from(last), step)?;
    Ok(array((0..count).map(|at| Value::Integer(narrow(first + at * step))).collect()))
}

fn date(value: &Value) -> i64 {
    match value {
        Value::Date(days) => i64::from(*days),
        other => unreachable!("the lookup asked for a date and got {other:?}"),
    }
}

fn timestamp(value: &Value) -> i128 {
    match value {
        Value::Timestamp(picos) => *picos,
        other => unreachable!("the lookup asked for a timestamp and got {other:?}"),
    }
}

fn interval(value: &Value) -> i64 {
    match value {
        Value::IntervalDayToSecond(amount) | Value::IntervalYearToMonth(amount) => *amount,
        other => unreachable!("the lookup asked for an interval and got {other:?}"),
    }
}

fn as_date(days: i64) -> Result<Value, EvalError> {
    i32::try_from(days).map(Value::Date).map_err(|_| EvalError::refused("a sequence beyond the range of dates"))
}

fn days(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let (first, last) = (date(&arguments[0]), date(&arguments[1]));
    let step = match arguments.get(2).map(interval) {
        None => default_step(first, last),
        Some(millis) if millis % MILLIS_PER_DAY != 0 => {
            return Err(invalid("sequence step must be a day interval if start and end values are dates"));
        }
        Some(millis) => millis / MILLIS_PER_DAY,
    };
    let count = count(i128::from(first), i128::from(last), i128::from(step))?;
    (0..narrow(count)).map(|at| as_date(first + at * step)).collect::<Result<_, _>>().map(array)
}

fn instants(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let (first, last) = (timestamp(&arguments[0]), timestamp(&arguments[1]));
    let step = i128::from(interval(&arguments[2])) * PICOS_PER_MILLI;
    let count = count(first, last, step)?;
    Ok(array((0..count).map(|at| Value::Timestamp(first + at * step)).collect()))
}

fn months_of_days(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let (first, last) = (date(&arguments[0]), date(&arguments[1]));
    let picos = |days: i64| i128::from(days) * PICOS_PER_DAY;
    let steps = months(picos(first), picos(last), interval(&arguments[2]))?;
    let begin = Civil::from_days(first);
    let day = |months| begin.plus_months(months).map(Civil::days);
    steps
        .into_iter()
        .map(|months| {
            day(months).ok_or_else(|| EvalError::refused("a sequence beyond the range of dates")).and_then(as_date)
        })
        .collect::<Result<_, _>>()
        .map(array)
}

fn months_of_instants(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let (first, last) = (timestamp(&arguments[0]), timestamp(&arguments[1]));
    let steps = months(first, last, interval(&arguments[2]))?;
    let begin = civil(first);
    let within = first.rem_euclid(PICOS_PER_DAY);
    let instant = |months| {
        let days = begin.plus_months(months).map(Civil::days)?;
        Some(Value::Timestamp(i128::from(days) * PICOS_PER_DAY + within))
    };
    steps
        .into_iter()
        .map(|months| instant(months).ok_or_else(|| EvalError::refused("a sequence beyond the range of timestamps")))
        .collect::<Result<_, _>>()
        .map(array)
}

fn civil(picos: i128) -> Civil {
    Civil::from_days(narrow(picos.div_euclid(PICOS_PER_DAY)))
}

/// The months from the first instant to each of the sequence.
fn months(first: i128, last: i128, step: i64) -> Result<Vec<i64>, EvalError> {
    count(first, last, i128::from(step).signum())
        .or_else(|error| if first == last || step == 0 { Err(error) } else { Ok(0) })?;
    if step > 0 && last < first || step < 0 && last > first {
        count(first, last, i128::from(step))?;
    }
    let between = months_between(millis(first), millis(last));
    let count = limited(i128::from(between / step + 1))?;
    Ok((0..narrow(count)).map(|at| at * step).collect())
}

fn millis(picos: i128) -> i64 {
    narrow(picos.div_euclid(PICOS_PER_MILLI))
}
