//! Holding a plan to a bound on time: the mistake that costs most is refused before anything runs.

use crate::bind::query::OutputColumn;
use crate::catalog::{Layout, Projection};
use crate::partition::Derived;
use crate::plan::{Driver, Plan, PlanError, Scan};
use crate::spec::ast::Comparison;
use crate::types::Type;

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
        if let Some(time) = scan.table.time.as_ref().filter(|_| !scan.table.partition_keys.is_empty()) {
            let column = scan.table.columns.get(time.column).map(|column| column.name.clone()).unwrap_or_default();
            let failing = scan.derived.failing(&time.format);
            let allowed = plan.settings.allow_full_scan.contains(&step);
            if failing.is_empty() && !allowed && !scan.derived.bounds_time(&scan.table, plan.settings.now_picos()) {
                errors.push(PlanError::UnboundedScan {
                    step: step.clone(),
                    table: scan.table.name.clone(),
                    example: example(plan, scan, &column),
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

/// A bound on time that would do: in a FOREACH's body one by the row.
fn example(plan: &Plan, scan: &Scan, column: &str) -> String {
    let foreach = scan.foreach.and_then(|id| plan.foreachs.get(&id));
    let Some((row, Driver::Query(_, driver))) = foreach.map(|foreach| (&foreach.row, &foreach.driver)) else {
        return format!("{column} BETWEEN '2024-01-01T00:00:00Z' AND '2024-01-31T23:59:59Z'");
    };
    let time = driver.columns.iter().find(|column| is_time(column));
    let name = format!("{row}.{}", time.and_then(|column| column.name.as_deref()).unwrap_or("…"));
    let start = match time.map(|column| &column.ty) {
        Some(Type::Timestamp(_) | Type::TimestampWithTimeZone(_)) => name,
        _ => format!("from_iso8601_timestamp({name})"),
    };
    format!("from_iso8601_timestamp({column}) BETWEEN {start} AND {start} + INTERVAL '12' HOUR")
}

/// Whether a driver's column looks as if it held a time.
fn is_time(column: &OutputColumn) -> bool {
    const NAMES: [&str; 8] = ["time", "date", "issued", "seen", "created", "start", "since", "when"];
    match column.ty {
        Type::Timestamp(_) | Type::TimestampWithTimeZone(_) => column.name.is_some(),
        Type::Varchar(_) => column.name.as_ref().is_some_and(|name| NAMES.iter().any(|part| name.contains(part))),
        _ => false,
    }
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
