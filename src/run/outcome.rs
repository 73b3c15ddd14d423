//! What a run came to: rows, bytes, and what was looked at (law 8).

use serde::Serialize;

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
    /// Tables that were kept, with their locations.
    pub kept: Vec<(String, String)>,
    /// What each statement read.
    pub statements: Vec<StatementReport>,
    /// What each FOREACH expanded to.
    pub expansions: Vec<ExpansionReport>,
    /// What each scan looked at.
    pub coverage: Vec<Coverage>,
}

/// What a statement read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StatementReport {
    /// Which.
    #[serde(serialize_with = "as_text")]
    pub statement: StatementId,
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
}

/// What was looked at of a table, over all statements of a step.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// The step.
    pub step: String,
    /// The table.
    pub table: String,
    /// Partitions that the statements asked for.
    pub partitions_asked: u64,
    /// Of these, how many had files: those read, or if the engine does not tell, those listed before.
    pub partitions_found: Option<u64>,
    /// Partitions that are not there.
    pub partitions_missing: Vec<String>,
    /// Files read, or listed.
    pub files: Option<u64>,
    /// Their bytes, as stored.
    pub bytes: Option<u64>,
    /// Records in them, if the engine tells.
    pub records: Option<u64>,
    /// Files of the table that lie in an archive, which Athena passes over.
    pub archived: u64,
    /// Files that could not be read and were skipped on request, each with its reason.
    pub unreadable: Vec<(String, String)>,
    /// Whether the window, slack included, ends after the time of planning.
    pub still_open: bool,
    /// Whether a listing found no file of the table at all: its location is likely wrong.
    pub nothing_there: bool,
    /// Values that the scan asked for and that lie outside what the table's projection covers.
    pub not_covered: Vec<String>,
}

impl Coverage {
    /// Whether everything asked for was looked at.
    pub fn complete(&self) -> bool {
        let all_there = self.unreadable.is_empty() && self.archived == 0;
        all_there && !self.still_open && !self.nothing_there && self.not_covered.is_empty()
    }

    /// Adds what a scan says that it read.
    pub(super) fn add(&mut self, scan: &ScanReport) {
        self.partitions_asked += scan.partitions_asked;
        self.partitions_missing.extend(scan.partitions_missing.iter().cloned());
        self.unreadable.extend(scan.unreadable.iter().cloned());
        self.count([scan.partitions_found, scan.files, scan.bytes]);
        *self.records.get_or_insert(0) += scan.records;
    }

    /// Adds what the plan needs, for scans of which the engine tells nothing.
    pub(super) fn add_planned<'n>(&mut self, needs: impl Iterator<Item = &'n Need>) {
        for need in needs {
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

fn as_text<S: serde::Serializer>(id: &StatementId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(id)
}
