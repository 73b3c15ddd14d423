//! Reads delimited text as Hive's LazySimpleSerDe does.

use super::ReadError;
use super::delimited_nested::{Separators, nested_is_readable};
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
    separators: Separators,
    /// How many fields a line has at most: all, unless the last column takes the rest of the line.
    most: usize,
}

impl Delimited {
    /// A reader of these columns, each with its position in the table.
    ///
    /// # Errors
    ///
    /// A column's type is one that the engine does not read from delimited text.
    pub fn new(storage: &Storage, columns: &[(usize, &Column)], count: usize) -> Result<Self, EngineError> {
        for (_, column) in columns {
            if !nested_is_readable(&column.ty, 1) {
                return Err(unreadable(column, "delimited text"));
            }
        }
        let property = storage.serde_properties.get("serialization.last.column.takes.rest");
        Ok(Self {
            wanted: columns.iter().map(|(at, column)| (*at, column.ty.clone())).collect(),
            separators: Separators::new(storage)?,
            most: if property.is_some_and(|value| value == "true") { count.max(1) } else { usize::MAX },
        })
    }

    /// Reads a file's lines.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn read(&self, lines: &mut Lines, rows: &mut Rows<'_>) -> Result<(), ReadError> {
        while let Some((_, line)) = lines.next()? {
            let fields = self.separators.split(&line, 0, self.most);
            for ((at, ty), builder) in self.wanted.iter().zip(&mut rows.builders) {
                match fields.get(*at) {
                    Some(field) => self.separators.append(builder, ty, field, 1)?,
                    None => builder.append_null(),
                }
            }
            rows.end_row(line.len())?;
        }
        Ok(())
    }
}

/// Refuses a column whose type a text format cannot hold.
///
/// # Errors
///
/// The column's type is none that the engine reads from such files.
pub fn readable(column: &Column, format: &str) -> Result<(), EngineError> {
    if scalar_is_readable(&column.ty) { Ok(()) } else { Err(unreadable(column, format)) }
}

fn unreadable(column: &Column, format: &str) -> EngineError {
    let message = format!(
        "the embedded engine does not read {format} into columns of type {}, which {} has",
        column.ty, column.name
    );
    EngineError::new(ErrorClass::Unsupported, message)
}

/// A delimiter: a character, or the code of one in decimal digits.
///
/// # Errors
///
/// It is neither.
pub fn delimiter(value: &str) -> Result<char, EngineError> {
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
