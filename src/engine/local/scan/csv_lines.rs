//! Reads CSV as the OpenCSV SerDe does: every line is a record, a quoted field never spans lines.

use super::ReadError;
use super::delimited::readable;
use super::json::append_plain;
use super::lines::Lines;
use super::rows::Rows;
use crate::catalog::{Column, Storage};
use crate::engine::{EngineError, ErrorClass};
use crate::types::Type;

/// Reads lines of CSV.
pub struct CsvLines {
    /// For each column wanted, its position in a line, its name and its type.
    wanted: Vec<(usize, String, Type)>,
    separator: char,
    quote: char,
    escape: char,
}

impl CsvLines {
    /// A reader of these columns, each with its position in the table.
    ///
    /// # Errors
    ///
    /// A column's type is one that the engine does not read from CSV.
    pub fn new(storage: &Storage, columns: &[(usize, &Column)]) -> Result<Self, EngineError> {
        let character = |key: &str, default: char| match storage.serde_properties.get(key) {
            Some(value) => value.chars().next().unwrap_or('\0'),
            None => default,
        };
        for (_, column) in columns {
            readable(column, "CSV")?;
            if matches!(column.ty, Type::Date | Type::Timestamp(_)) {
                let message = format!(
                    "the embedded engine does not read CSV into columns of type {}, which {} has: declare it a string",
                    column.ty, column.name
                );
                return Err(EngineError::new(ErrorClass::Unsupported, message));
            }
        }
        let (separator, quote) = (character("separatorChar", ','), character("quoteChar", '"'));
        // The SerDe takes a quote, which it holds for the usual escape, to mean that none was chosen.
        let escape = match character("escapeChar", '"') {
            '"' => '\\',
            chosen => chosen,
        };
        if separator == quote || separator == escape || quote == escape {
            let message = "separatorChar, quoteChar and escapeChar of the OpenCSVSerde must differ";
            return Err(EngineError::new(ErrorClass::Statement, message));
        }
        Ok(Self {
            wanted: columns.iter().map(|(at, column)| (*at, column.name.clone(), column.ty.clone())).collect(),
            separator,
            quote,
            escape,
        })
    }

    /// Reads a file's lines.
    ///
    /// # Errors
    ///
    /// A quote is not closed on its line, or a field is no value of its column's type.
    pub fn read(&self, lines: &mut Lines, rows: &mut Rows<'_>) -> Result<(), ReadError> {
        while let Some((number, line)) = lines.next()? {
            let Some(fields) = self.split(&line) else {
                return Err(ReadError::Broken(format!("line {number}: a quoted field does not end on its line")));
            };
            for ((at, name, ty), builder) in self.wanted.iter().zip(&mut rows.builders) {
                let Some(field) = fields.get(*at) else {
                    builder.append_null();
                    continue;
                };
                if !append_plain(builder, ty, field) {
                    let message = format!("line {number}: {name}: '{field}' is no {ty}");
                    return Err(ReadError::Broken(message));
                }
            }
            rows.end_row(line.len())?;
        }
        Ok(())
    }

    /// A line's fields; none if a quote is not closed. An empty line has no fields at all.
    fn split(&self, line: &str) -> Option<Vec<String>> {
        let characters: Vec<char> = line.chars().collect();
        let (mut fields, mut field) = (Vec::new(), String::new());
        // Whether a quote is open; whether something of the field has been seen, as OpenCSV counts it.
        let (mut quoted, mut begun) = (false, false);
        let mut at = 0;
        while let Some(character) = characters.get(at).copied() {
            let next = characters.get(at + 1).copied().filter(|_| quoted || begun);
            if character == self.escape {
                if let Some(escaped) = next.filter(|next| *next == self.quote || *next == self.escape) {
                    field.push(escaped);
                    at += 1;
                }
            } else if character == self.quote {
                if next == Some(self.quote) {
                    field.push(self.quote);
                    at += 1;
                } else {
                    self.toggle(&mut field, &characters, at);
                    quoted = !quoted;
                    begun = !begun;
                }
            } else if character == self.separator && !quoted {
                fields.push(std::mem::take(&mut field));
                begun = false;
            } else {
                field.push(character);
                begun = true;
            }
            at += 1;
        }
        if !characters.is_empty() {
            fields.push(field);
        }
        (!quoted).then_some(fields)
    }

    /// A quote in the middle of a field is part of it, and white space before an opening one is not.
    fn toggle(&self, field: &mut String, characters: &[char], at: usize) {
        let before = at.checked_sub(1).and_then(|before| characters.get(before));
        let inside = at > 2
            && before.is_some_and(|before| *before != self.separator)
            && characters.get(at + 1).is_some_and(|next| *next != self.separator);
        if !inside {
            return;
        }
        if !field.is_empty() && field.chars().all(char::is_whitespace) {
            field.clear();
        } else {
            field.push(self.quote);
        }
    }
}
