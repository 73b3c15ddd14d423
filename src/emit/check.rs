//! Holding a plan to what can be emitted, so that emission itself cannot fail.

use std::collections::{BTreeMap, BTreeSet};

use super::literal::has_literal;
use super::name::{driver_name, run_name};
use super::statement::printable;
use crate::catalog::{Layout, hive_type};
use crate::plan::{ForeachPlan, Plan, PlanError, Rung, Step, StepKind, literal_keys, stored};

/// Refuses tables that cannot be written as Hive DDL or told apart, and drivers whose columns can be
/// neither stored nor written.
///
/// # Errors
///
/// Everything that cannot be emitted.
pub fn check_plan(plan: &Plan) -> Result<(), Vec<PlanError>> {
    let mut errors = Vec::new();
    for step in &plan.steps {
        check_table(step, &mut errors);
    }
    for foreach in plan.foreachs.values() {
        check_driver(foreach, &mut errors);
    }
    check_names(plan, &mut errors);
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

fn check_table(step: &Step, errors: &mut Vec<PlanError>) {
    let result = match &step.kind {
        StepKind::Declare(table) => match &table.layout {
            Layout::Registered(entries) => printable(table, entries).map_err(|error| error.to_string()),
            Layout::Flat | Layout::Projection { .. } => printable(table, &[]).map_err(|error| error.to_string()),
        },
        StepKind::AddPartitions(table, entries) => printable(table, entries).map_err(|error| error.to_string()),
        StepKind::File(table, _) | StepKind::Foreach(_, table, _) => {
            match table.columns.iter().find(|column| hive_type(&column.ty).is_none()) {
                Some(column) => Err(format!("Hive has no type for `{}`, which is {}", column.name, column.ty)),
                None => Ok(()),
            }
        }
        StepKind::Materialise(..) | StepKind::Answer(_) => Ok(()),
    };
    if let Err(reason) = result {
        errors.push(PlanError::TableDefinition { table: step.name.clone(), reason, span: step.span });
    }
}

fn check_driver(foreach: &ForeachPlan, errors: &mut Vec<PlanError>) {
    let span = foreach.span;
    if foreach.stored {
        for column in foreach.columns.iter().filter(|column| stored(&column.ty).is_none()) {
            errors.push(PlanError::HiddenType { column: column.name.clone(), ty: column.ty.to_string(), span });
        }
    }
    if foreach.rung == Rung::Substituted {
        let columns = literal_keys(foreach).into_iter().map(|at| &foreach.columns[at]);
        for column in columns.filter(|column| !has_literal(&column.ty)) {
            errors.push(PlanError::LiteralType { column: column.name.clone(), ty: column.ty.to_string(), span });
        }
    }
}

/// Two names of a spec may differ in what a run's table names cannot say, or one may be what statements of the
/// other's step are called: a run that is taken up would hold what one did for what the other is to do.
fn check_names(plan: &Plan, errors: &mut Vec<PlanError>) {
    let tables = plan.steps.iter().filter(|step| !matches!(step.kind, StepKind::AddPartitions(..)));
    let tables: BTreeSet<&str> = tables.map(|step| step.name.as_str()).collect();
    for step in &plan.steps {
        let outer = step.name.match_indices('/').map(|(at, _)| &step.name[..at]).find(|outer| tables.contains(outer));
        if let Some(outer) = outer {
            let (first, name) = (outer.to_owned(), step.name.clone());
            errors.push(PlanError::SameName { first, second: name.clone(), name, span: step.span });
        }
    }
    let mut known: BTreeMap<String, &str> = BTreeMap::new();
    for step in &plan.steps {
        let mut names = Vec::new();
        match &step.kind {
            StepKind::Declare(_) | StepKind::File(..) | StepKind::Materialise(..) => names.push(run_name(&step.name)),
            StepKind::Foreach(id, ..) => {
                let foreach = &plan.foreachs[id];
                names.push(run_name(&step.name));
                names.extend(foreach.stored.then(|| driver_name(foreach)));
            }
            StepKind::AddPartitions(..) | StepKind::Answer(_) => {}
        }
        for name in names {
            if let Some(first) = known.insert(name.clone(), &step.name) {
                let (first, second) = (first.to_owned(), step.name.clone());
                errors.push(PlanError::SameName { first, second, name, span: step.span });
            }
        }
    }
}
