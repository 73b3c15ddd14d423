//! From a text to a bound spec, as every test of a later stage begins.

use std::collections::BTreeMap;
use std::sync::Arc;

use athplan::bind::spec::BoundSpec;
use athplan::bind::{BindOptions, NoTables};
use athplan::constant::{Value, Zone};
use athplan::error::Errors;
use athplan::source::Source;
use athplan::types::Dialect;

/// Binds a spec that needs no tables but its own, at a time in seconds since the epoch.
pub fn bound(text: impl Into<String>, now: i64, arguments: &[(&str, &str)]) -> Result<BoundSpec, Errors> {
    let source = Arc::new(Source::new("spec.sql", text));
    let now = Value::TimestampWithTimeZone(i128::from(now) * 1_000_000_000_000, Zone::Offset(0));
    let arguments: BTreeMap<String, String> =
        arguments.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let options = BindOptions { dialect: Dialect::default(), now, arguments: &arguments, catalog: &NoTables };
    athplan::front(&source, &options)
}
