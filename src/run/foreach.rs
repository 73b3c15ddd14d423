//! Running a FOREACH: its driver, what its rows expand to, and the statements side by side.

use std::collections::VecDeque;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::StreamExt;
use futures::stream::FuturesUnordered;

use super::attempt::Work;
use super::ledger::{Entry, Expanded, LedgerError, Unloading};
use super::{Event, Run, RunError};
use crate::catalog::Table;
use crate::constant::Value;
use crate::emit::{self, Portion, Purpose, Statement};
use crate::engine::{Engine, ErrorClass, QueryId, ResultSet};
use crate::expand::{DriverRow, Expansion, Repeats, expand, portion_bytes, split};
use crate::plan::{ForeachPlan, Lifetime};

/// A FOREACH and the table that it is run into.
#[derive(Clone)]
pub(super) struct Unloaded<'p> {
    /// Its step.
    pub at: usize,
    pub foreach: &'p ForeachPlan,
    pub table: Arc<Table>,
    pub lifetime: Lifetime,
}

impl<E: Engine> Run<'_, E> {
    /// Runs a FOREACH to its end.
    pub(super) async fn foreach(&self, unloaded: Unloaded<'_>) -> Result<(), RunError> {
        let plan = &self.compiled.plan;
        let Unloaded { at, foreach, ref table, lifetime } = unloaded;
        let (store, keys) = emit::foreach_head(plan, foreach, &self.compiled.rectangles);
        for statement in &store {
            self.execute(statement, self.work(at)).await?;
        }
        let expanded = match self.ledger.expansion(&foreach.name) {
            Some(expanded) => expanded,
            None => {
                let rows = match keys {
                    None => None,
                    Some(keys) => {
                        let id = self.execute(&keys, Work { bytes: Some(0), ..self.work(at) }).await?;
                        Some(self.driver_rows(foreach, &keys, self.rows(&keys, at, &id).await?)?)
                    }
                };
                self.expanded(&unloaded, rows.as_deref())?
            }
        };
        if expanded.by_rows {
            (self.listen)(Event::Expanded {
                name: foreach.name.clone(),
                rows: expanded.rows,
                partitions: expanded.partitions,
                statements: expanded.statements.len(),
            });
        }
        self.note_needs(at, &expanded.needs);
        self.unload(&unloaded, &expanded).await?;
        let statements = self.ledger.expansion(&foreach.name).unwrap_or(expanded);
        let mut numbers: Vec<usize> = statements.statements.iter().map(|statement| statement.number).collect();
        numbers.sort_unstable();
        let mut create: Option<Statement> = None;
        for statement in emit::foreach_tail(plan, foreach, table, lifetime, &numbers) {
            if let Some(create) = create.as_ref().filter(|_| !self.has_succeeded(&statement)) {
                self.hold_own(create, self.work(at)).await?;
            }
            self.execute(&statement, self.work(at)).await?;
            if statement.purpose == Purpose::Register {
                create.get_or_insert(statement);
            }
        }
        let rows = self.stored_rows(&self.stored_by(foreach, &numbers), lifetime).await;
        self.made(at, table, rows);
        Ok(())
    }

    /// Expands a FOREACH, and records what it came to before anything of it is submitted.
    fn expanded(&self, unloaded: &Unloaded<'_>, rows: Option<&[DriverRow]>) -> Result<Arc<Expanded>, RunError> {
        let (plan, foreach) = (&self.compiled.plan, unloaded.foreach);
        let expansion = expand(plan, foreach, rows, &self.compiled.world)?;
        let statements: Vec<Unloading> = (1..)
            .zip(&expansion.portions)
            .map(|(number, portion)| self.unloading(unloaded, number, portion, &expansion))
            .collect();
        let expanded = Expanded {
            name: foreach.name.clone(),
            rows: expansion.rows,
            rows_without_partitions: expansion.rows_without_partitions,
            partitions: expansion.partitions(),
            by_rows: rows.is_some(),
            misread: expansion.misread.iter().map(|misread| (misread.rows, misread.first.in_a_line())).collect(),
            needs: expansion.needs.values().cloned().collect(),
            statements,
        };
        let planned: Vec<(Statement, Work)> =
            expanded.statements.iter().map(|statement| self.to_submit(unloaded, statement)).collect();
        self.budget.check(planned.iter().map(|(statement, work)| self.planned(statement, *work)))?;
        self.ledger.record(Entry::Expanded(expanded.clone()))?;
        Ok(Arc::new(expanded))
    }

    /// The queries of the statements that stored a FOREACH's rows.
    fn stored_by(&self, foreach: &ForeachPlan, numbers: &[usize]) -> Vec<QueryId> {
        let last = |number| self.ledger.last(&emit::portion_id(foreach, number)).and_then(|attempt| attempt.query);
        numbers.iter().copied().filter_map(last).collect()
    }

    fn unloading(&self, unloaded: &Unloaded<'_>, number: usize, portion: &Portion, expansion: &Expansion) -> Unloading {
        let Unloaded { foreach, lifetime, .. } = *unloaded;
        let statement = emit::foreach_portion(&self.compiled.plan, foreach, lifetime, number, portion);
        let repeats = Repeats::of(&self.compiled.plan, &foreach.body);
        let bytes = portion_bytes(&expansion.needs, portion, &repeats, &self.compiled.world).known();
        let portion = postcard::to_allocvec(portion).expect("a portion is plain data");
        Unloading { number, sql: statement.sql, bytes, portion: STANDARD.encode(portion) }
    }

    /// A statement of a FOREACH, as the run submits it.
    fn to_submit(&self, unloaded: &Unloaded<'_>, unloading: &Unloading) -> (Statement, Work) {
        let statement = emit::portion_statement(unloaded.foreach, unloading.number, unloading.sql.clone());
        let rank = self.ranks[unloaded.at];
        let priority = rank.saturating_add(unloading.bytes.unwrap_or(0));
        (statement, Work { step: unloaded.at, bytes: unloading.bytes, priority })
    }

    /// Runs a FOREACH's statements. The smallest goes first, alone, where a limit is set: what it reads
    /// shows whether the plan holds before the others cost anything.
    async fn unload(&self, unloaded: &Unloaded<'_>, expanded: &Expanded) -> Result<(), RunError> {
        let mut waiting: VecDeque<Unloading> = expanded.statements.iter().cloned().collect();
        let mut next = expanded.statements.iter().map(|statement| statement.number).max().unwrap_or(0) + 1;
        if self.options.limits.is_set()
            && let Some(smallest) = (0..waiting.len()).min_by_key(|at| (waiting[*at].bytes, *at))
            && waiting.len() > 1
            && let Some(first) = waiting.remove(smallest)
            && let Some(halves) = self.one(unloaded, &first, next).await?
        {
            next += halves.len();
            waiting.extend(halves);
        }
        let mut running = FuturesUnordered::new();
        let start = |unloading: Unloading, next: usize| async move { self.one(unloaded, &unloading, next).await };
        for unloading in waiting {
            // Each might be split: numbers are kept free for its halves.
            running.push(start(unloading, next));
            next += 2;
        }
        while let Some(halves) = running.next().await {
            for half in halves?.into_iter().flatten() {
                running.push(start(half, next));
                next += 2;
            }
        }
        Ok(())
    }

    /// Runs one statement of a FOREACH; gives its halves if it took too much and could be split.
    async fn one(
        &self,
        unloaded: &Unloaded<'_>,
        unloading: &Unloading,
        next: usize,
    ) -> Result<Option<[Unloading; 2]>, RunError> {
        let (statement, work) = self.to_submit(unloaded, unloading);
        match self.execute(&statement, work).await {
            Ok(_) => Ok(None),
            Err(RunError::Statement { error, .. }) if error.class == ErrorClass::Exhausted => {
                match self.halves(unloaded, unloading, next)? {
                    Some(halves) => {
                        (self.listen)(Event::Split { statement: statement.id.clone(), reason: error.message });
                        let (name, into) = (unloaded.foreach.name.clone(), halves.to_vec());
                        self.ledger.record(Entry::Split { name, number: unloading.number, into })?;
                        Ok(Some(halves))
                    }
                    None => Err(self.failed(&statement, unloaded.at, error)),
                }
            }
            Err(error) => Err(error),
        }
    }

    fn halves(
        &self,
        unloaded: &Unloaded<'_>,
        unloading: &Unloading,
        next: usize,
    ) -> Result<Option<[Unloading; 2]>, RunError> {
        let unreadable = |reason: String| LedgerError::Plan { reason };
        let bytes = STANDARD.decode(&unloading.portion).map_err(|error| unreadable(error.to_string()))?;
        let portion: Portion = postcard::from_bytes(&bytes).map_err(|error| unreadable(error.to_string()))?;
        let Some(portions) = split(unloaded.foreach, &portion) else { return Ok(None) };
        let half = |number: usize, portion: &Portion| {
            let Unloaded { foreach, lifetime, .. } = *unloaded;
            let statement = emit::foreach_portion(&self.compiled.plan, foreach, lifetime, number, portion);
            let portion = postcard::to_allocvec(portion).expect("a portion is plain data");
            // Half of what the whole was to read is no more than a guess, and no limit is loosened by it.
            Unloading { number, sql: statement.sql, bytes: unloading.bytes, portion: STANDARD.encode(portion) }
        };
        let [first, second] = &portions;
        Ok(Some([half(next, first), half(next + 1, second)]))
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
}
