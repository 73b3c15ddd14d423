//! What happens while a plan runs, as events: what runs never prints.

use crate::emit::{Purpose, StatementId};

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The run began.
    Started {
        /// Its id.
        run: String,
        /// How many steps it has.
        steps: usize,
    },
    /// A statement was submitted.
    Submitted {
        /// Which.
        statement: StatementId,
    },
    /// A statement succeeded.
    Finished {
        /// Which.
        statement: StatementId,
        /// What it was for.
        purpose: Purpose,
        /// Bytes read, as stored.
        bytes: u64,
        /// How long it took, in milliseconds.
        milliseconds: u64,
    },
    /// A FOREACH's driver rows became statements.
    Expanded {
        /// The FOREACH, by its table's name.
        name: String,
        /// Driver rows.
        rows: usize,
        /// Distinct partitions.
        partitions: usize,
        /// Statements.
        statements: usize,
    },
    /// A statement that an earlier process submitted is taken up.
    TakenUp {
        /// Which.
        statement: StatementId,
    },
    /// A statement failed in a way that is worth another attempt.
    TriedAgain {
        /// Which.
        statement: StatementId,
        /// The engine's word.
        reason: String,
    },
    /// A statement took more than the engine gives one, and two take its place.
    Split {
        /// Which.
        statement: StatementId,
        /// The engine's word.
        reason: String,
    },
    /// The engine said that it was asked too much at once.
    Throttled {
        /// How many statements may run side by side from now on.
        width: usize,
    },
    /// A query was stopped, since the run stops.
    Stopped {
        /// Its statement.
        statement: StatementId,
    },
    /// A step is done.
    StepDone {
        /// Its name.
        name: String,
    },
}
