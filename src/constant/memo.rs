//! A small memory of things made from text: patterns and formats are compiled once, not per row.
//!
//! A function is a plain pointer and keeps no state, so that a row can be evaluated on any thread;
//! each thread remembers what it compiled last.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// How many distinct texts are remembered before all are forgotten: as many as a long list of exclusions has
/// patterns, and an end, since a pattern that comes from a column may have any number of values.
const CAPACITY: usize = 4_096;

/// What was made from each text; meant to stand in a `thread_local!`.
pub(crate) struct Memo<T> {
    made: RefCell<HashMap<Box<str>, Rc<T>>>,
}

impl<T> Memo<T> {
    /// An empty memory.
    pub(crate) fn new() -> Self {
        Self { made: RefCell::new(HashMap::new()) }
    }

    /// What `make` makes of this text, remembered; a failure is not.
    pub(crate) fn get<E>(&self, text: &str, make: impl FnOnce(&str) -> Result<T, E>) -> Result<Rc<T>, E> {
        if let Some(known) = self.made.borrow().get(text) {
            return Ok(Rc::clone(known));
        }
        let new = Rc::new(make(text)?);
        let mut made = self.made.borrow_mut();
        if made.len() >= CAPACITY {
            made.clear();
        }
        made.insert(text.into(), Rc::clone(&new));
        Ok(new)
    }
}
