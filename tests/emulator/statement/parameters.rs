//! Execution parameters: each value as the expression that it reads as, else as a text.
//!
//! Measured on Athena in September 2026: a value that parses as an expression without identifiers is
//! that expression (`2024-01-02` is 2021); any other is a string literal. Values without a `?` for
//! them are ignored.

use std::collections::BTreeMap;
use std::sync::Arc;

use athplan::bind::{BindError, BindOptions, NoTables, bind};
use athplan::constant::{Value, Zone};
use athplan::source::Source;
use athplan::spec::parse;
use athplan::types::Dialect;

use super::Reader;

/// A statement's text with the parameters put in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// The text.
    pub text: String,
    /// How many parameters there are and should be, if that differs.
    pub wrong_count: Option<(usize, usize)>,
}

/// Puts values in the places of question marks; NULL where there are too few.
pub fn put_in(text: &str, values: &[String]) -> Bound {
    let markers = Reader::new(text).markers();
    let mut bound = String::with_capacity(text.len());
    let mut from = 0;
    for (at, marker) in markers.iter().enumerate() {
        bound.push_str(&text[from..marker.start]);
        bound.push_str(&values.get(at).map_or_else(|| "NULL".to_owned(), |value| expression(value)));
        from = marker.end;
    }
    bound.push_str(&text[from..]);
    let differs = !markers.is_empty() && markers.len() != values.len();
    Bound { text: bound, wrong_count: differs.then_some((values.len(), markers.len())) }
}

fn expression(value: &str) -> String {
    if is_closed(value) { value.to_owned() } else { format!("'{}'", value.replace('\'', "''")) }
}

/// Whether a text is one expression that names no column.
fn is_closed(value: &str) -> bool {
    let source = Arc::new(Source::new("parameter", format!("SELECT ({value}\n)")));
    let Ok(spec) = parse(&source) else { return false };
    let arguments = BTreeMap::new();
    let options = BindOptions {
        dialect: Dialect::Athena,
        now: Value::TimestampWithTimeZone(0, Zone::Offset(0)),
        arguments: &arguments,
        catalog: &NoTables,
    };
    let names = |error: &BindError| matches!(error, BindError::UnknownColumn { .. } | BindError::UnknownTable { .. });
    match bind(&spec, source, &options) {
        Ok(_) => true,
        Err(errors) => !errors.iter().any(names),
    }
}
