//! Intervals, from the text that Trino writes for them, and Athena after it.

use crate::constant::Value;

/// `-1 02:03:04.567`: days, hours, minutes, seconds and milliseconds.
pub(super) fn day_interval(text: &str) -> Option<Value> {
    let (sign, text) = signed(text);
    let (days, time) = text.split_once(' ')?;
    let mut parts = time.split(':');
    let (hours, minutes, seconds) = (parts.next()?, parts.next()?, parts.next()?);
    let (seconds, milliseconds) = seconds.split_once('.').unwrap_or((seconds, "0"));
    let number = |text: &str| text.parse::<i64>().ok().filter(|number| *number >= 0);
    let minutes = (number(days)?.checked_mul(24)?.checked_add(number(hours)?)?).checked_mul(60)? + number(minutes)?;
    let milliseconds = (minutes.checked_mul(60)? + number(seconds)?).checked_mul(1000)? + number(milliseconds)?;
    parts.next().is_none().then_some(Value::IntervalDayToSecond(sign * milliseconds))
}

/// `-1-2`: years and months.
pub(super) fn year_interval(text: &str) -> Option<Value> {
    let (sign, text) = signed(text);
    let (years, months) = text.split_once('-')?;
    let months = years.parse::<i64>().ok()?.checked_mul(12)?.checked_add(months.parse().ok()?)?;
    Some(Value::IntervalYearToMonth(sign * months))
}

fn signed(text: &str) -> (i64, &str) {
    text.strip_prefix('-').map_or((1, text), |rest| (-1, rest))
}
