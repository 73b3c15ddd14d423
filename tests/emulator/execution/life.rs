//! An execution's life: queued, running, at its end.
//!
//! What it reads decides how long it runs in emulated time. Nothing that it made is seen by anybody
//! before its end, and nothing at all if it was stopped.

use std::sync::Arc;

use super::{Execution, Failure, State, data, definition, utility};
use crate::emulator::Shared;
use crate::emulator::faults::QueryFault;
use crate::emulator::results::{Outcome, files};
use crate::emulator::statement::Kind;

/// What a statement did.
pub struct Done {
    /// What it yields.
    pub outcome: Outcome,
    /// Bytes it read.
    pub scanned: u64,
    /// What becomes visible at its end, beside its result.
    pub stored: Option<Box<data::Stored>>,
}

/// How a statement failed, and what it read until then.
pub struct Undone {
    /// How.
    pub failure: Failure,
    /// Bytes it read.
    pub scanned: u64,
}

impl From<Failure> for Undone {
    fn from(failure: Failure) -> Self {
        Self { failure, scanned: 0 }
    }
}

/// Lets an execution run.
pub fn begin(shared: &Arc<Shared>, execution: Arc<Execution>) {
    let (shared, own) = (shared.clone(), execution.clone());
    let life = {
        let shared = shared.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = live(&shared, &own) => {}
                () = own.stop.notified() => stopped(&shared, &own).await,
            }
        })
    };
    tokio::spawn(async move {
        // Whoever waits for its end must not wait for ever if the embedded engine panics.
        if let Err(panic) = life.await
            && !execution.state().is_final()
        {
            let failure = Failure::new(1, 200, format!("GENERIC_INTERNAL_ERROR: {panic}"));
            fail(&shared, &execution, failure.into());
        }
        // What it wrote and nobody took is nothing but a copy.
        let _ = std::fs::remove_dir_all(shared.folders.staging.join(&execution.id));
    });
}

async fn live(shared: &Shared, execution: &Execution) {
    let (clock, latency) = (&shared.clock, &shared.latency);
    let fault = shared.faults.query(&execution.statement.text);
    let queue = match fault {
        Some(QueryFault::Queued(longer)) => latency.queue + longer,
        _ => latency.queue,
    };
    clock.sleep_until(execution.submitted + queue).await;
    let began = clock.now().max(execution.submitted + queue);
    execution.change(|progress| {
        progress.state = State::Running;
        progress.began = Some(began);
    });
    let mut worked = {
        let _standing = clock.stand();
        work(shared, execution).await
    };
    if let Ok(done) = &mut worked {
        // A stop may come while the time goes by that reading would have taken.
        execution.write_aside(done.stored.take());
    }
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
    let mut end = began + duration;
    if fault == Some(QueryFault::Requeued) {
        clock.sleep_until(began + duration / 2.0).await;
        execution.change(|progress| progress.state = State::Queued);
        clock.sleep_until(began + duration / 2.0 + latency.queue).await;
        execution.change(|progress| progress.state = State::Running);
        end += latency.queue;
    }
    clock.sleep_until(end).await;
    // What it takes to publish rows here is no time of Athena's.
    let _standing = clock.stand();
    if !execution.close() {
        return;
    }
    let cutoff = shared.workgroup(&execution.request.workgroup).and_then(|workgroup| workgroup.cutoff);
    if cutoff.is_some_and(|cutoff| scanned > cutoff) {
        abandon(shared, execution);
        return cancelled(shared, execution, "Bytes scanned limit was exceeded");
    }
    let worked = match (worked, fault.and_then(Failure::of_fault)) {
        (Ok(_), Some(failure)) => {
            abandon(shared, execution);
            Err(Undone { failure, scanned })
        }
        (worked, _) => worked,
    };
    let worked = worked.and_then(|done| {
        let manifest = match execution.take_aside() {
            Some(stored) => data::publish(shared, execution, *stored),
            None => Ok(None),
        };
        manifest.map(|manifest| (done.outcome, manifest)).map_err(|failure| Undone { failure, scanned })
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
    files::permit(shared, execution)?;
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
        abandon(shared, execution);
        cancelled(shared, execution, "Query cancelled by user");
    }
}

/// Leaves what a statement wrote where it was writing: Athena deletes nothing.
fn abandon(shared: &Shared, execution: &Execution) {
    if let Some(stored) = execution.take_aside() {
        data::abandon(shared, &stored);
    }
}

fn cancelled(shared: &Shared, execution: &Execution, reason: &str) {
    finish(shared, execution, State::Cancelled, |progress| progress.reason = Some(reason.to_owned()));
}

fn fail(shared: &Shared, execution: &Execution, undone: Undone) {
    let Undone { mut failure, scanned } = undone;
    if let Some(tail) = data::tail(execution) {
        failure.reason.push_str(&tail);
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
