//! Showing one stage of the compiler (`--stage`).

use std::collections::BTreeMap;
use std::fmt::Write;

use super::Explaining;
use crate::Compiled;
use crate::bind::query::RelationId;
use crate::catalog::Table;
use crate::emit::{self, Part, Portion, Statement};
use crate::expand::{ExpandError, expand};
use crate::plan::{ForeachPlan, Lifetime, StepKind};

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
        Stage::Plan => text = super::plan(plan).text(),
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

/// Every statement in the order of the steps, and what is dropped at the end; those of FOREACHs without rows as templates: the body as it will be run, without
/// the partitions that only the rows can name.
///
/// # Errors
///
/// Driver rows that were given and cannot be expanded.
pub fn statements(compiled: &Compiled, explaining: &Explaining) -> Result<Vec<Statement>, ExpandError> {
    let plan = &compiled.plan;
    let rectangles: &BTreeMap<_, _> = &compiled.rectangles;
    let mut found = Vec::new();
    for (at, step) in plan.steps.iter().enumerate() {
        match &step.kind {
            StepKind::Declare(table) => found.extend(emit::define(plan, table, &compiled.world.inventory)),
            StepKind::AddPartitions(table, entries) => {
                found.extend(emit::add_partitions(plan, &step.name, table, entries));
            }
            StepKind::File(table, _) => found.push(emit::define_file(plan, table)),
            StepKind::Materialise(table, query, lifetime) => {
                found.push(emit::store(plan, at, table, query, *lifetime, rectangles));
            }
            StepKind::Answer(query) => found.push(emit::answer(plan, at, query, rectangles)),
            StepKind::Foreach(id, table, lifetime) => {
                let foreach = &plan.foreachs[id];
                let (store, keys) = emit::foreach_head(plan, foreach, rectangles);
                found.extend(store);
                found.extend(keys);
                let rows = explaining.rows.get(&foreach.name);
                if foreach.suspended() && rows.is_none() {
                    found.push(template(compiled, foreach, *lifetime));
                    found.extend(template_tail(compiled, foreach, table, *lifetime));
                    continue;
                }
                let expansion = expand(plan, foreach, rows.map(Vec::as_slice), &compiled.world)?;
                for (number, portion) in expansion.portions.iter().enumerate() {
                    found.push(emit::foreach_portion(plan, foreach, *lifetime, number + 1, portion));
                }
                found.extend(emit::foreach_tail(plan, foreach, table, *lifetime, expansion.portions.len()));
            }
        }
    }
    found.extend(emit::drops(plan));
    Ok(found)
}

/// The body of a FOREACH as it will be run, for one row where it runs row by row. The predicates on
/// partitions that the rows decide are left out.
fn template(compiled: &Compiled, foreach: &ForeachPlan, lifetime: Lifetime) -> Statement {
    let own =
        |relation: &RelationId| compiled.plan.scans.get(relation).is_some_and(|scan| scan.foreach == Some(foreach.id));
    let scans = compiled.rectangles.iter().filter(|(relation, _)| own(relation));
    let part = Part {
        rows: vec![1],
        scans: scans.map(|(relation, rectangles)| (*relation, rectangles.clone())).collect(),
        literals: BTreeMap::new(),
    };
    let portion = Portion { parts: vec![part], selects_rows: false };
    let mut statement = emit::foreach_portion(&compiled.plan, foreach, lifetime, 1, &portion);
    statement.id.0 = format!("{}/1 … N, partitions added when the rows are known", foreach.name);
    statement
}

/// What makes the rows of all its statements one table, with the first of them standing for all.
fn template_tail(compiled: &Compiled, foreach: &ForeachPlan, table: &Table, lifetime: Lifetime) -> Vec<Statement> {
    let mut tail = emit::foreach_tail(&compiled.plan, foreach, table, lifetime, 1);
    if let Some(register) = tail.last_mut() {
        register.id.0.push_str(", a partition for each of 1 … N");
    }
    tail
}
