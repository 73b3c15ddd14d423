//! Reads tables of one JSON object a line, by the rules of the SerDe that the table names.

use std::collections::BTreeMap;

use super::ReadError;
use super::extent::ValueScan;
use super::json::{JsonRules, Mismatch, RecordDecoder, rewrite};
use super::lines::Lines;
use super::rows::Rows;
use crate::catalog::{Column, Storage};
use crate::engine::local::ColumnBuilder;
use crate::engine::{EngineError, ErrorClass};

/// The OpenX SerDe's class, whose rules are laxer than those of Hive's own.
const OPENX: &str = "org.openx.data.jsonserde.JsonSerDe";

/// How CloudTrail's own files begin.
const CLOUDTRAIL: &[u8] = b"{\"Records\":[";

const OF_CLOUDTRAIL: &str = "it is one of CloudTrail's own files, with its records in a list, and the table has a record a line: declare it USING cloudtrail";

/// Reads lines of JSON.
pub struct JsonLines {
    decoder: RecordDecoder,
    /// What no line begins with, if it is not to be a row of NULLs.
    foreign: Option<&'static [u8]>,
    openx: bool,
    ignore_malformed: bool,
}

impl JsonLines {
    /// A reader of these columns of a table with all of those.
    ///
    /// # Errors
    ///
    /// A column's type, or a property of the SerDe, is one that the engine does not read.
    pub fn new(storage: &Storage, all: &[Column], columns: &[&Column]) -> Result<Self, EngineError> {
        let openx = storage.serde.as_deref() == Some(OPENX);
        let properties = &storage.serde_properties;
        if properties.contains_key("timestamp.formats") {
            let message = "the embedded engine does not read JSON tables with timestamp.formats";
            return Err(EngineError::new(ErrorClass::Unsupported, message));
        }
        let rules = if openx { openx_rules(properties) } else { hive_rules() };
        let named = columns.iter().map(|column| (column.name.as_str(), &column.ty));
        let ignore_malformed = openx && is_true(properties, "ignore.malformed.json");
        let reads_records = all.iter().any(|column| column.name == "records")
            || rules.mappings.values().any(|key| key.eq_ignore_ascii_case("records"));
        let foreign = (!reads_records).then_some(CLOUDTRAIL);
        Ok(Self { decoder: RecordDecoder::new(named, &rules)?.of_records(), foreign, openx, ignore_malformed })
    }

    /// Reads a file's lines.
    ///
    /// # Errors
    ///
    /// A line is no JSON object, or a value has the wrong shape; or the file is one of CloudTrail's own, whose records
    /// stand in a list: each line is a row of NULLs to Athena, which nobody asks for.
    pub fn read(&self, lines: &mut Lines, rows: &mut Rows<'_>) -> Result<(), ReadError> {
        while lines.advance()? {
            if let Some(foreign) = self.foreign
                && lines.bytes()?.starts_with(foreign)
            {
                return Err(ReadError::Broken(OF_CLOUDTRAIL.to_owned()));
            }
            // What may be no object is decoded, so that whoever decodes it says what it is.
            if let Some(needles) = rows.needles
                && lines.lacks(needles)?
                && is_object(lines.bytes()?.trim_ascii())
            {
                rows.pass_over();
                continue;
            }
            let (number, line) = lines.current()?;
            let text = line.trim();
            // The OpenX SerDe makes a row of NULLs of a line that is neither object nor list.
            let no_json = self.openx && !text.starts_with(['{', '[']);
            if no_json {
                rows.builders.iter_mut().for_each(ColumnBuilder::append_null);
            } else {
                match self.append(text, rows) {
                    Ok(()) => {}
                    Err(mismatch) if mismatch.malformed && self.ignore_malformed => {
                        rows.builders.iter_mut().for_each(ColumnBuilder::append_null);
                    }
                    Err(mismatch) => return Err(ReadError::Broken(format!("line {number}: {}", mismatch.message))),
                }
            }
            rows.end_row(line.len())?;
        }
        Ok(())
    }

    /// Appends a record. What is no JSON but is to the OpenX SerDe is rewritten first, which few lines need.
    fn append(&self, text: &str, rows: &mut Rows<'_>) -> Result<(), Mismatch> {
        match self.decoder.append(text, &mut rows.builders) {
            Err(mismatch) if mismatch.malformed && self.openx => match rewrite(text) {
                Some(json) => self.decoder.append(&json, &mut rows.builders),
                None => Err(mismatch),
            },
            done => done,
        }
    }
}

/// Whether a text is an object by its brackets and quotes.
fn is_object(text: &[u8]) -> bool {
    text.starts_with(b"{") && ValueScan::default().end(text) == Ok(Some(text.len()))
}

fn openx_rules(properties: &BTreeMap<String, String>) -> JsonRules {
    let mappings = properties
        .iter()
        .filter_map(|(key, value)| Some((key.strip_prefix("mapping.")?.to_owned(), value.clone())))
        .collect();
    JsonRules {
        case_insensitive: properties.get("case.insensitive").is_none_or(|value| !value.eq_ignore_ascii_case("false")),
        canonical_text: true,
        lenient_shapes: true,
        open_end: true,
        strict: false,
        dots_in_keys: is_true(properties, "dots.in.keys"),
        lazy: false,
        mappings,
    }
}

fn hive_rules() -> JsonRules {
    JsonRules { case_insensitive: true, strict: true, open_end: true, ..JsonRules::default() }
}

fn is_true(properties: &BTreeMap<String, String>, key: &str) -> bool {
    properties.get(key).is_some_and(|value| value.eq_ignore_ascii_case("true"))
}
