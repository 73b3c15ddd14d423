//! Giving a run up: its queries are stopped, or everything that it made and nobody was meant to keep is
//! taken away. Both work on a run that another process left, from its ledger alone.

use super::attempt::now;
use super::ledger::{Entry, Ledger, LedgerError};
use super::outcome::StatementReport;
use super::own::Whose;
use super::{Event, Run, RunError, RunOptions, outcome};
use crate::Compiled;
use crate::emit;
use crate::engine::Engine;
use crate::plan::{Lifetime, StepKind};

/// What became of a run that was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cleaned {
    /// Tables that were done and stay.
    pub kept: Vec<String>,
    /// Tables that were to be kept and were not done: what there was of them is gone.
    pub undone: Vec<String>,
    /// What every attempt read.
    pub statements: Vec<StatementReport>,
}

/// Stops the queries of a run that no process has; gives how many may still be running, since the engine
/// could not be told.
pub async fn stop<E: Engine>(
    compiled: &Compiled,
    engine: &E,
    options: &RunOptions,
    ledger: &Ledger,
    listen: &(dyn Fn(Event) + Sync),
) -> usize {
    let run = Run::new(compiled, engine, options, ledger, listen);
    run.stop_queries().await;
    ledger.known().open().len()
}

/// Stops the queries of a run, and takes away what it made: the tables that are private to it, its files,
/// and the tables to be kept that were not done.
///
/// # Errors
///
/// The engine does not let something be stopped, dropped or deleted; what is gone is gone, and cleaning
/// can be tried again.
pub async fn clean<E: Engine>(
    compiled: &Compiled,
    engine: &E,
    options: &RunOptions,
    ledger: &Ledger,
    listen: &(dyn Fn(Event) + Sync),
) -> Result<Cleaned, RunError> {
    let run = Run::new(compiled, engine, options, ledger, listen);
    if !ledger.known().open().is_empty() {
        run.stop_queries().await;
    }
    if let Some((statement, _)) = ledger.known().open().into_iter().next() {
        // What may still be written would come back after it was deleted.
        return Err(LedgerError::Open { statement: statement.0 }.into());
    }
    // What is deleted from here on the ledger calls done: nobody may go on from it.
    if !ledger.known().given_up {
        ledger.record(Entry::GivenUp { at: now() })?;
    }
    let mut cleaned =
        Cleaned { kept: Vec::new(), undone: Vec::new(), statements: outcome::statements(&ledger.known()) };
    let taking_away = async {
        for (at, step) in compiled.plan.steps.iter().enumerate() {
            let (StepKind::Materialise(table, _, Lifetime::Kept) | StepKind::Foreach(_, table, Lifetime::Kept)) =
                &step.kind
            else {
                continue;
            };
            if run.is_done(at)? {
                run.made(at, table, None);
                cleaned.kept.push(table.name.clone());
            } else {
                run.undo(at).await?;
                cleaned.undone.push(table.name.clone());
            }
        }
        run.leave_nothing_behind().await
    };
    tokio::select! {
        result = taking_away => result?,
        never = run.watch.watch() => match never {},
    }
    Ok(cleaned)
}

impl<E: Engine> Run<'_, E> {
    /// Whether a step that makes a table is done, as far as the ledger says.
    fn is_done(&self, at: usize) -> Result<bool, RunError> {
        if let StepKind::Foreach(id, ..) = &self.compiled.plan.step(at).kind
            && self.ledger.expansion(&self.compiled.plan.foreachs[id].name).is_none()
        {
            return Ok(false);
        }
        let statements = self.statements()?;
        Ok(statements.iter().filter(|(step, _)| *step == at).all(|(_, statement)| self.has_succeeded(statement)))
    }

    /// Takes away a table that was to be kept. Only what this run has made is dropped: one of that name may have
    /// been there before, or may have taken its place since.
    async fn undo(&self, at: usize) -> Result<(), RunError> {
        if let Some(drop) = emit::drop_kept(&self.compiled.plan, at) {
            let whose = self.whose(at).await.map_err(|error| self.failed(&drop, at, error))?;
            if whose == Whose::Own {
                self.execute(&drop, self.work(at)).await?;
            }
        }
        match self.kept_by(at) {
            Some((_, location)) => self.remove(&location).await,
            None => Ok(()),
        }
    }
}
