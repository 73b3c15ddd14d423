//! How a table's files are read: from SerDe, input format and STORED AS to a [`Format`].
//!
//! The classes are those of Athena's documentation
//! (<https://docs.aws.amazon.com/athena/latest/ug/supported-serdes.html>). A class that is not known
//! is refused by name: reading files in another way than Athena does would be silently wrong.

use std::collections::BTreeMap;

use super::error::CatalogError;
use super::table::{Format, Storage};
use crate::source::Span;
use crate::spec::ast::{CreateExternalTable, Property, RowFormat, StoredAs, Text};
use crate::types::nearest;

/// What a SerDe's records come out of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Input {
    Text,
    CloudTrail,
    Parquet,
    Orc,
    Avro,
}

/// SerDe classes, each with the input formats that may feed it and what the files then hold.
const SERDES: &[(&str, &[(Input, Format)])] = &[
    (super::preset::JSON_SERDE, &[(Input::Text, Format::JsonLines), (Input::CloudTrail, Format::CloudTrail)]),
    (
        "org.openx.data.jsonserde.JsonSerDe",
        &[(Input::Text, Format::JsonLines), (Input::CloudTrail, Format::CloudTrail)],
    ),
    ("com.amazon.emr.hive.serde.CloudTrailSerde", &[(Input::CloudTrail, Format::CloudTrail)]),
    ("org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe", &[(Input::Text, Format::Delimited)]),
    ("org.apache.hadoop.hive.serde2.OpenCSVSerde", &[(Input::Text, Format::Csv)]),
    ("org.apache.hadoop.hive.serde2.RegexSerDe", &[(Input::Text, Format::Regex)]),
    ("com.amazonaws.glue.serde.GrokSerDe", &[(Input::Text, Format::Grok)]),
    ("org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe", &[(Input::Parquet, Format::Parquet)]),
    ("org.apache.hadoop.hive.ql.io.orc.OrcSerde", &[(Input::Orc, Format::Orc)]),
    ("org.apache.hadoop.hive.serde2.avro.AvroSerDe", &[(Input::Avro, Format::Avro)]),
];

/// Input format classes.
const INPUTS: &[(&str, Input)] = &[
    (super::preset::CLOUDTRAIL_INPUT, Input::CloudTrail),
    ("org.apache.hadoop.mapred.TextInputFormat", Input::Text),
    ("org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat", Input::Parquet),
    ("org.apache.hadoop.hive.ql.io.orc.OrcInputFormat", Input::Orc),
    ("org.apache.hadoop.hive.ql.io.avro.AvroContainerInputFormat", Input::Avro),
];

/// `STORED AS` words, with what the files hold if no SerDe is named.
const WORDS: &[(&str, Input, Format)] = &[
    ("TEXTFILE", Input::Text, Format::Delimited),
    ("PARQUET", Input::Parquet, Format::Parquet),
    ("PARQUETFILE", Input::Parquet, Format::Parquet),
    ("ORC", Input::Orc, Format::Orc),
    ("ORCFILE", Input::Orc, Format::Orc),
    ("AVRO", Input::Avro, Format::Avro),
    ("AVROFILE", Input::Avro, Format::Avro),
];

/// The clauses of ROW FORMAT DELIMITED and the SerDe properties that say the same.
pub const DELIMITED_CLAUSES: &[(&str, &str)] = &[
    ("fields", "field.delim"),
    ("escaped", "escape.delim"),
    ("collection items", "collection.delim"),
    ("map keys", "mapkey.delim"),
    ("lines", "line.delim"),
    ("null defined as", "serialization.null.format"),
];

/// Reads the storage clauses of a definition; the location is the caller's.
pub fn storage(definition: &CreateExternalTable, location: String, errors: &mut Vec<CatalogError>) -> Storage {
    let mut serde_properties = pairs(&definition.serde_properties, errors);
    let serde = match &definition.row_format {
        Some(RowFormat::Serde(class)) => Some(class.clone()),
        Some(RowFormat::Delimited(clauses)) => {
            delimited(clauses, &mut serde_properties, errors);
            None
        }
        None => None,
    };
    let input = definition.stored_as.as_ref().map(|stored| input(stored, definition.name.span, errors));
    let classes = match &definition.stored_as {
        Some(StoredAs::Classes(input, output)) => Some((input.value.clone(), output.value.clone())),
        _ => None,
    };
    let format = match (&serde, input) {
        (Some(class), input) => serde_format(class, input.unwrap_or(None), errors),
        (None, Some(Some((_, _, format)))) => format,
        (None, _) => Format::Delimited,
    };
    Storage { location, format, serde: serde.map(|class| class.value), classes, serde_properties }
}

/// What `STORED AS` names: the input, its name and place, and what such files hold by default. An
/// unknown one is an error and then counts as not said.
fn input(stored: &StoredAs, table: Span, errors: &mut Vec<CatalogError>) -> Option<(Input, Text, Format)> {
    match stored {
        StoredAs::Format(word) => {
            let known = WORDS.iter().find(|(known, ..)| known.eq_ignore_ascii_case(word));
            let here = Text { value: word.clone(), span: table };
            if known.is_none() {
                let nearest = nearest(word, WORDS.iter().map(|(known, ..)| *known)).map(str::to_owned);
                errors.push(CatalogError::UnknownFormat { name: word.clone(), nearest, span: here.span });
            }
            known.map(|(_, input, format)| (*input, here, *format))
        }
        StoredAs::Classes(class, _) => {
            let name = class.value.clone();
            let known = INPUTS.iter().find(|(known, _)| *known == name);
            if known.is_none() {
                let nearest = nearest(&name, INPUTS.iter().map(|(known, _)| *known)).map(str::to_owned);
                errors.push(CatalogError::UnknownFormat { name: name.clone(), nearest, span: class.span });
            }
            let (_, input) = known?;
            let format = WORDS.iter().find(|(_, of, _)| of == input).map_or(Format::CloudTrail, |(.., format)| *format);
            Some((*input, Text { value: name, span: class.span }, format))
        }
    }
}

fn serde_format(class: &Text, input: Option<(Input, Text, Format)>, errors: &mut Vec<CatalogError>) -> Format {
    let Some((_, inputs)) = SERDES.iter().find(|(known, _)| *known == class.value) else {
        let nearest = nearest(&class.value, SERDES.iter().map(|(known, _)| *known)).map(str::to_owned);
        errors.push(CatalogError::UnknownSerde { class: class.value.clone(), nearest, span: class.span });
        return Format::Delimited;
    };
    let first = inputs.first().map_or(Format::Delimited, |(_, format)| *format);
    let Some((input, name, _)) = input else { return first };
    let format = inputs.iter().find(|(of, _)| *of == input).map(|(_, format)| *format);
    format.unwrap_or_else(|| {
        let (class, input) = (class.value.clone(), name.value);
        errors.push(CatalogError::FormatConflict { class, input, span: name.span });
        first
    })
}

fn delimited(clauses: &[(String, Text)], properties: &mut BTreeMap<String, String>, errors: &mut Vec<CatalogError>) {
    for (clause, text) in clauses {
        let value = text.value.clone();
        let property = DELIMITED_CLAUSES.iter().find(|(known, _)| known == clause).map(|(_, property)| *property);
        let problem = match property {
            None => Some("the clauses are FIELDS, ESCAPED, COLLECTION ITEMS, MAP KEYS, LINES and NULL DEFINED AS"),
            Some("line.delim") if value != "\n" => Some("lines end in '\\n', as Athena's documentation says"),
            Some("serialization.null.format") => None,
            Some(_) if value.chars().count() != 1 => Some("a delimiter is one character"),
            Some(_) => None,
        };
        if let Some(help) = problem {
            let clause = clause.to_uppercase();
            errors.push(CatalogError::DelimitedClause { clause, value, help: help.to_owned(), span: text.span });
        } else if let Some(property) = property {
            properties.insert(property.to_owned(), value);
        }
    }
}

/// Properties by their key; a key given twice is an error.
fn pairs(properties: &[Property], errors: &mut Vec<CatalogError>) -> BTreeMap<String, String> {
    let mut pairs = BTreeMap::new();
    for property in properties {
        let key = property.key.value.clone();
        if pairs.insert(key.clone(), property.value.value.clone()).is_some() {
            errors.push(CatalogError::DuplicateProperty { key, span: property.key.span });
        }
    }
    pairs
}
