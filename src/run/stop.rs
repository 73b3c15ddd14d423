//! How a run ends: what only it needed goes; or, when it stops before its end, its queries are stopped.

use std::time::{Duration, UNIX_EPOCH};

use futures::StreamExt;
use futures::stream::{self, FuturesUnordered};

use super::attempt::{CLOCKS, now};
use super::ledger::{Attempt, End, Ending, Entry};
use super::own::drop_of_kept;
use super::{Event, Kept, Run, RunError};
use crate::emit::{self, StatementId};
use crate::engine::{Engine, EngineError, ErrorClass, QueryId, State};

/// How long stopped queries are waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// How many queries are told to stop side by side.
const TOLD: usize = 16;

/// How much later a query that is not found is looked for once more.
const LATER: Duration = Duration::from_secs(1);

impl<E: Engine> Run<'_, E> {
    /// Drops the tables that are private to the run, and deletes what lies under them.
    pub(super) async fn leave_nothing_behind(&self) -> Result<(), RunError> {
        let drops = emit::drops(&self.compiled.plan);
        let at = self.compiled.plan.steps.len().saturating_sub(1);
        let mut dropping: FuturesUnordered<_> =
            drops.iter().map(|statement| self.execute(statement, self.work(at))).collect();
        while let Some(dropped) = dropping.next().await {
            dropped?;
        }
        drop(dropping);
        let (output, run) = (&self.options.output, &self.options.run);
        let tidied = self.patiently(run, || self.engine.tidy(run)).await;
        tidied.map_err(|error| self.at_the_end("tidying up", error))?;
        if output.is_empty() {
            // A run that stores nothing needs no place.
            return Ok(());
        }
        for kind in ["steps", "files"] {
            let location = format!("{output}{kind}/{run}/");
            self.remove(&location).await?;
        }
        for location in self.failed_attempts() {
            self.remove(&location).await?;
        }
        Ok(())
    }

    /// The places of kept tables where attempts that did not succeed may have written.
    fn failed_attempts(&self) -> Vec<String> {
        let known = self.ledger.known();
        let kept = self.with_state(|state| state.kept.clone());
        let mut places = Vec::new();
        for Kept { name: table, location, .. } in kept.into_values() {
            for (statement, attempts) in &known.attempts {
                let folder = match emit::portion_number(&table, statement) {
                    Some(number) => format!("{location}{number}/"),
                    None if statement.0 == table => location.clone(),
                    None => continue,
                };
                let failed = attempts
                    .iter()
                    .filter(|attempt| attempt.end.as_ref().is_none_or(|end| end.outcome != Ending::Succeeded));
                places.extend(failed.map(|attempt| format!("{folder}{}/", attempt.number)));
            }
        }
        places
    }

    /// Deletes everything under a location.
    pub(super) async fn remove(&self, location: &str) -> Result<(), RunError> {
        let removed = self.patiently(location, || self.engine.remove(location)).await;
        removed.map(|_| ()).map_err(|error| self.at_the_end(&format!("deleting {location}"), error))
    }

    /// The error of something that is done when all statements are.
    fn at_the_end(&self, what: &str, error: EngineError) -> RunError {
        let span = self.compiled.plan.steps.last().map(|step| step.span).unwrap_or_default();
        RunError::Statement { statement: StatementId(what.to_owned()), error, span }
    }

    /// Stops the queries that run, and records what they have read. What cannot be stopped stays open in
    /// the ledger.
    pub(super) async fn stop_queries(&self) {
        let open = self.ledger.known().open();
        let stop = |(statement, attempt): (StatementId, Attempt)| async move {
            let query = self.query_of(&statement, &attempt).await?;
            self.briefly(&query.0, || self.engine.cancel(&query)).await.ok()?;
            (self.listen)(Event::Stopped { statement: statement.clone() });
            Some((statement, attempt.number, query))
        };
        let stopping = stream::iter(open).map(stop).buffer_unordered(TOLD);
        let stopped: Vec<_> = stopping.filter_map(std::future::ready).collect().await;
        let ends = async {
            for (statement, attempt, query) in stopped {
                let Ok(status) = self.watch.ended(&query).await else { continue };
                let outcome = match status.state {
                    State::Succeeded => Ending::Succeeded,
                    State::Failed(error) => Ending::Failed { class: error.class, message: error.message },
                    State::Cancelled | State::Queued | State::Running => Ending::Cancelled,
                };
                let milliseconds = status.total.unwrap_or_default();
                let end = End { outcome, bytes: status.bytes_scanned, milliseconds, scans: status.scans };
                // A ledger that cannot be written has been said already, or will be by the next process.
                let _ = self.ledger.record(Entry::Ended { statement, attempt, end });
            }
        };
        let _ = tokio::time::timeout(PATIENCE, async {
            tokio::select! {
                () = ends => {}
                never = self.watch.watch() => match never {},
            }
        })
        .await;
    }

    /// The query of an open attempt, looked for if its id was never told.
    async fn query_of(&self, statement: &StatementId, attempt: &Attempt) -> Option<QueryId> {
        if let Some(query) = &attempt.query {
            return Some(query.clone());
        }
        let plan = &self.compiled.plan;
        let all = self.statements().ok()?.into_iter().map(|(_, statement)| statement).chain(emit::drops(plan));
        let known = all.into_iter().find(|known| known.id == *statement).or_else(|| drop_of_kept(plan, statement))?;
        let sql = self.submission(&known, attempt.number).sql;
        let since =
            UNIX_EPOCH + Duration::from_secs(u64::try_from(attempt.at.min(now()).saturating_sub(CLOCKS)).unwrap_or(0));
        let mut found = None;
        // A text that names no run may be another's, whose query is not to be stopped. Sending it once more does
        // no harm.
        if self.is_this_runs(&sql) {
            found = self.briefly(&statement.0, || self.engine.find(&sql, since)).await.ok()?;
            if found.is_none() {
                // What is on its way may not be seen yet.
                tokio::time::sleep(self.options.pace().real(LATER)).await;
                found = self.briefly(&statement.0, || self.engine.find(&sql, since)).await.ok()?;
            }
        }
        let (statement, attempt) = (statement.clone(), attempt.number);
        let entry = match &found {
            Some(query) => Entry::Submitted { statement, attempt, query: query.clone() },
            None => {
                let message = "it never reached the engine".to_owned();
                let outcome = Ending::Refused { class: ErrorClass::Lost, message };
                let end = End { outcome, bytes: 0, milliseconds: 0, scans: Vec::new() };
                Entry::Ended { statement, attempt, end }
            }
        };
        self.ledger.record(entry).ok()?;
        found
    }
}
