//! Local files of a spec: CSV in, typed line JSON out.
//!
//! A file is checked against the declared columns before anything is sent, so that a misspelt header
//! or a value that does not fit is an error with its line, never a column of NULLs. The first line
//! names the columns, in any order; an empty field is NULL.

use sha2::{Digest, Sha256};

use serde::{Deserialize, Serialize};

use super::file_error::LocalFileError;
use super::hive_text::hides_something;
use super::{Column, Table};
use crate::constant::{self, Expr, Value, format};
use crate::source::Span;
use crate::types::Type;

/// A local file of a spec, read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalFile {
    /// How many rows it has.
    pub rows: usize,
    /// The SHA-256 of its bytes, in hexadecimal: the plan is made for this content.
    pub sha256: String,
    /// Its rows as line JSON with the table's columns.
    pub lines: Vec<u8>,
}

/// Reads a CSV file's bytes as rows of a table; `file` is its name for messages, `span` the place in the
/// spec that names it.
///
/// # Errors
///
/// A first line that names not all columns, a line with another number of fields, a value that does
/// not fit its column's type.
pub fn read_file(bytes: &[u8], table: &Table, file: &str, span: Span) -> Result<LocalFile, LocalFileError> {
    let file = file.to_owned();
    if let Some(line) = unclosed_quote(bytes) {
        let reason = "a quote is never closed".to_owned();
        return Err(LocalFileError::Line { file, line, reason, span });
    }
    let broken = |error: csv::Error| {
        let (line, reason) = explained(&error);
        LocalFileError::Line { file: file.clone(), line, reason, span }
    };
    let mut reader = csv::ReaderBuilder::new().flexible(false).from_reader(bytes);
    let header: Vec<String> = reader.headers().map_err(broken)?.iter().map(column_name).collect();
    let positions = table
        .columns
        .iter()
        .map(|column| {
            let named = |name: &String| name.eq_ignore_ascii_case(&column.name);
            header.iter().position(named).ok_or_else(|| match separator(&header, table) {
                Some(separator) => LocalFileError::Separator { file: file.clone(), separator, span },
                None => {
                    let (column, found) = (column.name.clone(), names(&header));
                    LocalFileError::Header { file: file.clone(), column, found, span }
                }
            })
        })
        .collect::<Result<Vec<_>, _>>()?;
    let mut lines = Vec::new();
    let mut rows = 0;
    for record in reader.records() {
        let record = record.map_err(broken)?;
        let line = record.position().map_or(0, csv::Position::line);
        let mut object = serde_json::Map::new();
        for (column, position) in table.columns.iter().zip(&positions) {
            let text = record.get(*position).unwrap_or_default();
            let value = typed_field(text, &column.ty).map_err(|reason| {
                let (file, help, reason) = (file.clone(), help_with_value(column, text), visible(&reason));
                let column = column.name.clone();
                LocalFileError::Value { file, line, column, reason, span, help }
            })?;
            let value = json(&value, &column.ty);
            object.insert(column.name.clone(), value);
        }
        serde_json::to_writer(&mut lines, &object).expect("texts and numbers can be written to memory as JSON");
        lines.push(b'\n');
        rows += 1;
    }
    let sha256 = Sha256::digest(bytes).iter().map(|byte| std::format!("{byte:02x}")).collect();
    Ok(LocalFile { rows, sha256, lines })
}

/// The line of a quote that opens a field and that no other closes: a reader would take all that
/// follows for one field, and the indicators in it would never be looked for.
fn unclosed_quote(bytes: &[u8]) -> Option<u64> {
    let mut line = 1;
    let mut opened = None;
    let mut before = b'\n';
    for byte in bytes {
        if *byte == b'"' {
            // A quote right behind a closing one is an escaped quote, and the field goes on.
            opened = match opened {
                Some(_) => None,
                None if matches!(before, b',' | b'\n' | b'\r' | b'"') => Some(line),
                None => None,
            };
        }
        line += u64::from(*byte == b'\n');
        before = *byte;
    }
    opened
}

/// The line of an error, and the error in words.
fn explained(error: &csv::Error) -> (u64, String) {
    let line = error.position().map_or(0, csv::Position::line);
    let reason = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            std::format!("its fields number {len}, those of the first line {expected_len}")
        }
        csv::ErrorKind::Utf8 { .. } => "it is not UTF-8 text".to_owned(),
        _ => error.to_string(),
    };
    (line, reason)
}

/// A name of the first line, without what some programs put around it.
fn column_name(name: &str) -> String {
    name.trim_start_matches('\u{FEFF}').trim().to_owned()
}

/// What separates the fields, if it is not a comma: the one field of the first line holds a column's name.
fn separator(header: &[String], table: &Table) -> Option<&'static str> {
    const OTHERS: [(char, &str); 3] = [(';', "`;`"), ('\t', "tabs"), ('|', "`|`")];
    let [line] = header else { return None };
    let is_column = |name: &str| table.columns.iter().any(|column| column.name.eq_ignore_ascii_case(name.trim()));
    let others = OTHERS.iter().filter(|(character, _)| line.contains(*character));
    others
        .map(|(character, shown)| (line.split(*character).any(is_column), *shown))
        .find(|(is, _)| *is)
        .map(|(_, shown)| shown)
}

/// Names for a sentence.
fn names(header: &[String]) -> String {
    let shown: Vec<String> = header.iter().take(12).map(|name| std::format!("`{}`", visible(name))).collect();
    let more = if header.len() > shown.len() { ", …" } else { "" };
    if shown.is_empty() { "nothing".to_owned() } else { shown.join(", ") + more }
}

/// Text of the file with the characters escaped that would not show, or change how others show.
fn visible(text: &str) -> String {
    let shown = |character: char| {
        let is_hidden = hides_something(character.encode_utf8(&mut [0; 4]));
        if is_hidden { character.escape_unicode().to_string() } else { character.to_string() }
    };
    text.chars().map(shown).collect()
}

/// A way out for a value that is of another form than its column's type.
fn help_with_value(column: &Column, text: &str) -> Option<String> {
    let is_time = matches!(column.ty, Type::Timestamp(_) | Type::TimestampWithTimeZone(_) | Type::Date);
    let name = &column.name;
    (is_time && text.contains('T')).then(|| {
        std::format!("declare it as {name} varchar, and write from_iso8601_timestamp({name}) where a time is wanted")
    })
}

/// A field's value in a column's type: NULL if it is empty, else by Trino's CAST from text.
///
/// # Errors
///
/// The text is no value of the type.
pub fn typed_field(text: &str, ty: &Type) -> Result<Value, String> {
    if text.is_empty() {
        return Ok(Value::Null);
    }
    let input = Box::new(Expr::Literal(Value::varchar(text)));
    let cast = Expr::Cast { input, from: Type::VARCHAR, to: ty.clone(), safe: false };
    constant::evaluate(&cast, &[]).map_err(|error| error.message)
}

fn json(value: &Value, ty: &Type) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Boolean(value) => (*value).into(),
        Value::Integer(number) => (*number).into(),
        value => format(value, ty).into(),
    }
}
