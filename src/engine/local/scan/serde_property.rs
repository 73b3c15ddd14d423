//! The properties of SerDes that this engine knows. One that it does not know may change what a file means, so that the
//! table is refused by the property's name.

use std::borrow::Cow;

use crate::catalog::{Format, Storage, Table};
use crate::engine::{EngineError, ErrorClass};

/// Properties that mean nothing to a reader: what crawlers and writers leave behind.
const HARMLESS: &[&str] =
    &["serialization.format", "paths", "classification", "compressionType", "explicit.null", "output.format.string"];

/// Properties that mean something as long as they have this value, and are refused otherwise.
const ONLY: &[(&str, &str)] = &[
    ("line.delim", "\n"),
    ("serialization.encoding", "utf-8"),
    ("parquet.column.index.access", "false"),
    ("use.null.for.invalid.data", "false"),
];

/// Properties of a table, not of its SerDe, that a SerDe reads all the same.
const OF_TABLES: &[&str] = &["serialization.null.format"];

/// The properties that a format's reader knows; a name that ends in `.` stands for all that begin so.
fn known(format: Format) -> &'static [&'static str] {
    match format {
        Format::CloudTrail | Format::Parquet | Format::Orc => &[],
        Format::JsonLines => {
            &["ignore.malformed.json", "dots.in.keys", "case.insensitive", "mapping.", "timestamp.formats"]
        }
        Format::Delimited => &[
            "field.delim",
            "escape.delim",
            "collection.delim",
            "colelction.delim",
            "mapkey.delim",
            "serialization.null.format",
            "serialization.last.column.takes.rest",
        ],
        Format::Csv => &["separatorChar", "quoteChar", "escapeChar"],
        Format::Regex => &["input.regex", "input.regex.case.insensitive"],
        Format::Grok => &[
            "input.format",
            "input.grokCustomPatterns",
            "grok.strictMode",
            "grok.namedOnlyMode",
            "grok.nullOnParseError",
        ],
        Format::Avro => &["avro.schema.literal", "avro.schema.url"],
    }
}

/// A table's storage with all that its reader is to know.
///
/// # Errors
///
/// A property that the engine does not know, or knows with another value only.
pub fn checked(table: &Table) -> Result<Cow<'_, Storage>, EngineError> {
    let format = table.storage.format;
    for (key, value) in &table.storage.serde_properties {
        let is_known =
            known(format).iter().any(|name| if name.ends_with('.') { key.starts_with(name) } else { key == name });
        let message = match ONLY.iter().find(|(name, _)| name == key) {
            Some((_, usual)) if value.eq_ignore_ascii_case(usual) => continue,
            Some((_, usual)) => {
                let usual = usual.escape_default();
                format!("the embedded engine reads {} only with '{key}' = '{usual}'", table.name)
            }
            None if is_known || HARMLESS.contains(&key.as_str()) => continue,
            None => format!("the embedded engine does not know the SerDe property '{key}' of {}", table.name),
        };
        let help = "take it out of the table's definition if it means nothing for these files, or run on Athena";
        return Err(EngineError { help: Some(help.to_owned()), ..EngineError::new(ErrorClass::Unsupported, message) });
    }
    let missing = table
        .properties
        .iter()
        .filter(|(key, _)| OF_TABLES.contains(&key.as_str()) && !table.storage.serde_properties.contains_key(key));
    let mut storage = Cow::Borrowed(&table.storage);
    for (key, value) in missing {
        storage.to_mut().serde_properties.insert(key.clone(), value.clone());
    }
    Ok(storage)
}
