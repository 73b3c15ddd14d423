//! `parse_data_size`: sizes such as `2.5MB`, with units of 1,024.

use num_bigint::BigInt;

use super::{Body, EvalError, Type, Value, invalid, mismatch};
use crate::constant::decimal;

const UNITS: [&str; 9] = ["B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];

/// Finds a function of this file.
pub(super) fn lookup(name: &str, arguments: &[Type]) -> Option<Body> {
    match (name, arguments) {
        ("parse_data_size" | "parse_presto_data_size", [ty]) if ty.is_text() => Some(Body::Strict(|_, values| {
            let Value::Varchar(text) = &values[0] else { return Err(mismatch(&values[0])) };
            size(text)
        })),
        _ => None,
    }
}

/// A number of bytes, without what is left of one.
fn size(text: &str) -> Result<Value, EvalError> {
    let error = || invalid(format!("Invalid data size: '{text}'"));
    let length = text.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    let (number, unit) = text.split_at(length);
    let unit = UNITS.iter().position(|known| *known == unit).ok_or_else(error)?;
    let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
    let digits = format!("{whole}{decimals}");
    if digits.is_empty() || decimals.contains('.') {
        return Err(error());
    }
    let digits: BigInt = digits.parse().map_err(|_| error())?;
    let scale = BigInt::from(10).pow(u32::try_from(decimals.len()).map_err(|_| error())?);
    let bytes: BigInt = (digits << (10 * unit)) / scale;
    let bytes = i128::try_from(bytes).ok().filter(|bytes| decimal::fits(*bytes, 38));
    // Java's exception for a number of too many digits comes through.
    bytes.map(Value::Decimal).ok_or_else(|| EvalError::new("GENERIC_INTERNAL_ERROR", "the size has too many digits"))
}
