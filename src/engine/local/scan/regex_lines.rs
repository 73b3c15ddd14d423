//! Reads lines taken apart by a regular expression, as Hive's RegexSerDe does: each group is a
//! column, and a line that does not match as a whole is a row of NULLs.

use fancy_regex::Regex;

use super::ReadError;
use super::delimited::readable;
use super::delimited_value::append_group;
use super::java_pattern;
use super::lines::Lines;
use super::rows::Rows;
use crate::catalog::{Column, Storage};
use crate::engine::local::ColumnBuilder;
use crate::engine::{EngineError, ErrorClass};
use crate::types::Type;

/// Reads lines by a regular expression.
pub struct RegexLines {
    /// For each column wanted, its group and type.
    wanted: Vec<(usize, Type)>,
    pattern: Regex,
}

impl RegexLines {
    /// A reader of these columns, each with its position in the table of so many columns.
    ///
    /// # Errors
    ///
    /// The expression is missing or not understood, has fewer groups than the table has columns, or
    /// a column's type is one that the engine does not read from text.
    pub fn new(storage: &Storage, columns: &[(usize, &Column)], count: usize) -> Result<Self, EngineError> {
        let properties = &storage.serde_properties;
        let wrong = |message: String| EngineError::new(ErrorClass::Statement, message);
        let Some(text) = properties.get("input.regex") else {
            return Err(wrong("the RegexSerDe needs the property input.regex".to_owned()));
        };
        let folds = properties.get("input.regex.case.insensitive").is_some_and(|value| value == "true");
        let whole = format!("^{}(?:{text})$", if folds { "(?i)" } else { "" });
        let pattern = java_pattern::compile(&whole).map_err(|error| {
            let message = format!("the embedded engine does not understand the input.regex {text}: {error}");
            EngineError::new(ErrorClass::Unsupported, message)
        })?;
        let groups = pattern.captures_len() - 1;
        if groups < count {
            return Err(wrong(format!("input.regex has {groups} groups for {count} columns")));
        }
        for (_, column) in columns {
            readable(column, "text")?;
        }
        Ok(Self { wanted: columns.iter().map(|(at, column)| (at + 1, column.ty.clone())).collect(), pattern })
    }

    /// Reads a file's lines.
    ///
    /// # Errors
    ///
    /// Matching a line takes too long.
    pub fn read(&self, lines: &mut Lines, rows: &mut Rows<'_>) -> Result<(), ReadError> {
        while let Some((number, line)) = lines.next()? {
            let matched = self.pattern.captures(line.as_ref());
            match matched.map_err(|error| ReadError::Broken(format!("line {number}: {error}")))? {
                Some(groups) => {
                    for ((group, ty), builder) in self.wanted.iter().zip(&mut rows.builders) {
                        match groups.get(*group) {
                            Some(text) => {
                                append_group(builder, ty, text.as_str());
                            }
                            None => builder.append_null(),
                        }
                    }
                }
                None => rows.builders.iter_mut().for_each(ColumnBuilder::append_null),
            }
            rows.end_row(line.len())?;
        }
        Ok(())
    }
}
