//! Runs that outlive their process: killed, interrupted, cancelled, failed; resumed and cleaned.

use std::fs;
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{Bench, NOW, sorted};
use crate::emulator::{Chance, FaultPlan, Latency, Options, QueryFault};
use crate::program::Ended;

/// Keys, what was done with them, and both kept and looked at.
pub const SPEC: &str = "
CREATE EXTERNAL TABLE trail USING cloudtrail LOCATION 's3://trail-bucket/AWSLogs/111111111111/CloudTrail/';
CREATE TEMPORARY TABLE days (day varchar, kind varchar) FROM 'days.csv';
CREATE TEMPORARY TABLE issued AS
SELECT eventtime AS since, json_extract_scalar(responseelements, '$.credentials.accessKeyId') AS accesskeyid FROM trail
WHERE eventtime BETWEEN '2019-03-01T00:00:00Z' AND '2019-05-31T23:59:59Z' AND eventname = 'AssumeRole'
  AND useridentity.arn = 'arn:aws:iam::111111111111:user/bob';
CREATE TABLE acts AS
FOREACH k IN (SELECT * FROM issued)
  SELECT k.accesskeyid AS caller, t.eventname, t.eventid FROM trail t
  WHERE t.useridentity.accesskeyid = k.accesskeyid
    AND from_iso8601_timestamp(t.eventtime) BETWEEN from_iso8601_timestamp(k.since)
        AND from_iso8601_timestamp(k.since) + INTERVAL '12' HOUR;
SELECT a.eventname, count(DISTINCT a.eventid) AS calls, (SELECT count(*) FROM days) AS days
FROM acts a GROUP BY a.eventname;
";

pub fn bench(options: Options) -> Bench {
    let bench = Bench::new(options);
    bench.program.file("spec.sql", SPEC).file("days.csv", "day,kind\n2019-03-05,a\n2019-03-06,b\n");
    bench
}

/// Slow enough that something is always running.
pub fn slow(milliseconds: u32) -> Options {
    let latency = Latency { query: 1.0, definition: 0.2, stop: 0.2, ..Latency::default() };
    Options { latency, second: Duration::from_millis(u64::from(milliseconds)), ..Options::default() }
}

pub fn run(bench: &Bench) -> Vec<&'static str> {
    let _ = bench;
    let place = "s3://out/athplan";
    vec!["run", "spec.sql", "--now", NOW, "--engine", "athena", "--output-location", place, "--format", "csv"]
}

/// The rows that nothing disturbs.
pub fn undisturbed() -> Vec<String> {
    let bench = bench(Options::default());
    let ended = bench.program.call(&run(&bench));
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let rows = sorted(&ended.stdout);
    assert!(rows.len() > 2, "{rows:?}");
    rows
}

/// The runs that are kept.
pub fn runs(bench: &Bench) -> Vec<Value> {
    let ended = bench.program.call(&["runs", "--json"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    serde_json::from_slice(&ended.stdout).expect("it prints JSON")
}

pub fn only_run(bench: &Bench) -> String {
    match runs(bench).as_slice() {
        [run] => run["run"].as_str().expect("a run has a name").to_owned(),
        other => panic!("one run is kept: {other:?}"),
    }
}

pub fn resumed(bench: &Bench, run: &str) -> Ended {
    bench.program.call(&["resume", run, "--format", "csv"])
}

/// Nothing runs, nothing private is there, no file lies where no table shows it.
pub fn nothing_is_left(bench: &Bench) {
    assert_eq!(bench.emulator.running(), 0);
    let private: Vec<String> =
        bench.emulator.tables("default").into_iter().filter(|table| table.contains("__")).collect();
    assert!(private.is_empty(), "{private:?}");
    let files = bench.emulator.objects("out", "athplan/");
    let left: Vec<&String> = files.iter().filter(|key| !key.starts_with("athplan/results/")).collect();
    let shown = left.iter().filter(|key| key.starts_with("athplan/tables/acts/")).count();
    assert_eq!(left.len(), shown, "{left:?}");
    assert_eq!(bench.emulator.open_uploads(), 0);
}

/// How often each statement has succeeded, attempts taken together.
fn succeeded(bench: &Bench) -> std::collections::BTreeMap<String, usize> {
    let mut counts = std::collections::BTreeMap::new();
    for execution in bench.emulator.executions() {
        if execution.state().is_succeeded() {
            let text = execution.request.query.clone();
            let name = match text.split_once(" attempt=") {
                Some((name, _)) => name.to_owned(),
                None => text,
            };
            *counts.entry(name).or_insert(0) += 1;
        }
    }
    counts
}

/// Waits until the emulator runs something.
pub fn until_something_runs(bench: &Bench) {
    let began = Instant::now();
    while bench.emulator.running() == 0 {
        assert!(began.elapsed() < Duration::from_secs(60), "nothing ever runs");
        thread::sleep(Duration::from_millis(5));
    }
}

pub fn ended(child: Child) -> Ended {
    let output = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr);
    Ended {
        code: output
            .status
            .code()
            .and_then(|code| u8::try_from(code).ok())
            .unwrap_or_else(|| panic!("it was killed: {}: {said}", output.status)),
        stdout: output.stdout,
        stderr: String::from_utf8(output.stderr).expect("messages are text"),
    }
}

pub fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").arg(format!("-{name}")).arg(child.id().to_string()).status();
    assert!(sent.expect("there is a kill").success());
}

#[test]
fn an_interrupted_run_leaves_no_query_running_and_goes_on() {
    for name in ["INT", "TERM"] {
        let bench = bench(slow(300));
        let child = bench.program.start(&run(&bench));
        until_something_runs(&bench);
        signal(&child, name);
        let stopped = ended(child);
        assert_eq!(stopped.code, 1, "{}", stopped.stderr);
        assert!(stopped.stderr.contains("interrupted; no query of the run is running"), "{}", stopped.stderr);
        assert_eq!(bench.emulator.running(), 0);
        let kept = only_run(&bench);
        assert!(stopped.stderr.contains(&format!("athplan resume {kept}")), "{}", stopped.stderr);
        assert_eq!(runs(&bench)[0]["state"], "stopped");
        let goes_on = resumed(&bench, &kept[..kept.len() - 1]);
        assert_eq!(goes_on.code, 0, "{}", goes_on.stderr);
        assert_eq!(sorted(&goes_on.stdout), undisturbed(), "{}", goes_on.stderr);
        assert!(succeeded(&bench).values().all(|count| *count == 1), "{:#?}", succeeded(&bench));
        assert_eq!(runs(&bench)[0]["state"], "completed");
        nothing_is_left(&bench);
        // Its rows are there once more, and nothing is paid for them.
        let before = bench.emulator.executions().len();
        let again = resumed(&bench, &kept);
        assert_eq!(sorted(&again.stdout), undisturbed(), "{}", again.stderr);
        assert_eq!(bench.emulator.executions().len(), before);
    }
}

#[test]
fn a_run_is_cancelled_from_elsewhere_and_cleaned() {
    let bench = bench(slow(300));
    let child = bench.program.start(&run(&bench));
    until_something_runs(&bench);
    let kept = only_run(&bench);
    assert_eq!(runs(&bench)[0]["state"], "running");
    let refused = bench.program.call(&["resume", &kept]);
    assert!(refused.stderr.contains("another process has the run"), "{}", refused.stderr);
    let refused = bench.program.call(&["clean", &kept]);
    assert!(refused.stderr.contains("athplan cancel"), "{}", refused.stderr);
    let cancelled = bench.program.call(&["cancel", &kept]);
    assert_eq!(cancelled.code, 0, "{}", cancelled.stderr);
    assert!(cancelled.stderr.contains("no query is running"), "{}", cancelled.stderr);
    let stopped = ended(child);
    assert!(stopped.stderr.contains("cancelled; no query of the run is running"), "{}", stopped.stderr);
    assert_eq!(bench.emulator.running(), 0);
    let cleaned = bench.program.call(&["clean", &kept]);
    assert_eq!(cleaned.code, 0, "{}", cleaned.stderr);
    assert!(cleaned.stderr.contains("acts was not done, and is gone"), "{}", cleaned.stderr);
    nothing_is_left(&bench);
    assert!(bench.emulator.tables("default").is_empty());
    assert!(runs(&bench).is_empty());
}

/// What a killed process left running is stopped by `cancel`, and found by its comment where its id was never told.
#[test]
fn what_a_killed_process_left_is_stopped() {
    let bench = bench(slow(3_000));
    let mut child = bench.program.start(&run(&bench));
    until_something_runs(&bench);
    child.kill().expect("it runs");
    child.wait().expect("it ends");
    assert_eq!(runs(&bench)[0]["state"], "stopped, queries open");
    let kept = only_run(&bench);
    let cancelled = bench.program.call(&["cancel", &kept]);
    assert_eq!(cancelled.code, 0, "{}", cancelled.stderr);
    assert_eq!(bench.emulator.running(), 0);
    let shown = bench.program.call(&["runs", "show", &kept]);
    let shown = String::from_utf8(shown.stdout).expect("text");
    assert!(shown.contains("stopped") && shown.contains("region us-east-1"), "{shown}");
    assert_eq!(bench.program.call(&["clean", &kept]).code, 0);
    nothing_is_left(&bench);
}

#[test]
fn a_failed_run_goes_on_once_its_cause_is_gone() {
    let bench = bench(Options::default());
    bench.emulator.follow(FaultPlan::new(1).on_statement("statement=acts/1 ", Chance::Always, QueryFault::Denied));
    let failed = bench.program.call(&run(&bench));
    assert_eq!(failed.code, 1, "{}", failed.stderr);
    assert!(failed.stderr.contains("`acts/1` failed") && failed.stderr.contains("spec.sql:"), "{}", failed.stderr);
    let kept = only_run(&bench);
    assert!(failed.stderr.contains(&format!("athplan resume {kept}")), "{}", failed.stderr);
    bench.emulator.follow(FaultPlan::default());
    let goes_on = resumed(&bench, &kept);
    assert_eq!(sorted(&goes_on.stdout), undisturbed(), "{}", goes_on.stderr);
    nothing_is_left(&bench);
    let ledger =
        fs::read_to_string(bench.program.folder().join("runs").join(&kept).join("ledger")).expect("it is kept");
    assert!(!ledger.contains("secret") && !ledger.contains("AKIATEST"), "credentials are nobody's business");
}

#[test]
fn limits_are_held_before_anything_is_paid_for() {
    let bench = bench(Options::default());
    let limited = |more: &[&str]| bench.program.call(&[&run(&bench)[..], more].concat());
    for (more, words) in [
        (&["--max-cost", "0.00001"][..], "--max-cost"),
        (&["--max-scan", "10 B"], "--max-scan"),
        (&["--max-statements", "1"], "--max-statements"),
    ] {
        let refused = limited(more);
        assert_eq!(refused.code, 1, "{}", refused.stderr);
        assert!(refused.stderr.contains(words), "{}", refused.stderr);
        assert!(bench.emulator.executions().is_empty(), "{more:?}: nothing ran");
        assert!(runs(&bench).is_empty(), "{more:?}: there is nothing to go on from");
    }
    let unlisted = limited(&["--max-cost", "3", "--no-listing"]);
    assert!(unlisted.stderr.contains("nobody knows how many bytes"), "{}", unlisted.stderr);
    bench.program.file("limited.sql", format!("SET athplan.max_cost = 0.5;\n{SPEC}"));
    let mut raised = run(&bench);
    raised[1] = "limited.sql";
    raised.extend(["--max-cost", "1"]);
    let raised = bench.program.call(&raised);
    assert_eq!(raised.code, 2, "{}", raised.stderr);
    assert!(raised.stderr.contains("more than the spec allows"), "{}", raised.stderr);
    let enough = limited(&["--max-cost", "0.5", "--max-scan", "1 GB"]);
    assert_eq!(enough.code, 0, "{}", enough.stderr);
    // What was planned stands beside what was read.
    assert!(enough.stderr.contains(" planned"), "{}", enough.stderr);
    let done = runs(&bench).into_iter().find(|run| run["state"] == "completed").expect("one is");
    let shown = bench.program.call(&["runs", "show", done["run"].as_str().expect("a name"), "--json"]);
    let shown: Value = serde_json::from_slice(&shown.stdout).expect("it prints JSON");
    let attempts = shown["attempts"].as_array().expect("attempts").clone();
    let number = |attempt: &Value, name: &str| attempt[name].as_u64().unwrap_or(0);
    assert!(attempts.iter().any(|attempt| number(attempt, "planned") > 0 && number(attempt, "bytes") > 0), "{shown}");
}

#[test]
fn a_deadline_stops_a_run_that_can_go_on() {
    let bench = bench(slow(2_000));
    let late = bench.program.call(&[&run(&bench)[..], &["--deadline", "1 second"]].concat());
    assert!(late.stderr.contains("stopped at its deadline"), "{}", late.stderr);
    assert_eq!(bench.emulator.running(), 0);
}

/// The time in a queue is no time that a statement takes.
#[test]
fn a_statement_that_waits_for_its_turn_is_not_late() {
    let bench = bench(Options { second: Duration::from_millis(300), ..Options::default() });
    let waits = FaultPlan::new(1).on_statement("statement=issued ", Chance::First(1), QueryFault::Queued(8.0));
    bench.emulator.follow(waits);
    let ended = bench.program.call(&[&run(&bench)[..], &["--statement-deadline", "1 second"]].concat());
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(succeeded(&bench).values().all(|count| *count == 1));
    assert!(bench.emulator.executions().iter().all(|one| one.state().is_succeeded()), "none was stopped");
}

/// A number between bounds, by chance that is the same in every run.
pub fn chance(seed: &mut u64, from: u64, to: u64) -> u64 {
    // <https://en.wikipedia.org/wiki/Xorshift>
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    from + *seed % (to - from)
}

/// Law 7: the process is killed at random moments and the run taken up until it is done; then its rows are those of a run
/// that nothing disturbed, nothing that succeeded was submitted again, and nothing is left. `ATHPLAN_KILLS` says how
/// many processes die at least.
#[test]
fn killed_at_any_moment_a_run_comes_to_the_same_rows() {
    let wanted: usize = std::env::var("ATHPLAN_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(200);
    let expected = undisturbed();
    let mut seed = 0x2545_F491_4F6C_DD1D;
    let (mut kills, mut done) = (0, 0);
    while kills < wanted {
        let bench = bench(slow(60));
        let mut lives = 0;
        let finished = loop {
            let kept: Vec<String> = fs::read_dir(bench.program.folder().join("runs"))
                .into_iter()
                .flatten()
                .map(|entry| entry.expect("an entry"))
                // A process may die before the first line of its ledger is on disk: then no run has begun.
                .filter(|entry| fs::read_to_string(entry.path().join("ledger")).is_ok_and(|text| text.contains('\n')))
                .map(|entry| entry.file_name().to_string_lossy().into_owned())
                .collect();
            let mut child = match kept.as_slice() {
                [] => bench.program.start(&run(&bench)),
                [kept] => bench.program.start(&["resume", kept.as_str(), "--format", "csv"]),
                several => panic!("one spec, several runs: {several:?}"),
            };
            // Later processes live longer, or a run that needs more time would never end.
            let patience = Duration::from_millis(chance(&mut seed, 30, 700 + lives * 40));
            let began = Instant::now();
            let exited = loop {
                if child.try_wait().expect("it can be waited for").is_some() {
                    break true;
                }
                if began.elapsed() >= patience {
                    break false;
                }
                thread::sleep(Duration::from_millis(2));
            };
            if exited {
                break ended(child);
            }
            child.kill().expect("it runs");
            child.wait().expect("it ends");
            kills += 1;
            lives += 1;
            assert!(lives < 200, "the run gets nowhere");
        };
        assert_eq!(finished.code, 0, "{}", finished.stderr);
        assert_eq!(sorted(&finished.stdout), expected, "{}", finished.stderr);
        let twice: Vec<_> = succeeded(&bench).into_iter().filter(|(_, count)| *count > 1).collect();
        assert!(twice.is_empty(), "{twice:#?}");
        nothing_is_left(&bench);
        done += 1;
    }
    println!("{kills} kills over {done} runs");
}
