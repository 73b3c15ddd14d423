//! What a run may read, spend and submit, and what of it is left.
//!
//! A limit is held against what is about to be submitted: what all attempts have read, failed and
//! stopped ones too, and what those that run are expected to read, count. It fails closed: bytes that
//! nobody knows are more than any limit of bytes or dollars.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use miette::Diagnostic;
use thiserror::Error;

use crate::bind::Limits;
use crate::cost::{Bytes, Dollars, Price};
use crate::emit::StatementId;

/// Why a run may not go on.
#[derive(Debug, Clone, PartialEq, Error, Diagnostic)]
pub enum BudgetError {
    /// A limit would be passed.
    #[error("step `{step}`: {what} would pass the limit of {limit}: {spent} spent, {planned} about to be")]
    #[diagnostic(code(athplan::run::budget), help("raise {option}, or read less"))]
    Passed {
        /// The step.
        step: String,
        /// What is limited.
        what: &'static str,
        /// The limit.
        limit: String,
        /// What is spent or running.
        spent: String,
        /// What was about to be submitted.
        planned: String,
        /// The option that sets the limit.
        option: &'static str,
    },
    /// Nobody knows how many bytes a statement reads.
    #[error("step `{step}`: nobody knows how many bytes `{statement}` reads, and {option} limits them")]
    #[diagnostic(code(athplan::run::budget_unknown), help("let the table's files be listed, or leave out {option}"))]
    Unknown {
        /// The step.
        step: String,
        /// The statement.
        statement: StatementId,
        /// The option that sets the limit.
        option: &'static str,
    },
    /// A statement read more than planned.
    #[error(
        "step `{step}`: `{statement}` read {actual} where the plan says {planned}: the run stops before it costs more"
    )]
    #[diagnostic(
        code(athplan::run::overrun),
        help("the partitions may not be pruned as planned: look at the statement, or list the table's files anew")
    )]
    Overrun {
        /// The step.
        step: String,
        /// The statement.
        statement: StatementId,
        /// What it read.
        actual: String,
        /// What it was to read.
        planned: String,
    },
}

/// What a statement may read beyond its plan before the run stops: the engine's floor for a bill, and
/// a tenth.
const TOLERANCE: u64 = 10 << 20;

/// What a run has spent, and may spend.
#[derive(Debug)]
pub(super) struct Budget {
    limits: Limits,
    price: Price,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    bytes: u64,
    dollars: f64,
    statements: usize,
    /// What each running statement is expected to read.
    running: BTreeMap<StatementId, u64>,
}

/// What is about to be submitted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Planned<'a> {
    pub step: &'a str,
    pub statement: &'a StatementId,
    /// Bytes; none if nobody knows.
    pub bytes: Option<u64>,
}

impl Budget {
    pub fn new(limits: Limits, price: Price) -> Self {
        Self { limits, price, state: Mutex::default() }
    }

    /// Takes in what attempts of earlier processes have read.
    pub fn spent_before(&self, bytes: impl IntoIterator<Item = u64>) {
        let mut state = self.state();
        for bytes in bytes {
            state.spend(bytes, self.price);
        }
    }

    /// Whether statements may be submitted, all of them.
    ///
    /// # Errors
    ///
    /// The limit that they would pass.
    pub fn check<'p>(&self, planned: impl IntoIterator<Item = Planned<'p>>) -> Result<(), Box<BudgetError>> {
        let state = self.state();
        let (mut bytes, mut dollars, mut statements) = (0_u64, 0.0, 0);
        let mut steps: Vec<&str> = Vec::new();
        let by_bytes = match (self.limits.bytes, self.limits.dollars) {
            (Some(_), _) => Some("--max-scan"),
            (None, Some(_)) => Some("--max-cost"),
            (None, None) => None,
        };
        for one in planned {
            statements += 1;
            match (one.bytes, by_bytes) {
                (Some(read), _) => {
                    bytes = bytes.saturating_add(read);
                    dollars += self.price.statement(read);
                }
                (None, Some(option)) => {
                    let (step, statement) = (one.step.to_owned(), one.statement.clone());
                    return Err(Box::new(BudgetError::Unknown { step, statement, option }));
                }
                (None, None) => {}
            }
            if !steps.contains(&one.step) {
                steps.push(one.step);
            }
        }
        let step = match steps.as_slice() {
            [] => return Ok(()),
            [step] => (*step).to_owned(),
            [first, .., last] => format!("{first}` to `{last}"),
        };
        let running: u64 = state.running.values().sum();
        let in_flight: f64 = state.running.values().map(|bytes| self.price.statement(*bytes)).sum();
        let passed = |what, limit, spent, planned, option| {
            Err(Box::new(BudgetError::Passed { step: step.clone(), what, limit, spent, planned, option }))
        };
        let used = state.bytes.saturating_add(running);
        if let Some(limit) = self.limits.bytes.filter(|limit| used.saturating_add(bytes) > *limit) {
            let (limit, used, bytes) = (Bytes(limit), Bytes(used), Bytes(bytes));
            return passed("what is read", limit.to_string(), used.to_string(), bytes.to_string(), "--max-scan");
        }
        let used = state.dollars + in_flight;
        if let Some(limit) = self.limits.dollars.filter(|limit| used + dollars > *limit) {
            let (limit, used, dollars) = (Dollars(limit), Dollars(used), Dollars(dollars));
            return passed("the cost", limit.to_string(), used.to_string(), dollars.to_string(), "--max-cost");
        }
        let used = state.statements + state.running.len();
        if let Some(limit) = self.limits.statements.filter(|limit| used + statements > *limit) {
            let texts = [limit, used, statements].map(|number| number.to_string());
            let [limit, used, statements] = texts;
            return passed("the number of statements", limit, used, statements, "--max-statements");
        }
        Ok(())
    }

    /// Takes in a statement that is about to be submitted.
    ///
    /// # Errors
    ///
    /// The limit that it would pass.
    pub fn admit(&self, planned: Planned<'_>) -> Result<(), Box<BudgetError>> {
        self.check([planned])?;
        self.state().running.insert(planned.statement.clone(), planned.bytes.unwrap_or(0));
        Ok(())
    }

    /// Takes in what an attempt has read, however it ended.
    pub fn settle(&self, statement: &StatementId, actual: u64) {
        let mut state = self.state();
        state.running.remove(statement);
        state.spend(actual, self.price);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Planned<'_> {
    /// Holds what a statement has read against its plan, `stored` bytes of tables that the run stored aside.
    ///
    /// # Errors
    ///
    /// It read more than it was to.
    pub fn hold(&self, actual: u64, stored: u64) -> Result<(), Box<BudgetError>> {
        match self.bytes {
            Some(bytes) if actual > [bytes, bytes / 10, TOLERANCE, stored].into_iter().fold(0, u64::saturating_add) => {
                Err(Box::new(BudgetError::Overrun {
                    step: self.step.to_owned(),
                    statement: self.statement.clone(),
                    actual: Bytes(actual).to_string(),
                    planned: Bytes(bytes).to_string(),
                }))
            }
            _ => Ok(()),
        }
    }
}

impl State {
    fn spend(&mut self, bytes: u64, price: Price) {
        self.bytes = self.bytes.saturating_add(bytes);
        self.dollars += price.statement(bytes);
        self.statements += 1;
    }
}
