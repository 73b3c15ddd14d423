//! Text to values as Trino's reader of delimited files reads them, which is neither as SQL casts nor as
//! the SerDes of JSON do: whole numbers lose their fraction, days and hours beyond the calendar run
//! over into the next, and what is no value is NULL.

use super::json::append_plain;
use crate::constant::Civil;
use crate::engine::local::ColumnBuilder;
use crate::types::Type;

/// Years beyond this one are beyond what any type holds.
const LAST_YEAR: i64 = 10_000_000;

/// Appends the value that a field of a delimited file stands for; NULL, and false, if it stands for none of the type.
pub fn append_delimited(builder: &mut ColumnBuilder, ty: &Type, text: &str) -> bool {
    let appended = match &mut *builder {
        ColumnBuilder::Date(dates) => date(text).map(|value| dates.append_value(value)),
        ColumnBuilder::Microseconds(times) => match ty {
            Type::Timestamp(precision) => timestamp(text, *precision).map(|value| times.append_value(value)),
            _ => None,
        },
        _ if ty.is_integer() => {
            let number = whole_number(text).map(|number| number.to_string());
            return append_plain(builder, ty, number.as_deref().unwrap_or(""));
        }
        ColumnBuilder::Real(reals) if hexadecimal(text).is_some() => {
            hexadecimal(text).map(|value| reals.append_value(value as f32))
        }
        ColumnBuilder::Double(doubles) if hexadecimal(text).is_some() => {
            hexadecimal(text).map(|value| doubles.append_value(value))
        }
        _ => {
            return append_plain(builder, ty, text);
        }
    };
    if appended.is_none() {
        builder.append_null();
    }
    appended.is_some()
}

/// Appends the value that a group of a pattern stands for, which Java parses: as [`append_delimited`], but whole
/// numbers have no fraction, and as a boolean everything but `true` is false.
pub fn append_group(builder: &mut ColumnBuilder, ty: &Type, text: &str) -> bool {
    match ty {
        Type::Boolean => append_plain(builder, ty, if text.eq_ignore_ascii_case("true") { "true" } else { "false" }),
        _ if ty.is_integer() => append_plain(builder, ty, text),
        _ => append_delimited(builder, ty, text),
    }
}

/// `[sign] digits [. digits]`, either digits missing; the fraction is cut off.
fn whole_number(text: &str) -> Option<i64> {
    let number = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if number.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let sign = if text.starts_with('-') { "-" } else { "" };
    format!("{sign}0{whole}").parse().ok()
}

/// A hexadecimal floating-point number as Java writes them: `0x1.8p1`.
fn hexadecimal(text: &str) -> Option<f64> {
    let text = text.trim();
    let number = text.strip_prefix(['+', '-']).unwrap_or(text);
    let number = number.strip_prefix("0x").or_else(|| number.strip_prefix("0X"))?;
    let (mantissa, exponent) = number.split_once(['p', 'P'])?;
    let exponent: i32 = exponent.trim_end_matches(['d', 'D', 'f', 'F']).parse().ok()?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    // Thirteen digits fill a double; that no log writes longer ones is all that keeps this exact.
    let digits = format!("{whole}{fraction}");
    let value = i64::from_str_radix(&digits, 16).ok().filter(|_| digits.len() <= 13)?;
    let scale = exponent.checked_sub(i32::try_from(fraction.len()).ok()?.checked_mul(4)?)?;
    let value = value as f64 * 2f64.powi(scale);
    Some(if text.starts_with('-') { -value } else { value })
}

/// A day, of which what stands behind a blank is no part.
fn date(text: &str) -> Option<i32> {
    day(text.trim().split(' ').next()?).and_then(|days| i32::try_from(days).ok())
}

/// `year-month-day hours:minutes:seconds[.fraction]` in microseconds, rounded to a precision.
fn timestamp(text: &str, precision: u8) -> Option<i64> {
    let (date, time) = text.trim().split_once([' ', 'T', 't'])?;
    let (seconds, nanos) = instant(date, time)?;
    let unit = 10i64.checked_pow(9u32.checked_sub(u32::from(precision))?)?;
    let rounded = (nanos + unit / 2) / unit * unit / 1_000;
    seconds.checked_mul(1_000_000)?.checked_add(rounded)
}

/// A day and a time of it in microseconds, what is finer cut off.
pub fn microseconds(date: &str, time: &str) -> Option<i64> {
    let (seconds, nanos) = instant(date, time)?;
    seconds.checked_mul(1_000_000)?.checked_add(nanos / 1_000)
}

/// A day and a time of it as seconds and nanoseconds; months, days and hours outside the calendar run over.
fn instant(date: &str, time: &str) -> Option<(i64, i64)> {
    let (clock, fraction) = time.split_once('.').unwrap_or((time, ""));
    if fraction.len() > 9 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let parts: Vec<i64> = clock.split(':').map(number).collect::<Option<_>>()?;
    let [hours, minutes, seconds] = parts[..] else { return None };
    let seconds = hours.checked_mul(3_600)?.checked_add(minutes.checked_mul(60)?)?.checked_add(seconds)?;
    Some((day(date)?.checked_mul(86_400)?.checked_add(seconds)?, format!("{fraction:0<9}").parse().ok()?))
}

/// Days since 1970-01-01 of `year-month-day`; months and days outside the calendar run over.
pub fn day(text: &str) -> Option<i64> {
    let (year, rest) = signed_up_to(text, '-')?;
    let (month, rest) = signed_up_to(rest, '-')?;
    let day = number(rest)?;
    let months = month.checked_sub(1)?;
    let year = year.checked_add(months.div_euclid(12))?;
    if year.checked_abs()? > LAST_YEAR {
        return None;
    }
    Civil { year, month: months.rem_euclid(12) + 1, day: 1 }.days().checked_add(day.checked_sub(1)?)
}

/// A number up to a mark, and what stands behind it.
fn signed_up_to(text: &str, mark: char) -> Option<(i64, &str)> {
    let sign = usize::from(text.starts_with(['+', '-']));
    let end = sign + text[sign..].find(mark)?;
    Some((number(&text[..end])?, &text[end + mark.len_utf8()..]))
}

/// Digits with or without a sign.
fn number(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}
