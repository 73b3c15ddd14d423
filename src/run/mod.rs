//! Running a plan on an engine: the DAG as wide as it goes, FOREACHs expanded when their rows arrive.
//!
//! This room never prints; it hands [`Event`]s to whoever listens.

mod event;
mod outcome;
mod step;
mod tag;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use thiserror::Error;

pub use event::Event;
pub use outcome::{Coverage, ExpansionReport, Outcome, StatementReport};

use crate::Compiled;
use crate::bind::query::RelationId;
use crate::emit::StatementId;
use crate::engine::{Engine, EngineError, Kind, ScanReport};
use crate::expand::{ExpandError, Need};
use crate::source::Span;

/// What a run is told besides its plan.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// The run's id: lower-case letters and digits.
    pub run: String,
    /// The location under which the run writes, ending in `/`.
    pub output: String,
}

/// Why a run stopped.
#[derive(Debug, Error)]
pub enum RunError {
    /// A statement failed.
    #[error("statement `{statement}` failed: {error}")]
    Statement {
        /// Which.
        statement: StatementId,
        /// The engine's word.
        error: EngineError,
        /// The place in the spec that the statement comes from.
        span: Span,
    },
    /// A FOREACH's driver rows could not be turned into statements.
    #[error(transparent)]
    Expand(#[from] ExpandError),
    /// A statement's rows are not what its text promises.
    #[error("statement `{statement}` gave {found} columns where {expected} were asked for")]
    Shape {
        /// Which.
        statement: StatementId,
        /// Columns it gave.
        found: usize,
        /// Columns asked for.
        expected: usize,
    },
}

/// One run: the plan, the engine, and what is known so far.
struct Run<'a, E> {
    compiled: &'a Compiled,
    engine: &'a E,
    options: &'a RunOptions,
    listen: &'a (dyn Fn(Event) + Sync),
    slots: tokio::sync::Semaphore,
    state: Mutex<State>,
}

/// What has come in so far.
#[derive(Debug, Default)]
struct State {
    answers: BTreeMap<usize, crate::engine::ResultSet>,
    kept: Vec<(String, String)>,
    statements: Vec<StatementReport>,
    expansions: Vec<ExpansionReport>,
    coverage: BTreeMap<(usize, String), Coverage>,
    /// What the scans of each step need, by the scan.
    needs: BTreeMap<(usize, RelationId), Need>,
    drops: Vec<crate::emit::Statement>,
}

/// Runs a compiled spec.
///
/// # Errors
///
/// The first step that fails; statements already running are cancelled.
pub async fn run<E: Engine>(
    compiled: &Compiled,
    engine: &E,
    options: &RunOptions,
    listen: &(dyn Fn(Event) + Sync),
) -> Result<Outcome, RunError> {
    let plan = &compiled.plan;
    listen(Event::Started { run: options.run.clone(), steps: plan.steps.len() });
    let run = Run {
        compiled,
        engine,
        options,
        listen,
        slots: tokio::sync::Semaphore::new(engine.slots(Kind::Query).max(1)),
        state: Mutex::new(State::default()),
    };
    let mut done = BTreeSet::new();
    let mut started = BTreeSet::new();
    let mut running = FuturesUnordered::new();
    loop {
        for step in compiled.dag.ready(&done, &started) {
            started.insert(step);
            let run = &run;
            running.push(async move { run.step(step).await.map(|()| step) });
        }
        match running.next().await {
            Some(result) => {
                let step = result?;
                done.insert(step);
                listen(Event::StepDone { name: plan.step(step).name.clone() });
            }
            None => break,
        }
    }
    drop(running);
    run.drop_private_tables().await?;
    Ok(run.outcome())
}

impl<E: Engine> Run<'_, E> {
    fn with_state<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().expect("no holder of this lock panics"))
    }

    async fn drop_private_tables(&self) -> Result<(), RunError> {
        let drops = self.with_state(|state| std::mem::take(&mut state.drops));
        for statement in drops {
            self.execute(&statement, 0).await?;
        }
        Ok(())
    }

    /// Files what a statement's scans read under its step, athplan's own tables aside.
    fn cover(&self, step: usize, scans: &[ScanReport]) {
        self.with_state(|state| {
            for scan in scans {
                let table = self.logical_name(&scan.table);
                if crate::emit::is_own_table(&self.compiled.plan, &table) {
                    continue;
                }
                let coverage = state.coverage.entry((step, table.clone())).or_insert_with(|| Coverage {
                    step: self.compiled.plan.step(step).name.clone(),
                    table,
                    ..Coverage::default()
                });
                coverage.add(scan);
            }
        });
    }

    /// The spec's name of a table that statements know by its run's name.
    fn logical_name(&self, name: &str) -> String {
        name.strip_suffix(&format!("__{}", self.options.run)).unwrap_or(name).to_owned()
    }

    /// Files what scans need and cannot look at: what no partition covers, what may still arrive.
    fn note_needs<'n>(&self, step: usize, needs: impl IntoIterator<Item = &'n Need>) {
        self.with_state(|state| {
            for need in needs {
                let coverage = state.coverage.entry((step, need.table.clone())).or_insert_with(|| Coverage {
                    step: self.compiled.plan.step(step).name.clone(),
                    table: need.table.clone(),
                    ..Coverage::default()
                });
                coverage.still_open |= need.set.open;
                let listed = self.compiled.world.inventory.table(&need.table);
                coverage.nothing_there |= listed.is_some_and(|listed| listed.nothing_there);
                coverage.archived = listed.map_or(0, |listed| listed.archived.files);
                state.needs.insert((step, need.relation), Need::clone(need));
                for outside in need.not_covered() {
                    if !coverage.not_covered.contains(&outside) {
                        coverage.not_covered.push(outside);
                    }
                }
            }
        });
    }

    fn outcome(&self) -> Outcome {
        let plan = &self.compiled.plan;
        for need in self.compiled.needs.values() {
            self.note_needs(plan.scans[&need.relation].step, [need]);
        }
        // What the engine does not tell of its scans, the plan does.
        self.with_state(|state| {
            let needs = std::mem::take(&mut state.needs);
            for ((step, table), coverage) in
                state.coverage.iter_mut().filter(|(_, coverage)| coverage.records.is_none())
            {
                let own = needs.iter().filter(|((of, _), need)| of == step && need.table == *table);
                coverage.add_planned(own.map(|(_, need)| need));
            }
        });
        self.with_state(|state| Outcome {
            run: self.options.run.clone(),
            answers: std::mem::take(&mut state.answers)
                .into_iter()
                .map(|(step, rows)| (plan.step(step).name.clone(), rows))
                .collect(),
            kept: std::mem::take(&mut state.kept),
            statements: std::mem::take(&mut state.statements),
            expansions: std::mem::take(&mut state.expansions),
            coverage: std::mem::take(&mut state.coverage).into_values().collect(),
        })
    }
}
