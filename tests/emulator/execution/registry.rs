//! All executions, by id and by token.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use super::Execution;
use crate::emulator::faults::mixed;

/// What Athena compares when a token comes again: the text as it was sent, catalog, database and output
/// location; neither parameters nor workgroup (measured in September 2026).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared(pub [Option<String>; 4]);

/// All executions.
#[derive(Debug, Default)]
pub struct Executions(Mutex<All>);

#[derive(Debug, Default)]
struct All {
    by_id: BTreeMap<String, Arc<Execution>>,
    /// Ids in the order of submission.
    order: Vec<String>,
    tokens: HashMap<String, (Compared, String)>,
}

/// What a submission comes to.
pub enum Registered {
    /// It is new.
    New(Arc<Execution>),
    /// The token is known, and the request the same: this is its execution's id.
    Known(String),
    /// The token is known, and the request another.
    Mismatch,
    /// It is new, and there are too many already.
    Refused,
}

impl Executions {
    /// Registers a submission under its token, if the account has room for it.
    pub fn register(
        &self,
        token: &str,
        compared: Compared,
        has_room: impl FnOnce(&[Arc<Execution>]) -> bool,
        make: impl FnOnce(String) -> Execution,
    ) -> Registered {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, id)) = all.tokens.get(token) {
            return if *known == compared { Registered::Known(id.clone()) } else { Registered::Mismatch };
        }
        let active: Vec<_> = all.by_id.values().filter(|execution| !execution.state().is_final()).cloned().collect();
        if !has_room(&active) {
            return Registered::Refused;
        }
        let id = id(all.order.len() as u64);
        let execution = Arc::new(make(id.clone()));
        all.by_id.insert(id.clone(), execution.clone());
        all.order.push(id.clone());
        all.tokens.insert(token.to_owned(), (compared, id));
        Registered::New(execution)
    }

    /// An execution by its id.
    pub fn get(&self, id: &str) -> Option<Arc<Execution>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).by_id.get(id).cloned()
    }

    /// All executions, the first first.
    pub fn all(&self) -> Vec<Arc<Execution>> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.order.iter().filter_map(|id| all.by_id.get(id)).cloned().collect()
    }
}

/// An id in the form of a random UUID, the same for the same number.
pub fn id(number: u64) -> String {
    let (high, low) = (mixed(number), mixed(!number));
    let (high, low) = (high & !0xf000 | 0x4000, low & !(0xc << 60) | 0x8 << 60);
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xffff,
        low >> 48,
        low & 0xffff_ffff_ffff
    )
}
