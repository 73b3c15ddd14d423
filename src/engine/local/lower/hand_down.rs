//! Hands the keys that a hash join finds on its build side down to the scans of its probe side.
//!
//! ```text
//! before:  HashJoin(build.k = probe.c)        after:  HashJoin, which says what keys it has
//!            build                                      build
//!            Filter, Projection, Union                  Filter, Projection, Union
//!              Scan                                       Scan, which looks for those keys
//! ```
//!
//! A scan may pass over a record that no build row can match, since the join would drop it; so only joins that drop
//! unmatched probe rows hand anything down, and only through nodes that neither count, order nor cut off rows.
//!
//! DataFusion's own rule (`FilterPushdown`) finds columns by their names, which are not unique in these plans: a field
//! `c0` of another relation would be taken for the key. This rule goes by position. It runs last, when no rule exchanges
//! a join's sides any more.

use std::sync::Arc;

use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{JoinType, NullEquality, Result};
use datafusion::physical_expr::expressions::{Column, DynamicFilterPhysicalExpr, lit};
use datafusion::physical_expr::{PhysicalExpr, ScalarFunctionExpr};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::coalesce_partitions::CoalescePartitionsExec;
use datafusion::physical_plan::coop::CooperativeExec;
use datafusion::physical_plan::filter::FilterExec;
use datafusion::physical_plan::joins::{HashJoinExec, PartitionMode};
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::union::UnionExec;
use datafusion::physical_plan::{ExecutionPlan, replace_children_if_necessary};

use super::super::scan::{Demand, ScanExec};
use super::field::field_position;

/// See the module.
#[derive(Debug)]
pub(super) struct HandDownKeys;

impl PhysicalOptimizerRule for HandDownKeys {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_up(|node| {
            let Some(join) = node.downcast_ref::<HashJoinExec>() else { return Ok(Transformed::no(node)) };
            Ok(match with_demands(join)? {
                Some(join) => Transformed::yes(join),
                None => Transformed::no(node),
            })
        })
        .map(|plan| plan.data)
    }

    fn name(&self) -> &str {
        "hand_down_keys"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// The join whose probe side listens to it; none if no scan there can.
fn with_demands(join: &HashJoinExec) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    let drops_unmatched =
        matches!(join.join_type(), JoinType::Inner | JoinType::Left | JoinType::LeftSemi | JoinType::RightSemi);
    let one_build = *join.partition_mode() == PartitionMode::CollectLeft;
    if !drops_unmatched || !one_build || join.null_equality() != NullEquality::NullEqualsNothing {
        return Ok(None);
    }
    let keys: Vec<_> = join.on().iter().map(|(_, probe)| Arc::clone(probe)).collect();
    let filter = Arc::new(DynamicFilterPhysicalExpr::new(keys.clone(), lit(true)));
    let mut probe = Arc::clone(join.right());
    let mut listens = false;
    for (key, expr) in keys.iter().enumerate() {
        let demand = Demand { filter: Arc::clone(&filter), key, keys: keys.len() };
        if let Some(path) = Path::of(expr)
            && let Some(listening) = hand_down(&probe, path, &demand)?
        {
            (probe, listens) = (listening, true);
        }
    }
    if !listens {
        return Ok(None);
    }
    let children = vec![Arc::clone(join.left()), probe];
    let join = join.builder().with_new_children(children)?.build()?.with_dynamic_filter_expr(filter)?;
    Ok(Some(Arc::new(join)))
}

/// Where a value stands in a row: a column, and the positions of fields inside it.
#[derive(Debug, Clone)]
struct Path {
    column: usize,
    fields: Vec<usize>,
}

impl Path {
    /// What an expression takes out of a row, if it does no more than that.
    fn of(expr: &Arc<dyn PhysicalExpr>) -> Option<Self> {
        if let Some(column) = expr.downcast_ref::<Column>() {
            return Some(Self { column: column.index(), fields: Vec::new() });
        }
        let call = expr.downcast_ref::<ScalarFunctionExpr>()?;
        let position = field_position(call.fun())?;
        let [row] = call.args() else { return None };
        let mut path = Self::of(row)?;
        path.fields.push(position);
        Some(path)
    }

    /// The same place below a projection.
    fn below(&self, projection: &ProjectionExec) -> Option<Self> {
        let mut path = Self::of(&projection.expr().get(self.column)?.expr)?;
        path.fields.extend(&self.fields);
        Some(path)
    }
}

/// The plan in which at least one scan listens; none if no scan can.
fn hand_down(node: &Arc<dyn ExecutionPlan>, path: Path, demand: &Demand) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    if node.fetch().is_some() {
        return Ok(None);
    }
    if let Some(scan) = node.downcast_ref::<ScanExec>() {
        let scan = scan.demanding(path.column, &path.fields, demand.clone())?;
        return Ok(scan.map(|scan| Arc::new(scan) as _));
    }
    let below = if let Some(projection) = node.downcast_ref::<ProjectionExec>() {
        path.below(projection)
    } else if let Some(filter) = node.downcast_ref::<FilterExec>() {
        filter.projection().is_none().then_some(path)
    } else {
        let passes = node.is::<UnionExec>() || node.is::<CoalescePartitionsExec>() || node.is::<CooperativeExec>();
        passes.then_some(path)
    };
    let Some(below) = below else { return Ok(None) };
    let mut listens = false;
    let mut children = Vec::new();
    for child in node.children() {
        let listening = hand_down(child, below.clone(), demand)?;
        listens |= listening.is_some();
        children.push(listening.unwrap_or_else(|| Arc::clone(child)));
    }
    if !listens {
        return Ok(None);
    }

    replace_children_if_necessary(Arc::clone(node), children).map(Some)
}
