//! Functions over URLs with Trino's results.
//!
//! Trino reads URLs by Java's `java.net.URI`, which follows RFC 2396 with some deviations: a text that
//! it rejects gives NULL, a part that is absent gives the empty text.

mod syntax;

use self::syntax::{Url, as_text, decoded, parse};
use super::argument::{invalid, text};
use super::{Body, Function};
use crate::constant::{EvalError, Value};
use crate::types::Type;

/// Finds a function of this family; `None` if it is not one of them.
pub(super) fn lookup(name: &str, arguments: &[Type], _result: &Type) -> Option<Body> {
    Some(Body::Strict(match (name, arguments.len()) {
        ("url_extract_protocol", 1) => protocol,
        ("url_extract_host", 1) => host,
        ("url_extract_port", 1) => port,
        ("url_extract_path", 1) => path,
        ("url_extract_query", 1) => query,
        ("url_extract_fragment", 1) => fragment,
        ("url_extract_parameter", 2) => parameter,
        ("url_encode", 1) => encode,
        ("url_decode", 1) => decode,
        _ => return None,
    }))
}

/// A part of the URL, or NULL if it is none.
fn part(arguments: &[Value], take: impl FnOnce(&Url<'_>) -> Result<Value, EvalError>) -> Result<Value, EvalError> {
    parse(text(&arguments[0]))?.map_or(Ok(Value::Null), |url| take(&url))
}

fn protocol(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    part(arguments, |url| Ok(Value::varchar(url.scheme.unwrap_or(""))))
}

fn host(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    part(arguments, |url| Ok(Value::varchar(url.host.unwrap_or(""))))
}

fn port(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    part(arguments, |url| Ok(url.port.map_or(Value::Null, |port| Value::Integer(i64::from(port)))))
}

fn path(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    part(arguments, |url| decoded(url.path).map(Value::varchar))
}

fn query(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    part(arguments, |url| decoded(url.query.unwrap_or("")).map(Value::varchar))
}

fn fragment(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    part(arguments, |url| decoded(url.fragment.unwrap_or("")).map(Value::varchar))
}

/// The value of the first parameter of this name. The name is compared as it is written in the URL,
/// and only the value is decoded.
fn parameter(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let wanted = text(&arguments[1]);
    part(arguments, |url| {
        for parameter in url.query.into_iter().flat_map(|query| query.split('&')) {
            match parameter.split_once('=') {
                Some((name, value)) if name == wanted => return form_decoded(value).map(Value::varchar),
                None if parameter == wanted => return Ok(Value::varchar("")),
                _ => {}
            }
        }
        Ok(Value::Null)
    })
}

/// As in a form's data: blanks become `+`, and all but letters, digits and `-_.*` is escaped.
fn encode(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let mut result = String::new();
    for byte in text(&arguments[0]).bytes() {
        match byte {
            b' ' => result.push('+'),
            b'-' | b'_' | b'.' | b'*' => result.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => result.push(char::from(byte)),
            _ => result.push_str(&format!("%{byte:02X}")),
        }
    }
    Ok(Value::varchar(result))
}

fn decode(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    form_decoded(text(&arguments[0])).map(Value::varchar)
}

/// The opposite of [`encode`].
fn form_decoded(encoded: &str) -> Result<String, EvalError> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.as_bytes();
    while let Some((byte, behind)) = rest.split_first() {
        rest = behind;
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let error = || invalid(format!("incomplete or illegal escape in '{encoded}'"));
                let (digits, behind) = rest.split_at_checked(2).ok_or_else(error)?;
                rest = behind;
                let digit = |byte: u8| char::from(byte).to_digit(16);
                match (digit(digits[0]), digit(digits[1])) {
                    (Some(high), Some(low)) => (high * 16 + low) as u8,
                    _ => return Err(error()),
                }
            }
            other => *other,
        });
    }
    as_text(bytes)
}
