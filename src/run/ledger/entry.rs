//! What a ledger says, line by line.
//!
//! Every entry is one line: the CRC-32 of its text in eight hexadecimal digits, a blank, and the entry
//! as JSON. So a line that a crash cut short is known for what it is. Entries hold no credentials and no
//! rows: texts of statements, ids, figures.

use serde::{Deserialize, Serialize};

use crate::bind::Limits;
use crate::emit::{Sql, StatementId};
use crate::engine::{ErrorClass, QueryId, ScanReport};
use crate::expand::Need;

/// The version of the format. A ledger of another version is refused.
pub const VERSION: u32 = 1;

/// A line of a ledger.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// The first line.
    Begun(Header),
    /// A process took the run up again.
    Resumed {
        /// When, in seconds since the epoch.
        at: i64,
    },
    /// A FOREACH's statements are known: all of them, in one line.
    Expanded(Expanded),
    /// A statement of a FOREACH took more than the engine gives one: others take its place.
    Split {
        /// The FOREACH, by its table's name.
        name: String,
        /// The number of the statement.
        number: usize,
        /// Those that take its place.
        into: Vec<Unloading>,
    },
    /// A statement is about to be submitted.
    Submitting {
        /// Which.
        statement: StatementId,
        /// Which attempt at it, from 1.
        attempt: u32,
        /// Whether it runs a query, rather than defines, registers or drops something.
        reads: bool,
        /// The bytes that it is expected to read; none if nobody knows.
        #[serde(default)]
        planned: Option<u64>,
        /// When, in seconds since the epoch.
        at: i64,
    },
    /// It was submitted.
    Submitted {
        /// Which.
        statement: StatementId,
        /// Which attempt.
        attempt: u32,
        /// The engine's id for it.
        query: QueryId,
    },
    /// It has ended.
    Ended {
        /// Which.
        statement: StatementId,
        /// Which attempt.
        attempt: u32,
        /// How.
        end: End,
    },
    /// The run is given up: what it made is being taken away, what has succeeded too.
    GivenUp {
        /// When, in seconds since the epoch.
        at: i64,
    },
    /// All steps are done, and what only the run needed is gone.
    Completed {
        /// When, in seconds since the epoch.
        at: i64,
    },
}

/// What a run is, besides its plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// The format's version.
    pub version: u32,
    /// The version of athplan that wrote it.
    pub athplan: String,
    /// The run's id.
    pub run: String,
    /// The spec's file, as it was given.
    pub spec: String,
    /// When the run began, in seconds since the epoch.
    pub at: i64,
    /// The engine, and what it was told, by name; no credentials.
    pub engine: Vec<(String, String)>,
    /// The location under which the run writes, ending in `/`.
    pub output: String,
    /// What it may read, spend and submit.
    pub limits: Limits,
    /// How long a statement may run, in seconds.
    pub statement_deadline: Option<u64>,
    /// The SHA-256 of the plan beside the ledger, in hexadecimal.
    pub plan: String,
}

/// What a FOREACH came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Expanded {
    /// The FOREACH, by its table's name.
    pub name: String,
    /// Driver rows.
    pub rows: usize,
    /// Driver rows that need no partition.
    pub rows_without_partitions: usize,
    /// Distinct partitions.
    pub partitions: usize,
    /// Whether there were rows to expand by.
    pub by_rows: bool,
    /// Rows whose bounds on time most likely do not say what was meant: how many, and what is to be said
    /// of the first.
    pub misread: Vec<(usize, String)>,
    /// What its scans need.
    pub needs: Vec<Need>,
    /// The statements, in order.
    pub statements: Vec<Unloading>,
}

/// A statement of a FOREACH.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unloading {
    /// Its number, from 1.
    pub number: usize,
    /// Its text.
    pub sql: Sql,
    /// The bytes that it is expected to read; none if nobody knows.
    pub bytes: Option<u64>,
    /// What it covers, for the case that it has to be split: postcard, in base64.
    pub portion: String,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct End {
    /// What became of it.
    pub outcome: Ending,
    /// Bytes it read from storage, as stored: what is billed.
    pub bytes: u64,
    /// Milliseconds from its submission to its end.
    pub milliseconds: u64,
    /// What its scans looked at.
    pub scans: Vec<ScanReport>,
}

/// What became of an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Its rows are there.
    Succeeded,
    /// It failed.
    Failed {
        /// What is to be done about it.
        class: ErrorClass,
        /// The engine's word.
        message: String,
    },
    /// It was stopped.
    Cancelled,
    /// It never reached the engine, or the engine refused it before it had an id.
    Refused {
        /// What is to be done about it.
        class: ErrorClass,
        /// The engine's word.
        message: String,
    },
}

/// Writes an entry as a line, its end included.
pub(super) fn line(entry: &Entry) -> String {
    let text = serde_json::to_string(entry).expect("an entry has only texts for keys");
    format!("{:08x} {text}\n", crc32fast::hash(text.as_bytes()))
}

/// Reads a line without its end; none if it is not whole.
pub(super) fn parse(line: &str) -> Option<Entry> {
    let (sum, text) = line.split_once(' ')?;
    let sum = u32::from_str_radix(sum, 16).ok()?;
    (sum == crc32fast::hash(text.as_bytes())).then(|| serde_json::from_str(text).ok()).flatten()
}
