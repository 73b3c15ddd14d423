//! What a run may read: what it is held to before a statement is submitted, and after it has read more.

use athplan::run::ledger::Ledger;
use athplan::run::{BudgetError, Limits, RunError, RunOptions, run_with};

use super::clockwork::Clockwork;
use crate::middle::bench;

const MEGABYTE: u64 = 1 << 20;

/// A WITH that is read twice, of a day of 100 MB.
const TWICE: &str = "
WITH w AS (SELECT id, who FROM events WHERE day = '2020-01-01')
SELECT a.id FROM w a JOIN w b ON a.who = b.who;
";

/// A statement that reads the rows of a file beside the day.
const DRIVEN: &str = "
FOREACH k IN (SELECT n, who FROM keys WHERE n < 3)
  SELECT k.n, e.id FROM events e WHERE e.who = k.who AND e.day = '2020-01-01';
";

/// Runs a spec over a day of 100 MB; how many queries were submitted, and what stopped it.
fn stopped_by(spec: &str, engine: Clockwork, limits: Limits) -> (usize, Option<BudgetError>) {
    let files = [("s3://bucket/events/a/2020-01-01/e.json".to_owned(), 100 * MEGABYTE)];
    stopped_over(&files, spec, engine, limits)
}

/// Runs a spec over files; how many queries were submitted, and what stopped it.
fn stopped_over(
    files: &[(String, u64)],
    spec: &str,
    engine: Clockwork,
    limits: Limits,
) -> (usize, Option<BudgetError>) {
    let compiled = bench::compiled_over(spec, files).expect("it compiles");
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().expect("a runtime");
    let options = RunOptions { limits, ..RunOptions::new("r7", "s3://out/") };
    let (_go_on, never) = tokio::sync::watch::channel(false);
    let ledger = Ledger::in_memory();
    let ended = runtime.block_on(run_with(&compiled, &engine, &options, &ledger, never, &|_| {}));
    let stopped = match ended {
        Ok(_) => None,
        Err(RunError::Budget(error)) => Some(*error),
        Err(error) => panic!("{error}"),
    };
    let queries = engine.queries.lock().expect("nobody panicked");
    let read =
        queries.values().filter(|query| !query.sql.starts_with("CREATE EXTERNAL") && !query.sql.starts_with("DROP"));
    (read.count(), stopped)
}

fn bytes(limit: u64) -> Limits {
    Limits { bytes: Some(limit * MEGABYTE), ..Limits::default() }
}

#[test]
fn a_with_is_counted_wherever_it_is_read_as_explain_counts_it() {
    let (submitted, stopped) = stopped_by(TWICE, Clockwork::new(2), bytes(150));
    assert_eq!(submitted, 0);
    assert!(matches!(stopped, Some(BudgetError::Passed { ref planned, .. }) if planned == "200 MB"), "{stopped:?}");
    assert_eq!(stopped_by(TWICE, Clockwork::new(2), bytes(250)), (1, None));
}

#[test]
fn more_than_planned_stops_the_run_unless_the_run_stored_it() {
    let reading = |stored: u64| Clockwork {
        bytes: Box::new(|sql: &str| if sql.contains("events__") { 160 * MEGABYTE } else { 0 }),
        stored,
        ..Clockwork::new(2)
    };
    let (_, stopped) = stopped_by(DRIVEN, reading(MEGABYTE), Limits::default());
    assert!(matches!(stopped, Some(BudgetError::Overrun { .. })), "{stopped:?}");
    // The file's table is large: it is what was read.
    let (_, stopped) = stopped_by(DRIVEN, reading(50 * MEGABYTE), Limits::default());
    assert_eq!(stopped, None);
}

/// A driver that reads a large day, and a body that reads a small one.
const SMALL_BODY: &str = "
FOREACH k IN (SELECT who, max(at) AS last FROM events WHERE day = '2020-01-01' GROUP BY who)
  SELECT e.id FROM events e WHERE e.who = k.who AND e.day = '2020-01-02';
";

#[test]
fn the_statements_of_a_foreach_do_not_count_its_driver_again() {
    let file = |day: &str, bytes: u64| (format!("s3://bucket/events/a/{day}/e.json"), bytes);
    let files = [file("2020-01-01", 100 * MEGABYTE), file("2020-01-02", MEGABYTE)];
    assert_eq!(stopped_over(&files, SMALL_BODY, Clockwork::new(2), bytes(150)).1, None);
    let (submitted, stopped) = stopped_over(&files, SMALL_BODY, Clockwork::new(2), bytes(50));
    assert_eq!(submitted, 0);
    assert!(matches!(stopped, Some(BudgetError::Passed { .. })), "{stopped:?}");
}
