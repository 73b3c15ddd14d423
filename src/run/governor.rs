//! How many statements run side by side, and how fast they are sent.
//!
//! The width starts at what the engine says that it takes. Others use the engine too: the width is halved
//! when the engine says that it was too much, and grows again by one for each round of statements that went
//! well (additive increase, multiplicative decrease: Chiu and Jain, 1989, <https://doi.org/10.1016/0169-7552(89)90019-6>).
//! Sending is paced apart from it, since engines count calls as well as queries. Of those who wait, the
//! one with the highest priority goes first.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;

use super::pace::Pace;

/// Throttled answers that come so close together speak of one and the same burst.
const BURST: Duration = Duration::from_secs(1);

/// The pace after the first throttled call, and the slowest.
const FIRST_PACE: Duration = Duration::from_millis(50);
const SLOWEST_PACE: Duration = Duration::from_secs(5);

/// Lets statements through.
#[derive(Debug)]
pub(super) struct Governor {
    state: Mutex<State>,
    ceiling: f64,
    pace: Pace,
}

#[derive(Debug)]
struct State {
    /// How many may run; its whole part counts.
    width: f64,
    running: usize,
    waiting: BinaryHeap<Waiting>,
    /// Numbers those who wait: of equals, the first goes first.
    next: u64,
    halved: Option<Instant>,
    /// The least time between two calls.
    pace: Duration,
    /// When the next call may be made.
    next_call: Instant,
}

#[derive(Debug)]
struct Waiting {
    priority: u64,
    number: u64,
    go: oneshot::Sender<Permit>,
}

/// The right to run one statement; it is given back when it is dropped.
#[derive(Debug)]
pub(super) struct Permit(Arc<Governor>);

impl Governor {
    /// A governor that starts with this width and never goes beyond it: it is the engine's own word.
    pub fn new(width: usize, pace: Pace) -> Arc<Self> {
        let width = count(width.max(1));
        let ceiling = width;
        let state = State {
            width,
            running: 0,
            waiting: BinaryHeap::new(),
            next: 0,
            halved: None,
            pace: Duration::ZERO,
            next_call: Instant::now(),
        };
        Arc::new(Self { state: Mutex::new(state), ceiling, pace })
    }

    /// Waits for the right to run a statement.
    pub async fn acquire(self: &Arc<Self>, priority: u64) -> Permit {
        let (go, gone) = oneshot::channel();
        {
            let mut state = self.state();
            let number = state.next;
            state.next += 1;
            state.waiting.push(Waiting { priority, number, go });
        }
        self.dispatch();
        gone.await.expect("those who wait are kept until they are let through")
    }

    /// The right to run a statement that runs already: it counts, but does not wait.
    pub fn adopt(self: &Arc<Self>) -> Permit {
        self.state().running += 1;
        Permit(Arc::clone(self))
    }

    /// Waits until the next call may be made.
    pub async fn pace(&self) {
        let at = {
            let mut state = self.state();
            let at = state.next_call.max(Instant::now());
            state.next_call = at + state.pace;
            at
        };
        tokio::time::sleep_until(at).await;
    }

    /// A statement went well.
    pub fn went_well(self: &Arc<Self>) {
        {
            let mut state = self.state();
            state.width = (state.width + 1.0 / state.width).min(self.ceiling);
            state.pace = state.pace.mul_f64(0.9);
            if state.pace < self.pace.real(Duration::from_millis(1)) {
                state.pace = Duration::ZERO;
            }
        }
        self.dispatch();
    }

    /// The engine said that it was too much; gives the width that is left.
    pub fn throttled(&self) -> usize {
        let mut state = self.state();
        let now = Instant::now();
        if state.halved.is_none_or(|last| now.duration_since(last) >= self.pace.real(BURST)) {
            state.halved = Some(now);
            state.width = (state.width / 2.0).max(1.0);
            state.pace = (state.pace * 2).clamp(self.pace.real(FIRST_PACE), self.pace.real(SLOWEST_PACE));
        }
        whole(state.width)
    }

    /// Lets through as many as the width allows.
    fn dispatch(self: &Arc<Self>) {
        loop {
            let waiting = {
                let mut state = self.state();
                if state.running >= whole(state.width) {
                    return;
                }
                let Some(waiting) = state.waiting.pop() else { return };
                state.running += 1;
                waiting
            };
            // Who has stopped waiting gives the permit back at once, by dropping it.
            let _ = waiting.go.send(Permit(Arc::clone(self)));
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.state().running -= 1;
        self.0.dispatch();
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> Ordering {
        self.priority.cmp(&other.priority).then(other.number.cmp(&self.number))
    }
}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Waiting {}

#[allow(clippy::cast_precision_loss, reason = "widths are small")]
fn count(width: usize) -> f64 {
    width.min(1 << 20) as f64
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "widths are small and at least one")]
fn whole(width: f64) -> usize {
    width as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Pace = Pace(Duration::from_secs(1));

    #[tokio::test(start_paused = true)]
    async fn the_width_is_held_and_the_highest_priority_goes_first() {
        let governor = Governor::new(1, PACE);
        let first = governor.acquire(0).await;
        let order = Mutex::new(Vec::new());
        let wait = |priority: u64| {
            let (governor, order) = (&governor, &order);
            async move {
                let _permit = governor.acquire(priority).await;
                order.lock().expect("nobody panicked").push(priority);
            }
        };
        let release = async {
            tokio::task::yield_now().await;
            drop(first);
        };
        tokio::join!(wait(1), wait(3), wait(2), release);
        assert_eq!(*order.lock().expect("nobody panicked"), [3, 2, 1]);
    }

    #[tokio::test(start_paused = true)]
    async fn too_much_halves_the_width_once_a_burst_and_success_widens_it() {
        let governor = Governor::new(16, PACE);
        assert_eq!(governor.throttled(), 8);
        assert_eq!(governor.throttled(), 8);
        tokio::time::advance(BURST).await;
        assert_eq!(governor.throttled(), 4);
        (0..400).for_each(|_| governor.went_well());
        assert_eq!(whole(governor.state().width), 16);
    }

    #[tokio::test(start_paused = true)]
    async fn calls_are_paced_after_they_were_too_many() {
        let governor = Governor::new(4, PACE);
        governor.throttled();
        let started = Instant::now();
        for _ in 0..5 {
            governor.pace().await;
        }
        assert_eq!(started.elapsed(), FIRST_PACE * 4);
    }

    #[tokio::test(start_paused = true)]
    async fn who_stops_waiting_takes_no_place() {
        let governor = Governor::new(1, PACE);
        let first = governor.acquire(0).await;
        {
            let waiting = governor.acquire(9);
            tokio::pin!(waiting);
            assert!(futures::poll!(waiting.as_mut()).is_pending());
        }
        drop(first);
        let _second = governor.acquire(0).await;
    }
}
