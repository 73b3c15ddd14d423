//! What an engine is: something that takes statements' text and gives states and rows.
//!
//! An engine sees Athena's SQL and nothing of a plan. Engines differ by the answers they give to
//! the questions of this trait, never by a name that somebody asks for.

#[cfg(feature = "local")]
pub mod local;

use std::fmt;

use crate::constant::Value;
use crate::types::Type;

/// A query's id, as the engine gave it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct QueryId(pub String);

impl fmt::Display for QueryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Runs statements.
pub trait Engine: Send + Sync {
    /// Starts one statement. The same token with the same text answers the same id and starts
    /// nothing new.
    ///
    /// # Errors
    ///
    /// The statement was refused, or the engine cannot be reached.
    fn submit(&self, sql: &str, token: &str) -> impl Future<Output = Result<QueryId, EngineError>> + Send;

    /// The state of each query, in the order asked.
    ///
    /// # Errors
    ///
    /// The engine cannot be reached, or does not know an id.
    fn poll(&self, ids: &[QueryId]) -> impl Future<Output = Result<Vec<Status>, EngineError>> + Send;

    /// Waits until at least one of the queries has ended, or some time has passed.
    fn wait(&self, ids: &[QueryId]) -> impl Future<Output = ()> + Send;

    /// The rows of a query that succeeded.
    ///
    /// # Errors
    ///
    /// The query yields no rows, has not succeeded, or the engine cannot be reached.
    fn result(&self, id: &QueryId) -> impl Future<Output = Result<ResultSet, EngineError>> + Send;

    /// Stops a query; no error if it has ended.
    ///
    /// # Errors
    ///
    /// The engine cannot be reached, or does not know the id.
    fn cancel(&self, id: &QueryId) -> impl Future<Output = Result<(), EngineError>> + Send;

    /// Writes a small file of the run's own, such as the rows of a spec's CSV file.
    ///
    /// # Errors
    ///
    /// The location cannot be written.
    fn put(&self, location: &str, bytes: Vec<u8>) -> impl Future<Output = Result<(), EngineError>> + Send;

    /// How many statements may run side by side.
    fn slots(&self) -> usize;

    /// What it lacks of statements that are to run one after the other, found without running any: a list
    /// for each statement. An engine that only finds out by running says nothing.
    fn lacks(&self, statements: &[String]) -> Vec<Vec<EngineError>> {
        statements.iter().map(|_| Vec::new()).collect()
    }
}

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

/// What an engine says of a query.
#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    /// Its state.
    pub state: State,
    /// Bytes read from storage so far, as stored (compressed).
    pub bytes_scanned: u64,
    /// What each table scan read, as far as the engine tells.
    pub scans: Vec<ScanReport>,
}

/// What one scan of a table read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScanReport {
    /// The table's name in the statement.
    pub table: String,
    /// Partitions that the statement's predicates left.
    pub partitions_asked: u64,
    /// Of these, how many had files.
    pub partitions_found: u64,
    /// Partitions whose folder is not there, by their key values.
    pub partitions_missing: Vec<String>,
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
}

/// A result: columns and rows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ResultSet {
    /// Names and types of the columns.
    pub columns: Vec<(String, Type)>,
    /// The rows, each as many values as columns.
    pub rows: Vec<Vec<Value>>,
}

/// What is to be done about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorClass {
    /// The statement is wrong; sending it again changes nothing.
    Statement,
    /// The engine lacks this; the message names it.
    Unsupported,
    /// Data could not be read.
    Data,
    /// Worth another attempt.
    Transient,
}

/// An error of an engine.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct EngineError {
    /// What is to be done about it.
    pub class: ErrorClass,
    /// What happened, naming the file, function or syntax.
    pub message: String,
    /// The bytes of the statement's text it speaks of, if it does.
    pub span: Option<crate::source::Span>,
}

impl EngineError {
    /// An error of a class.
    pub fn new(class: ErrorClass, message: impl Into<String>) -> Self {
        Self { class, message: message.into(), span: None }
    }
}
