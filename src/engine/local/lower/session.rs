//! DataFusion's session, with only those rules that move or prune and never change what is computed.
//!
//! No analyzer rule runs (the binder has typed everything), no rule folds constants or simplifies
//! (folding would raise the errors of expressions that are never reached), none decorrelates (done by
//! lowering). The physical rules that move filters and projections are left out too: they would take
//! an expression that may fail below the filter that guards it.

use std::sync::Arc;

use datafusion::execution::SendableRecordBatchStream;
use datafusion::execution::context::{SessionConfig, SessionContext};
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::logical_expr::LogicalPlan;
use datafusion::optimizer::OptimizerRule;
use datafusion::optimizer::eliminate_cross_join::EliminateCrossJoin;
use datafusion::optimizer::eliminate_limit::EliminateLimit;
use datafusion::optimizer::extract_equijoin_predicate::ExtractEquijoinPredicate;
use datafusion::optimizer::optimize_projections::OptimizeProjections;
use datafusion::optimizer::push_down_filter::PushDownFilter;
use datafusion::optimizer::push_down_limit::PushDownLimit;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_optimizer::combine_partial_final_agg::CombinePartialFinalAggregate;
use datafusion::physical_optimizer::ensure_coop::EnsureCooperative;
use datafusion::physical_optimizer::ensure_requirements::EnsureRequirements;
use datafusion::physical_optimizer::join_selection::JoinSelection;
use datafusion::physical_optimizer::limit_pushdown::LimitPushdown;
use datafusion::physical_optimizer::output_requirements::OutputRequirements;
use datafusion::physical_optimizer::sanity_checker::SanityCheckPlan;
use datafusion::physical_plan::execute_stream;
use futures::StreamExt as _;

use super::super::arrow::to_value;
use super::engine_error;
use super::hand_down::HandDownKeys;
use crate::constant::Value;
use crate::engine::EngineError;
use crate::types::Type;

/// A session that runs lowered plans, each spread over so many threads.
pub(crate) fn context(threads: usize) -> SessionContext {
    let mut config = SessionConfig::new().with_target_partitions(threads);
    // Spreading batches over cores in turn would lose the order of rows within a partition, on which
    // users of array_agg without ORDER BY like to rely.
    config.options_mut().optimizer.enable_round_robin_repartition = false;
    let logical: Vec<Arc<dyn OptimizerRule + Send + Sync>> = vec![
        Arc::new(ExtractEquijoinPredicate::new()),
        Arc::new(EliminateCrossJoin::new()),
        Arc::new(PushDownLimit::new()),
        // Behind it, since limits over limits come to nothing there: DataFusion cannot sort for no rows.
        Arc::new(EliminateLimit::new()),
        Arc::new(PushDownFilter::new()),
        Arc::new(OptimizeProjections::new()),
    ];
    let physical: Vec<Arc<dyn PhysicalOptimizerRule + Send + Sync>> = vec![
        Arc::new(OutputRequirements::new_add_mode()),
        Arc::new(JoinSelection::new()),
        Arc::new(EnsureRequirements::new()),
        Arc::new(CombinePartialFinalAggregate::new()),
        Arc::new(OutputRequirements::new_remove_mode()),
        Arc::new(LimitPushdown::new()),
        Arc::new(EnsureCooperative::new()),
        Arc::new(HandDownKeys),
        Arc::new(SanityCheckPlan::new()),
    ];
    let state = SessionStateBuilder::new()
        .with_config(config)
        .with_analyzer_rules(Vec::new())
        .with_optimizer_rules(logical)
        .with_physical_optimizer_rules(physical)
        .build();
    SessionContext::new_with_state(state)
}

/// Runs a lowered plan.
///
/// # Errors
///
/// Planning it failed, or reading a part of it that is needed before the rest.
pub(crate) async fn stream(
    context: &SessionContext,
    plan: &LogicalPlan,
) -> Result<SendableRecordBatchStream, EngineError> {
    let physical = context.state().create_physical_plan(plan).await.map_err(engine_error)?;
    execute_stream(physical, context.task_ctx()).map_err(engine_error)
}

/// Runs a lowered plan and collects its rows, with values of these types.
///
/// # Errors
///
/// Planning, reading or evaluating failed.
pub(crate) async fn rows(
    context: &SessionContext,
    plan: &LogicalPlan,
    types: &[Type],
) -> Result<Vec<Vec<Value>>, EngineError> {
    let mut batches = stream(context, plan).await?;
    let mut rows = Vec::new();
    while let Some(batch) = batches.next().await {
        let batch = batch.map_err(engine_error)?;
        rows.extend((0..batch.num_rows()).map(|row| {
            batch.columns().iter().zip(types).map(|(column, ty)| to_value(column, row, ty)).collect::<Vec<Value>>()
        }));
    }
    Ok(rows)
}
