//! The engines whose runs outlast their process, as one: each has a catalog of its own, and files in S3.
//!
//! The rest of the command line asks questions; which engine answers them is known here and nowhere else.

use std::collections::BTreeSet;
use std::time::SystemTime;

use crate::catalog::Table;
use crate::cost::Price;
#[cfg(feature = "athena")]
use crate::engine::athena::AthenaEngine;
#[cfg(feature = "trino")]
use crate::engine::trino::TrinoEngine;
use crate::engine::{Engine, EngineError, Kind, Listing, QueryId, ResultSet, Status, StoredFile, Submission};
use crate::types::Type;

/// An engine somewhere else.
#[derive(Debug)]
pub enum Remote {
    /// Amazon Athena.
    #[cfg(feature = "athena")]
    Athena(Box<AthenaEngine>),
    /// A Trino, and what reading costs there.
    #[cfg(feature = "trino")]
    Trino(Box<TrinoEngine>, Price),
}

/// The answer of whichever engine it is.
macro_rules! whichever {
    ($remote:expr, $engine:ident => $answer:expr) => {
        match $remote {
            #[cfg(feature = "athena")]
            Remote::Athena($engine) => $answer,
            #[cfg(feature = "trino")]
            Remote::Trino($engine, _) => $answer,
        }
    };
}

impl Remote {
    /// Athena, if it is that: for what only Athena is asked.
    #[cfg(feature = "athena")]
    pub fn athena(&self) -> Option<&AthenaEngine> {
        match self {
            Remote::Athena(engine) => Some(engine),
            #[cfg(feature = "trino")]
            Remote::Trino(..) => None,
        }
    }

    /// What people call it.
    pub fn name(&self) -> &'static str {
        match self {
            #[cfg(feature = "athena")]
            Remote::Athena(_) => "Athena",
            #[cfg(feature = "trino")]
            Remote::Trino(..) => "Trino",
        }
    }

    /// What reading costs there.
    pub fn price(&self) -> Price {
        match self {
            #[cfg(feature = "athena")]
            Remote::Athena(_) => Price::default(),
            #[cfg(feature = "trino")]
            Remote::Trino(_, price) => *price,
        }
    }

    /// Whether rows can be had without a location that somebody names.
    pub fn keeps_results(&self) -> bool {
        match self {
            #[cfg(feature = "athena")]
            Remote::Athena(engine) => engine.workgroup().is_managed,
            #[cfg(feature = "trino")]
            Remote::Trino(..) => true,
        }
    }

    /// The account that asks, as far as its credentials tell.
    ///
    /// # Errors
    ///
    /// There are none.
    pub async fn account(&self) -> Result<Option<String>, EngineError> {
        match self {
            #[cfg(feature = "athena")]
            Remote::Athena(engine) => engine.account().await,
            // Who asks a Trino is a name among the settings.
            #[cfg(feature = "trino")]
            Remote::Trino(..) => Ok(None),
        }
    }

    /// The location under which the run writes, ending in `/`.
    ///
    /// # Errors
    ///
    /// None is known.
    pub fn output(&self) -> Result<&str, EngineError> {
        whichever!(self, engine => engine.output())
    }

    /// A table by its name; none if there is none.
    ///
    /// # Errors
    ///
    /// The catalog cannot be asked, or the table is of a kind that athplan does not plan.
    pub async fn table(&self, called: &str) -> Result<Option<Table>, EngineError> {
        whichever!(self, engine => engine.table(called).await)
    }

    /// Every table by its name; one that athplan does not plan with the reason.
    ///
    /// # Errors
    ///
    /// The catalog cannot be asked.
    pub async fn tables(&self) -> Result<Vec<(String, Result<Table, EngineError>)>, EngineError> {
        whichever!(self, engine => engine.tables().await)
    }

    /// Sees to it that the database or schema is there in which a run makes its own tables, where that is not told when
    /// the engine connects.
    ///
    /// # Errors
    ///
    /// It is not there, or the catalog cannot be asked.
    pub async fn has_schema(&self) -> Result<(), EngineError> {
        match self {
            #[cfg(feature = "athena")]
            Remote::Athena(_) => Ok(()),
            #[cfg(feature = "trino")]
            Remote::Trino(engine, _) => engine.has_schema().await,
        }
    }

    /// Whether there is a table or view of a name.
    ///
    /// # Errors
    ///
    /// The catalog cannot be asked.
    pub async fn has_table(&self, called: &str) -> Result<bool, EngineError> {
        whichever!(self, engine => engine.has_table(called).await)
    }

    /// What a table's folders hold, of some partitions or all of them.
    ///
    /// # Errors
    ///
    /// S3 cannot be reached, or does not let the table's bucket be listed.
    pub async fn listing(&self, table: &Table, wanted: Option<&BTreeSet<Vec<String>>>) -> Result<Listing, EngineError> {
        whichever!(self, engine => engine.listing(table, wanted).await)
    }
}

impl Engine for Remote {
    async fn submit(&self, submission: &Submission) -> Result<QueryId, EngineError> {
        whichever!(self, engine => engine.submit(submission).await)
    }

    async fn find(&self, sql: &str, since: SystemTime) -> Result<Option<QueryId>, EngineError> {
        whichever!(self, engine => engine.find(sql, since).await)
    }

    async fn poll(&self, ids: &[QueryId]) -> Result<Vec<Status>, EngineError> {
        whichever!(self, engine => engine.poll(ids).await)
    }

    async fn wait(&self, ids: &[QueryId]) {
        whichever!(self, engine => engine.wait(ids).await);
    }

    async fn result(&self, id: &QueryId, columns: &[Type]) -> Result<ResultSet, EngineError> {
        whichever!(self, engine => engine.result(id, columns).await)
    }

    async fn cancel(&self, id: &QueryId) -> Result<(), EngineError> {
        whichever!(self, engine => engine.cancel(id).await)
    }

    async fn put(&self, location: &str, bytes: Vec<u8>) -> Result<(), EngineError> {
        whichever!(self, engine => engine.put(location, bytes).await)
    }

    async fn list(&self, location: &str) -> Result<Vec<StoredFile>, EngineError> {
        whichever!(self, engine => engine.list(location).await)
    }

    async fn remove(&self, location: &str) -> Result<usize, EngineError> {
        whichever!(self, engine => engine.remove(location).await)
    }

    async fn place_of(&self, table: &str) -> Result<Option<String>, EngineError> {
        whichever!(self, engine => engine.place_of(table).await)
    }

    async fn tidy(&self, run: &str) -> Result<(), EngineError> {
        whichever!(self, engine => engine.tidy(run).await)
    }

    fn slots(&self, kind: Kind) -> usize {
        whichever!(self, engine => engine.slots(kind))
    }

    fn lacks(&self, statements: &[String]) -> Vec<Vec<EngineError>> {
        whichever!(self, engine => engine.lacks(statements))
    }

    fn batch(&self) -> usize {
        whichever!(self, engine => engine.batch())
    }

    fn tags(&self) -> bool {
        whichever!(self, engine => engine.tags())
    }

    fn keeps_results(&self) -> bool {
        whichever!(self, engine => engine.keeps_results())
    }

    fn places_tables(&self) -> bool {
        whichever!(self, engine => engine.places_tables())
    }

    fn carries(&self, ty: &Type) -> bool {
        whichever!(self, engine => engine.carries(ty))
    }
}
