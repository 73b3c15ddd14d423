//! A plan that several places read and that runs once, its rows numbered.
//!
//! Unnesting needs the outer rows twice: to carry their values into the inner query, and to join what
//! came out back to them. The rows are kept in memory when DataFusion first asks for them.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::array::{ArrayRef, Int64Array, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::Result;
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::datasource::provider_as_source;
use datafusion::logical_expr::{Expr as Plan, LogicalPlan, LogicalPlanBuilder, TableType};
use datafusion::physical_plan::{ExecutionPlan, collect_partitioned};
use tokio::sync::OnceCell;

use super::name::{column, named, plan_column, project};
use super::{Lowering, engine_error};
use crate::bind::expr::ColumnRef;
use crate::engine::EngineError;

/// A plan whose rows are numbered and kept.
pub(super) struct Shared {
    /// Reads all of its columns, and the number.
    pub(super) plan: LogicalPlan,
    /// The column that numbers the rows.
    pub(super) number: ColumnRef,
}

impl Lowering<'_> {
    /// Makes a plan one that may be read several times. Columns that the query mentions nowhere are
    /// dropped.
    ///
    /// # Errors
    ///
    /// None in practice: the plan's columns are there.
    pub(super) fn shared(&mut self, plan: LogicalPlan) -> Result<Shared, EngineError> {
        let kept: Vec<Plan> =
            plan.schema().columns().into_iter().filter(|name| self.is_needed(name)).map(Plan::Column).collect();
        let plan = project(plan, kept)?;
        let names = plan.schema().columns();
        let mut fields: Vec<Field> = plan
            .schema()
            .fields()
            .iter()
            .enumerate()
            .map(|(at, field)| Field::new(format!("c{at}"), field.data_type().clone(), true))
            .collect();
        fields.push(Field::new(format!("c{}", fields.len()), DataType::Int64, true));
        let provider = SharedRows { plan, schema: Arc::new(Schema::new(fields)), partitions: OnceCell::new() };
        let source = provider_as_source(Arc::new(provider));
        let stored = self.relation();
        let number = self.column();
        let scan = LogicalPlanBuilder::scan(super::name::qualifier(stored), source, None)
            .and_then(LogicalPlanBuilder::build)
            .map_err(engine_error)?;
        let at = |column| plan_column(ColumnRef { relation: stored, column });
        let mut columns: Vec<Plan> = names
            .iter()
            .enumerate()
            .map(|(position, name)| at(position).alias_qualified(name.relation.clone(), name.name.clone()))
            .collect();
        columns.push(named(at(names.len()), number));
        Ok(Shared { plan: project(scan, columns)?, number })
    }

    /// Whether a column of a plan was made by lowering, or is mentioned by the query.
    fn is_needed(&self, name: &datafusion::common::Column) -> bool {
        let number = |text: &str| text.get(1..).and_then(|digits| digits.parse::<usize>().ok());
        let relation = name.relation.as_ref().and_then(|relation| number(relation.table()));
        match relation {
            Some(relation) if relation < super::name::FIRST_SYNTHETIC => {
                self.mentioned.iter().any(|reference| column(*reference) == *name)
            }
            _ => true,
        }
    }
}

#[derive(Debug)]
struct SharedRows {
    plan: LogicalPlan,
    schema: SchemaRef,
    partitions: OnceCell<Vec<Vec<RecordBatch>>>,
}

impl SharedRows {
    /// Runs the plan and numbers its rows.
    async fn run(&self, state: &dyn Session) -> Result<Vec<Vec<RecordBatch>>> {
        let physical = state.create_physical_plan(&self.plan).await?;
        let partitions = collect_partitioned(physical, state.task_ctx()).await?;
        let mut next = 0;
        let mut numbered = Vec::with_capacity(partitions.len());
        for batches in partitions {
            let mut partition = Vec::with_capacity(batches.len());
            for batch in batches {
                let rows = i64::try_from(batch.num_rows()).expect("a batch has fewer than 2^63 rows");
                let mut columns = batch.columns().to_vec();
                columns.push(Arc::new(Int64Array::from_iter_values(next..next + rows)) as ArrayRef);
                next += rows;
                partition.push(RecordBatch::try_new(Arc::clone(&self.schema), columns)?);
            }
            numbered.push(partition);
        }
        Ok(numbered)
    }
}

#[async_trait]
impl TableProvider for SharedRows {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Temporary
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _: &[Plan],
        _: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let partitions = self.partitions.get_or_try_init(|| self.run(state)).await?;
        Ok(MemorySourceConfig::try_new_exec(partitions, self.schema(), projection.cloned())?)
    }
}
