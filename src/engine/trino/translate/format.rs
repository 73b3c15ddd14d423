//! How files are read, as properties of a table of the Hive connector
//! (<https://trino.io/docs/current/connector/hive.html#table-properties>).
//!
//! What the connector has no property for and its readers know all the same goes as an extra property of the table,
//! where they look it up beside the SerDe's own (measured: OpenX mappings, delimiters of collections). What neither
//! knows is refused: files that are read in another way would be silently wrong.

use std::collections::BTreeMap;

use super::literal::{array, string};
use super::refused;
use crate::catalog::{Format, Table};
use crate::engine::EngineError;
use crate::types::Type;

/// Properties of a SerDe that say nothing of how files are read.
const SILENT: &[&str] = &["serialization.format", "line.delim", "paths"];

/// How properties of a SerDe are written.
struct Written {
    /// The name of the format.
    format: &'static str,
    /// SerDe properties and the table properties that say the same.
    own: &'static [(&'static str, &'static str)],
    /// SerDe properties that the readers look up; one that ends in `.` stands for all that begin with it.
    extra: &'static [&'static str],
}

/// The properties of a table's format.
///
/// # Errors
///
/// The connector does not read such files, or not in this way.
pub fn properties(table: &Table) -> Result<Vec<String>, EngineError> {
    let written = written(table)?;
    let mut all = vec![format!("format = '{}'", written.format)];
    let mut extra: BTreeMap<&str, &str> = BTreeMap::new();
    let serde = &table.storage.serde_properties;
    for (key, value) in serde {
        if let Some((_, property)) = written.own.iter().find(|(known, _)| known == key) {
            let is_flag = property.ends_with("insensitive");
            let value = if is_flag { value.to_ascii_lowercase() } else { string(value) };
            all.push(format!("{property} = {value}"));
        } else if written.extra.iter().any(|known| known == key || (known.ends_with('.') && key.starts_with(known))) {
            extra.insert(key, value);
        } else if key == "serialization.format"
            && table.storage.format == Format::Delimited
            && !serde.contains_key("field.delim")
        {
            all.push(format!("textfile_field_separator = {}", string(value)));
        } else if !SILENT.contains(&key.as_str()) {
            let message = format!(
                "the SerDe property '{key}' of {} means nothing to a Trino's Hive connector: leave it out if its files read the \
                 same without it",
                table.name
            );
            return Err(refused(message));
        }
    }
    for (key, property) in
        [("skip.header.line.count", "skip_header_line_count"), ("skip.footer.line.count", "skip_footer_line_count")]
    {
        let value = table.properties.iter().find(|(known, _)| known.eq_ignore_ascii_case(key));
        let count = value.and_then(|(_, value)| value.trim().parse::<u32>().ok()).filter(|count| *count > 0);
        if let Some(count) = count {
            match table.storage.format {
                Format::Delimited | Format::Csv => all.push(format!("{property} = {count}")),
                _ => extra.extend(value.map(|(_, value)| (key, value.as_str()))),
            }
        }
    }
    if !extra.is_empty() {
        let (keys, values): (Vec<&str>, Vec<&str>) = extra.into_iter().unzip();
        all.push(format!("extra_properties = MAP({}, {})", array(&keys), array(&values)));
    }
    Ok(all)
}

fn written(table: &Table) -> Result<Written, EngineError> {
    let hive_json = table.storage.serde.as_deref().is_some_and(|class| class.starts_with("org.apache.hive."));
    Ok(match table.storage.format {
        Format::CloudTrail => return Err(cloudtrail(table)),
        Format::JsonLines if hive_json => Written { format: "JSON", own: &[], extra: &["timestamp.formats"] },
        Format::JsonLines => Written {
            format: "OPENX_JSON",
            own: &[],
            extra: &[
                "ignore.malformed.json",
                "dots.in.keys",
                "case.insensitive",
                "explicit.null",
                "mapping.",
                "timestamp.formats",
            ],
        },
        Format::Delimited => Written {
            format: "TEXTFILE",
            own: &[
                ("field.delim", "textfile_field_separator"),
                ("escape.delim", "textfile_field_separator_escape"),
                ("serialization.null.format", "null_format"),
            ],
            extra: &["collection.delim", "mapkey.delim", "serialization.last.column.takes.rest", "timestamp.formats"],
        },
        Format::Csv => {
            only_texts(table, "CSV")?;
            Written {
                format: "CSV",
                own: &[("separatorChar", "csv_separator"), ("quoteChar", "csv_quote"), ("escapeChar", "csv_escape")],
                extra: &[],
            }
        }
        Format::Regex => {
            only_texts(table, "lines taken apart by a regular expression")?;
            Written {
                format: "REGEX",
                own: &[("input.regex", "regex"), ("input.regex.case.insensitive", "regex_case_insensitive")],
                extra: &[],
            }
        }
        Format::Grok => {
            let message = format!(
                "{} is taken apart by Grok patterns, for which no table of a Trino's Hive connector is made: write them as a \
                 regular expression (RegexSerDe)",
                table.name
            );
            return Err(refused(message));
        }
        Format::Parquet => Written { format: "PARQUET", own: &[], extra: &[] },
        Format::Orc => Written { format: "ORC", own: &[], extra: &["orc.column.index.access"] },
        Format::Avro => Written {
            format: "AVRO",
            own: &[("avro.schema.literal", "avro_schema_literal"), ("avro.schema.url", "avro_schema_url")],
            extra: &[],
        },
    })
}

/// The refusal of files that hold many records in one object.
fn cloudtrail(table: &Table) -> EngineError {
    refused(format!(
        "{} is read by CloudTrail's own reader, which no Trino has: write the files anew with one record a line \
         (jq -c '.Records[]'), and declare the table USING cloudtrail_lines, with the same columns and folders",
        table.name
    ))
}

/// Refuses columns that the connector does not convert.
fn only_texts(table: &Table, what: &str) -> Result<(), EngineError> {
    match table.columns.iter().find(|column| column.ty != Type::VARCHAR) {
        None => Ok(()),
        Some(column) => Err(refused(format!(
            "`{}` of {} is {}, and a Trino's Hive connector reads {what} into columns of type string alone: declare it a \
             string, and CAST it in the query",
            column.name, table.name, column.ty
        ))),
    }
}
