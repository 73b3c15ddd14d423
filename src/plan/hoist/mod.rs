//! Taking FOREACHs out of the queries they stand in: each becomes a step whose table the query reads.

mod foreach;
mod lateral;
mod table;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::build::step;
use super::columns::outside;
use super::foreach::ForeachPlan;
use super::opaque::opaque_use;
use super::walk::{queries, relations};
use super::{Lifetime, PlanError, Step, StepKind};
use crate::bind::query::{Block, Body, Cte, Foreach, ForeachId, Query, RelationKind};
use crate::bind::spec::BoundSpec;
use crate::catalog::Table;
use crate::source::Span;

pub(super) use foreach::whole;
pub(super) use lateral::as_query;
pub(super) use table::{RESERVED, unique_names};

/// Steps and FOREACHs as they are found.
pub(super) struct Hoist<'a> {
    spec: &'a BoundSpec,
    pub steps: Vec<Step>,
    pub foreachs: BTreeMap<ForeachId, ForeachPlan>,
    pub errors: Vec<PlanError>,
    /// The common table expressions that the query at hand can read, outermost first.
    with: Vec<Cte>,
    /// How many names of hidden tables were tried.
    hidden: usize,
}

impl<'a> Hoist<'a> {
    pub fn new(spec: &'a BoundSpec) -> Self {
        Self { spec, steps: Vec::new(), foreachs: BTreeMap::new(), errors: Vec::new(), with: Vec::new(), hidden: 0 }
    }

    pub fn push(&mut self, name: String, kind: StepKind, span: Span) {
        self.steps.push(step(name, kind, span));
    }

    /// Takes out every FOREACH inside a query, innermost first.
    pub fn query(&mut self, query: &Query) {
        let around = self.with.len();
        for cte in &query.with {
            self.query(&cte.query);
            self.with.push(cte.clone());
        }
        match &query.body {
            Body::Foreach(foreach) => self.hidden_foreach(foreach),
            body => {
                for inner in queries(query) {
                    if query.with.iter().all(|cte| !std::ptr::eq(cte.query.as_ref(), inner)) {
                        self.query(inner);
                    }
                }
                if let Body::Block(block) = body
                    && let Some(from) = &block.from
                {
                    self.laterals(query, block, from, true);
                }
            }
        }
        self.with.truncate(around);
    }

    /// Plans a FOREACH whose rows go into a table of athplan's own.
    fn hidden_foreach(&mut self, foreach: &Foreach) {
        if !outside([&foreach.driver, &foreach.body], &self.with).columns.iter().all(|c| c.relation == foreach.relation)
        {
            self.errors.push(PlanError::NestedForeach { span: foreach.span });
            return;
        }
        let names = unique_names(foreach.body.columns.iter().map(|column| column.name.as_deref()), &[]);
        let columns: Vec<_> = names.into_iter().zip(table::written_types(&foreach.body)).collect();
        let table = self.hidden_table(&columns, foreach.span);
        self.foreach_into(foreach, table, Lifetime::Run);
    }

    /// Files a FOREACH as the next step.
    fn finish(&mut self, mut plan: ForeachPlan, table: Arc<Table>, lifetime: Lifetime) {
        plan.step = self.steps.len();
        let (id, name, span) = (plan.id, plan.name.clone(), plan.span);
        self.foreachs.insert(id, plan);
        self.push(name, StepKind::Foreach(id, table, lifetime), span);
    }

    /// Refuses text that is passed on verbatim and names a driver row: the row's name means nothing
    /// to the engine.
    fn check_opaque(&mut self, query: &Query, rows: &[&str]) {
        if let Some((what, span)) = opaque_use(&self.spec.source, query, rows) {
            self.errors.push(PlanError::OpaqueRow { what, span });
        }
    }
}

/// Whether a query holds a FOREACH, or a LATERAL query.
fn holds_foreach(query: &Query) -> bool {
    matches!(query.body, Body::Foreach(_))
        || relations(query).iter().any(|relation| matches!(relation.kind, RelationKind::Lateral(..)))
        || queries(query).into_iter().any(holds_foreach)
}

/// A block without anything, at a place.
fn empty_block(span: Span) -> Block {
    Block {
        distinct: false,
        items: Vec::new(),
        from: None,
        from_span: None,
        filter: Vec::new(),
        filter_span: None,
        group: None,
        having: None,
        span,
    }
}
