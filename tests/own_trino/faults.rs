//! The server killed and started anew in the middle of a run, and queries cancelled from outside: each row once, or a
//! clear error after which the run goes on.

use std::thread::sleep;
use std::time::Duration;

use super::bench::{Bench, sorted};
use super::kill::{arguments, only_run, runs, spec};
use crate::live::lasting::ended;

#[test]
#[ignore = "needs a Trino: tests/trino/run"]
fn a_server_that_starts_anew_in_the_middle_of_a_run_costs_no_row() {
    let mut bench = Bench::new();
    let expected = spec(&bench);
    for pause in [0, 300, 1_500] {
        let child = bench.program.start(&arguments());
        bench.until_something_runs();
        sleep(Duration::from_millis(pause));
        bench.server.kill();
        bench.server.begin();
        let ended = ended(child);
        let ended = if ended.code == 0 {
            ended
        } else {
            // It may have given up: then it says so, and goes on where it stood.
            assert!(ended.stderr.contains("athplan resume"), "{}", ended.stderr);
            bench.program.call(&["resume", &only_run(&bench), "--format", "csv"])
        };
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        assert_eq!(sorted(&ended.stdout), expected, "{}", ended.stderr);
        bench.nothing_is_left(&["acts"]);
        forget(&bench);
    }
}

#[test]
#[ignore = "needs a Trino: tests/trino/run"]
fn a_query_that_somebody_kills_stops_the_run_and_it_goes_on() {
    let bench = Bench::new();
    let expected = spec(&bench);
    let child = bench.program.start(&arguments());
    bench.until_something_runs();
    let ids = bench
        .server
        .query("SELECT query_id FROM system.runtime.queries WHERE source LIKE 'athplan store%' AND state = 'RUNNING'")
        .expect("the server is there");
    let mut killed = 0;
    for id in &ids {
        let id = id[0].as_str().expect("an id");
        let call = format!("CALL system.runtime.kill_query(query_id => '{id}', message => 'enough')");
        killed += usize::from(bench.server.query(&call).is_some());
    }
    let first = ended(child);
    if killed > 0 && first.code != 0 {
        assert!(first.stderr.contains("the query was stopped by someone else"), "{}", first.stderr);
        let resumed = bench.program.call(&["resume", &only_run(&bench), "--format", "csv"]);
        assert_eq!(resumed.code, 0, "{}", resumed.stderr);
        assert_eq!(sorted(&resumed.stdout), expected, "{}", resumed.stderr);
    } else {
        assert_eq!(sorted(&first.stdout), expected, "{}", first.stderr);
    }
    bench.nothing_is_left(&["acts"]);
}

/// Drops what was kept, so that the next run may keep it.
fn forget(bench: &Bench) {
    bench.server.query("DROP TABLE hive.default.acts").expect("it is there");
    for run in runs(bench) {
        bench.program.call(&["clean", run["run"].as_str().expect("a run has a name")]);
    }
}
