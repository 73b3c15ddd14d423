//! Specs over a few tables through binding, planning, rewrites, expansion and emission: no panic, and every
//! statement that would be submitted is one that athplan's own front end reads.
#![no_main]

use std::collections::BTreeSet;
use std::sync::Arc;

use athplan::bind::bind;
use athplan::constant::Value;
use athplan::emit::Symbol;
use athplan::error::Errors;
use athplan::expand::{DriverRow, World};
use athplan::explain::{Explaining, explain, statements};
use athplan::plan::{ForeachPlan, Settings, build};
use athplan::source::Source;
use athplan::spec::parse;
use athplan::types::{Dialect, Type};
use athplan::{Compiled, compile};
use athplan_fuzz::{NOW, TABLES, hold_messages, with_options};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    // The tables' text is not fuzzed, so that names and spans mean the same in every run.
    let source = Arc::new(Source::new("fuzz", format!("{TABLES}{text}")));
    let Ok(spec) = parse(&source) else { return };
    let bound = with_options(Dialect::Athena, |options| bind(&spec, Arc::clone(&source), options));
    let bound = match bound {
        Ok(bound) => Arc::new(bound),
        Err(errors) => return hold_messages(&Errors::new(&source, errors)),
    };
    let merge = text.len() % 4 != 0;
    let mut settings = Settings {
        now: NOW,
        slack: None,
        allow_full_scan: BTreeSet::new(),
        merge,
        places_tables: true,
        add_partitions: false,
        replaces_tables: false,
    };
    match build(Arc::clone(&bound), settings.clone()) {
        Ok(plan) => settings.allow_full_scan = plan.steps.into_iter().map(|step| step.name).collect(),
        Err(errors) => return hold_messages(&Errors::new(&source, errors)),
    }
    let world = World { slots: 2, ..World::default() };
    let compiled = match compile(Arc::unwrap_or_clone(bound), settings, world) {
        Ok(compiled) => compiled,
        Err(errors) => return hold_messages(&errors),
    };
    hold_statements(&compiled, &Explaining::default());
    let mut explaining = Explaining::default();
    for foreach in compiled.plan.foreachs.values().filter(|foreach| foreach.suspended()) {
        explaining.rows.insert(foreach.name.clone(), driver_rows(foreach));
    }
    hold_statements(&compiled, &explaining);
});

/// A few rows, among them one of NULLs and two that are alike.
fn driver_rows(foreach: &ForeachPlan) -> Vec<DriverRow> {
    let types: Vec<&Type> = foreach.keys.iter().map(|at| &foreach.columns[*at].ty).collect();
    [0, 1, 1, 2, 9]
        .into_iter()
        .zip(1..)
        .map(|(seed, number)| DriverRow {
            number: foreach.numbered.then_some(number),
            values: types.iter().map(|ty| value(ty, seed)).collect(),
        })
        .collect()
}

fn value(ty: &Type, seed: i32) -> Value {
    match ty {
        _ if seed == 0 => Value::Null,
        Type::Boolean => Value::Boolean(seed % 2 == 0),
        Type::TinyInt | Type::SmallInt | Type::Integer | Type::BigInt => Value::Integer(i64::from(seed)),
        Type::Double => Value::Double(f64::from(seed) / 2.0),
        Type::Decimal(..) => Value::Decimal(i128::from(seed)),
        Type::Varchar(_) if seed == 9 => Value::varchar("a'\u{202e}"),
        Type::Varchar(_) => Value::varchar(format!("2020-01-0{seed}T23:59:59Z")),
        Type::Date => Value::Date(18_262 + seed),
        Type::Timestamp(_) => Value::Timestamp((i128::from(NOW) - i128::from(seed)) * 1_000_000_000_000),
        _ => Value::Null,
    }
}

fn hold_statements(compiled: &Compiled, explaining: &Explaining) {
    let found = match statements(compiled, explaining) {
        Ok(found) => found,
        Err(error) => return hold_messages(&Errors::new(&compiled.plan.spec.source, [error])),
    };
    for statement in found {
        let text = statement.sql.substitute(|symbol| match symbol {
            Symbol::Run => "r1".to_owned(),
            Symbol::Attempt(_) => "1".to_owned(),
            Symbol::Output => "s3://out/".to_owned(),
        });
        let source = Source::new("statement", text);
        if let Err(errors) = parse(&source) {
            panic!("{}: {errors:?}\n{}", statement.id, source.text);
        }
    }
    if let Ok(tree) = explain(compiled, explaining) {
        assert!(!tree.text().is_empty());
    }
}
