//! Asking the engine again for what it did not answer: what it was asked for changes nothing, or nothing more
//! when it is asked for twice.
//!
//! Submissions have a way of their own (`attempt`), and so has asking for states (`watch`): there the governor
//! and the ledger must know of each failure.

use super::Run;
use crate::engine::{Engine, EngineError};

/// How often something is asked for again before its error counts.
const ASKED_AGAIN: u32 = 12;

/// How often a query is told to stop: somebody may be waiting at a terminal.
const TOLD_AGAIN: u32 = 4;

impl<E: Engine> Run<'_, E> {
    /// Asks until the engine answers, or says something that asking again will not change.
    ///
    /// # Errors
    ///
    /// The engine's last word.
    pub(super) async fn patiently<T, F>(&self, name: &str, ask: impl Fn() -> F) -> Result<T, EngineError>
    where
        F: Future<Output = Result<T, EngineError>>,
    {
        self.again(name, ASKED_AGAIN, ask).await
    }

    /// Asks a few times, for what nobody can wait long for.
    ///
    /// # Errors
    ///
    /// The engine's last word.
    pub(super) async fn briefly<T, F>(&self, name: &str, ask: impl Fn() -> F) -> Result<T, EngineError>
    where
        F: Future<Output = Result<T, EngineError>>,
    {
        self.again(name, TOLD_AGAIN, ask).await
    }

    async fn again<T, F>(&self, name: &str, times: u32, ask: impl Fn() -> F) -> Result<T, EngineError>
    where
        F: Future<Output = Result<T, EngineError>>,
    {
        let mut asked = 0;
        loop {
            match ask().await {
                Err(error) if error.class.is_retryable() && asked < times => {
                    asked += 1;
                    self.pause(name, asked).await;
                }
                answer => return answer,
            }
        }
    }
}
