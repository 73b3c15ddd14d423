//! Whose table it is that has the name of one to be kept: this run's, or somebody else's.
//!
//! Tables that are private to a run carry its id; one that is kept has the spec's own name, which another run
//! or a person may take at any moment. So nothing is concluded from such a name alone: what lies under this
//! run's folder is its own, and all else is neither written to nor dropped.

use super::attempt::Work;
use super::{Run, RunError};
use crate::catalog::with_slash;
use crate::emit::{self, Statement, StatementId};
use crate::engine::{Engine, EngineError, ErrorClass};
use crate::plan::{Lifetime, Plan, StepKind};

/// Whose a table is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Whose {
    /// There is none of that name.
    Nobodys,
    /// This run made it.
    Own,
    /// Its rows lie elsewhere.
    Others {
        /// Its name.
        name: String,
        /// Where they lie.
        location: String,
    },
}

impl<E: Engine> Run<'_, E> {
    /// Whose the table is that a statement of a step has found in its place.
    pub(super) async fn whose_stands_there(&self, statement: &Statement, step: usize) -> Result<Whose, EngineError> {
        let text = statement.sql.substitute(|symbol| self.place(symbol));
        match self.kept_by(step) {
            Some((name, _)) if text.starts_with(&format!("CREATE EXTERNAL TABLE {name} ")) => self.whose(step).await,
            // Every other name that a run makes has its id in it.
            _ => Ok(Whose::Own),
        }
    }

    /// The name of the table that a step keeps, and the folder of its rows.
    pub(super) fn kept_by(&self, step: usize) -> Option<(String, String)> {
        let plan = &self.compiled.plan;
        match &plan.step(step).kind {
            StepKind::Materialise(.., Lifetime::Kept) | StepKind::Foreach(.., Lifetime::Kept) => {
                let (name, folder) = emit::stored_table(plan, step)?;
                Some((name.substitute(|symbol| self.place(symbol)), folder.substitute(|symbol| self.place(symbol))))
            }
            _ => None,
        }
    }

    /// Whose the table is that a step keeps.
    pub(super) async fn whose(&self, step: usize) -> Result<Whose, EngineError> {
        let Some((name, folder)) = self.kept_by(step) else { return Ok(Whose::Own) };
        match self.patiently(&name, || self.engine.place_of(&name)).await? {
            None => Ok(Whose::Nobodys),
            Some(location) if with_slash(&location).starts_with(&folder) => Ok(Whose::Own),
            Some(location) => Ok(Whose::Others { name, location }),
        }
    }

    /// Sees to it that a table to be kept, which this run has made, is there: before rows are added to it, since
    /// somebody may have dropped it meanwhile, or have put another in its place.
    pub(super) async fn hold_own(&self, create: &Statement, work: Work) -> Result<(), RunError> {
        match self.whose(work.step).await.map_err(|error| self.failed(create, work.step, error))? {
            Whose::Own => Ok(()),
            Whose::Others { name, location } => Err(self.failed(create, work.step, not_own(&name, &location))),
            Whose::Nobodys => {
                let made = self.ledger.last(&create.id).map_or(0, |attempt| attempt.number);
                self.begin(create, work, made.saturating_add(1)).await?;
                // Whether it was made anew, or has to be tried again, the ledger says.
                self.execute(create, work).await.map(|_| ())
            }
        }
    }

    /// Whether the text of a statement names the run, so that no other run has sent the same.
    pub(super) fn is_this_runs(&self, sql: &str) -> bool {
        sql.contains(self.options.run.as_str())
    }
}

/// The statement that drops a table to be kept, by its name.
pub(super) fn drop_of_kept(plan: &Plan, name: &StatementId) -> Option<Statement> {
    (0..plan.steps.len()).filter_map(|step| emit::drop_kept(plan, step)).find(|drop| drop.id == *name)
}

/// The refusal of a table that is not the run's.
pub(super) fn not_own(name: &str, location: &str) -> EngineError {
    let message = format!("the table `{name}` is there already, and lies in {location}: this run did not make it");
    EngineError::new(ErrorClass::Statement, message).with_help(format!(
        "drop or rename {name}, then resume the run: its rows are stored, and are not paid for again"
    ))
}
