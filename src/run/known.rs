//! The statements of a plan that are known before it runs: all but those that wait for driver rows, of
//! which the body is known.

use std::collections::BTreeMap;

use crate::Compiled;
use crate::bind::query::RelationId;
use crate::constant::Value;
use crate::emit::{self, Part, Portion, Statement};
use crate::expand::{DriverRow, ExpandError, expand};
use crate::plan::{ForeachPlan, Lifetime, StepKind};

/// Every statement with the position of its step. `rows` are driver rows by the name of the table that a
/// FOREACH is run into; what stands for the statements of one without rows is made by `unknown`.
///
/// # Errors
///
/// Driver rows that were given and cannot be expanded.
pub fn known_statements(
    compiled: &Compiled,
    rows: &BTreeMap<String, Vec<DriverRow>>,
    unknown: impl Fn(&ForeachPlan, Lifetime) -> Vec<Statement>,
) -> Result<Vec<(usize, Statement)>, ExpandError> {
    let plan = &compiled.plan;
    let rectangles: &BTreeMap<_, _> = &compiled.rectangles;
    let mut all = Vec::new();
    for (at, step) in plan.steps.iter().enumerate() {
        let mut found = Vec::new();
        match &step.kind {
            StepKind::Declare(table) => found.extend(emit::define(plan, table, &compiled.world.inventory)),
            StepKind::AddPartitions(table, entries) => {
                found.extend(emit::add_partitions(plan, &step.name, table, entries));
            }
            StepKind::File(table, _) => found.push(emit::define_file(plan, table)),
            StepKind::Materialise(table, query, lifetime) => {
                found.extend(emit::store(plan, at, table, query, *lifetime, rectangles));
            }
            StepKind::Answer(query) => found.push(emit::answer(plan, at, query, rectangles)),
            StepKind::Foreach(id, table, lifetime) => {
                let foreach = &plan.foreachs[id];
                let (store, keys) = emit::foreach_head(plan, foreach, rectangles);
                found.extend(store);
                found.extend(keys);
                let rows = rows.get(&foreach.name);
                if foreach.suspended() && rows.is_none() {
                    found.extend(unknown(foreach, *lifetime));
                } else {
                    let expansion = expand(plan, foreach, rows.map(Vec::as_slice), &compiled.world)?;
                    let portions = expansion.portions.iter().enumerate();
                    found.extend(
                        portions.map(|(number, portion)| {
                            emit::foreach_portion(plan, foreach, *lifetime, number + 1, portion)
                        }),
                    );
                    let numbers: Vec<usize> = (1..=expansion.portions.len()).collect();
                    found.extend(emit::foreach_tail(plan, foreach, table, *lifetime, &numbers));
                }
            }
        }
        all.extend(found.into_iter().map(|statement| (at, statement)));
    }
    Ok(all)
}

/// The body of a FOREACH as it will be run, for one row where it runs row by row. The predicates on
/// partitions that the rows decide are left out; `literals` stand for driver columns by position.
pub fn template(
    compiled: &Compiled,
    foreach: &ForeachPlan,
    lifetime: Lifetime,
    literals: BTreeMap<usize, Value>,
) -> Statement {
    let own =
        |relation: &RelationId| compiled.plan.scans.get(relation).is_some_and(|scan| scan.foreach == Some(foreach.id));
    let scans = compiled.rectangles.iter().filter(|(relation, _)| own(relation));
    let part = Part {
        rows: vec![1],
        scans: scans.map(|(relation, rectangles)| (*relation, rectangles.clone())).collect(),
        literals,
    };
    let portion = Portion { parts: vec![part], selects_rows: false };
    let mut statement = emit::foreach_portion(&compiled.plan, foreach, lifetime, 1, &portion);
    statement.id.0 = format!("{}/1 … N, partitions added when the rows are known", foreach.name);
    statement
}
