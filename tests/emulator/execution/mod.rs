//! Executions: from their submission to their end, and what is known of them.

mod data;
mod definition;
mod failure;
mod life;
mod registry;
mod session;
mod utility;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

pub use self::failure::Failure;
pub use self::life::begin;
pub use self::registry::{Compared, Executions, Registered, id};
use super::results::Outcome;
use super::statement::Statement;

/// What was asked for, as far as it is given back or decides something.
#[derive(Debug, Clone)]
pub struct Request {
    /// The text as Athena gives it back.
    pub query: String,
    /// The context's catalog, lower case.
    pub catalog: Option<String>,
    /// The context's database.
    pub database: Option<String>,
    /// The workgroup.
    pub workgroup: String,
    /// Values for the text's question marks.
    pub parameters: Vec<String>,
    /// The prefix that results go under, ending in `/`; none where Athena keeps them.
    pub output: Option<String>,
    /// Where the result lies or would lie.
    pub location: Option<String>,
    /// The account that the result's bucket must belong to.
    pub owner: Option<String>,
    /// How the result is encrypted, given back as it was sent.
    pub encryption: Option<serde_json::Value>,
}

/// An execution.
#[derive(Debug)]
pub struct Execution {
    /// Its id.
    pub id: String,
    /// What runs.
    pub statement: Arc<Statement>,
    /// What was asked for.
    pub request: Request,
    /// When it was submitted: emulated seconds since the start.
    pub submitted: f64,
    /// How far it is.
    progress: Mutex<Progress>,
    /// What it has written and nobody sees yet.
    aside: Mutex<Option<Box<data::Stored>>>,
    /// Wakes it when it is to stop.
    stop: Notify,
}

/// The states of an execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Accepted, not begun.
    Queued,
    /// Begun.
    Running,
    /// Done.
    Succeeded,
    /// Failed.
    Failed,
    /// Stopped.
    Cancelled,
}

impl State {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "QUEUED",
            Self::Running => "RUNNING",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::Cancelled => "CANCELLED",
        }
    }

    /// Whether nothing follows.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }

    /// Whether its rows are there.
    pub fn is_succeeded(self) -> bool {
        self == Self::Succeeded
    }
}

/// How far an execution is.
#[derive(Debug, Clone)]
pub struct Progress {
    /// Its state.
    pub state: State,
    /// When it began: emulated seconds since the start.
    pub began: Option<f64>,
    /// When it ended.
    pub ended: Option<f64>,
    /// `StateChangeReason`.
    pub reason: Option<String>,
    /// How it failed.
    pub failure: Option<Failure>,
    /// Bytes read so far.
    pub scanned: u64,
    /// What it yields.
    pub outcome: Outcome,
    /// Where the list of the files that it wrote lies.
    pub manifest: Option<String>,
    /// Whether its end is decided, if not said yet.
    closing: bool,
}

impl Execution {
    /// An execution that was just submitted.
    pub fn new(id: String, statement: Arc<Statement>, request: Request, submitted: f64) -> Self {
        let progress = Progress {
            state: State::Queued,
            began: None,
            ended: None,
            reason: None,
            failure: None,
            scanned: 0,
            outcome: Outcome::Nothing,
            manifest: None,
            closing: false,
        };
        let (progress, aside, stop) = (Mutex::new(progress), Mutex::default(), Notify::new());
        Self { id, statement, request, submitted, progress, aside, stop }
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        self.lock().clone()
    }

    /// Its state.
    pub fn state(&self) -> State {
        self.lock().state
    }

    /// Asks it to stop; nothing if its end is decided.
    pub fn stop(&self) {
        if !self.lock().closing {
            self.stop.notify_one();
        }
    }

    /// Decides its end, once: whoever comes later changes nothing.
    fn close(&self) -> bool {
        let mut progress = self.lock();
        !std::mem::replace(&mut progress.closing, true)
    }

    fn write_aside(&self, stored: Option<Box<data::Stored>>) {
        *self.aside.lock().unwrap_or_else(PoisonError::into_inner) = stored;
    }

    fn take_aside(&self) -> Option<Box<data::Stored>> {
        self.aside.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn change(&self, change: impl FnOnce(&mut Progress)) {
        change(&mut self.lock());
    }

    fn lock(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
