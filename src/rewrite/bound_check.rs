//! Holding a plan to a bound on time: the mistake that costs most is refused before anything runs.

use crate::catalog::{Layout, Projection};
use crate::partition::Derived;
use crate::plan::{Plan, PlanError};
use crate::spec::ast::Comparison;

/// Refuses scans without a bound on time, unless their step is allowed to, and scans that give an
/// injected key no value.
///
/// # Errors
///
/// All such scans.
pub fn check_bounds(plan: &Plan) -> Result<(), Vec<PlanError>> {
    let mut errors = Vec::new();
    for scan in plan.scans.values() {
        let step = plan.step(scan.step).name.clone();
        if let Some(time) = &scan.table.time {
            let column = scan.table.columns.get(time.column).map(|column| column.name.clone()).unwrap_or_default();
            let failing = scan.derived.failing(&time.format);
            let allowed = plan.settings.allow_full_scan.contains(&step);
            if failing.is_empty() && !allowed && !scan.derived.bounds_time(&scan.table) {
                errors.push(PlanError::UnboundedScan {
                    step: step.clone(),
                    table: scan.table.name.clone(),
                    column: column.clone(),
                    span: scan.span,
                    idle: scan.derived.comparisons_of_time(),
                });
            }
            errors.extend(failing.into_iter().map(|failing| PlanError::TimeFunction {
                text: plan.spec.source.slice(failing.span).to_owned(),
                example: failing.example,
                reason: failing.reason,
                column: column.clone(),
                span: failing.span,
            }));
        }
        if let Layout::Projection { keys, .. } = &scan.table.layout {
            for (at, key) in keys.iter().enumerate() {
                if matches!(key, Projection::Injected) && !names_values(&scan.derived, at) {
                    errors.push(PlanError::InjectedKey {
                        step: step.clone(),
                        table: scan.table.name.clone(),
                        key: scan.table.partition_keys[at].name.clone(),
                        span: scan.span,
                    });
                }
            }
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// Whether a formula fixes a key to values on every way it can be TRUE.
fn names_values(derived: &Derived, wanted: usize) -> bool {
    match derived {
        Derived::Nothing => true,
        Derived::Key { key, comparison, .. } => *key == wanted && *comparison == Comparison::Equal,
        Derived::And(parts) => parts.iter().any(|part| names_values(part, wanted)),
        Derived::Or(parts) => parts.iter().all(|part| names_values(part, wanted)),
        Derived::Anything | Derived::Time { .. } => false,
    }
}
