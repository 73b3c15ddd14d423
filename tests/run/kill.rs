//! A process that dies at any call to the engine, before or after the engine did what was asked, leaves a run
//! that goes on where it stood: the same rows, and nothing that succeeded is done again (law 7).

use std::collections::BTreeMap;
use std::path::Path;

use athplan::Compiled;
use athplan::engine::local::LocalEngine;
use athplan::engine::{Engine as _, StoredFile};
use athplan::run::ledger::{Header, Ledger, VERSION};
use athplan::run::{Outcome, RunError, RunOptions, read_plan, run_with, write_plan};

use super::flaky::{Fault, Flaky};
use crate::middle::bench;

/// Two steps that look one up after the other, and a kept table.
pub const SPEC: &str = "
CREATE TEMPORARY TABLE reads AS
SELECT id, who, at FROM events WHERE kind IN ('read', 'write') AND at >= '2020-01-01T00:00:00Z';
CREATE TABLE around AS
FOREACH r IN (SELECT * FROM reads)
  SELECT r.id AS of, e.id FROM events e
  WHERE e.who = r.who AND from_iso8601_timestamp(e.at) BETWEEN from_iso8601_timestamp(r.at)
    AND from_iso8601_timestamp(r.at) + INTERVAL '10' HOUR;
CREATE TABLE counted AS
FOREACH k IN (SELECT * FROM keys WHERE since IS NOT NULL)
  (SELECT k.n, count(*) AS events FROM events e WHERE e.who = k.who AND e.at >= k.since);
SELECT a.of, a.id, c.events FROM around a LEFT JOIN counted c ON c.n = a.of;
";

/// The run's id.
const RUN: &str = "r7";

pub fn header(output: &str) -> Header {
    Header {
        version: VERSION,
        athplan: "test".to_owned(),
        run: RUN.to_owned(),
        spec: "spec.sql".to_owned(),
        at: 0,
        engine: Vec::new(),
        output: output.to_owned(),
        limits: athplan::run::Limits::default(),
        statement_deadline: None,
        plan: String::new(),
    }
}

fn never() -> tokio::sync::watch::Receiver<bool> {
    tokio::sync::watch::channel(false).1
}

pub fn rows(outcome: &Outcome) -> Vec<String> {
    let mut rows: Vec<String> =
        outcome.answers.iter().flat_map(|(_, rows)| &rows.rows).map(|row| format!("{row:?}")).collect();
    rows.sort();
    rows
}

/// One process: it takes the run up, or begins it, and dies where the plan says.
async fn process<E: athplan::engine::Engine>(
    folder: &Path,
    compiled: &Compiled,
    engine: &Flaky<E>,
    output: &str,
) -> Option<Result<Outcome, RunError>> {
    let (ledger, compiled) = if folder.join("ledger").exists() {
        let (ledger, plan) = Ledger::open(folder).expect("the ledger can be read");
        (ledger, read_plan(&plan).expect("the plan can be read"))
    } else {
        let ledger = Ledger::create(folder, header(output), &write_plan(compiled)).expect("the ledger can be made");
        (ledger, compiled.clone())
    };
    let options = RunOptions::new(RUN, output);
    tokio::select! {
        outcome = run_with(&compiled, engine, &options, &ledger, never(), &|_| {}) => Some(outcome),
        () = engine.death.notified() => None,
    }
}

/// What lies under the output that no kept table shows.
async fn left_behind(engine: &LocalEngine, output: &str) -> Vec<StoredFile> {
    let mut files = engine.list(&format!("{output}steps/")).await.expect("it can be listed");
    files.extend(engine.list(&format!("{output}files/")).await.expect("it can be listed"));
    files
}

#[test]
fn a_run_that_died_at_any_call_goes_on_where_it_stood() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .thread_stack_size(16 << 20)
        .enable_all()
        .build()
        .expect("a runtime");
    let compiled = bench::compiled(SPEC, false).expect("it compiles");
    let (expected, calls) = runtime.block_on(async {
        let (folder, output) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        let (engine, location) = bench::engine(output.path());
        let engine = Flaky::new(engine, |_, _| None);
        let outcome = process(folder.path(), &compiled, &engine, &location).await.expect("nobody dies");
        (rows(&outcome.expect("it runs")), engine.calls())
    });
    assert!(!expected.is_empty() && calls > 30, "{calls} calls, rows: {expected:?}");
    let mut kills = 0;
    for fault in [Fault::DiesBefore, Fault::DiesAfter] {
        // Every process dies at its `after`th call, until one lives to the end.
        for after in 1..=calls {
            runtime.block_on(async {
                let (folder, output) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
                let (mut engine, location) = bench::engine(output.path());
                let mut taken: BTreeMap<String, usize> = BTreeMap::new();
                let mut lives = 0;
                let outcome = loop {
                    // Later processes live longer, or a run that needs more calls would never end.
                    let dies_at = after + lives * 5;
                    let flaky = Flaky::new(engine, move |call, _| (call == dies_at).then_some(fault));
                    let ended = process(&folder.path().join("run"), &compiled, &flaky, &location).await;
                    for (token, _) in flaky.submitted.lock().expect("nobody panicked").iter().filter(|(_, took)| *took)
                    {
                        *taken.entry(token.clone()).or_default() += 1;
                    }
                    engine = flaky.into_inner();
                    lives += 1;
                    match ended {
                        Some(outcome) => break outcome.expect("it runs"),
                        None => kills += 1,
                    }
                    assert!(lives < 100, "the run gets nowhere");
                };
                assert_eq!(rows(&outcome), expected, "{fault:?} at call {after}");
                let failed: Vec<_> = outcome.statements.iter().filter(|report| !report.succeeded).collect();
                assert!(failed.is_empty(), "{fault:?} at call {after}: {failed:?}");
                let again: Vec<_> = taken.keys().filter(|token| !token.ends_with("-attempt-1")).collect();
                assert!(again.is_empty(), "{fault:?} at call {after}: submitted again: {again:?}");
                assert_eq!(left_behind(&engine, &location).await, [], "{fault:?} at call {after}");
            });
        }
    }
    println!("{kills} kills");
    assert!(kills >= 200, "too few processes died: {kills}");
}
