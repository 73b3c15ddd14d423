//! Running a plan on an engine: the DAG as wide as it goes, FOREACHs expanded when their rows arrive.
//!
//! A run is a walk over the plan's steps that asks the ledger before each act; so taking up a run that
//! was stopped is the same walk again. This room never prints; it hands [`Event`]s to whoever listens.

mod allowance;
mod attempt;
mod budget;
mod clean;
mod event;
mod foreach;
mod governor;
mod known;
mod lacking;
pub mod ledger;
mod outcome;
mod own;
mod pace;
mod patience;
mod proof;
mod rank;
mod step;
mod stop;
mod stored;
mod tag;
mod watch;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use thiserror::Error;
use tokio::sync::watch::Receiver;

pub use crate::bind::Limits;
pub use budget::BudgetError;
pub use clean::{Cleaned, clean, stop};
pub use event::Event;
pub use known::{known_statements, template};
pub use lacking::{Lacking, lacking};
pub use outcome::{Coverage, ExpansionReport, Kept, Outcome, StatementReport, planned};
pub use stored::{read_plan, write_plan};

use self::attempt::{Work, now};
use self::budget::Budget;
use self::governor::Governor;
use self::ledger::{Ending, Entry, Ledger, LedgerError};
use self::pace::Pace;
use self::proof::{Proof, Turn};
use self::watch::Watch;
use crate::Compiled;
use crate::bind::query::RelationId;
use crate::catalog::Layout;
use crate::cost::Price;
use crate::emit::{self, Purpose, Statement, StatementId, Symbol};
use crate::engine::{Engine, EngineError, Kind, ScanReport};
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
    /// What it may read, spend and submit.
    pub limits: Limits,
    /// What reading costs.
    pub price: Price,
    /// How long a statement may run before it is stopped, and split if it can be.
    pub statement_deadline: Option<Duration>,
    /// How long a second of the engine takes, by which the run's pauses are counted: a second, unless the engine
    /// is an emulated one whose clock is quicker.
    pub second: Duration,
}

impl RunOptions {
    /// A run without limits.
    pub fn new(run: impl Into<String>, output: impl Into<String>) -> Self {
        Self {
            run: run.into(),
            output: output.into(),
            limits: Limits::default(),
            price: Price::default(),
            statement_deadline: None,
            second: Duration::from_secs(1),
        }
    }

    fn pace(&self) -> Pace {
        Pace(self.second)
    }
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
    /// A limit would be passed, or a statement read more than planned.
    #[error(transparent)]
    Budget(#[from] Box<BudgetError>),
    /// What happens cannot be recorded, so nothing more may happen.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// Somebody asked the run to stop.
    #[error("the run was stopped")]
    Stopped,
}

/// One run: the plan, the engine, and what is known so far.
struct Run<'a, E> {
    compiled: &'a Compiled,
    engine: &'a E,
    options: &'a RunOptions,
    ledger: &'a Ledger,
    listen: &'a (dyn Fn(Event) + Sync),
    /// Lets queries through, and statements that store rows.
    queries: Arc<Governor>,
    /// Lets definitions through: engines have a queue of their own for them.
    definitions: Arc<Governor>,
    watch: Watch<'a, E>,
    budget: Budget,
    proof: Proof,
    /// For each step, the bytes that wait for it.
    ranks: Vec<u64>,
    state: Mutex<State>,
}

/// What has come in so far.
#[derive(Debug, Default)]
struct State {
    answers: BTreeMap<usize, crate::engine::ResultSet>,
    kept: BTreeMap<usize, Kept>,
    coverage: BTreeMap<(usize, String), Coverage>,
    /// What the scans of each step need, by the scan.
    needs: BTreeMap<(usize, RelationId), Need>,
}

/// Runs a compiled spec, with a ledger that lives as long as the process.
///
/// # Errors
///
/// The first step that fails; statements already running are stopped.
pub async fn run<E: Engine>(
    compiled: &Compiled,
    engine: &E,
    options: &RunOptions,
    listen: &(dyn Fn(Event) + Sync),
) -> Result<Outcome, RunError> {
    let (_go_on, never) = tokio::sync::watch::channel(false);
    run_with(compiled, engine, options, &Ledger::in_memory(), never, listen).await
}

/// Runs a compiled spec from where its ledger says that it stands, until it is done or `stop` says true.
///
/// # Errors
///
/// The first step that fails, or [`RunError::Stopped`]; statements already running are stopped. What has
/// been done is in the ledger.
pub async fn run_with<E: Engine>(
    compiled: &Compiled,
    engine: &E,
    options: &RunOptions,
    ledger: &Ledger,
    mut stop: Receiver<bool>,
    listen: &(dyn Fn(Event) + Sync),
) -> Result<Outcome, RunError> {
    listen(Event::Started { run: options.run.clone(), steps: compiled.plan.steps.len() });
    let run = Run::new(compiled, engine, options, ledger, listen);
    if ledger.known().given_up {
        return Err(LedgerError::GivenUp { run: options.run.clone() }.into());
    }
    run.take_in_the_past();
    let asked_to_stop = async {
        // A sender that is gone will never ask.
        if stop.wait_for(|stop| *stop).await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    let result = match run.check_what_is_known() {
        // An earlier process may have left queries running, which would go on costing.
        Err(error) => Err(error),
        Ok(()) => tokio::select! {
            result = run.steps() => result,
            never = run.watch.watch() => match never {},
            () = asked_to_stop => Err(RunError::Stopped),
        },
    };
    match result {
        Ok(()) => {
            ledger.record(Entry::Completed { at: now() })?;
            Ok(run.outcome())
        }
        Err(error) => {
            run.stop_queries().await;
            Err(error)
        }
    }
}

impl<'a, E: Engine> Run<'a, E> {
    fn new(
        compiled: &'a Compiled,
        engine: &'a E,
        options: &'a RunOptions,
        ledger: &'a Ledger,
        listen: &'a (dyn Fn(Event) + Sync),
    ) -> Self {
        let pace = options.pace();
        let governor = |kind| Governor::new(engine.slots(kind), pace);
        Self {
            compiled,
            engine,
            options,
            ledger,
            listen,
            queries: governor(Kind::Query),
            definitions: governor(Kind::Definition),
            watch: Watch::new(engine, pace),
            budget: Budget::new(options.limits, options.price),
            proof: Proof::new(!options.limits.is_set()),
            ranks: rank::ranks(compiled),
            state: Mutex::new(State::default()),
        }
    }

    /// Holds what the plan is known to read, and has not read yet, against the limits: a run that must pass
    /// one does not begin.
    fn check_what_is_known(&self) -> Result<(), RunError> {
        if !self.options.limits.is_set() {
            return Ok(());
        }
        let waiting: Vec<(Statement, Work)> = self
            .statements()?
            .into_iter()
            .filter(|(_, statement)| tag::kind(statement.purpose) != Kind::Definition && !self.has_succeeded(statement))
            .map(|(at, statement)| {
                let work = self.work(at);
                let bytes = match self.portion_bytes(at, &statement.id) {
                    Some(bytes) => bytes,
                    None if statement.purpose == Purpose::Keys => Some(0),
                    None => work.bytes,
                };
                (statement, Work { bytes, ..work })
            })
            .collect();
        let planned = waiting.iter().map(|(statement, work)| self.planned(statement, *work));
        // What nobody knows is refused where it is about to be submitted: an earlier step may list it.
        Ok(self.budget.check(planned.filter(|planned| planned.bytes.is_some()))?)
    }

    /// The bytes of a statement of a FOREACH, if it is one; the inner is none as long as nobody knows them. What
    /// its driver reads is counted where it is stored.
    fn portion_bytes(&self, step: usize, statement: &StatementId) -> Option<Option<u64>> {
        let StepKind::Foreach(id, ..) = &self.compiled.plan.step(step).kind else { return None };
        let foreach = &self.compiled.plan.foreachs[id];
        let number = emit::portion_number(&foreach.name, statement)?;
        let expanded = self.ledger.expansion(&foreach.name);
        let known = expanded.as_ref().and_then(|expanded| expanded.statements.iter().find(|one| one.number == number));
        Some(known.and_then(|unloading| unloading.bytes))
    }

    /// The statements of the plan that are known by now, with the positions of their steps: those of a FOREACH
    /// when its rows have been read.
    fn statements(&self) -> Result<Vec<(usize, Statement)>, RunError> {
        let plan = &self.compiled.plan;
        let mut all = known_statements(self.compiled, &BTreeMap::new(), |_, _| Vec::new())?;
        for foreach in plan.foreachs.values() {
            let Some(expanded) = self.ledger.expansion(&foreach.name) else { continue };
            let StepKind::Foreach(_, table, lifetime) = &plan.step(foreach.step).kind else { continue };
            // What was expanded stands as the ledger has it.
            all.retain(|(at, _)| *at != foreach.step);
            let (store, keys) = emit::foreach_head(plan, foreach, &self.compiled.rectangles);
            let mut numbers: Vec<usize> = expanded.statements.iter().map(|statement| statement.number).collect();
            numbers.sort_unstable();
            let portions = expanded.statements.iter();
            let portions =
                portions.map(|statement| emit::portion_statement(foreach, statement.number, statement.sql.clone()));
            let tail = emit::foreach_tail(plan, foreach, table, *lifetime, &numbers);
            let own = store.into_iter().chain(keys).chain(portions).chain(tail);
            all.extend(own.map(|statement| (foreach.step, statement)));
        }
        Ok(all)
    }

    /// Walks the steps, as many side by side as can be.
    async fn steps(&self) -> Result<(), RunError> {
        let plan = &self.compiled.plan;
        let mut done = BTreeSet::new();
        let mut started = BTreeSet::new();
        let mut running = FuturesUnordered::new();
        let mut first = false;
        loop {
            let ready: Vec<usize> = self.compiled.dag.ready(&done, &started).into_iter().collect();
            for (step, turn) in ready.iter().copied().zip(self.turns(&ready, first)) {
                started.insert(step);
                first |= turn == Turn::First;
                running.push(async move { self.in_turn(step, turn).await.map(|()| step) });
            }
            match running.next().await {
                Some(result) => {
                    let step = result?;
                    done.insert(step);
                    (self.listen)(Event::StepDone { name: plan.step(step).name.clone() });
                }
                None => break,
            }
        }
        drop(running);
        self.leave_nothing_behind().await
    }

    /// What attempts of earlier processes have read counts as spent.
    fn take_in_the_past(&self) {
        let known = self.ledger.known();
        let read = known.attempts.values().flatten().filter(|attempt| attempt.reads);
        let ends = read.filter_map(|attempt| attempt.end.as_ref());
        self.budget.spent_before(ends.clone().map(|end| end.bytes));
        if ends.into_iter().any(|end| end.outcome == Ending::Succeeded && end.bytes > 0) {
            self.proof.give();
        }
    }

    fn with_state<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether a statement has succeeded, now or in an earlier process.
    fn has_succeeded(&self, statement: &Statement) -> bool {
        let end = self.ledger.last(&statement.id).and_then(|attempt| attempt.end);
        end.is_some_and(|end| end.outcome == Ending::Succeeded)
    }

    /// What stands for a symbol of a place that no attempt decides.
    fn place(&self, symbol: Symbol) -> String {
        match symbol {
            Symbol::Run => self.options.run.clone(),
            Symbol::Output => self.options.output.clone(),
            Symbol::Attempt(_) => "1".to_owned(),
        }
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
                coverage.registered = self.is_registered(&coverage.table);
                // What contradicts itself is found by whoever runs it. What driver rows need or not is said of
                // the FOREACH.
                // A table that a FOREACH has filled has no partitions if it found no rows.
                let by_rows = matches!(self.compiled.plan.step(step).kind, StepKind::Foreach(..));
                coverage.none_left |= scan.partitions_asked == 0 && !by_rows && !self.is_of_foreach(&coverage.table);
                coverage.add(scan);
                if self.is_written(&coverage.table) {
                    // A file of the spec that has no rows is no file that was lost.
                    coverage.empty.clear();
                }
            }
        });
    }

    /// Whether the run has written a table's rows itself.
    fn is_written(&self, table: &str) -> bool {
        self.compiled.plan.steps.iter().any(|step| match &step.kind {
            StepKind::File(made, _) | StepKind::Materialise(made, ..) | StepKind::Foreach(_, made, _) => {
                made.name == table
            }
            StepKind::Declare(_) | StepKind::AddPartitions(..) | StepKind::Answer(_) => false,
        })
    }

    /// Whether a table holds what a FOREACH of the run found.
    fn is_of_foreach(&self, table: &str) -> bool {
        let mut kinds = self.compiled.plan.steps.iter().map(|step| &step.kind);
        kinds.any(|kind| matches!(kind, StepKind::Foreach(_, made, _) if made.name == table))
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
        let found = made.find(|table| emit::table_name(plan, table).substitute(|symbol| self.place(symbol)) == name);
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
                coverage.nothing_there |= listed.is_some_and(|listed| listed.nothing_there);
                coverage.strays = listed.map_or(0, |listed| listed.strays.files);
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
            let untold = state.coverage.iter_mut().filter(|(_, coverage)| coverage.records.is_none());
            for ((step, table), coverage) in untold {
                let own = needs.iter().filter(|((of, _), need)| of == step && need.table == *table);
                coverage.add_planned(own.map(|(_, need)| need));
                coverage.registered = self.is_registered(table);
            }
        });
        let known = self.ledger.known();
        let by_rows = plan.foreachs.values().filter_map(|foreach| known.expansions.get(&foreach.name));
        let expansions = by_rows.filter(|expanded| expanded.by_rows).map(|expanded| ExpansionReport {
            name: expanded.name.clone(),
            rows: expanded.rows,
            rows_without_partitions: expanded.rows_without_partitions,
            partitions: expanded.partitions,
            statements: expanded.statements.len(),
            misread: expanded.misread.clone(),
        });
        self.with_state(|state| Outcome {
            run: self.options.run.clone(),
            answers: std::mem::take(&mut state.answers)
                .into_iter()
                .map(|(step, rows)| (plan.step(step).name.clone(), rows))
                .collect(),
            kept: std::mem::take(&mut state.kept).into_values().collect(),
            statements: outcome::statements(&known),
            expansions: expansions.collect(),
            coverage: std::mem::take(&mut state.coverage).into_values().collect(),
        })
    }
}
