//! What a FOREACH's scans can need at most, before its driver's rows are known.
//!
//! A driver column that holds the event time of rows which an earlier step found inside a window can
//! only hold times of that window. So the partitions of a FOREACH that looks twelve hours ahead of
//! them are bounded too, and a chain of FOREACHs is bounded link by link.
//!
//! A column is followed to where its values come from: through subqueries, stored tables, set
//! operations, the bodies and drivers of other FOREACHs, aggregates that pick one of their rows'
//! values, and functions that keep the order of times. What is not followed is taken for anything.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::need::{named, need};
use super::{ExpandError, Need, World};
use crate::bind::expr::{Aggregate, CastMode, ColumnRef, Expr, ExprKind};
use crate::bind::query::{Body, Query, Relation, RelationId, RelationKind, SetOperation};
use crate::catalog::TimeFormat;
use crate::catalog::clock::SECOND;
use crate::constant::{self, Value};
use crate::partition::event_time_text;
use crate::plan::{Driver, ForeachPlan, Plan, Scan, StepKind, from_relations, relations, visit_columns};
use crate::rewrite::increasing;
use crate::spec::ast::SetOperator;
use crate::types::Type;

/// What a scan in a FOREACH's body can need at most, whatever the driver's rows are.
///
/// # Errors
///
/// Partitions that cannot be named.
pub fn at_most(plan: &Plan, scan: &Scan, world: &World) -> Result<Need, ExpandError> {
    Bounds { plan, world, scans: RefCell::default() }.need(scan)
}

/// The least and the greatest value that a column can hold, NULLs aside.
type Range = (Value, Value);

struct Bounds<'a> {
    plan: &'a Plan,
    world: &'a World,
    /// The event times of scans, once found: a chain of FOREACHs asks for each more than once.
    scans: RefCell<BTreeMap<RelationId, Option<Range>>>,
}

impl<'a> Bounds<'a> {
    fn need(&self, scan: &Scan) -> Result<Need, ExpandError> {
        let format = scan.table.time.as_ref().map(|time| &time.format);
        let predicate = scan.derived.at_most(format, &|column| self.row_column(column));
        named(self.plan, scan, &predicate, self.world)
    }

    /// What a column of a driver row can hold.
    fn row_column(&self, column: ColumnRef) -> Option<Range> {
        let has = |foreach: &&ForeachPlan| foreach.columns.iter().any(|known| known.source == column);
        // The rows of a chain are carried from link to link: the first one knows where they come from.
        let all = || self.plan.foreachs.values().filter(has);
        let first = all().find(|foreach| !matches!(foreach.driver, Driver::Table(_)));
        self.driver(first.or_else(|| all().next())?, column)
    }

    /// What a column of a FOREACH's driver can hold.
    fn driver(&self, foreach: &'a ForeachPlan, column: ColumnRef) -> Option<Range> {
        match &foreach.driver {
            Driver::Query(_, query) => self.output(query, column.column),
            Driver::From(from, _) => {
                let relation = from_relations(from).into_iter().find(|relation| relation.id == column.relation)?;
                self.relation(relation, column.column)
            }
            Driver::Table(name) => {
                let outer = self.plan.foreachs.values().find(|outer| outer.name == *name)?;
                let known = foreach.columns.get(foreach.column(column)?)?;
                self.result(outer, outer.output.iter().position(|name| *name == known.name)?)
            }
        }
    }

    /// What a column of a FOREACH's result can hold.
    fn result(&self, foreach: &'a ForeachPlan, column: usize) -> Option<Range> {
        match column.checked_sub(foreach.carried.len()) {
            None => self.driver(foreach, foreach.columns.get(*foreach.carried.get(column)?)?.source),
            Some(column) => self.output(&foreach.body, column),
        }
    }

    /// What a query's output column can hold.
    fn output(&self, query: &'a Query, column: usize) -> Option<Range> {
        match &query.body {
            Body::Query(inner) => self.output(inner, column),
            Body::Block(block) => self.expression(&block.items.get(column)?.expr, &relations(query)),
            Body::SetOperation(operation) => self.sides(operation, column),
            Body::Foreach(foreach) => {
                let planned = self.plan.foreachs.get(&foreach.id)?;
                self.result(planned, column + planned.carried.len())
            }
            Body::Values(_) => None,
        }
    }

    fn sides(&self, operation: &'a SetOperation, column: usize) -> Option<Range> {
        let ty = operation.types.get(column)?;
        let side = |query: &'a Query| {
            let range = self.output(query, column)?;
            kept(range, &query.columns.get(column)?.ty, ty)
        };
        match operation.operator {
            SetOperator::Union => around(side(&operation.left)?, side(&operation.right)?, ty),
            SetOperator::Intersect => side(&operation.left).or_else(|| side(&operation.right)),
            SetOperator::Except => side(&operation.left),
        }
    }

    /// What an expression over some relations can be.
    fn expression(&self, expr: &'a Expr, own: &[&'a Relation]) -> Option<Range> {
        if let ExprKind::Aggregate(call) = &expr.kind {
            return picked(call).and_then(|picked| self.expression(picked, own));
        }
        let column = only_column(expr)?;
        let range = match own.iter().find(|relation| relation.id == column.relation) {
            Some(relation) => self.relation(relation, column.column),
            None => self.row_column(column),
        }?;
        if is_plain(expr) {
            return Some(range);
        }
        // Texts that are no whole times need not have the order that later functions rely on.
        let function = increasing(expr, column, &TimeFormat::Iso8601).filter(|_| !expr.ty.is_text())?;
        let value = |input: Value| constant::evaluate(&function, &[input]).ok();
        Some((value(range.0)?, value(range.1)?))
    }

    fn relation(&self, relation: &'a Relation, column: usize) -> Option<Range> {
        match &relation.kind {
            RelationKind::View(_, query, _) | RelationKind::Subquery(query) | RelationKind::Lateral(_, query) => {
                self.output(query, column)
            }
            RelationKind::Cte(_, query) => self.output(query, column),
            RelationKind::Table(table, _) => {
                if let Some(scan) = self.plan.scans.get(&relation.id) {
                    return self.scan(scan, column);
                }
                let step = self.plan.steps.iter().find(|step| step.name == table.name)?;
                let (range, ty) = match &step.kind {
                    StepKind::Materialise(_, query, _) => (self.output(query, column), &query.columns.get(column)?.ty),
                    StepKind::Foreach(id, ..) => {
                        let foreach = self.plan.foreachs.get(id)?;
                        let body = column.checked_sub(foreach.carried.len())?;
                        (self.result(foreach, column), &foreach.body.columns.get(body)?.ty)
                    }
                    StepKind::Declare(_) | StepKind::File(..) | StepKind::AddPartitions(..) | StepKind::Answer(_) => {
                        return None;
                    }
                };
                kept(range?, ty, &table.columns.get(column)?.ty)
            }
            RelationKind::Unnest { .. } | RelationKind::Opaque(_) => None,
        }
    }

    /// The event times that a scan's time column can hold, if they are ISO texts: those its predicates leave.
    fn scan(&self, scan: &Scan, column: usize) -> Option<Range> {
        let time = scan.table.time.as_ref()?;
        if time.column != column || time.format != TimeFormat::Iso8601 {
            return None;
        }
        if let Some(known) = self.scans.borrow().get(&scan.relation) {
            return known.clone();
        }
        let found = if scan.derived.columns().is_empty() {
            need(self.plan, scan, &|_| Value::Null, self.world)
        } else {
            self.need(scan)
        };
        let range = found.ok().and_then(|need| {
            let parts = need.set.window.parts();
            let text = |picos: i128| event_time_text(i64::try_from(picos.div_euclid(SECOND)).ok()?, &time.format);
            Some((text(*parts.first()?.0.value()?)?, text(*parts.last()?.1.value()?)?))
        });
        self.scans.borrow_mut().insert(scan.relation, range.clone());
        range
    }
}

/// The argument that an aggregate gives back one value of.
fn picked(call: &Aggregate) -> Option<&Expr> {
    match (call.name.as_str(), call.arguments.as_slice()) {
        ("min" | "max" | "arbitrary" | "any_value", [value]) | ("min_by" | "max_by", [value, _]) => Some(value),
        _ => None,
    }
}

/// The one column that an expression uses.
fn only_column(expr: &Expr) -> Option<ColumnRef> {
    let mut columns = Vec::new();
    visit_columns(expr, &mut |column, _| {
        if !columns.contains(&column) {
            columns.push(column);
        }
    });
    match columns.as_slice() {
        [column] => Some(*column),
        _ => None,
    }
}

/// Whether an expression is a column, coercions between texts aside.
fn is_plain(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Column(_) => true,
        ExprKind::Cast(inner, CastMode::Implicit) => {
            matches!((&inner.ty, &expr.ty), (Type::Varchar(_), Type::Varchar(_))) && is_plain(inner)
        }
        _ => false,
    }
}

/// The values of one type in another that holds them: a set operation's, or a table's.
fn kept(range: Range, from: &Type, to: &Type) -> Option<Range> {
    let instant = |value: Value| match value {
        Value::TimestampWithTimeZone(picos, _) => Some(Value::Timestamp(picos)),
        _ => None,
    };
    match (from, to) {
        (Type::Varchar(_), Type::Varchar(_)) => Some(range),
        (from, to) if from == to => Some(range),
        // Storage keeps the instant, in UTC.
        (Type::TimestampWithTimeZone(digits), Type::Timestamp(kept)) if digits <= kept => {
            Some((instant(range.0)?, instant(range.1)?))
        }
        _ => None,
    }
}

/// The smallest range around two.
fn around(one: Range, other: Range, ty: &Type) -> Option<Range> {
    let first = match constant::compare(&one.0, &other.0, ty)? {
        Ordering::Greater => other.0,
        Ordering::Less | Ordering::Equal => one.0,
    };
    let last = match constant::compare(&one.1, &other.1, ty)? {
        Ordering::Less => other.1,
        Ordering::Greater | Ordering::Equal => one.1,
    };
    Some((first, last))
}
