//! Taking FOREACHs out of the queries they stand in: each becomes a step whose table the query reads.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::build::{read_names, step};
use super::foreach::{Driver, DriverColumn, ForeachPlan, Rung};
use super::stored::stored_columns;
use super::walk::{expressions, from_relations, queries, relations, subquery, visit_expression};
use super::{Lifetime, PlanError, Step, StepKind};
use crate::bind::expr::{ColumnRef, Expr, ExprKind};
use crate::bind::query::{Block, Body, Foreach, ForeachId, From, Join, Query, Relation, RelationId, RelationKind};
use crate::bind::spec::{BoundSpec, BoundStatementKind};
use crate::catalog::{Column, Format, Layout, Origin, Storage, Table};
use crate::source::Span;
use crate::spec::ast::JoinKind;
use crate::types::Type;

/// Steps and FOREACHs as they are found.
pub(super) struct Hoist<'a> {
    spec: &'a BoundSpec,
    pub steps: Vec<Step>,
    pub foreachs: BTreeMap<ForeachId, ForeachPlan>,
    pub errors: Vec<PlanError>,
}

impl<'a> Hoist<'a> {
    pub fn new(spec: &'a BoundSpec) -> Self {
        Self { spec, steps: Vec::new(), foreachs: BTreeMap::new(), errors: Vec::new() }
    }

    pub fn push(&mut self, name: String, kind: StepKind, span: Span) {
        self.steps.push(step(name, kind, span));
    }

    /// Takes out every FOREACH inside a query, innermost first.
    pub fn query(&mut self, query: &Query) {
        if let Body::Foreach(foreach) = &query.body {
            if !outer_columns(query).is_empty() {
                self.errors.push(PlanError::NestedForeach { span: foreach.span });
                return;
            }
            let types: Vec<(String, Type)> = names(&query.columns.iter().map(|c| c.name.clone()).collect::<Vec<_>>())
                .into_iter()
                .zip(query.columns.iter().map(|column| column.ty.clone()))
                .collect();
            let table = self.hidden_table(&types, foreach.span);
            self.foreach_into(foreach, table, Lifetime::Run);
            return;
        }
        for inner in queries(query) {
            self.query(inner);
        }
        if let Body::Block(block) = &query.body
            && let Some(from) = &block.from
        {
            self.laterals(query, block, from);
        }
    }

    /// Plans a FOREACH whose rows go into a table.
    pub fn foreach_into(&mut self, foreach: &Foreach, table: Arc<Table>, lifetime: Lifetime) {
        self.query(&foreach.driver);
        let drivers = BTreeSet::from([foreach.relation]);
        if let Some(inner) = whole(&foreach.body)
            && uses(&foreach.body, &drivers)
        {
            return self.flatten(foreach, inner, table, lifetime);
        }
        self.query(&foreach.body);
        let used = used_columns(&[&foreach.body], &drivers);
        let all: Vec<Option<String>> = foreach.driver.columns.iter().map(|column| column.name.clone()).collect();
        let all = names(&all);
        let columns = used
            .into_iter()
            .map(|source| DriverColumn {
                source,
                name: all[source.column].clone(),
                ty: foreach.driver.columns[source.column].ty.clone(),
            })
            .collect();
        let driver = Driver::Query(foreach.relation, Box::new(foreach.driver.clone()));
        let plan = self.plan(foreach.id, &table.name, &foreach.row, driver, columns, &foreach.body, foreach.span);
        self.finish(plan, table, lifetime);
    }

    /// `FOREACH a IN (A) FOREACH b IN (B) body`: first the pairs of a and b, then the body over them.
    fn flatten(&mut self, outer: &Foreach, inner: &Foreach, table: Arc<Table>, lifetime: Lifetime) {
        let outer_rows = BTreeSet::from([outer.relation]);
        if uses(&inner.driver, &outer_rows) && holds_foreach(&inner.driver) {
            self.errors.push(PlanError::NestedForeach { span: inner.span });
            return;
        }
        // The pairs carry what the body uses of a, and all of b.
        let body_columns = used_columns(&[&inner.body], &outer_rows);
        let mut columns: Vec<DriverColumn> = Vec::new();
        let outer_names = names(&outer.driver.columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>());
        for source in used_columns(&[&inner.driver, &inner.body], &outer_rows) {
            columns.push(DriverColumn {
                source,
                name: outer_names[source.column].clone(),
                ty: outer.driver.columns[source.column].ty.clone(),
            });
        }
        let carried: Vec<usize> = (0..columns.len()).filter(|at| body_columns.contains(&columns[*at].source)).collect();
        let mut wanted: Vec<Option<String>> =
            carried.iter().map(|at| Some(format!("{}_{}", outer.row, columns[*at].name))).collect();
        wanted.extend(inner.driver.columns.iter().map(|column| column.name.clone()));
        let unique = names(&wanted);
        let mut types: Vec<(String, Type)> =
            carried.iter().zip(&unique).map(|(at, name)| (name.clone(), columns[*at].ty.clone())).collect();
        types.extend(
            unique[carried.len()..].iter().cloned().zip(inner.driver.columns.iter().map(|column| column.ty.clone())),
        );
        let pairs = self.hidden_table(&types, outer.span);
        let driver = Driver::Query(outer.relation, Box::new(outer.driver.clone()));
        let pair_columns: Vec<ColumnRef> = carried.iter().map(|at| columns[*at].source).collect();
        // The inner construct's own number serves the body; the outer's serves the pairs.
        let mut plan = self.plan(outer.id, &pairs.name, &outer.row, driver, columns, &inner.driver, outer.driver.span);
        plan.carried = carried;
        plan.output = unique.clone();
        let pairs_name = pairs.name.clone();
        self.finish(plan, pairs, Lifetime::Run);

        let inner_columns =
            (0..inner.driver.columns.len()).map(|column| ColumnRef { relation: inner.relation, column });
        let columns: Vec<DriverColumn> = pair_columns
            .into_iter()
            .chain(inner_columns)
            .zip(types)
            .map(|(source, (name, ty))| DriverColumn { source, name, ty })
            .collect();
        if let Some(deeper) = whole(&inner.body)
            && uses(&inner.body, &BTreeSet::from([outer.relation, inner.relation]))
        {
            self.errors.push(PlanError::NestedForeach { span: deeper.span });
            return;
        }
        self.query(&inner.body);
        let plan =
            self.plan(inner.id, &table.name, &inner.row, Driver::Table(pairs_name), columns, &inner.body, outer.span);
        self.finish(plan, table, lifetime);
    }

    /// Plans the LATERAL joins of a FROM clause whose query uses relations to its left.
    fn laterals(&mut self, query: &Query, block: &Block, from: &From) {
        let From::Join(join) = from else { return };
        self.laterals(query, block, &join.left);
        self.laterals(query, block, &join.right);
        let From::Relation(relation) = &join.right else { return };
        let RelationKind::Lateral(id, body) = &relation.kind else { return };
        if outer_columns(body).is_empty() {
            return;
        }
        self.lateral(query, block, join, relation, (*id, body));
    }

    fn lateral(
        &mut self,
        query: &Query,
        block: &Block,
        join: &Join,
        relation: &Relation,
        (id, body): (ForeachId, &Query),
    ) {
        let mut left = Vec::new();
        from_relations(&join.left, &mut left);
        let left_ids: BTreeSet<RelationId> = left.iter().map(|relation| relation.id).collect();
        let outer = join.kind == JoinKind::Left;
        let plain = match join.kind {
            JoinKind::Cross => true,
            JoinKind::Inner | JoinKind::Left => join.on.iter().all(is_true),
            JoinKind::Right | JoinKind::Full => false,
        };
        if !plain || join.using {
            self.errors.push(PlanError::LateralJoin { span: join.span });
            return;
        }
        if outer_columns(body).iter().any(|column| !left_ids.contains(&column.relation)) {
            self.errors.push(PlanError::NestedForeach { span: relation.span });
            return;
        }
        let outside = block_columns(query, &left_ids, id);
        let mut sources: Vec<ColumnRef> = used_columns(&[body], &left_ids);
        sources.extend(outside.iter().copied());
        sources.sort();
        sources.dedup();
        let described: Vec<(Option<String>, Type)> = sources
            .iter()
            .filter_map(|source| {
                let relation = left.iter().find(|relation| relation.id == source.relation)?;
                let column = relation.columns.get(source.column)?;
                let name = column.name.as_ref().map(|name| name.trim_start_matches('$').to_owned());
                Some((name, column.ty.clone()))
            })
            .collect();
        let unique = names(&described.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>());
        let columns: Vec<DriverColumn> = sources
            .iter()
            .zip(unique)
            .zip(&described)
            .map(|((source, name), (_, ty))| DriverColumn { source: *source, name, ty: ty.clone() })
            .collect();
        let carried: Vec<usize> = (0..columns.len()).filter(|at| outside.contains(&columns[*at].source)).collect();
        let mut wanted: Vec<Option<String>> = carried.iter().map(|at| Some(columns[*at].name.clone())).collect();
        wanted.extend(body.columns.iter().map(|column| column.name.clone()));
        let output = names(&wanted);
        let types: Vec<(String, Type)> = output
            .iter()
            .cloned()
            .zip(
                carried
                    .iter()
                    .map(|at| columns[*at].ty.clone())
                    .chain(body.columns.iter().map(|column| column.ty.clone())),
            )
            .collect();
        let table = self.hidden_table(&types, join.span);
        let filter: Vec<Expr> =
            block.filter.iter().filter(|conjunct| speaks_only_of(conjunct, &left_ids)).cloned().collect();
        let driver = Driver::From(Box::new(join.left.clone()), from_span(&join.left), filter);
        let row = match left.as_slice() {
            [single] => single.name.clone().unwrap_or_else(|| "driver".to_owned()),
            _ => "driver".to_owned(),
        };
        let mut plan = self.plan(id, &table.name, &row, driver, columns, body, join.span);
        plan.outer = outer;
        plan.carried = carried;
        plan.output = output;
        plan.lateral = Some(relation.id);
        self.finish(plan, table, Lifetime::Run);
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of one value, named at every call")]
    fn plan(
        &self,
        id: ForeachId,
        name: &str,
        row: &str,
        driver: Driver,
        columns: Vec<DriverColumn>,
        body: &Query,
        span: Span,
    ) -> ForeachPlan {
        ForeachPlan {
            id,
            name: name.to_owned(),
            row: row.to_owned(),
            driver,
            columns,
            body: body.clone(),
            outer: false,
            carried: Vec::new(),
            output: names(&body.columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>()),
            hidden: name.starts_with("foreach_") && !self.declares(name),
            lateral: None,
            keys: Vec::new(),
            rung: Rung::Substituted,
            reason: String::new(),
            stored: true,
            numbered: true,
            apart: None,
            step: 0,
            span,
        }
    }

    /// Whether the user's own statements make a table of this name.
    fn declares(&self, name: &str) -> bool {
        self.spec.statements.iter().any(|statement| match &statement.kind {
            BoundStatementKind::Materialise { table, .. } => table.name == name,
            _ => false,
        })
    }

    fn finish(&mut self, mut plan: ForeachPlan, table: Arc<Table>, lifetime: Lifetime) {
        plan.step = self.steps.len();
        let (id, name, span) = (plan.id, plan.name.clone(), plan.span);
        self.foreachs.insert(id, plan);
        self.push(name, StepKind::Foreach(id, table, lifetime), span);
    }

    /// A table of athplan's own, for columns of any type that storage can be made to keep.
    fn hidden_table(&mut self, columns: &[(String, Type)], span: Span) -> Arc<Table> {
        let taken: BTreeSet<&str> = self.steps.iter().map(|step| step.name.as_str()).collect();
        let name = (1..)
            .map(|number| format!("foreach_{number}"))
            .find(|name| !taken.contains(name.as_str()) && !self.spec.source.text.contains(name.as_str()))
            .expect("there are more numbers than names in a spec");
        let mut kept = Vec::new();
        for (column, ty) in columns {
            match stored_columns(column, ty) {
                Some(parts) => kept.extend(parts),
                None => self.errors.push(PlanError::DriverType { column: column.clone(), ty: ty.to_string(), span }),
            }
        }
        let columns = kept.into_iter().map(|(name, ty)| Column { name, ty, comment: None }).collect();
        Arc::new(Table {
            name,
            columns,
            partition_keys: Vec::new(),
            storage: Storage {
                location: String::new(),
                format: Format::Parquet,
                serde: None,
                classes: None,
                serde_properties: BTreeMap::new(),
            },
            layout: Layout::Flat,
            time: None,
            origin: Origin::Step,
            properties: Vec::new(),
            comment: None,
        })
    }
}

impl ForeachPlan {
    /// The names of the tables that its driver reads.
    pub(super) fn driver_names(&self, foreachs: &BTreeMap<ForeachId, ForeachPlan>, into: &mut BTreeSet<String>) {
        match &self.driver {
            Driver::Query(_, query) => read_names(query, foreachs, into),
            Driver::Table(name) => {
                into.insert(name.clone());
            }
            Driver::From(from, ..) => {
                let mut found = Vec::new();
                from_relations(from, &mut found);
                for relation in found {
                    match &relation.kind {
                        RelationKind::Table(table, _) => {
                            into.insert(table.name.clone());
                        }
                        RelationKind::Lateral(id, _) => into.extend(foreachs.get(id).map(|plan| plan.name.clone())),
                        RelationKind::View(_, query, _) | RelationKind::Subquery(query) => {
                            read_names(query, foreachs, into);
                        }
                        RelationKind::Cte(_, query) => read_names(query, foreachs, into),
                        RelationKind::Unnest { .. } | RelationKind::Opaque(_) => {}
                    }
                }
            }
        }
    }
}

/// The FOREACH that a body is, if it is nothing else.
fn whole(query: &Query) -> Option<&Foreach> {
    match &query.body {
        Body::Foreach(foreach) if query.order_by.is_empty() && query.limit.is_none() && query.offset.is_none() => {
            Some(foreach)
        }
        Body::Query(inner) if query.order_by.is_empty() && query.limit.is_none() && query.offset.is_none() => {
            whole(inner)
        }
        _ => None,
    }
}

fn holds_foreach(query: &Query) -> bool {
    matches!(query.body, Body::Foreach(_)) || queries(query).into_iter().any(holds_foreach)
}

/// Visits every column that a query uses, in every query inside it.
fn visit_columns(query: &Query, visit: &mut dyn FnMut(ColumnRef)) {
    for expr in expressions(query) {
        visit_expression(expr, &mut |expr| {
            if let ExprKind::Column(column) = &expr.kind {
                visit(*column);
            }
            true
        });
    }
    for inner in queries(query) {
        visit_columns(inner, visit);
    }
}

fn visit_relations(query: &Query, visit: &mut dyn FnMut(RelationId)) {
    relations(query).into_iter().for_each(|relation| visit(relation.id));
    if let Body::Foreach(foreach) = &query.body {
        visit(foreach.relation);
    }
    for inner in queries(query) {
        visit_relations(inner, visit);
    }
}

/// The columns a query uses of relations outside it.
pub(super) fn outer_columns(query: &Query) -> BTreeSet<ColumnRef> {
    let mut inside = BTreeSet::new();
    visit_relations(query, &mut |relation| {
        inside.insert(relation);
    });
    let mut outer = BTreeSet::new();
    visit_columns(query, &mut |column| {
        if !inside.contains(&column.relation) {
            outer.insert(column);
        }
    });
    outer
}

/// The columns of some relations that queries use, in order.
fn used_columns(queries: &[&Query], of: &BTreeSet<RelationId>) -> Vec<ColumnRef> {
    let mut used = BTreeSet::new();
    for query in queries {
        visit_columns(query, &mut |column| {
            if of.contains(&column.relation) {
                used.insert(column);
            }
        });
    }
    used.into_iter().collect()
}

fn uses(query: &Query, relations: &BTreeSet<RelationId>) -> bool {
    !used_columns(&[query], relations).is_empty()
}

/// The columns of some relations that a query uses outside one of its LATERAL queries.
fn block_columns(query: &Query, of: &BTreeSet<RelationId>, except: ForeachId) -> BTreeSet<ColumnRef> {
    let mut used = BTreeSet::new();
    let mut take = |column: ColumnRef| {
        if of.contains(&column.relation) {
            used.insert(column);
        }
    };
    for expr in expressions(query) {
        visit_expression(expr, &mut |expr| {
            if let ExprKind::Column(column) = &expr.kind {
                take(*column);
            }
            if let Some(inner) = subquery(expr) {
                visit_columns(inner, &mut take);
            }
            true
        });
    }
    for relation in relations(query) {
        match &relation.kind {
            RelationKind::Lateral(id, inner) if *id != except => visit_columns(inner, &mut take),
            _ => {}
        }
    }
    used
}

fn speaks_only_of(conjunct: &Expr, of: &BTreeSet<RelationId>) -> bool {
    let mut only = true;
    visit_expression(conjunct, &mut |expr| {
        match &expr.kind {
            ExprKind::Column(column) => only &= of.contains(&column.relation),
            _ => only &= subquery(expr).is_none(),
        }
        only
    });
    only
}

fn is_true(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Literal(crate::constant::Value::Boolean(true)))
}

/// The text of a FROM clause or a part of it.
pub fn from_span(from: &From) -> Span {
    match from {
        From::Relation(relation) => relation.span,
        From::Join(join) => join.span,
    }
}

/// Names made unique and complete: a missing one becomes `column_N`, a repeated one gets a number.
fn names(wanted: &[Option<String>]) -> Vec<String> {
    let mut taken: BTreeSet<String> = wanted.iter().flatten().cloned().collect();
    let mut used = BTreeSet::new();
    wanted
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let base = name.clone().unwrap_or_else(|| format!("column_{}", at + 1));
            let mut unique = base.clone();
            let mut number = 2;
            while used.contains(&unique) || (unique != base && taken.contains(&unique)) {
                unique = format!("{base}_{number}");
                number += 1;
            }
            taken.insert(unique.clone());
            used.insert(unique.clone());
            unique
        })
        .collect()
}
