//! What an engine says of a query: its state, what it read, and its rows.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::EngineError;
use crate::constant::Value;
use crate::types::Type;

/// The state of a query.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    /// Accepted, not started.
    Queued,
    /// Running.
    Running,
    /// Done; its result can be read.
    Succeeded,
    /// Failed.
    Failed(EngineError),
    /// Stopped on request.
    Cancelled,
}

impl State {
    /// Whether the query has ended, in whatever way.
    pub fn has_ended(&self) -> bool {
        !matches!(self, State::Queued | State::Running)
    }
}

/// What an engine says of a query.
#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    /// Its state.
    pub state: State,
    /// Bytes read from storage so far, as stored (compressed).
    pub bytes_scanned: u64,
    /// What each table scan read, as far as the engine tells.
    pub scans: Vec<ScanReport>,
    /// Milliseconds it waited before it ran, if the engine says.
    pub queued: Option<u64>,
    /// Milliseconds from its submission to its end, if the engine says.
    pub total: Option<u64>,
    /// The engine's own words for why it is in this state, whole: what an error's message leaves out is
    /// here for the log.
    pub reason: Option<String>,
    /// The location of its result, whether or not there is a file.
    pub output: Option<String>,
    /// What the engine takes the statement for, in its own words (`DML SELECT`).
    pub statement_type: Option<String>,
}

impl Status {
    /// A state of which nothing else is known.
    pub fn new(state: State) -> Self {
        Self {
            state,
            bytes_scanned: 0,
            scans: Vec::new(),
            queued: None,
            total: None,
            reason: None,
            output: None,
            statement_type: None,
        }
    }
}

/// What one scan of a table read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanReport {
    /// The table's name in the statement.
    pub table: String,
    /// Partitions that the statement's predicates left.
    pub partitions_asked: u64,
    /// Of these, how many had files.
    pub partitions_found: u64,
    /// Partitions whose folder is not there, by their key values: tens of thousands where little is there of a table, and
    /// the report is asked for again and again.
    pub partitions_missing: Arc<[String]>,
    /// Files read; those skipped are not among them.
    pub files: u64,
    /// Bytes of all files opened, as stored.
    pub bytes: u64,
    /// Records read from them.
    pub records: u64,
    /// Files that could not be read and were skipped by request, each with its reason: none of their
    /// records was read.
    pub unreadable: Vec<(String, String)>,
    /// Files and folders whose name begins with `_` or `.`: Athena passes over them, and so did the scan.
    pub hidden: Vec<String>,
    /// Files without a byte.
    #[serde(default)]
    pub empty: Vec<String>,
}

/// A result: columns and rows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ResultSet {
    /// Names and types of the columns.
    pub columns: Vec<(String, Type)>,
    /// The rows, each as many values as columns.
    pub rows: Vec<Vec<Value>>,
}
