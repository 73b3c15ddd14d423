//! An engine that remembers what it was told, in front of another.

use std::sync::Mutex;

use athplan::engine::{Engine, EngineError, QueryId, ResultSet, Status};

/// What was submitted, with its token and, once asked for, its rows.
#[derive(Debug, Clone)]
pub struct Submitted {
    /// The statement's text.
    pub sql: String,
    /// Its token, which holds the statement's name.
    pub token: String,
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

    /// What was submitted so far, in order.
    pub fn submitted(&self) -> Vec<Submitted> {
        self.submitted.lock().expect("nobody panicked").clone()
    }
}

impl<E: Engine> Engine for Recording<E> {
    async fn submit(&self, sql: &str, token: &str) -> Result<QueryId, EngineError> {
        let id = self.inner.submit(sql, token).await;
        // A statement that was refused was submitted too.
        let known = id.clone().unwrap_or_else(|_| QueryId(String::new()));
        let submitted = Submitted { sql: sql.to_owned(), token: token.to_owned(), id: known, rows: None };
        self.submitted.lock().expect("nobody panicked").push(submitted);
        id
    }

    async fn poll(&self, ids: &[QueryId]) -> Result<Vec<Status>, EngineError> {
        self.inner.poll(ids).await
    }

    async fn wait(&self, ids: &[QueryId]) {
        self.inner.wait(ids).await;
    }

    async fn result(&self, id: &QueryId) -> Result<ResultSet, EngineError> {
        let rows = self.inner.result(id).await?;
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

    fn slots(&self) -> usize {
        self.inner.slots()
    }
}
