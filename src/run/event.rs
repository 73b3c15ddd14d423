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
    /// A step is done.
    StepDone {
        /// Its name.
        name: String,
    },
}
