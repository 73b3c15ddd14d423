//! `VALUES`: constants become a table in memory at once, for lists of indicators are long.

use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::Schema;
use datafusion::datasource::{MemTable, provider_as_source};
use datafusion::logical_expr::{Expr as Plan, LogicalPlan, LogicalPlanBuilder};

use super::super::arrow::{from_values, positional_fields};
use super::expression::{constant, lowered};
use super::name::{named, plan_column, project, qualifier};
use super::query::{Domain, base, cross, union};
use super::walk::Columns as _;
use super::{Lowering, engine_error};
use crate::bind::expr::{ColumnRef, Expr};
use crate::bind::query::RelationId;
use crate::constant::Value;
use crate::engine::EngineError;

impl Lowering<'_> {
    /// Lowers `VALUES`; its columns become those of `output`.
    ///
    /// # Errors
    ///
    /// The engine lacks something in an expression, or a constant one fails.
    pub(super) fn values(
        &mut self,
        rows: &[Vec<Expr>],
        domain: Option<&Domain>,
        output: RelationId,
    ) -> Result<LogicalPlan, EngineError> {
        let asks = |item: &Expr| item.any(&mut |part| part.query().is_some());
        let constant = rows.iter().all(|row| row.as_slice().free().is_empty() && !row.iter().any(asks));
        if !constant {
            return self.computed_values(rows, domain, output);
        }
        let plan = constant_values(rows, output)?;
        let Some(domain) = domain else { return Ok(plan) };
        cross(project(domain.plan.clone(), vec![plan_column(domain.number)])?, plan)
    }

    /// One projection of the domain's rows, or of a single row, for each row of values.
    fn computed_values(
        &mut self,
        rows: &[Vec<Expr>],
        domain: Option<&Domain>,
        output: RelationId,
    ) -> Result<LogicalPlan, EngineError> {
        let mut plans = Vec::with_capacity(rows.len());
        for row in rows {
            let mut plan = base(domain);
            let mut items = Vec::with_capacity(row.len());
            for item in row {
                let (attached, item) = self.attach_all(plan, item)?;
                plan = attached;
                items.push(item);
            }
            let mut columns: Vec<Plan> = domain.iter().map(|domain| plan_column(domain.number)).collect();
            for (column, item) in items.iter().enumerate() {
                columns.push(named(lowered(item)?, ColumnRef { relation: output, column }));
            }
            plans.push(project(plan, columns)?);
        }
        union(plans)
    }
}

/// A table in memory.
fn constant_values(rows: &[Vec<Expr>], output: RelationId) -> Result<LogicalPlan, EngineError> {
    let first = rows.first().map(Vec::as_slice).unwrap_or_default();
    let mut arrays = Vec::with_capacity(first.len());
    for (at, item) in first.iter().enumerate() {
        let values: Vec<Value> = rows.iter().map(|row| constant(&row[at])).collect::<Result<_, _>>()?;
        arrays.push(from_values(&values, &item.ty)?);
    }
    let schema = Arc::new(Schema::new(positional_fields(first.iter().map(|item| &item.ty))?));
    let batch = RecordBatch::try_new(Arc::clone(&schema), arrays).map_err(|error| engine_error(error.into()))?;
    let table = MemTable::try_new(schema, vec![vec![batch]]).map_err(engine_error)?;
    LogicalPlanBuilder::scan(qualifier(output), provider_as_source(Arc::new(table)), None)
        .and_then(LogicalPlanBuilder::build)
        .map_err(engine_error)
}
