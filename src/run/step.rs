//! Running one step: its statements in order, a FOREACH's side by side.

use std::sync::Arc;

use super::attempt::Work;
use super::foreach::Unloaded;
use super::{Run, RunError};
use crate::catalog::Table;
use crate::emit::{self, Statement};
use crate::engine::{Engine, QueryId, ResultSet};
use crate::plan::{Lifetime, StepKind};

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
                self.drop_later(&step.name, &emit::table_name(plan, table));
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
                    let put = self.engine.put(&format!("{location}rows.json"), rows).await;
                    put.map_err(|error| self.failed(&define, at, error))?;
                }
                self.execute(&define, work).await?;
                self.drop_later(&step.name, &emit::table_name(plan, table));
            }
            StepKind::Materialise(table, query, lifetime) => {
                for statement in emit::store(plan, at, table, query, *lifetime, &compiled.rectangles) {
                    self.execute(&statement, work).await?;
                }
                self.made(table, *lifetime);
            }
            StepKind::Answer(query) => {
                let statement = emit::answer(plan, at, query, &compiled.rectangles);
                let id = self.execute(&statement, work).await?;
                let rows = self.rows(&statement, at, &id).await?;
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
        let bytes = crate::expand::step_bytes(&self.compiled.plan, &self.compiled.needs, step);
        Work { step, bytes, priority: self.ranks[step].saturating_add(bytes.unwrap_or(0)) }
    }

    /// Remembers a table that a step made: it is kept, or dropped at the end.
    pub(super) fn made(&self, table: &Table, lifetime: Lifetime) {
        let name = emit::table_name(&self.compiled.plan, table);
        match lifetime {
            Lifetime::Run => self.drop_later(&table.name, &name),
            Lifetime::Kept => {
                let location =
                    format!("{}tables/{}/{}/", self.options.output, emit::run_name(&table.name), self.options.run);
                self.with_state(|state| state.kept.push((table.name.clone(), location)));
            }
        }
    }

    pub(super) fn drop_later(&self, step: &str, name: &emit::Sql) {
        let statement = emit::drop_table(step, name);
        self.with_state(|state| state.drops.push(statement));
    }

    pub(super) async fn rows(&self, statement: &Statement, step: usize, id: &QueryId) -> Result<ResultSet, RunError> {
        self.engine.result(id, &statement.columns).await.map_err(|error| self.failed(statement, step, error))
    }
}
