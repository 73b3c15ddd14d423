//! A table that exists already is only read: whatever a spec does, no statement creates, alters or drops it, and the
//! rows are those of a table that the run makes for itself.
//!
//! Every example and every named case is compiled again with its tables taken for existing ones: once by the name they
//! have, once under another name with athplan's properties added (`USING TABLE`).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use athplan::bind::spec::BoundStatementKind;
use athplan::bind::{BindOptions, NoTables};
use athplan::catalog::{Origin, Table};
use athplan::constant::{Value, Zone};
use athplan::emit::Symbol;
use athplan::explain::{Explaining, statements};
use athplan::source::Source;
use athplan::spec::ast::StatementKind;
use athplan::types::Dialect;
use athplan::{Compiled, front, scanned_tables, spec};

use super::bench::{Bench, Options, cases, runtime};
use super::named::read;

/// How existing tables are known to a spec.
#[derive(Debug, Clone, Copy)]
enum Known {
    /// By their own name.
    AsTheyAre,
    /// By the spec's name for them, with the time mapping added.
    UsingTable,
}

/// A spec without the statements that make its tables, and the tables.
fn taken_for_existing(text: &str, known: Known) -> (String, Vec<Arc<Table>>) {
    let source = Arc::new(Source::new("spec.sql", text));
    let parsed = spec::parse(&source).expect("the spec is good");
    let made =
        |kind: &StatementKind| matches!(kind, StatementKind::CreateExternalTable(_) | StatementKind::AddPartitions(_));
    let (mut definitions, mut rest, mut end) = (String::new(), String::new(), 0);
    for statement in &parsed.statements {
        let ends = text[statement.span.end..].find(';').map_or(text.len(), |at| statement.span.end + at + 1);
        rest.push_str(&text[end..statement.span.start]);
        let into = if made(&statement.kind) { &mut definitions } else { &mut rest };
        into.push_str(&text[statement.span.start..ends]);
        end = ends;
    }
    let source = Arc::new(Source::new("catalog.ddl", definitions));
    let arguments = BTreeMap::new();
    let now = Value::TimestampWithTimeZone(0, Zone::Offset(0));
    let options = BindOptions { dialect: Dialect::default(), now, arguments: &arguments, catalog: &NoTables };
    let bound = front(&source, &options).expect("the definitions stand by themselves");
    let mut tables = Vec::new();
    for table in scanned_tables(&bound) {
        let mut existing = Table { origin: Origin::Existing, ..Table::clone(&table) };
        if let Known::UsingTable = known {
            existing.name = format!("owner.{}", table.name);
            let (own, foreign): (Vec<_>, Vec<_>) =
                existing.properties.into_iter().partition(|(key, _)| key.starts_with("athplan."));
            (existing.properties, existing.time) = (foreign, None);
            let own: Vec<String> = own.iter().map(|(key, value)| format!("'{key}' = '{value}'")).collect();
            let properties =
                if own.is_empty() { String::new() } else { format!(" TBLPROPERTIES ({})", own.join(", ")) };
            rest = format!("CREATE EXTERNAL TABLE {} USING TABLE {}{properties};\n{rest}", table.name, existing.name);
        }
        tables.push(Arc::new(existing));
    }
    (rest, tables)
}

/// The tables that a statement creates, alters or drops.
fn changed(sql: &str) -> Vec<String> {
    let parsed = spec::parse(&Source::new("statement", sql)).expect("athplan reads what it writes");
    let name = |statement: &athplan::spec::ast::Statement| match &statement.kind {
        StatementKind::CreateExternalTable(create) => Some(create.name.clone()),
        StatementKind::CreateTableAs(create) => Some(create.name.clone()),
        StatementKind::AddPartitions(add) => Some(add.table.clone()),
        StatementKind::DropTable(drop) => Some(drop.name.clone()),
        _ => None,
    };
    let names = parsed.statements.iter().filter_map(name);
    names.map(|name| name.parts.iter().map(|part| part.name.as_str()).collect::<Vec<_>>().join(".")).collect()
}

fn holds(compiled: &Compiled, existing: &[Arc<Table>], place: &str) {
    let symbol = |symbol| match symbol {
        Symbol::Run => "r1".to_owned(),
        Symbol::Output => "s3://output/".to_owned(),
        Symbol::Attempt(_) => "1".to_owned(),
    };
    for statement in statements(compiled, &Explaining::default()).expect("no rows are given") {
        let sql = statement.sql.substitute(symbol);
        for name in changed(&sql) {
            assert!(existing.iter().all(|table| table.name != name), "{place}, {}:\n{sql}", statement.id);
        }
    }
    // By a name that the spec gives it, a table is made neither.
    let steps = compiled.plan.spec.statements.iter().filter_map(|statement| match &statement.kind {
        BoundStatementKind::DeclareTable(table) => Some(table.origin),
        _ => None,
    });
    assert!(steps.into_iter().all(|origin| origin == Origin::Existing), "{place}");
}

fn files(folder: &Path, name: Option<&str>) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path());
    let mut paths: Vec<PathBuf> =
        entries.map(|path| name.map_or_else(|| path.clone(), |name| path.join(name))).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "sql") && path.exists());
    paths.sort();
    assert!(!paths.is_empty());
    paths
}

#[test]
fn examples_change_no_table_that_exists() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    for path in files(&examples, Some("spec.sql")) {
        for known in [Known::AsTheyAre, Known::UsingTable] {
            let text = fs::read_to_string(&path).expect("an example");
            let (text, existing) = taken_for_existing(&text, known);
            assert!(!existing.is_empty());
            let bench = Bench::new();
            for entry in fs::read_dir(path.parent().expect("a folder")).expect("the example").flatten() {
                fs::copy(entry.path(), bench.files().join(entry.file_name())).expect("the bench is ours");
            }
            let options = Options { existing: existing.clone(), ..Options::new(1_561_939_200) };
            let compiled = bench.compile(&text, &options).unwrap_or_else(|failure| panic!("{failure}\n{text}"));
            holds(&compiled, &existing, &format!("{}, {known:?}", path.display()));
        }
    }
}

#[test]
fn cases_give_their_rows_from_tables_that_exist() {
    let runtime = runtime();
    let mut errors = Vec::new();
    for path in files(&cases(), None) {
        let text = fs::read_to_string(&path).expect("a case");
        for known in [Known::AsTheyAre, Known::UsingTable] {
            let mut case = read(&text);
            let (spec, existing) = taken_for_existing(&text, known);
            case.spec = spec;
            let bench = Bench::new();
            case.write(&bench);
            let merged = Options { existing: existing.clone(), ..case.options() };
            for options in [merged.clone(), merged.row_by_row()] {
                let place = format!("{}, {known:?}, merge: {}", path.display(), options.merge);
                let compiled =
                    bench.compile(&case.spec, &options).unwrap_or_else(|failure| panic!("{place}: {failure}"));
                holds(&compiled, &existing, &place);
                if let Err(error) = runtime.block_on(case.hold(&bench, &options)) {
                    errors.push(format!("{place}: {error}"));
                }
            }
        }
    }
    assert!(errors.is_empty(), "{}", errors.join("\n\n"));
}
