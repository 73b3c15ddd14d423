//! `parse_duration` and `human_readable_seconds`.

use super::{Body, invalid, is_varchar, mismatch, text};
use crate::constant::float::java_round;
use crate::constant::{EvalError, Value};
use crate::types::Type;

/// Finds a function of this file.
pub(super) fn lookup(name: &str, arguments: &[Type], result: &Type) -> Option<Body> {
    match (name, arguments, result) {
        ("parse_duration", [ty], Type::IntervalDayToSecond) if is_varchar(ty) => {
            Some(Body::Strict(|_, values| parse(text(&values[0])?).map(Value::IntervalDayToSecond)))
        }
        ("human_readable_seconds", [Type::Double], _) => Some(Body::Strict(|_, values| match values[0] {
            Value::Double(seconds) if seconds.is_finite() => Ok(Value::varchar(in_words(seconds))),
            Value::Double(_) => Err(invalid("Invalid argument found: not a finite number")),
            ref other => Err(mismatch(other)),
        })),
        _ => None,
    }
}

/// A number and a unit, in whole milliseconds.
fn parse(text: &str) -> Result<i64, EvalError> {
    let failed = || invalid(format!("duration is not a valid data duration string: {text}"));
    let blank = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}');
    let trimmed = text.trim_matches(blank);
    let number = trimmed.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
    let (number, unit) = trimmed.split_at(number);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
        return Err(failed());
    }
    let factor = match unit.trim_start_matches(blank) {
        "ns" => 1e-6,
        "us" => 1e-3,
        "ms" => 1.0,
        "s" => 1e3,
        "m" => 6e4,
        "h" => 3.6e6,
        "d" => 8.64e7,
        _ => return Err(failed()),
    };
    let millis = (number.parse::<f64>().map_err(|_| failed())? * factor + 0.5).floor();
    if millis >= 9_223_372_036_854_775_808.0 { Err(failed()) } else { Ok(millis as i64) }
}

/// `1 day, 3 hours`: weeks are the largest unit.
fn in_words(seconds: f64) -> String {
    const UNITS: [(&str, i64); 5] =
        [("week", 604_800), ("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)];
    let mut rest = java_round(seconds.abs());
    let mut words = Vec::new();
    for (name, length) in UNITS {
        let amount = rest / length;
        rest %= length;
        if amount > 0 {
            words.push(format!("{amount} {name}{}", if amount == 1 { "" } else { "s" }));
        }
    }
    if words.is_empty() { "0 seconds".to_owned() } else { words.join(", ") }
}
