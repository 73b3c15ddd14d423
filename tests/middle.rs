//! Rows through the whole chain: what a FOREACH yields, merged and row by row, over a small archive
//! with late deliveries, duplicates and NULLs.

pub mod bench;
mod bounds;
mod constants;
mod ctes;
mod forms;
mod long;
mod names;
mod outer;
mod partitions;
mod places;
mod refused;
mod types;
mod warnings;

use bench::{compiled, error, rows};

/// Asserts the rows of a spec's last query, merged and with one statement a row.
#[track_caller]
fn yields(spec: &str, expected: &[&str]) {
    let mut wanted: Vec<String> = expected.iter().map(|row| (*row).to_owned()).collect();
    wanted.sort();
    for merge in [true, false] {
        let found = rows(spec, merge);
        assert_eq!(found, wanted, "merge: {merge}\n{spec}\n{}", bench::statements(spec, merge));
    }
}

/// Asserts that a spec is refused with all of these words.
#[track_caller]
fn refuses(spec: &str, words: &[&str]) {
    let message = error(spec);
    for word in words {
        assert!(message.contains(word), "{word} is not in: {message}");
    }
}

/// Asserts the rung of the only FOREACH of a spec.
#[track_caller]
fn stands_on(spec: &str, rung: athplan::plan::Rung) {
    let compiled = compiled(spec, true).expect("it compiles");
    let foreach = compiled.plan.foreachs.values().next().expect("there is a FOREACH");
    assert_eq!(foreach.rung, rung, "{}", foreach.reason);
}
