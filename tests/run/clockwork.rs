//! An engine without data that only counts time and bytes: every query gives no rows.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use athplan::engine::{
    Engine, EngineError, ErrorClass, Kind, QueryId, ResultSet, State, Status, StoredFile, Submission,
};
use athplan::types::Type;
use tokio::time::Instant;

/// What a query comes to, by its text.
type Figure<T> = Box<dyn Fn(&str) -> T + Send + Sync>;

/// The engine.
pub struct Clockwork {
    /// How long a query takes.
    pub latency: Figure<Duration>,
    /// The bytes that it reads.
    pub bytes: Figure<u64>,
    /// The bytes of the one file that lies wherever somebody looks.
    pub stored: u64,
    /// How many it says that it takes.
    pub slots: usize,
    /// How many may run before it says that it is too much.
    pub quota: usize,
    pub queries: Mutex<BTreeMap<QueryId, Query>>,
}

/// A query that was submitted.
pub struct Query {
    pub sql: String,
    end: Instant,
    bytes: u64,
}

impl Clockwork {
    /// An engine whose queries take no time and read nothing.
    pub fn new(slots: usize) -> Self {
        Self {
            latency: Box::new(|_| Duration::ZERO),
            bytes: Box::new(|_| 0),
            stored: 0,
            slots,
            quota: slots,
            queries: Mutex::default(),
        }
    }
}

impl Engine for Clockwork {
    async fn submit(&self, submission: &Submission) -> Result<QueryId, EngineError> {
        let mut queries = self.queries.lock().expect("nobody panicked");
        let now = Instant::now();
        if queries.values().filter(|query| query.end > now).count() >= self.quota {
            return Err(EngineError::new(ErrorClass::Throttled, "too many queries"));
        }
        let sql = submission.sql.clone();
        let is_definition = submission.kind == Kind::Definition;
        let takes = if is_definition { Duration::from_millis(400) } else { (self.latency)(&sql) };
        let bytes = if is_definition { 0 } else { (self.bytes)(&sql) };
        let id = QueryId(format!("q{}", queries.len()));
        queries.insert(id.clone(), Query { sql, end: now + takes, bytes });
        Ok(id)
    }

    async fn find(&self, _: &str, _: SystemTime) -> Result<Option<QueryId>, EngineError> {
        Ok(None)
    }

    async fn poll(&self, ids: &[QueryId]) -> Result<Vec<Status>, EngineError> {
        let queries = self.queries.lock().expect("nobody panicked");
        let status = |id| {
            let query: &Query = &queries[id];
            let state = if query.end <= Instant::now() { State::Succeeded } else { State::Running };
            Status { bytes_scanned: query.bytes, ..Status::new(state) }
        };
        Ok(ids.iter().map(status).collect())
    }

    async fn wait(&self, _: &[QueryId]) {
        tokio::time::sleep(Duration::from_millis(250)).await;
    }

    async fn result(&self, _: &QueryId, _: &[Type]) -> Result<ResultSet, EngineError> {
        Ok(ResultSet::default())
    }

    async fn cancel(&self, _: &QueryId) -> Result<(), EngineError> {
        Ok(())
    }

    async fn put(&self, _: &str, _: Vec<u8>) -> Result<(), EngineError> {
        Ok(())
    }

    async fn list(&self, _: &str) -> Result<Vec<StoredFile>, EngineError> {
        Ok(vec![StoredFile { location: "s3://out/file".to_owned(), bytes: self.stored }])
    }

    async fn remove(&self, _: &str) -> Result<usize, EngineError> {
        Ok(0)
    }

    async fn place_of(&self, _: &str) -> Result<Option<String>, EngineError> {
        Ok(None)
    }

    fn slots(&self, _: Kind) -> usize {
        self.slots
    }
}
