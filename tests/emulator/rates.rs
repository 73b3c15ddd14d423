//! How often an operation may be called: a bucket of tokens for each.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// The buckets of an account.
#[derive(Debug)]
pub struct Rates {
    limits: BTreeMap<&'static str, (f64, f64)>,
    /// What each bucket holds, and when that was counted.
    buckets: Mutex<BTreeMap<String, (f64, f64)>>,
}

impl Rates {
    /// Full buckets of these rates and bursts; operations without a rate are never throttled.
    pub fn new(limits: BTreeMap<&'static str, (f64, f64)>) -> Self {
        Self { limits, buckets: Mutex::default() }
    }

    /// Takes a token, if there is one at that second.
    pub fn take(&self, operation: &str, now: f64) -> bool {
        let Some((rate, burst)) = self.limits.get(operation) else { return true };
        let most = (rate * burst).max(1.0);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let (tokens, counted) = buckets.entry(operation.to_owned()).or_insert((most, now));
        *tokens = (*tokens + (now - *counted) * rate).min(most);
        *counted = now;
        let has_one = *tokens >= 1.0;
        if has_one {
            *tokens -= 1.0;
        }
        has_one
    }
}
