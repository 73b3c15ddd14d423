//! One place that asks the engine what became of all running queries, many at a time.
//!
//! Engines count calls, so statements do not ask for themselves: each waits here for its end. Asking
//! slows down when the engine says that it is asked too much.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

use super::pace::Pace;
use crate::engine::{Engine, EngineError, ErrorClass, QueryId, Status};

/// The first pause after a call that failed, and the longest.
const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(20);

/// How often in a row asking may fail before those who wait are told.
const PATIENCE: u32 = 8;

/// How long news of new queries may put off asking about the others.
const AT_LEAST: Duration = Duration::from_secs(1);

type Told = oneshot::Sender<Result<Status, EngineError>>;

/// Watches queries until they have ended.
pub(super) struct Watch<'a, E> {
    engine: &'a E,
    waiting: Mutex<BTreeMap<QueryId, Told>>,
    news: Notify,
    pace: Pace,
}

impl<'a, E: Engine> Watch<'a, E> {
    pub fn new(engine: &'a E, pace: Pace) -> Self {
        Self { engine, waiting: Mutex::default(), news: Notify::new(), pace }
    }

    /// Waits for a query's end.
    ///
    /// # Errors
    ///
    /// The engine does not know the query, or cannot be asked.
    pub async fn ended(&self, id: &QueryId) -> Result<Status, EngineError> {
        let (tell, told) = oneshot::channel();
        self.waiting().insert(id.clone(), tell);
        self.news.notify_one();
        told.await.unwrap_or_else(|_| Err(EngineError::new(ErrorClass::Transient, "nobody watches the query")))
    }

    /// Watches for ever.
    pub async fn watch(&self) -> Infallible {
        let (mut failures, mut pause) = (0, Duration::ZERO);
        let mut asked = Instant::now();
        loop {
            let ids: Vec<QueryId> = {
                let mut waiting = self.waiting();
                waiting.retain(|_, tell| !tell.is_closed());
                waiting.keys().cloned().collect()
            };
            if ids.is_empty() {
                self.news.notified().await;
                continue;
            }
            tokio::time::sleep(self.pace.real(pause)).await;
            tokio::select! {
                () = self.engine.wait(&ids) => {}
                // New queries are waited for with the others, unless the others have waited for long.
                () = self.news.notified(), if asked.elapsed() < self.pace.real(AT_LEAST) => continue,
            }
            asked = Instant::now();
            for batch in ids.chunks(self.engine.batch().max(1)) {
                match self.ask(batch).await {
                    Ok(()) => (failures, pause) = (0, Duration::ZERO),
                    Err(error) if error.class.is_retryable() && failures < PATIENCE => {
                        failures += 1;
                        pause = (pause * 2).clamp(FIRST, LONGEST);
                    }
                    Err(error) => {
                        batch.iter().for_each(|id| self.tell(id, Err(error.clone())));
                        failures = 0;
                    }
                }
            }
        }
    }

    /// Asks about some queries, and tells those whose query has ended.
    async fn ask(&self, ids: &[QueryId]) -> Result<(), EngineError> {
        match self.engine.poll(ids).await {
            Ok(statuses) => {
                for (id, status) in ids.iter().zip(statuses) {
                    if status.state.has_ended() {
                        self.tell(id, Ok(status));
                    }
                }
                Ok(())
            }
            // One that the engine does not know is no reason to leave the others waiting.
            Err(error) if error.class == ErrorClass::Lost && ids.len() > 1 => {
                for id in ids {
                    match self.engine.poll(std::slice::from_ref(id)).await {
                        Ok(statuses) => {
                            let ended = statuses.into_iter().find(|status| status.state.has_ended());
                            ended.into_iter().for_each(|status| self.tell(id, Ok(status)));
                        }
                        Err(error) if error.class == ErrorClass::Lost => self.tell(id, Err(error)),
                        Err(error) => return Err(error),
                    }
                }
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    fn tell(&self, id: &QueryId, what: Result<Status, EngineError>) {
        if let Some(tell) = self.waiting().remove(id) {
            // Who has stopped waiting does not want to know.
            let _ = tell.send(what);
        }
    }

    fn waiting(&self) -> MutexGuard<'_, BTreeMap<QueryId, Told>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
