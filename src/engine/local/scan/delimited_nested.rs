//! Arrays, maps and rows within a field of a delimited file, one separator a level.

use std::collections::HashSet;

use super::delimited_value::append_delimited;
use super::json::scalar_is_readable;
use crate::catalog::Storage;
use crate::engine::EngineError;
use crate::engine::local::ColumnBuilder;
use crate::types::Type;

/// Levels for which Hive has separators.
const LEVELS: usize = 8;

/// How a field's text is taken apart.
pub struct Separators {
    /// One a level: between fields, between items of a collection, between a key and its value; and what Hive takes
    /// below that.
    levels: Vec<char>,
    escape: Option<char>,
    null: String,
}

impl Separators {
    /// The separators that a table declares.
    ///
    /// # Errors
    ///
    /// One is no character.
    pub fn new(storage: &Storage) -> Result<Self, EngineError> {
        let properties = &storage.serde_properties;
        let first = |names: &[&str]| {
            let found = names.iter().find_map(|name| properties.get(*name));
            found.map(|value| super::delimited::delimiter(value)).transpose()
        };
        // Hive itself once wrote one of the names wrongly.
        let declared: [&[&str]; 3] =
            [&["field.delim", "serialization.format"], &["collection.delim", "colelction.delim"], &["mapkey.delim"]];
        let mut levels: Vec<char> = (1..=LEVELS as u8).map(char::from).collect();
        for (level, names) in levels.iter_mut().zip(declared) {
            *level = first(names)?.unwrap_or(*level);
        }
        Ok(Self {
            levels,
            escape: first(&["escape.delim"])?,
            null: properties.get("serialization.null.format").cloned().unwrap_or_else(|| "\\N".to_owned()),
        })
    }

    /// The parts of a text at a level, at most so many.
    pub fn split<'a>(&self, text: &'a str, level: usize, most: usize) -> Vec<&'a str> {
        let separator = self.levels.get(level).copied();
        let mut parts = Vec::new();
        let mut start = 0;
        let mut escaped = false;
        for (at, character) in text.char_indices() {
            if std::mem::take(&mut escaped) {
                continue;
            }
            if Some(character) == self.escape {
                escaped = true;
            } else if Some(character) == separator && parts.len() + 1 < most {
                parts.push(&text[start..at]);
                start = at + character.len_utf8();
            }
        }
        parts.push(&text[start..]);
        parts
    }

    /// Appends the value that a text stands for, whose parts are separated as at a level.
    pub fn append(&self, builder: &mut ColumnBuilder, ty: &Type, text: &str, level: usize) -> Result<(), EngineError> {
        if text == self.null {
            builder.append_null();
            return Ok(());
        }
        match (&mut *builder, ty) {
            (ColumnBuilder::List(list), Type::Array(element)) => {
                for item in self.items(text, level) {
                    self.append(&mut list.items, element, item, level + 1)?;
                }
                list.end_row()?;
            }
            (ColumnBuilder::Map(map), Type::Map(_, value)) => {
                // Of equal keys the first one counts, and an entry without a key does not.
                let mut keys = HashSet::new();
                for entry in self.items(text, level) {
                    let parts = self.split(entry, level + 1, usize::MAX);
                    let key = parts.first().copied().unwrap_or_default();
                    if key == self.null || !keys.insert(self.unescaped(key)) {
                        continue;
                    }
                    append_delimited(&mut map.keys, &Type::VARCHAR, &self.unescaped(key));
                    // What stands behind a second separator belongs to the value.
                    match entry.get(key.len()..).and_then(|rest| self.behind(rest, level + 1)) {
                        Some(text) => self.append(&mut map.values, value, text, level + 2)?,
                        None => map.values.append_null(),
                    }
                }
                map.end_row()?;
            }
            (ColumnBuilder::Struct(row), Type::Row(fields)) => {
                let parts = self.split(text, level, usize::MAX);
                for (at, (field, part)) in fields.iter().zip(&mut row.parts).enumerate() {
                    match parts.get(at) {
                        Some(text) => self.append(part, &field.ty, text, level + 1)?,
                        None => part.append_null(),
                    }
                }
                row.end_row();
            }
            _ => {
                append_delimited(builder, ty, &self.unescaped(text));
            }
        }
        Ok(())
    }

    /// The items of a collection, which an empty text has none of.
    fn items<'a>(&self, text: &'a str, level: usize) -> Vec<&'a str> {
        if text.is_empty() { Vec::new() } else { self.split(text, level, usize::MAX) }
    }

    fn behind<'a>(&self, rest: &'a str, level: usize) -> Option<&'a str> {
        self.levels.get(level).and_then(|separator| rest.strip_prefix(*separator))
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

/// Whether a type can be read from a field whose parts are separated as at a level.
pub fn nested_is_readable(ty: &Type, level: usize) -> bool {
    match ty {
        _ if level > LEVELS => false,
        Type::Array(element) => nested_is_readable(element, level + 1),
        Type::Map(key, value) => matches!(**key, Type::Varchar(None)) && nested_is_readable(value, level + 2),
        Type::Row(fields) => fields.iter().all(|field| nested_is_readable(&field.ty, level + 1)),
        scalar => scalar_is_readable(scalar),
    }
}
