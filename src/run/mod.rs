//! Running a plan on an engine: the DAG as wide as it goes, FOREACHs expanded when their rows arrive.
//!
//! This room never prints; it hands [`Event`]s to whoever listens.

mod event;
mod known;
mod lacking;
mod outcome;
mod step;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use thiserror::Error;

pub use event::Event;
pub use known::{known_statements, template};
pub use lacking::{Lacking, lacking};
pub use outcome::{Coverage, ExpansionReport, Kept, Outcome, StatementReport};

use crate::Compiled;
use crate::catalog::Layout;
use crate::emit::{self, StatementId};
use crate::engine::{Engine, EngineError, ScanReport};
use crate::expand::{ExpandError, Need};
use crate::plan::StepKind;
use crate::source::Span;

/// What a run is told besides its plan.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// The run's id: lower-case letters and digits, [`crate::emit::RUN_ID`] of them at most.
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
    kept: BTreeMap<usize, Kept>,
    statements: Vec<StatementReport>,
    expansions: Vec<ExpansionReport>,
    coverage: BTreeMap<(usize, String), Coverage>,
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
        slots: tokio::sync::Semaphore::new(engine.slots().max(1)),
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
        for statement in emit::drops(&self.compiled.plan) {
            self.execute(&statement, 0).await?;
        }
        Ok(())
    }

    /// Files what a statement's scans read under its step, athplan's own tables aside.
    fn cover(&self, step: usize, scans: &[ScanReport]) {
        self.with_state(|state| {
            for scan in scans {
                if emit::is_own_table(&self.compiled.plan, self.without_run(&scan.table)) {
                    continue;
                }
                let table = self.spec_name(&scan.table);
                let coverage = state.coverage.entry((step, table.clone())).or_insert_with(|| Coverage {
                    step: self.compiled.plan.step(step).name.clone(),
                    table,
                    ..Coverage::default()
                });
                coverage.scans += 1;
                coverage.registered = self.is_registered(&coverage.table);
                coverage.partitions_asked += scan.partitions_asked;
                coverage.partitions_found += scan.partitions_found;
                for missing in &scan.partitions_missing {
                    if !coverage.partitions_missing.contains(missing) {
                        coverage.partitions_missing.push(missing.clone());
                    }
                }
                coverage.files += scan.files;
                coverage.bytes += scan.bytes;
                coverage.records += scan.records;
                for hidden in &scan.hidden {
                    if !coverage.hidden.contains(hidden) {
                        coverage.hidden.push(hidden.clone());
                    }
                }
                for (file, reason) in &scan.unreadable {
                    if !coverage.unreadable.iter().any(|(known, _)| known == file) {
                        coverage.unreadable.push((file.clone(), reason.clone()));
                    }
                }
            }
        });
    }

    /// Whether a table's partitions are registered one by one.
    fn is_registered(&self, table: &str) -> bool {
        let mut scans = self.compiled.plan.scans.values();
        scans.any(|scan| scan.table.name == table && matches!(scan.table.layout, Layout::Registered(_)))
    }

    /// The spec's name of a table that statements know by its run's name. The one may hold blanks, say, that
    /// the other has not.
    fn spec_name(&self, name: &str) -> String {
        let plan = &self.compiled.plan;
        let mut made = plan.steps.iter().filter_map(|step| match &step.kind {
            StepKind::Declare(table)
            | StepKind::File(table, _)
            | StepKind::Materialise(table, ..)
            | StepKind::Foreach(_, table, _) => Some(table),
            StepKind::AddPartitions(..) | StepKind::Answer(_) => None,
        });
        let found = made.find(|table| emit::table_name(plan, table).substitute(|symbol| self.symbol(symbol)) == name);
        found.map_or_else(|| self.without_run(name).to_owned(), |table| table.name.clone())
    }

    /// A table's name in statements without the run's.
    fn without_run<'n>(&self, name: &'n str) -> &'n str {
        name.strip_suffix(&self.options.run).and_then(|name| name.strip_suffix("__")).unwrap_or(name)
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
                // What driver rows need or not is said of the FOREACH.
                let scan = &self.compiled.plan.scans[&need.relation];
                coverage.none_left |= need.is_left_empty() && scan.derived.columns().is_empty();
                let listed = self.compiled.world.inventory.table(&need.table);
                coverage.nothing_there |= listed.is_some_and(|listed| listed.partitions.is_empty());
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
        self.with_state(|state| Outcome {
            run: self.options.run.clone(),
            answers: std::mem::take(&mut state.answers)
                .into_iter()
                .map(|(step, rows)| (plan.step(step).name.clone(), rows))
                .collect(),
            kept: std::mem::take(&mut state.kept).into_values().collect(),
            statements: std::mem::take(&mut state.statements),
            expansions: std::mem::take(&mut state.expansions),
            coverage: std::mem::take(&mut state.coverage).into_values().collect(),
        })
    }
}
