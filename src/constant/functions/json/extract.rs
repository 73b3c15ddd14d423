//! `json_extract`, `json_extract_scalar`, `json_size`: a path followed through the text while reading.
//!
//! No tree is built. The first member of a name decides, whatever follows it; a scalar where the path
//! goes on, and text that is no JSON up to there, give NULL.

use super::super::Function;
use super::super::argument::{text, text_or_json};
use super::path::Path;
use super::reader::{Malformed, Reader, Token};
use super::writer::Writer;
use crate::constant::memo::Memo;
use crate::constant::{EvalError, Value};

/// How deep a value may nest to be copied, as in Trino's writer.
const DEEPEST: usize = 1_000;

thread_local! {
    static PATHS: Memo<Path> = Memo::new();
}

/// `json_extract`: the value found, copied token by token: names stay in place, duplicates too.
pub(super) fn json(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let mut refusal = None;
    let result = found(arguments, Reading::Content, |reader, first| {
        let mut writer = Writer::default();
        writer.write(&first);
        let outside = reader.depth().saturating_sub(1);
        if matches!(first, Token::BeginObject | Token::BeginArray) {
            while reader.depth() > outside {
                let token = reader.next()?.ok_or(Malformed)?;
                writer.write(&token);
                if reader.depth() > outside + DEEPEST {
                    refusal = Some("JSON nested deeper than a thousand levels");
                }
            }
        }
        if reader.has_lone_surrogate() {
            refusal = Some("JSON with half a surrogate pair");
        }
        Ok(Value::Json(writer.finish().into()))
    });
    refusal.map_or(result, |what| Err(EvalError::refused(what)))
}

/// `json_extract_scalar`: the text of a scalar, a number as it is written; NULL for others and for `null`.
pub(super) fn scalar(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    found(arguments, Reading::Content, |_, first| {
        Ok(match first {
            Token::Text(text) => Value::varchar(text),
            Token::Integer(number) | Token::Decimal(number) => Value::varchar(number),
            Token::Boolean(value) => Value::varchar(if value { "true" } else { "false" }),
            _ => Value::Null,
        })
    })
}

/// `json_size`: how many members or elements; a scalar has none.
pub(super) fn size(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    found(arguments, Reading::Shape, |reader, first| match first {
        Token::BeginObject | Token::BeginArray => count(reader),
        _ => Ok(Value::Integer(0)),
    })
}

/// Counts what is left of the object or array that was just begun.
pub(super) fn count(reader: &mut Reader<'_>) -> Result<Value, Malformed> {
    let inside = reader.depth();
    let mut count = 0;
    loop {
        let token = reader.next()?.ok_or(Malformed)?;
        if reader.depth() < inside {
            return Ok(Value::Integer(count));
        }
        reader.skip_children(&token)?;
        // A member is counted by its name, its value is not counted again.
        if matches!(token, Token::Name(_)) {
            let value = reader.next()?.ok_or(Malformed)?;
            reader.skip_children(&value)?;
        }
        count += 1;
    }
}

/// What of the value found is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// All of it.
    Content,
    /// Only whether it is a scalar; Trino does not notice then that a string is malformed.
    Shape,
}

/// Follows the path to a value's first token and takes from there.
fn found<'a>(
    arguments: &'a [Value],
    reading: Reading,
    take: impl FnOnce(&mut Reader<'a>, Token<'a>) -> Result<Value, Malformed>,
) -> Result<Value, EvalError> {
    let path = PATHS.with(|paths| paths.get(text(&arguments[1]), Path::parse))?;
    let mut reader = Reader::new(text_or_json(&arguments[0]));
    let follow = || {
        let Some(mut token) = reader.next()? else { return Ok(Value::Null) };
        for step in &path.steps {
            let next = match token {
                Token::BeginObject => member(&mut reader, &step.name)?,
                Token::BeginArray => element(&mut reader, step.index)?,
                _ => return Err(Malformed),
            };
            match next {
                Some(next) => token = next,
                None => return Ok(Value::Null),
            }
        }
        take(&mut reader, token)
    };
    let found = follow();
    if found.is_err() && reader.has_broken_text() && reading == Reading::Shape {
        return Err(EvalError::refused("the size of JSON with a malformed string"));
    }
    Ok(found.unwrap_or(Value::Null))
}

/// The first token of a member's value.
fn member<'a>(reader: &mut Reader<'a>, wanted: &str) -> Result<Option<Token<'a>>, Malformed> {
    loop {
        match reader.next()?.ok_or(Malformed)? {
            Token::Name(name) => {
                let value = reader.next()?.ok_or(Malformed)?;
                if name == wanted {
                    return Ok(Some(value));
                }
                reader.skip_children(&value)?;
            }
            _ => return Ok(None),
        }
    }
}

/// The first token of an array's element; without an index none is found, but all is read.
fn element<'a>(reader: &mut Reader<'a>, index: Option<usize>) -> Result<Option<Token<'a>>, Malformed> {
    let mut at = 0;
    loop {
        let token = reader.next()?.ok_or(Malformed)?;
        if token == Token::EndArray {
            return Ok(None);
        }
        if Some(at) == index {
            return Ok(Some(token));
        }
        reader.skip_children(&token)?;
        at += 1;
    }
}
