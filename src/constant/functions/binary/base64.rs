//! Base64 in the standard and the URL alphabet (RFC 4648), read as leniently as Java reads it: the
//! padding may be missing, but not be wrong.

use base64::Engine;
use base64::alphabet::{Alphabet, STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::super::Function;
use super::super::argument::{bytes, invalid, varbinary};
use super::text_bytes;
use crate::constant::{EvalError, Value};

fn engine(alphabet: &Alphabet, padding: DecodePaddingMode) -> GeneralPurpose {
    let config = GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true).with_decode_padding_mode(padding);
    GeneralPurpose::new(alphabet, config)
}

fn encode(alphabet: &Alphabet, value: &Value) -> Value {
    Value::varchar(engine(alphabet, DecodePaddingMode::RequireCanonical).encode(bytes(value)))
}

fn decode(alphabet: &Alphabet, value: &Value) -> Result<Value, EvalError> {
    let text = text_bytes(value);
    let padded = text.ends_with(b"=");
    let padding = if padded { DecodePaddingMode::RequireCanonical } else { DecodePaddingMode::RequireNone };
    let decoded = engine(alphabet, padding).decode(text);
    decoded.map(varbinary).map_err(|error| invalid(format!("Invalid base64 text: {error}")))
}

pub(super) fn to_standard(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    Ok(encode(&STANDARD, &arguments[0]))
}

pub(super) fn to_url(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    Ok(encode(&URL_SAFE, &arguments[0]))
}

pub(super) fn from_standard(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    decode(&STANDARD, &arguments[0])
}

pub(super) fn from_url(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    decode(&URL_SAFE, &arguments[0])
}
