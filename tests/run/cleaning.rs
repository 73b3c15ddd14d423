//! Giving a run up: what a process that died at it left is taken up like anything else.

use athplan::emit::StatementId;
use athplan::run::ledger::{Entry, Ledger};
use athplan::run::{RunOptions, clean};

use super::kill::SPEC;
use crate::middle::bench;

#[test]
fn a_process_that_died_before_it_dropped_a_table_leaves_a_run_that_can_be_cleaned() {
    let compiled = bench::compiled(SPEC, true).expect("it compiles");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let output = tempfile::tempdir().expect("a folder");
        let (engine, location) = bench::engine(output.path());
        let ledger = Ledger::in_memory();
        let statement = StatementId("around/drop".to_owned());
        ledger
            .record(Entry::Submitting { statement, attempt: 1, reads: false, planned: None, at: 1 })
            .expect("nothing is written");
        let cleaned = clean(&compiled, &engine, &RunOptions::new("r7", location), &ledger, &|_| {}).await;
        assert_eq!(cleaned.expect("it can be cleaned").undone, ["around", "counted"]);
    });
}
