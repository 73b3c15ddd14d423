//! An engine that fails in ways that pass: the right rows come all the same, and nothing is done twice.

use athplan::Compiled;
use athplan::run::ledger::Ledger;
use athplan::run::{RunOptions, run_with};
use proptest::collection::vec;
use proptest::prelude::any;

use super::flaky::{Fault, Flaky};
use super::kill::{SPEC, rows};
use crate::laws::property::{cases, hold};
use crate::middle::bench;

/// What a call meets, by chance: three of ten go wrong.
fn fault(chance: u8) -> Option<Fault> {
    match chance % 10 {
        0 => Some(Fault::Throttled),
        1 => Some(Fault::Transient),
        2 => Some(Fault::AnswerLost),
        _ => None,
    }
}

/// A run whose submissions and questions go wrong by chance; its rows, and whether anything was tried again
/// as another attempt.
fn outcome(compiled: &Compiled, chances: Vec<u8>) -> Result<(Vec<String>, bool), String> {
    // Time passes only when there is nothing else to do: pauses take none.
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().expect("a runtime");
    runtime.block_on(async {
        let output = tempfile::tempdir().expect("a folder");
        let (engine, location) = bench::engine(output.path());
        let engine = Flaky::new(engine, move |call, name| {
            let chance = if chances.is_empty() { 9 } else { chances[call % chances.len()] };
            fault(chance).filter(|_| matches!(name, "submit" | "poll" | "result"))
        });
        let (options, ledger) = (RunOptions::new("r7", location), Ledger::in_memory());
        let (_go_on, never) = tokio::sync::watch::channel(false);
        let outcome = run_with(compiled, &engine, &options, &ledger, never, &|_| {}).await;
        let outcome = outcome.map_err(|error| error.to_string())?;
        let again = outcome.statements.iter().any(|report| report.attempt > 1);
        Ok((rows(&outcome), again))
    })
}

#[test]
fn what_passes_changes_no_row() {
    let compiled = || bench::compiled(SPEC, false).expect("it compiles");
    let (expected, _) = outcome(&compiled(), Vec::new()).expect("it runs");
    assert!(!expected.is_empty());
    let shown = |chances: &Vec<u8>| format!("{chances:?}");
    hold(
        cases(60),
        &|| vec(any::<u8>(), 20..200),
        &|| {
            let (compiled, expected) = (compiled(), &expected);
            move |chances: &Vec<u8>| {
                let (found, again) = outcome(&compiled, chances.clone())?;
                if found != *expected || again {
                    return Err(format!("tried again: {again}, rows: {found:#?}"));
                }
                Ok(())
            }
        },
        &shown,
    );
}
