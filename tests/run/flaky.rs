//! An engine in front of another that fails, or ends the world, at the call it was told.

use std::future::pending;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

use athplan::engine::{Engine, EngineError, Kind, QueryId, ResultSet, Status, StoredFile, Submission};
use athplan::types::Type;
use tokio::sync::Notify;

/// What happens at a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The process dies before the engine hears of it.
    DiesBefore,
    /// The process dies after the engine did it, and before anybody knows.
    DiesAfter,
    /// The engine does it, and its answer is lost.
    AnswerLost,
    /// The engine says that it is asked too much.
    Throttled,
    /// The engine fails, and may do better later.
    Transient,
}

/// What goes wrong with a call, by its number and its name.
type Plan = Box<dyn Fn(usize, &str) -> Option<Fault> + Send + Sync>;

/// The engine. Calls are numbered from 0.
pub struct Flaky<E> {
    inner: E,
    /// What happens at which call.
    plan: Plan,
    calls: AtomicUsize,
    /// Told when the process is to die.
    pub death: Notify,
    /// What was submitted, by token, and whether the engine took it.
    pub submitted: Mutex<Vec<(String, bool)>>,
}

impl<E: Engine> Flaky<E> {
    /// In front of an engine.
    pub fn new(inner: E, plan: impl Fn(usize, &str) -> Option<Fault> + Send + Sync + 'static) -> Self {
        Self {
            inner,
            plan: Box::new(plan),
            calls: AtomicUsize::new(0),
            death: Notify::new(),
            submitted: Mutex::default(),
        }
    }

    /// How many calls there were.
    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }

    /// The engine behind.
    pub fn into_inner(self) -> E {
        self.inner
    }

    async fn call<T>(&self, name: &str, act: impl Future<Output = Result<T, EngineError>>) -> Result<T, EngineError> {
        use athplan::engine::ErrorClass;
        let number = self.calls.fetch_add(1, Ordering::Relaxed);
        let error = |class| Err(EngineError::new(class, format!("call {number} ({name}) was told to fail")));
        match (self.plan)(number, name) {
            None => act.await,
            Some(Fault::DiesBefore) => self.die().await,
            Some(Fault::DiesAfter) => {
                let _ = act.await;
                self.die().await
            }
            Some(Fault::AnswerLost) => {
                let _ = act.await;
                error(ErrorClass::Transient)
            }
            Some(Fault::Throttled) => error(ErrorClass::Throttled),
            Some(Fault::Transient) => error(ErrorClass::Transient),
        }
    }

    async fn die<T>(&self) -> T {
        self.death.notify_one();
        pending().await
    }
}

impl<E: Engine> Engine for Flaky<E> {
    async fn submit(&self, submission: &Submission) -> Result<QueryId, EngineError> {
        let act = async {
            let taken = self.inner.submit(submission).await;
            self.submitted.lock().expect("nobody panicked").push((submission.token.clone(), taken.is_ok()));
            taken
        };
        self.call("submit", act).await
    }

    async fn find(&self, sql: &str, since: SystemTime) -> Result<Option<QueryId>, EngineError> {
        self.call("find", self.inner.find(sql, since)).await
    }

    async fn poll(&self, ids: &[QueryId]) -> Result<Vec<Status>, EngineError> {
        self.call("poll", self.inner.poll(ids)).await
    }

    async fn wait(&self, ids: &[QueryId]) {
        self.inner.wait(ids).await;
    }

    async fn result(&self, id: &QueryId, columns: &[Type]) -> Result<ResultSet, EngineError> {
        self.call("result", self.inner.result(id, columns)).await
    }

    async fn cancel(&self, id: &QueryId) -> Result<(), EngineError> {
        self.inner.cancel(id).await
    }

    async fn put(&self, location: &str, bytes: Vec<u8>) -> Result<(), EngineError> {
        self.call("put", self.inner.put(location, bytes)).await
    }

    async fn list(&self, location: &str) -> Result<Vec<StoredFile>, EngineError> {
        self.inner.list(location).await
    }

    async fn remove(&self, location: &str) -> Result<usize, EngineError> {
        self.call("remove", self.inner.remove(location)).await
    }

    async fn place_of(&self, table: &str) -> Result<Option<String>, EngineError> {
        self.inner.place_of(table).await
    }

    fn slots(&self, kind: Kind) -> usize {
        self.inner.slots(kind)
    }
}
