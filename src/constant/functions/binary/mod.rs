//! Functions over `varbinary` with Trino's results: encodings, digests, numbers as bytes.

mod base32;
mod base64;
mod digest;
mod murmur;

pub use self::digest::xx_hash;
use super::argument::{bytes, integer, invalid, text, varbinary};
use super::{Body, Function};
use crate::constant::{EvalError, Value};
use crate::types::Type;

/// The longest value that athplan makes by padding.
const LONGEST: usize = 64 << 20;

/// Finds a function of this family; `None` if it is not one of them.
pub(super) fn lookup(name: &str, arguments: &[Type], _result: &Type) -> Option<Body> {
    let first = arguments.first()?;
    let binary = *first == Type::Varbinary;
    Some(Body::Strict(match (name, arguments.len()) {
        ("from_hex", 1) if binary || first.is_text() => from_hex,
        ("from_base64", 1) if binary || first.is_text() => base64::from_standard,
        ("from_base64url", 1) if binary || first.is_text() => base64::from_url,
        ("from_base32", 1) if binary || first.is_text() => base32::decode,
        ("to_big_endian_32", 1) => to_big_endian_32,
        ("to_big_endian_64", 1) => to_big_endian_64,
        ("to_ieee754_32", 1) => to_ieee754_32,
        ("to_ieee754_64", 1) => to_ieee754_64,
        _ if !binary => return None,
        ("length", 1) => length,
        ("reverse", 1) => reverse,
        ("concat" | "||", 2..) => concat,
        ("substr", 2 | 3) => substring,
        ("lpad", 3) => pad_left,
        ("rpad", 3) => pad_right,
        ("from_utf8", 1 | 2) => from_utf8,
        ("to_hex", 1) => to_hex,
        ("to_base64", 1) => base64::to_standard,
        ("to_base64url", 1) => base64::to_url,
        ("from_big_endian_32", 1) => from_big_endian_32,
        ("from_big_endian_64", 1) => from_big_endian_64,
        ("from_ieee754_32", 1) => from_ieee754_32,
        ("from_ieee754_64", 1) => from_ieee754_64,
        ("md5", 1) => digest::md5,
        ("sha1", 1) => digest::sha1,
        ("sha256", 1) => digest::sha256,
        ("sha512", 1) => digest::sha512,
        ("hmac_md5", 2) => digest::hmac_md5,
        ("hmac_sha1", 2) => digest::hmac_sha1,
        ("hmac_sha256", 2) => digest::hmac_sha256,
        ("hmac_sha512", 2) => digest::hmac_sha512,
        ("to_base32", 1) => base32::encode,
        ("murmur3", 1) => murmur::murmur3,
        ("crc32", 1) => digest::crc32,
        ("xxhash64", 1) => digest::xxhash64,
        _ => return None,
    }))
}

fn length(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    Ok(Value::Integer(bytes(&arguments[0]).len() as i64))
}

fn reverse(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    Ok(varbinary(bytes(&arguments[0]).iter().rev().copied().collect::<Vec<u8>>()))
}

fn concat(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    Ok(varbinary(arguments.iter().flat_map(bytes).copied().collect::<Vec<u8>>()))
}

/// As for text: counted from one, from the end if negative, empty out of range.
fn substring(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let (whole, start) = (bytes(&arguments[0]), integer(&arguments[1]));
    let length = arguments.get(2).map_or(i64::MAX, integer);
    let size = whole.len() as i64;
    let first = if start < 0 { size.saturating_add(start) } else { start - 1 };
    let behind = first.saturating_add(length.max(0)).min(size);
    Ok(varbinary(match (usize::try_from(first), usize::try_from(behind)) {
        (Ok(first), Ok(behind)) if first < behind => whole[first..behind].to_vec(),
        _ => Vec::new(),
    }))
}

fn pad_left(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let (whole, mut padding) = pad(arguments)?;
    padding.extend_from_slice(whole);
    Ok(varbinary(padding))
}

fn pad_right(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let (whole, padding) = pad(arguments)?;
    Ok(varbinary([whole, &padding].concat()))
}

/// The value, cut to the length wanted, and what it lacks.
fn pad(arguments: &[Value]) -> Result<(&[u8], Vec<u8>), EvalError> {
    let (whole, filler) = (bytes(&arguments[0]), bytes(&arguments[2]));
    let Ok(target) = i32::try_from(integer(&arguments[1])).map_err(drop).and_then(|n| usize::try_from(n).map_err(drop))
    else {
        return Err(invalid("Target length must be in the range [0..2147483647]"));
    };
    if filler.is_empty() {
        return Err(invalid("Padding bytes must not be empty"));
    }
    if whole.len() >= target {
        return Ok((&whole[..target], Vec::new()));
    }
    if target > LONGEST {
        return Err(EvalError::refused("padding to such a length"));
    }
    Ok((whole, filler.iter().copied().cycle().take(target - whole.len()).collect()))
}

/// Bytes that are no text become the replacement character, or the one given, or nothing if it is empty.
fn from_utf8(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let replacement = match arguments.get(1) {
        None => "\u{fffd}".to_owned(),
        Some(Value::Integer(code)) => {
            let character = u32::try_from(*code).ok().and_then(char::from_u32);
            character.ok_or_else(|| invalid("Invalid replacement character"))?.to_string()
        }
        Some(given) => text(given).to_owned(),
    };
    if replacement.chars().count() > 1 {
        return Err(invalid("Replacement character string must empty or a single character"));
    }
    let mut result = String::new();
    let mut rest = bytes(&arguments[0]);
    while !rest.is_empty() {
        let (valid, behind) = valid_text(rest);
        result.push_str(valid);
        rest = behind;
        if !rest.is_empty() {
            rest = &rest[invalid_length(rest)..];
            result.push_str(&replacement);
        }
    }
    Ok(Value::varchar(result))
}

/// The text at the beginning, and what is behind it.
fn valid_text(bytes: &[u8]) -> (&str, &[u8]) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (text, &[]),
        Err(error) => {
            let (valid, rest) = bytes.split_at(error.valid_up_to());
            (std::str::from_utf8(valid).expect("it was found valid"), rest)
        }
    }
}

/// How many bytes Trino takes for one broken character: those of the form of a character's encoding,
/// though what they encode may be none.
fn invalid_length(bytes: &[u8]) -> usize {
    let following = match bytes[0] {
        0xc0..=0xdf => 1,
        0xe0..=0xef => 2,
        0xf0..=0xf7 => 3,
        0xf8..=0xfb => 4,
        0xfc..=0xfd => 5,
        _ => 0,
    };
    1 + bytes[1..].iter().take(following).take_while(|byte| (0x80..0xc0).contains(*byte)).count()
}

fn to_hex(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    Ok(Value::varchar(bytes(&arguments[0]).iter().map(|byte| format!("{byte:02X}")).collect::<String>()))
}

/// Hexadecimal digits come as text, or as the bytes of such text.
fn from_hex(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let digits = text_bytes(&arguments[0]);
    if !digits.len().is_multiple_of(2) {
        return Err(invalid("Invalid hexadecimal text: its length is odd"));
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let decoded: Option<Vec<u8>> = digits.chunks(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect();
    decoded.map(varbinary).ok_or_else(|| invalid("Invalid hexadecimal text"))
}

/// The bytes of text or of a varbinary.
fn text_bytes(value: &Value) -> &[u8] {
    match value {
        Value::Varchar(text) => text.as_bytes(),
        other => bytes(other),
    }
}

/// The bytes of a number, which must be exactly so many.
fn fixed<const LENGTH: usize>(value: &Value) -> Result<[u8; LENGTH], EvalError> {
    bytes(value).try_into().map_err(|_| invalid(format!("expected {LENGTH}-byte input")))
}

fn to_big_endian_32(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let number = i32::try_from(integer(&arguments[0])).expect("the binder gave an integer of 32 bits");
    Ok(varbinary(number.to_be_bytes()))
}

fn to_big_endian_64(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    Ok(varbinary(integer(&arguments[0]).to_be_bytes()))
}

fn from_big_endian_32(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    Ok(Value::Integer(i64::from(i32::from_be_bytes(fixed(&arguments[0])?))))
}

fn from_big_endian_64(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    Ok(Value::Integer(i64::from_be_bytes(fixed(&arguments[0])?)))
}

fn to_ieee754_32(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    match &arguments[0] {
        Value::Real(number) => Ok(varbinary(number.to_be_bytes())),
        other => unreachable!("the binder gave a real argument the value {other:?}"),
    }
}

fn to_ieee754_64(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    match &arguments[0] {
        Value::Double(number) => Ok(varbinary(number.to_be_bytes())),
        other => unreachable!("the binder gave a double argument the value {other:?}"),
    }
}

fn from_ieee754_32(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    Ok(Value::Real(f32::from_be_bytes(fixed(&arguments[0])?)))
}

fn from_ieee754_64(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    Ok(Value::Double(f64::from_be_bytes(fixed(&arguments[0])?)))
}
