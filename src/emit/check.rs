//! Holding a plan to what can be emitted, so that emission itself cannot fail.

use super::statement::printable;
use crate::plan::{Plan, PlanError, StepKind};

/// Refuses tables that cannot be written as Hive DDL.
///
/// # Errors
///
/// All such tables.
pub fn check_printable(plan: &Plan) -> Result<(), Vec<PlanError>> {
    let mut errors = Vec::new();
    for step in &plan.steps {
        let result = match &step.kind {
            StepKind::Declare(table) => match &table.layout {
                crate::catalog::Layout::Registered(entries) => printable(table, entries),
                _ => printable(table, &[]),
            },
            StepKind::AddPartitions(table, entries) => printable(table, entries),
            _ => Ok(()),
        };
        if let Err(error) = result {
            errors.push(PlanError::TableDefinition {
                table: step.name.clone(),
                reason: error.to_string(),
                span: step.span,
            });
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}
