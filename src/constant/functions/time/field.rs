//! `year`, `month`, …, `millisecond`: the fields of dates, times, timestamps and intervals.

use super::{Body, is_varchar, local_picos, mismatch};
use crate::constant::calendar::{Civil, day_of_week, iso_week, split_day};
use crate::constant::{EvalError, Value};
use crate::types::Type;

/// Finds a function of this file.
pub(super) fn lookup(name: &str, arguments: &[Type]) -> Option<Body> {
    let [ty] = arguments else { return None };
    match ty {
        Type::Date => of_day(name),
        Type::Timestamp(_) | Type::TimestampWithTimeZone(_) => of_day(name).or_else(|| of_time(name)),
        Type::Time(_) | Type::TimeWithTimeZone(_) => of_time(name),
        Type::IntervalDayToSecond => of_day_interval(name),
        Type::IntervalYearToMonth => of_year_interval(name),
        _ if is_varchar(ty) => None,
        _ => None,
    }
}

macro_rules! field {
    ($read:expr, $field:expr) => {
        Body::Strict(|_, values| {
            let field = $field;
            Ok(Value::Integer(field($read(&values[0])?)))
        })
    };
}

fn days(value: &Value) -> Result<i64, EvalError> {
    match value {
        Value::Date(days) => Ok(i64::from(*days)),
        _ => Ok(split_day(local_picos(value)?).0),
    }
}

/// Milliseconds since midnight.
fn of_midnight(value: &Value) -> Result<i64, EvalError> {
    let picos = match value {
        Value::Time(picos) | Value::TimeWithTimeZone(picos, _) => *picos,
        _ => split_day(local_picos(value)?).1,
    };
    Ok(picos / 1_000_000_000)
}

fn interval(value: &Value) -> Result<i64, EvalError> {
    match value {
        Value::IntervalDayToSecond(amount) | Value::IntervalYearToMonth(amount) => Ok(*amount),
        other => Err(mismatch(other)),
    }
}

fn of_day(name: &str) -> Option<Body> {
    Some(match name {
        "year" => field!(days, |days| Civil::from_days(days).year),
        "quarter" => field!(days, |days| (Civil::from_days(days).month - 1) / 3 + 1),
        "month" => field!(days, |days| Civil::from_days(days).month),
        "week" | "week_of_year" => field!(days, |days| iso_week(days).1),
        "year_of_week" | "yow" => field!(days, |days| iso_week(days).0),
        "day" | "day_of_month" => field!(days, |days| Civil::from_days(days).day),
        "day_of_week" | "dow" => field!(days, day_of_week),
        "day_of_year" | "doy" => field!(days, |days| Civil::from_days(days).day_of_year()),
        _ => return None,
    })
}

fn of_time(name: &str) -> Option<Body> {
    Some(match name {
        "hour" => field!(of_midnight, |millis: i64| millis / 3_600_000),
        "minute" => field!(of_midnight, |millis: i64| millis / 60_000 % 60),
        "second" => field!(of_midnight, |millis: i64| millis / 1_000 % 60),
        "millisecond" => field!(of_midnight, |millis: i64| millis % 1_000),
        _ => return None,
    })
}

fn of_day_interval(name: &str) -> Option<Body> {
    Some(match name {
        "day" | "day_of_month" => field!(interval, |millis: i64| millis / 86_400_000),
        "hour" => field!(interval, |millis: i64| millis / 3_600_000 % 24),
        "minute" => field!(interval, |millis: i64| millis / 60_000 % 60),
        "second" => field!(interval, |millis: i64| millis / 1_000 % 60),
        "millisecond" => field!(interval, |millis: i64| millis % 1_000),
        "to_milliseconds" => field!(interval, |millis: i64| millis),
        _ => return None,
    })
}

fn of_year_interval(name: &str) -> Option<Body> {
    Some(match name {
        "year" => field!(interval, |months: i64| months / 12),
        "month" => field!(interval, |months: i64| months % 12),
        _ => return None,
    })
}
