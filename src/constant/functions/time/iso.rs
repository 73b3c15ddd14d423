//! ISO 8601 as `from_iso8601_timestamp` and `from_iso8601_date` read it, and as `to_iso8601` writes it.
//!
//! A date is a month's day, a year's day or a week's day, all parts behind the year optional; a time
//! stands behind a `T`, its last part may have a fraction; an offset may follow a `T` only.

use super::{Body, invalid, is_varchar, millis, mismatch, text};
use crate::constant::calendar::{Civil, PICOS_PER_MILLI, from_iso_week};
use crate::constant::cast::{instant, zoned};
use crate::constant::temporal_text::{date, iso_timestamp, local, seconds};
use crate::constant::zone::offset_text;
use crate::constant::{EvalError, Value, Zone};
use crate::types::Type;

/// Finds a function of this file.
pub(super) fn lookup(name: &str, arguments: &[Type]) -> Option<Body> {
    match (name, arguments) {
        ("from_iso8601_timestamp", [ty]) if is_varchar(ty) => {
            Some(Body::Strict(|_, values| read_timestamp(text(&values[0])?)))
        }
        ("from_iso8601_date", [ty]) if is_varchar(ty) => Some(Body::Strict(|_, values| read_day(text(&values[0])?))),
        ("to_iso8601", [Type::Date]) => Some(Body::Strict(|_, values| match values[0] {
            Value::Date(days) => Ok(Value::varchar(date(i64::from(days)))),
            ref other => Err(mismatch(other)),
        })),
        ("to_iso8601", [Type::Timestamp(_) | Type::TimestampWithTimeZone(_)]) => {
            Some(Body::Strict(|function, values| write(&function.arguments[0], &values[0])))
        }
        _ => None,
    }
}

/// What is left of a text while it is read.
pub(super) struct Reader<'a>(pub(super) &'a str);

impl Reader<'_> {
    /// Takes a character, in either case.
    pub(super) fn take(&mut self, wanted: char) -> bool {
        let found = self.0.chars().next().is_some_and(|c| c.eq_ignore_ascii_case(&wanted));
        if found {
            self.0 = &self.0[wanted.len_utf8()..];
        }
        found
    }

    /// Takes between so many and so many digits.
    pub(super) fn number(&mut self, least: usize, most: usize) -> Option<i64> {
        let length = self.digits(most);
        if length < least {
            return None;
        }
        let (digits, rest) = self.0.split_at(length);
        self.0 = rest;
        digits.parse().ok()
    }

    /// How many digits come next, at most so many.
    pub(super) fn digits(&self, most: usize) -> usize {
        self.0.bytes().take(most).take_while(u8::is_ascii_digit).count()
    }

    /// Takes a sign and up to nine digits.
    pub(super) fn signed(&mut self, least: usize, most: usize) -> Option<i64> {
        let negative = self.0.starts_with('-');
        if self.0.starts_with(['-', '+']) {
            self.0 = &self.0[1..];
        }
        let number = self.number(least, most)?;
        Some(if negative { -number } else { number })
    }

    /// Takes an offset: `Z`, `±hh`, `±hhmm`, `±hh:mm`, each perhaps with seconds.
    pub(super) fn offset(&mut self) -> Option<i64> {
        if self.take('Z') {
            return Some(0);
        }
        let negative = self.0.starts_with('-');
        if !self.0.starts_with(['-', '+']) {
            return None;
        }
        self.0 = &self.0[1..];
        let hours = self.number(2, 2).filter(|hours| *hours < 24)?;
        let separated = self.take(':');
        let (mut minutes, mut seconds) = (0, 0);
        if separated || self.digits(1) > 0 {
            minutes = self.number(2, 2).filter(|minutes| *minutes < 60)?;
            if separated && self.0.starts_with(':') || !separated && self.digits(1) > 0 {
                if separated {
                    self.0 = &self.0[1..];
                }
                seconds = self.number(2, 2).filter(|seconds| *seconds < 60)?;
            }
        }
        let total = hours * 3_600 + minutes * 60 + seconds;
        Some(if negative { -total } else { total })
    }
}

/// The zone of an offset in seconds, if Trino holds such a one.
pub(super) fn zone_of_offset(seconds: i64) -> Result<Zone, EvalError> {
    let minutes = i16::try_from(seconds / 60).ok().filter(|minutes| seconds % 60 == 0 && minutes.abs() <= 14 * 60);
    minutes.map(Zone::Offset).ok_or_else(|| EvalError::new("NOT_SUPPORTED", "the time zone offset is not supported"))
}

fn read_timestamp(text: &str) -> Result<Value, EvalError> {
    let failed = || invalid(format!("Invalid format: \"{text}\""));
    let mut reader = Reader(text);
    let days = if text.starts_with(['T', 't']) { 0 } else { read_date(&mut reader).ok_or_else(failed)? };
    let (mut time, mut offset) = (0, None);
    if reader.take('T') {
        let alone = text.len() == 1;
        if alone {
            return Err(failed());
        }
        if reader.digits(1) > 0 {
            time = read_time(&mut reader).ok_or_else(failed)?;
        }
        if !reader.0.is_empty() {
            offset = Some(reader.offset().ok_or_else(failed)?);
        }
    }
    if !reader.0.is_empty() {
        return Err(failed());
    }
    let zone = offset.map_or(Ok(Zone::UTC), zone_of_offset)?;
    let there = i128::from(days) * 86_400_000 + i128::from(time);
    zoned(instant(there * PICOS_PER_MILLI, &zone), zone).map_err(|_| failed())
}

fn read_day(text: &str) -> Result<Value, EvalError> {
    let mut reader = Reader(text);
    let days = read_date(&mut reader).filter(|_| reader.0.is_empty());
    let days = days.ok_or_else(|| invalid(format!("Invalid format: \"{text}\"")))?;
    i32::try_from(days).map(Value::Date).map_err(|_| EvalError::new("GENERIC_INTERNAL_ERROR", "integer overflow"))
}

/// Reads a date into days since 1970.
fn read_date(reader: &mut Reader<'_>) -> Option<i64> {
    let year = reader.signed(1, 9)?;
    if !reader.0.starts_with('-') {
        return Civil::new(year, 1, 1).map(Civil::days);
    }
    reader.take('-');
    if reader.take('W') {
        let week = reader.number(1, 2)?;
        let day = if reader.take('-') { reader.number(1, 1)? } else { 1 };
        return from_iso_week(year, week, day);
    }
    if reader.digits(3) == 3 {
        let day = reader.number(3, 3)?;
        let first = Civil::new(year, 1, 1)?.days();
        let days = first + day - 1;
        return (day > 0 && Civil::from_days(days).year == year).then_some(days);
    }
    let month = reader.number(1, 2)?;
    let day = if reader.take('-') { reader.number(1, 2)? } else { 1 };
    Civil::new(year, month, day).map(Civil::days)
}

/// Reads `hh[:mm[:ss]]`, the last part with a fraction perhaps, into milliseconds.
fn read_time(reader: &mut Reader<'_>) -> Option<i64> {
    let mut time = 0;
    for (unit, limit) in [(3_600_000, 24), (60_000, 60), (1_000, 60)] {
        time += reader.number(1, 2).filter(|part| *part < limit)? * unit;
        if reader.take('.') || reader.take(',') {
            return Some(time + read_fraction(reader, unit)?);
        }
        if !(unit > 1_000 && reader.take(':')) {
            break;
        }
    }
    Some(time)
}

/// Reads up to nine digits behind a point as milliseconds of a unit. What a digit is worth is cut off
/// to tenths of a millisecond before it counts, as the library behind Trino does it.
pub(super) fn read_fraction(reader: &mut Reader<'_>, unit: i64) -> Option<i64> {
    let (digits, rest) = reader.0.split_at(reader.digits(9));
    reader.0 = rest;
    if digits.is_empty() {
        return None;
    }
    let (mut tenths, mut worth) = (0, unit);
    for digit in digits.bytes() {
        tenths += i64::from(digit - b'0') * worth;
        worth /= 10;
    }
    Some(tenths / 10)
}

fn write(ty: &Type, value: &Value) -> Result<Value, EvalError> {
    match (value, ty) {
        (Value::Timestamp(picos), Type::Timestamp(precision)) => Ok(Value::varchar(iso_timestamp(*picos, *precision))),
        (Value::TimestampWithTimeZone(picos, zone), Type::TimestampWithTimeZone(precision)) => {
            let offset = zone.offset_at(seconds(*picos));
            if offset % 60 != 0 {
                // Local mean times, whose offsets have seconds, do not fit Trino's result.
                return Err(EvalError::new("INVALID_ARGUMENTS", "the time zone offset has seconds"));
            }
            let mut text = iso_timestamp(local(*picos, zone), *precision);
            match i16::try_from(offset / 60).expect("offsets stay within a day") {
                0 => text.push('Z'),
                minutes => text.push_str(&offset_text(minutes, ":")),
            }
            Ok(Value::varchar(text))
        }
        (other, _) => Err(mismatch(other)),
    }
}

/// The milliseconds of a local time; for the functions that know nothing finer.
pub(super) fn local_millis(value: &Value) -> Result<i64, EvalError> {
    super::local_picos(value).map(millis)
}
