//! Running one step: its statements in order, a FOREACH's side by side.

use std::sync::Arc;

use futures::StreamExt;
use futures::stream;

use super::attempt::Work;
use super::foreach::Unloaded;
use super::ledger::{Attempt, End, Ending, Entry};
use super::{Kept, Run, RunError};
use crate::catalog::Table;
use crate::constant::Value;
use crate::emit::{self, Purpose, Statement};
use crate::engine::{Engine, EngineError, ErrorClass, QueryId, ResultSet};
use crate::plan::{Lifetime, StepKind};

/// How many results are asked for side by side where only their counts of rows matter.
const ASKED: usize = 4;

impl<E: Engine> Run<'_, E> {
    /// Runs a step to its end.
    pub(super) async fn step(&self, at: usize) -> Result<(), RunError> {
        let compiled = self.compiled;
        let plan = &compiled.plan;
        let step = plan.step(at);
        let work = self.work(at);
        match &step.kind {
            StepKind::Declare(table) => {
                for statement in emit::define(plan, table, &compiled.world.inventory) {
                    self.execute(&statement, work).await?;
                }
            }
            StepKind::AddPartitions(table, entries) => {
                for statement in emit::add_partitions(plan, &step.name, table, entries) {
                    self.execute(&statement, work).await?;
                }
            }
            StepKind::File(table, path) => {
                let define = emit::define_file(plan, table);
                if !self.has_succeeded(&define) {
                    let rows = compiled.world.files.get(path).map(|file| file.lines.clone()).unwrap_or_default();
                    let location = emit::file_location(table).substitute(|symbol| self.place(symbol));
                    let place = format!("{location}rows.json");
                    let put = self.patiently(&place, || self.engine.put(&place, rows.clone())).await;
                    put.map_err(|error| self.failed(&define, at, error))?;
                }
                self.execute(&define, work).await?;
            }
            StepKind::Materialise(table, query, lifetime) => {
                let mut stored = None;
                for statement in emit::store(plan, at, table, query, *lifetime, &compiled.rectangles) {
                    let id = self.execute(&statement, work).await?;
                    stored = stored.or(Some(id).filter(|_| statement.purpose == Purpose::Store));
                }
                let rows = self.stored_rows(stored.as_slice(), *lifetime).await;
                self.made(at, table, rows);
            }
            StepKind::Answer(query) => {
                let statement = emit::answer(plan, at, query, &compiled.rectangles);
                let id = self.execute(&statement, work).await?;
                let rows = match self.patiently(&id.0, || self.engine.result(&id, &statement.columns)).await {
                    Err(error) if error.class == ErrorClass::Lost && !self.engine.keeps_results() => {
                        self.forget(&statement, at, error)?;
                        let id = self.execute(&statement, work).await?;
                        self.rows(&statement, at, &id).await?
                    }
                    rows => rows.map_err(|error| self.failed(&statement, at, error))?,
                };
                self.with_state(|state| state.answers.insert(at, rows));
            }
            StepKind::Foreach(id, table, lifetime) => {
                let foreach = &plan.foreachs[id];
                self.foreach(Unloaded { at, foreach, table: Arc::clone(table), lifetime: *lifetime }).await?;
            }
        }
        Ok(())
    }

    /// What a step's own statement is to the run.
    pub(super) fn work(&self, step: usize) -> Work {
        let bytes = crate::expand::step_bytes(&self.compiled.plan, &self.compiled.needs, step).known();
        Work { step, bytes, priority: self.ranks[step].saturating_add(bytes.unwrap_or(0)) }
    }

    /// Remembers a table that a step made and that is kept.
    pub(super) fn made(&self, at: usize, table: &Table, rows: Option<u64>) {
        if let Some((_, location)) = self.kept_by(at) {
            let kept = Kept { name: table.name.clone(), location, rows };
            self.with_state(|state| state.kept.insert(at, kept));
        }
    }

    /// How many rows the statements of a table that is kept have stored; none if the engine does not say
    /// it of each.
    pub(super) async fn stored_rows(&self, statements: &[QueryId], lifetime: Lifetime) -> Option<u64> {
        if lifetime == Lifetime::Run {
            return None;
        }
        let count = |id: QueryId| async move {
            let result = self.patiently(&id.0, || self.engine.result(&id, &[])).await.ok()?;
            let [row] = result.rows.as_slice() else { return None };
            let [Value::Integer(rows)] = row.as_slice() else { return None };
            u64::try_from(*rows).ok()
        };
        let mut counts = stream::iter(statements.iter().cloned()).map(count).buffer_unordered(ASKED);
        let mut total = 0;
        while let Some(rows) = counts.next().await {
            total += rows?;
        }
        Some(total)
    }

    /// Remembers that the rows of a query that succeeded are gone, so that it counts as failed; what it read stays.
    fn forget(&self, statement: &Statement, step: usize, error: EngineError) -> Result<(), RunError> {
        if self.ledger.is_completed() {
            // The tables that it would read have been dropped.
            let help = "the run was completed, and this engine does not keep rows: run the spec again, with CREATE TABLE … AS for rows that are to stay";
            return Err(self.failed(statement, step, error.with_help(help)));
        }
        let Some(Attempt { number, end: Some(end), .. }) = self.ledger.last(&statement.id) else { return Ok(()) };
        let outcome = Ending::Failed { class: error.class, message: error.message };
        let end = End { outcome, scans: Vec::new(), ..end };
        self.ledger.record(Entry::Ended { statement: statement.id.clone(), attempt: number, end })?;
        Ok(())
    }

    pub(super) async fn rows(&self, statement: &Statement, step: usize, id: &QueryId) -> Result<ResultSet, RunError> {
        let rows = self.patiently(&id.0, || self.engine.result(id, &statement.columns)).await;
        rows.map_err(|error| self.failed(statement, step, error))
    }
}
