//! Showing one stage of the compiler (`--stage`).

use std::collections::BTreeMap;
use std::fmt::Write;

use super::Explaining;
use crate::Compiled;
use crate::emit::{self, Statement};
use crate::expand::ExpandError;
use crate::plan::{ForeachPlan, Lifetime, StepKind};
use crate::run::{known_statements, template};

/// A stage that can be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The spec as it was read.
    Spec,
    /// The bound spec.
    Bound,
    /// The plan's steps, scans and FOREACHs.
    Plan,
    /// The order of the steps.
    Dag,
    /// The statements.
    Statements,
}

/// A stage as text.
///
/// # Errors
///
/// Driver rows that were given and cannot be expanded.
pub fn stage(compiled: &Compiled, explaining: &Explaining, stage: Stage) -> Result<String, ExpandError> {
    let plan = &compiled.plan;
    let mut text = String::new();
    match stage {
        Stage::Spec => {
            for statement in crate::spec::parse(&plan.spec.source).map(|spec| spec.statements).unwrap_or_default() {
                let _ = writeln!(text, "{:#?}", statement.kind);
            }
        }
        Stage::Bound => {
            for statement in &plan.spec.statements {
                let _ = writeln!(text, "{:#?}", statement.kind);
            }
        }
        Stage::Plan => text = plan.tree().text(),
        Stage::Dag => {
            for step in compiled.dag.steps() {
                let waits: Vec<&str> =
                    compiled.dag.waits_for(step).into_iter().map(|other| plan.step(other).name.as_str()).collect();
                let _ = match waits.as_slice() {
                    [] => writeln!(text, "{}", plan.step(step).name),
                    waits => writeln!(text, "{} <- {}", plan.step(step).name, waits.join(", ")),
                };
            }
        }
        Stage::Statements => {
            for statement in statements(compiled, explaining)? {
                let _ = writeln!(text, "-- {}\n{};\n", statement.id, statement.sql);
            }
        }
    }
    Ok(text)
}

/// Every statement in the order of the steps, and what is dropped at the end; those of FOREACHs without
/// rows as templates.
///
/// # Errors
///
/// Driver rows that were given and cannot be expanded.
pub fn statements(compiled: &Compiled, explaining: &Explaining) -> Result<Vec<Statement>, ExpandError> {
    let found = known_statements(compiled, &explaining.rows, |foreach, lifetime| {
        let mut statements = vec![template(compiled, foreach, lifetime, BTreeMap::new())];
        statements.extend(template_tail(compiled, foreach, lifetime));
        statements
    })?;
    let drops = emit::drops(&compiled.plan);
    Ok(found.into_iter().map(|(_, statement)| statement).chain(drops).collect())
}

/// What makes the rows of all its statements one table, with the first of them standing for all.
fn template_tail(compiled: &Compiled, foreach: &ForeachPlan, lifetime: Lifetime) -> Vec<Statement> {
    let plan = &compiled.plan;
    let StepKind::Foreach(_, table, _) = &plan.step(foreach.step).kind else { return Vec::new() };
    let mut tail = emit::foreach_tail(plan, foreach, table, lifetime, &[1]);
    if let Some(register) = tail.last_mut() {
        register.id.0.push_str(", a partition for each of 1 … N");
    }
    tail
}
