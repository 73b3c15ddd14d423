//! Walking a step's queries down to its scans, with the conjuncts that hold at each of them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::cte::Ctes;
use super::handed::{OUTPUT, replace};
use super::predicate::Reader;
use crate::bind::expr::{CastMode, ColumnRef, Expr, ExprKind};
use crate::bind::query::{Block, Body, Cte, ForeachId, From, Query, Relation, RelationId, RelationKind};
use crate::partition::Derived;
use crate::plan::{Driver, Plan, Scan, Warning, expressions, from_expressions, subqueries};
use crate::spec::ast::JoinKind;

pub(super) struct Walk<'a> {
    pub plan: &'a Plan,
    pub step: usize,
    pub foreach: Option<ForeachId>,
    /// The relations whose columns a driver row fixes.
    pub drivers: BTreeSet<RelationId>,
    pub scans: &'a mut BTreeMap<RelationId, Scan>,
    pub ctes: &'a mut Ctes,
    pub warnings: &'a RefCell<Vec<Warning>>,
}

/// Where a scan stands below the block that is walked.
#[derive(Clone, Copy)]
struct Place {
    /// Whether the way up to the FOREACH's inner form allows reading partitions apart.
    apart: bool,
    /// Whether a conjunct may stand in WHERE of the block.
    in_where: bool,
}

impl Walk<'_> {
    /// Walks a FOREACH's driver and its body.
    pub fn foreach(&mut self, id: ForeachId) {
        let foreach = &self.plan.foreachs[&id];
        for cte in foreach.driver_with.iter().chain(&foreach.body_with) {
            self.define(cte);
        }
        match &foreach.driver {
            Driver::Query(_, query) => self.query(query, &[], false),
            Driver::From(from, filter) => {
                self.from(from, filter, Place { apart: false, in_where: true });
                let mut exprs = Vec::new();
                from_expressions(from, &mut exprs);
                self.subqueries(exprs);
            }
            Driver::Table(_) => {}
        }
        self.foreach = Some(id);
        self.drivers = foreach.drivers();
        self.query(&foreach.body, &[], !foreach.outer);
    }

    /// Walks a query; `handed` are conjuncts over its output that hold for every row kept.
    pub fn query(&mut self, query: &Query, handed: &[Expr], apart: bool) {
        for cte in &query.with {
            self.define(cte);
        }
        let cut = query.limit.is_some() || query.offset.is_some();
        let handed = if cut { &[] } else { handed };
        let apart = apart && !cut;
        match &query.body {
            Body::Block(block) => self.block(block, handed, apart),
            Body::SetOperation(operation) => {
                self.query(&operation.left, handed, false);
                self.query(&operation.right, handed, false);
            }
            Body::Query(inner) => self.query(inner, handed, apart),
            Body::Values(_) => {}
            // A FOREACH inside a query is a step of its own; its text here reads that step's table.
            Body::Foreach(_) => return,
        }
        self.subqueries(expressions(query));
    }

    /// Walks the common table expressions that were found, each when all that may refer to it was walked.
    pub fn ctes(&mut self) {
        while let Some(definition) = self.ctes.next(&self.plan.spec.source) {
            self.step = definition.step;
            self.foreach = definition.foreach;
            self.drivers = definition.drivers;
            self.query(&definition.query, &definition.handed, false);
        }
    }

    fn define(&mut self, cte: &Cte) {
        self.ctes.define(cte, self.step, self.foreach, &self.drivers);
    }

    fn subqueries<'q>(&mut self, exprs: impl IntoIterator<Item = &'q Expr>) {
        let mut inner = Vec::new();
        for expr in exprs {
            subqueries(expr, &mut inner);
            self.ctes.expression(expr);
        }
        inner.into_iter().for_each(|query| self.query(query, &[], false));
    }

    fn block(&mut self, block: &Block, handed: &[Expr], apart: bool) {
        let Some(from) = &block.from else { return };
        let windows = block.items.iter().any(|item| item.expr.any(&mut is_window));
        let mut conjuncts: Vec<Expr> = block.filter.clone();
        if !windows {
            conjuncts.extend(handed.iter().filter_map(|conjunct| through(block, conjunct)));
        }
        let apart = apart && !windows && !block.distinct && block.group.is_none();
        self.from(from, &conjuncts, Place { apart, in_where: true });
    }

    fn from(&mut self, from: &From, conjuncts: &[Expr], place: Place) {
        match from {
            From::Relation(relation) => self.relation(relation, conjuncts, place),
            From::Join(join) => {
                // Of a LATERAL join that became a step, this text reads only that step's table.
                if self.plan.lateral_step(join).is_some() {
                    return;
                }
                let with_on = || conjuncts.iter().chain(&join.on).cloned().collect::<Vec<_>>();
                let null_supplied = Place { apart: false, in_where: false };
                let (left, right) = match join.kind {
                    JoinKind::Inner | JoinKind::Cross => ((with_on(), place), (with_on(), place)),
                    JoinKind::Left => ((conjuncts.to_vec(), place), (with_on(), null_supplied)),
                    JoinKind::Right => ((with_on(), null_supplied), (conjuncts.to_vec(), place)),
                    JoinKind::Full => ((conjuncts.to_vec(), null_supplied), (conjuncts.to_vec(), null_supplied)),
                };
                self.from(&join.left, &left.0, left.1);
                self.from(&join.right, &right.0, right.1);
            }
        }
    }

    fn relation(&mut self, relation: &Relation, conjuncts: &[Expr], place: Place) {
        match &relation.kind {
            RelationKind::Table(table, _) if table.is_read_from_files() => {
                let reader = Reader {
                    table,
                    relation: relation.id,
                    drivers: &self.drivers,
                    source: &self.plan.spec.source,
                    warnings: self.warnings,
                };
                let equal = by_equality(relation.id, conjuncts);
                // Without keys there is one partition, which is read whole whatever is asked.
                let said = conjuncts.iter().chain(&equal).filter(|_| !table.partition_keys.is_empty());
                let derived = Derived::all(said.map(|conjunct| reader.read(conjunct)));
                self.scans.entry(relation.id).or_insert_with(|| Scan {
                    relation: relation.id,
                    table: Arc::clone(table),
                    step: self.step,
                    foreach: self.foreach,
                    derived,
                    apart: place.apart,
                    in_where: place.in_where,
                    span: relation.span,
                });
            }
            RelationKind::View(_, query, _) | RelationKind::Subquery(query) => {
                self.query(query, &over_output(relation, conjuncts), place.apart);
            }
            RelationKind::Cte(_, query) => {
                let equal = by_equality(relation.id, conjuncts);
                let mut handed = over_output(relation, conjuncts);
                handed.extend(over_output(relation, &equal));
                self.ctes.refer(query, handed);
            }
            RelationKind::Lateral(_, query) => self.query(query, &[], false),
            RelationKind::Opaque(_) => self.ctes.opaque(relation.span),
            RelationKind::Table(..) | RelationKind::Unnest { .. } => {}
        }
    }
}

/// Conjuncts over a relation's columns, said over the output of the query that the relation is.
fn over_output(relation: &Relation, conjuncts: &[Expr]) -> Vec<Expr> {
    let output = |column: ColumnRef| {
        let ty = relation.columns.get(column.column)?.ty.clone();
        let output = ColumnRef { relation: OUTPUT, column: column.column };
        (column.relation == relation.id).then_some((ExprKind::Column(output), ty))
    };
    conjuncts.iter().map(|conjunct| replace(conjunct, &mut |column, _| output(column))).collect()
}

/// What conjuncts say of another relation's column, said of this relation's column that must equal it.
fn by_equality(relation: RelationId, conjuncts: &[Expr]) -> Vec<Expr> {
    let mut said = Vec::new();
    for conjunct in conjuncts {
        let ExprKind::Call(name, sides) = &conjunct.kind else { continue };
        let ("=", [left, right]) = (name.as_str(), sides.as_slice()) else { continue };
        let (ExprKind::Column(one), ExprKind::Column(other)) = (&left.kind, &right.kind) else { continue };
        let (own, foreign) = match (one.relation == relation, other.relation == relation) {
            (true, false) => (left, *other),
            (false, true) => (right, *one),
            _ => continue,
        };
        for other in conjuncts.iter().filter(|other| *other != conjunct) {
            let mut found = false;
            let replaced = replace(other, &mut |column, _| {
                found |= column == foreign;
                (column == foreign).then(|| (own.kind.clone(), own.ty.clone()))
            });
            said.extend(found.then_some(replaced));
        }
    }
    said
}

/// A conjunct over a block's output, said over the block's relations; none if it cannot be.
fn through(block: &Block, conjunct: &Expr) -> Option<Expr> {
    let mut possible = true;
    let said = replace(conjunct, &mut |column, ty| {
        if column.relation != OUTPUT {
            return None;
        }
        let item = &block.items.get(column.column)?.expr;
        possible &= block.group.as_ref().is_none_or(|group| {
            group
                .keys
                .iter()
                .position(|key| key == item)
                .is_some_and(|at| group.sets.iter().all(|set| set.contains(&at)))
        });
        // A side of a set operation may yield another type than the operation does.
        if item.ty == *ty {
            Some((item.kind.clone(), ty.clone()))
        } else {
            Some((ExprKind::Cast(Box::new(item.clone()), CastMode::Implicit), ty.clone()))
        }
    });
    possible.then_some(said)
}

fn is_window(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Window(_) => true,
        ExprKind::Aggregate(call) => call.over.is_some(),
        _ => false,
    }
}
