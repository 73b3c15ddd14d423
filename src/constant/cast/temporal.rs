//! Casts between dates and times, and reading them from text.

use super::{mismatch, unsupported};
use crate::constant::calendar::{Civil, PICOS_PER_DAY, PICOS_PER_MILLI, PICOS_PER_SECOND};
use crate::constant::expr::EvalError;
use crate::constant::temporal_text::{local, seconds};
use crate::constant::value::{Value, Zone};
use crate::constant::zone::ZoneError;
use crate::types::Type;

/// Trino's largest instant of a timestamp with time zone, in milliseconds since the epoch.
pub(crate) const LARGEST_MILLIS: i128 = (1 << 51) - 1;

/// Converts a date, time or timestamp.
pub(super) fn cast(value: &Value, from: &Type, to: &Type) -> Result<Value, EvalError> {
    match (value, to) {
        (Value::Date(days), Type::Timestamp(_)) => Ok(Value::Timestamp(i128::from(*days) * PICOS_PER_DAY)),
        (Value::Date(days), Type::TimestampWithTimeZone(_)) => zoned(i128::from(*days) * PICOS_PER_DAY, Zone::UTC),
        (Value::Timestamp(picos), Type::Timestamp(precision)) => Ok(Value::Timestamp(rounded(*picos, *precision))),
        (Value::Timestamp(picos), Type::TimestampWithTimeZone(precision)) => {
            zoned(rounded(*picos, *precision), Zone::UTC)
        }
        (Value::TimestampWithTimeZone(picos, zone), Type::TimestampWithTimeZone(precision)) => {
            zoned(rounded(*picos, *precision), zone.clone())
        }
        (Value::TimestampWithTimeZone(picos, zone), Type::Timestamp(precision)) => {
            Ok(Value::Timestamp(rounded(local(*picos, zone), *precision)))
        }
        (Value::Timestamp(picos), Type::Date) => date(*picos),
        (Value::TimestampWithTimeZone(picos, zone), Type::Date) => date(local(*picos, zone)),
        (Value::Timestamp(picos), Type::Time(precision)) => timestamp_to_time(*picos, *precision),
        (Value::TimestampWithTimeZone(picos, zone), Type::Time(precision)) => {
            Ok(Value::Time(time_of_day(local(*picos, zone), *precision)))
        }
        (Value::Timestamp(picos), Type::TimeWithTimeZone(precision)) => {
            Ok(Value::TimeWithTimeZone(time_of_day(*picos, *precision), 0))
        }
        (Value::TimestampWithTimeZone(picos, zone), Type::TimeWithTimeZone(precision)) => {
            let offset = zone.offset_at(seconds(*picos)) / 60;
            let offset = i16::try_from(offset).expect("offsets stay within a day");
            Ok(Value::TimeWithTimeZone(time_of_day(local(*picos, zone), *precision), offset))
        }
        (Value::Time(picos), Type::Time(precision)) => Ok(Value::Time(time_of_day(i128::from(*picos), *precision))),
        (Value::Time(picos), Type::TimeWithTimeZone(precision)) => {
            Ok(Value::TimeWithTimeZone(time_of_day(i128::from(*picos), *precision), 0))
        }
        (Value::TimeWithTimeZone(picos, offset), Type::TimeWithTimeZone(precision)) => {
            Ok(Value::TimeWithTimeZone(time_of_day(i128::from(*picos), *precision), *offset))
        }
        (Value::TimeWithTimeZone(picos, _), Type::Time(precision)) => {
            Ok(Value::Time(time_of_day(i128::from(*picos), *precision)))
        }
        (Value::Date(_) | Value::Time(_) | Value::TimeWithTimeZone(..), _)
        | (Value::Timestamp(_) | Value::TimestampWithTimeZone(..), _) => Err(unsupported(from, to)),
        _ => Err(mismatch(from.clone(), value)),
    }
}

/// Rounds a time in picoseconds to so many digits of a second, half up.
pub(crate) fn rounded(picos: i128, precision: u8) -> i128 {
    let unit = 10_i128.pow(12 - u32::from(precision.min(12)));
    (picos + unit / 2).div_euclid(unit) * unit
}

/// A timestamp with time zone, if its instant is one that Trino holds.
pub(crate) fn zoned(picos: i128, zone: Zone) -> Result<Value, EvalError> {
    if picos.div_euclid(PICOS_PER_MILLI).abs() > LARGEST_MILLIS {
        return Err(EvalError::new("INVALID_CAST_ARGUMENT", "the timestamp is out of range"));
    }
    Ok(Value::TimestampWithTimeZone(picos, zone))
}

fn date(picos: i128) -> Result<Value, EvalError> {
    let days = i32::try_from(picos.div_euclid(PICOS_PER_DAY));
    days.map(Value::Date).map_err(|_| EvalError::new("INVALID_CAST_ARGUMENT", "the date is out of range"))
}

/// The time of day in picoseconds, rounded and wrapped around midnight.
fn time_of_day(picos: i128, precision: u8) -> i64 {
    let of_day = rounded(picos.rem_euclid(PICOS_PER_DAY), precision);
    i64::try_from(of_day % PICOS_PER_DAY).expect("a day's picoseconds fit")
}

/// Trino takes a second too many off a time before 1970 that has a fraction, and fails if none is
/// left of that day; so do we.
fn timestamp_to_time(picos: i128, precision: u8) -> Result<Value, EvalError> {
    if picos >= 0 || picos % PICOS_PER_SECOND == 0 {
        return Ok(Value::Time(time_of_day(picos, precision)));
    }
    let of_day = picos.rem_euclid(PICOS_PER_DAY) - PICOS_PER_SECOND;
    if of_day < 0 {
        return Err(EvalError::new("GENERIC_INTERNAL_ERROR", "the time of day is negative"));
    }
    Ok(Value::Time(time_of_day(of_day, precision)))
}

/// Reads a text as a date, time or timestamp.
pub(super) fn read(text: &str, to: &Type) -> Result<Value, EvalError> {
    let invalid = || EvalError::new("INVALID_CAST_ARGUMENT", format!("Value cannot be cast to {to}: {text}"));
    let trimmed = text.trim_matches(|c: char| c <= ' ');
    match to {
        Type::Date => {
            let (day, rest) = read_date(trimmed, 1).ok_or_else(invalid)?;
            let days = i32::try_from(day.days()).ok().filter(|_| rest.is_empty());
            days.map(Value::Date).ok_or_else(invalid)
        }
        // Blanks around a time are no part of one; around a time with time zone they are.
        Type::Time(precision) => {
            let (picos, rest) = read_time(text).ok_or_else(invalid)?;
            if rest.is_empty() { Ok(Value::Time(time_of_day(picos, *precision))) } else { Err(invalid()) }
        }
        Type::TimeWithTimeZone(precision) => {
            let (picos, rest) = read_time(trimmed).ok_or_else(invalid)?;
            let rest = rest.trim_start_matches(|c: char| c <= ' ');
            let offset = if rest.is_empty() { 0 } else { read_offset(rest).ok_or_else(invalid)? };
            Ok(Value::TimeWithTimeZone(time_of_day(picos, *precision), offset))
        }
        Type::Timestamp(precision) => {
            let (picos, zone) = read_timestamp(trimmed, *precision).ok_or_else(invalid)??;
            let picos = match zone {
                // The zone's own gaps show even though the zone itself is dropped.
                Some(name) => match Zone::parse(name) {
                    Ok(zone) => local(instant(picos, &zone), &zone),
                    Err(ZoneError::Unsupported) => picos,
                    Err(ZoneError::Unknown) => return Err(invalid()),
                },
                None => picos,
            };
            let picos = rounded(picos, *precision);
            // Trino holds microseconds in 64 bits.
            if i64::try_from(picos / 1_000_000).is_err() {
                return Err(EvalError::new("GENERIC_INTERNAL_ERROR", "the timestamp is out of range"));
            }
            Ok(Value::Timestamp(picos))
        }
        Type::TimestampWithTimeZone(precision) => {
            let (picos, zone) = read_timestamp(trimmed, *precision).ok_or_else(invalid)??;
            let zone = match zone.map_or(Ok(Zone::UTC), Zone::parse) {
                Ok(zone) => zone,
                Err(ZoneError::Unknown) => return Err(invalid()),
                Err(ZoneError::Unsupported) => {
                    return Err(EvalError::new("NOT_SUPPORTED", format!("the time zone of '{text}' is not supported")));
                }
            };
            let picos = rounded(instant(picos, &zone), *precision);
            zoned(picos, zone).map_err(|error| match precision {
                0..=3 => error,
                _ => EvalError::new("GENERIC_INTERNAL_ERROR", "the timestamp is out of range"),
            })
        }
        _ => Err(unsupported(&Type::VARCHAR, to)),
    }
}

/// Whether a text is a timestamp with time zone whose local time a change of the clock skips.
pub fn is_skipped_time(text: &str) -> bool {
    match read_timestamp(text.trim_matches(|c: char| c <= ' '), 12) {
        Some(Ok((picos, Some(zone)))) => Zone::parse(zone).is_ok_and(|zone| zone.skips(seconds(picos))),
        _ => false,
    }
}

/// The instant of a local time in a zone, both in picoseconds since the epoch.
pub(crate) fn instant(picos: i128, zone: &Zone) -> i128 {
    let fraction = picos.rem_euclid(PICOS_PER_SECOND);
    i128::from(zone.instant_of(seconds(picos))) * PICOS_PER_SECOND + fraction
}

/// Reads `[+-]year-month-day`, the year of so many digits at least, and gives back the rest.
fn read_date(text: &str, year_digits: usize) -> Option<(Civil, &str)> {
    let negative = text.starts_with('-');
    let rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (year, rest) = read_digits(rest, year_digits, 9)?;
    let (month, rest) = read_digits(rest.strip_prefix('-')?, 1, 2)?;
    let (day, rest) = read_digits(rest.strip_prefix('-')?, 1, 2)?;
    Some((Civil::new(if negative { -year } else { year }, month, day)?, rest))
}

/// Reads `hour:minute[:second[.fraction]]` into picoseconds.
fn read_time(text: &str) -> Option<(i128, &str)> {
    let (hour, rest) = read_digits(text, 1, 2)?;
    let (minute, mut rest) = read_digits(rest.strip_prefix(':')?, 1, 2)?;
    let (mut second, mut fraction) = (0, 0);
    if let Some((seconds, behind)) = rest.strip_prefix(':').and_then(|rest| read_digits(rest, 1, 2)) {
        (second, rest) = (seconds, behind);
        if let Some((digits, behind)) = rest.strip_prefix('.').and_then(read_fraction) {
            (fraction, rest) = (digits, behind);
        }
    }
    let valid = hour < 24 && minute < 60 && second < 60;
    let picos = i128::from((hour * 60 + minute) * 60 + second) * PICOS_PER_SECOND + fraction;
    valid.then_some((picos, rest))
}

/// Reads at most twelve digits behind a decimal point as picoseconds.
fn read_fraction(text: &str) -> Option<(i128, &str)> {
    let length = text.bytes().take(12).take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at(length);
    let value: i128 = digits.parse().ok()?;
    Some((value * 10_i128.pow(12 - u32::try_from(length).ok()?), rest))
}

/// Reads a date, perhaps a time, and what follows: the name of a zone. `None` is no timestamp; the
/// inner error is Trino's for a fraction of too many digits.
fn read_timestamp(text: &str, precision: u8) -> Option<Result<(i128, Option<&str>), EvalError>> {
    let (day, rest) = read_date(text, 4)?;
    let midnight = i128::from(day.days()) * PICOS_PER_DAY;
    if rest.is_empty() {
        return Some(Ok((midnight, None)));
    }
    let rest = rest.strip_prefix(' ')?;
    let (time, mut rest) = read_time(rest).unwrap_or((0, rest));
    // More than twelve digits are dropped, though Trino cannot take more than twelve off.
    let further = rest.bytes().take_while(u8::is_ascii_digit).count();
    if further > 0 && time % PICOS_PER_SECOND != 0 {
        if precision <= 6 && further > usize::from(precision) {
            let message = "the fraction of a second has too many digits";
            return Some(Err(EvalError::new("GENERIC_INTERNAL_ERROR", message)));
        }
        rest = &rest[further..];
    }
    let zone = rest.trim_start_matches(|c: char| c <= ' ');
    Some(Ok((midnight + time, (!zone.is_empty()).then_some(zone))))
}

/// Reads `±hh:mm` of at most 14 hours as minutes.
fn read_offset(text: &str) -> Option<i16> {
    let negative = text.starts_with('-');
    let (hours, rest) = read_digits(text.strip_prefix(['-', '+'])?, 2, 2)?;
    let (minutes, rest) = read_digits(rest.strip_prefix(':')?, 2, 2)?;
    let total = hours * 60 + minutes;
    let valid = rest.is_empty() && minutes < 60 && total <= 14 * 60;
    valid.then(|| i16::try_from(if negative { -total } else { total }).ok())?
}

/// Reads between so many and so many digits.
fn read_digits(text: &str, least: usize, most: usize) -> Option<(i64, &str)> {
    let length = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    if length < least {
        return None;
    }
    let (digits, rest) = text.split_at(length);
    Some((digits.parse().ok()?, rest))
}
