//! A result as JSON, one object a line, for programs.
//!
//! Values keep their kind: numbers with all their digits, booleans, texts, arrays, objects for maps
//! and rows, `json` as it is. What JSON cannot write as a number (NaN, infinities) and everything
//! else (times, intervals, bytes as hexadecimal digits) is a string. A column or field whose name
//! was there before gets `_2`, `_3`, … behind it: an object with one name twice says different
//! things to different readers.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::name::distinct;
use crate::constant::{Value, format};
use crate::emit::hidden;
use crate::engine::ResultSet;
use crate::types::Type;

/// Prints one object for each row.
///
/// # Errors
///
/// `out` cannot be written to.
pub fn write(result: &ResultSet, out: &mut dyn Write) -> io::Result<()> {
    lines(None, result, out)
}

/// Prints one object for each row of one query among several: its first member, `step`, says which.
///
/// # Errors
///
/// `out` cannot be written to.
pub fn write_of(step: &str, result: &ResultSet, out: &mut dyn Write) -> io::Result<()> {
    lines(Some(Value::varchar(step)), result, out)
}

fn lines(step: Option<Value>, result: &ResultSet, out: &mut dyn Write) -> io::Result<()> {
    let columns = result.columns.iter().map(|(name, _)| name.clone());
    let names = distinct(step.iter().map(|_| "step".to_owned()).chain(columns));
    for row in &result.rows {
        let mut line = String::new();
        let first = step.iter().map(|step| (step, &Type::VARCHAR));
        let values = first.chain(row.iter().zip(&result.columns).map(|(value, (_, ty))| (value, ty)));
        object(names.iter().zip(values), &mut line);
        writeln!(out, "{}", escaped(&line))?;
    }
    Ok(())
}

/// A value as JSON.
pub(super) fn text(value: &Value, ty: &Type) -> String {
    let mut text = String::new();
    push(value, ty, &mut text);
    escaped(&text)
}

fn push(value: &Value, ty: &Type, out: &mut String) {
    match (value, ty) {
        (Value::Null, _) => out.push_str("null"),
        (Value::Boolean(value), _) => out.push_str(if *value { "true" } else { "false" }),
        (Value::Real(number), _) if !number.is_finite() => string(&format(value, ty), out),
        (Value::Double(number), _) if !number.is_finite() => string(&format(value, ty), out),
        (Value::Real(number), _) => out.push_str(&serde_json::json!(number).to_string()),
        (Value::Double(number), _) => out.push_str(&serde_json::json!(number).to_string()),
        (Value::Integer(_) | Value::Decimal(_), _) => out.push_str(&format(value, ty)),
        (Value::Json(json), _) => out.push_str(json),
        (Value::Varbinary(bytes), Type::Varbinary) => {
            out.push('"');
            bytes.iter().for_each(|byte| write!(out, "{byte:02x}").expect(INTO_TEXT));
            out.push('"');
        }
        (Value::Array(values), Type::Array(element)) => {
            out.push('[');
            for (at, value) in values.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                push(value, element, out);
            }
            out.push(']');
        }
        (Value::Map(entries), Type::Map(key_type, value_type)) => {
            let names = distinct(entries.iter().map(|(key, _)| format(key, key_type)));
            object(names.iter().zip(entries.iter().map(|(_, value)| (value, &**value_type))), out);
        }
        (Value::Row(values), Type::Row(fields)) => {
            let named = |(at, field): (usize, &crate::types::RowField)| match &field.name {
                Some(name) => name.to_string(),
                None => format!("field{at}"),
            };
            let names = distinct(fields.iter().enumerate().map(named));
            object(names.iter().zip(values.iter().zip(fields.iter().map(|field| &field.ty))), out);
        }
        _ => string(&format(value, ty), out),
    }
}

fn object<'a>(entries: impl Iterator<Item = (&'a String, (&'a Value, &'a Type))>, out: &mut String) {
    out.push('{');
    for (at, (name, (value, ty))) in entries.enumerate() {
        if at > 0 {
            out.push(',');
        }
        string(name, out);
        out.push(':');
        push(value, ty, out);
    }
    out.push('}');
}

fn string(text: &str, out: &mut String) {
    out.push_str(&serde_json::to_string(text).expect("a text can be written as JSON"));
}

/// JSON text with its hidden characters, which but for line ends between its parts stand only in
/// strings, as `\u` escapes.
pub fn escaped(json: &str) -> String {
    let hides = |character: char| character != '\n' && hidden(character);
    if !json.chars().any(hides) {
        return json.to_owned();
    }
    let mut text = String::with_capacity(json.len());
    for character in json.chars() {
        if hides(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(text, "\\u{unit:04x}").expect(INTO_TEXT);
            }
        } else {
            text.push(character);
        }
    }
    text
}

const INTO_TEXT: &str = "text in memory takes whatever is written";
