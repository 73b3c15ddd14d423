//! Text to scalar values, as the SerDes of JSON and delimited files read them: what does not fit is
//! NULL, never an error.

use crate::engine::local::ColumnBuilder;
use crate::types::Type;

use super::decimal::DecimalText;
use crate::engine::local::scan::delimited_value::{day, microseconds};

/// Whether a text file can hold values of this type.
pub fn scalar_is_readable(ty: &Type) -> bool {
    matches!(ty, Type::Boolean | Type::Real | Type::Double | Type::Decimal(..) | Type::Varchar(_) | Type::Char(_))
        || matches!(ty, Type::Date | Type::Timestamp(0..=6))
        || ty.is_integer()
}

/// Appends the value that a text stands for; NULL, and false, if it stands for none of the type.
pub fn append_scalar(builder: &mut ColumnBuilder, ty: &Type, text: &str) -> bool {
    let appended = match (&mut *builder, ty) {
        (ColumnBuilder::Text(builder), Type::Varchar(limit)) => {
            builder.append_value(limit.map_or(text, |limit| prefix(text, limit)));
            Some(())
        }
        (ColumnBuilder::Text(builder), Type::Char(length)) => {
            builder.append_value(prefix(text, *length).trim_end_matches(' '));
            Some(())
        }
        (ColumnBuilder::Boolean(builder), _) => {
            builder.append_value(text.eq_ignore_ascii_case("true"));
            Some(())
        }
        (ColumnBuilder::TinyInt(builder), _) => narrow(text).map(|value| builder.append_value(value)),
        (ColumnBuilder::SmallInt(builder), _) => narrow(text).map(|value| builder.append_value(value)),
        (ColumnBuilder::Integer(builder), _) => narrow(text).map(|value| builder.append_value(value)),
        (ColumnBuilder::BigInt(builder), _) => narrow(text).map(|value| builder.append_value(value)),
        (ColumnBuilder::Real(builder), _) => float(text).map(|value: f32| builder.append_value(value)),
        (ColumnBuilder::Double(builder), _) => float(text).map(|value: f64| builder.append_value(value)),
        (ColumnBuilder::Decimal(builder), Type::Decimal(precision, scale)) => {
            decimal(text, *precision, *scale).map(|value| builder.append_value(value))
        }
        (ColumnBuilder::Date(builder), _) => openx_date(text).map(|value| builder.append_value(value)),
        (ColumnBuilder::Microseconds(builder), Type::Timestamp(precision)) => {
            openx_timestamp(text, *precision).map(|value| builder.append_value(value))
        }
        _ => None,
    };
    if appended.is_none() {
        builder.append_null();
    }
    appended.is_some()
}

/// Appends the value that a text of a delimited file or of a partition key stands for: as
/// [`append_scalar`], but numbers are plain decimal ones, however many zeros they begin with, a
/// boolean is `true` or `false`, and days and times are of the calendar.
pub fn append_plain(builder: &mut ColumnBuilder, ty: &Type, text: &str) -> bool {
    let appended = match (&mut *builder, ty) {
        (ColumnBuilder::Date(builder), _) => date(text).map(|value| builder.append_value(value)),
        (ColumnBuilder::Microseconds(builder), Type::Timestamp(precision)) => {
            timestamp(text, *precision).map(|value| builder.append_value(value))
        }
        (_, Type::Boolean) if !text.eq_ignore_ascii_case("true") && !text.eq_ignore_ascii_case("false") => None,
        _ if ty.is_integer() => {
            let number = text.parse::<i64>().map(|number| number.to_string());
            return append_scalar(builder, ty, number.as_deref().unwrap_or(""));
        }
        _ => return append_scalar(builder, ty, text),
    };
    if appended.is_none() {
        builder.append_null();
    }
    appended.is_some()
}

/// The first characters of a text.
fn prefix(text: &str, characters: u32) -> &str {
    text.char_indices().nth(characters as usize).map_or(text, |(end, _)| &text[..end])
}

/// A whole number as Java writes them: decimal, `0x` hexadecimal, or octal behind a zero.
pub fn parse_integer_literal(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    match bytes {
        [b'0', b'x' | b'X', digit, ..] if digit.is_ascii_hexdigit() => i64::from_str_radix(&text[2..], 16).ok(),
        [b'0', b'0'..=b'8', ..] => i64::from_str_radix(&text[1..], 8).ok(),
        _ => text.parse().ok(),
    }
}

fn narrow<T: TryFrom<i64>>(text: &str) -> Option<T> {
    let value = parse_integer_literal(text)
        .or_else(|| DecimalText::parse(text)?.at_scale(0, false).and_then(|value| i64::try_from(value).ok()))?;
    T::try_from(value).ok()
}

fn float<T: std::str::FromStr>(text: &str) -> Option<T> {
    let text = text.trim();
    let magnitude = text.trim_start_matches(['+', '-']);
    if magnitude == "NaN" || magnitude == "Infinity" {
        return text.parse().ok();
    }
    let digits = text.strip_suffix(['d', 'D', 'f', 'F']).unwrap_or(text);
    digits.ends_with(|end: char| end.is_ascii_digit() || end == '.').then(|| digits.parse().ok()).flatten()
}

fn decimal(text: &str, precision: u8, scale: u8) -> Option<i128> {
    let value = DecimalText::parse(text)?.at_scale(i64::from(scale), true)?;
    (value.unsigned_abs() < 10u128.checked_pow(u32::from(precision))?).then_some(value)
}

/// `yyyy-MM-dd`.
fn date(text: &str) -> Option<i32> {
    i32::try_from(civil_day(text.trim().split([' ', 'T']).next()?)?).ok()
}

/// A date and perhaps a time with or without zone, in microseconds rounded to a precision.
fn timestamp(text: &str, precision: u8) -> Option<i64> {
    let text = text.trim();
    let micros = match text.split_once(['T', 't', ' ']) {
        Some((day, time)) => {
            let (time, offset) = zone(time)?;
            civil_day(day)?.checked_mul(86_400_000_000)?.checked_add(time_of_day(time)?)?.checked_sub(offset)?
        }
        None => civil_day(text)?.checked_mul(86_400_000_000)?,
    };
    rounded(micros, precision)
}

/// What begins with a year of four digits, a month and a day, which run over into the next where the calendar ends; or
/// a number of days.
fn openx_date(text: &str) -> Option<i32> {
    let days = match begins_with_day(text) {
        Some(length) => day(&text[..length]),
        None => parse_integer_literal(text),
    };
    days.and_then(|days| i32::try_from(days).ok())
}

/// How long the `yyyy-M-d` is that a text begins with.
fn begins_with_day(text: &str) -> Option<usize> {
    let digits = |text: &str, most: usize| text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    let year = digits(text, 4);
    let months = text.get(year..)?.strip_prefix('-').filter(|_| year == 4)?;
    let month = digits(months, 2);
    let days = months.get(month..)?.strip_prefix('-').filter(|_| month > 0)?;
    let day = digits(days, 2);
    (day > 0).then_some(year + 1 + month + 1 + day)
}

/// A date and a time with or without zone, or a number of seconds or milliseconds, in microseconds
/// rounded to a precision.
fn openx_timestamp(text: &str, precision: u8) -> Option<i64> {
    let micros = if text.contains(':') {
        let (day, time) = text.trim().split_once(['T', 't', ' '])?;
        let (time, offset) = zone(time)?;
        return rounded(microseconds(day, time)?.checked_sub(offset)?, precision);
    } else if text.contains('.') && !text.contains(['e', 'E']) {
        i64::try_from(DecimalText::parse(text)?.at_scale(3, false)?).ok()?.checked_mul(1_000)?
    } else {
        let number: i64 = text.parse().ok()?;
        number.checked_mul(if text.len() >= 13 { 1_000 } else { 1_000_000 })?
    };
    rounded(micros, precision)
}

fn rounded(micros: i64, precision: u8) -> Option<i64> {
    let unit = 10i64.checked_pow(6u32.checked_sub(u32::from(precision))?)?;
    let half = if unit > 1 { unit / 2 } else { 0 };
    Some(micros.checked_add(half)?.div_euclid(unit) * unit)
}

/// A time and the zone behind it, as the zone's offset in microseconds.
fn zone(time: &str) -> Option<(&str, i64)> {
    if let Some(time) = time.strip_suffix(['Z', 'z']) {
        return Some((time, 0));
    }
    let Some(at) = time.rfind(['+', '-']) else { return Some((time, 0)) };
    let digits: String = time[at + 1..].chars().filter(|character| *character != ':').collect();
    if digits.len() != 4 {
        return None;
    }
    let number: i64 = digits.parse().ok()?;
    let minutes = number / 100 * 60 + number % 100;
    let sign = if time[at..].starts_with('-') { -1 } else { 1 };
    Some((&time[..at], sign * minutes * 60_000_000))
}

/// `HH:mm[:ss[.fraction]]` in microseconds.
fn time_of_day(text: &str) -> Option<i64> {
    let (clock, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut parts = clock.split(':').map(|part| number_below(part, 60));
    let hours = parts.next()??;
    let minutes = parts.next()??;
    let seconds = parts.next().unwrap_or(Some(0))?;
    if hours > 23 || parts.next().is_some() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let micros: i64 = format!("{fraction:0<6}").get(..6)?.parse().ok()?;
    Some((hours * 3_600 + minutes * 60 + seconds) * 1_000_000 + micros)
}

/// Days since 1970-01-01 of `yyyy-MM-dd`, by the proleptic Gregorian calendar.
fn civil_day(text: &str) -> Option<i64> {
    let mut parts = text.splitn(3, '-');
    let year = number_below(parts.next()?, 10_000)?;
    let month = number_below(parts.next()?, 13).filter(|month| *month > 0)?;
    let day = number_below(parts.next()?, 32).filter(|day| *day > 0)?;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    if day > length {
        return None;
    }
    // Years begin in March here, so that the leap day is a year's last.
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let year_of_era = shifted.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468)
}

fn number_below(text: &str, limit: i64) -> Option<i64> {
    let digits = !text.is_empty() && text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten().filter(|number| *number < limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_texts() {
        assert_eq!(narrow::<i32>("0x1F"), Some(31));
        assert_eq!(narrow::<i32>("010"), Some(8));
        assert_eq!(narrow::<i8>("300"), None);
        assert_eq!(narrow::<i64>("-1.9e0"), Some(-1));
        assert_eq!(float::<f64>("1e3"), Some(1000.0));
        assert_eq!(float::<f64>("nan"), None);
        assert_eq!(decimal("1.255", 4, 2), Some(126));
        assert_eq!(decimal("999.99", 4, 2), None);
    }

    #[test]
    fn times_in_texts() {
        assert_eq!(civil_day("1970-01-01"), Some(0));
        assert_eq!(civil_day("2000-02-29"), Some(11_016));
        assert_eq!(civil_day("1900-02-29"), None);
        assert_eq!(timestamp("1970-01-01T00:00:01.0015Z", 3), Some(1_002_000));
        assert_eq!(timestamp("1970-01-01 02:00:00+02:00", 3), Some(0));
        assert_eq!(timestamp("1688989524", 3), None);
        assert_eq!(openx_timestamp("1688989524", 3), Some(1_688_989_524_000_000));
        assert_eq!(openx_timestamp("1688989524123", 3), Some(1_688_989_524_123_000));
        assert_eq!(openx_timestamp("yesterday", 3), None);
        assert_eq!(openx_date("2000-2-29T"), Some(11_016));
        assert_eq!(openx_date("20000-02-29"), None);
    }
}
