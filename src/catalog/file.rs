//! Local files of a spec: CSV in, typed line JSON out.
//!
//! A file is checked against the declared columns before anything is sent, so that a misspelt header
//! or a value that does not fit is an error with its line, never a column of NULLs. The first line
//! names the columns, in any order; an empty field is NULL.

use sha2::{Digest, Sha256};

use serde::{Deserialize, Serialize};

use super::Table;
use crate::constant::{self, Expr, Value, format};
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

/// Why a local file cannot be read: a line of words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct LocalFileError(pub String);

/// Reads a CSV file's bytes as rows of a table.
///
/// # Errors
///
/// A first line that names not all columns, a line with another number of fields, a value that does
/// not fit its column's type.
pub fn read_file(bytes: &[u8], table: &Table) -> Result<LocalFile, LocalFileError> {
    let failed = LocalFileError;
    if let Some(line) = unclosed_quote(bytes) {
        return Err(failed(std::format!("line {line}: a quote is never closed")));
    }
    let mut reader = csv::ReaderBuilder::new().flexible(false).from_reader(bytes);
    let header = reader.headers().map_err(|error| failed(error.to_string()))?.clone();
    let positions = table
        .columns
        .iter()
        .map(|column| {
            header
                .iter()
                .position(|name| name.trim_start_matches('\u{FEFF}').trim().eq_ignore_ascii_case(&column.name))
                .ok_or_else(|| failed(std::format!("its first line names no column `{}`", column.name)))
        })
        .collect::<Result<Vec<_>, _>>()?;
    let mut lines = Vec::new();
    let mut rows = 0;
    for record in reader.records() {
        let record = record.map_err(|error| failed(error.to_string()))?;
        let line = record.position().map_or(0, csv::Position::line);
        let mut object = serde_json::Map::new();
        for (column, position) in table.columns.iter().zip(&positions) {
            let text = record.get(*position).unwrap_or_default();
            let value = typed_field(text, &column.ty)
                .map_err(|reason| failed(std::format!("line {line}, column `{}`: {reason}", column.name)))?;
            let value = json(&value, &column.ty);
            object.insert(column.name.clone(), value);
        }
        serde_json::to_writer(&mut lines, &object).map_err(|error| failed(error.to_string()))?;
        lines.push(b'\n');
        rows += 1;
    }
    let sha256 = Sha256::digest(bytes).iter().map(|byte| std::format!("{byte:02x}")).collect();
    Ok(LocalFile { rows, sha256, lines })
}

/// The line of a quote that opens a field and that no other closes: a reader would take all that
/// follows for one field, and the indicators in it would never be looked for.
fn unclosed_quote(bytes: &[u8]) -> Option<usize> {
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
        line += usize::from(*byte == b'\n');
        before = *byte;
    }
    opened
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
