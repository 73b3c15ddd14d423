//! Runs under random fault plans, through the AWS SDK: the right rows or a clear error, never a wrong or a doubled
//! row, and what was spent is known.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use athplan::Compiled;
use athplan::engine::athena::{AthenaEngine, AthenaOptions};
use athplan::run::ledger::{Ending, Header, Ledger, LedgerError, VERSION};
use athplan::run::{Limits, Outcome, RunError, RunOptions, clean, read_plan, run_with, write_plan};
use aws_sdk_athena::config::{Credentials, SharedCredentialsProvider};
use tokio::sync::watch;

use super::lasting::chance;
use crate::emulator::{CallFault, Chance, Emulator, FaultPlan, Latency, Options, QueryFault};
use crate::middle::bench;

/// Two looks at the same events: what can be split and what cannot, a table that stays, and a query over both.
const SPEC: &str = "
CREATE TABLE around AS
FOREACH k IN (SELECT * FROM keys WHERE since IS NOT NULL AND n <> 3)
  SELECT k.n, e.id FROM events e WHERE e.who = k.who AND e.at >= k.since AND e.day <= '2020-01-03';
CREATE TEMPORARY TABLE counted AS
SELECT kind, count(*) AS events FROM events WHERE day = '2020-01-02' GROUP BY kind;
SELECT a.n, a.id, c.kind, c.events FROM around a CROSS JOIN counted c;
";

/// Its last step fails on every engine.
const WRONG: &str = "
CREATE TABLE around AS
FOREACH k IN (SELECT * FROM keys WHERE n < 3)
  SELECT k.n, e.id / (k.n - k.n) AS id FROM events e WHERE e.who = k.who AND e.day = '2020-01-01';
SELECT n, id FROM around;
";

/// How long a second of the emulator takes.
const SECOND: Duration = Duration::from_millis(8);

/// How many of its seconds a run may take: hours, since pauses grow long while everything fails.
const LIMIT: u32 = 4 * 3_600;

/// How many runs go side by side: most of their time they wait.
const SIDE_BY_SIDE: usize = 12;

const OUTPUT: &str = "s3://out/athplan/";

const RUN: &str = "r7";

/// The calls that go wrong: all, Athena's, S3's.
const OPERATIONS: &[&str] = &[
    "*",
    "*",
    "StartQueryExecution",
    "StartQueryExecution",
    "BatchGetQueryExecution",
    "GetQueryResults",
    "DeleteObject",
    "PutObject",
];

/// What goes wrong, in words too.
struct Trial {
    plan: FaultPlan,
    words: Vec<String>,
    merge: bool,
    /// Whether a run that fails is resumed, or else cleaned.
    resumed: bool,
    wrong: bool,
    deadline: Option<Duration>,
}

impl Trial {
    /// A trial of a seed.
    fn new(seed: u64) -> Self {
        let mut state = 0x9E37_79B9_7F4A_7C15 ^ (seed + 1).wrapping_mul(0xD134_2543_DE82_EF95);
        for _ in 0..8 {
            chance(&mut state, 0, 2);
        }
        let mut trial = Self {
            plan: FaultPlan::new(seed),
            words: Vec::new(),
            merge: chance(&mut state, 0, 2) == 0,
            resumed: seed.is_multiple_of(2),
            wrong: chance(&mut state, 0, 25) == 0,
            deadline: (chance(&mut state, 0, 8) == 0).then_some(SECOND * 40),
        };
        for _ in 0..chance(&mut state, 1, 4) {
            match chance(&mut state, 0, 4) {
                0 | 1 => trial.calls(&mut state),
                _ => trial.queries(&mut state),
            }
        }
        trial
    }

    /// Calls go wrong: S3's too, where nothing else is said.
    fn calls(&mut self, state: &mut u64) {
        let operation = OPERATIONS[usize::try_from(chance(state, 0, OPERATIONS.len() as u64)).expect("a few")];
        let often = |state: &mut u64, most: u32| {
            Chance::Of(f64::from(u32::try_from(chance(state, 5, u64::from(most))).expect("a few")) / 100.0)
        };
        let (often, fault) = match chance(state, 0, 10) {
            0 => (Chance::Of(0.5), CallFault::Throttled),
            1 => (Chance::Of(0.5), CallFault::TooMany),
            2 => (often(state, 40), CallFault::Server(500)),
            3 => (often(state, 40), CallFault::Server(503)),
            4 => (often(state, 40), CallFault::Reset),
            5 => (often(state, 50), CallFault::Lost),
            6 => (Chance::First(chance(state, 1, 4)), CallFault::Lost),
            7 => (Chance::From(chance(state, 3, 60)), CallFault::Expired),
            8 => (Chance::Of(0.5), CallFault::TooLate),
            _ => (Chance::From(chance(state, 3, 30)), CallFault::Denied),
        };
        self.words.push(format!("{operation}: {fault:?}, {often:?}"));
        self.plan = std::mem::take(&mut self.plan).on_call(operation, often, fault);
    }

    /// Statements fail.
    fn queries(&mut self, state: &mut u64) {
        let parts = ["", "", "statement=", "statement=around/", "statement=around/1 ", "statement=counted ", "TABLE"];
        let part = parts[usize::try_from(chance(state, 0, 7)).expect("a few")];
        let fault = match chance(state, 0, 9) {
            0 => QueryFault::Internal,
            1 => QueryFault::SlowDown,
            2 => QueryFault::Requeued,
            3 => QueryFault::Queued(30.0),
            4 => QueryFault::Exhausted,
            5 => QueryFault::Memory,
            6 => QueryFault::Timeout,
            7 => QueryFault::Denied,
            _ => QueryFault::Internal,
        };
        let often = match chance(state, 0, 5) {
            0 => Chance::Always,
            1 => Chance::First(chance(state, 1, 4)),
            2 => Chance::Nth(chance(state, 1, 6)),
            _ => Chance::Of(0.3),
        };
        self.words.push(format!("'{part}': {fault:?}, {often:?}"));
        self.plan = std::mem::take(&mut self.plan).on_statement(part, often, fault);
    }
}

/// What became of a trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Became {
    Right,
    Resumed,
    Cleaned,
}

/// A spec as it is run: compiled once for all trials, and kept as a ledger keeps it.
fn compiled(merge: bool, wrong: bool) -> Compiled {
    static KEPT: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    let kept = KEPT.get_or_init(|| {
        let specs = [(SPEC, false), (SPEC, true), (WRONG, false), (WRONG, true)];
        specs.map(|(spec, merge)| write_plan(&bench::compiled(spec, merge).expect("it compiles"))).into()
    });
    read_plan(&kept[usize::from(wrong) * 2 + usize::from(merge)]).expect("it was written above")
}

fn header() -> Header {
    Header {
        version: VERSION,
        athplan: "test".to_owned(),
        run: RUN.to_owned(),
        spec: "spec.sql".to_owned(),
        at: 0,
        engine: Vec::new(),
        output: OUTPUT.to_owned(),
        limits: Limits::default(),
        statement_deadline: None,
        plan: String::new(),
    }
}

async fn engine(emulator: &Emulator) -> AthenaEngine {
    let options = AthenaOptions {
        region: Some("us-east-1".to_owned()),
        athena_endpoint: Some(emulator.athena_url()),
        s3_endpoint: Some(emulator.s3_url()),
        output: Some(OUTPUT.to_owned()),
        pause: SECOND / 2,
        second: SECOND,
        ..AthenaOptions::new("default")
    };
    let credentials = SharedCredentialsProvider::new(Credentials::new("AKIATEST", "secret", None, None, "test"));
    AthenaEngine::connect_as(options, Some(credentials)).await.expect("the emulator is there")
}

/// An emulator whose queries take so many seconds.
fn emulator(query: f64) -> Emulator {
    let latency = Latency { queue: 0.2, query, definition: 0.2, stop: 0.2, ..Latency::default() };
    let emulator = Emulator::start(Options {
        now: Some(bench::NOW),
        second: SECOND,
        clock_stands: true,
        latency,
        ..Options::default()
    });
    emulator.bucket("out");
    emulator.copy_in(&bench::folder().join("bucket"), "s3://bucket/");
    emulator
}

fn options(statement_deadline: Option<Duration>) -> RunOptions {
    RunOptions { second: SECOND, statement_deadline, ..RunOptions::new(RUN, OUTPUT) }
}

/// The ledger in a folder, and its plan. A process that another test starts has this one's locks until it has become
/// another program.
fn opened(folder: &Path) -> (Ledger, Vec<u8>) {
    loop {
        match Ledger::open(folder) {
            Err(LedgerError::Locked { .. }) => std::thread::sleep(Duration::from_millis(5)),
            opened => return opened.expect("the ledger can be read"),
        }
    }
}

/// Runs or takes up what the ledger in a folder says; a run that takes for ever is a failure of its own.
async fn run(
    emulator: &Emulator,
    engine: &AthenaEngine,
    folder: &Path,
    compiled: &Compiled,
    deadline: Option<Duration>,
) -> Ran {
    let (ledger, compiled) = if folder.exists() {
        let (ledger, plan) = opened(folder);
        (ledger, read_plan(&plan).expect("the plan can be read"))
    } else {
        let ledger = Ledger::create(folder, header(), &write_plan(compiled)).expect("the ledger can be made");
        (ledger, compiled.clone())
    };
    let (_go_on, never) = watch::channel(false);
    let began = emulator.now();
    let (options, listen) = (options(deadline), |_| {});
    let running = run_with(&compiled, engine, &options, &ledger, never, &listen);
    let result = tokio::time::timeout(SECOND * LIMIT, running).await;
    let result = result.map_err(|_| format!("it still runs after {:.0} s", emulator.now() - began))?;
    Ok((result, ledger))
}

type Ran = Result<(Result<Outcome, RunError>, Ledger), String>;

fn rows(outcome: &Outcome) -> Vec<String> {
    let mut rows: Vec<String> =
        outcome.answers.iter().flat_map(|(_, rows)| &rows.rows).map(|row| format!("{row:?}")).collect();
    rows.sort();
    rows
}

/// What the ledger knows of what was spent is what Athena billed; `closed`: and nothing is left that it does not know.
fn is_accounted_for(emulator: &Emulator, ledger: &Ledger, closed: bool) -> Result<(), String> {
    let known = ledger.known();
    let mut told = BTreeMap::new();
    for attempt in known.attempts.values().flatten() {
        if let (Some(query), Some(end)) = (&attempt.query, &attempt.end) {
            told.insert(query.0.clone(), end.bytes);
        }
    }
    let open = known.open();
    let mut untold = 0;
    for execution in emulator.executions() {
        let scanned = execution.progress().scanned;
        match told.get(&execution.id) {
            Some(bytes) if *bytes == scanned => {}
            Some(bytes) => return Err(format!("{} read {scanned}, and the ledger says {bytes}", execution.id)),
            None => untold += 1,
        }
    }
    if untold > open.len() || (closed && !open.is_empty()) {
        return Err(format!("{untold} queries are not known, {} are open: {open:#?}", open.len()));
    }
    let twice = succeeded(emulator).into_iter().find(|(_, count)| *count > 1);
    twice.map_or(Ok(()), |(statement, count)| Err(format!("{statement} succeeded {count} times")))
}

/// How often each statement has succeeded, attempts taken together.
fn succeeded(emulator: &Emulator) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for execution in emulator.executions().iter().filter(|execution| execution.state().is_succeeded()) {
        let text = &execution.request.query;
        *counts.entry(text.split(" attempt=").next().unwrap_or(text).to_owned()).or_insert(0) += 1;
    }
    counts
}

/// No query runs, no table but those to be kept is there, and no file but theirs and results.
fn nothing_is_left(emulator: &Emulator, ledger: &Ledger, kept: &[&str]) -> Result<(), String> {
    if emulator.running() > 0 {
        return Err(format!("{} queries run", emulator.running()));
    }
    if emulator.tables("default") != kept {
        return Err(format!("tables are left: {:?}", emulator.tables("default")));
    }
    if emulator.open_uploads() > 0 {
        return Err(format!("{} uploads are open", emulator.open_uploads()));
    }
    let known = ledger.known();
    // The files that a table shows are those of the attempts that succeeded: `tables/NAME/RUN/NUMBER/ATTEMPT/`.
    let is_shown = |key: &str| {
        let parts: Vec<&str> = key.split('/').collect();
        let ["athplan", "tables", table, RUN, number, attempt, _] = parts.as_slice() else { return false };
        let last = known.attempts.iter().find(|(statement, _)| statement.0 == format!("{table}/{number}"));
        let last = last.and_then(|(_, attempts)| attempts.last());
        kept.contains(table)
            && last.is_some_and(|last| {
                last.number.to_string() == *attempt
                    && last.end.as_ref().is_some_and(|end| end.outcome == Ending::Succeeded)
            })
    };
    let objects = emulator.objects("out", "");
    let left: Vec<&String> =
        objects.iter().filter(|key| !key.starts_with("athplan/results/") && !is_shown(key)).collect();
    if left.is_empty() { Ok(()) } else { Err(format!("files are left: {left:#?}")) }
}

/// An error says which statement, and where in the spec it comes from.
fn is_clear(compiled: &Compiled, error: &RunError) -> Result<(), String> {
    let RunError::Statement { statement, error: cause, span } = error else {
        return Err(format!("it stops with {error:?}"));
    };
    let source = &compiled.plan.spec.source;
    let text = source.text.get(span.start..span.end).unwrap_or_default();
    let is_named = error.to_string().contains(&statement.0) && !statement.0.is_empty();
    if is_named && !cause.message.is_empty() && !text.trim().is_empty() {
        return Ok(());
    }
    Err(format!("the error is not clear: {error:?}, from {text:?}"))
}

/// A trial from its beginning to its end; what it found wrong.
async fn tried(trial: Trial, expected: &[String]) -> Result<Became, String> {
    let emulator = emulator(1.0);
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path().join("run");
    let compiled = compiled(trial.merge, trial.wrong);
    let engine = engine(&emulator).await;
    emulator.follow(trial.plan);
    let (result, ledger) = run(&emulator, &engine, &folder, &compiled, trial.deadline).await?;
    let is_right = |outcome: &Outcome, ledger: &Ledger| {
        if rows(outcome) != expected {
            return Err(format!("wrong rows: {:#?}\nexpected {expected:#?}", rows(outcome)));
        }
        is_accounted_for(&emulator, ledger, true)?;
        nothing_is_left(&emulator, ledger, &["around"])
    };
    let error = match result {
        Ok(_) if trial.wrong => return Err("it divides by zero, and succeeds".to_owned()),
        Ok(outcome) => return is_right(&outcome, &ledger).map(|()| Became::Right),
        Err(error) => error,
    };
    is_clear(&compiled, &error)?;
    is_accounted_for(&emulator, &ledger, false)?;
    drop(ledger);
    emulator.follow(FaultPlan::default());
    if trial.resumed && !trial.wrong {
        let (result, ledger) = run(&emulator, &engine, &folder, &compiled, None).await?;
        let outcome = result.map_err(|again| format!("{error}; it cannot go on: {again}"))?;
        return is_right(&outcome, &ledger).map(|()| Became::Resumed);
    }
    let (ledger, plan) = opened(&folder);
    let compiled = read_plan(&plan).expect("the plan can be read");
    let (options, listen) = (options(None), |_| {});
    let cleaning = tokio::time::timeout(SECOND * LIMIT, clean(&compiled, &engine, &options, &ledger, &listen));
    let cleaned = cleaning.await.map_err(|_| "it is cleaned for ever".to_owned())?;
    let cleaned = cleaned.map_err(|again| format!("{error}; it cannot be cleaned: {again}"))?;
    is_accounted_for(&emulator, &ledger, true)?;
    let kept: Vec<&str> = cleaned.kept.iter().map(String::as_str).collect();
    nothing_is_left(&emulator, &ledger, &kept).map_err(|left| format!("after {error}: {left}"))?;
    Ok(Became::Cleaned)
}

/// A query that was stopped, and of whose end nobody could hear, is begun anew by whoever goes on.
#[tokio::test]
async fn a_query_that_was_stopped_unheard_is_begun_anew() {
    let (emulator, folder) = (emulator(100.0), tempfile::tempdir().expect("a folder"));
    let compiled = bench::compiled("SELECT 1 AS n;", true).expect("it compiles");
    let (engine, folder) = (engine(&emulator).await, folder.path().join("run"));
    emulator.follow(FaultPlan::new(1).on_call("BatchGetQueryExecution", Chance::From(4), CallFault::Denied));
    let (result, ledger) = run(&emulator, &engine, &folder, &compiled, None).await.expect("it ends");
    let error = result.expect_err("nobody may ask").to_string();
    assert!(error.contains("BatchGetQueryExecution is denied"), "{error}");
    assert_eq!(ledger.known().open().len(), 1);
    drop(ledger);
    emulator.follow(FaultPlan::default());
    let (result, ledger) = run(&emulator, &engine, &folder, &compiled, None).await.expect("it ends");
    assert_eq!(rows(&result.expect("nothing goes wrong any more")).len(), 1);
    assert_eq!(ledger.known().attempts.values().map(Vec::len).max(), Some(2));
    is_accounted_for(&emulator, &ledger, true).expect("both attempts are known");
}

/// Whatever goes wrong, a run gives the right rows or a clear error; one that failed can go on once the trouble is over,
/// or be taken away. `ATHPLAN_FAULTS` says how many trials there are, `ATHPLAN_FAULT` names the only one.
#[test]
fn under_any_faults_a_run_is_right_or_says_what_is_wrong() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let seeds = match number("ATHPLAN_FAULT") {
        Some(seed) => seed..seed + 1,
        None => 0..number("ATHPLAN_FAULTS").unwrap_or(300),
    };
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let expected = runtime().block_on(async {
        let (emulator, folder) = (emulator(1.0), tempfile::tempdir().expect("a folder"));
        let engine = engine(&emulator).await;
        let folder = folder.path().join("run");
        let (result, _) = run(&emulator, &engine, &folder, &compiled(false, false), None).await.expect("it ends");
        rows(&result.expect("nothing goes wrong"))
    });
    assert!(expected.len() > 5, "{expected:?}");
    let (next, found) = (AtomicUsize::new(0), Mutex::new((BTreeMap::new(), Vec::new())));
    let seeds: Vec<u64> = seeds.collect();
    std::thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE.min(seeds.len()) {
            let (next, found, expected, seeds) = (&next, &found, &expected, &seeds);
            let work = move || {
                while let Some(seed) = seeds.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let trial = Trial::new(*seed);
                    let words = trial.words.join("; ");
                    let (merge, wrong) = (trial.merge, trial.wrong);
                    let became = runtime().block_on(tried(trial, expected));
                    let mut found = found.lock().expect("nobody panicked");
                    match became {
                        Ok(became) => *found.0.entry(became).or_insert(0) += 1,
                        Err(why) => found.1.push(format!("{seed} ({words}; merge {merge}, wrong {wrong}): {why}")),
                    }
                }
            };
            // Plans of generated depth recurse.
            std::thread::Builder::new().stack_size(16 << 20).spawn_scoped(scope, work).expect("a thread");
        }
    });
    let (became, failures) = found.into_inner().expect("nobody panicked");
    println!("{became:?}");
    assert!(failures.is_empty(), "{} failed:\n{}", failures.len(), failures.join("\n\n"));
    if seeds.len() >= 300 {
        assert!(became.values().all(|count| *count >= 20) && became.len() == 3, "{became:?}");
    }
}
