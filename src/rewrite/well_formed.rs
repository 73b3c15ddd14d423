//! The check after each rewrite: the schema of every step is what it was, and the plan's annotations
//! speak of things that exist and belong together.
//!
//! A rewrite that breaks this is a bug of athplan's, found where it was made rather than in wrong rows
//! much later; so the panic names the rewrite and shows the plan before and after it. Only tests and
//! debug builds pay for it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Rewrite;
use crate::bind::query::{Query, RelationId, RelationKind};
use crate::bind::spec::BoundSpec;
use crate::partition::Derived;
use crate::plan::{Driver, ForeachPlan, Plan, Rung, Scan, Step, StepKind, from_expressions, from_relations, queries};
use crate::plan::{relation_query, relations, subqueries};
use crate::types::Type;

/// What a rewrite must leave as it is, and the plan as it was.
pub(super) struct Before {
    spec: Arc<BoundSpec>,
    schemas: Vec<Schema>,
    scans: BTreeSet<RelationId>,
    text: String,
}

/// A step's name and the columns that it yields.
type Schema = (String, Vec<(Option<String>, Type)>);

impl Before {
    /// Remembers a plan.
    pub fn new(plan: &Plan) -> Self {
        let scans = plan.scans.keys().copied().collect();
        Self { spec: Arc::clone(&plan.spec), schemas: schemas(plan), scans, text: plan.tree().text() }
    }

    /// Holds a rewritten plan to what it was and to itself.
    pub fn hold(&self, plan: &Plan, rewrite: &dyn Rewrite) {
        if let Err(wrong) = self.compare(plan).and_then(|()| well_formed(plan)) {
            let (name, before, after) = (rewrite.name(), &self.text, plan.tree().text());
            panic!("{name} broke the plan: {wrong}\n\nbefore:\n{before}\nafter:\n{after}");
        }
    }

    fn compare(&self, plan: &Plan) -> Result<(), String> {
        if !Arc::ptr_eq(&self.spec, &plan.spec) {
            return Err("it stands on another bound spec".to_owned());
        }
        if let Some(lost) = self.scans.iter().find(|scan| !plan.scans.contains_key(scan)) {
            return Err(format!("the scan of {lost:?} is lost"));
        }
        let schemas = schemas(plan);
        match self.schemas.iter().zip(&schemas).find(|(before, after)| before != after) {
            Some((before, after)) => Err(format!("step {before:?} became {after:?}")),
            None if schemas.len() != self.schemas.len() => {
                Err(format!("of {} steps there are {}", self.schemas.len(), schemas.len()))
            }
            None => Ok(()),
        }
    }
}

fn schemas(plan: &Plan) -> Vec<Schema> {
    plan.steps.iter().map(|step| (step.name.clone(), schema(plan, step))).collect()
}

fn schema(plan: &Plan, step: &Step) -> Vec<(Option<String>, Type)> {
    match &step.kind {
        StepKind::Declare(table) | StepKind::File(table, _) | StepKind::AddPartitions(table, _) => {
            table.columns.iter().map(|column| (Some(column.name.clone()), column.ty.clone())).collect()
        }
        StepKind::Materialise(_, query, _) | StepKind::Answer(query) => {
            query.columns.iter().map(|column| (column.name.clone(), column.ty.clone())).collect()
        }
        StepKind::Foreach(id, ..) => {
            plan.foreachs[id].output_columns().into_iter().map(|(name, ty)| (Some(name), ty)).collect()
        }
    }
}

fn well_formed(plan: &Plan) -> Result<(), String> {
    let scanned = scanned_relations(plan);
    for (id, scan) in &plan.scans {
        let of = format!("the scan of {} ({id:?})", scan.table.name);
        scan_is_well_formed(plan, scan, &scanned).map_err(|wrong| format!("{of} {wrong}"))?;
        if *id != scan.relation {
            return Err(format!("{of} is filed under another relation"));
        }
    }
    if !plan.scans.is_empty()
        && let Some(missing) = scanned.iter().find(|relation| !plan.scans.contains_key(relation))
    {
        return Err(format!("{missing:?} is a table of files and has no scan"));
    }
    for (id, foreach) in &plan.foreachs {
        foreach_is_well_formed(plan, foreach).map_err(|wrong| format!("FOREACH {} {wrong}", foreach.name))?;
        if *id != foreach.id {
            return Err(format!("FOREACH {} is filed under another number", foreach.name));
        }
    }
    Ok(())
}

fn scan_is_well_formed(plan: &Plan, scan: &Scan, scanned: &BTreeSet<RelationId>) -> Result<(), String> {
    if scan.step >= plan.steps.len() {
        return Err("stands in no step".to_owned());
    }
    if !scanned.contains(&scan.relation) {
        return Err("is no table of files in the bound spec".to_owned());
    }
    let drivers = match scan.foreach.map(|id| plan.foreachs.get(&id)) {
        None => BTreeSet::new(),
        Some(None) => return Err("stands in a FOREACH that there is not".to_owned()),
        Some(Some(foreach)) => foreach.drivers(),
    };
    if !scan.derived.columns().iter().all(|column| drivers.contains(&column.relation)) {
        return Err("has a bound over columns that no driver row decides".to_owned());
    }
    if !keys_exist(&scan.derived, scan.table.partition_keys.len()) {
        return Err("derives something of a key that its table has not".to_owned());
    }
    if speaks_of_time(&scan.derived) && scan.table.time.is_none() {
        return Err("derives something of time, which its table does not map".to_owned());
    }
    Ok(())
}

fn foreach_is_well_formed(plan: &Plan, foreach: &ForeachPlan) -> Result<(), String> {
    if plan.steps.get(foreach.step).is_none_or(|step| step.name != foreach.name) {
        return Err("stands in no step".to_owned());
    }
    if !foreach.keys.iter().chain(&foreach.carried).all(|at| *at < foreach.columns.len()) {
        return Err("names a column that its driver has not".to_owned());
    }
    if foreach.numbered && !foreach.stored {
        return Err("numbers rows that are not stored".to_owned());
    }
    if foreach.rung == Rung::Substituted && !foreach.numbered {
        return Err("runs row by row, and its rows have no numbers".to_owned());
    }
    if let Some(apart) = foreach.apart {
        let own = plan.scans.get(&apart).is_some_and(|scan| scan.foreach == Some(foreach.id) && scan.apart);
        if !own || foreach.outer || foreach.rung != Rung::Join {
            return Err("reads a scan apart whose partitions must stay together".to_owned());
        }
    }
    Ok(())
}

fn keys_exist(derived: &Derived, keys: usize) -> bool {
    match derived {
        Derived::Key { key, .. } => *key < keys,
        Derived::And(parts) | Derived::Or(parts) => parts.iter().all(|part| keys_exist(part, keys)),
        Derived::Anything | Derived::Nothing | Derived::Time { .. } => true,
    }
}

fn speaks_of_time(derived: &Derived) -> bool {
    match derived {
        Derived::Time { .. } => true,
        Derived::And(parts) | Derived::Or(parts) => parts.iter().any(speaks_of_time),
        Derived::Anything | Derived::Nothing | Derived::Key { .. } => false,
    }
}

/// Every table of files that some step reads.
fn scanned_relations(plan: &Plan) -> BTreeSet<RelationId> {
    let mut found = BTreeSet::new();
    for step in &plan.steps {
        match &step.kind {
            StepKind::Materialise(_, query, _) | StepKind::Answer(query) => scanned_in(query, &mut found),
            StepKind::Foreach(id, ..) => {
                let foreach = &plan.foreachs[id];
                let around = foreach.driver_with.iter().chain(&foreach.body_with).map(|cte| cte.query.as_ref());
                let mut inner: Vec<&Query> = around.chain([&foreach.body]).collect();
                match &foreach.driver {
                    Driver::Query(_, query) => inner.push(query),
                    Driver::From(from, _) => {
                        let read = from_relations(from);
                        read.iter().for_each(|relation| scanned_table(relation.id, &relation.kind, &mut found));
                        inner.extend(read.into_iter().filter_map(relation_query));
                        let mut exprs = Vec::new();
                        from_expressions(from, &mut exprs);
                        exprs.into_iter().for_each(|expr| subqueries(expr, &mut inner));
                    }
                    Driver::Table(_) => {}
                }
                inner.into_iter().for_each(|query| scanned_in(query, &mut found));
            }
            StepKind::Declare(_) | StepKind::File(..) | StepKind::AddPartitions(..) => {}
        }
    }
    found
}

fn scanned_in(query: &Query, found: &mut BTreeSet<RelationId>) {
    relations(query).iter().for_each(|relation| scanned_table(relation.id, &relation.kind, found));
    queries(query).into_iter().for_each(|inner| scanned_in(inner, found));
}

fn scanned_table(id: RelationId, kind: &RelationKind, found: &mut BTreeSet<RelationId>) {
    if let RelationKind::Table(table, _) = kind
        && table.is_read_from_files()
    {
        found.insert(id);
    }
}
