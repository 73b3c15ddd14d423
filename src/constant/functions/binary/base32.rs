//! Base 32 of RFC 4648: padded when written, with or without padding when read.

use super::super::Function;
use super::super::argument::{bytes, invalid, varbinary};
use super::text_bytes;
use crate::constant::{EvalError, Value};

const DIGITS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

pub(super) fn encode(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let mut text = String::new();
    for chunk in bytes(&arguments[0]).chunks(5) {
        let mut group = [0; 8];
        group[3..3 + chunk.len()].copy_from_slice(chunk);
        let bits = u64::from_be_bytes(group);
        let digits = (chunk.len() * 8).div_ceil(5);
        for at in 0..8 {
            let digit = usize::try_from(bits >> (35 - 5 * at) & 31).expect("five bits");
            text.push(if at < digits { char::from(DIGITS[digit]) } else { '=' });
        }
    }
    Ok(Value::varchar(text))
}

pub(super) fn decode(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let encoded = text_bytes(&arguments[0]);
    let length = encoded.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1);
    // So many digits in the last group hold no whole number of bytes.
    if matches!(length % 8, 1 | 3 | 6) {
        return Err(invalid("Invalid input length"));
    }
    let mut decoded = Vec::with_capacity(length * 5 / 8);
    let (mut bits, mut held) = (0_u32, 0);
    for byte in &encoded[..length] {
        let digit = DIGITS.iter().position(|digit| digit == byte);
        let digit = digit.ok_or_else(|| invalid("Unrecognized character in base 32"))?;
        bits = bits << 5 | u32::try_from(digit).expect("five bits");
        held += 5;
        if held >= 8 {
            held -= 8;
            decoded.push(u8::try_from(bits >> held & 0xff).expect("eight bits"));
        }
    }
    Ok(varbinary(decoded))
}
