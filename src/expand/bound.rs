//! What a FOREACH's scans can need at most, before its driver's rows are known.
//!
//! A driver column that holds the event time of rows which an earlier step found inside a window can
//! only hold times of that window. So the partitions of a FOREACH that looks twelve hours ahead of
//! them are bounded too, and a chain of FOREACHs is bounded link by link.

use super::need::named;
use super::{ExpandError, Need, World};
use crate::bind::expr::{CastMode, ColumnRef, Expr, ExprKind};
use crate::bind::query::{Body, Query, RelationId, RelationKind};
use crate::catalog::TimeFormat;
use crate::partition::Intervals;
use crate::plan::{Driver, ForeachPlan, Plan, Scan, StepKind, from_relations, relations};
use crate::types::Type;

/// What a scan in a FOREACH's body can need at most, whatever the driver's rows are.
///
/// # Errors
///
/// Partitions that cannot be named.
pub fn at_most(plan: &Plan, foreach: &ForeachPlan, scan: &Scan, world: &World) -> Result<Need, ExpandError> {
    let format = scan.table.time.as_ref().map(|time| &time.format);
    let known = |column: ColumnRef| {
        let window = driver_times(plan, foreach, column, world)?;
        let (first, last) = (window.parts().first()?.0.value().copied()?, window.parts().last()?.1.value().copied()?);
        Some((first, last))
    };
    named(plan, scan, &scan.derived.at_most(format, &known), world)
}

/// The event times that a driver column can hold; none if nothing is known.
fn driver_times(plan: &Plan, foreach: &ForeachPlan, column: ColumnRef, world: &World) -> Option<Intervals<i128>> {
    match &foreach.driver {
        Driver::Query(relation, query) if *relation == column.relation => {
            output_times(plan, query, column.column, world)
        }
        Driver::From(from, ..) => {
            let relation = from_relations(from).into_iter().find(|relation| relation.id == column.relation)?;
            relation_times(plan, &relation.kind, relation.id, column.column, world)
        }
        Driver::Query(..) | Driver::Table(_) => None,
    }
}

/// The event times that a query's output column can hold.
fn output_times(plan: &Plan, query: &Query, column: usize, world: &World) -> Option<Intervals<i128>> {
    match &query.body {
        Body::Query(inner) => output_times(plan, inner, column, world),
        Body::Block(block) => {
            let wanted = source(&block.items.get(column)?.expr)?;
            let relation = relations(query).into_iter().find(|relation| relation.id == wanted.relation)?;
            relation_times(plan, &relation.kind, relation.id, wanted.column, world)
        }
        Body::SetOperation(_) | Body::Values(_) | Body::Foreach(_) => None,
    }
}

fn relation_times(
    plan: &Plan,
    kind: &RelationKind,
    id: RelationId,
    column: usize,
    world: &World,
) -> Option<Intervals<i128>> {
    match kind {
        RelationKind::View(_, query, _) | RelationKind::Subquery(query) => output_times(plan, query, column, world),
        RelationKind::Table(table, _) => {
            if let Some(scan) = plan.scans.get(&id) {
                return scan_times(plan, scan, column, world);
            }
            let step = plan.steps.iter().find(|step| step.name == table.name)?;
            match &step.kind {
                StepKind::Materialise(_, query, _) => output_times(plan, query, column, world),
                StepKind::Foreach(id, ..) => {
                    let foreach = plan.foreachs.get(id)?;
                    let body = column.checked_sub(foreach.carried.len())?;
                    output_times(plan, &foreach.body, body, world)
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// The event times that a scan's time column can hold, if they are ISO texts: those its predicates leave.
fn scan_times(plan: &Plan, scan: &Scan, column: usize, world: &World) -> Option<Intervals<i128>> {
    let time = scan.table.time.as_ref()?;
    if time.column != column || time.format != TimeFormat::Iso8601 {
        return None;
    }
    let need = match scan.foreach.and_then(|id| plan.foreachs.get(&id)) {
        Some(foreach) => at_most(plan, foreach, scan, world),
        None => super::need(plan, scan, &|_| crate::constant::Value::Null, world),
    };
    Some(need.ok()?.set.window)
}

/// The text column that an expression is, coercions between texts aside.
fn source(expr: &Expr) -> Option<ColumnRef> {
    match &expr.kind {
        _ if !matches!(expr.ty, Type::Varchar(_)) => None,
        ExprKind::Column(column) => Some(*column),
        ExprKind::Cast(inner, CastMode::Implicit) => source(inner),
        _ => None,
    }
}
