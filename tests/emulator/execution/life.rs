//! An execution's life: queued, running, at its end.
//!
//! What it reads decides how long it runs in emulated time. Nothing that it made is seen by anybody
//! before its end, and nothing at all if it was stopped.

use std::sync::Arc;

use super::{Execution, Failure, State, data, definition, utility};
use crate::emulator::Shared;
use crate::emulator::results::{Outcome, files};
use crate::emulator::statement::Kind;

/// What a statement did.
pub struct Done {
    /// What it yields.
    pub outcome: Outcome,
    /// Bytes it read.
    pub scanned: u64,
    /// What becomes visible at its end.
    pub effect: Effect,
}

/// What becomes visible at a statement's end.
pub enum Effect {
    /// Nothing but its result.
    None,
    /// Files, and perhaps a table over them.
    Stored(data::Stored),
}

/// How a statement failed, and what it read until then.
pub struct Undone {
    /// How.
    pub failure: Failure,
    /// Bytes it read.
    pub scanned: u64,
    /// Files that it leaves where it was writing.
    pub orphans: Option<data::Stored>,
}

impl From<Failure> for Undone {
    fn from(failure: Failure) -> Self {
        Self { failure, scanned: 0, orphans: None }
    }
}

/// Lets an execution run.
pub fn begin(shared: &Arc<Shared>, execution: Arc<Execution>) {
    let shared = shared.clone();
    tokio::spawn(async move {
        tokio::select! {
            () = live(&shared, &execution) => {}
            () = execution.stop.notified() => stopped(&shared, &execution).await,
        }
        // What it wrote and nobody took is nothing but a copy.
        let _ = std::fs::remove_dir_all(shared.folders.staging.join(&execution.id));
    });
}

async fn live(shared: &Shared, execution: &Execution) {
    let (clock, latency) = (&shared.clock, &shared.latency);
    clock.sleep_until(execution.submitted + latency.queue).await;
    let began = clock.now().max(execution.submitted + latency.queue);
    execution.change(|progress| {
        progress.state = State::Running;
        progress.began = Some(began);
    });
    let worked = {
        let _standing = clock.stand();
        work(shared, execution).await
    };
    let scanned = match &worked {
        Ok(done) => done.scanned,
        Err(undone) => undone.scanned,
    };
    execution.change(|progress| progress.scanned = scanned);
    #[allow(clippy::cast_precision_loss, reason = "a model of time needs no last bytes")]
    let duration = if execution.statement.kind.is_query() {
        latency.query + scanned as f64 / latency.bytes_per_second
    } else {
        latency.definition
    };
    clock.sleep_until(began + duration).await;
    if !execution.close() {
        return;
    }
    let cutoff = shared.workgroup(&execution.request.workgroup).and_then(|workgroup| workgroup.cutoff);
    if cutoff.is_some_and(|cutoff| scanned > cutoff) {
        return cancelled(shared, execution, "Bytes scanned limit was exceeded");
    }
    let worked = match (worked, shared.faults.query(&execution.statement.text)) {
        (Ok(done), Some(fault)) => {
            let orphans = match done.effect {
                Effect::Stored(stored) => Some(stored),
                Effect::None => None,
            };
            Err(Undone { failure: Failure::of_fault(fault), scanned, orphans })
        }
        (worked, _) => worked,
    };
    let worked = worked.and_then(|done| match done.effect {
        Effect::Stored(stored) => {
            let manifest = data::publish(shared, execution, stored)?;
            Ok((done.outcome, manifest))
        }
        Effect::None => Ok((done.outcome, None)),
    });
    match worked {
        Ok((outcome, manifest)) => {
            files::write(shared, execution, &outcome, manifest.as_deref());
            let manifest = manifest.is_some().then(|| manifest_location(execution)).flatten();
            finish(shared, execution, State::Succeeded, |progress| {
                progress.outcome = outcome;
                progress.manifest = manifest;
            });
        }
        Err(undone) => fail(shared, execution, undone),
    }
}

async fn work(shared: &Shared, execution: &Execution) -> Result<Done, Undone> {
    let statement = &execution.statement;
    if let Some(doom) = utility::doom(shared, execution) {
        return Err(doom.into());
    }
    match statement.kind {
        Kind::Select | Kind::Explain | Kind::Insert | Kind::Unload | Kind::CreateTableAs => {
            data::work(shared, execution).await
        }
        kind if kind.statement_type() == "UTILITY" => utility::work(shared, execution).map_err(Undone::from),
        _ => definition::work(shared, execution).map_err(Undone::from),
    }
}

/// Ends an execution that was asked to stop.
async fn stopped(shared: &Shared, execution: &Execution) {
    let clock = &shared.clock;
    clock.sleep_until(clock.now() + shared.latency.stop).await;
    if execution.close() {
        let (now, progress) = (clock.now(), execution.progress());
        #[allow(clippy::cast_precision_loss, reason = "a model of time needs no last bytes")]
        let duration = shared.latency.query + progress.scanned as f64 / shared.latency.bytes_per_second;
        let part = progress.began.map_or(0.0, |began| ((now - began) / duration).clamp(0.0, 1.0));
        // What was read until then is paid for.
        #[allow(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "as above"
        )]
        execution.change(|progress| progress.scanned = (progress.scanned as f64 * part) as u64);
        cancelled(shared, execution, "Query cancelled by user");
    }
}

fn cancelled(shared: &Shared, execution: &Execution, reason: &str) {
    finish(shared, execution, State::Cancelled, |progress| progress.reason = Some(reason.to_owned()));
}

fn fail(shared: &Shared, execution: &Execution, undone: Undone) {
    let Undone { mut failure, scanned, orphans } = undone;
    if let Some(tail) = data::tail(execution) {
        failure.reason.push_str(&tail);
    }
    if let Some(stored) = orphans {
        data::abandon(shared, stored);
    }
    files::write_failure(shared, execution, &failure.reason);
    finish(shared, execution, State::Failed, |progress| {
        progress.scanned = scanned;
        progress.reason = Some(failure.reason.clone());
        progress.failure = Some(failure);
    });
}

fn finish(shared: &Shared, execution: &Execution, state: State, change: impl FnOnce(&mut super::Progress)) {
    let now = shared.clock.now();
    execution.change(|progress| {
        change(progress);
        progress.state = state;
        progress.ended = Some(now);
    });
}

fn manifest_location(execution: &Execution) -> Option<String> {
    execution.request.location.as_ref().map(|location| format!("{location}-manifest.csv"))
}
