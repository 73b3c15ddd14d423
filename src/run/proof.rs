//! Whether the plan's figures hold: where a limit is set, the smallest step goes first, and the others wait until
//! something of it has been read as planned.
//!
//! A table whose listing was wrong, or partitions that are not pruned, then cost one small statement and not all
//! that would have run beside it. Steps that read nothing wait for nobody.

use tokio::sync::watch;

use super::{Run, RunError};
use crate::engine::Engine;
use crate::plan::StepKind;

/// Whether something has been read as planned, or nobody has to wait for that.
#[derive(Debug)]
pub(super) struct Proof(watch::Sender<bool>);

impl Proof {
    /// Nothing has been read; `given`: and nobody has to wait.
    pub fn new(given: bool) -> Self {
        Self(watch::Sender::new(given))
    }

    /// Something has been read as planned.
    pub fn give(&self) {
        self.0.send_replace(true);
    }

    fn is_given(&self) -> bool {
        *self.0.borrow()
    }

    async fn given(&self) {
        // The sender is this one: it is not gone while somebody waits.
        let _ = self.0.subscribe().wait_for(|given| *given).await;
    }
}

/// How a step begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// At once.
    Now,
    /// At once, and what it comes to is the proof for the others.
    First,
    /// Once there is proof.
    Later,
}

impl<E: Engine> Run<'_, E> {
    /// How steps that are ready begin; `first` says whether one is running that the others wait for.
    pub(super) fn turns(&self, ready: &[usize], first: bool) -> Vec<Turn> {
        if self.proof.is_given() {
            return vec![Turn::Now; ready.len()];
        }
        let reads = |step: usize| match self.compiled.plan.step(step).kind {
            StepKind::Materialise(..) | StepKind::Answer(_) | StepKind::Foreach(..) => true,
            StepKind::Declare(_) | StepKind::AddPartitions(..) | StepKind::File(..) => false,
        };
        // What nobody knows is no small step.
        let size = |step: usize| self.work(step).bytes.unwrap_or(u64::MAX);
        let readers = ready.iter().copied().filter(|step| reads(*step));
        let smallest = if first { None } else { readers.min_by_key(|step| (size(*step), *step)) };
        let turn = |step: &usize| match *step {
            step if !reads(step) => Turn::Now,
            step if Some(step) == smallest => Turn::First,
            _ => Turn::Later,
        };
        ready.iter().map(turn).collect()
    }

    /// Runs a step when it is its turn.
    pub(super) async fn in_turn(&self, step: usize, turn: Turn) -> Result<(), RunError> {
        if turn == Turn::Later {
            self.proof.given().await;
        }
        self.step(step).await?;
        if turn == Turn::First {
            // It may have read nothing but what the run stored; the others have waited long enough.
            self.proof.give();
        }
        Ok(())
    }
}
