//! Running one step: its statements in order, a FOREACH's portions side by side.

use std::time::{Duration, Instant};

use futures::StreamExt;
use futures::stream::FuturesUnordered;

use super::lacking::spec_span;
use super::{Event, ExpansionReport, Kept, Run, RunError, StatementReport};
use crate::catalog::Table;
use crate::constant::Value;
use crate::emit::{self, Statement, Symbol};
use crate::engine::{Engine, EngineError, ErrorClass, QueryId, ResultSet, State};
use crate::expand::{DriverRow, expand};
use crate::plan::{ForeachPlan, Lifetime, StepKind};

impl<E: Engine> Run<'_, E> {
    /// Runs a step to its end.
    pub(super) async fn step(&self, at: usize) -> Result<(), RunError> {
        let compiled = self.compiled;
        let plan = &compiled.plan;
        let step = plan.step(at);
        match &step.kind {
            StepKind::Declare(table) => {
                for statement in emit::define(plan, table, &compiled.world.inventory) {
                    self.execute(&statement, at).await?;
                }
            }
            StepKind::AddPartitions(table, entries) => {
                for statement in emit::add_partitions(plan, &step.name, table, entries) {
                    self.execute(&statement, at).await?;
                }
            }
            StepKind::File(table, path) => {
                let rows = compiled.world.files.get(path).map(|file| file.lines.clone()).unwrap_or_default();
                let location = emit::file_location(table).substitute(|symbol| self.symbol(symbol));
                self.engine
                    .put(&format!("{location}rows.json"), rows)
                    .await
                    .map_err(|error| self.failed(&emit::define_file(plan, table), at, error))?;
                self.execute(&emit::define_file(plan, table), at).await?;
            }
            StepKind::Materialise(table, query, lifetime) => {
                let statement = emit::store(plan, at, table, query, *lifetime, &compiled.rectangles);
                let id = self.execute(&statement, at).await?;
                let rows = self.stored_rows(&[id], *lifetime).await;
                self.made(at, table, *lifetime, rows);
            }
            StepKind::Answer(query) => {
                let statement = emit::answer(plan, at, query, &compiled.rectangles);
                let id = self.execute(&statement, at).await?;
                let rows = self.rows(&statement, at, &id).await?;
                self.with_state(|state| state.answers.insert(at, rows));
            }
            StepKind::Foreach(id, table, lifetime) => {
                self.foreach(at, &plan.foreachs[id], table, *lifetime).await?;
            }
        }
        Ok(())
    }

    async fn foreach(
        &self,
        at: usize,
        foreach: &ForeachPlan,
        table: &Table,
        lifetime: Lifetime,
    ) -> Result<(), RunError> {
        let plan = &self.compiled.plan;
        let (store, keys) = emit::foreach_head(plan, foreach, &self.compiled.rectangles);
        if let Some(store) = store {
            self.execute(&store, at).await?;
        }
        let rows = match keys {
            None => None,
            Some(keys) => {
                let id = self.execute(&keys, at).await?;
                Some(self.driver_rows(foreach, &keys, self.rows(&keys, at, &id).await?)?)
            }
        };
        let expansion = expand(plan, foreach, rows.as_deref(), &self.compiled.world)?;
        let report = ExpansionReport {
            name: foreach.name.clone(),
            rows: expansion.rows,
            rows_without_partitions: expansion.rows_without_partitions,
            partitions: expansion.partitions(),
            statements: expansion.portions.len(),
            misread: expansion.misread.iter().map(|misread| (misread.rows, misread.first.in_a_line())).collect(),
        };
        if rows.is_some() {
            (self.listen)(Event::Expanded {
                name: foreach.name.clone(),
                rows: report.rows,
                partitions: report.partitions,
                statements: report.statements,
            });
        }
        self.note_needs(at, expansion.needs.values());
        if rows.is_some() {
            self.with_state(|state| state.expansions.push(report));
        }
        let statements: Vec<Statement> = expansion
            .portions
            .iter()
            .enumerate()
            .map(|(number, portion)| emit::foreach_portion(plan, foreach, lifetime, number + 1, portion))
            .collect();
        let mut running: FuturesUnordered<_> = statements.iter().map(|statement| self.execute(statement, at)).collect();
        let mut ids = Vec::with_capacity(statements.len());
        while let Some(result) = running.next().await {
            ids.push(result?);
        }
        for statement in emit::foreach_tail(plan, foreach, table, lifetime, statements.len()) {
            self.execute(&statement, at).await?;
        }
        let rows = self.stored_rows(&ids, lifetime).await;
        self.made(at, table, lifetime, rows);
        Ok(())
    }

    /// The rows of a keys statement: a number if rows are numbered, then the key columns.
    fn driver_rows(
        &self,
        foreach: &ForeachPlan,
        keys: &Statement,
        result: ResultSet,
    ) -> Result<Vec<DriverRow>, RunError> {
        let numbers = usize::from(foreach.numbered);
        let expected = numbers + foreach.keys.len();
        result
            .rows
            .into_iter()
            .map(|mut row| {
                let shape = RunError::Shape { statement: keys.id.clone(), found: row.len(), expected };
                if row.len() != expected {
                    return Err(shape);
                }
                let values = row.split_off(numbers);
                match (row.first(), numbers) {
                    (None, 0) => Ok(DriverRow { number: None, values }),
                    (Some(Value::Integer(number)), _) => Ok(DriverRow { number: Some(*number), values }),
                    _ => Err(shape),
                }
            })
            .collect()
    }

    /// Remembers a table that a step made and that is kept.
    fn made(&self, at: usize, table: &Table, lifetime: Lifetime, rows: Option<u64>) {
        if lifetime == Lifetime::Kept {
            let folder = emit::run_name(&table.name);
            let location = format!("{}tables/{folder}/{}/", self.options.output, self.options.run);
            let kept = Kept { name: table.name.clone(), location, rows };
            self.with_state(|state| state.kept.insert(at, kept));
        }
    }

    /// How many rows the statements of a table that is kept have stored; none if some engine does not say.
    async fn stored_rows(&self, statements: &[QueryId], lifetime: Lifetime) -> Option<u64> {
        if lifetime == Lifetime::Run {
            return None;
        }
        let mut total = 0;
        for id in statements {
            let result = self.engine.result(id).await.ok()?;
            let [row] = result.rows.as_slice() else { return None };
            let [Value::Integer(rows)] = row.as_slice() else { return None };
            total += u64::try_from(*rows).ok()?;
        }
        Some(total)
    }

    pub(super) fn symbol(&self, symbol: Symbol) -> String {
        match symbol {
            Symbol::Run => self.options.run.clone(),
            Symbol::Output => self.options.output.clone(),
            Symbol::Attempt(_) => "1".to_owned(),
        }
    }

    /// Submits a statement and waits for its end.
    pub(super) async fn execute(&self, statement: &Statement, step: usize) -> Result<QueryId, RunError> {
        let _slot = self.slots.acquire().await.expect("the semaphore is never closed");
        let text = statement.sql.substitute(|symbol| self.symbol(symbol));
        let token = format!("athplan-{}-{}-attempt-1", self.options.run, statement.id);
        let started = Instant::now();
        let failed = |error: EngineError| self.failed(statement, step, error);
        let id = self.engine.submit(&text, &token).await.map_err(failed)?;
        (self.listen)(Event::Submitted { statement: statement.id.clone() });
        let ids = [id.clone()];
        loop {
            self.engine.wait(&ids).await;
            let Some(status) = self.engine.poll(&ids).await.map_err(failed)?.into_iter().next() else {
                return Err(failed(EngineError::new(ErrorClass::Transient, "the engine does not know the query")));
            };
            match status.state {
                State::Queued | State::Running => {}
                State::Failed(error) => return Err(failed(error)),
                State::Cancelled => {
                    return Err(failed(EngineError::new(ErrorClass::Transient, "the query was cancelled")));
                }
                State::Succeeded => {
                    let milliseconds = millis(started.elapsed());
                    self.cover(step, &status.scans);
                    let bytes = status.bytes_scanned;
                    let (id_of, reads) = (statement.id.clone(), statement.purpose.reads());
                    let report = StatementReport { statement: id_of, reads, bytes, milliseconds };
                    self.with_state(|state| state.statements.push(report));
                    let (statement, purpose) = (statement.id.clone(), statement.purpose);
                    (self.listen)(Event::Finished { statement, purpose, bytes, milliseconds });
                    return Ok(id);
                }
            }
        }
    }

    async fn rows(&self, statement: &Statement, step: usize, id: &QueryId) -> Result<ResultSet, RunError> {
        self.engine.result(id).await.map_err(|error| self.failed(statement, step, error))
    }

    fn failed(&self, statement: &Statement, step: usize, error: EngineError) -> RunError {
        let place = spec_span(statement, &error, |symbol| self.symbol(symbol));
        let span = place.unwrap_or(self.compiled.plan.step(step).span);
        RunError::Statement { statement: statement.id.clone(), error, span }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
