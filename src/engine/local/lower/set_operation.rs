//! UNION, INTERSECT and EXCEPT with SQL's bags.
//!
//! Rows are told apart by one comparison key over all their columns. INTERSECT and EXCEPT number the
//! equal rows of the left side and hold the number against how often the right side has that row.

use std::sync::Arc;

use datafusion::common::JoinType;
use datafusion::logical_expr::{Aggregate as AggregatePlan, Expr as Plan, LogicalPlan, lit};

use super::accumulate::{Call, call};
use super::expression::lowered;
use super::join::{filter, joined};
use super::key::{Purpose, key_of};
use super::name::{bound_column, extend, named, plan_column, project};
use super::query::{Domain, coerced, outputs, union};
use super::window_function::Numbering;
use super::{Lowering, engine_error};
use crate::bind::expr::ColumnRef;
use crate::bind::query::{Body, Query, RelationId, SetOperation};
use crate::engine::EngineError;
use crate::spec::ast::SetOperator;
use crate::types::Type;

impl Lowering<'_> {
    /// Lowers a set operation; its columns become those of `output`.
    ///
    /// # Errors
    ///
    /// The engine lacks something in one of its sides.
    pub(super) fn set_operation(
        &mut self,
        operation: &SetOperation,
        domain: Option<&Domain>,
        output: RelationId,
    ) -> Result<LogicalPlan, EngineError> {
        if operation.operator == SetOperator::Union {
            let sides = branches(operation).into_iter();
            let plans = sides.map(|side| self.side(side, &operation.types, domain, output));
            let plan = union(plans.collect::<Result<_, _>>()?)?;
            return if operation.all { Ok(plan) } else { self.distinct(plan, &operation.types, domain, output) };
        }
        let left = self.side(&operation.left, &operation.types, domain, output)?;
        let other = self.relation();
        let right = self.side(&operation.right, &operation.types, domain, other)?;
        let [key, number, other_key, times] = [(); 4].map(|()| self.column());
        let ours = row_key(domain, output, &operation.types);
        let theirs = row_key(domain, other, &operation.types);
        let left = extend(left, vec![named(ours, key)])?;
        let (left, counted) = self.numbered(left, &[plan_column(key)], &[], Numbering::RowNumber)?;
        let left = extend(left, vec![named(plan_column(counted), number)])?;
        let left = if operation.all { left } else { filter(left, plan_column(number).eq(lit(1_i64)))? };
        let right = project(right, vec![named(theirs, other_key)])?;
        let count = named(call(Call::count_rows(), Vec::new(), None)?, times);
        let right = AggregatePlan::try_new(Arc::new(right), vec![plan_column(other_key)], vec![count]);
        let right = LogicalPlan::Aggregate(right.map_err(engine_error)?);
        let matches = plan_column(key).eq(plan_column(other_key));
        let plan = joined(left, right, JoinType::Left, Some(matches))?;
        let covered = plan_column(number).lt_eq(plan_column(times));
        let missing = plan_column(times).is_null();
        let kept = match (operation.operator, operation.all) {
            (SetOperator::Intersect, _) => covered,
            (SetOperator::Except, false) => missing,
            (_, _) => missing.or(plan_column(number).gt(plan_column(times))),
        };
        project(filter(plan, kept)?, outputs(domain, output, operation.types.len()))
    }

    /// One side, its columns in the types of the whole.
    fn side(
        &mut self,
        query: &Query,
        types: &[Type],
        domain: Option<&Domain>,
        output: RelationId,
    ) -> Result<LogicalPlan, EngineError> {
        let side = self.relation();
        let plan = self.query(query, domain, side, false)?;
        let mut columns: Vec<Plan> = domain.iter().map(|domain| plan_column(domain.number)).collect();
        for (at, (column, ty)) in query.columns.iter().zip(types).enumerate() {
            let item = bound_column(ColumnRef { relation: side, column: at }, &column.ty, query.span);
            columns.push(named(lowered(&coerced(item, ty))?, ColumnRef { relation: output, column: at }));
        }
        project(plan, columns)
    }

    /// Keeps one of several rows whose columns are not distinct.
    ///
    /// # Errors
    ///
    /// None in practice: the plan's columns are there.
    pub(super) fn distinct(
        &mut self,
        plan: LogicalPlan,
        types: &[Type],
        domain: Option<&Domain>,
        output: RelationId,
    ) -> Result<LogicalPlan, EngineError> {
        let columns = outputs(domain, output, types.len());
        if types.iter().all(super::key::equal_as_stored) {
            let distinct = AggregatePlan::try_new(Arc::new(project(plan, columns.clone())?), columns, Vec::new());
            return distinct.map(LogicalPlan::Aggregate).map_err(engine_error);
        }
        let key = self.column();
        let plan = extend(plan, vec![named(row_key(domain, output, types), key)])?;
        let (plan, number) = self.numbered(plan, &[plan_column(key)], &[], Numbering::RowNumber)?;
        project(filter(plan, plan_column(number).eq(lit(1_i64)))?, columns)
    }
}

/// The branches of a union, those of unions inside it included where that changes nothing: a statement
/// that reads many partitions is one union of many branches, not a deep pile of unions of two.
fn branches(operation: &SetOperation) -> Vec<&Query> {
    let mut branches = Vec::new();
    let mut waiting = vec![&operation.right, &operation.left];
    while let Some(query) = waiting.pop() {
        let plain = query.order_by.is_empty() && query.limit.is_none() && query.offset.is_none();
        match &query.body {
            Body::SetOperation(inner)
                if plain
                    && inner.operator == SetOperator::Union
                    && inner.types == operation.types
                    && (inner.all || !operation.all) =>
            {
                waiting.extend([&inner.right, &inner.left]);
            }
            _ => branches.push(query),
        }
    }
    branches
}

/// One key over all columns of a row, and the number of the outer row it belongs to.
fn row_key(domain: Option<&Domain>, output: RelationId, types: &[Type]) -> Plan {
    let mut parts: Vec<(Plan, Type)> = vec![(lit(0_i64), Type::BigInt)];
    parts.extend(domain.map(|domain| (plan_column(domain.number), Type::BigInt)));
    let column = |at| plan_column(ColumnRef { relation: output, column: at });
    parts.extend(types.iter().enumerate().map(|(at, ty)| (column(at), ty.clone())));
    key_of(parts, Purpose::Group)
}
