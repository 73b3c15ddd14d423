//! What window functions compute over one sorted partition.

use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::compute::partition;
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::Result;
use datafusion::logical_expr::function::{PartitionEvaluatorArgs, WindowUDFFieldArgs};
use datafusion::logical_expr::{PartitionEvaluator, Signature, TypeSignature, Volatility, WindowUDFImpl};

use super::super::arrow::{from_values, physical_type, to_value};
use super::accumulate::Call;
use super::frame::{Frame, Partition};
use super::{carried, raised};
use crate::constant::{EvalError, Value};
use crate::engine::EngineError;
use crate::types::Type;

/// How rows are numbered where lowering itself needs numbers.
#[derive(Debug, Clone, Copy)]
pub(super) enum Numbering {
    /// 1, 2, 3, ….
    RowNumber,
    /// Peers have the number of their first.
    Rank,
}

/// A window function.
#[derive(Debug, Clone)]
pub(super) enum WindowKind {
    RowNumber,
    Rank,
    DenseRank,
    PercentRank,
    CumeDist,
    Ntile,
    /// `lag` and `lead`; true stands for `lead`.
    Shifted {
        lead: bool,
        ignore_nulls: bool,
    },
    /// `first_value`, `last_value` and `nth_value`.
    Pick {
        which: Pick,
        ignore_nulls: bool,
    },
    Aggregate(Call),
}

/// Which value of the frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Pick {
    First,
    Last,
    Nth,
}

impl From<Numbering> for WindowKind {
    fn from(numbering: Numbering) -> WindowKind {
        match numbering {
            Numbering::RowNumber => WindowKind::RowNumber,
            Numbering::Rank => WindowKind::Rank,
        }
    }
}

impl WindowKind {
    /// The function of a name, if the engine has it.
    pub(super) fn of(name: &str, ignore_nulls: bool) -> Option<WindowKind> {
        Some(match name {
            "row_number" => WindowKind::RowNumber,
            "rank" => WindowKind::Rank,
            "dense_rank" => WindowKind::DenseRank,
            "percent_rank" => WindowKind::PercentRank,
            "cume_dist" => WindowKind::CumeDist,
            "ntile" => WindowKind::Ntile,
            "lag" => WindowKind::Shifted { lead: false, ignore_nulls },
            "lead" => WindowKind::Shifted { lead: true, ignore_nulls },
            "first_value" => WindowKind::Pick { which: Pick::First, ignore_nulls },
            "last_value" => WindowKind::Pick { which: Pick::Last, ignore_nulls },
            "nth_value" => WindowKind::Pick { which: Pick::Nth, ignore_nulls },
            _ => return None,
        })
    }
}

/// What the arguments of a call are, by position: operands first.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    /// Their types; those of sort keys are not looked at.
    pub(super) types: Vec<Type>,
    /// How many are the function's operands.
    pub(super) operands: usize,
    /// Which are the columns that the partition is sorted by.
    pub(super) peers: Range<usize>,
}

/// A window call, as DataFusion sees it: given a whole partition at once.
#[derive(Debug)]
pub(super) struct OverPartition {
    /// Tells it from every other.
    number: usize,
    call: Arc<WindowCall>,
    physical: DataType,
    signature: Signature,
}

#[derive(Debug)]
struct WindowCall {
    kind: WindowKind,
    layout: Layout,
    frame: Frame,
    result: Type,
}

impl OverPartition {
    /// A call.
    ///
    /// # Errors
    ///
    /// The engine cannot hold values of the result's type.
    pub(super) fn new(kind: WindowKind, layout: Layout, frame: Frame, result: &Type) -> Result<Self, EngineError> {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let signature =
            Signature::one_of(vec![TypeSignature::VariadicAny, TypeSignature::Nullary], Volatility::Immutable);
        Ok(OverPartition {
            number: NUMBER.fetch_add(1, Ordering::Relaxed),
            physical: physical_type(result)?,
            call: Arc::new(WindowCall { kind, layout, frame, result: result.clone() }),
            signature,
        })
    }
}

impl PartialEq for OverPartition {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for OverPartition {}

impl Hash for OverPartition {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}

impl WindowUDFImpl for OverPartition {
    fn name(&self) -> &str {
        "over_partition"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn partition_evaluator(&self, _: PartitionEvaluatorArgs) -> Result<Box<dyn PartitionEvaluator>> {
        Ok(Box::new(Evaluator(Arc::clone(&self.call))))
    }

    fn field(&self, call: WindowUDFFieldArgs) -> Result<FieldRef> {
        Ok(Arc::new(Field::new(call.name(), self.physical.clone(), true)))
    }
}

#[derive(Debug)]
struct Evaluator(Arc<WindowCall>);

impl PartitionEvaluator for Evaluator {
    fn evaluate_all(&mut self, arguments: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
        let call = &self.0;
        let values = call.evaluate(arguments, rows)?.map_err(|error| raised(&error))?;
        from_values(&values, &call.result).map_err(carried)
    }
}

impl WindowCall {
    /// The results over a partition; the inner error is Trino's.
    fn evaluate(&self, arguments: &[ArrayRef], rows: usize) -> Result<Result<Vec<Value>, EvalError>> {
        let columns = &arguments[self.layout.peers.clone()];
        let peers = match rows {
            0 => Vec::new(),
            _ if columns.is_empty() => std::iter::once(0..rows).collect(),
            _ => partition(columns)?.ranges(),
        };
        let mut group = Vec::with_capacity(rows);
        for (at, peers) in peers.iter().enumerate() {
            group.extend(std::iter::repeat_n(at, peers.len()));
        }
        let value = |argument: usize, row: usize| to_value(&arguments[argument], row, &self.layout.types[argument]);
        let places = match &self.frame.key {
            None => Vec::new(),
            Some(key) => match (0..rows).map(|row| key.order.place(&value(key.argument, row))).collect() {
                Ok(places) => places,
                Err(error) => return Ok(Err(error)),
            },
        };
        let partition = Partition { peers: &peers, group: &group, places: &places, value: &value };
        Ok(self.over(&partition, rows))
    }

    fn over(&self, partition: &Partition<'_>, rows: usize) -> Result<Vec<Value>, EvalError> {
        if let WindowKind::Aggregate(call) = &self.kind {
            return self.aggregated(call, partition, rows);
        }
        (0..rows).map(|row| self.one(partition, row, rows)).collect()
    }

    fn one(&self, partition: &Partition<'_>, row: usize, rows: usize) -> Result<Value, EvalError> {
        let group = partition.group[row];
        let peers = &partition.peers[group];
        Ok(match &self.kind {
            WindowKind::RowNumber => integer(row + 1),
            WindowKind::Rank => integer(peers.start + 1),
            WindowKind::DenseRank => integer(group + 1),
            WindowKind::PercentRank if rows == 1 => Value::Double(0.0),
            WindowKind::PercentRank => ratio(peers.start, rows - 1),
            WindowKind::CumeDist => ratio(peers.end, rows),
            WindowKind::Ntile => match (partition.value)(0, row) {
                Value::Integer(buckets) if buckets > 0 => integer(ntile(row, rows, buckets)),
                Value::Integer(_) => return Err(argument("Buckets must be greater than 0")),
                _ => Value::Null,
            },
            WindowKind::Shifted { lead, ignore_nulls } => self.shifted(partition, row, rows, *lead, *ignore_nulls)?,
            WindowKind::Pick { which, ignore_nulls } => self.pick(partition, row, *which, *ignore_nulls)?,
            WindowKind::Aggregate(_) => unreachable!("aggregates go over the whole partition"),
        })
    }

    /// `lag` and `lead`.
    fn shifted(
        &self,
        partition: &Partition<'_>,
        row: usize,
        rows: usize,
        lead: bool,
        ignore_nulls: bool,
    ) -> Result<Value, EvalError> {
        let offset = if self.layout.operands > 1 { (partition.value)(1, row) } else { Value::Integer(1) };
        let Value::Integer(offset) = offset else { return Err(argument("Offset must not be null")) };
        let offset = usize::try_from(offset).map_err(|_| argument("Offset must be at least 0"))?;
        let step = |from: usize, by: usize| if lead { from.checked_add(by) } else { from.checked_sub(by) };
        let position = if ignore_nulls && offset > 0 {
            let others = (1..rows).map_while(|by| step(row, by).filter(|at| *at < rows));
            others.filter(|at| !(partition.value)(0, *at).is_null()).nth(offset - 1)
        } else {
            step(row, offset).filter(|at| *at < rows)
        };
        Ok(match position {
            Some(position) => (partition.value)(0, position),
            None if self.layout.operands > 2 => (partition.value)(2, row),
            None => Value::Null,
        })
    }

    /// `first_value`, `last_value` and `nth_value`.
    fn pick(&self, partition: &Partition<'_>, row: usize, which: Pick, ignore_nulls: bool) -> Result<Value, EvalError> {
        let frame = self.frame.rows(partition, row)?;
        let mut nth = 0;
        if which == Pick::Nth {
            let Value::Integer(offset) = (partition.value)(1, row) else { return Ok(Value::Null) };
            nth = usize::try_from(offset - 1).map_err(|_| argument("Offset must be at least 1"))?;
        }
        let known = |at: &usize| !ignore_nulls || !(partition.value)(0, *at).is_null();
        let found = match which {
            Pick::Last => frame.rev().find(known),
            _ if ignore_nulls => frame.filter(known).nth(nth),
            _ => frame.start.checked_add(nth).filter(|at| *at < frame.end),
        };
        Ok(found.map_or(Value::Null, |at| (partition.value)(0, at)))
    }

    /// An aggregate over each row's frame; a frame that only grows goes on from the last one.
    fn aggregated(&self, call: &Call, partition: &Partition<'_>, rows: usize) -> Result<Vec<Value>, EvalError> {
        let mut results: Vec<Value> = Vec::with_capacity(rows);
        let mut accumulator = call.start();
        let mut done = 0..0;
        for row in 0..rows {
            let frame = self.frame.rows(partition, row)?;
            if frame == done && row > 0 {
                results.push(results[row - 1].clone());
                continue;
            }
            if frame.start != done.start || frame.end < done.end {
                accumulator = call.start();
                done = frame.start..frame.start;
            }
            for at in done.end..frame.end {
                let arguments: Vec<Value> =
                    (0..call.arguments().len()).map(|argument| (partition.value)(argument, at)).collect();
                accumulator.add(&arguments)?;
            }
            done = frame;
            results.push(accumulator.result()?);
        }
        Ok(results)
    }
}

/// The bucket of a row; the first buckets take the rows that are left over.
fn ntile(row: usize, rows: usize, buckets: i64) -> usize {
    let buckets = usize::try_from(buckets).unwrap_or(usize::MAX);
    if rows < buckets {
        return row + 1;
    }
    let (each, left_over) = (rows / buckets, rows % buckets);
    let in_larger = left_over * (each + 1);
    1 + if row < in_larger { row / (each + 1) } else { (row - left_over) / each }
}

fn integer(number: usize) -> Value {
    Value::Integer(number.try_into().unwrap_or(i64::MAX))
}

#[expect(clippy::cast_precision_loss, reason = "a count of rows is far below 2^53")]
fn ratio(part: usize, whole: usize) -> Value {
    Value::Double(part as f64 / whole as f64)
}

fn argument(message: &str) -> EvalError {
    EvalError::new("INVALID_FUNCTION_ARGUMENT", message)
}
