//! Reads delimited text as Hive's LazySimpleSerDe does.

use super::ReadError;
use super::delimited_value::append_delimited;
use super::json::scalar_is_readable;
use super::lines::Lines;
use super::rows::Rows;
use crate::catalog::{Column, Storage};
use crate::engine::{EngineError, ErrorClass};
use crate::types::Type;

/// Reads delimited lines.
pub struct Delimited {
    /// For each column wanted, its position in a line.
    wanted: Vec<(usize, Type)>,
    delimiter: char,
    escape: Option<char>,
    null: String,
    /// Whether the last column takes the rest of the line, delimiters and all; and its position.
    rest: Option<usize>,
}

impl Delimited {
    /// A reader of these columns, each with its position in the table.
    ///
    /// # Errors
    ///
    /// A column's type is one that the engine does not read from delimited text.
    pub fn new(storage: &Storage, columns: &[(usize, &Column)], count: usize) -> Result<Self, EngineError> {
        let properties = &storage.serde_properties;
        let character = |key: &str| properties.get(key).map(|value| delimiter(value)).transpose();
        let delimiter = match character("field.delim")? {
            Some(delimiter) => delimiter,
            None => character("serialization.format")?.unwrap_or('\u{1}'),
        };
        for (_, column) in columns {
            readable(column, "delimited text")?;
        }
        let takes_rest = properties.get("serialization.last.column.takes.rest").is_some_and(|value| value == "true");
        Ok(Self {
            wanted: columns.iter().map(|(at, column)| (*at, column.ty.clone())).collect(),
            delimiter,
            escape: character("escape.delim")?,
            null: properties.get("serialization.null.format").cloned().unwrap_or_else(|| "\\N".to_owned()),
            rest: takes_rest.then(|| count.saturating_sub(1)),
        })
    }

    /// Reads a file's lines.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn read(&self, mut lines: Lines, rows: &mut Rows<'_>) -> Result<(), ReadError> {
        while let Some((_, line)) = lines.next()? {
            let fields = self.split(&line);
            for ((at, ty), builder) in self.wanted.iter().zip(&mut rows.builders) {
                match fields.get(*at).filter(|field| **field != self.null) {
                    Some(field) => append_delimited(builder, ty, &self.unescaped(field)),
                    None => builder.append_null(),
                }
            }
            rows.end_row(line.len())?;
        }
        Ok(())
    }

    fn split<'a>(&self, line: &'a str) -> Vec<&'a str> {
        let mut fields = Vec::new();
        let mut start = 0;
        let mut escaped = false;
        for (at, character) in line.char_indices() {
            if std::mem::take(&mut escaped) {
                continue;
            }
            if Some(character) == self.escape {
                escaped = true;
            } else if character == self.delimiter && self.rest != Some(fields.len()) {
                fields.push(&line[start..at]);
                start = at + character.len_utf8();
            }
        }
        fields.push(&line[start..]);
        fields
    }

    fn unescaped(&self, field: &str) -> String {
        let Some(escape) = self.escape else { return field.to_owned() };
        let mut text = String::with_capacity(field.len());
        let mut characters = field.chars();
        while let Some(character) = characters.next() {
            text.push(if character == escape { characters.next().unwrap_or(escape) } else { character });
        }
        text
    }
}

/// Refuses a column whose type a text format cannot hold.
///
/// # Errors
///
/// The column's type is none that the engine reads from such files.
pub fn readable(column: &Column, format: &str) -> Result<(), EngineError> {
    if scalar_is_readable(&column.ty) {
        return Ok(());
    }
    let message = format!(
        "the embedded engine does not read {format} into columns of type {}, which {} has",
        column.ty, column.name
    );
    Err(EngineError::new(ErrorClass::Unsupported, message))
}

/// A delimiter: a character, or the code of one in decimal digits.
fn delimiter(value: &str) -> Result<char, EngineError> {
    if let Ok(code) = value.parse::<u8>() {
        return Ok(char::from(code));
    }
    let mut characters = value.chars();
    match (characters.next(), characters.next()) {
        (Some(character), None) => Ok(character),
        _ => {
            let message = format!("the embedded engine does not read the delimiter '{value}', which is no character");
            Err(EngineError::new(ErrorClass::Unsupported, message))
        }
    }
}
