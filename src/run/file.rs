//! Local files of a spec: CSV in, typed line JSON out.
//!
//! A file is checked against the declared columns before anything is sent, so that a misspelt header
//! or a value that does not fit is an error with its line, never a column of NULLs. The first line
//! names the columns, in any order; an empty field is NULL.

use std::path::Path;

use super::RunError;
use crate::catalog::Table;
use crate::constant::{self, Expr, Value, format};
use crate::source::Span;
use crate::types::Type;

/// Reads a CSV file as line JSON with the table's columns.
pub(super) fn read(base: &Path, path: &str, table: &Table, span: Span) -> Result<Vec<u8>, RunError> {
    let failed = |reason: String| RunError::File { path: path.to_owned(), reason, span };
    let mut reader = csv::ReaderBuilder::new()
        .flexible(false)
        .from_path(base.join(path))
        .map_err(|error| failed(error.to_string()))?;
    let header = reader.headers().map_err(|error| failed(error.to_string()))?.clone();
    let positions = table
        .columns
        .iter()
        .map(|column| {
            header
                .iter()
                .position(|name| name.trim_start_matches('\u{FEFF}').trim().eq_ignore_ascii_case(&column.name))
                .ok_or_else(|| failed(format!("its first line names no column `{}`", column.name)))
        })
        .collect::<Result<Vec<_>, _>>()?;
    let mut lines = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| failed(error.to_string()))?;
        let line = record.position().map_or(0, csv::Position::line);
        let mut object = serde_json::Map::new();
        for (column, position) in table.columns.iter().zip(&positions) {
            let text = record.get(*position).unwrap_or_default();
            let value = typed(text, &column.ty)
                .map_err(|reason| failed(format!("line {line}, column `{}`: {reason}", column.name)))?;
            object.insert(column.name.clone(), value);
        }
        serde_json::to_writer(&mut lines, &object).map_err(|error| failed(error.to_string()))?;
        lines.push(b'\n');
    }
    Ok(lines)
}

/// A field's value in the column's type, as JSON.
fn typed(text: &str, ty: &Type) -> Result<serde_json::Value, String> {
    if text.is_empty() {
        return Ok(serde_json::Value::Null);
    }
    if let Type::Varchar(None) = ty {
        return Ok(text.into());
    }
    let cast = Expr::Cast {
        input: Box::new(Expr::Literal(Value::varchar(text))),
        from: Type::VARCHAR,
        to: ty.clone(),
        safe: false,
    };
    let value = constant::evaluate(&cast, &[]).map_err(|error| error.message)?;
    Ok(match &value {
        Value::Boolean(value) => (*value).into(),
        Value::Integer(number) => (*number).into(),
        value => format(value, ty).into(),
    })
}
