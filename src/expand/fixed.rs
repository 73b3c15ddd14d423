//! The statements that no driver row decides: what their scans need, and rectangles that fit each
//! statement's stages and text.

use std::collections::{BTreeMap, BTreeSet};

use super::need::check_constants;
use super::stage::{Rectangles, Repeats, STAGE_BUDGET, fit, relations_inside};
use super::{ExpandError, Need, World, need};
use crate::bind::query::{Query, RelationId};
use crate::constant::Value;
use crate::emit::{Statement, TEXT_ROOM, answer, foreach_head, store};
use crate::plan::{Driver, Plan, StepKind};

/// What the scans need that no driver row decides.
///
/// # Errors
///
/// All scans whose partitions cannot be named, or whose constant bounds cannot be evaluated.
pub fn static_needs(plan: &Plan, world: &World) -> Result<BTreeMap<RelationId, Need>, Vec<ExpandError>> {
    let mut needs = BTreeMap::new();
    let mut errors = Vec::new();
    for scan in plan.scans.values() {
        if !scan.derived.columns().is_empty() {
            // Its constants need not wait for the rows to be found wrong.
            errors.extend(check_constants(plan, scan).err());
            continue;
        }
        match need(plan, scan, &|_| Value::Null, world) {
            Ok(need) => {
                needs.insert(scan.relation, need);
            }
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(needs) } else { Err(errors) }
}

/// The rectangles of the scans outside FOREACHs' bodies, as many as each statement has room for.
///
/// # Errors
///
/// All statements whose text is too long however coarse the rectangles are.
pub fn static_rectangles(plan: &Plan, needs: &BTreeMap<RelationId, Need>) -> Result<Rectangles, Vec<ExpandError>> {
    let mut all = Rectangles::new();
    let mut errors = Vec::new();
    for (at, step) in plan.steps.iter().enumerate() {
        let own: Vec<&Need> = plan
            .scans
            .values()
            .filter(|scan| scan.step == at && scan.foreach.is_none())
            .filter_map(|scan| needs.get(&scan.relation))
            .collect();
        let repeats = Repeats::of_step(plan, &step.kind);
        let mut budget = STAGE_BUDGET;
        let mut tried = None;
        loop {
            // Scans of a WITH that an earlier step has read too keep the rectangles they have.
            let mut scans = all.clone();
            scans.extend(fit(own.iter().copied(), &repeats, budget));
            let bytes = length(plan, at, &scans);
            if bytes <= TEXT_ROOM {
                all = scans;
                break;
            }
            // Of many scans each has one rectangle at any budget: what is left is the user's own text.
            if budget == 1 || tried.as_ref() == Some(&scans) {
                errors.push(ExpandError::TooLong { step: step.name.clone(), bytes, span: step.span });
                break;
            }
            budget /= 2;
            tried = Some(scans);
        }
    }
    if errors.is_empty() { Ok(all) } else { Err(errors) }
}

/// The bytes of a step's longest statement that is known without rows.
fn length(plan: &Plan, at: usize, scans: &Rectangles) -> usize {
    match &plan.step(at).kind {
        StepKind::Materialise(table, query, lifetime) => longest(store(plan, at, table, query, *lifetime, scans)),
        StepKind::Answer(query) => answer(plan, at, query, scans).sql.len(),
        StepKind::Foreach(id, ..) => {
            let (store, keys) = foreach_head(plan, &plan.foreachs[id], scans);
            longest(store.into_iter().chain(keys))
        }
        // The printers of these cut what is too long themselves.
        StepKind::Declare(_) | StepKind::File(..) | StepKind::AddPartitions(..) => 0,
    }
}

fn longest(statements: impl IntoIterator<Item = Statement>) -> usize {
    statements.into_iter().map(|statement| statement.sql.len()).max().unwrap_or(0)
}

/// The scans that a step's own statement reads, and how often each: a common table expression is read
/// wherever it is named. Of a FOREACH it is the statement that stores its driver.
pub fn step_reads(plan: &Plan, at: usize) -> BTreeMap<RelationId, usize> {
    let kind = &plan.step(at).kind;
    let repeats = Repeats::of_step(plan, kind);
    // What only the body reads of the WITH around the FOREACH is no part of its driver.
    let around = match kind {
        StepKind::Foreach(id, ..) => relations_inside(plan, &plan.foreachs[id].body_with),
        _ => BTreeSet::new(),
    };
    let outside = plan.scans.values().filter(|scan| scan.foreach.is_none());
    outside
        .filter(|scan| {
            // A WITH that several steps read has its place in the first of them.
            repeats.knows(scan.relation) || (scan.step == at && !around.contains(&scan.relation))
        })
        .map(|scan| (scan.relation, repeats.get(scan.relation)))
        .collect()
}

/// How often a step's statements read a table that they name once, at most.
pub fn most_reads(plan: &Plan, at: usize) -> usize {
    let kind = &plan.step(at).kind;
    let own = Repeats::of_step(plan, kind).most();
    match kind {
        StepKind::Foreach(id, ..) => own.max(Repeats::of(plan, &plan.foreachs[id].body).most()),
        _ => own,
    }
}

impl Repeats {
    /// Those of the query that a step's own statement is.
    fn of_step(plan: &Plan, kind: &StepKind) -> Self {
        let query: Option<&Query> = match kind {
            StepKind::Materialise(_, query, _) | StepKind::Answer(query) => Some(query),
            StepKind::Foreach(id, ..) => match &plan.foreachs[id].driver {
                Driver::Query(_, query) => Some(query),
                Driver::From(..) | Driver::Table(_) => None,
            },
            StepKind::Declare(_) | StepKind::File(..) | StepKind::AddPartitions(..) => None,
        };
        query.map_or_else(Repeats::none, |query| Repeats::of(plan, query))
    }
}
