//! Derive partition predicates from predicates on event time and on partition keys.
//!
//! ```text
//! before:  FROM cloudtrail c WHERE c.eventtime >= '2019-03-01T00:00:00Z' AND c.eventname = 'AssumeRole'
//! after:   the same, and beside the scan of c:  event time in [2019-03-01T00:00:00Z, …)
//! ```
//!
//! The predicate is kept beside the scan, symbolically: its bounds may be constants or expressions
//! over a FOREACH's driver row. Days follow from it only when the bounds are known.
//!
//! When it would be wrong: a conjunct that is TRUE for a row that does not exist. On the
//! null-supplying side of an outer join `c.region = 'x' OR c.region IS NULL` must derive nothing.
//! Every atom derived here is strict, NULL for a NULL column, so a formula of AND and OR over atoms
//! cannot be TRUE where the scan supplied NULLs; what is not strict derives [`Derived::Anything`].
//! The preserved side of an outer join gets nothing from that join's ON.
//!
//! Why here: after views have been expanded, since predicates reach through them; before the ladder,
//! which asks which scans the driver's rows decide.

mod cte;
mod handed;
mod predicate;
mod time;
mod walk;
mod warn;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use self::cte::Ctes;
pub use self::time::increasing;
use self::walk::Walk;
use super::Rewrite;
use crate::partition::Derived;
use crate::plan::{Plan, Scan, StepKind, Warning};

/// The rewrite.
pub struct DerivePartitions;

impl Rewrite for DerivePartitions {
    fn name(&self) -> &'static str {
        "derive_partitions"
    }

    fn apply(&self, plan: &mut Plan) -> bool {
        let mut scans = BTreeMap::new();
        let mut ctes = Ctes::default();
        let warnings = RefCell::default();
        let mut walk = Walk {
            plan,
            step: 0,
            foreach: None,
            drivers: BTreeSet::new(),
            scans: &mut scans,
            ctes: &mut ctes,
            warnings: &warnings,
        };
        for (at, step) in plan.steps.iter().enumerate() {
            (walk.step, walk.foreach) = (at, None);
            walk.drivers.clear();
            match &step.kind {
                StepKind::Materialise(_, query, _) | StepKind::Answer(query) => walk.query(query, &[], false),
                StepKind::Foreach(id, ..) => walk.foreach(*id),
                StepKind::Declare(_) | StepKind::File(..) | StepKind::AddPartitions(..) => {}
            }
        }
        walk.ctes();
        let fired = scans.values().any(|scan: &Scan| !matches!(scan.derived, Derived::Anything));
        plan.scans = scans;
        plan.warnings.extend(warnings.into_inner());
        plan.warnings.sort_by_key(Warning::span);
        fired
    }
}
