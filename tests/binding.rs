//! Binding: expressions are typed as a real Trino typed them, and names mean what scopes say.

use std::collections::BTreeMap;
use std::sync::Arc;

use athplan::bind::expr::ExprKind;
use athplan::bind::query::{Body, Query, RelationKind};
use athplan::bind::spec::{BoundSpec, BoundStatementKind};
use athplan::bind::{BindError, BindOptions, NoTables, bind, bind_query};
use athplan::constant::{Value, Zone};
use athplan::source::Source;
use athplan::spec::{parse, parse_query};
use athplan::types::{Dialect, parse_type};

/// 2024-05-06 07:08:09.123 UTC.
fn now() -> Value {
    Value::TimestampWithTimeZone(1_714_979_289_123 * 1_000_000_000, Zone::Offset(0))
}

fn with_options<T>(dialect: Dialect, arguments: &[(&str, &str)], work: impl FnOnce(&BindOptions<'_>) -> T) -> T {
    let arguments: BTreeMap<String, String> =
        arguments.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    work(&BindOptions { dialect, now: now(), arguments: &arguments, catalog: &NoTables })
}

fn spec_with(text: &str, arguments: &[(&str, &str)]) -> Result<BoundSpec, Vec<BindError>> {
    let source = Arc::new(Source::new("spec.sql", text));
    let parsed = parse(&source).unwrap_or_else(|errors| panic!("{text}\n{errors:#?}"));
    with_options(Dialect::Athena, arguments, |options| bind(&parsed, Arc::clone(&source), options))
}

fn spec(text: &str) -> Result<BoundSpec, Vec<BindError>> {
    spec_with(text, &[])
}

fn query_in(dialect: Dialect, text: &str) -> Result<Query, Vec<BindError>> {
    let source = Source::new("query.sql", text);
    let parsed = parse_query(&source).unwrap_or_else(|errors| panic!("{text}\n{errors:#?}"));
    with_options(dialect, &[], |options| bind_query(&parsed, &source, options))
}

/// The types of the columns of a spec's last query.
fn types(text: &str) -> String {
    let bound = spec(text).unwrap_or_else(|errors| panic!("{text}\n{errors:#?}"));
    let Some(BoundStatementKind::Query(query)) = bound.statements.last().map(|statement| &statement.kind) else {
        panic!("the last statement is no query")
    };
    columns(query)
}

fn columns(query: &Query) -> String {
    let named = query.columns.iter().map(|column| match &column.name {
        Some(name) => format!("{name} {}", column.ty),
        None => column.ty.to_string(),
    });
    named.collect::<Vec<_>>().join(", ")
}

/// The headlines of a spec's mistakes.
fn mistakes(text: &str) -> Vec<String> {
    match spec(text) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn expressions_have_the_types_that_trino_gave_them() {
    let mut families: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    let mut different = Vec::new();
    for line in include_str!("data/trino/answers.tsv").lines().filter(|line| !line.starts_with('#')) {
        let parts: Vec<&str> = line.split('\t').collect();
        let [family, expression, ty, value] = parts.as_slice() else { panic!("{line}") };
        let bound = query_in(Dialect::Trino, &format!("SELECT {expression}"));
        let is_type_error =
            *ty == "ERROR" && matches!(*value, "TYPE_MISMATCH" | "FUNCTION_NOT_FOUND" | "AMBIGUOUS_FUNCTION_CALL");
        let verdict = match &bound {
            Ok(query) if *ty == "ERROR" => {
                // Other errors come while the expression is evaluated, whatever its type.
                if is_type_error && !query.columns.iter().any(|column| column.ty.is_opaque()) { 1 } else { 0 }
            }
            Ok(query) if query.columns.iter().any(|column| column.ty.is_opaque()) => 2,
            Ok(query) => {
                let recorded = parse_type(ty).unwrap_or_else(|| panic!("`{ty}` is a type"));
                let same = matches!(query.columns.as_slice(), [column] if column.ty == recorded);
                usize::from(!same)
            }
            Err(_) if *ty == "ERROR" => 0,
            Err(_) => 1,
        };
        families.entry(family).or_default()[verdict] += 1;
        if verdict == 1 {
            different.push(format!(
                "{expression}\n    Trino: {ty} {value}\n    here: {:?}",
                bound.map(|query| columns(&query))
            ));
        }
    }
    println!("{:<14}{:>8}{:>11}{:>9}", "family", "same", "different", "refused");
    for (family, [same, different, refused]) in &families {
        println!("{family:<14}{same:>8}{different:>11}{refused:>9}");
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}
