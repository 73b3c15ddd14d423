//! Functions over JSON with Trino's results.
//!
//! They take JSON text, as `varchar` or as a `json` value, and read no further than they must, as
//! Trino does. Malformed text gives NULL in all but `json_parse` and `is_json_scalar`.

mod extract;
mod path;
pub(crate) mod reader;
mod tree;
mod writer;

use self::reader::{Malformed, Reader, Token};
use self::tree::{Form, TreeError, canonical};
use super::argument::{integer, invalid, text_or_json};
use super::{Body, Function};
use crate::constant::{EvalError, Value};
use crate::types::Type;

/// Finds a function of this family; `None` if it is not one of them.
pub(super) fn lookup(name: &str, arguments: &[Type], _result: &Type) -> Option<Body> {
    let first = arguments.first()?;
    if !first.is_text() && *first != Type::Json {
        return None;
    }
    Some(Body::Strict(match (name, arguments.len()) {
        ("json_extract", 2) => extract::json,
        ("json_extract_scalar", 2) => extract::scalar,
        ("json_size", 2) => extract::size,
        ("json_parse", 1) => json_parse,
        ("json_format", 1) => json_format,
        ("is_json_scalar", 1) => is_json_scalar,
        ("json_array_length", 1) => array_length,
        ("json_array_get", 2) => array_get,
        ("json_array_contains", 2) => array_contains,
        _ => return None,
    }))
}

/// Whether a text is no path that `json_extract` and its like take; of one that they may take and that is
/// refused here, nothing is said.
pub fn path_mistake(path: &str) -> bool {
    path::Path::parse(path).is_err_and(|error| !error.is_refusal())
}

/// The canonical text of a JSON text, as `json_parse` gives it.
///
/// # Errors
///
/// `INVALID_FUNCTION_ARGUMENT` if the text is not JSON.
pub(crate) fn parse(text: &str) -> Result<String, EvalError> {
    let error = || invalid(format!("Cannot convert value to JSON: '{text}'"));
    let mut reader = Reader::new(text);
    let first = reader.next().map_err(|_| error())?.ok_or_else(error)?;
    let result = canonical(&mut reader, first, Form::Document).map_err(|problem| match problem {
        TreeError::Malformed => error(),
        TreeError::Refused(refusal) => refusal,
    })?;
    match reader.next() {
        Ok(None) => Ok(result),
        _ => Err(error()),
    }
}

fn json_parse(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    Ok(Value::Json(parse(text_or_json(&arguments[0]))?.into()))
}

fn json_format(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    Ok(Value::varchar(text_or_json(&arguments[0])))
}

/// Whether the text is one JSON value that is neither object nor array.
fn is_json_scalar(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let text = text_or_json(&arguments[0]);
    let read = || {
        let mut reader = Reader::new(text);
        let first = reader.next()?.ok_or(Malformed)?;
        reader.skip_children(&first)?;
        match reader.next()? {
            None => Ok(!matches!(first, Token::BeginObject | Token::BeginArray)),
            Some(_) => Err(Malformed),
        }
    };
    read().map(Value::Boolean).map_err(|_: Malformed| invalid(format!("Invalid JSON value: {text}")))
}

/// NULL for what is no array or is malformed.
fn or_null(result: Result<Value, Malformed>) -> Result<Value, EvalError> {
    Ok(result.unwrap_or(Value::Null))
}

fn array_length(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let mut reader = Reader::new(text_or_json(&arguments[0]));
    or_null((|| {
        if reader.next()? != Some(Token::BeginArray) {
            return Ok(Value::Null);
        }
        extract::count(&mut reader)
    })())
}

/// The element at an index, from the end if negative. A string comes without its quotes and is then
/// no JSON any more, and `null` is NULL: Trino's documentation calls these semantics broken, and they are
/// what it does.
fn array_get(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let index = integer(&arguments[1]);
    if index == i64::MIN {
        return Ok(Value::Null);
    }
    let mut reader = Reader::new(text_or_json(&arguments[0]));
    let found = (|| {
        if reader.next()? != Some(Token::BeginArray) {
            return Ok(Value::Null);
        }
        let json = |text: &str| Value::Json(text.into());
        let mut read = Vec::new();
        let mut count = 0_i64;
        loop {
            let token = reader.next()?.ok_or(TreeError::Malformed)?;
            let element = match token {
                Token::EndArray => {
                    let place = usize::try_from(count + index).ok();
                    let place = place.filter(|_| index < 0);
                    let found = place.map_or(Value::Null, |place| read.swap_remove(place));
                    if place.is_some() && found.is_null() {
                        // Counted from the end, Trino has a NULL in its hands that it does not expect.
                        return Err(TreeError::Refused(EvalError::new("GENERIC_INTERNAL_ERROR", "string is null")));
                    }
                    return Ok(found);
                }
                Token::BeginObject | Token::BeginArray => json(&canonical(&mut reader, token, Form::Element)?),
                Token::Text(text) => json(&text),
                Token::Integer(number) | Token::Decimal(number) => json(number),
                Token::Boolean(value) => json(if value { "true" } else { "false" }),
                Token::Null => Value::Null,
                Token::Name(_) | Token::EndObject => return Err(TreeError::Malformed),
            };
            if count == index {
                return Ok(element);
            }
            if index < 0 {
                read.push(element);
            }
            count += 1;
        }
    })();
    match found {
        Ok(element) => Ok(element),
        Err(TreeError::Malformed) => Ok(Value::Null),
        Err(TreeError::Refused(refusal)) => Err(refusal),
    }
}

/// Whether an element is this number, text or truth value; numbers are of one kind only: an integer
/// never equals a number that is written with fraction or exponent.
fn array_contains(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let wanted = &arguments[1];
    if matches!(wanted, Value::Double(number) if !number.is_finite()) {
        return Ok(Value::Boolean(false));
    }
    let mut reader = Reader::new(text_or_json(&arguments[0]));
    or_null((|| {
        if reader.next()? != Some(Token::BeginArray) {
            return Ok(Value::Null);
        }
        loop {
            let token = reader.next()?.ok_or(Malformed)?;
            if token == Token::EndArray {
                return Ok(Value::Boolean(false));
            }
            reader.skip_children(&token)?;
            let same = match (&token, wanted) {
                (Token::Boolean(element), Value::Boolean(wanted)) => element == wanted,
                (Token::Integer(element), Value::Integer(wanted)) => element.parse() == Ok(*wanted),
                (Token::Decimal(element), Value::Double(wanted)) => element.parse() == Ok(*wanted),
                (Token::Text(element), Value::Varchar(wanted)) => **element == **wanted,
                _ => false,
            };
            if same {
                return Ok(Value::Boolean(true));
            }
        }
    })())
}
