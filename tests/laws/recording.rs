//! An engine that remembers what it was told, in front of another.

use std::sync::Mutex;
use std::time::SystemTime;

use athplan::engine::{Engine, EngineError, Kind, QueryId, ResultSet, Status, StoredFile, Submission};
use athplan::types::Type;

/// What was submitted, with its token and, once asked for, its rows.
#[derive(Debug, Clone)]
pub struct Submitted {
    /// The statement's text.
    pub sql: String,
    /// Its token, which holds the statement's name.
    pub token: String,
    /// What kind it is.
    pub kind: Kind,
    /// Its id.
    pub id: QueryId,
    /// Its rows, if anybody asked for them.
    pub rows: Option<ResultSet>,
}

/// The engine.
pub struct Recording<E> {
    inner: E,
    submitted: Mutex<Vec<Submitted>>,
}

impl<E: Engine> Recording<E> {
    /// In front of an engine.
    pub fn new(inner: E) -> Self {
        Self { inner, submitted: Mutex::new(Vec::new()) }
    }

    /// The other engine.
    pub fn inner(&self) -> &E {
        &self.inner
    }

    /// What was submitted so far, in order.
    pub fn submitted(&self) -> Vec<Submitted> {
        self.submitted.lock().expect("nobody panicked").clone()
    }
}

impl<E: Engine> Engine for Recording<E> {
    async fn submit(&self, submission: &Submission) -> Result<QueryId, EngineError> {
        let id = self.inner.submit(submission).await;
        let Submission { sql, token, kind } = submission.clone();
        // A statement that was refused was submitted too.
        let known = id.clone().unwrap_or_else(|_| QueryId(String::new()));
        let submitted = Submitted { sql, token, kind, id: known, rows: None };
        self.submitted.lock().expect("nobody panicked").push(submitted);
        id
    }

    async fn find(&self, sql: &str, since: SystemTime) -> Result<Option<QueryId>, EngineError> {
        self.inner.find(sql, since).await
    }

    async fn poll(&self, ids: &[QueryId]) -> Result<Vec<Status>, EngineError> {
        self.inner.poll(ids).await
    }

    async fn wait(&self, ids: &[QueryId]) {
        self.inner.wait(ids).await;
    }

    async fn result(&self, id: &QueryId, columns: &[Type]) -> Result<ResultSet, EngineError> {
        let rows = self.inner.result(id, columns).await?;
        let mut submitted = self.submitted.lock().expect("nobody panicked");
        for one in submitted.iter_mut().filter(|one| one.id == *id) {
            one.rows = Some(rows.clone());
        }
        Ok(rows)
    }

    async fn cancel(&self, id: &QueryId) -> Result<(), EngineError> {
        self.inner.cancel(id).await
    }

    async fn put(&self, location: &str, bytes: Vec<u8>) -> Result<(), EngineError> {
        self.inner.put(location, bytes).await
    }

    async fn list(&self, location: &str) -> Result<Vec<StoredFile>, EngineError> {
        self.inner.list(location).await
    }

    async fn remove(&self, location: &str) -> Result<usize, EngineError> {
        self.inner.remove(location).await
    }

    async fn place_of(&self, table: &str) -> Result<Option<String>, EngineError> {
        self.inner.place_of(table).await
    }

    async fn tidy(&self, run: &str) -> Result<(), EngineError> {
        self.inner.tidy(run).await
    }

    fn slots(&self, kind: Kind) -> usize {
        self.inner.slots(kind)
    }

    fn lacks(&self, statements: &[String]) -> Vec<Vec<EngineError>> {
        self.inner.lacks(statements)
    }

    fn batch(&self) -> usize {
        self.inner.batch()
    }

    fn tags(&self) -> bool {
        self.inner.tags()
    }

    fn keeps_results(&self) -> bool {
        self.inner.keeps_results()
    }

    fn places_tables(&self) -> bool {
        self.inner.places_tables()
    }

    fn carries(&self, ty: &Type) -> bool {
        self.inner.carries(ty)
    }
}
