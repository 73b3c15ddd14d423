//! Table definitions: layouts, projections and location templates do not panic, the DDL that is written reads back
//! to the same table, and a partition's location leads back to its values.
#![no_main]

use athplan::catalog::{DefineOptions, Layout, Table, create_statement, define};
use athplan::error::Errors;
use athplan::partition::{Predicate, needed};
use athplan::source::Source;
use athplan::spec::ast::StatementKind;
use athplan::spec::parse;
use athplan_fuzz::{NOW, hold_messages, source};
use libfuzzer_sys::fuzz_target;

/// Partitions whose locations are looked at.
const SOME: usize = 40;

fuzz_target!(|text: &str| {
    let source = source(text);
    let Ok(spec) = parse(&source) else { return };
    for statement in &spec.statements {
        let StatementKind::CreateExternalTable(definition) = &statement.kind else { continue };
        match define(definition, DefineOptions::default()) {
            Ok(table) => {
                hold_definition(&table);
                hold_partitions(&table);
            }
            Err(errors) => hold_messages(&Errors::new(&source, errors)),
        }
    }
});

/// What is written for an engine says the same, but for athplan's own properties.
fn hold_definition(table: &Table) {
    let Ok(written) = create_statement(table, &table.name) else { return };
    let again = Source::new("statement", written);
    let spec = parse(&again).unwrap_or_else(|errors| panic!("{errors:?}\n{}", again.text));
    let StatementKind::CreateExternalTable(definition) = &spec.statements[0].kind else {
        panic!("no definition: {}", again.text)
    };
    let back =
        define(definition, DefineOptions::default()).unwrap_or_else(|errors| panic!("{errors:?}\n{}", again.text));
    let mut wanted = table.clone();
    wanted.time = None;
    wanted.properties.retain(|(key, _)| !key.starts_with("athplan."));
    assert_eq!(back, wanted, "{}", again.text);
}

fn hold_partitions(table: &Table) {
    let now = i128::from(NOW) * 1_000_000_000_000;
    let slack = table.time.as_ref().map_or(0, |time| time.slack);
    let Ok(set) = needed(&Predicate::Unknown.regions(), table, slack, now, None) else { return };
    for values in set.tuples.iter().take(SOME) {
        let location = table.partition_location(values);
        let projected = matches!(table.layout, Layout::Projection { .. });
        let found = table.partition_of(&format!("{location}file.json"));
        // Two values may share a folder's beginning; then some partition is found all the same.
        assert!(!projected || found.is_some(), "{values:?} lies in {location}, which is in no partition");
    }
}
