//! A statement from its submission to its end.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use tokio::task::{AbortHandle, JoinError};

use super::scan::ScanContext;
use crate::engine::{EngineError, ErrorClass, ResultSet, State, Status};

/// A submitted statement.
#[derive(Debug)]
pub struct Job {
    sql: String,
    submitted: SystemTime,
    context: Arc<ScanContext>,
    progress: Mutex<Progress>,
}

#[derive(Debug)]
struct Progress {
    state: State,
    result: ResultSet,
    abort: Option<AbortHandle>,
    /// Whether somebody asked for its end: an abort that came too late changes nothing.
    aborted: bool,
}

impl Job {
    /// A statement that waits for a slot.
    pub fn new(sql: String, context: Arc<ScanContext>) -> Self {
        let progress = Progress { state: State::Queued, result: ResultSet::default(), abort: None, aborted: false };
        Self { sql, submitted: SystemTime::now(), context, progress: Mutex::new(progress) }
    }

    /// Its text.
    pub fn sql(&self) -> &str {
        &self.sql
    }

    /// When it was submitted.
    pub fn submitted(&self) -> SystemTime {
        self.submitted
    }

    /// Notes how its work can be stopped.
    pub fn abort_with(&self, handle: AbortHandle) {
        let mut progress = self.progress();
        if progress.aborted {
            handle.abort();
        }
        progress.abort = Some(handle);
    }

    /// Stops it, unless it has ended.
    pub fn abort(&self) {
        let mut progress = self.progress();
        progress.aborted = true;
        if let Some(handle) = &progress.abort {
            handle.abort();
        }
    }

    /// Moves it on.
    pub fn set(&self, state: State) {
        self.progress().state = state;
    }

    /// Notes how its work ended.
    pub fn finish(&self, outcome: Result<Result<ResultSet, EngineError>, JoinError>) {
        let mut progress = self.progress();
        progress.state = match outcome {
            Ok(Ok(result)) => {
                progress.result = result;
                State::Succeeded
            }
            Ok(Err(error)) => State::Failed(error),
            Err(error) if error.is_cancelled() => State::Cancelled,
            Err(error) => {
                let message = format!("the embedded engine failed: {error}");
                State::Failed(EngineError::new(ErrorClass::Unsupported, message))
            }
        };
    }

    /// Whether it has ended, in whatever way.
    pub fn has_ended(&self) -> bool {
        self.progress().state.has_ended()
    }

    /// What is to be said of it now.
    pub fn status(&self) -> Status {
        let state = self.progress().state.clone();
        let scans = self.context.reports();
        Status { bytes_scanned: scans.iter().map(|scan| scan.bytes).sum(), scans, ..Status::new(state) }
    }

    /// Its rows.
    ///
    /// # Errors
    ///
    /// It has not succeeded.
    pub fn result(&self) -> Result<ResultSet, EngineError> {
        let progress = self.progress();
        match &progress.state {
            State::Succeeded => Ok(progress.result.clone()),
            State::Failed(error) => Err(error.clone()),
            State::Cancelled => Err(EngineError::new(ErrorClass::Statement, "Query cancelled by user")),
            State::Queued | State::Running => {
                Err(EngineError::new(ErrorClass::Transient, "Query has not yet finished"))
            }
        }
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
