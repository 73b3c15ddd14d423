//! What an engine is: something that takes statements' text and gives states and rows.
//!
//! An engine sees Athena's SQL and nothing of a plan. Engines differ by the answers they give to
//! the questions of this trait, never by a name that somebody asks for.

#[cfg(feature = "athena")]
pub mod athena;
// It answers Athena's own calls too, of which a Trino has no need.
#[cfg(any(feature = "athena", feature = "trino"))]
#[cfg_attr(not(feature = "athena"), allow(dead_code, unused_imports))]
mod aws;
#[cfg(any(feature = "athena", feature = "trino"))]
mod defined;
mod error;
#[cfg(any(feature = "athena", feature = "trino"))]
mod interval;
#[cfg(feature = "local")]
pub mod local;
mod status;
#[cfg(feature = "trino")]
pub mod trino;

use std::fmt;
use std::time::SystemTime;

#[cfg(any(feature = "athena", feature = "trino"))]
pub use aws::Listing;
pub use error::{EngineError, ErrorClass};
pub use status::{ResultSet, ScanReport, State, Status};

use serde::{Deserialize, Serialize};

use crate::types::Type;

/// A query's id, as the engine gave it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct QueryId(pub String);

impl fmt::Display for QueryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A statement on its way to an engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// Its text, exactly as the engine gets it.
    pub sql: String,
    /// What names this attempt at it among all others of all runs: the same token stands for the
    /// same submission, and an engine starts it once.
    pub token: String,
    /// Which of the engine's queues it goes to, and what its text may hold.
    pub kind: Kind,
}

/// The kinds of statement that an engine may treat apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Hive DDL: it defines, registers or drops, reads no table, costs nothing, and takes no comments.
    Definition,
    /// Yields rows.
    Query,
    /// Stores the rows of a query: CREATE TABLE AS, or UNLOAD.
    Store,
}

/// A file that an engine's storage holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct StoredFile {
    /// `s3://bucket/key`.
    pub location: String,
    /// Its bytes as stored.
    pub bytes: u64,
}

/// Runs statements.
pub trait Engine: Send + Sync {
    /// Starts one statement. The same submission again answers the same id and starts nothing new,
    /// whatever became of the query; so a submission whose answer was lost is sent again as it was,
    /// and another attempt at a statement needs another token.
    ///
    /// # Errors
    ///
    /// The statement was refused, or the engine cannot be reached.
    fn submit(&self, submission: &Submission) -> impl Future<Output = Result<QueryId, EngineError>> + Send;

    /// Looks for a query by its text, submitted at this time or later: what became of a submission
    /// whose id was never recorded. Of several, one that has succeeded comes before one that still
    /// runs, and that before one that has ended otherwise; among equals the latest.
    ///
    /// # Errors
    ///
    /// The engine cannot be reached, or does not let its history be read.
    fn find(&self, sql: &str, since: SystemTime) -> impl Future<Output = Result<Option<QueryId>, EngineError>> + Send;

    /// The state of each query, in the order asked; at most [`Engine::batch`] at once.
    ///
    /// # Errors
    ///
    /// The engine cannot be reached, or does not know an id ([`ErrorClass::Lost`]).
    fn poll(&self, ids: &[QueryId]) -> impl Future<Output = Result<Vec<Status>, EngineError>> + Send;

    /// Waits until at least one of the queries has ended, or some time has passed.
    fn wait(&self, ids: &[QueryId]) -> impl Future<Output = ()> + Send;

    /// The rows of a query that succeeded. `columns` are the types that its text was bound to: an
    /// engine whose results say less (no precision, no element types) reads its values by them, and
    /// holds what it is told against them. A type that is not known, or no types at all, leaves the
    /// engine to what it is told.
    ///
    /// # Errors
    ///
    /// The query yields no rows, has not succeeded, its columns are not those, or the engine cannot
    /// be reached.
    fn result(&self, id: &QueryId, columns: &[Type]) -> impl Future<Output = Result<ResultSet, EngineError>> + Send;

    /// Stops a query; no error if it has ended.
    ///
    /// # Errors
    ///
    /// The engine cannot be reached, or does not know the id.
    fn cancel(&self, id: &QueryId) -> impl Future<Output = Result<(), EngineError>> + Send;

    /// Writes a small file of the run's own, such as the rows of a spec's CSV file. A file that is
    /// there already is replaced.
    ///
    /// # Errors
    ///
    /// The location cannot be written.
    fn put(&self, location: &str, bytes: Vec<u8>) -> impl Future<Output = Result<(), EngineError>> + Send;

    /// Every file under a location (`s3://bucket/prefix/`), hidden ones too, in the order of their
    /// names; none if nothing is there.
    ///
    /// # Errors
    ///
    /// The location cannot be read.
    fn list(&self, location: &str) -> impl Future<Output = Result<Vec<StoredFile>, EngineError>> + Send;

    /// Deletes every file under a location, and says how many there were. Only locations strictly
    /// inside the one that the engine was told to write to are deleted: whatever a ledger or a spec
    /// says, no archive is ever emptied.
    ///
    /// # Errors
    ///
    /// The location lies elsewhere, or cannot be deleted.
    fn remove(&self, location: &str) -> impl Future<Output = Result<usize, EngineError>> + Send;

    /// Where the rows of a table lie that statements know by a name without a database; none if there is no
    /// such table, and an empty text if it has no place of its own, as a view.
    ///
    /// # Errors
    ///
    /// The engine cannot be asked.
    fn place_of(&self, table: &str) -> impl Future<Output = Result<Option<String>, EngineError>> + Send;

    /// Takes away what the engine itself may have left of a run's statements that did not end well, beside their
    /// tables and files. An engine that leaves nothing of its own does nothing.
    ///
    /// # Errors
    ///
    /// The engine cannot be asked.
    fn tidy(&self, _run: &str) -> impl Future<Output = Result<(), EngineError>> + Send {
        std::future::ready(Ok(()))
    }

    /// How many statements of a kind may run side by side, as far as the engine says before it is asked.
    fn slots(&self, kind: Kind) -> usize;

    /// What it lacks of statements that are to run one after the other, found without running any: a list
    /// for each statement. An engine that only finds out by running says nothing.
    fn lacks(&self, statements: &[String]) -> Vec<Vec<EngineError>> {
        statements.iter().map(|_| Vec::new()).collect()
    }

    /// How many queries one call of [`Engine::poll`] takes.
    fn batch(&self) -> usize {
        usize::MAX
    }

    /// Whether queries and statements that store rows are to open with a comment that names the run,
    /// so that they can be told apart in the engine's history.
    fn tags(&self) -> bool {
        false
    }

    /// Whether the rows of a query can be had again, by another process too. Where they cannot, a query whose rows
    /// are gone is asked anew.
    fn keeps_results(&self) -> bool {
        true
    }

    /// Whether CREATE TABLE AS may say where its rows go. Where it may not, rows are stored with
    /// UNLOAD, and a table is made over them.
    fn places_tables(&self) -> bool {
        true
    }

    /// Whether a result carries values of a type whole. What it does not carry is to be refused
    /// before a query is paid for.
    fn carries(&self, _ty: &Type) -> bool {
        true
    }
}
