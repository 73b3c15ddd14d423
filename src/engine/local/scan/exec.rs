//! A scan in DataFusion's physical plan: streams of files, how much they may yield, and what joins demand of them.

use std::fmt;
use std::sync::Arc;

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::stats::Precision;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Result, Statistics};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_plan::statistics::StatisticsArgs;
use datafusion::physical_plan::streaming::StreamingTableExec;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties, ReplaceChildrenOptions};

use super::demand::Demand;
use super::stream::{FileTask, FilesStream, ScanPlan};

/// Stored bytes for each row of a table, about: joins read the smaller side first, and nothing else depends on it.
const BYTES_PER_ROW: usize = 100;

/// Reads a table's files, spread over threads.
#[derive(Clone)]
pub struct ScanExec {
    plan: Arc<ScanPlan>,
    shares: Arc<[Arc<[FileTask]>]>,
    demands: Arc<[Demand]>,
    streams: StreamingTableExec,
}

impl ScanExec {
    /// A scan of these files, one list a thread.
    ///
    /// # Errors
    ///
    /// DataFusion refuses it.
    pub fn new(plan: Arc<ScanPlan>, shares: Vec<Vec<FileTask>>) -> Result<Self> {
        let shares: Arc<[Arc<[FileTask]>]> = shares.into_iter().map(Into::into).collect();
        let demands: Arc<[Demand]> = Arc::from([]);
        let streams = streams(&plan, &shares, &demands)?;
        Ok(Self { plan, shares, demands, streams })
    }

    /// The same scan where a join demands values of a column, or of a field of it; none if that says nothing of the
    /// bytes of its records.
    ///
    /// # Errors
    ///
    /// DataFusion refuses the new scan.
    pub fn demanding(&self, column: usize, fields: &[usize], demand: Demand) -> Result<Option<Self>> {
        if self.fetch().is_some() || !self.plan.is_searchable(column, fields) {
            return Ok(None);
        }
        let demands: Arc<[Demand]> = self.demands.iter().cloned().chain([demand]).collect();
        let streams = streams(&self.plan, &self.shares, &demands)?;
        Ok(Some(Self { plan: self.plan.clone(), shares: self.shares.clone(), demands, streams }))
    }
}

fn streams(
    plan: &Arc<ScanPlan>,
    shares: &Arc<[Arc<[FileTask]>]>,
    demands: &Arc<[Demand]>,
) -> Result<StreamingTableExec> {
    let stream = |files: &Arc<[FileTask]>| {
        Arc::new(FilesStream { plan: plan.clone(), files: files.clone(), demands: demands.clone() }) as _
    };
    StreamingTableExec::try_new(plan.schema.clone(), shares.iter().map(stream).collect(), None, None, false, None)
}

impl fmt::Debug for ScanExec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ScanExec({} streams, {} demands)", self.shares.len(), self.demands.len())
    }
}

impl DisplayAs for ScanExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl ExecutionPlan for ScanExec {
    fn name(&self) -> &'static str {
        "ScanExec"
    }

    fn schema(&self) -> SchemaRef {
        self.plan.schema.clone()
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.streams.properties()
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        Vec::new()
    }

    fn apply_expressions(
        &self,
        f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        // A join computes what it demands only for those who say that they listen.
        for demand in self.demands.iter() {
            let expr: Arc<dyn PhysicalExpr> = demand.filter.clone();
            if f(&expr)? == TreeNodeRecursion::Stop {
                return Ok(TreeNodeRecursion::Stop);
            }
        }
        Ok(TreeNodeRecursion::Continue)
    }

    fn replace_children(
        self: Arc<Self>,
        _children: Vec<Arc<dyn ExecutionPlan>>,
        _options: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(self)
    }

    fn with_new_children(self: Arc<Self>, _children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(self)
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        self.streams.execute(partition, context)
    }

    fn statistics_from_inputs(&self, _inputs: &[Arc<Statistics>], asked: &StatisticsArgs) -> Result<Arc<Statistics>> {
        let shares = self.shares.iter().enumerate();
        let shares = shares.filter(|(at, _)| asked.partition().is_none_or(|partition| partition == *at));
        let files = shares.flat_map(|(_, share)| share.iter());
        let bytes = files.map(|task| task.file.size).sum::<u64>();
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        let mut statistics = Statistics::new_unknown(&self.plan.schema);
        statistics.total_byte_size = Precision::Inexact(bytes);
        statistics.num_rows = Precision::Inexact(bytes.div_ceil(BYTES_PER_ROW));
        Ok(Arc::new(statistics))
    }

    fn fetch(&self) -> Option<usize> {
        self.streams.fetch()
    }

    fn with_fetch(&self, limit: Option<usize>) -> Option<Arc<dyn ExecutionPlan>> {
        let limited = self.streams.with_fetch(limit)?;
        let streams = limited.downcast_ref::<StreamingTableExec>()?.clone();
        Some(Arc::new(Self { streams, ..self.clone() }))
    }
}
