//! athplan killed, at any moment: what was stored stays, what was asked is asked anew, and each row comes once.

use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;

use super::bench::{Bench, over_lines, sorted};
use crate::live::NOW;
use crate::live::lasting::{SPEC, ended, signal};

/// Writes the spec of the kills on Athena, over files with one record a line, and gives the rows that nothing disturbs.
pub fn spec(bench: &Bench) -> Vec<String> {
    let text = over_lines(&SPEC.replace("USING cloudtrail LOCATION", "USING cloudtrail\nLOCATION"));
    bench.program.file("spec.sql", text).file("days.csv", "day,kind\n2019-03-05,a\n2019-03-06,b\n");
    let local = bench.local("spec.sql");
    assert_eq!(local.code, 0, "{}", local.stderr);
    let rows = sorted(&local.stdout);
    assert!(rows.len() > 2, "{rows:?}");
    rows
}

/// The call that runs it.
pub fn arguments() -> Vec<&'static str> {
    vec!["run", "spec.sql", "--now", NOW, "--engine", "trino", "--format", "csv"]
}

/// The runs that are kept.
pub fn runs(bench: &Bench) -> Vec<Value> {
    let ended = bench.program.call(&["runs", "--json"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    serde_json::from_slice(&ended.stdout).expect("it prints JSON")
}

/// The run that is kept.
pub fn only_run(bench: &Bench) -> String {
    match runs(bench).as_slice() {
        [run] => run["run"].as_str().expect("a run has a name").to_owned(),
        other => panic!("one run is kept: {other:?}"),
    }
}

#[test]
#[ignore = "needs a Trino: tests/trino/run"]
fn each_row_comes_once_wherever_athplan_is_killed() {
    let bench = Bench::new();
    let expected = spec(&bench);
    // From the first moments of a run to its last ones, and several in one run.
    for pauses in [vec![200], vec![700, 400], vec![1_300], vec![2_000, 900, 600], vec![3_000], vec![4_500, 300]] {
        let mut kept: Option<String> = None;
        for pause in &pauses {
            let arguments = match &kept {
                None => arguments(),
                Some(run) => vec!["resume", run.as_str(), "--format", "csv"],
            };
            let child = bench.program.start(&arguments);
            sleep(Duration::from_millis(*pause));
            signal(&child, "KILL");
            let _ = child.wait_with_output();
            kept = runs(&bench).first().map(|run| run["run"].as_str().expect("a run has a name").to_owned());
        }
        let last = match &kept {
            Some(run) => bench.program.call(&["resume", run.as_str(), "--format", "csv"]),
            // It was killed before it had begun.
            None => bench.program.call(&arguments()),
        };
        if last.stderr.contains("the run was completed") {
            // It had come to its end before it was killed: its rows went to that process.
            assert_eq!((last.code, last.stdout.as_slice()), (1, b"".as_slice()), "{pauses:?}: {}", last.stderr);
        } else {
            assert_eq!(last.code, 0, "{pauses:?}: {}", last.stderr);
            assert_eq!(sorted(&last.stdout), expected, "{pauses:?}: {}", last.stderr);
        }
        bench.nothing_is_left(&["acts"]);
        bench.server.query("DROP TABLE hive.default.acts").expect("it is there");
        bench.program.call(&["clean", &only_run(&bench)]);
    }
}

#[test]
#[ignore = "needs a Trino: tests/trino/run"]
fn an_interrupted_run_leaves_no_query_running_and_runs_side_by_side_do_not_mix() {
    let bench = Bench::new();
    let expected = spec(&bench);
    // What is kept stays, so that it comes last.
    for cleans in [true, false] {
        let child = bench.program.start(&arguments());
        bench.until_something_runs();
        signal(&child, "INT");
        let stopped = ended(child);
        assert_eq!(stopped.code, 1, "{}", stopped.stderr);
        let running = "SELECT count(*) FROM system.runtime.queries WHERE source LIKE 'athplan %' \
                       AND state NOT IN ('FINISHED', 'FAILED')";
        assert_eq!(bench.server.number(running), Some(0), "{}", stopped.stderr);
        let run = only_run(&bench);
        if cleans {
            let cleaned = bench.program.call(&["clean", run.as_str()]);
            assert_eq!(cleaned.code, 0, "{}", cleaned.stderr);
            bench.nothing_is_left(&[]);
        } else {
            let resumed = bench.program.call(&["resume", run.as_str(), "--format", "csv"]);
            assert_eq!((resumed.code, sorted(&resumed.stdout)), (0, expected.clone()), "{}", resumed.stderr);
            bench.nothing_is_left(&["acts"]);
        }
    }
    side_by_side(&bench, &expected);
}

/// Two runs of one spec at the same time: each has tables of its own, and what both would keep, one does; the other is told,
/// and its rows are stored for when the name is free.
fn side_by_side(bench: &Bench, expected: &[String]) {
    bench.server.query("DROP TABLE hive.default.acts").expect("it is there");
    let both = [bench.program.start(&arguments()), bench.program.start(&arguments())].map(ended);
    let (first, second): (Vec<_>, Vec<_>) = both.into_iter().partition(|ended| ended.code == 0);
    let ([first], [second]) = (first.as_slice(), second.as_slice()) else {
        panic!(
            "one of them keeps the table: {:?}",
            first.iter().chain(&second).map(|ended| &ended.stderr).collect::<Vec<_>>()
        )
    };
    assert_eq!(sorted(&first.stdout), expected, "{}", first.stderr);
    let said: String = second.stderr.replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("this run did not make it") && said.contains("drop or rename acts"), "{}", second.stderr);
    let run =
        second.stderr.split("athplan resume ").nth(1).and_then(|rest| rest.split('`').next()).expect("it goes on");
    bench.server.query("DROP TABLE hive.default.acts").expect("it is there");
    let resumed = bench.program.call(&["resume", run, "--format", "csv"]);
    assert_eq!((resumed.code, sorted(&resumed.stdout)), (0, expected.to_vec()), "{}", resumed.stderr);
    assert!(bench.tables() == ["acts"], "{:?}", bench.tables());
}
