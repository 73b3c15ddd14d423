//! Derive partition predicates from predicates on event time and on partition keys.
//!
//! ```text
//! before:  FROM cloudtrail c WHERE c.eventtime >= '2019-03-01T00:00:00Z' AND c.eventname = 'AssumeRole'
//! after:   the same, and beside the scan of c:  event time in [2019-03-01T00:00:00Z, …)
//! ```
//!
//! The predicate is kept beside the scan, symbolically: its bounds may be constants or expressions
//! over a FOREACH's driver row. Days follow from it only when the bounds are known.
//!
//! When it would be wrong: a conjunct that is TRUE for a row that does not exist. On the
//! null-supplying side of an outer join `c.region = 'x' OR c.region IS NULL` must derive nothing.
//! Every atom derived here is strict, NULL for a NULL column, so a formula of AND and OR over atoms
//! cannot be TRUE where the scan supplied NULLs; what is not strict derives [`Derived::Anything`].
//! The preserved side of an outer join gets nothing from that join's ON.
//!
//! Why here: after views have been expanded, since predicates reach through them; before the ladder,
//! which asks which scans the driver's rows decide.

mod predicate;
mod time;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Rewrite;
use crate::bind::expr::{ColumnRef, Expr, ExprKind};
use crate::bind::query::{Block, Body, ForeachId, From, Query, Relation, RelationId, RelationKind};
use crate::partition::Derived;
use crate::plan::{Driver, Plan, Scan, StepKind, expressions, visit_expression};
use crate::spec::ast::JoinKind;

/// The rewrite.
pub struct DerivePartitions;

impl Rewrite for DerivePartitions {
    fn name(&self) -> &'static str {
        "derive_partitions"
    }

    fn apply(&self, plan: &mut Plan) -> bool {
        let mut scans = BTreeMap::new();
        for (at, step) in plan.steps.iter().enumerate() {
            let mut walk = Walk { plan, step: at, foreach: None, drivers: Vec::new(), scans: &mut scans };
            match &step.kind {
                StepKind::Materialise(_, query, _) | StepKind::Answer(query) => walk.query(query, &[], false),
                StepKind::Foreach(id, ..) => {
                    walk.driver(*id);
                    walk.body(*id);
                }
                StepKind::Declare(_) | StepKind::File(..) | StepKind::AddPartitions(..) => {}
            }
        }
        let fired = scans.values().any(|scan: &Scan| !matches!(scan.derived, Derived::Anything));
        plan.scans = scans;
        fired
    }
}

/// The relation that stands for "the columns this query yields" in conjuncts handed down to it.
const OUTPUT: RelationId = RelationId(usize::MAX);

struct Walk<'a> {
    plan: &'a Plan,
    step: usize,
    foreach: Option<ForeachId>,
    /// The relations whose columns a driver row fixes.
    drivers: Vec<RelationId>,
    scans: &'a mut BTreeMap<RelationId, Scan>,
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
    fn driver(&mut self, id: ForeachId) {
        match &self.plan.foreachs[&id].driver {
            Driver::Query(_, query) => self.query(query, &[], false),
            Driver::From(from, _, filter) => {
                let conjuncts: Vec<Expr> = filter.clone();
                self.from(from, &conjuncts, Place { apart: false, in_where: false });
            }
            Driver::Table(_) => {}
        }
    }

    fn body(&mut self, id: ForeachId) {
        let foreach = &self.plan.foreachs[&id];
        self.foreach = Some(id);
        self.drivers = foreach.drivers();
        self.query(&foreach.body, &[], !foreach.outer);
    }

    /// Walks a query; `handed` are conjuncts over its output that hold for every row kept.
    fn query(&mut self, query: &Query, handed: &[Expr], apart: bool) {
        for cte in &query.with {
            self.query(&cte.query, &[], false);
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
        for expr in expressions(query) {
            visit_expression(expr, &mut |expr| {
                if let Some(inner) = crate::plan::subquery(expr) {
                    self.query(inner, &[], false);
                }
                true
            });
        }
    }

    fn block(&mut self, block: &Block, handed: &[Expr], apart: bool) {
        let Some(from) = &block.from else { return };
        let windows = block.items.iter().any(|item| has(&item.expr, |kind| matches!(kind, ExprKind::Window(_))))
            || block
                .items
                .iter()
                .any(|item| has(&item.expr, |kind| matches!(kind, ExprKind::Aggregate(call) if call.over.is_some())));
        let mut conjuncts: Vec<Expr> = block.filter.clone();
        if !windows {
            conjuncts.extend(handed.iter().filter_map(|conjunct| self.through(block, conjunct)));
        }
        let apart = apart && !windows && !block.distinct && block.group.is_none();
        self.from(from, &conjuncts, Place { apart, in_where: true });
    }

    /// A conjunct over a block's output, said over the block's relations; none if it cannot be.
    fn through(&self, block: &Block, conjunct: &Expr) -> Option<Expr> {
        let mut possible = true;
        let said = replace(conjunct, &mut |column| {
            if column.relation != OUTPUT {
                return None;
            }
            let item = &block.items.get(column.column)?.expr;
            let grouped = block.group.as_ref().is_none_or(|group| {
                group
                    .keys
                    .iter()
                    .position(|key| key == item)
                    .is_some_and(|at| group.sets.iter().all(|set| set.contains(&at)))
            });
            possible &= grouped;
            Some(item.clone())
        });
        possible.then_some(said)
    }

    fn from(&mut self, from: &From, conjuncts: &[Expr], place: Place) {
        match from {
            From::Relation(relation) => self.relation(relation, conjuncts, place),
            From::Join(join) => {
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
            RelationKind::Table(table, _) if !table.partition_keys.is_empty() => {
                let reader = predicate::Reader { table, relation: relation.id, drivers: &self.drivers };
                let derived = Derived::all(conjuncts.iter().map(|conjunct| reader.read(conjunct)));
                self.scans.insert(
                    relation.id,
                    Scan {
                        relation: relation.id,
                        table: Arc::clone(table),
                        step: self.step,
                        foreach: self.foreach,
                        derived,
                        apart: place.apart,
                        in_where: place.in_where,
                        span: relation.span,
                    },
                );
            }
            RelationKind::View(_, query, _) | RelationKind::Subquery(query) => {
                let handed: Vec<Expr> = conjuncts
                    .iter()
                    .map(|conjunct| {
                        replace(conjunct, &mut |column| {
                            let output = ColumnRef { relation: OUTPUT, column: column.column };
                            let ty = relation.columns.get(column.column)?.ty.clone();
                            (column.relation == relation.id).then_some(Expr {
                                kind: ExprKind::Column(output),
                                ty,
                                span: conjunct.span,
                            })
                        })
                    })
                    .collect();
                self.query(query, &handed, place.apart);
            }
            // A lateral query is a FOREACH of its own, unless it uses nothing to its left.
            RelationKind::Lateral(id, query) if !self.plan.foreachs.contains_key(id) => self.query(query, &[], false),
            RelationKind::Table(..)
            | RelationKind::Cte(..)
            | RelationKind::Lateral(..)
            | RelationKind::Unnest { .. }
            | RelationKind::Opaque(_) => {}
        }
    }
}

fn has(expr: &Expr, wanted: impl Fn(&ExprKind) -> bool) -> bool {
    let mut found = false;
    visit_expression(expr, &mut |expr| {
        found |= wanted(&expr.kind);
        !found
    });
    found
}

/// The expression with some columns replaced. Queries inside it are left alone: an expression that
/// holds one derives nothing anyway.
fn replace(expr: &Expr, with: &mut dyn FnMut(ColumnRef) -> Option<Expr>) -> Expr {
    let kind = match &expr.kind {
        ExprKind::Column(column) => {
            return with(*column).map_or_else(|| expr.clone(), |new| Expr { span: expr.span, ..new });
        }
        ExprKind::Call(name, children) => {
            ExprKind::Call(name.clone(), children.iter().map(|child| replace(child, with)).collect())
        }
        ExprKind::And(children) => ExprKind::And(children.iter().map(|child| replace(child, with)).collect()),
        ExprKind::Or(children) => ExprKind::Or(children.iter().map(|child| replace(child, with)).collect()),
        ExprKind::Not(child) => ExprKind::Not(Box::new(replace(child, with))),
        ExprKind::Cast(child, mode) => ExprKind::Cast(Box::new(replace(child, with)), *mode),
        ExprKind::Field(child, at) => ExprKind::Field(Box::new(replace(child, with)), *at),
        ExprKind::Between(children) => {
            let [value, low, high] = children.as_ref();
            ExprKind::Between(Box::new([replace(value, with), replace(low, with), replace(high, with)]))
        }
        ExprKind::InList(value, list) => {
            ExprKind::InList(Box::new(replace(value, with)), list.iter().map(|child| replace(child, with)).collect())
        }
        ExprKind::InParameter(value, name, list) => {
            ExprKind::InParameter(Box::new(replace(value, with)), name.clone(), list.clone())
        }
        _ => return expr.clone(),
    };
    Expr { kind, ty: expr.ty.clone(), span: expr.span }
}
