//! From a bound spec to a plan: one step a statement, and one for each FOREACH inside a query.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::hoist::{Hoist, as_query, whole};
use super::json_path::check_json_paths;
use super::walk::{queries, relations};
use super::{Driver, ForeachPlan, Lifetime, Plan, PlanError, Settings, Step, StepKind};
use crate::bind::query::{Body, Cte, ForeachId, Query, RelationKind};
use crate::bind::spec::{BoundSpec, BoundStatement, BoundStatementKind};
use crate::catalog::Origin;
use crate::constant::Value;
use crate::source::Span;

/// Lists the steps of a spec.
///
/// # Errors
///
/// Statements that do not belong in a spec, and forms of FOREACH that are refused by name.
pub fn build(spec: Arc<BoundSpec>, settings: Settings) -> Result<Plan, Vec<PlanError>> {
    let mut hoist = Hoist::new(&spec);
    let mut names = Names::of(&spec);
    for statement in &spec.statements {
        if let BoundStatementKind::Materialise { query, .. }
        | BoundStatementKind::Query(query)
        | BoundStatementKind::View(_, query) = &statement.kind
        {
            check_json_paths(query, &mut hoist.errors);
        }
        statement_steps(statement, &settings, &mut hoist, &mut names);
    }
    let Hoist { mut steps, foreachs, mut errors, .. } = hoist;
    let known: BTreeSet<&str> = steps.iter().map(|step| step.name.as_str()).collect();
    for name in settings.allow_full_scan.iter().filter(|name| !known.contains(name.as_str())) {
        let steps = known.iter().copied().collect::<Vec<_>>().join(", ");
        errors.push(PlanError::UnknownStep { name: name.clone(), steps });
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    wait(&mut steps, &foreachs);
    Ok(Plan { spec, settings, steps, scans: BTreeMap::new(), foreachs, warnings: Vec::new() })
}

fn statement_steps(statement: &BoundStatement, settings: &Settings, hoist: &mut Hoist<'_>, names: &mut Names) {
    let span = statement.span;
    match &statement.kind {
        // It exists already: it is only read, by the name that it has.
        BoundStatementKind::DeclareTable(table) if table.origin == Origin::Existing => {}
        BoundStatementKind::DeclareTable(table) => {
            hoist.push(table.name.clone(), StepKind::Declare(Arc::clone(table)), span);
        }
        BoundStatementKind::AddPartitions(table, _) if table.origin == Origin::Existing && !settings.add_partitions => {
            hoist.errors.push(PlanError::AlteredTable { table: table.name.clone(), span });
        }
        BoundStatementKind::AddPartitions(table, entries) => {
            let name = names.free(&format!("{}_partitions", table.name));
            hoist.push(name, StepKind::AddPartitions(Arc::clone(table), entries.clone()), span);
        }
        BoundStatementKind::FileTable(table, path, _) => {
            hoist.push(table.name.clone(), StepKind::File(Arc::clone(table), path.clone()), span);
        }
        BoundStatementKind::Materialise { temporary, table, query, properties } => {
            check_properties(properties, span, &mut hoist.errors);
            let lifetime = if *temporary { Lifetime::Run } else { Lifetime::Kept };
            match whole(query) {
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
            hoist.push(names.free("answer"), StepKind::Answer(Box::new(query.clone())), span);
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

/// Refuses table properties that would be dropped silently; Parquet is what is written anyway.
fn check_properties(properties: &[(String, Value)], span: Span, errors: &mut Vec<PlanError>) {
    for (name, value) in properties {
        let parquet = matches!(value, Value::Varchar(text) if text.eq_ignore_ascii_case("parquet"));
        if name != "format" || !parquet {
            errors.push(PlanError::TableProperty { name: name.clone(), span });
        }
    }
}

/// The names of steps that make no table: none is a table's.
struct Names(BTreeSet<String>);

impl Names {
    fn of(spec: &BoundSpec) -> Self {
        let made = spec.statements.iter().filter_map(|statement| match &statement.kind {
            BoundStatementKind::DeclareTable(table)
            | BoundStatementKind::FileTable(table, ..)
            | BoundStatementKind::Materialise { table, .. } => Some(table.name.clone()),
            _ => None,
        });
        Self(made.collect())
    }

    /// The name, with a number behind it if it is taken.
    fn free(&mut self, name: &str) -> String {
        let mut free = name.to_owned();
        let mut number = 2;
        while !self.0.insert(free.clone()) {
            free = format!("{name}_{number}");
            number += 1;
        }
        free
    }
}

/// Finds out which earlier steps each step waits for: those whose tables it reads, and those that
/// register partitions of these tables.
fn wait(steps: &mut [Step], foreachs: &BTreeMap<ForeachId, ForeachPlan>) {
    for at in 0..steps.len() {
        let mut names = BTreeSet::new();
        match &steps[at].kind {
            StepKind::Materialise(_, query, _) | StepKind::Answer(query) => read_names(query, foreachs, &mut names),
            StepKind::Foreach(id, ..) => foreachs[id].read_names(foreachs, &mut names),
            StepKind::AddPartitions(table, _) => {
                names.insert(table.name.clone());
            }
            StepKind::Declare(_) | StepKind::File(..) => {}
        }
        let waits_for = (0..at)
            .filter(|earlier| match &steps[*earlier].kind {
                StepKind::AddPartitions(table, _) => names.contains(&table.name),
                StepKind::Answer(_) => false,
                _ => names.contains(&steps[*earlier].name),
            })
            .collect();
        steps[at].waits_for = waits_for;
    }
}

impl ForeachPlan {
    /// The names of the tables that its driver and its body read.
    fn read_names(&self, foreachs: &BTreeMap<ForeachId, ForeachPlan>, into: &mut BTreeSet<String>) {
        match &self.driver {
            Driver::Query(_, query) => read_names(query, foreachs, into),
            Driver::Table(name) => {
                into.insert(name.clone());
            }
            Driver::From(from, _) => read_names(&as_query(from), foreachs, into),
        }
        read_names(&self.body, foreachs, into);
        let with: Vec<&Cte> = self.driver_with.iter().chain(&self.body_with).collect();
        with.into_iter().for_each(|cte| read_names(&cte.query, foreachs, into));
    }
}

/// The names of the tables that a query reads; of a FOREACH inside it, the table it is run into.
fn read_names(query: &Query, foreachs: &BTreeMap<ForeachId, ForeachPlan>, names: &mut BTreeSet<String>) {
    if let Body::Foreach(foreach) = &query.body
        && let Some(planned) = foreachs.get(&foreach.id)
    {
        names.insert(planned.name.clone());
        query.with.iter().for_each(|cte| read_names(&cte.query, foreachs, names));
        return;
    }
    for relation in relations(query) {
        match &relation.kind {
            RelationKind::Table(table, _) => {
                names.insert(table.name.clone());
            }
            RelationKind::Lateral(id, _) => names.extend(foreachs.get(id).map(|planned| planned.name.clone())),
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
