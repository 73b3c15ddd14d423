//! What the fuzz targets share: a spec bound over a few tables, and what must hold of every message.
//!
//! A target panics where a law is broken; libFuzzer keeps the input. `fuzz/run` says how to see it again.

use std::collections::BTreeMap;
use std::sync::Arc;

use athplan::bind::query::Body;
use athplan::bind::{BindOptions, NoTables, bind_query, closed};
use athplan::constant::{Expr, Value, Zone};
use athplan::error::Errors;
use athplan::source::Source;
use athplan::spec::parse_query;
use athplan::types::{Dialect, Type};

/// 2020-01-10T12:00:00Z, as in the rewrite cases, whose tables are used here too.
pub const NOW: i64 = 1_578_657_600;

/// Tables that a fuzzed spec can read.
pub const TABLES: &str = concat!(
    include_str!("../../tests/rewrites/tables/trail.sql"),
    include_str!("../../tests/rewrites/tables/flow.sql"),
    include_str!("../../tests/rewrites/tables/access.sql"),
    include_str!("../../tests/rewrites/tables/store.sql"),
    include_str!("../../tests/rewrites/tables/keys.sql"),
);

/// Gives a function the options with which everything here is bound.
pub fn with_options<T>(dialect: Dialect, run: impl FnOnce(&BindOptions<'_>) -> T) -> T {
    let now = Value::TimestampWithTimeZone(i128::from(NOW) * 1_000_000_000_000, Zone::UTC);
    run(&BindOptions { dialect, now, arguments: &BTreeMap::new(), catalog: &NoTables })
}

/// Holds messages to their text: every label lies in it and cuts no character, and each has words.
pub fn hold_messages(errors: &Errors) {
    assert!(!errors.errors.is_empty(), "a failure without a message");
    for error in &errors.errors {
        assert!(!error.to_string().is_empty());
        for label in error.labels().into_iter().flatten() {
            let (start, end) = (label.offset(), label.offset() + label.len());
            assert!(errors.source.text.get(start..end).is_some(), "{error}: {start}..{end} is no place in the text");
        }
    }
}

/// An expression made ready to be evaluated, with its type; none if it does not bind or is not closed.
pub fn prepared(expression: &str, dialect: Dialect) -> Option<(Expr, Type)> {
    let source = Source::new("fuzz", format!("SELECT {expression}\n"));
    let parsed = parse_query(&source).ok()?;
    let query = with_options(dialect, |options| bind_query(&parsed, &source, options)).ok()?;
    let Body::Block(block) = query.body else { return None };
    let ([item], None, None) = (block.items.as_slice(), &block.from, &block.group) else { return None };
    Some((closed(&item.expr, &mut |_| None).ok()?, item.expr.ty.clone()))
}

/// A source of a text.
pub fn source(text: &str) -> Arc<Source> {
    Arc::new(Source::new("fuzz", text))
}
