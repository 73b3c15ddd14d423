//! `date_trunc`, `date_add` and `date_diff`: moving and measuring in units.

use super::{Body, Function, invalid, is_varchar, local_picos, millis, mismatch, text};
use crate::constant::calendar::{
    Civil, PICOS_PER_DAY, PICOS_PER_MILLI, PICOS_PER_SECOND, day_of_week, days_in_month, is_leap, split_day,
};
use crate::constant::cast::rounded;
use crate::constant::compare::time_in_utc;
use crate::constant::functions::operator::{local_instant, plus_months, timestamp};
use crate::constant::temporal_text::local;
use crate::constant::{EvalError, Value, Zone, cast};
use crate::types::Type;

/// Finds a function of this file.
pub(super) fn lookup(name: &str, arguments: &[Type]) -> Option<Body> {
    match (name, arguments) {
        ("date_trunc", [unit, ty]) if is_varchar(unit) && is_moment(ty) => {
            Some(Body::Strict(|_, values| truncate(text(&values[0])?, &values[1])))
        }
        ("date_add", [unit, Type::BigInt, ty]) if is_varchar(unit) && is_moment(ty) => Some(Body::Strict(add)),
        ("date_diff", [unit, left, right]) if is_varchar(unit) && left == right && is_moment(left) => {
            Some(Body::Strict(|_, values| difference(text(&values[0])?, &values[1], &values[2])))
        }
        ("last_day_of_month", [ty]) if is_moment(ty) && !is_time(ty) => Some(Body::Strict(|_, values| {
            let day = Civil::from_days(split_day(local_picos(&values[0])?).0);
            date(Civil { day: days_in_month(day.year, day.month), ..day }.days())
        })),
        ("date", [ty]) if is_varchar(ty) || is_moment(ty) && !is_time(ty) => {
            Some(Body::Strict(|function, values| cast(&values[0], &function.arguments[0], &Type::Date)))
        }
        _ => None,
    }
}

fn is_moment(ty: &Type) -> bool {
    matches!(ty, Type::Date | Type::Timestamp(_) | Type::TimestampWithTimeZone(_)) || is_time(ty)
}

fn is_time(ty: &Type) -> bool {
    matches!(ty, Type::Time(_) | Type::TimeWithTimeZone(_))
}

/// A unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Unit {
    Millisecond,
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

impl Unit {
    /// The unit of a name, for a kind of value: dates have none below the day, times none above the
    /// hour.
    fn parse(name: &str, value: &Value) -> Result<Unit, EvalError> {
        const UNITS: [(&str, Unit); 9] = [
            ("millisecond", Unit::Millisecond),
            ("second", Unit::Second),
            ("minute", Unit::Minute),
            ("hour", Unit::Hour),
            ("day", Unit::Day),
            ("week", Unit::Week),
            ("month", Unit::Month),
            ("quarter", Unit::Quarter),
            ("year", Unit::Year),
        ];
        let unit = UNITS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, unit)| *unit);
        let (kind, allowed): (_, fn(&Unit) -> bool) = match value {
            Value::Date(_) => ("DATE", |unit| *unit >= Unit::Day),
            Value::Time(_) | Value::TimeWithTimeZone(..) => ("TIME", |unit| *unit <= Unit::Hour),
            _ => ("TIMESTAMP", |_| true),
        };
        unit.filter(allowed).ok_or_else(|| invalid(format!("'{name}' is not a valid {kind} field")))
    }

    /// The unit's picoseconds, if it is of fixed length on any clock.
    fn picos(self) -> Option<i128> {
        Some(match self {
            Unit::Millisecond => PICOS_PER_MILLI,
            Unit::Second => PICOS_PER_SECOND,
            Unit::Minute => 60 * PICOS_PER_SECOND,
            Unit::Hour => 3_600 * PICOS_PER_SECOND,
            _ => return None,
        })
    }

    /// How many months or, for days and weeks, none.
    fn months(self) -> Option<i64> {
        match self {
            Unit::Month => Some(1),
            Unit::Quarter => Some(3),
            Unit::Year => Some(12),
            _ => None,
        }
    }
}

fn date(days: i64) -> Result<Value, EvalError> {
    i32::try_from(days).map(Value::Date).map_err(|_| EvalError::new("GENERIC_INTERNAL_ERROR", "integer overflow"))
}

fn truncate(unit: &str, value: &Value) -> Result<Value, EvalError> {
    let unit = Unit::parse(unit, value)?;
    let floor = |picos: i128| match unit.picos() {
        Some(length) => picos.div_euclid(length) * length,
        None => i128::from(first_day(split_day(picos).0, unit)) * PICOS_PER_DAY,
    };
    let of_day = |picos: i64| i64::try_from(floor(i128::from(picos))).expect("a day's picoseconds fit");
    Ok(match value {
        Value::Date(days) => return date(first_day(i64::from(*days), unit)),
        Value::Time(picos) => Value::Time(of_day(*picos)),
        Value::TimeWithTimeZone(picos, offset) => Value::TimeWithTimeZone(of_day(*picos), *offset),
        Value::Timestamp(picos) => Value::Timestamp(floor(*picos)),
        Value::TimestampWithTimeZone(picos, zone) => {
            let there = local(*picos, zone);
            let start = floor(there);
            let instant = match unit.picos() {
                // Within an hour the clock is taken to run evenly.
                Some(_) => *picos - (there - start),
                None => local_instant(start, zone, *picos),
            };
            Value::TimestampWithTimeZone(instant, zone.clone())
        }
        other => return Err(mismatch(other)),
    })
}

/// The first day of the week, month, quarter or year that a day lies in.
fn first_day(days: i64, unit: Unit) -> i64 {
    let day = Civil::from_days(days);
    match unit {
        Unit::Week => days - day_of_week(days) + 1,
        Unit::Month => Civil { day: 1, ..day }.days(),
        Unit::Quarter => Civil { month: (day.month - 1) / 3 * 3 + 1, day: 1, ..day }.days(),
        Unit::Year => Civil { month: 1, day: 1, ..day }.days(),
        _ => days,
    }
}

fn add(function: &Function, values: &[Value]) -> Result<Value, EvalError> {
    let value = &values[2];
    let unit = Unit::parse(text(&values[0])?, value)?;
    let Value::Integer(amount) = values[1] else { return Err(mismatch(&values[1])) };
    let precision = match function.arguments[2] {
        Type::Time(precision)
        | Type::TimeWithTimeZone(precision)
        | Type::Timestamp(precision)
        | Type::TimestampWithTimeZone(precision) => precision,
        _ => 0,
    };
    match value {
        Value::Date(_) if i32::try_from(amount).is_err() => {
            Err(EvalError::new("GENERIC_INTERNAL_ERROR", "integer overflow"))
        }
        Value::Timestamp(_) | Value::TimestampWithTimeZone(..) if i32::try_from(amount).is_err() => {
            Err(invalid(format!("The amount {amount} is out of range")))
        }
        Value::Time(picos) => Ok(Value::Time(add_to_time(*picos, unit, amount, precision))),
        Value::TimeWithTimeZone(picos, offset) => {
            Ok(Value::TimeWithTimeZone(add_to_time(*picos, unit, amount, precision), *offset))
        }
        _ => add_to_date(value, unit, amount, precision).map_err(|error| match value {
            Value::Date(_) => error,
            _ => invalid(error.message),
        }),
    }
}

/// The clock's time some units later, around midnight.
fn add_to_time(picos: i64, unit: Unit, amount: i64, precision: u8) -> i64 {
    let step = unit.picos().expect("times have units of fixed length only");
    let moved = (i128::from(picos) + i128::from(amount) * step).rem_euclid(PICOS_PER_DAY);
    i64::try_from(rounded(moved, precision) % PICOS_PER_DAY).expect("a day's picoseconds fit")
}

fn add_to_date(value: &Value, unit: Unit, amount: i64, precision: u8) -> Result<Value, EvalError> {
    if let Some(months) = unit.months() {
        let overflow = || EvalError::new("GENERIC_INTERNAL_ERROR", "the date is out of range");
        return plus_months(value, months * amount).ok_or_else(overflow)?;
    }
    let days = if unit == Unit::Week { 7 * amount } else { amount };
    match (value, unit.picos()) {
        (Value::Date(from), _) => date(i64::from(*from) + days),
        (Value::Timestamp(picos), Some(step)) => timestamp(rounded(picos + i128::from(amount) * step, precision)),
        (Value::Timestamp(picos), None) => timestamp(picos + i128::from(days) * PICOS_PER_DAY),
        (Value::TimestampWithTimeZone(picos, zone), Some(step)) => {
            crate::constant::cast::zoned(rounded(picos + i128::from(amount) * step, precision), zone.clone())
        }
        (Value::TimestampWithTimeZone(picos, zone), None) => {
            let there = local(*picos, zone) + i128::from(days) * PICOS_PER_DAY;
            crate::constant::cast::zoned(local_instant(there, zone, *picos), zone.clone())
        }
        (other, _) => Err(mismatch(other)),
    }
}

fn difference(unit: &str, from: &Value, to: &Value) -> Result<Value, EvalError> {
    let unit = Unit::parse(unit, from)?;
    let amount = match (from, to) {
        (Value::Time(from), Value::Time(to)) => time_difference(unit, *from, *to),
        (Value::TimeWithTimeZone(from, here), Value::TimeWithTimeZone(to, there)) => {
            time_difference(unit, time_in_utc(*from, *here), time_in_utc(*to, *there))
        }
        (Value::TimestampWithTimeZone(from, zone), Value::TimestampWithTimeZone(to, _)) => match unit.picos() {
            Some(length) => elapsed(*from, *to, length),
            // Both are seen on the calendar of the first one's zone.
            None => calendar_difference(unit, on_calendar(*from, zone), on_calendar(*to, zone)),
        },
        (Value::Timestamp(from), Value::Timestamp(to)) => match unit.picos() {
            Some(length) => elapsed(*from, *to, length),
            None => calendar_difference(unit, millis(*from), millis(*to)),
        },
        (Value::Date(_), Value::Date(_)) => {
            calendar_difference(unit, millis(local_picos(from)?), millis(local_picos(to)?))
        }
        (other, _) => return Err(mismatch(other)),
    };
    Ok(Value::Integer(amount))
}

fn on_calendar(picos: i128, zone: &Zone) -> i64 {
    millis(local(picos, zone))
}

fn time_difference(unit: Unit, from: i64, to: i64) -> i64 {
    let step = unit.picos().expect("times have units of fixed length only");
    i64::try_from(i128::from(to - from) / step).expect("a day's milliseconds fit")
}

/// Whole units between two times, by their whole milliseconds.
fn elapsed(from: i128, to: i128, length: i128) -> i64 {
    (millis(to) - millis(from)) / millis(length)
}

const MILLIS_PER_DAY: i64 = 86_400_000;

fn calendar_difference(unit: Unit, from: i64, to: i64) -> i64 {
    if from > to {
        return -calendar_difference(unit, to, from);
    }
    match unit {
        Unit::Day => (to - from) / MILLIS_PER_DAY,
        Unit::Week => (to - from) / (7 * MILLIS_PER_DAY),
        Unit::Month => whole_months(from, to),
        Unit::Quarter => whole_months(from, to) / 3,
        _ => years_between(from, to),
    }
}

fn split(millis: i64) -> (Civil, i64) {
    (Civil::from_days(millis.div_euclid(MILLIS_PER_DAY)), millis.rem_euclid(MILLIS_PER_DAY))
}

/// Whole months between two local times in milliseconds, negative if the second is the earlier one.
pub(in crate::constant::functions) fn months_between(from: i64, to: i64) -> i64 {
    calendar_difference(Unit::Month, from, to)
}

/// Whole months; the last day of a shorter month counts as the day that it lacks.
fn whole_months(from: i64, to: i64) -> i64 {
    let ((mut start, start_time), (end, end_time)) = (split(from), split(to));
    if end.day == days_in_month(end.year, end.month) && start.day > end.day {
        start.day = end.day;
    }
    let months = (end.year - start.year) * 12 + end.month - start.month;
    months - i64::from((end.day, end_time) < (start.day, start_time))
}

/// Whole years; behind February a leap year's days are counted as if it had none.
fn years_between(from: i64, to: i64) -> i64 {
    const LEAP_DAY: i64 = 59 * MILLIS_PER_DAY;
    let (start, end) = (split(from).0, split(to).0);
    let in_year = |millis: i64, year: i64| millis - Civil { year, month: 1, day: 1 }.days() * MILLIS_PER_DAY;
    let (mut start_rest, mut end_rest) = (in_year(from, start.year), in_year(to, end.year));
    if start_rest >= LEAP_DAY {
        match (is_leap(start.year), is_leap(end.year)) {
            (true, false) => start_rest -= MILLIS_PER_DAY,
            (false, true) if end_rest >= LEAP_DAY => end_rest -= MILLIS_PER_DAY,
            _ => {}
        }
    }
    end.year - start.year - i64::from(end_rest < start_rest)
}
