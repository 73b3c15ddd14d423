//! From a bound spec to a plan: one step a statement, and one for each FOREACH inside a query.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::hoist::Hoist;
use super::walk::{queries, relations};
use super::{Lifetime, Plan, PlanError, Settings, Step, StepKind};
use crate::bind::query::{Body, ForeachId, Query, RelationKind};
use crate::bind::spec::{BoundSpec, BoundStatementKind};
use crate::source::Span;

/// Lists the steps of a spec.
///
/// # Errors
///
/// Statements that do not belong in a spec, and forms of FOREACH that are refused by name.
pub fn build(spec: Arc<BoundSpec>, settings: Settings) -> Result<Plan, Vec<PlanError>> {
    let mut hoist = Hoist::new(&spec);
    let mut answers = 0;
    for statement in &spec.statements {
        let span = statement.span;
        match &statement.kind {
            BoundStatementKind::DeclareTable(table) => {
                hoist.push(table.name.clone(), StepKind::Declare(Arc::clone(table)), span);
            }
            BoundStatementKind::AddPartitions(table, entries) => {
                let name = format!("{}_partitions", table.name);
                hoist.push(name, StepKind::AddPartitions(Arc::clone(table), entries.clone()), span);
            }
            BoundStatementKind::FileTable(table, path) => {
                hoist.push(table.name.clone(), StepKind::File(Arc::clone(table), path.clone()), span);
            }
            BoundStatementKind::Materialise { temporary, table, query, .. } => {
                let lifetime = if *temporary { Lifetime::Run } else { Lifetime::Kept };
                match whole_foreach(query) {
                    Some(foreach) => hoist.foreach_into(foreach, Arc::clone(table), lifetime),
                    None => {
                        hoist.query(query);
                        let kind = StepKind::Materialise(Arc::clone(table), Box::new(query.clone()), lifetime);
                        hoist.push(table.name.clone(), kind, span);
                    }
                }
            }
            BoundStatementKind::Query(query) => {
                hoist.query(query);
                answers += 1;
                let name = if answers == 1 { "answer".to_owned() } else { format!("answer_{answers}") };
                hoist.push(name, StepKind::Answer(Box::new(query.clone())), span);
            }
            BoundStatementKind::View(..) => {}
            BoundStatementKind::DropTable { .. } => hoist.errors.push(PlanError::ForeignStatement {
                what: "DROP TABLE",
                help: "leave it out: tables that are private to the run are dropped at its end",
                span,
            }),
            BoundStatementKind::Unload { .. } => hoist.errors.push(PlanError::ForeignStatement {
                what: "UNLOAD",
                help: "write CREATE TABLE … AS, or a plain query with --out",
                span,
            }),
        }
    }
    let Hoist { mut steps, foreachs, mut errors, .. } = hoist;
    let names: BTreeSet<&str> = steps.iter().map(|step| step.name.as_str()).collect();
    for name in settings.allow_full_scan.iter().filter(|name| !names.contains(name.as_str())) {
        let steps = names.iter().copied().collect::<Vec<_>>().join(", ");
        errors.push(PlanError::UnknownStep { name: name.clone(), steps });
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    wait(&mut steps, &foreachs);
    Ok(Plan { spec, settings, steps, scans: BTreeMap::new(), foreachs })
}

/// The FOREACH that a query is, if it is nothing else.
fn whole_foreach(query: &Query) -> Option<&crate::bind::query::Foreach> {
    if !query.with.is_empty() || query.limit.is_some() || query.offset.is_some() || !query.order_by.is_empty() {
        return None;
    }
    match &query.body {
        Body::Foreach(foreach) => Some(foreach),
        Body::Query(inner) => whole_foreach(inner),
        _ => None,
    }
}

/// Finds out which earlier steps each step waits for: those whose tables it reads.
fn wait(steps: &mut [Step], foreachs: &BTreeMap<ForeachId, super::ForeachPlan>) {
    for at in 0..steps.len() {
        let mut names = BTreeSet::new();
        match &steps[at].kind {
            StepKind::Materialise(_, query, _) | StepKind::Answer(query) => read_names(query, foreachs, &mut names),
            StepKind::Foreach(id, ..) => {
                let foreach = &foreachs[id];
                foreach.driver_names(foreachs, &mut names);
                read_names(&foreach.body, foreachs, &mut names);
            }
            StepKind::AddPartitions(table, _) => {
                names.insert(table.name.clone());
            }
            StepKind::Declare(_) | StepKind::File(..) => {}
        }
        let waits_for = (0..at)
            .filter(|earlier| {
                let name = &steps[*earlier].name;
                names.contains(name) || name.strip_suffix("_partitions").is_some_and(|table| names.contains(table))
            })
            .collect();
        steps[at].waits_for = waits_for;
    }
}

/// The names of the tables that a query reads; of a FOREACH inside it, the table it is run into.
pub(super) fn read_names(
    query: &Query,
    foreachs: &BTreeMap<ForeachId, super::ForeachPlan>,
    names: &mut BTreeSet<String>,
) {
    if let Body::Foreach(foreach) = &query.body
        && let Some(planned) = foreachs.get(&foreach.id)
    {
        names.insert(planned.name.clone());
        return;
    }
    for relation in relations(query) {
        match &relation.kind {
            RelationKind::Table(table, _) => {
                names.insert(table.name.clone());
            }
            RelationKind::Lateral(id, _) => {
                names.extend(foreachs.get(id).map(|planned| planned.name.clone()));
            }
            _ => {}
        }
    }
    for inner in queries(query) {
        read_names(inner, foreachs, names);
    }
}

/// A step under construction; what it waits for is found out at the end.
pub(super) fn step(name: String, kind: StepKind, span: Span) -> Step {
    Step { name, kind, span, waits_for: BTreeSet::new() }
}
