//! The ledger's files: who may read them, what a crash may cut, who may hold them, what stands in them.

use std::fs;

use athplan::emit::StatementId;
use athplan::explain::{Explaining, Stage, stage};
use athplan::run::ledger::{Entry, Ledger, LedgerError, read};
use athplan::run::{read_plan, write_plan};

use super::kill::{SPEC, header};
use crate::middle::bench;

fn submitting(number: u32) -> Entry {
    Entry::Submitting {
        statement: StatementId("a/1".to_owned()),
        attempt: number,
        reads: true,
        planned: Some(7),
        at: 1,
    }
}

#[test]
fn what_a_crash_cut_short_never_happened() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = folder.path().join("run");
    let ledger = Ledger::create(&run, header("s3://out/"), b"plan").expect("it can be made");
    ledger.record(submitting(1)).expect("it can be written");
    let whole = fs::read(run.join("ledger")).expect("it is there").len();
    ledger.record(submitting(2)).expect("it can be written");
    drop(ledger);
    let text = fs::read(run.join("ledger")).expect("it is there");
    for end in whole..text.len() {
        fs::write(run.join("ledger"), &text[..end]).expect("it can be written");
        let (ledger, plan) = Ledger::open(&run).expect("it can be read");
        assert_eq!(plan, b"plan");
        assert_eq!(ledger.last(&StatementId("a/1".to_owned())).map(|attempt| attempt.number), Some(1));
        // What is written next stands on a line of its own.
        ledger.record(submitting(3)).expect("it can be written");
        drop(ledger);
        let known = read(&run).expect("it can be read");
        assert_eq!(known.attempts[&StatementId("a/1".to_owned())].len(), 2);
    }
}

#[test]
fn a_damaged_ledger_or_plan_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = folder.path().join("run");
    let ledger = Ledger::create(&run, header("s3://out/"), b"plan").expect("it can be made");
    (1..4).for_each(|number| ledger.record(submitting(number)).expect("it can be written"));
    drop(ledger);
    let text = fs::read_to_string(run.join("ledger")).expect("it is there");
    fs::write(run.join("ledger"), text.replacen("\"attempt\":2", "\"attempt\":7", 1)).expect("it can be written");
    assert!(matches!(Ledger::open(&run), Err(LedgerError::Damaged { line: 3, .. })));
    fs::write(run.join("ledger"), text).expect("it can be written");
    fs::write(run.join("plan"), b"nalp").expect("it can be written");
    assert!(matches!(Ledger::open(&run), Err(LedgerError::Damaged { .. })));
    assert!(matches!(Ledger::open(folder.path()), Err(LedgerError::Missing { .. })));
}

#[test]
fn one_process_holds_a_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = folder.path().join("run");
    let ledger = Ledger::create(&run, header("s3://out/"), b"plan").expect("it can be made");
    assert!(matches!(Ledger::open(&run), Err(LedgerError::Locked { .. })));
    assert!(read(&run).is_ok(), "reading needs no lock");
    drop(ledger);
    assert!(Ledger::open(&run).is_ok());
}

#[cfg(unix)]
#[test]
fn nobody_else_reads_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let run = folder.path().join("run");
    let _ledger = Ledger::create(&run, header("s3://out/"), b"plan").expect("it can be made");
    let mode = |name: &str| fs::metadata(run.join(name)).expect("it is there").permissions().mode() & 0o777;
    assert_eq!((mode(""), mode("ledger"), mode("plan"), mode("lock")), (0o700, 0o600, 0o600, 0o600));
}

#[test]
fn a_plan_is_the_same_after_it_was_on_disk() {
    for merge in [true, false] {
        let compiled = bench::compiled(SPEC, merge).expect("it compiles");
        let read = read_plan(&write_plan(&compiled)).expect("it can be read");
        for which in [Stage::Plan, Stage::Dag, Stage::Statements] {
            let shown = |compiled| stage(compiled, &Explaining::default(), which).expect("no rows are given");
            assert_eq!(shown(&compiled), shown(&read));
        }
        assert_eq!(write_plan(&compiled), write_plan(&read));
    }
    assert!(matches!(read_plan(b"athplan plan, 0.0.0\n"), Err(LedgerError::Plan { .. })));
}

/// Statements are known to the ledger by their names: `a/1` is the first of a FOREACH that makes `a`.
#[test]
fn no_table_is_called_what_another_steps_statement_is() {
    let spec = |name: &str| {
        format!(
            "CREATE TABLE \"{name}\" AS SELECT id FROM events WHERE day = '2020-01-01';
             CREATE TABLE a AS FOREACH k IN (SELECT n, who FROM keys WHERE n < 3)
               SELECT k.n, e.id FROM events e WHERE e.who = k.who AND e.day = '2020-01-01';"
        )
    };
    bench::compiled(&spec("a.1"), true).expect("the names differ");
    let error = bench::compiled(&spec("a/1"), true).expect_err("the names do not differ");
    assert!(error.contains("`a` and `a/1` would both be called `a/1`"), "{error}");
}
