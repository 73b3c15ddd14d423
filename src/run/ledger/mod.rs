//! What a run has done, so that nothing that was paid for is paid for again (law 7).
//!
//! A run is walked from its beginning each time a process takes it up. What the ledger says has ended
//! is not submitted again, what it says was submitted is looked for; so a run that was stopped anywhere
//! goes on where it stood. The ledger lies in a folder of the run's own, with the plan: resuming compiles
//! nothing. A run that cannot be taken up again keeps its ledger in memory.

mod entry;
mod file;

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use miette::Diagnostic;
use thiserror::Error;

pub use entry::{End, Ending, Entry, Expanded, Header, Unloading, VERSION};

use self::file::LedgerFile;
use crate::emit::StatementId;
use crate::engine::QueryId;

/// What a run has done.
#[derive(Debug, Default)]
pub struct Ledger {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    known: Known,
    file: Option<LedgerFile>,
}

/// What the entries come to.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// The attempts at each statement, in order.
    pub attempts: BTreeMap<StatementId, Vec<Attempt>>,
    /// What FOREACHs came to, by name.
    pub expansions: BTreeMap<String, Arc<Expanded>>,
    /// The run, if it has begun.
    pub header: Option<Header>,
    /// Whether all is done.
    pub completed: bool,
    /// Whether what it made is being taken away.
    pub given_up: bool,
}

/// One attempt at a statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    /// Its number, from 1.
    pub number: u32,
    /// Whether it runs a query, which is what an engine bills.
    pub reads: bool,
    /// The bytes that it was expected to read; none if nobody knew.
    pub planned: Option<u64>,
    /// When it was submitted, in seconds since the epoch.
    pub at: i64,
    /// Whether this process began it, rather than one before.
    pub own: bool,
    /// The engine's id for it, once it is known.
    pub query: Option<QueryId>,
    /// How it ended, once it has.
    pub end: Option<End>,
}

/// Why a ledger cannot be written or read.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
pub enum LedgerError {
    /// There is none.
    #[error("no run is kept in {folder}")]
    #[diagnostic(code(athplan::ledger::missing), help("athplan runs lists those that are"))]
    Missing {
        /// The folder.
        folder: String,
    },
    /// Another process holds it.
    #[error("another process has the run in {folder}")]
    #[diagnostic(
        code(athplan::ledger::locked),
        help("wait for it, or stop it; a process that was killed holds nothing")
    )]
    Locked {
        /// The folder.
        folder: String,
    },
    /// What it made is being taken away.
    #[error("the run {run} is being cleaned: what it made is gone in part")]
    #[diagnostic(
        code(athplan::ledger::given_up),
        help("`athplan clean {run}` takes away the rest; then run the spec anew")
    )]
    GivenUp {
        /// The run.
        run: String,
    },
    /// A query may still run, and the engine cannot be told to stop it.
    #[error("the query of `{statement}` may still run, and could not be stopped")]
    #[diagnostic(code(athplan::ledger::open), help("try again once it has ended, or once its engine can be reached"))]
    Open {
        /// The statement.
        statement: String,
    },
    /// A line is not what was written.
    #[error("line {line} of {path} is not as it was written")]
    #[diagnostic(
        code(athplan::ledger::damaged),
        help(
            "the run cannot go on from it, nor be cleaned by it: what it made has the run's name, in the database and \
             under its output location, in the folders steps, files and tables"
        )
    )]
    Damaged {
        /// The file.
        path: String,
        /// The line, from 1.
        line: usize,
    },
    /// It was written in another format.
    #[error("the ledger is of format {found}, and this athplan reads format {VERSION}")]
    #[diagnostic(code(athplan::ledger::version), help("go on with the athplan that began the run"))]
    Version {
        /// Its format.
        found: u32,
    },
    /// The plan beside it cannot be read by this version.
    #[error("the run's plan cannot be read: {reason}")]
    #[diagnostic(code(athplan::ledger::plan), help("go on with the athplan that began the run"))]
    Plan {
        /// Why.
        reason: String,
    },
    /// The disk does not take it or give it.
    #[error("{path}: {reason}")]
    #[diagnostic(code(athplan::ledger::disk))]
    Disk {
        /// The file.
        path: String,
        /// The system's word.
        reason: String,
    },
}

impl LedgerError {
    fn at(path: &Path, error: &io::Error) -> Self {
        LedgerError::Disk { path: path.display().to_string(), reason: error.to_string() }
    }
}

impl Ledger {
    /// A ledger that lives as long as the process.
    pub fn in_memory() -> Self {
        Self::default()
    }

    /// The ledger of a new run, in a folder of its own; `plan` is what resuming will go on from.
    ///
    /// # Errors
    ///
    /// The folder cannot be written, or another process holds it.
    pub fn create(folder: &Path, mut header: Header, plan: &[u8]) -> Result<Self, LedgerError> {
        header.plan = file::sum(plan);
        let file = LedgerFile::create(folder, &header, plan)?;
        let known = Known { header: Some(header), ..Known::default() };
        Ok(Self { inner: Mutex::new(Inner { known, file: Some(file) }) })
    }

    /// The ledger of a run that is to go on, and its plan.
    ///
    /// # Errors
    ///
    /// There is none, another process holds it, or it cannot be read.
    pub fn open(folder: &Path) -> Result<(Self, Vec<u8>), LedgerError> {
        let (file, entries, plan) = LedgerFile::open(folder)?;
        let known = known(&entries);
        Ok((Self { inner: Mutex::new(Inner { known, file: Some(file) }) }, plan))
    }

    /// Records what is about to happen or has happened.
    ///
    /// # Errors
    ///
    /// The disk does not take it. What it speaks of must then not happen.
    pub fn record(&self, entry: Entry) -> Result<(), LedgerError> {
        let mut inner = self.inner();
        if let Some(file) = &mut inner.file {
            file.append(&entry)?;
        }
        inner.known.take_in(entry, true);
        Ok(())
    }

    /// The last attempt at a statement.
    pub fn last(&self, statement: &StatementId) -> Option<Attempt> {
        self.inner().known.attempts.get(statement)?.last().cloned()
    }

    /// Whether the run had come to its end before.
    pub fn is_completed(&self) -> bool {
        self.inner().known.completed
    }

    /// How many attempts at a statement this process has begun.
    pub fn own_attempts(&self, statement: &StatementId) -> usize {
        let inner = self.inner();
        let attempts = inner.known.attempts.get(statement);
        attempts.map_or(0, |attempts| attempts.iter().filter(|attempt| attempt.own).count())
    }

    /// What a FOREACH came to, if it is known.
    pub fn expansion(&self, name: &str) -> Option<Arc<Expanded>> {
        self.inner().known.expansions.get(name).cloned()
    }

    /// What the entries come to.
    pub fn known(&self) -> Known {
        self.inner().known.clone()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        // What a panicking holder had recorded is on disk and in memory both, or in neither.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the ledger in a folder says, whoever holds it.
///
/// # Errors
///
/// There is none, or it cannot be read.
pub fn read(folder: &Path) -> Result<Known, LedgerError> {
    Ok(known(&file::read(folder)?))
}

/// Whether a folder is that of a run that never began: its process died before the first line of its ledger
/// was on disk, and so before anything was submitted.
pub fn is_unbegun(folder: &Path) -> bool {
    file::is_unbegun(folder)
}

/// Whether a process has the run in a folder.
pub fn is_held(folder: &Path) -> bool {
    file::is_held(folder)
}

fn known(entries: &[Entry]) -> Known {
    let mut known = Known::default();
    for entry in entries {
        known.take_in(entry.clone(), false);
    }
    known
}

impl Known {
    fn take_in(&mut self, entry: Entry, own: bool) {
        match entry {
            Entry::Begun(header) => self.header = Some(header),
            Entry::Resumed { .. } => {}
            Entry::Expanded(expanded) => {
                self.expansions.insert(expanded.name.clone(), Arc::new(expanded));
            }
            Entry::Split { name, number, into } => {
                if let Some(expanded) = self.expansions.get_mut(&name) {
                    let expanded = Arc::make_mut(expanded);
                    expanded.statements.retain(|statement| statement.number != number);
                    expanded.statements.extend(into);
                }
            }
            Entry::Submitting { statement, attempt, reads, planned, at } => {
                let attempts = self.attempts.entry(statement).or_default();
                attempts.push(Attempt { number: attempt, reads, planned, at, own, query: None, end: None });
            }
            Entry::Submitted { statement, attempt, query } => {
                if let Some(attempt) = self.attempt(&statement, attempt) {
                    attempt.query = Some(query);
                }
            }
            Entry::Ended { statement, attempt, end } => {
                if let Some(attempt) = self.attempt(&statement, attempt) {
                    attempt.end = Some(end);
                }
            }
            Entry::GivenUp { .. } => self.given_up = true,
            Entry::Completed { .. } => self.completed = true,
        }
    }

    fn attempt(&mut self, statement: &StatementId, number: u32) -> Option<&mut Attempt> {
        self.attempts.get_mut(statement)?.iter_mut().find(|attempt| attempt.number == number)
    }

    /// The attempts that may still be running.
    pub fn open(&self) -> Vec<(StatementId, Attempt)> {
        let mut open = Vec::new();
        for (statement, attempts) in &self.attempts {
            open.extend(attempts.iter().filter(|one| one.end.is_none()).map(|one| (statement.clone(), one.clone())));
        }
        open
    }

    /// The bytes that all attempts have read, failed and cancelled ones too, and how many there were.
    pub fn spent(&self) -> (u64, usize) {
        let ends = self.attempts.values().flatten().filter_map(|attempt| attempt.end.as_ref());
        ends.fold((0, 0), |(bytes, count), end| (bytes.saturating_add(end.bytes), count + 1))
    }
}
