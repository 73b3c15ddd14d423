//! Statements that read data: queries, and what stores their rows.

use std::fs;
use std::path::{Path, PathBuf};

use athplan::bind::spec::BoundStatementKind;
use athplan::catalog::{Format, Layout, Origin, Table, with_slash};
use athplan::constant::Value;
use athplan::spec::ast::{CreateTableAs, StatementKind, Unload};

use super::life::{Done, Undone};
use super::registry::id;
use super::session::{Ran, STAGING, Session, replaced};
use super::{Execution, Failure};
use crate::emulator::Shared;
use crate::emulator::calls::Caller;
use crate::emulator::catalog::{Entry, TableName};
use crate::emulator::results::{Column, Outcome, files};
use crate::emulator::statement::{Kind, Parsed, Reader};

/// Files that a statement has written aside, and what becomes of them.
#[derive(Debug)]
pub struct Stored {
    /// Each file with its folders below the target.
    files: Vec<(PathBuf, String)>,
    /// The location that they go to, ending in `/`.
    target: String,
    /// The table over them.
    table: Option<Box<(TableName, Table)>>,
    /// Whether a list of the files is written even if there are none.
    listed: bool,
}

/// Runs a statement that reads data.
pub async fn work(shared: &Shared, execution: &Execution) -> Result<Done, Undone> {
    let session = Session::new(shared, execution);
    let statement = &execution.statement;
    let parsed = statement.parsed.as_ref().expect("the front end reads every query");
    match parsed.kind() {
        StatementKind::CreateTableAs(create) => create_table_as(&session, parsed, create).await,
        StatementKind::Unload(unload) => self::unload(&session, parsed, unload).await,
        _ => match statement.kind {
            Kind::Explain => Ok(explain(&session, parsed)?),
            Kind::Insert => insert(&session, parsed).await,
            _ => select(&session, parsed).await,
        },
    }
}

async fn select(session: &Session<'_>, parsed: &Parsed) -> Result<Done, Undone> {
    session.bind(parsed)?;
    let ran = run(session, &session.execution.statement.text).await?;
    let literal_only = session.tables.used().is_empty();
    Ok(Done { outcome: Outcome::of_rows(&ran.result, literal_only), scanned: ran.scanned, stored: None })
}

fn explain(session: &Session<'_>, parsed: &Parsed) -> Result<Done, Failure> {
    session.bind(parsed)?;
    if !session.execution.statement.validates {
        let reason = "NOT_SUPPORTED: of EXPLAIN the emulator has (TYPE VALIDATE) alone";
        return Err(Failure::new(2, 1200, reason));
    }
    let lines = vec!["true".to_owned(), String::new()];
    let outcome = Outcome::Lines { columns: vec![Column::varchar("Valid", 5)], header: true, lines, count: None };
    Ok(Done { outcome, scanned: 0, stored: None })
}

async fn create_table_as(session: &Session<'_>, parsed: &Parsed, create: &CreateTableAs) -> Result<Done, Undone> {
    let (shared, execution) = (session.shared, session.execution);
    let BoundStatementKind::Materialise { table, properties, .. } = session.bind(parsed)? else {
        return Err(Failure::new(2, 1200, "NOT_SUPPORTED: Queries of this type are not supported").into());
    };
    let parts: Vec<String> = table.name.split('.').map(str::to_owned).collect();
    let name = TableName::resolve(&parts, execution.request.database.as_deref());
    if shared.catalog.entry(&name).is_some() {
        return Err(exists(&name).into());
    }
    let explicit = properties.iter().find_map(|(name, value)| match value {
        Value::Varchar(location) if name == "external_location" => Some(with_slash(location)),
        _ => None,
    });
    let enforced = shared.workgroup(&execution.request.workgroup).is_some_and(|workgroup| workgroup.enforced);
    if enforced && explicit.is_some() {
        let reason = "The Create Table As Select query failed because it was submitted with an 'external_location' \
                      property to an Athena Workgroup that enforces a centralized output location for all queries. \
                      Please remove the 'external_location' property and resubmit the query.";
        return Err(Failure::new(2, 1100, reason).into());
    }
    let default = || execution.request.output.as_ref().map(|output| format!("{output}tables/{}/", execution.id));
    let no_place = || Failure::new(2, 1100, "GENERIC_USER_ERROR: the table has no external_location");
    let target = explicit.or_else(default).ok_or_else(no_place)?;
    vacant(session, &target, &format!("Target directory for table '{}' already exists: {target}", name.dotted()))?;
    shared.glue("CreateTable", &name).map_err(|denied| Failure::denied(&denied.resource))?;

    let staged = format!("{STAGING}data/");
    let ran = run(session, &staged_table(&execution.statement.text, create, &staged)).await?;
    let made = ran.engine.table(&table.name).expect("the engine keeps a table that it has made");
    let mut made = Table { name: name.dotted(), origin: Origin::Existing, ..Table::clone(&made) };
    made.storage.location.clone_from(&target);
    let stored =
        Stored { files: staged_files(session, &ran), target, table: Some(Box::new((name, made))), listed: true };
    Ok(Done { outcome: count(&ran), scanned: ran.scanned, stored: Some(Box::new(stored)) })
}

fn exists(name: &TableName) -> Failure {
    let name = name.dotted();
    let reason = format!("TABLE_ALREADY_EXISTS: line 1:1: Destination table 'awsdatacatalog.{name}' already exists");
    Failure::new(2, 1110, reason)
}

/// The text with the place where the rows are staged in the place of the table's own.
fn staged_table(text: &str, create: &CreateTableAs, staged: &str) -> String {
    let location = create.properties.iter().find(|(name, _)| name.name == "external_location");
    match (location, create.properties.first()) {
        (Some((_, value)), _) => replaced(text, value.span, &format!("'{staged}'")),
        (None, Some((first, _))) => {
            format!("{}external_location = '{staged}', {}", &text[..first.span.start], &text[first.span.start..])
        }
        (None, None) => {
            let start = Reader::new(text).as_query().map_or(text.len(), |span| span.start);
            format!("{} WITH (external_location = '{staged}') {}", &text[..start], &text[start..])
        }
    }
}

async fn unload(session: &Session<'_>, parsed: &Parsed, unload: &Unload) -> Result<Done, Undone> {
    session.bind(parsed)?;
    let target = with_slash(&unload.location.value);
    vacant(session, &target, "Target directory already exists")?;
    let text = replaced(&session.execution.statement.text, unload.location.span, &format!("'{STAGING}data/'"));
    let ran = run(session, &text).await?;
    let stored = Stored { files: staged_files(session, &ran), target, table: None, listed: false };
    Ok(Done { outcome: count(&ran), scanned: ran.scanned, stored: Some(Box::new(stored)) })
}

async fn insert(session: &Session<'_>, parsed: &Parsed) -> Result<Done, Undone> {
    let (shared, execution) = (session.shared, session.execution);
    let BoundStatementKind::Query(query) = session.bind(parsed)? else {
        return Err(Failure::new(2, 1200, "NOT_SUPPORTED: Queries of this type are not supported").into());
    };
    let name = target_name(execution);
    let missing = || {
        Failure::new(
            2,
            1301,
            format!("TABLE_NOT_FOUND: line 1:1: Table 'awsdatacatalog.{}' does not exist", name.dotted()),
        )
    };
    let table = shared.catalog.entry(&name).ok_or_else(missing)?.table;
    let types: Vec<_> = table.columns.iter().map(|column| &column.ty).collect();
    if !query.columns.iter().map(|column| &column.ty).eq(types.iter().copied()) {
        let reason = "TYPE_MISMATCH: line 1:1: Insert query has mismatched column types";
        return Err(Failure::new(2, 1002, reason).into());
    }
    if table.layout != Layout::Flat || table.storage.format != Format::Parquet {
        let reason = "NOT_SUPPORTED: the emulator inserts into Parquet tables without partitions alone";
        return Err(Failure::new(2, 1200, reason).into());
    }
    let columns: Vec<String> = table.columns.iter().map(|column| format!("\"{}\"", column.name)).collect();
    let text = format!(
        "UNLOAD (SELECT * FROM ({}\n) AS inserted ({})) TO '{STAGING}data/' WITH (format = 'PARQUET')",
        parsed.source.text,
        columns.join(", ")
    );
    let ran = run(session, &text).await?;
    let target = table.storage.location.clone();
    let stored = Stored { files: staged_files(session, &ran), target, table: None, listed: false };
    Ok(Done { outcome: count(&ran), scanned: ran.scanned, stored: Some(Box::new(stored)) })
}

/// The full name of what a statement is about.
pub fn target_name(execution: &Execution) -> TableName {
    let parts = execution.statement.name.iter().flat_map(|name| &name.parts);
    let parts: Vec<String> = parts.map(|(part, _)| part.clone()).collect();
    TableName::resolve(&parts, execution.request.database.as_deref())
}

async fn run(session: &Session<'_>, text: &str) -> Result<Ran, Undone> {
    session.run(text).await.map_err(|(failure, scanned)| Undone { failure, scanned })
}

/// Refuses a location where files lie, or whose bucket is not there.
fn vacant(session: &Session<'_>, location: &str, occupied: &str) -> Result<(), Failure> {
    let shared = session.shared;
    let Some(folder) = shared.folders.path(location) else {
        return Err(Failure::new(2, 1306, format!("The specified bucket does not exist: {location}")));
    };
    let resource = format!("arn:aws:s3:::{}", location.trim_start_matches("s3://"));
    let noted = shared.calls.note(shared.clock.now(), Caller::Athena, "s3:PutObject", &resource);
    noted.map_err(|denied| Failure::denied(&denied.resource))?;
    if shared.folders.holds_objects(&folder) {
        return Err(Failure::new(2, 1100, format!("HIVE_PATH_ALREADY_EXISTS: {occupied}")));
    }
    Ok(())
}

fn count(ran: &Ran) -> Outcome {
    match ran.result.rows.first().and_then(|row| row.first()) {
        Some(Value::Integer(rows)) => Outcome::Count(u64::try_from(*rows).unwrap_or_default()),
        _ => Outcome::Count(0),
    }
}

/// The files that the engine has written; none if there were no rows: Trino's writers begin a file with
/// its first row.
fn staged_files(session: &Session<'_>, ran: &Ran) -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    if count(ran) != Outcome::Count(0) {
        collect(&session.staging.join("data"), "", &mut files);
    }
    files.sort();
    files
}

fn collect(folder: &Path, below: &str, files: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, &format!("{below}{}/", entry.file_name().to_string_lossy()), files);
        } else {
            files.push((path, below.to_owned()));
        }
    }
}

/// Makes what was stored visible, and gives the list of its files if one is to be written.
pub fn publish(shared: &Shared, execution: &Execution, stored: Stored) -> Result<Option<Vec<String>>, Failure> {
    let uris = move_files(shared, &stored);
    let manifest = (stored.listed || !uris.is_empty()).then_some(uris);
    let Some((name, table)) = stored.table.map(|table| *table) else { return Ok(manifest) };
    if !shared.catalog.has_database(&name.database) {
        // The rows and what lies beside them stay (measured in September 2026).
        files::write(shared, execution, &Outcome::Count(0), manifest.as_deref());
        let reason = format!("Database {} not found. Please check your query", name.database);
        return Err(Failure::new(2, 1301, reason));
    }
    let entry = Entry { table: table.into(), view: None, created: shared.clock.now() };
    // Another statement may have made a table of that name meanwhile.
    if shared.catalog.insert(&name, entry, false) { Ok(manifest) } else { Err(exists(&name)) }
}

/// Leaves files where a failed statement was writing them.
pub fn abandon(shared: &Shared, stored: &Stored) {
    move_files(shared, stored);
}

fn move_files(shared: &Shared, stored: &Stored) -> Vec<String> {
    let mut uris = Vec::new();
    for (path, below) in &stored.files {
        let number = shared.next_number();
        // The suffix says nothing of the format: data files have none.
        let name = format!("20260917_085344_{:05}_k6s5b_{}", number % 100_000, id(number));
        let uri = format!("{}{below}{name}", stored.target);
        if shared.folders.take_in(path, &uri) {
            uris.push(uri);
        }
    }
    uris
}

/// What Athena adds to the reason why a statement that writes has failed.
pub fn tail(execution: &Execution) -> Option<String> {
    let location = execution.request.location.as_ref()?;
    match execution.statement.kind {
        Kind::Insert => Some(format!(
            ". If a data manifest file was generated at '{location}-manifest.csv', you may need to manually clean the \
             data from locations specified in the manifest. Athena will not delete data in your account."
        )),
        Kind::CreateTableAs => Some(format!(
            ". You may need to manually clean the data at location '{location}' before retrying. Athena will not \
             delete data in your account."
        )),
        _ => None,
    }
}
