//! One statement, from what the ledger says of it to its end: submitted, taken up, tried again.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::budget::Planned;
use super::governor::{Governor, Permit};
use super::ledger::{Attempt, End, Ending, Entry};
use super::own::{Whose, not_own};
use super::tag::{kind, tagged};
use super::{Event, Run, RunError};
use crate::emit::{self, Purpose, Statement, StatementId, Symbol};
use crate::engine::{Engine, EngineError, ErrorClass, Kind, QueryId, State, Status, Submission};
use crate::source::Span;

/// How often a statement is tried in one process.
const ATTEMPTS: usize = 5;

/// How often one submission is sent before its attempt counts as refused. Throttled calls are patient:
/// the account's other users may keep the engine busy for long.
const SENDINGS: u32 = 12;

/// The first pause before something is tried again, and the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// How far clocks may differ between here and the engine, in seconds.
pub(super) const CLOCKS: i64 = 300;

/// How long an engine surely knows a request token: longer than an hour, as measured on Athena.
const TOKEN_SECONDS: i64 = 3_600;

/// What a statement is to the run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Work {
    /// The step.
    pub step: usize,
    /// The bytes it is expected to read; none if nobody knows.
    pub bytes: Option<u64>,
    /// How much waits for it: what has the most goes first.
    pub priority: u64,
}

impl<E: Engine> Run<'_, E> {
    /// Sees to it that a statement has succeeded: once, whatever was done about it before.
    pub(super) async fn execute(&self, statement: &Statement, work: Work) -> Result<QueryId, RunError> {
        loop {
            let last = self.ledger.last(&statement.id);
            let ended = match last {
                Some(Attempt {
                    end: Some(End { outcome: Ending::Succeeded, scans, .. }), query: Some(query), ..
                }) => {
                    self.cover(work.step, &scans);
                    return Ok(query);
                }
                Some(attempt) if attempt.end.is_none() => self.take_up(statement, work, attempt).await?,
                Some(attempt) => self.begin(statement, work, attempt.number.saturating_add(1)).await?,
                None => self.begin(statement, work, 1).await?,
            };
            if let Some(error) = ended {
                self.try_again(statement, work, error).await?;
            }
        }
    }

    /// Begins an attempt and waits for its end; gives the error if it failed.
    pub(super) async fn begin(
        &self,
        statement: &Statement,
        work: Work,
        number: u32,
    ) -> Result<Option<EngineError>, RunError> {
        let permit = self.governor(statement).acquire(work.priority).await;
        self.admit(statement, work)?;
        let reads = statement.purpose.reads();
        let planned = work.bytes.filter(|_| reads);
        let entry = Entry::Submitting { statement: statement.id.clone(), attempt: number, reads, planned, at: now() };
        self.ledger.record(entry)?;
        match self.send(statement, work, number).await? {
            Ok(query) => self.ended(statement, work, number, &query, permit).await,
            Err(error) => Ok(Some(error)),
        }
    }

    /// Takes up an attempt that an earlier process began.
    async fn take_up(
        &self,
        statement: &Statement,
        work: Work,
        attempt: Attempt,
    ) -> Result<Option<EngineError>, RunError> {
        let permit = self.governor(statement).adopt();
        self.admit(statement, work)?;
        let number = attempt.number;
        let query = match attempt.query {
            Some(query) => query,
            None => {
                let since = u64::try_from(attempt.at.saturating_sub(CLOCKS)).unwrap_or(0);
                let since = UNIX_EPOCH + Duration::from_secs(since);
                let sql = self.submission(statement, number).sql;
                let found = if self.is_this_runs(&sql) {
                    self.patiently(&statement.id.0, || self.engine.find(&sql, since)).await
                } else {
                    // Another run may have sent the same text: only the token tells whose it is. Such texts can
                    // be sent once more without harm.
                    Ok(None)
                };
                match found {
                    Ok(Some(query)) => {
                        self.submitted(statement, number, &query)?;
                        query
                    }
                    // It never arrived, or its token still tells.
                    Ok(None) => match self.send(statement, work, number).await? {
                        Ok(query) => query,
                        Err(error) => return Ok(Some(error)),
                    },
                    Err(_) if now().saturating_sub(attempt.at) < TOKEN_SECONDS => {
                        match self.send(statement, work, number).await? {
                            Ok(query) => query,
                            Err(error) => return Ok(Some(error)),
                        }
                    }
                    Err(error) => return Err(self.failed(statement, work.step, error)),
                }
            }
        };
        (self.listen)(Event::TakenUp { statement: statement.id.clone() });
        self.ended(statement, work, number, &query, permit).await
    }

    /// Sends a submission until the engine has it; the inner error is the engine's refusal.
    async fn send(
        &self,
        statement: &Statement,
        work: Work,
        number: u32,
    ) -> Result<Result<QueryId, EngineError>, RunError> {
        let submission = self.submission(statement, number);
        let mut sent = 0;
        let error = loop {
            self.governor(statement).pace().await;
            match self.engine.submit(&submission).await {
                Ok(query) => {
                    self.submitted(statement, number, &query)?;
                    return Ok(Ok(query));
                }
                Err(error) if error.class.is_retryable() && sent < SENDINGS => {
                    sent += 1;
                    if error.class == ErrorClass::Throttled {
                        let width = self.governor(statement).throttled();
                        (self.listen)(Event::Throttled { width });
                    }
                    self.pause(&submission.token, sent).await;
                }
                Err(error) => break error,
            }
        };
        if matches!(error.class, ErrorClass::Credentials | ErrorClass::Transient | ErrorClass::Throttled) {
            // Whether it arrived is not known: the attempt stays open, to be looked for.
            return Err(self.failed(statement, work.step, error));
        }
        let outcome = Ending::Refused { class: error.class, message: error.message.clone() };
        self.end(statement, work, number, End { outcome, bytes: 0, milliseconds: 0, scans: Vec::new() }).await?;
        Ok(Err(error))
    }

    fn submitted(&self, statement: &Statement, attempt: u32, query: &QueryId) -> Result<(), RunError> {
        let (statement, query) = (statement.id.clone(), query.clone());
        self.ledger.record(Entry::Submitted { statement: statement.clone(), attempt, query })?;
        (self.listen)(Event::Submitted { statement });
        Ok(())
    }

    /// Waits for an attempt's end; gives the error if it failed.
    async fn ended(
        &self,
        statement: &Statement,
        work: Work,
        number: u32,
        query: &QueryId,
        permit: Permit,
    ) -> Result<Option<EngineError>, RunError> {
        let started = tokio::time::Instant::now();
        let mut watched = std::pin::pin!(self.watch.ended(query));
        let mut waited = false;
        let (status, late) = loop {
            let Some(deadline) = self.options.statement_deadline else { break (watched.await, false) };
            match tokio::time::timeout(deadline, watched.as_mut()).await {
                Ok(status) => break (status, false),
                // What waits for its turn takes no time; and more statements in its place would wait as long.
                Err(_) if self.still_waits(query).await => waited = true,
                // It has begun since it was last seen waiting: from here on it has all of its time.
                Err(_) if waited => waited = false,
                Err(_) => {
                    let cancelled = self.patiently(&query.0, || self.engine.cancel(query)).await;
                    cancelled.map_err(|error| self.failed(statement, work.step, error))?;
                    break (watched.await, true);
                }
            }
        };
        drop(permit);
        let status = match status {
            Ok(status) => status,
            Err(error) if error.class == ErrorClass::Lost => Status::new(State::Failed(error)),
            // It may still be running: nothing is recorded, and resuming asks again.
            Err(error) => return Err(self.failed(statement, work.step, error)),
        };
        let elapsed = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let milliseconds = status.total.unwrap_or(elapsed);
        let is_there =
            |error: &EngineError| error.class == ErrorClass::Exists && kind(statement.purpose) == Kind::Definition;
        let (outcome, error) = match status.state {
            State::Succeeded => (Ending::Succeeded, None),
            // An earlier attempt was stopped or lost, and had made it all the same: a definition takes effect
            // at once, and its text is the same in every attempt. Or somebody else made one of that name.
            State::Failed(error) if is_there(&error) => {
                match self
                    .whose_stands_there(statement, work.step)
                    .await
                    .map_err(|error| self.failed(statement, work.step, error))?
                {
                    Whose::Own => (Ending::Succeeded, None),
                    // It is gone again: another attempt makes it.
                    Whose::Nobodys => {
                        (Ending::Failed { class: error.class, message: error.message.clone() }, Some(error))
                    }
                    Whose::Others { name, location } => {
                        let error = not_own(&name, &location);
                        (Ending::Failed { class: error.class, message: error.message.clone() }, Some(error))
                    }
                }
            }
            State::Failed(error) => {
                (Ending::Failed { class: error.class, message: error.message.clone() }, Some(error))
            }
            State::Cancelled | State::Queued | State::Running if late => {
                let error = EngineError::new(ErrorClass::Exhausted, "it ran longer than --statement-deadline allows");
                (Ending::Cancelled, Some(error))
            }
            State::Cancelled | State::Queued | State::Running => {
                let error = EngineError::new(ErrorClass::Stopped, "the query was stopped by someone else");
                (Ending::Cancelled, Some(error))
            }
        };
        let bytes = status.bytes_scanned;
        self.end(statement, work, number, End { outcome, bytes, milliseconds, scans: status.scans }).await?;
        if error.is_none() {
            self.governor(statement).went_well();
            let (statement, purpose) = (statement.id.clone(), statement.purpose);
            (self.listen)(Event::Finished { statement, purpose, bytes, milliseconds });
        }
        Ok(error)
    }

    /// Whether a query has not begun yet, as far as the engine says.
    async fn still_waits(&self, query: &QueryId) -> bool {
        let told = self.engine.poll(std::slice::from_ref(query)).await;
        told.is_ok_and(|statuses| statuses.first().is_some_and(|status| status.state == State::Queued))
    }

    /// Records an attempt's end, and holds what it read against the plan.
    async fn end(&self, statement: &Statement, work: Work, attempt: u32, end: End) -> Result<(), RunError> {
        let (bytes, succeeded) = (end.bytes, end.outcome == Ending::Succeeded);
        self.ledger.record(Entry::Ended { statement: statement.id.clone(), attempt, end })?;
        if kind(statement.purpose) == Kind::Definition {
            return Ok(());
        }
        self.budget.settle(&statement.id, bytes);
        let planned = self.planned(statement, work);
        let Err(overrun) = planned.hold(bytes, 0) else {
            if succeeded && work.bytes.is_some_and(|planned| planned > 0) {
                self.proof.give();
            }
            return Ok(());
        };
        // Where the stored rows cannot be listed, nothing speaks for the statement.
        let Ok(stored) = self.stored_bytes(statement, work.step).await else { return Err(overrun.into()) };
        Ok(planned.hold(bytes, stored)?)
    }

    /// Waits before another attempt, or says that there is to be none.
    async fn try_again(&self, statement: &Statement, work: Work, error: EngineError) -> Result<(), RunError> {
        let own = self.ledger.own_attempts(&statement.id);
        let worth = error.class.is_retryable() || matches!(error.class, ErrorClass::Exists | ErrorClass::Lost);
        // An end that an earlier process did not live to hear of, a stop of its own among them, is as if the ledger
        // told it: whoever takes the run up asks for another attempt. What took too much and can be cut in two is
        // cut instead.
        let unheard = own == 0 && !(error.class == ErrorClass::Exhausted && self.is_portion(statement));
        if !(worth || unheard) || own >= ATTEMPTS {
            return Err(self.failed(statement, work.step, error));
        }
        if error.class == ErrorClass::Throttled {
            self.governor(statement).throttled();
        }
        (self.listen)(Event::TriedAgain { statement: statement.id.clone(), reason: error.message.clone() });
        let tried = u32::try_from(own).unwrap_or(u32::MAX);
        self.pause(&format!("{}/{own}", statement.id), tried).await;
        Ok(())
    }

    /// Whether a statement is one of a FOREACH's own.
    fn is_portion(&self, statement: &Statement) -> bool {
        let mut foreachs = self.compiled.plan.foreachs.values();
        foreachs.any(|foreach| emit::portion_number(&foreach.name, &statement.id).is_some())
    }

    /// A statement as it is sent in an attempt.
    pub(super) fn submission(&self, statement: &Statement, attempt: u32) -> Submission {
        let run = &self.options.run;
        let text = statement.sql.substitute(|symbol| self.symbol(statement, attempt, symbol));
        let kind = kind(statement.purpose);
        let sql = if self.engine.tags() && kind != Kind::Definition {
            tagged(run, &statement.id, attempt, &text)
        } else {
            text
        };
        Submission { sql, token: format!("athplan-{run}-{}-attempt-{attempt}", statement.id), kind }
    }

    /// What stands for a symbol in an attempt at a statement. What registers rows names the attempt that
    /// stored them.
    fn symbol(&self, statement: &Statement, attempt: u32, symbol: Symbol) -> String {
        match symbol {
            Symbol::Run => self.options.run.clone(),
            Symbol::Output => self.options.output.clone(),
            Symbol::Attempt(number) if statement.purpose == Purpose::Register => {
                let registered = statement.id.0.rsplit_once('/').map_or(statement.id.0.as_str(), |(name, _)| name);
                let stored = match number {
                    0 => StatementId(registered.to_owned()),
                    number => StatementId(format!("{registered}/{number}")),
                };
                self.ledger.last(&stored).map_or(1, |stored| stored.number).to_string()
            }
            Symbol::Attempt(_) => attempt.to_string(),
        }
    }

    fn admit(&self, statement: &Statement, work: Work) -> Result<(), RunError> {
        if kind(statement.purpose) == Kind::Definition {
            return Ok(());
        }
        Ok(self.budget.admit(self.planned(statement, work))?)
    }

    pub(super) fn planned<'s>(&'s self, statement: &'s Statement, work: Work) -> Planned<'s> {
        Planned { step: &self.compiled.plan.step(work.step).name, statement: &statement.id, bytes: work.bytes }
    }

    /// Pauses before something is tried for the `tried`th time again.
    pub(super) async fn pause(&self, name: &str, tried: u32) {
        tokio::time::sleep(self.options.pace().real(pause(name, tried))).await;
    }

    fn governor(&self, statement: &Statement) -> &std::sync::Arc<Governor> {
        match kind(statement.purpose) {
            Kind::Definition => &self.definitions,
            Kind::Query | Kind::Store => &self.queries,
        }
    }

    pub(super) fn failed(&self, statement: &Statement, step: usize, error: EngineError) -> RunError {
        let span = self.spec_span(statement, &error).unwrap_or(self.compiled.plan.step(step).span);
        RunError::Statement { statement: statement.id.clone(), error, span }
    }

    /// The place in the spec that an engine's error of a statement speaks of. The engine speaks of the
    /// text that it was sent, under the comment that names the run.
    fn spec_span(&self, statement: &Statement, error: &EngineError) -> Option<Span> {
        let attempt = self.ledger.last(&statement.id).map_or(1, |attempt| attempt.number);
        let symbol = |symbol| self.symbol(statement, attempt, symbol);
        let comment = self.submission(statement, attempt).sql.len() - statement.sql.substitute(symbol).len();
        let part = error.span?;
        let part = Span::new(part.start.checked_sub(comment)?, part.end.checked_sub(comment)?);
        statement.sql.spec_span(part, symbol)
    }
}

/// Seconds since the epoch.
pub(super) fn now() -> i64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(elapsed.as_secs()).unwrap_or(i64::MAX)
}

/// The pause before something is tried for the `tried`th time again: longer each time, and different
/// for each statement, so that those that failed together do not come back together.
fn pause(name: &str, tried: u32) -> Duration {
    let longest = FIRST_PAUSE.saturating_mul(1 << tried.min(10)).min(LONGEST_PAUSE);
    let spread = crc32fast::hash(format!("{name} {tried}").as_bytes()) % 1000;
    longest.mul_f64(0.5 + f64::from(spread) / 2000.0)
}
