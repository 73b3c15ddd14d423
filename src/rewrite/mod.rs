//! Rewrites: what the plan finds out about its queries before any row is known.
//!
//! Each rewrite is one file, one unit struct, and adds annotations to the plan; none changes a bound
//! query, so the schema of every step is the same before and after by construction, and the check
//! after each rewrite is about annotations: they must speak of relations and FOREACHs that exist.
//!
//! Parameters and `now()` need no rewrite: the binder puts their values into the tree, and emission
//! writes them through the one literal renderer. Views are expanded by the binder likewise.

mod bound_check;
mod climb_ladder;
mod derive;

pub use bound_check::check_bounds;
pub use climb_ladder::{ClimbLadder, could_group_outside};
pub use derive::{DerivePartitions, increasing};

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

/// Applies every rewrite; returns the plan and the names of those that fired.
pub fn rewrite(mut plan: Plan) -> (Plan, Vec<&'static str>) {
    let mut fired = Vec::new();
    for rewrite in rewrites() {
        if rewrite.apply(&mut plan) {
            fired.push(rewrite.name());
        }
        well_formed(&plan, rewrite.name());
    }
    (plan, fired)
}

/// Holds the plan's annotations to the plan, in tests and debug builds.
fn well_formed(plan: &Plan, rewrite: &str) {
    if !cfg!(debug_assertions) {
        return;
    }
    for (id, scan) in &plan.scans {
        assert!(scan.step < plan.steps.len(), "{rewrite}: the scan of {id:?} stands in no step");
        assert_eq!(*id, scan.relation, "{rewrite}: a scan is filed under another relation");
    }
    for (id, foreach) in &plan.foreachs {
        assert_eq!(*id, foreach.id, "{rewrite}: a FOREACH is filed under another number");
        assert!(
            foreach.keys.iter().chain(&foreach.carried).all(|at| *at < foreach.columns.len()),
            "{rewrite}: {id:?} names a column that its driver lacks"
        );
        assert!(!foreach.numbered || foreach.stored, "{rewrite}: {id:?} numbers rows that are not stored");
        if let Some(apart) = foreach.apart {
            assert!(
                plan.scans.get(&apart).is_some_and(|scan| scan.foreach == Some(*id)),
                "{rewrite}: {id:?} reads a scan apart that is not its own"
            );
        }
    }
}
