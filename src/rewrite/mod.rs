//! Rewrites: what the plan finds out about its queries before any row is known.
//!
//! Each rewrite is one file, one unit struct, and adds annotations to the plan; none changes a bound
//! query. After each one, in tests and debug builds, the plan is held to the schema it had and to
//! itself (`well_formed`).
//!
//! What others do, and where: parameters and `now()` need no rewrite, since the binder puts their values
//! into the tree and emission writes them through the one literal renderer; views are expanded by the
//! binder likewise; constants are folded where a bound is resolved; and which partitions a predicate
//! leaves is a question about the world, asked by `expand`.

mod bound_check;
mod climb_ladder;
mod derive;
mod well_formed;

pub use bound_check::check_bounds;
pub use climb_ladder::{ClimbLadder, could_group_outside};
pub use derive::{DerivePartitions, increasing};

use self::well_formed::Before;
use crate::plan::Plan;

/// A rewrite.
pub trait Rewrite {
    /// Its name, as `explain` shows it; the file's and the struct's in snake case.
    fn name(&self) -> &'static str;

    /// Annotates the plan; returns whether it found anything.
    fn apply(&self, plan: &mut Plan) -> bool;
}

/// The rewrites, in the order they are applied, each with the reason for its place.
pub fn rewrites() -> Vec<Box<dyn Rewrite>> {
    vec![
        // First: what a scan needs is asked by everything else.
        Box::new(DerivePartitions),
        // Then: the rung depends on the body, and what is read apart on the scans' predicates.
        Box::new(ClimbLadder),
    ]
}

/// The rewrites' names, in order.
pub fn names() -> impl Iterator<Item = &'static str> {
    rewrites().into_iter().map(|rewrite| rewrite.name())
}

/// Applies every rewrite; returns the plan and the names of those that fired.
pub fn rewrite(mut plan: Plan) -> (Plan, Vec<&'static str>) {
    let mut fired = Vec::new();
    for rewrite in rewrites() {
        if apply(rewrite.as_ref(), &mut plan) {
            fired.push(rewrite.name());
        }
    }
    (plan, fired)
}

/// Applies one rewrite and, in tests and debug builds, checks what it made; returns whether it found
/// anything.
pub fn apply(rewrite: &dyn Rewrite, plan: &mut Plan) -> bool {
    if !cfg!(debug_assertions) {
        return rewrite.apply(plan);
    }
    let before = Before::new(plan);
    let fired = rewrite.apply(plan);
    before.hold(plan, rewrite);
    fired
}
