//! Each example from its text to its rows: one page a spec, with every stage in order.
//!
//! The run goes through an engine that keeps every statement it is given, so that the page's statements are held
//! against what was submitted (law 6), and the driver rows are known with which `explain` is asked again.
#![cfg(feature = "local")]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::SystemTime;

use athplan::Compiled;
use athplan::cli::options::CompileOptions;
use athplan::cli::output::table;
use athplan::cli::session::{Failure, Session};
use athplan::constant::Value;
use athplan::emit::Symbol;
use athplan::engine::local::{LocalEngine, LocalOptions};
use athplan::engine::{Engine, EngineError, Kind, QueryId, ResultSet, Status, StoredFile, Submission};
use athplan::expand::DriverRow;
use athplan::explain::{Explaining, Stage, explain, stage, statements};
use athplan::plan::build;
use athplan::rewrite::rewrites;
use athplan::run::{Coverage, Outcome, RunOptions, run};
use athplan::types::{Dialect, Type};

use crate::page::{Page, rewritten};

/// 2019-07-01T00:00:00Z: after the examples' archive ends.
const NOW: i64 = 1_561_939_200;

/// The run's id, which no page shows.
const RUN: &str = "walk";

/// An engine that keeps what it was given and what it gave, by the statements' ids.
struct Recorder {
    engine: LocalEngine,
    submitted: Mutex<BTreeMap<String, String>>,
    results: Mutex<BTreeMap<QueryId, String>>,
    rows: Mutex<BTreeMap<String, ResultSet>>,
}

impl Engine for Recorder {
    async fn submit(&self, submission: &Submission) -> Result<QueryId, EngineError> {
        let Submission { sql, token, .. } = submission.clone();
        let statement = token.strip_prefix(&format!("athplan-{RUN}-")).and_then(|rest| rest.strip_suffix("-attempt-1"));
        let statement = statement.expect("tokens hold run, statement and attempt").to_owned();
        let id = self.engine.submit(submission).await?;
        self.submitted.lock().expect("no holder panics").insert(statement.clone(), sql);
        self.results.lock().expect("no holder panics").insert(id.clone(), statement);
        Ok(id)
    }

    async fn find(&self, sql: &str, since: SystemTime) -> Result<Option<QueryId>, EngineError> {
        self.engine.find(sql, since).await
    }

    async fn poll(&self, ids: &[QueryId]) -> Result<Vec<Status>, EngineError> {
        self.engine.poll(ids).await
    }

    async fn wait(&self, ids: &[QueryId]) {
        self.engine.wait(ids).await;
    }

    async fn result(&self, id: &QueryId, columns: &[Type]) -> Result<ResultSet, EngineError> {
        let result = self.engine.result(id, columns).await?;
        let statement = self.results.lock().expect("no holder panics")[id].clone();
        self.rows.lock().expect("no holder panics").insert(statement, result.clone());
        Ok(result)
    }

    async fn cancel(&self, id: &QueryId) -> Result<(), EngineError> {
        self.engine.cancel(id).await
    }

    async fn put(&self, location: &str, bytes: Vec<u8>) -> Result<(), EngineError> {
        self.engine.put(location, bytes).await
    }

    async fn list(&self, location: &str) -> Result<Vec<StoredFile>, EngineError> {
        self.engine.list(location).await
    }

    async fn remove(&self, location: &str) -> Result<usize, EngineError> {
        self.engine.remove(location).await
    }

    async fn place_of(&self, table: &str) -> Result<Option<String>, EngineError> {
        self.engine.place_of(table).await
    }

    fn slots(&self, kind: Kind) -> usize {
        self.engine.slots(kind)
    }
}

fn examples() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let entries = fs::read_dir(root).expect("the examples").map(|entry| entry.expect("an entry").path());
    let mut folders: Vec<PathBuf> = entries.filter(|path| path.join("spec.sql").exists()).collect();
    folders.sort();
    folders
}

fn options(spec: &Path) -> CompileOptions {
    CompileOptions {
        spec: spec.to_path_buf(),
        parameters: Vec::new(),
        now: Some(NOW),
        slack: None,
        allow_full_scan: Vec::new(),
        add_partitions: false,
        no_merge: false,
        maps: Vec::new(),
        catalog: None,
        dialect: Dialect::Athena,
    }
}

fn explained(failure: Failure) -> String {
    match failure {
        Failure::Spec(errors) => errors.to_string(),
        Failure::Usage(report) | Failure::Other(report) => report.to_string(),
        Failure::Closed => "nobody reads".to_owned(),
    }
}

/// The text without the path of the spec, which is the machine's.
fn placed(text: &str, spec: &Path) -> String {
    text.replace(&spec.display().to_string(), "spec.sql")
}

fn walk(folder: &Path) -> String {
    let spec = folder.join("spec.sql");
    let options = options(&spec);
    let session = Session::open(&options).map_err(explained).expect("the example is read");
    let mut compiled = session.compile(&options).map_err(explained).expect("the example compiles");
    // What runs side by side is the machine's.
    compiled.world.slots = 2;
    let mut page = Page::default();
    page.section("spec", &session.source.text);

    let mut plan = build(compiled.plan.spec.clone(), compiled.plan.settings.clone()).expect("it was planned before");
    page.section("plan", &placed(&plan.tree().text(), &spec));
    let rewrites = rewrites();
    let fired = rewritten(&mut plan, &rewrites, |name, fired, plan| {
        if fired {
            page.section(&format!("after {name}"), &placed(&plan.tree().text(), &spec));
        }
    });
    assert_eq!(fired, compiled.fired);
    let nothing = Explaining::default();
    page.section("dag", &stage(&compiled, &nothing, Stage::Dag).expect("no rows are given"));
    let known = statements(&compiled, &nothing).expect("no rows are given");
    page.section("statements", &stage(&compiled, &nothing, Stage::Statements).expect("no rows are given"));
    page.section("explain", &placed(&explain(&compiled, &nothing).expect("no rows are given").text(), &spec));

    let (outcome, submitted, results) = ran(&session, &compiled);
    let rows = driver_rows(&compiled, &results);
    held_to(&compiled, &Explaining { rows: rows.clone(), ..Explaining::default() }, &submitted);
    let explaining = Explaining { rows: renumbered(rows), ..Explaining::default() };
    if !explaining.rows.is_empty() {
        let mut text = String::new();
        for statement in statements(&compiled, &explaining).expect("these rows were expanded before") {
            if !known.contains(&statement) {
                let _ = writeln!(text, "-- {}\n{};\n", statement.id, statement.sql);
            }
        }
        page.section("statements, once driver rows are known", &text);
        let tree = explain(&compiled, &explaining).expect("these rows were expanded before");
        page.section("explain, once driver rows are known", &placed(&tree.text(), &spec));
    }
    let mut rows: Vec<u8> = Vec::new();
    for (step, answer) in &outcome.answers {
        rows.extend(format!("{step}\n").into_bytes());
        table::write(answer, false, &mut rows).expect("memory takes all");
    }
    page.section("rows", &String::from_utf8(rows).expect("tables are text"));
    page.section("coverage", &outcome.coverage.iter().map(looked_at).collect::<String>());
    page.text
}

/// What a scan looked at. Bytes are left out: those of stored steps are the Parquet writer's affair.
fn looked_at(scan: &Coverage) -> String {
    let counted = |count: Option<u64>| count.expect("the embedded engine tells of its scans");
    let (step, table, found, asked) = (&scan.step, &scan.table, counted(scan.partitions_found), scan.partitions_asked);
    let complete = if scan.complete() { "complete" } else { "INCOMPLETE" };
    let (files, records, missing) =
        (counted(scan.files), scan.records.unwrap_or_default(), scan.partitions_missing.len());
    format!(
        "{step}: {table}, {found} of {asked} partitions ({missing} missing), {files} files, {records} records, {complete}\n"
    )
}

/// Runs a compiled spec; its outcome, the statements that were submitted, and the rows that were fetched, by statement.
fn ran(session: &Session, compiled: &Compiled) -> (Outcome, BTreeMap<String, String>, BTreeMap<String, ResultSet>) {
    let output = tempfile::tempdir().expect("a folder for temporary files");
    let mut options = LocalOptions::new(output.path(), compiled.plan.settings.now_picos());
    options.maps = session.mappings();
    let location = options.output.location.clone();
    let recorder = Recorder {
        engine: LocalEngine::new(options).expect("the archive is there"),
        submitted: Mutex::default(),
        results: Mutex::default(),
        rows: Mutex::default(),
    };
    let options = RunOptions::new(RUN, location);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("threads");
    let outcome = runtime.block_on(run(compiled, &recorder, &options, &|_| {})).expect("the example runs");
    let submitted = recorder.submitted.into_inner().expect("no holder panics");
    (outcome, submitted, recorder.rows.into_inner().expect("no holder panics"))
}

/// The driver rows of each suspended FOREACH, from what its keys statement gave.
fn driver_rows(compiled: &Compiled, results: &BTreeMap<String, ResultSet>) -> BTreeMap<String, Vec<DriverRow>> {
    let mut found = BTreeMap::new();
    for foreach in compiled.plan.foreachs.values() {
        let Some(result) = results.get(&format!("{}/keys", foreach.name)) else { continue };
        let rows = result.rows.iter().map(|row| match (foreach.numbered, row.as_slice()) {
            (true, [Value::Integer(number), values @ ..]) => {
                DriverRow { number: Some(*number), values: values.to_vec() }
            }
            (_, values) => DriverRow { number: None, values: values.to_vec() },
        });
        found.insert(foreach.name.clone(), rows.collect());
    }
    found
}

/// The rows with numbers in the order of their values: which row gets which number is any engine's choice.
fn renumbered(mut rows: BTreeMap<String, Vec<DriverRow>>) -> BTreeMap<String, Vec<DriverRow>> {
    for rows in rows.values_mut() {
        rows.sort_by_key(|row| format!("{:?}", row.values));
        for (row, number) in rows.iter_mut().zip(1..) {
            row.number = row.number.map(|_| number);
        }
    }
    rows
}

/// Law 6: what `explain` says, given the rows, is what was submitted, to the end of what is private to the run.
fn held_to(compiled: &Compiled, explaining: &Explaining, submitted: &BTreeMap<String, String>) {
    let symbol = |symbol| match symbol {
        Symbol::Run => RUN.to_owned(),
        Symbol::Output => "s3://athplan-local-output/".to_owned(),
        Symbol::Attempt(_) => "1".to_owned(),
    };
    let said: BTreeMap<String, String> = statements(compiled, explaining)
        .expect("these rows were expanded before")
        .into_iter()
        .map(|statement| (statement.id.to_string(), statement.sql.substitute(symbol)))
        .collect();
    assert_eq!(*submitted, said);
}

#[test]
fn every_example_is_walked_from_text_to_rows() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots/examples");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let folders = examples();
    assert!(!folders.is_empty());
    let mut failed = Vec::new();
    for folder in folders {
        let name = folder.file_name().and_then(|name| name.to_str()).expect("a plain name").to_owned();
        // One example that fails does not hide what the others come to.
        let walked = catch_unwind(AssertUnwindSafe(|| {
            settings.bind(|| insta::assert_snapshot!(name.as_str(), walk(&folder)));
        }));
        if walked.is_err() {
            failed.push(name);
        }
    }
    assert!(failed.is_empty(), "{failed:?}");
}
