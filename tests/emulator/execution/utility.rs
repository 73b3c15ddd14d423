//! Statements that show what the catalog holds: rows of one text each, as Hive prints them.

use athplan::catalog::{Column as TableColumn, Layout, create_statement, escape_folder, hive_type};

use super::data::target_name;
use super::definition::missing_table;
use super::life::Done;
use super::{Execution, Failure};
use crate::emulator::Shared;
use crate::emulator::catalog::{DEFAULT, Entry};
use crate::emulator::results::{Column, Outcome};
use crate::emulator::statement::Kind;

/// How a statement fails whatever the catalog holds: a comment breaks DESCRIBE for tables, not for views.
pub fn doom(shared: &Shared, execution: &Execution) -> Option<Failure> {
    let doomed = execution.statement.doomed.clone()?;
    let is_view = || shared.catalog.entry(&target_name(execution)).is_some_and(|entry| entry.view.is_some());
    if execution.statement.kind == Kind::Describe && is_view() { None } else { Some(doomed) }
}

/// Runs a statement that shows something.
pub fn work(shared: &Shared, execution: &Execution) -> Result<Done, Failure> {
    let statement = &execution.statement;
    let pattern = statement.pattern.as_deref();
    let kind = statement.kind;
    let (columns, mut lines): (&[&str], Vec<String>) = match kind {
        Kind::ShowDatabases => (&["database_name"], shared.catalog.databases()),
        Kind::ShowTables => (&["tab_name"], names(shared, execution, |_| true)?),
        Kind::ShowViews => (&["views"], names(shared, execution, |entry| entry.view.is_some())?),
        Kind::ShowPartitions => (&["partition"], partitions(shared, execution)?),
        Kind::ShowColumns => {
            let entry = entry(shared, execution)?;
            (&["field"], entry.table.star().map(|column| padded(&column.name)).collect())
        }
        Kind::ShowProperties => {
            let entry = entry(shared, execution)?;
            let line = |(key, value): &(String, String)| format!("{key}\t{value}");
            (&["prpt_name", "prpt_value"], entry.table.properties.iter().map(line).collect())
        }
        Kind::ShowCreateTable => {
            let entry = entry(shared, execution)?;
            let text = create_statement(&entry.table, &entry.table.name)
                .map_err(|error| Failure::new(1, 1003, format!("FAILED: SemanticException {error}")))?;
            (&["createtab_stmt"], text.lines().map(str::to_owned).collect())
        }
        _ => (&["col_name", "data_type", "comment"], description(&entry(shared, execution)?)),
    };
    if let Some(pattern) = pattern {
        lines.retain(|line| matches(pattern, line));
    }
    // DESCRIBE and SHOW CREATE TABLE of a Hive table count nothing.
    let count = (!matches!(kind, Kind::Describe | Kind::ShowCreateTable)).then_some(0);
    let columns = columns.iter().map(|name| Column::string(name)).collect();
    let outcome = Outcome::Lines { columns, header: false, lines, count };
    Ok(Done { outcome, scanned: 0, stored: None })
}

fn entry(shared: &Shared, execution: &Execution) -> Result<Entry, Failure> {
    let name = target_name(execution);
    shared.glue("GetTable", &name).map_err(|denied| Failure::denied(&denied.resource))?;
    shared.catalog.entry(&name).ok_or_else(|| missing_table(&name))
}

fn names(shared: &Shared, execution: &Execution, wanted: impl Fn(&Entry) -> bool) -> Result<Vec<String>, Failure> {
    let named = execution.statement.name.as_ref().and_then(|name| name.parts.last()).map(|(part, _)| part.clone());
    let context = || execution.request.database.as_ref().map(|database| database.to_lowercase());
    let database = named.or_else(context).unwrap_or_else(|| DEFAULT.to_owned());
    let entries = shared.catalog.entries(&database).ok_or_else(|| {
        let reason = format!("FAILED: SemanticException [Error 10072]: Database does not exist: {database}");
        let message = Some(format!("Database {database} not found. (Service: AmazonDataCatalog)"));
        Failure { message, ..Failure::new(1, 1502, reason) }
    })?;
    Ok(entries.into_iter().filter(|(_, entry)| wanted(entry)).map(|(name, _)| name).collect())
}

fn partitions(shared: &Shared, execution: &Execution) -> Result<Vec<String>, Failure> {
    let table = entry(shared, execution)?.table;
    shared.glue("GetPartitions", &target_name(execution)).map_err(|denied| Failure::denied(&denied.resource))?;
    if table.partition_keys.is_empty() {
        let reason =
            format!("FAILED: SemanticException [Error 10241]: Table {} is not a partitioned table", table.name);
        return Err(Failure::new(2, 1006, reason));
    }
    // Projected partitions are not registered, so none are shown.
    let Layout::Registered(entries) = &table.layout else { return Ok(Vec::new()) };
    let mut lines: Vec<String> = entries
        .iter()
        .map(|entry| {
            let pairs = table.partition_keys.iter().zip(&entry.values);
            let pairs = pairs.map(|(key, value)| format!("{}={}", escape_folder(&key.name), escape_folder(value)));
            pairs.collect::<Vec<_>>().join("/")
        })
        .collect();
    lines.sort();
    Ok(lines)
}

fn description(entry: &Entry) -> Vec<String> {
    let ty = |column: &TableColumn| hive_type(&column.ty).unwrap_or_else(|| column.ty.to_string());
    if entry.view.is_some() {
        return entry.table.columns.iter().map(|column| format!("{}\t{}", column.name, column.ty)).collect();
    }
    let line = |column: &TableColumn| {
        let comment = column.comment.as_deref().unwrap_or_default();
        let comment = comment.split('\t').next().unwrap_or_default();
        format!("{}\t{}\t{}", padded(&column.name), padded(&ty(column)), padded(comment))
    };
    let mut lines: Vec<String> = entry.table.star().map(line).collect();
    if !entry.table.partition_keys.is_empty() {
        let blank = || "\t \t ".to_owned();
        lines.extend([blank(), "# Partition Information\t \t ".to_owned()]);
        lines.push(format!("{}\t{}\t{}", padded("# col_name"), padded("data_type"), padded("comment")));
        lines.push(blank());
        lines.extend(entry.table.partition_keys.iter().map(line));
    }
    lines
}

fn padded(text: &str) -> String {
    format!("{text:<20}")
}

/// Whether a name fits a pattern of Hive's: `*` is any text, `|` a choice.
fn matches(pattern: &str, name: &str) -> bool {
    pattern.split('|').any(|choice| {
        let parts: Vec<String> = choice.split('*').map(regex::escape).collect();
        let whole = regex::Regex::new(&format!("(?i)^{}$", parts.join(".*")));
        whole.is_ok_and(|whole| whole.is_match(name))
    })
}
