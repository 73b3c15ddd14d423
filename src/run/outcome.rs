//! What a run came to: rows, bytes, and what was looked at (law 8).

use serde::Serialize;

use crate::emit::StatementId;
use crate::engine::ResultSet;

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

/// What a statement read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StatementReport {
    /// Which.
    #[serde(serialize_with = "as_text")]
    pub statement: StatementId,
    /// Whether it runs a query, rather than defines, registers or drops something.
    pub reads: bool,
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
    /// Of these, how many had files.
    pub partitions_found: u64,
    /// Partitions that are not there, each once.
    pub partitions_missing: Vec<String>,
    /// Whether partitions are registered one by one, rather than projected: one that is missing is then
    /// no day without events, but a folder that somebody moved or never filled.
    pub registered: bool,
    /// Files read, all scans together; those skipped are not among them.
    pub files: u64,
    /// Bytes of all files opened, as stored.
    pub bytes: u64,
    /// Records read.
    pub records: u64,
    /// Files that could not be read and were skipped whole on request, each once with its reason.
    pub unreadable: Vec<(String, String)>,
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

impl Coverage {
    /// Whether everything asked for was looked at.
    pub fn complete(&self) -> bool {
        let looked = !self.nothing_there && !self.none_left && self.not_covered.is_empty();
        looked && self.unreadable.is_empty() && !self.still_open
    }
}

fn as_text<S: serde::Serializer>(id: &StatementId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(id)
}
