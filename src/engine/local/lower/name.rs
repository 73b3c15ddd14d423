//! What columns are called in plans: `r{relation}.c{position}`, and how plans are put together from
//! columns that know their names.

use std::sync::Arc;

use datafusion::common::{Column, TableReference};
use datafusion::logical_expr::{Expr as Plan, LogicalPlan, Projection};

use super::engine_error;
use crate::bind::expr::{ColumnRef, Expr, ExprKind};
use crate::bind::query::RelationId;
use crate::engine::EngineError;
use crate::source::Span;
use crate::types::Type;

/// Relations that lowering brings in are numbered from here, so that they meet none of the binder's.
pub(super) const FIRST_SYNTHETIC: usize = 1 << 32;

/// The name of a relation in plans.
pub(super) fn qualifier(relation: RelationId) -> TableReference {
    TableReference::bare(format!("r{}", relation.0))
}

/// The name of a column in plans.
pub(super) fn column(reference: ColumnRef) -> Column {
    Column::new(Some(qualifier(reference.relation)), format!("c{}", reference.column))
}

/// A column, as an expression of a plan.
pub(super) fn plan_column(reference: ColumnRef) -> Plan {
    Plan::Column(column(reference))
}

/// A plan's expression under the name of a column.
pub(super) fn named(expr: Plan, reference: ColumnRef) -> Plan {
    expr.alias_qualified(Some(qualifier(reference.relation)), format!("c{}", reference.column))
}

/// A column, as a bound expression.
pub(super) fn bound_column(reference: ColumnRef, ty: &Type, span: Span) -> Expr {
    Expr { kind: ExprKind::Column(reference), ty: ty.clone(), span }
}

/// All columns of a plan, as expressions over it.
pub(super) fn all(plan: &LogicalPlan) -> Vec<Plan> {
    plan.schema().columns().into_iter().map(Plan::Column).collect()
}

/// Whether a plan has all these columns.
pub(super) fn has_all<'a>(plan: &LogicalPlan, columns: impl IntoIterator<Item = &'a ColumnRef>) -> bool {
    columns.into_iter().all(|reference| plan.schema().has_column(&column(*reference)))
}

/// A projection.
pub(super) fn project(plan: LogicalPlan, expressions: Vec<Plan>) -> Result<LogicalPlan, EngineError> {
    Projection::try_new(expressions, Arc::new(plan)).map(LogicalPlan::Projection).map_err(engine_error)
}

/// A plan with more columns.
pub(super) fn extend(plan: LogicalPlan, more: Vec<Plan>) -> Result<LogicalPlan, EngineError> {
    if more.is_empty() {
        return Ok(plan);
    }
    let mut expressions = all(&plan);
    expressions.extend(more);
    project(plan, expressions)
}

/// The columns of a query's result, called `c0`, `c1`, … alone.
pub(super) fn without_qualifier(
    plan: LogicalPlan,
    output: RelationId,
    width: usize,
) -> Result<LogicalPlan, EngineError> {
    let columns = (0..width).map(|at| plan_column(ColumnRef { relation: output, column: at }).alias(format!("c{at}")));
    let columns = columns.collect();
    project(plan, columns)
}
