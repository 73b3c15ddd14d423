//! Reads lines by a pattern of Grok, as AWS's GrokSerDe does.
//!
//! AWS gave its reader to Trino (`io.trino.hive.formats.line.grok`), with tests that keep its oddities; this one does
//! the same. Captures with a name fill the columns from left to right, whatever the columns are called; a capture
//! that takes no part in a match is left out, so that those behind it move up; quotes around a value are dropped; the
//! pattern may match anywhere in the line; and a line that does not match is a row of NULLs.

use fancy_regex::Regex;

use super::ReadError;
use super::delimited::readable;
use super::delimited_value::append_group;
use super::grok_patterns::{Expanded, expand};
use super::java_pattern;
use super::lines::Lines;
use super::rows::Rows;
use crate::catalog::{Column, Storage};
use crate::engine::local::ColumnBuilder;
use crate::engine::{EngineError, ErrorClass};
use crate::types::Type;

/// Properties that change how a pattern is read, with the value that leaves it as it is.
const MODES: &[(&str, &str)] = &[("grok.strictMode", "true"), ("grok.namedOnlyMode", "true")];

/// Reads lines by a pattern.
pub struct GrokLines {
    /// For each column wanted, its position, name and type.
    wanted: Vec<(usize, String, Type)>,
    pattern: Regex,
    /// The expression's groups that are captures, in the order of the columns; those of one name stand together.
    captures: Vec<Vec<usize>>,
    null_on_error: bool,
}

impl GrokLines {
    /// A reader of these columns, each with its position in the table.
    ///
    /// # Errors
    ///
    /// The pattern is missing or not understood, or a column's type is one that the engine does not read from text.
    pub fn new(storage: &Storage, columns: &[(usize, &Column)]) -> Result<Self, EngineError> {
        let properties = &storage.serde_properties;
        let property = |name: &str| properties.get(name).map(String::as_str);
        let Some(format) = property("input.format").filter(|format| !format.trim().is_empty()) else {
            let message = "the GrokSerDe needs the property input.format";
            return Err(EngineError::new(ErrorClass::Statement, message));
        };
        for (mode, usual) in MODES {
            if property(mode).is_some_and(|value| !value.eq_ignore_ascii_case(usual)) {
                let message = format!("the embedded engine reads Grok tables only with {mode} = {usual}");
                return Err(EngineError::new(ErrorClass::Unsupported, message));
            }
        }
        let wrong = |reason: String| {
            let message = format!("the embedded engine does not understand the input.format {format}: {reason}");
            EngineError::new(ErrorClass::Unsupported, message)
        };
        if format.contains("(?<") && !format.contains("(?<=") && !format.contains("(?<!") {
            return Err(wrong("name captures as %{PATTERN:name}".to_owned()));
        }
        let Expanded { expression, names } =
            expand(format, property("input.grokCustomPatterns").unwrap_or("")).map_err(&wrong)?;
        let pattern = java_pattern::compile(&expression).map_err(&wrong)?;
        for (_, column) in columns {
            readable(column, "text")?;
        }
        Ok(Self {
            wanted: columns.iter().map(|(at, column)| (*at, column.name.clone(), column.ty.clone())).collect(),
            captures: captures(&pattern, &names),
            pattern,
            null_on_error: property("grok.nullOnParseError").is_some_and(|value| value.eq_ignore_ascii_case("true")),
        })
    }

    /// Reads a file's lines.
    ///
    /// # Errors
    ///
    /// A value is none of its column's type, or matching a line takes too long.
    pub fn read(&self, lines: &mut Lines, rows: &mut Rows<'_>) -> Result<(), ReadError> {
        while let Some((number, line)) = lines.next()? {
            let broken = |reason: String| ReadError::Broken(format!("line {number}: {reason}"));
            let matched = self.pattern.captures(line.as_ref()).map_err(|error| broken(error.to_string()))?;
            // Nothing matches a blank line, not even a pattern that would.
            match matched.filter(|_| !line.trim().is_empty()) {
                Some(groups) => {
                    // Of captures of one name the last that took part counts.
                    let last = |captures: &Vec<usize>| captures.iter().rev().find_map(|at| groups.get(*at));
                    let values: Vec<&str> =
                        self.captures.iter().filter_map(last).map(|text| unquoted(text.as_str())).collect();
                    for ((at, name, ty), builder) in self.wanted.iter().zip(&mut rows.builders) {
                        let Some(value) = values.get(*at) else {
                            builder.append_null();
                            continue;
                        };
                        if !append_group(builder, ty, value) && !self.null_on_error {
                            return Err(broken(format!("{name}: '{value}' is no {ty}")));
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

/// The groups of each name, in the order in which the names first appear in the expression.
fn captures(pattern: &Regex, names: &[String]) -> Vec<Vec<usize>> {
    let mut captures: Vec<(&str, Vec<usize>)> = Vec::new();
    for (group, called) in pattern.capture_names().enumerate() {
        let number = called.and_then(|called| called.strip_prefix("name")?.parse::<usize>().ok());
        let Some(name) = number.and_then(|number| names.get(number)) else { continue };
        match captures.iter_mut().find(|(known, _)| known == name) {
            Some((_, groups)) => groups.push(group),
            None => captures.push((name, vec![group])),
        }
    }
    captures.into_iter().map(|(_, groups)| groups).collect()
}

/// A value without the quotes around it; a quote alone is nothing.
fn unquoted(value: &str) -> &str {
    for mark in ['"', '\''] {
        if let Some(rest) = value.strip_prefix(mark) {
            return rest.strip_suffix(mark).unwrap_or(if rest.is_empty() { "" } else { value });
        }
    }
    value
}
