//! A result as CSV (RFC 4180), for spreadsheets.
//!
//! NULL is an empty field, an empty text is `""`; where there is one column only, the line of a NULL is
//! empty, which some readers skip. Arrays, maps, rows and `json` are written as JSON. Hidden
//! characters are escaped as in tables, line feeds and tabs excepted. Spreadsheets take a field
//! that begins with certain characters for a formula, quoted or not: a text that begins with one of
//! them, or with `'`, gets a `'` in front, so that taking one `'` away gives back the text.

use std::io::{self, Write};

use super::escape::visible;
use super::json;
use crate::constant::{Value, format};
use crate::engine::ResultSet;
use crate::types::Type;

/// Prints a line of names, then a line for each row.
///
/// # Errors
///
/// `out` cannot be written to.
pub fn write(result: &ResultSet, out: &mut dyn Write) -> io::Result<()> {
    line(result.columns.iter().map(|(name, _)| field(text(name))), out)?;
    for row in &result.rows {
        line(row.iter().zip(&result.columns).map(|(value, (_, ty))| cell(value, ty)), out)?;
    }
    Ok(())
}

fn line(fields: impl Iterator<Item = String>, out: &mut dyn Write) -> io::Result<()> {
    let fields: Vec<String> = fields.collect();
    write!(out, "{}\r\n", fields.join(","))
}

fn cell(value: &Value, ty: &Type) -> String {
    match (value, ty) {
        (Value::Null, _) => String::new(),
        (_, Type::Array(_) | Type::Map(..) | Type::Row(_) | Type::Json) => field(json::text(value, ty)),
        // Only a text can begin as its author likes; a negative number is no formula.
        (Value::Varchar(_), _) => field(text(&format(value, ty))),
        _ => field(visible(&format(value, ty), kept)),
    }
}

/// A text, harmless in a spreadsheet.
fn text(value: &str) -> String {
    let shown = visible(value, kept);
    // The full-width forms are taken for the plain ones.
    let formula = ['=', '+', '-', '@', '\t', '\n', '＝', '＋', '－', '＠'];
    if shown.starts_with('\'') || shown.starts_with(formula) { format!("'{shown}") } else { shown }
}

/// What stays as it is within a field.
fn kept(character: char) -> bool {
    matches!(character, '\n' | '\t')
}

/// A field, quoted if it must be.
fn field(text: String) -> String {
    let must =
        text.is_empty() || text.starts_with(' ') || text.ends_with(' ') || text.contains([',', '"', '\n', '\t', ';']);
    if must { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}
