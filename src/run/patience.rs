//! Calls that are made again: an engine that is asked too much, or a network that loses an answer, is no
//! reason to give up what was paid for, or to leave a query running.

use std::time::Duration;

use super::Run;
use crate::engine::{Engine, EngineError};

/// How often a call is made, the first time included. Pauses between come to half a minute or less.
const CALLS: u32 = 7;

/// The first pause before something is tried again, and the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

impl<E: Engine> Run<'_, E> {
    /// Makes a call until the engine answers it, or refuses it for good. What the call is about makes its
    /// pauses its own.
    pub(super) async fn patiently<T, F>(&self, about: &str, call: impl Fn() -> F) -> Result<T, EngineError>
    where
        F: Future<Output = Result<T, EngineError>>,
    {
        let mut made = 1;
        loop {
            match call().await {
                Err(error) if error.class.is_retryable() && made < CALLS => {
                    tokio::time::sleep(pause(about, made)).await;
                    made += 1;
                }
                result => return result,
            }
        }
    }
}

/// The pause before something is tried for the `tried`th time again: longer each time, and different
/// for each statement, so that those that failed together do not come back together.
pub(super) fn pause(name: &str, tried: u32) -> Duration {
    let longest = FIRST_PAUSE.saturating_mul(1 << tried.min(10)).min(LONGEST_PAUSE);
    let spread = crc32fast::hash(format!("{name} {tried}").as_bytes()) % 1000;
    longest.mul_f64(0.5 + f64::from(spread) / 2000.0)
}
