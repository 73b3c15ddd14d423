//! FOREACHs: one by itself, and chains in which each is the whole body of the one before.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Hoist, RESERVED, holds_foreach, unique_names};
use crate::bind::expr::ColumnRef;
use crate::bind::query::{Body, Foreach, ForeachId, Query, RelationId};
use crate::catalog::Table;
use crate::plan::columns::{outside, used_columns, uses};
use crate::plan::foreach::{Driver, DriverColumn, ForeachPlan, Rung, driver_names};
use crate::plan::{Lifetime, PlanError};
use crate::types::Type;

/// A driver on its way down a chain: where its rows come from, and which columns they have.
struct Rows {
    driver: Driver,
    columns: Vec<DriverColumn>,
    /// The names by which the text below can speak of the rows.
    names: Vec<String>,
}

impl Hoist<'_> {
    /// Plans a FOREACH whose rows go into a table.
    pub(in crate::plan) fn foreach_into(&mut self, foreach: &Foreach, table: Arc<Table>, lifetime: Lifetime) {
        self.query(&foreach.driver);
        let columns = driver_names(&foreach.driver)
            .into_iter()
            .zip(&foreach.driver.columns)
            .enumerate()
            .map(|(column, (name, output))| DriverColumn {
                source: ColumnRef { relation: foreach.relation, column },
                name,
                ty: output.ty.clone(),
            })
            .collect();
        let driver = Driver::Query(foreach.relation, Box::new(foreach.driver.clone()));
        let rows = Rows { driver, columns, names: vec![foreach.row.clone()] };
        self.chain(foreach, rows, foreach, table, lifetime);
    }

    /// `FOREACH a IN (A) FOREACH b IN (B) body`: first the pairs of a and b, which are the driver rows
    /// of what is below.
    fn chain(&mut self, foreach: &Foreach, rows: Rows, head: &Foreach, table: Arc<Table>, lifetime: Lifetime) {
        let relations: BTreeSet<RelationId> = rows.columns.iter().map(|column| column.source.relation).collect();
        let known: Vec<&str> = rows.names.iter().map(String::as_str).collect();
        self.check_opaque(&foreach.body, &known);
        let inner = whole(&foreach.body).filter(|_| uses(&foreach.body, &relations));
        let Some(inner) = inner else {
            self.query(&foreach.body);
            let used = used_columns(&foreach.body, &relations);
            let columns = rows.columns.into_iter().filter(|column| used.contains(&column.source)).collect();
            let mut plan = self.plan(head.id, &table.name, &foreach.row, rows.driver, columns, &foreach.body);
            plan.span = head.span;
            self.finish(plan, table, lifetime);
            return;
        };
        if uses(&inner.driver, &relations) && holds_foreach(&inner.driver) {
            self.errors.push(PlanError::NestedForeach { span: inner.span });
            return;
        }
        self.query(&inner.driver);
        // The pairs carry what the text below uses of the rows so far, and all of the new ones.
        let below = used_columns(&inner.body, &relations);
        let used: BTreeSet<ColumnRef> = used_columns(&inner.driver, &relations).union(&below).copied().collect();
        let columns: Vec<DriverColumn> =
            rows.columns.into_iter().filter(|column| used.contains(&column.source)).collect();
        let carried: Vec<usize> = (0..columns.len()).filter(|at| below.contains(&columns[*at].source)).collect();
        let prefixed: Vec<String> = carried.iter().map(|at| format!("{}_{}", foreach.row, columns[*at].name)).collect();
        let wanted = prefixed
            .iter()
            .map(|name| Some(name.as_str()))
            .chain(inner.driver.columns.iter().map(|column| column.name.as_deref()));
        let names = unique_names(wanted, RESERVED);
        let sources = carried
            .iter()
            .map(|at| columns[*at].source)
            .chain((0..inner.driver.columns.len()).map(|column| ColumnRef { relation: inner.relation, column }));
        let types = carried
            .iter()
            .map(|at| columns[*at].ty.clone())
            .chain(inner.driver.columns.iter().map(|column| column.ty.clone()));
        let pairs: Vec<DriverColumn> = sources
            .zip(names.iter().cloned())
            .zip(types)
            .map(|((source, name), ty)| DriverColumn { source, name, ty })
            .collect();
        let described: Vec<(String, Type)> =
            pairs.iter().map(|column| (column.name.clone(), column.ty.clone())).collect();
        let pairs_table = self.hidden_table(&described, inner.driver.span);
        let name = pairs_table.name.clone();
        // The number of the whole chain is its first one's: by it the text around finds the rows.
        let mut plan = self.plan(inner.id, &name, &foreach.row, rows.driver, columns, &inner.driver);
        plan.carried = carried;
        plan.output = names;
        plan.span = foreach.driver.span;
        self.finish(plan, pairs_table, Lifetime::Run);

        let mut names = rows.names;
        names.push(inner.row.clone());
        self.chain(inner, Rows { driver: Driver::Table(name), columns: pairs, names }, head, table, lifetime);
    }

    /// A FOREACH as it stands before any rewrite: one branch a row over a stored driver.
    pub(super) fn plan(
        &mut self,
        id: ForeachId,
        name: &str,
        row: &str,
        driver: Driver,
        columns: Vec<DriverColumn>,
        body: &Query,
    ) -> ForeachPlan {
        let driver_with = match &driver {
            Driver::Query(_, query) => outside([query.as_ref()], &self.with).with,
            Driver::From(..) | Driver::Table(_) => Vec::new(),
        };
        ForeachPlan {
            id,
            name: name.to_owned(),
            row: row.to_owned(),
            driver,
            driver_with,
            columns,
            body: body.clone(),
            body_with: outside([body], &self.with).with,
            outer: false,
            carried: Vec::new(),
            output: unique_names(body.columns.iter().map(|column| column.name.as_deref()), &[]),
            hidden: self.is_hidden(name),
            lateral: None,
            keys: Vec::new(),
            rung: Rung::Substituted,
            reason: String::new(),
            stored: true,
            numbered: true,
            apart: None,
            step: 0,
            span: body.span,
        }
    }
}

/// The FOREACH that a body is, if it is nothing else.
pub(in crate::plan) fn whole(query: &Query) -> Option<&Foreach> {
    if !query.with.is_empty() || query.limit.is_some() || query.offset.is_some() {
        return None;
    }
    match &query.body {
        Body::Foreach(foreach) => Some(foreach),
        Body::Query(inner) => whole(inner),
        _ => None,
    }
}
