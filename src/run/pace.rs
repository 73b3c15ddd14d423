//! How long a pause is: every pause of a run is counted in seconds of the engine.
//!
//! Engines live in our time, and a second is a second. An emulated engine may have a quicker clock; a run that
//! paused by ours would then wait for hours of the engine's, and tell nothing of how it fares on a real one.

use std::time::Duration;

/// How long a second of the engine takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace(pub Duration);

impl Pace {
    /// How long a pause takes that is so long to the engine.
    pub fn real(self, pause: Duration) -> Duration {
        if self.0 == Duration::from_secs(1) { pause } else { pause.mul_f64(self.0.as_secs_f64()) }
    }
}
