//! Dates, times and intervals as Trino writes them.

use std::fmt::Write;

use super::calendar::{Civil, PICOS_PER_SECOND, split_day};
use super::value::Zone;

/// `2019-04-01`, as a cast to varchar writes it: no sign before years beyond 9999.
pub(crate) fn date(days: i64) -> String {
    let mut text = String::with_capacity(10);
    let day = Civil::from_days(days);
    if day.year < 0 {
        text.push('-');
    }
    write_date(&mut text, day);
    text
}

/// `2019-04-01 12:30:45.123`, as a cast to varchar writes it: years beyond 9999 with a plus sign.
pub(crate) fn timestamp(picos: i128, precision: u8) -> String {
    let mut text = String::with_capacity(32);
    write_timestamp(&mut text, picos, precision, ' ');
    text
}

/// `2019-04-01T12:30:45.123`, as `to_iso8601` writes it.
pub(crate) fn iso_timestamp(picos: i128, precision: u8) -> String {
    let mut text = String::with_capacity(32);
    write_timestamp(&mut text, picos, precision, 'T');
    text
}

/// `2019-04-01 12:30:45.123 Europe/Berlin`.
pub(crate) fn timestamp_with_zone(picos: i128, zone: &Zone, precision: u8) -> String {
    let mut text = timestamp(local(picos, zone), precision);
    let _ = write!(text, " {zone}");
    text
}

/// An instant's local time in a zone, in picoseconds since the epoch.
pub(crate) fn local(picos: i128, zone: &Zone) -> i128 {
    picos + i128::from(zone.offset_at(seconds(picos))) * PICOS_PER_SECOND
}

/// The whole seconds of a time in picoseconds, rounded down.
pub(crate) fn seconds(picos: i128) -> i64 {
    i64::try_from(picos.div_euclid(PICOS_PER_SECOND)).expect("timestamps hold fewer seconds than 64 bits")
}

/// `12:30:45.123`.
pub(crate) fn time(picos: i64, precision: u8) -> String {
    let mut text = String::with_capacity(21);
    write_time(&mut text, picos, precision);
    text
}

/// `12:30:45.123+02:00`.
pub(crate) fn time_with_zone(picos: i64, offset: i16, precision: u8) -> String {
    let mut text = time(picos, precision);
    text.push_str(&super::zone::offset_text(offset, ":"));
    text
}

/// `3 04:05:06.789`.
pub(crate) fn day_interval(millis: i64) -> String {
    let sign = if millis < 0 { "-" } else { "" };
    let millis = millis.unsigned_abs();
    let (days, rest) = (millis / 86_400_000, millis % 86_400_000);
    let (hours, minutes, seconds) = (rest / 3_600_000, rest / 60_000 % 60, rest / 1_000 % 60);
    format!("{sign}{days} {hours:02}:{minutes:02}:{seconds:02}.{:03}", rest % 1_000)
}

/// `5-3`.
pub(crate) fn year_interval(months: i64) -> String {
    let sign = if months < 0 { "-" } else { "" };
    let months = months.unsigned_abs();
    format!("{sign}{}-{}", months / 12, months % 12)
}

fn write_date(text: &mut String, day: Civil) {
    let _ = write!(text, "{:04}-{:02}-{:02}", day.year.unsigned_abs(), day.month, day.day);
}

fn write_timestamp(text: &mut String, picos: i128, precision: u8, between: char) {
    let (days, time) = split_day(picos);
    let day = Civil::from_days(days);
    if day.year < 0 {
        text.push('-');
    } else if day.year > 9_999 {
        text.push('+');
    }
    write_date(text, day);
    text.push(between);
    write_time(text, time, precision);
}

fn write_time(text: &mut String, picos: i64, precision: u8) {
    const SECOND: i64 = 1_000_000_000_000;
    let seconds = picos / SECOND;
    let _ = write!(text, "{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if precision > 0 {
        let digits = usize::from(precision.min(12));
        let fraction = picos % SECOND / 10_i64.pow(12 - u32::from(precision.min(12)));
        let _ = write!(text, ".{fraction:0digits$}");
    }
}
