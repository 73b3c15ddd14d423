//! Numbers as text: `to_base`, `from_base`, `format_number`.

use super::{invalid, mismatch};
use crate::constant::decimal::java_digit;
use crate::constant::functions::Body;
use crate::constant::{EvalError, Value};
use crate::types::Type;

/// Finds a function of this file.
pub(super) fn lookup(name: &str, arguments: &[Type]) -> Option<Body> {
    Some(match (name, arguments) {
        ("to_base", [Type::BigInt, Type::BigInt]) => Body::Strict(|_, values| match (&values[0], &values[1]) {
            (Value::Integer(value), Value::Integer(radix)) => write(*value, checked(*radix)?),
            (other, _) => Err(mismatch(other)),
        }),
        ("from_base", [Type::Varchar(_), Type::BigInt]) => Body::Strict(|_, values| match (&values[0], &values[1]) {
            (Value::Varchar(text), Value::Integer(radix)) => {
                let radix = checked(*radix)?;
                let read = read(text, radix).map(Value::Integer);
                read.ok_or_else(|| invalid(format!("Not a valid base-{radix} number: {text}")))
            }
            (other, _) => Err(mismatch(other)),
        }),
        ("format_number", [Type::BigInt | Type::Double]) => Body::Strict(|_, values| match &values[0] {
            Value::Integer(value) => Ok(Value::varchar(with_unit(*value))),
            Value::Double(value) => Ok(Value::varchar(with_unit(*value as i64))),
            other => Err(mismatch(other)),
        }),
        _ => return None,
    })
}

fn checked(radix: i64) -> Result<u32, EvalError> {
    let valid = u32::try_from(radix).ok().filter(|radix| (2..=36).contains(radix));
    valid.ok_or_else(|| invalid(format!("Radix must be between 2 and 36: {radix}")))
}

fn write(value: i64, radix: u32) -> Result<Value, EvalError> {
    let mut digits = Vec::new();
    let mut rest = value.unsigned_abs();
    while rest > 0 || digits.is_empty() {
        let digit = u32::try_from(rest % u64::from(radix)).expect("a digit is below 36");
        digits.push(char::from_digit(digit, radix).expect("a digit is below its radix"));
        rest /= u64::from(radix);
    }
    if value < 0 {
        digits.push('-');
    }
    if digits.len() > 64 {
        // The smallest number in binary does not fit Trino's varchar(64).
        return Err(EvalError::new("GENERIC_INTERNAL_ERROR", "Character count exceeds length limit 64"));
    }
    Ok(Value::varchar(digits.iter().rev().collect::<String>()))
}

/// Java's `Long.parseLong` with a radix.
fn read(text: &str, radix: u32) -> Option<i64> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if digits.is_empty() {
        return None;
    }
    let mut value = 0_i64;
    for c in digits.chars() {
        let digit = c.to_digit(36).or_else(|| java_digit(c).map(u32::from)).filter(|digit| *digit < radix)?;
        // Counting downwards reaches the smallest number, whose opposite does not fit.
        value = value.checked_mul(i64::from(radix))?.checked_sub(i64::from(digit))?;
    }
    if negative { Some(value) } else { value.checked_neg() }
}

/// `1.23M`: three digits and a unit of thousands. Numbers below zero always have two decimals, since
/// Trino asks for their size without taking the sign off.
fn with_unit(value: i64) -> String {
    const UNITS: [&str; 6] = ["", "K", "M", "B", "T", "Q"];
    let mut number = value as f64;
    let mut unit = 0;
    while number.abs() >= 1_000.0 && unit + 1 < UNITS.len() {
        number /= 1_000.0;
        unit += 1;
    }
    let text = if number < 10.0 {
        format!("{number:.2}")
    } else if number < 100.0 {
        format!("{number:.1}")
    } else {
        format!("{number:.0}")
    };
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text}{}", UNITS[unit])
}
