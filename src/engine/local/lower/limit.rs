//! ORDER BY, OFFSET, LIMIT and FETCH FIRST.

use datafusion::logical_expr::expr::Sort as SortExpr;
use datafusion::logical_expr::{Expr as Plan, LogicalPlan, LogicalPlanBuilder, lit};

use super::expression::constant;
use super::key::{Purpose, keyed};
use super::name::{named, plan_column};
use super::query::Domain;
use super::window_function::Numbering;
use super::{Lowering, engine_error, unsupported};
use crate::bind::expr::{ColumnRef, Expr};
use crate::bind::query::{Query, RelationId, SortKey};
use crate::constant::Value;
use crate::engine::{EngineError, ErrorClass};
use crate::types::Type;

/// A column to sort by: the value, or what stands in for it.
pub(super) fn sort_column(expr: Plan, ty: &Type, key: &SortKey, column: ColumnRef) -> Plan {
    named(keyed(expr, ty, Purpose::Sort { descending: key.descending }), column)
}

/// The sort expressions over columns made by [`sort_column`].
pub(super) fn sort_expressions(order_by: &[SortKey], keys: RelationId) -> Vec<SortExpr> {
    let expressions = order_by.iter().enumerate().map(|(at, key)| {
        let column = plan_column(ColumnRef { relation: keys, column: at });
        SortExpr::new(column, !key.descending, key.nulls_first)
    });
    expressions.collect()
}

impl Lowering<'_> {
    /// Sorts and cuts all rows.
    pub(super) fn sort_and_limit(
        &mut self,
        plan: LogicalPlan,
        query: &Query,
        keys: RelationId,
    ) -> Result<LogicalPlan, EngineError> {
        let offset = query.offset.as_ref().map(count).transpose()?.unwrap_or(0);
        let limit = query.limit.as_ref().map(count).transpose()?;
        let mut builder = LogicalPlanBuilder::from(plan);
        if !query.order_by.is_empty() {
            builder = builder.sort(sort_expressions(&query.order_by, keys)).map_err(engine_error)?;
        }
        if limit.is_some() || offset > 0 {
            let limit = limit.map(|limit| usize::try_from(limit).unwrap_or(usize::MAX));
            builder = builder.limit(usize::try_from(offset).unwrap_or(usize::MAX), limit).map_err(engine_error)?;
        }
        builder.build().map_err(engine_error)
    }

    /// Cuts by numbers that are given per outer row, or with ties.
    pub(super) fn limit_numbered(
        &mut self,
        mut plan: LogicalPlan,
        query: &Query,
        keys: RelationId,
        domain: Option<&Domain>,
    ) -> Result<LogicalPlan, EngineError> {
        let partition: Vec<Plan> = domain.iter().map(|domain| plan_column(domain.number)).collect();
        let sort = sort_expressions(&query.order_by, keys);
        let filter = |plan: LogicalPlan, predicate: Plan| {
            LogicalPlanBuilder::from(plan).filter(predicate).and_then(LogicalPlanBuilder::build).map_err(engine_error)
        };
        let offset = query.offset.as_ref().map(count).transpose()?.unwrap_or(0);
        let limit = query.limit.as_ref().map(count).transpose()?;
        if offset > 0 {
            let (numbered, number) = self.numbered(plan, &partition, &sort, Numbering::RowNumber)?;
            plan = filter(numbered, plan_column(number).gt(lit(offset)))?;
        }
        if let Some(limit) = limit {
            let numbering = if query.with_ties { Numbering::Rank } else { Numbering::RowNumber };
            let (numbered, number) = self.numbered(plan, &partition, &sort, numbering)?;
            plan = filter(numbered, plan_column(number).lt_eq(lit(limit)))?;
        }
        if domain.is_none() {
            plan =
                LogicalPlanBuilder::from(plan).sort(sort).and_then(LogicalPlanBuilder::build).map_err(engine_error)?;
        }
        Ok(plan)
    }
}

/// A row count.
fn count(expr: &Expr) -> Result<i64, EngineError> {
    match constant(expr)? {
        Value::Integer(count) if count >= 0 => Ok(count),
        Value::Null => Err(unsupported("a NULL row count", expr.span)),
        other => {
            let message = format!("a row count must be a number that is not negative, not {other:?}");
            Err(EngineError::new(ErrorClass::Statement, message).at(Some(expr.span)))
        }
    }
}
