//! Emulated time: how long a second takes, and when it stands still.
//!
//! A second of the emulator may take a few real milliseconds, so that a run of hours is over in
//! seconds. The embedded engine computes in real time; a clock that stands still meanwhile counts
//! only what the latency model says, which makes the time of a whole run comparable.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The shortest real sleep: timers are no finer.
const FINEST: Duration = Duration::from_millis(1);

/// The emulator's clock.
#[derive(Debug)]
pub struct Clock {
    start: Instant,
    /// Seconds since the epoch at the start.
    epoch: f64,
    /// How long an emulated second takes.
    second: Duration,
    /// Whether time stands still while a [`Standing`] is held.
    may_stand: bool,
    stood: Mutex<Stood>,
}

/// How long the clock has stood still, and who keeps it so.
#[derive(Debug, Default)]
struct Stood {
    holders: usize,
    since: Option<Instant>,
    total: Duration,
}

/// Keeps the clock standing until it is dropped.
pub struct Standing<'a>(&'a Clock);

impl Clock {
    /// A clock that begins to run now, at the time of day.
    pub fn new(second: Duration, may_stand: bool) -> Self {
        let epoch = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |elapsed| elapsed.as_secs_f64());
        Self { start: Instant::now(), epoch, second, may_stand, stood: Mutex::default() }
    }

    /// Seconds since the start.
    pub fn now(&self) -> f64 {
        let stood = self.stood.lock().unwrap_or_else(PoisonError::into_inner);
        let standing = stood.since.map_or(Duration::ZERO, |since| since.elapsed());
        self.seconds(self.start.elapsed().saturating_sub(stood.total + standing))
    }

    /// Seconds since the start as if the clock had never stood: rates of calls are counted by it, since
    /// callers do not stand still.
    pub fn unstopped(&self) -> f64 {
        self.seconds(self.start.elapsed())
    }

    /// Seconds since the epoch at some second since the start.
    pub fn timestamp(&self, at: f64) -> f64 {
        self.epoch + at
    }

    /// Waits until some second since the start.
    pub async fn sleep_until(&self, at: f64) {
        loop {
            let left = at - self.now();
            if left <= 0.0 {
                return;
            }
            tokio::time::sleep(self.second.mul_f64(left.min(86_400.0)).max(FINEST)).await;
        }
    }

    /// Makes the clock stand still, if it may.
    pub fn stand(&self) -> Standing<'_> {
        self.hold();
        Standing(self)
    }

    /// Makes the clock stand still, if it may, until it is released as often.
    pub fn hold(&self) {
        if self.may_stand {
            let mut stood = self.stood.lock().unwrap_or_else(PoisonError::into_inner);
            stood.holders += 1;
            stood.since.get_or_insert_with(Instant::now);
        }
    }

    /// Undoes a hold.
    pub fn release(&self) {
        if !self.may_stand {
            return;
        }
        let mut stood = self.stood.lock().unwrap_or_else(PoisonError::into_inner);
        stood.holders -= 1;
        if stood.holders == 0
            && let Some(since) = stood.since.take()
        {
            stood.total += since.elapsed();
        }
    }

    fn seconds(&self, real: Duration) -> f64 {
        real.as_secs_f64() / self.second.as_secs_f64()
    }
}

impl Drop for Standing<'_> {
    fn drop(&mut self) {
        self.0.release();
    }
}
