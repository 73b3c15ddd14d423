//! Result files: which statements leave which, with which bytes and content types.
//!
//! As measured on Athena in September 2026. A bucket that is not there takes nothing, and no statement
//! fails by it. A failed query leaves nothing; failed DDL leaves its reason.

use super::{Outcome, metadata};
use crate::emulator::Shared;
use crate::emulator::calls::Caller;
use crate::emulator::execution::{Execution, Failure};
use crate::emulator::options::ACCOUNT;
use crate::emulator::statement::Kind;

/// Content type of results.
pub const APPLICATION: &str = "application/octet-stream";

/// Content type of everything else.
pub const BINARY: &str = "binary/octet-stream";

/// Whether the statement's result may be written where it is to go.
pub fn permit(shared: &Shared, execution: &Execution) -> Result<(), Failure> {
    let Some(location) = execution.request.location.as_deref() else { return Ok(()) };
    let denied = || Failure::unwritable(location);
    if execution.request.owner.as_ref().is_some_and(|owner| owner != ACCOUNT) {
        return Err(denied());
    }
    let path = location.trim_start_matches("s3://");
    let bucket = path.split('/').next().unwrap_or_default();
    for (action, resource) in [("s3:GetBucketLocation", bucket), ("s3:PutObject", path)] {
        let resource = format!("arn:aws:s3:::{resource}");
        shared.calls.note(shared.clock.now(), Caller::Athena, action, &resource).map_err(|_| denied())?;
    }
    Ok(())
}

/// Writes the files of a statement that has succeeded.
pub fn write(shared: &Shared, execution: &Execution, outcome: &Outcome, manifest: Option<&[String]>) {
    let Some(location) = execution.request.location.as_deref() else { return };
    let kind = execution.statement.kind;
    let put = |suffix: &str, bytes: &[u8], content_type: &'static str| {
        shared.put_result(&format!("{location}{suffix}"), bytes, content_type);
    };
    // The engine's own id, which is not the execution's.
    let engine_id = "20260917_085344_00007_k6s5b";
    let columns = outcome.columns();
    match outcome {
        Outcome::Nothing => put("", b"", BINARY),
        Outcome::Table { rows, literal_only, .. } => {
            let content_type = if *literal_only { BINARY } else { APPLICATION };
            let id = if *literal_only { execution.id.as_str() } else { engine_id };
            let names: Vec<Option<&str>> = columns.iter().map(|column| Some(column.name.as_str())).collect();
            let mut csv = String::new();
            line(&mut csv, names.into_iter());
            for row in rows {
                line(&mut csv, row.iter().map(Option::as_deref));
            }
            put("", csv.as_bytes(), content_type);
            put(".metadata", &metadata::message(id, None, &columns), content_type);
        }
        Outcome::Lines { .. } => {
            let rows = outcome.paged_rows();
            let lines: Vec<String> = rows.into_iter().flatten().flatten().collect();
            let is_plain = matches!(kind, Kind::Explain | Kind::Describe | Kind::ShowCreateTable);
            let content_type = if is_plain { APPLICATION } else { BINARY };
            put("", lines.join("\n").as_bytes(), content_type);
            put(".metadata", &metadata::message(&execution.id, None, &columns), content_type);
        }
        Outcome::Count(rows) => {
            let change = if kind == Kind::CreateTableAs { "CREATE TABLE" } else { "INSERT" };
            put(".metadata", &metadata::message(engine_id, Some((change, *rows)), &columns), APPLICATION);
        }
    }
    if kind == Kind::CreateTableAs
        && let Some(output) = &execution.request.output
    {
        shared.put_result(&format!("{output}{}/", execution.id), b"", BINARY);
    }
    if let Some(files) = manifest {
        let lines: String = files.iter().map(|file| format!("{file}\n")).collect();
        put("-manifest.csv", lines.as_bytes(), APPLICATION);
    }
}

/// Writes what a failed statement leaves: the reason, if Hive was to run it.
pub fn write_failure(shared: &Shared, execution: &Execution, reason: &str) {
    if let Some(location) = execution.request.location.as_deref()
        && !execution.statement.kind.is_query()
    {
        shared.put_result(location, reason.as_bytes(), APPLICATION);
    }
}

impl Shared {
    /// Writes an object of Athena's own.
    fn put_result(&self, location: &str, bytes: &[u8], content_type: &'static str) {
        if self.folders.write(location, bytes) {
            self.folders.set_content_type(location, content_type);
        }
    }
}

/// A line of CSV as Athena writes it: every text in quotes, NULL as nothing between the commas.
fn line<'a>(csv: &mut String, values: impl Iterator<Item = Option<&'a str>>) {
    for (at, value) in values.enumerate() {
        if at > 0 {
            csv.push(',');
        }
        if let Some(text) = value {
            csv.push('"');
            csv.push_str(&text.replace('"', "\"\""));
            csv.push('"');
        }
    }
    csv.push('\n');
}
