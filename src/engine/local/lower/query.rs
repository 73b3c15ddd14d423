//! Queries: what yields the rows, then their order and their number.
//!
//! A correlated query is lowered together with its domain: a plan that yields the outer rows, each
//! with a number. Every plan inside then holds, for each outer row, the rows that the query yields
//! for it: what groups, numbers or removes duplicates does so per outer row.

use std::sync::Arc;

use datafusion::logical_expr::{EmptyRelation, Expr as Plan, LogicalPlan, LogicalPlanBuilder, Union};

use super::name::{all, plan_column, project};
use super::walk::Columns as _;
use super::{Lowering, engine_error, unsupported};
use crate::bind::expr::{CastMode, ColumnRef, Expr, ExprKind};
use crate::bind::query::{Body, Query, RelationId, SortKey, SortTarget};
use crate::engine::EngineError;
use crate::types::Type;

/// The outer rows that a correlated query is lowered for.
#[derive(Clone)]
pub(super) struct Domain {
    /// Yields the number and the outer columns that the query uses.
    pub(super) plan: LogicalPlan,
    /// The column that numbers the outer rows.
    pub(super) number: ColumnRef,
}

impl Lowering<'_> {
    /// Lowers a query; its columns become those of the relation `output`. With a domain, the plan
    /// also yields the domain's number. Rows come in the order that ORDER BY says if `ordered`.
    ///
    /// # Errors
    ///
    /// The engine lacks something in the query.
    pub(super) fn query(
        &mut self,
        query: &Query,
        domain: Option<&Domain>,
        output: RelationId,
        ordered: bool,
    ) -> Result<LogicalPlan, EngineError> {
        if let Some(domain) = domain
            && query.free().is_empty()
        {
            let plan = self.query(query, None, output, false)?;
            let numbers = project(domain.plan.clone(), vec![plan_column(domain.number)])?;
            return cross(numbers, plan);
        }
        let limited = query.limit.is_some() || query.offset.is_some();
        if !limited && (!ordered || query.order_by.is_empty()) {
            return self.body(&query.body, &[], output, domain, output);
        }
        let keys = self.relation();
        let plan = self.body(&query.body, &query.order_by, keys, domain, output)?;
        let plan = if domain.is_some() || query.with_ties {
            self.limit_numbered(plan, query, keys, domain)?
        } else {
            self.sort_and_limit(plan, query, keys)?
        };
        project(plan, outputs(domain, output, query.columns.len()))
    }

    /// Lowers what yields the rows; the columns of the relation `keys` are what `order_by` sorts by.
    fn body(
        &mut self,
        body: &Body,
        order_by: &[SortKey],
        keys: RelationId,
        domain: Option<&Domain>,
        output: RelationId,
    ) -> Result<LogicalPlan, EngineError> {
        match body {
            Body::Block(block) => self.block(block, order_by, keys, domain, output),
            Body::Query(query) => {
                let plan = self.query(query, domain, output, false)?;
                add_output_keys(plan, order_by, keys, output, &column_types(query))
            }
            Body::SetOperation(operation) => {
                let plan = self.set_operation(operation, domain, output)?;
                add_output_keys(plan, order_by, keys, output, &operation.types)
            }
            Body::Values(rows) => {
                let plan = self.values(rows, domain, output)?;
                let types: Vec<Type> =
                    rows.first().map(|row| row.iter().map(|item| item.ty.clone()).collect()).unwrap_or_default();
                add_output_keys(plan, order_by, keys, output, &types)
            }
            Body::Foreach(foreach) => Err(unsupported("FOREACH (it is compiled to plain queries first)", foreach.span)),
        }
    }
}

/// One row without columns, or the domain's rows.
pub(super) fn base(domain: Option<&Domain>) -> LogicalPlan {
    match domain {
        Some(domain) => domain.plan.clone(),
        None => {
            let schema = Arc::new(datafusion::common::DFSchema::empty());
            LogicalPlan::EmptyRelation(EmptyRelation { produce_one_row: true, schema })
        }
    }
}

/// The columns that a lowered query yields.
pub(super) fn outputs(domain: Option<&Domain>, output: RelationId, width: usize) -> Vec<Plan> {
    let number = domain.iter().map(|domain| plan_column(domain.number));
    number.chain((0..width).map(|column| plan_column(ColumnRef { relation: output, column }))).collect()
}

/// The types of a query's columns.
pub(super) fn column_types(query: &Query) -> Vec<Type> {
    query.columns.iter().map(|column| column.ty.clone()).collect()
}

/// The bag of all rows of plans with the same columns.
pub(super) fn union(mut plans: Vec<LogicalPlan>) -> Result<LogicalPlan, EngineError> {
    if plans.len() == 1 {
        return Ok(plans.remove(0));
    }
    let names = plans.first().map(|plan| plan.schema().columns()).unwrap_or_default();
    // DataFusion matches a union's columns by name without relation: inside it each has a name of its own.
    let mut inputs = Vec::with_capacity(plans.len());
    for plan in plans {
        let columns = all(&plan).into_iter().enumerate().map(|(at, column)| column.alias(format!("u{at}")));
        let columns = columns.collect();
        inputs.push(Arc::new(project(plan, columns)?));
    }
    let union = LogicalPlan::Union(Union::try_new(inputs).map_err(engine_error)?);
    let columns = all(&union).into_iter().zip(names);
    let columns = columns.map(|(column, name)| column.alias_qualified(name.relation, name.name)).collect();
    project(union, columns)
}

/// Every row of one with every row of the other.
pub(super) fn cross(left: LogicalPlan, right: LogicalPlan) -> Result<LogicalPlan, EngineError> {
    LogicalPlanBuilder::from(left).cross_join(right).and_then(LogicalPlanBuilder::build).map_err(engine_error)
}

/// An expression in a wider type of its own: the binder's implicit coercion where it left that to us.
pub(super) fn coerced(expr: Expr, ty: &Type) -> Expr {
    if expr.ty == *ty {
        return expr;
    }
    let span = expr.span;
    Expr { kind: ExprKind::Cast(Box::new(expr), CastMode::Implicit), ty: ty.clone(), span }
}

/// Adds what `order_by` sorts by to a plan whose output columns are there.
pub(super) fn add_output_keys(
    plan: LogicalPlan,
    order_by: &[SortKey],
    keys: RelationId,
    output: RelationId,
    types: &[Type],
) -> Result<LogicalPlan, EngineError> {
    let mut more = Vec::with_capacity(order_by.len());
    for (at, key) in order_by.iter().enumerate() {
        let SortTarget::Output(column) = &key.target else {
            unreachable!("only a block's ORDER BY may use more than its output")
        };
        let expr = plan_column(ColumnRef { relation: output, column: *column });
        more.push(super::limit::sort_column(expr, &types[*column], key, ColumnRef { relation: keys, column: at }));
    }
    super::name::extend(plan, more)
}
