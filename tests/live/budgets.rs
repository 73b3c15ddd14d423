//! Limits against what Athena says that it has read: the smallest step goes first, and more than planned stops the run.

use std::fs;
use std::time::Duration;

use athplan::engine::athena::{AthenaEngine, AthenaOptions};
use athplan::run::ledger::Ledger;
use athplan::run::{BudgetError, Limits, RunError, RunOptions, run_with};
use aws_sdk_athena::config::{Credentials, SharedCredentialsProvider};

use crate::emulator::{Emulator, Latency, Options};
use crate::middle::bench;

/// Three steps that wait for nothing but their table; the last one reads least.
const SPEC: &str = "
CREATE TEMPORARY TABLE one AS SELECT id FROM events WHERE day = '2020-01-01' AND region = 'a';
CREATE TEMPORARY TABLE two AS SELECT id FROM events WHERE day = '2020-01-02' AND region = 'a';
CREATE TABLE three AS SELECT id FROM events WHERE day = '2020-01-03' AND region = 'a';
SELECT id FROM one UNION ALL SELECT id FROM two UNION ALL SELECT id FROM three;
";

const SECOND: Duration = Duration::from_millis(20);

const MEGABYTE: u64 = 1 << 20;

/// An emulator of three days, the last of which holds so many bytes; runs the spec over a listing of a few bytes a day, and
/// says what stopped it.
async fn stopped_by(last_day: usize, limits: Limits) -> (Emulator, Option<RunError>) {
    let latency = Latency { query: 2.0, definition: 0.2, ..Latency::default() };
    let emulator = Emulator::start(Options { now: Some(bench::NOW), second: SECOND, latency, ..Options::default() });
    emulator.bucket("out");
    let mut listed = Vec::new();
    for (day, bytes, planned) in [(1, 300, 300), (2, 200, 200), (3, last_day, 100)] {
        let key = format!("events/a/2020-01-0{day}/e.json");
        let record = |filling: &str| {
            format!("{{\"at\":\"2020-01-0{day}T10:00:00Z\",\"id\":{day},\"who\":\"ann\",\"kind\":\"{filling}\"}}\n")
        };
        let path = emulator.bucket("bucket").join(&key);
        fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("folders can be made");
        fs::write(&path, record(&"x".repeat(bytes - record("").len()))).expect("files can be written");
        listed.push((format!("s3://bucket/{key}"), planned));
    }
    let options = AthenaOptions {
        region: Some("us-east-1".to_owned()),
        athena_endpoint: Some(emulator.athena_url()),
        s3_endpoint: Some(emulator.s3_url()),
        output: Some("s3://out/".to_owned()),
        pause: SECOND / 2,
        second: SECOND,
        ..AthenaOptions::new("default")
    };
    let credentials = SharedCredentialsProvider::new(Credentials::new("AKIATEST", "secret", None, None, "test"));
    let engine = AthenaEngine::connect_as(options, Some(credentials)).await.expect("the emulator is there");
    let compiled = bench::compiled_over(SPEC, &listed).expect("it compiles");
    let options = RunOptions { limits, second: SECOND, ..RunOptions::new("r7", "s3://out/") };
    let (_go_on, never) = tokio::sync::watch::channel(false);
    let ended = run_with(&compiled, &engine, &options, &Ledger::in_memory(), never, &|_| {}).await;
    (emulator, ended.err())
}

/// The steps whose queries were submitted, each with when that was and when it ended, in order.
fn read(emulator: &Emulator) -> Vec<(String, f64, f64)> {
    let mut queries = Vec::new();
    for execution in emulator.executions() {
        let Some((_, rest)) = execution.request.query.split_once(" statement=") else { continue };
        let name = rest.split(' ').next().unwrap_or_default().to_owned();
        queries.push((name, execution.submitted, execution.progress().ended.unwrap_or(f64::INFINITY)));
    }
    queries
}

fn limited() -> Limits {
    Limits { bytes: Some(500 * MEGABYTE), ..Limits::default() }
}

#[tokio::test]
async fn under_a_limit_the_smallest_step_of_the_run_goes_first() {
    let (emulator, stopped) = stopped_by(100, limited()).await;
    assert!(stopped.is_none(), "{stopped:?}");
    let queries = read(&emulator);
    let (first, others) = queries.split_first().expect("something was read");
    assert_eq!(first.0, "three");
    assert!(others.iter().all(|(_, submitted, _)| *submitted >= first.2), "{queries:?}");
    // The others do not wait for one another.
    assert!(others[1].1 < others[0].2, "{queries:?}");
    let (emulator, stopped) = stopped_by(100, Limits::default()).await;
    assert!(stopped.is_none(), "{stopped:?}");
    let queries = read(&emulator);
    assert!(queries[1].1 < queries[0].2 && queries[2].1 < queries[0].2, "without a limit nobody waits: {queries:?}");
}

/// The listing says a hundred bytes, and the file has twelve million: nothing else is paid for.
#[tokio::test]
async fn a_table_whose_listing_was_wrong_stops_the_run_at_its_smallest_statement() {
    let (emulator, stopped) = stopped_by(12 << 20, limited()).await;
    let Some(RunError::Budget(overrun)) = stopped else { panic!("it goes on: {stopped:?}") };
    let BudgetError::Overrun { statement, .. } = overrun.as_ref() else { panic!("{overrun}") };
    assert_eq!(statement.0, "three");
    assert_eq!(read(&emulator).len(), 1);
    assert_eq!(emulator.running(), 0);
    assert!(overrun.to_string().contains("read 12 MB where the plan says 100 B"), "{overrun}");
}
