//! What a run came to, for people: what was looked at and what was not, what it read, what it kept.

use super::say;
use crate::cost::Bytes;
use crate::error::exit;
use crate::explain::{some_of, statements_text};
use crate::run::{Coverage, ExpansionReport, Kept, Outcome, planned};

/// Says what was looked at, on standard error; `kept_lines` say where a table that was kept lies.
pub fn summary(outcome: &Outcome, kept_lines: impl Fn(&Kept) -> Vec<String>) {
    for expansion in &outcome.expansions {
        if expansion.rows == 0 {
            say(&format!("{}: the driver has NO ROWS: nothing was looked for", expansion.name));
        } else if expansion.rows_without_partitions == expansion.rows {
            say(&format!(
                "{}: NOTHING LOOKED AT: no driver row needs a partition: a key or bound of theirs is NULL or out of range",
                expansion.name
            ));
        } else if expansion.rows_without_partitions > 0 {
            say(&format!(
                "{}: {} of {} driver rows need no partition: a key or bound of theirs is NULL or out of range",
                expansion.name, expansion.rows_without_partitions, expansion.rows
            ));
        }
        for (rows, first) in &expansion.misread {
            let of = format!("{}: {rows} of {} driver rows", expansion.name, expansion.rows);
            say(&format!("{of} bound time in another form: {first}"));
        }
    }
    for coverage in &outcome.coverage {
        say(&coverage_line(coverage));
        for (file, reason) in &coverage.unreadable {
            say(&format!("  skipped {file}: {reason}"));
        }
    }
    let bytes: u64 = outcome.statements.iter().map(|statement| statement.bytes).sum();
    let reads = outcome.statements.iter().filter(|statement| statement.reads).count();
    let mut statements = format!("{} read: {}", Bytes(bytes), statements_text(reads, outcome.statements.len()));
    match planned(&outcome.statements) {
        (0, _) => {}
        (bytes, 0) => statements.push_str(&format!("; {} planned", Bytes(bytes))),
        (bytes, unknown) => {
            let unknown = counted(unknown as u64, "statement");
            statements.push_str(&format!("; {} planned, and {unknown} of unknown size", Bytes(bytes)));
        }
    }
    if outcome.answers.is_empty() {
        say(&statements);
    } else {
        let rows: usize = outcome.answers.iter().map(|(_, rows)| rows.rows.len()).sum();
        say(&format!("{}; {statements}", counted(rows as u64, "row")));
    }
    for line in outcome.kept.iter().flat_map(kept_lines) {
        say(&line);
    }
}

fn coverage_line(coverage: &Coverage) -> String {
    let (step, table) = (&coverage.step, &coverage.table);
    let asked = counted(coverage.partitions_asked, "partition");
    let mut line = match coverage.partitions_found {
        Some(found) => format!("{step}: looked at {found} of {asked} of {table}"),
        None => format!("{step}: looked at {asked} of {table}; what they hold was not listed"),
    };
    for (count, what) in [(coverage.files, "file"), (coverage.records, "record")] {
        if let Some(count) = count {
            line.push_str(&format!(", {}", counted(count, what)));
        }
    }
    if coverage.scans > 1 {
        line.push_str(&format!(" in {} scans", coverage.scans));
    }
    let missing = if coverage.registered { coverage.partitions_missing.len() as u64 } else { 0 };
    let empty = coverage.partitions_found.map_or(0, |found| coverage.partitions_asked.saturating_sub(found + missing));
    if empty > 0 && empty == coverage.partitions_asked && !coverage.nothing_there {
        line.push_str("; NO FILE LOOKED AT: none of them has any");
    } else if empty > 0 {
        line.push_str(&format!("; {empty} without files"));
    }
    if missing > 0 {
        let (counted, named) = (counted(missing, "registered partition"), coverage.partitions_missing.join("; "));
        line.push_str(&format!("; MISSING: the folder of {counted} is not there ({named})"));
    }
    if coverage.archived > 0 {
        line.push_str(&format!("; NOT LOOKED, in an archive: {}", counted(coverage.archived, "file")));
    }
    if coverage.nothing_there {
        line.push_str("; the table's location holds NO FILES AT ALL: is it the right one?");
    }
    if coverage.none_left {
        let what = if coverage.partitions_asked == 0 { "NOTHING LOOKED AT" } else { "A SCAN LOOKED AT NOTHING" };
        line.push_str(&format!("; {what}: the predicates leave no partition"));
        if coverage.not_covered.is_empty() {
            line.push_str("; do they contradict each other?");
        }
    }
    if coverage.strays > 0 {
        line.push_str(&format!("; {} under its location in no partition of it", counted(coverage.strays, "file")));
    }
    if !coverage.empty.is_empty() {
        let empty = counted(coverage.empty.len() as u64, "empty file");
        line.push_str(&format!("; {empty} ({})", some_of(&coverage.empty)));
    }
    if !coverage.hidden.is_empty() {
        let hidden = counted(coverage.hidden.len() as u64, "hidden name");
        line.push_str(&format!("; {hidden} passed over, as Athena does ({})", some_of(&coverage.hidden)));
    }
    if !coverage.unreadable.is_empty() {
        line.push_str(&format!("; NOT READ: {}, skipped whole", counted(coverage.unreadable.len() as u64, "file")));
    }
    if !coverage.not_covered.is_empty() {
        line.push_str(&format!("; NOT LOOKED, outside the table's partitions: {}", some_of(&coverage.not_covered)));
    }
    if coverage.still_open {
        line.push_str("; STILL OPEN: records of the window may yet arrive");
    }
    line
}

/// A number and what it counts.
pub fn counted(number: u64, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// The exit code of a run that came to its end.
pub fn code(outcome: &Outcome) -> u8 {
    let unlooked =
        |expansion: &ExpansionReport| expansion.rows > 0 && expansion.rows_without_partitions == expansion.rows;
    if outcome.coverage.iter().any(|coverage| !coverage.complete()) || outcome.expansions.iter().any(unlooked) {
        exit::INCOMPLETE
    } else if is_empty(outcome) {
        exit::EMPTY
    } else {
        exit::OK
    }
}

/// Whether no row was found: by no query, or where there is none, for no table that is kept.
fn is_empty(outcome: &Outcome) -> bool {
    if outcome.answers.is_empty() {
        return outcome.kept.iter().all(|kept| kept.rows == Some(0));
    }
    outcome.answers.iter().all(|(_, rows)| rows.rows.is_empty())
}
