//! What a run came to: rows, bytes, and what was looked at (law 8).

use std::collections::HashSet;

use serde::Serialize;

use super::ledger::{Ending, Known};
use crate::catalog::Tier;
use crate::emit::StatementId;
use crate::engine::{ResultSet, ScanReport};
use crate::expand::Need;

/// What a run came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The run's id.
    pub run: String,
    /// The rows of each query of the spec, by step.
    pub answers: Vec<(String, ResultSet)>,
    /// Tables that were kept.
    pub kept: Vec<Kept>,
    /// What each statement read.
    pub statements: Vec<StatementReport>,
    /// What each FOREACH expanded to.
    pub expansions: Vec<ExpansionReport>,
    /// What each scan looked at.
    pub coverage: Vec<Coverage>,
}

/// A table that was kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// Its name.
    pub name: String,
    /// Where its rows lie.
    pub location: String,
    /// How many there are, if the engine says.
    pub rows: Option<u64>,
}

/// What an attempt at a statement came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StatementReport {
    /// Which.
    #[serde(serialize_with = "as_text")]
    pub statement: StatementId,
    /// Which attempt at it, from 1.
    pub attempt: u32,
    /// Whether it succeeded.
    pub succeeded: bool,
    /// Whether it runs a query, rather than defines, registers or drops something.
    pub reads: bool,
    /// The bytes that it was expected to read of tables whose files were listed; none if nobody knew.
    pub planned: Option<u64>,
    /// Bytes read, as stored.
    pub bytes: u64,
    /// How long it took, in milliseconds.
    pub milliseconds: u64,
}

/// What a FOREACH expanded to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExpansionReport {
    /// The FOREACH, by its table's name.
    pub name: String,
    /// Driver rows.
    pub rows: usize,
    /// Driver rows that need no partition, because a key or bound of theirs is NULL or out of range.
    pub rows_without_partitions: usize,
    /// Distinct partitions.
    pub partitions: usize,
    /// Statements.
    pub statements: usize,
    /// Driver rows whose bounds on time most likely do not say what was meant: how many, and what is to be
    /// said of the first.
    pub misread: Vec<(usize, String)>,
}

/// What was looked at of a table, over all statements of a step.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// The step.
    pub step: String,
    /// The table.
    pub table: String,
    /// How often it was scanned: a statement may name it twice, and a FOREACH may be several statements.
    pub scans: u64,
    /// Partitions that the scans asked for, all together.
    pub partitions_asked: u64,
    /// Of these, how many had files: those read, or if the engine does not tell, those listed before.
    pub partitions_found: Option<u64>,
    /// Partitions that are not there, each once.
    pub partitions_missing: Vec<String>,
    /// Whether partitions are registered one by one, rather than projected: one that is missing is then
    /// no day without events, but a folder that somebody moved or never filled.
    pub registered: bool,
    /// Files read, all scans together, those skipped not among them; or those listed before.
    pub files: Option<u64>,
    /// Bytes of all files opened, as stored; or of those listed before.
    pub bytes: Option<u64>,
    /// Records read, if the engine tells.
    pub records: Option<u64>,
    /// Files of the table that lie in an archive, which Athena passes over.
    pub archived: u64,
    /// Files that could not be read and were skipped whole on request, each once with its reason.
    pub unreadable: Vec<(String, String)>,
    /// Files without a byte, each once: they hold no record.
    pub empty: Vec<String>,
    /// Files under the table's location that lie in no partition of it.
    pub strays: u64,
    /// Files and folders that Athena passes over for their names, each once: none of their records was read.
    pub hidden: Vec<String>,
    /// Whether the window, slack included, ends after the time of planning.
    pub still_open: bool,
    /// Whether a listing found no file of the table at all: its location is likely wrong.
    pub nothing_there: bool,
    /// Whether the predicates of a scan leave no partition at all, so that it looked at nothing.
    pub none_left: bool,
    /// Values that the scan asked for and that lie outside what the table's projection covers.
    pub not_covered: Vec<String>,
}

/// What the statements that succeeded were expected to read, and how many of those that read were expected to read
/// what nobody knew.
pub fn planned(statements: &[StatementReport]) -> (u64, usize) {
    let read = statements.iter().filter(|report| report.reads && report.succeeded);
    read.fold((0, 0), |(bytes, unknown), report| match report.planned {
        Some(planned) => (bytes + planned, unknown),
        None => (bytes, unknown + 1),
    })
}

/// What every attempt that ended came to, failed and stopped ones too, in the order of their names.
pub(super) fn statements(known: &Known) -> Vec<StatementReport> {
    let mut reports = Vec::new();
    for (statement, attempts) in &known.attempts {
        for attempt in attempts {
            let Some(end) = &attempt.end else { continue };
            reports.push(StatementReport {
                statement: statement.clone(),
                attempt: attempt.number,
                succeeded: end.outcome == Ending::Succeeded,
                reads: attempt.reads,
                planned: attempt.planned,
                bytes: end.bytes,
                milliseconds: end.milliseconds,
            });
        }
    }
    reports
}

impl Coverage {
    /// Whether everything asked for was looked at.
    pub fn complete(&self) -> bool {
        let looked = !self.nothing_there && !self.none_left && self.not_covered.is_empty();
        let all_there = self.unreadable.is_empty() && self.archived == 0;
        looked && all_there && !self.still_open
    }

    /// Adds what a scan says that it read.
    pub(super) fn add(&mut self, scan: &ScanReport) {
        self.scans += 1;
        self.partitions_asked += scan.partitions_asked;
        append_new(&mut self.partitions_missing, &scan.partitions_missing, String::as_str);
        append_new(&mut self.hidden, &scan.hidden, String::as_str);
        append_new(&mut self.empty, &scan.empty, String::as_str);
        append_new(&mut self.unreadable, &scan.unreadable, |(file, _)| file.as_str());
        self.count([scan.partitions_found, scan.files, scan.bytes]);
        *self.records.get_or_insert(0) += scan.records;
    }

    /// Adds what the plan needs, for scans of which the engine tells nothing.
    pub(super) fn add_planned<'n>(&mut self, needs: impl Iterator<Item = &'n Need>) {
        for need in needs {
            self.scans += 1;
            self.partitions_asked += need.set.tuples.len() as u64;
            if let Some(size) = need.set.size.filter(|size| size.bytes.tier != Tier::Unknown) {
                self.count([size.found.value, size.files.value, size.bytes.value]);
            }
        }
        if self.partitions_asked == 0 {
            // Where no partition is asked for, no record is read.
            self.count([0, 0, 0]);
            self.records = Some(0);
        }
    }

    fn count(&mut self, [found, files, bytes]: [u64; 3]) {
        *self.partitions_found.get_or_insert(0) += found;
        *self.files.get_or_insert(0) += files;
        *self.bytes.get_or_insert(0) += bytes;
    }
}

/// Appends those whose name is not among the known ones. There can be tens of thousands of either.
fn append_new<T: Clone>(known: &mut Vec<T>, told: &[T], name: impl Fn(&T) -> &str) {
    let mut names: HashSet<&str> = known.iter().map(&name).collect();
    let new: Vec<T> = told.iter().filter(|one| names.insert(name(one))).cloned().collect();
    known.extend(new);
}

fn as_text<S: serde::Serializer>(id: &StatementId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(id)
}
