//! What is a run's own, and what is not: a table of its name that somebody else has made meanwhile, a ledger that was
//! copied, an account that did not begin it, the queries of a process that is gone.

use std::fs;

use super::lasting::{SPEC, bench, nothing_is_left, only_run, resumed, run, runs, signal, slow, until_something_runs};
use super::{Bench, lasting, sorted};
use crate::emulator::{CallFault, Chance, FaultPlan, Options, QueryFault, Workgroup};

/// A table of the deliverable's name that is not the run's.
const OTHERS: &str = "CREATE EXTERNAL TABLE acts (caller string, eventname string, eventid string)
PARTITIONED BY (athplan_statement string) STORED AS PARQUET LOCATION 's3://out/others/'";

/// A run that failed at the statements that hold these words.
fn failed_at(words: &str) -> (Bench, String) {
    let bench = bench(Options::default());
    bench.emulator.follow(FaultPlan::new(1).on_statement(words, Chance::Always, QueryFault::Denied));
    let failed = bench.program.call(&run(&bench));
    assert_eq!(failed.code, 1, "{}", failed.stderr);
    bench.emulator.follow(FaultPlan::default());
    let kept = only_run(&bench);
    (bench, kept)
}

fn is_refused(bench: &Bench, kept: &str, words: &str) {
    let refused = resumed(bench, kept);
    assert_eq!(refused.code, 1, "{}", String::from_utf8_lossy(&refused.stdout));
    assert!(refused.stderr.contains(words), "{}", refused.stderr);
}

#[test]
fn a_table_that_somebody_else_made_is_neither_taken_for_the_runs_nor_dropped() {
    let (bench, kept) = failed_at("statement=acts/1 ");
    bench.execute(OTHERS);
    is_refused(&bench, &kept, "`acts` is there already");
    is_refused(&bench, &kept, "`acts` is there already");
    let cleaned = bench.program.call(&["clean", &kept]);
    assert_eq!(cleaned.code, 0, "{}", cleaned.stderr);
    assert_eq!(bench.emulator.tables("default"), ["acts"]);
}

/// What the refusal says is true: once the other table is gone, the run makes its own, again if need be.
#[test]
fn a_run_goes_on_once_the_table_in_its_way_is_gone() {
    for words in ["statement=acts/1 ", "ALTER TABLE acts "] {
        let (bench, kept) = failed_at(words);
        if words.starts_with("ALTER") {
            bench.execute("DROP TABLE acts");
        }
        bench.execute(OTHERS);
        is_refused(&bench, &kept, "drop or rename acts");
        bench.execute("DROP TABLE acts");
        let goes_on = resumed(&bench, &kept);
        assert_eq!(goes_on.code, 0, "{}", goes_on.stderr);
        assert_eq!(sorted(&goes_on.stdout), lasting::undisturbed());
        nothing_is_left(&bench);
    }
}

#[test]
fn a_table_that_was_made_anew_meanwhile_gets_no_rows_and_stays() {
    let (bench, kept) = failed_at("ALTER TABLE acts ");
    bench.execute("DROP TABLE acts");
    bench.execute(OTHERS);
    is_refused(&bench, &kept, "`acts` is there already");
    let added = |text: &str| text.starts_with("ALTER TABLE acts");
    let executions = bench.emulator.executions();
    assert!(!executions.iter().any(|one| added(&one.request.query) && one.state().is_succeeded()));
    let cleaned = bench.program.call(&["clean", &kept]);
    assert_eq!(cleaned.code, 0, "{}", cleaned.stderr);
    assert_eq!(bench.emulator.tables("default"), ["acts"]);
}

/// Cleaning deletes what statements have stored that the ledger calls done.
#[test]
fn a_run_that_is_being_cleaned_is_not_gone_on_with() {
    let (bench, kept) = failed_at("ALTER TABLE acts ");
    bench.emulator.follow(FaultPlan::new(1).on_call("DeleteObject", Chance::Nth(2), CallFault::Denied));
    let cleaned = bench.program.call(&["clean", &kept]);
    assert_eq!(cleaned.code, 1, "{}", cleaned.stderr);
    bench.emulator.follow(FaultPlan::default());
    is_refused(&bench, &kept, "is being cleaned");
    assert_eq!(runs(&bench)[0]["state"], "being cleaned");
    let cleaned = bench.program.call(&["clean", &kept]);
    assert_eq!(cleaned.code, 0, "{}", cleaned.stderr);
    nothing_is_left(&bench);
    assert!(bench.emulator.tables("default").is_empty());
}

#[test]
fn queries_are_stopped_though_athena_is_asked_too_much() {
    let bench = bench(slow(300));
    let child = bench.program.start(&run(&bench));
    until_something_runs(&bench);
    bench.emulator.follow(FaultPlan::new(1).on_call("StopQueryExecution", Chance::First(2), CallFault::Throttled));
    signal(&child, "INT");
    let stopped = lasting::ended(child);
    assert!(stopped.stderr.contains("no query of the run is running"), "{}", stopped.stderr);
    assert_eq!(bench.emulator.running(), 0);
}

#[test]
fn rows_are_read_though_athena_is_asked_too_much() {
    let bench = bench(Options::default());
    bench.emulator.follow(FaultPlan::new(1).on_call("GetQueryResults", Chance::First(3), CallFault::Throttled));
    let ended = bench.program.call(&run(&bench));
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(sorted(&ended.stdout).len() > 2);
}

#[test]
fn a_limit_that_is_passed_stops_what_an_earlier_process_left_running() {
    let bench = bench(slow(3_000));
    let mut child = bench.program.start(&run(&bench));
    until_something_runs(&bench);
    child.kill().expect("it runs");
    child.wait().expect("it ends");
    assert_ne!(bench.emulator.running(), 0);
    let refused = bench.program.call(&["resume", &only_run(&bench), "--max-scan", "1 B"]);
    assert!(refused.stderr.contains("--max-scan"), "{}", refused.stderr);
    assert_eq!(bench.emulator.running(), 0);
}

#[test]
fn a_limit_of_the_spec_is_not_raised_by_resuming() {
    let bench = bench(Options::default());
    bench.program.file("spec.sql", format!("SET athplan.max_cost = 0.5;\n{SPEC}"));
    bench.emulator.follow(FaultPlan::new(1).on_statement("statement=acts/1 ", Chance::Always, QueryFault::Denied));
    assert_eq!(bench.program.call(&run(&bench)).code, 1);
    let raised = bench.program.call(&["resume", &only_run(&bench), "--max-cost", "1"]);
    assert_eq!(raised.code, 2, "{}", raised.stderr);
    assert!(raised.stderr.contains("more than the spec allows"), "{}", raised.stderr);
}

/// A workgroup may be given another location while a run of it is stopped.
#[test]
fn a_run_goes_on_writing_where_it_began() {
    let workgroups = vec![Workgroup::with_output("primary", "s3://out/athplan/")];
    let bench = lasting::bench(Options { workgroups, ..Options::default() });
    bench.emulator.follow(FaultPlan::new(1).on_statement("statement=acts/1 ", Chance::Always, QueryFault::Denied));
    assert_eq!(bench.program.call(&["run", "spec.sql", "--now", super::NOW, "--engine", "athena"]).code, 1);
    assert_eq!(runs(&bench)[0]["engine"]["output-location"], "s3://out/athplan/");
}

#[test]
fn a_run_belongs_to_the_account_that_began_it() {
    let mut bench = bench(Options::default());
    bench.program.variable("AWS_ACCESS_KEY_ID", "ASIAQNZGKIQY56JQ7WML");
    bench.emulator.follow(FaultPlan::new(1).on_statement("statement=acts/1 ", Chance::Always, QueryFault::Denied));
    let failed = bench.program.call(&run(&bench));
    assert!(failed.stderr.contains("`acts/1` failed"), "{}", failed.stderr);
    let kept = only_run(&bench);
    bench.emulator.follow(FaultPlan::default());
    bench.program.variable("AWS_ACCESS_KEY_ID", "ASIAZZZZZZZZ56JQ7WML");
    is_refused(&bench, &kept, "the account 029608264753 began it");
    assert_eq!(bench.program.call(&["clean", &kept]).code, 1);
    bench.program.variable("AWS_ACCESS_KEY_ID", "ASIAQNZGKIQY56JQ7WML");
    assert_eq!(resumed(&bench, &kept).code, 0);
}

#[test]
fn a_copy_of_a_ledger_is_no_second_run() {
    let (bench, kept) = failed_at("ALTER TABLE acts ");
    let folder = bench.program.folder().join("runs");
    fs::create_dir(folder.join("copy")).expect("the folder is ours");
    for name in ["ledger", "plan"] {
        fs::copy(folder.join(&kept).join(name), folder.join("copy").join(name)).expect("the folder is ours");
    }
    is_refused(&bench, "copy", &format!("the ledger in the folder copy is that of the run {kept}"));
    assert_eq!(bench.program.call(&["clean", "copy"]).code, 1);
    assert_eq!(resumed(&bench, &kept).code, 0);
}

/// Nothing is submitted before the ledger's first line is on disk.
#[test]
fn a_ledger_that_never_began_is_forgotten_and_nothing_else_is() {
    let bench = bench(Options::default());
    let folder = bench.program.folder().join("runs");
    for (name, ledger) in [("r1", None), ("r2", Some("")), ("r3", Some("0123abcd {\"begun\":"))] {
        fs::create_dir_all(folder.join(name)).expect("the folder is ours");
        fs::write(folder.join(name).join("plan"), "plan").expect("the folder is ours");
        if let Some(text) = ledger {
            fs::write(folder.join(name).join("ledger"), text).expect("the folder is ours");
        }
        let cleaned = bench.program.call(&["clean", name]);
        assert_eq!(cleaned.code, 0, "{name}: {}", cleaned.stderr);
        assert!(!folder.join(name).exists(), "{name}");
    }
    fs::create_dir_all(folder.join("letters")).expect("the folder is ours");
    fs::write(folder.join("letters").join("dear"), "dear").expect("the folder is ours");
    assert_eq!(bench.program.call(&["clean", "letters"]).code, 1);
    assert!(folder.join("letters").join("dear").exists());
}

/// Whatever stands in a folder of runs, the others are listed, and nothing of it reaches the terminal as it is.
#[test]
fn figures_and_names_of_any_kind_are_listed() {
    let (bench, kept) = failed_at("ALTER TABLE acts ");
    let folder = bench.program.folder().join("runs").join(&kept);
    let ledger = fs::read_to_string(folder.join("ledger")).expect("it is kept");
    let (_, first) = ledger.lines().next().and_then(|line| line.split_once(' ')).expect("it begins");
    let at = first.find("\"at\":").expect("it says when") + 5;
    let end = at + first[at..].find(',').expect("more follows");
    let first = format!("{}{}{}", &first[..at], i64::MAX, &first[end..]).replace("spec.sql", "\\u001b[2J\\u202e.sql");
    let entries = [
        first,
        format!(
            "{{\"submitting\":{{\"statement\":\"a\\u001b[2J\",\"attempt\":1,\"reads\":true,\"at\":{}}}}}",
            i64::MIN
        ),
        format!(
            "{{\"ended\":{{\"statement\":\"a\\u001b[2J\",\"attempt\":1,\"end\":{{\"outcome\":\"succeeded\",\"bytes\":{0},\
             \"milliseconds\":{0},\"scans\":[]}}}}}}",
            u64::MAX
        ),
        format!("{{\"submitting\":{{\"statement\":\"b\",\"attempt\":{},\"reads\":true,\"at\":1}}}}", u32::MAX),
        format!(
            "{{\"ended\":{{\"statement\":\"b\",\"attempt\":{},\"end\":{{\"outcome\":\"succeeded\",\"bytes\":{},\
             \"milliseconds\":1,\"scans\":[]}}}}}}",
            u32::MAX,
            u64::MAX
        ),
    ];
    let lines = entries.map(|entry| format!("{:08x} {entry}\n", crc32fast::hash(entry.as_bytes())));
    fs::write(folder.join("ledger"), lines.concat()).expect("the folder is ours");
    for call in [&["runs"][..], &["runs", "--json"], &["runs", "show", &kept]] {
        let ended = bench.program.call(call);
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        let text = String::from_utf8(ended.stdout).expect("text");
        assert!(text.contains(&kept) && !text.contains(['\u{1b}', '\u{202e}']), "{text:?}");
    }
}
