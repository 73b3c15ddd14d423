//! The files of a partitioned table (`partitioned_by`): one for each combination of key values.

use std::collections::BTreeMap;

use datafusion::arrow::array::{RecordBatch, UInt64Array};
use datafusion::arrow::compute::take_record_batch;
use datafusion::execution::SendableRecordBatchStream;
use futures::StreamExt as _;

use super::text::text;
use super::{Destination, Output, unwritable};
use crate::catalog::{Layout, PartitionEntry, Table};
use crate::constant::Value;
use crate::engine::local::arrow::to_value;
use crate::engine::local::lower::engine_error;
use crate::engine::local::scan::NULL_FOLDER;
use crate::engine::local::store::Store;
use crate::engine::{EngineError, ErrorClass};
use crate::types::Type;

/// The most partitions that one statement writes
/// (<https://docs.aws.amazon.com/athena/latest/ug/ctas-considerations-limitations.html>).
const MOST_PARTITIONS: usize = 100;

/// Writes rows into a partitioned table's folders. The keys are the last columns; the table's
/// location is the destination. Yields the number of rows and the table's partitions.
///
/// # Errors
///
/// As [`super::write`]; or there are too many partitions.
pub async fn write_partitioned(
    store: &Store,
    destination: &Destination,
    table: &Table,
    columns: &[(String, Type)],
    mut batches: SendableRecordBatchStream,
) -> Result<(u64, Layout), EngineError> {
    store.prepare_output(&store.place(&destination.location)?)?;
    let (columns, keys) = columns.split_at(columns.len().saturating_sub(table.partition_keys.len()));
    let mut outputs: BTreeMap<Vec<String>, Output> = BTreeMap::new();
    while let Some(batch) = batches.next().await {
        let batch = batch.map_err(engine_error)?;
        let data: Vec<usize> = (0..columns.len()).collect();
        let data = batch.project(&data).map_err(|error| unwritable(&error))?;
        for (values, rows) in partitions(&batch, columns.len(), keys)? {
            if !outputs.contains_key(&values) {
                if outputs.len() == MOST_PARTITIONS {
                    let message = format!(
                        "HIVE_TOO_MANY_OPEN_PARTITIONS: Exceeded limit of {MOST_PARTITIONS} open writers for \
                         partitions/buckets"
                    );
                    return Err(EngineError::new(ErrorClass::Statement, message));
                }
                let place = store.place(&table.partition_location(&values))?;
                store.prepare_output(&place)?;
                outputs.insert(values.clone(), Output::new(store, &place, destination, columns)?);
            }
            let rows = take_record_batch(&data, &UInt64Array::from(rows)).map_err(|error| unwritable(&error))?;
            outputs.get_mut(&values).expect("it was just put in").write(&rows)?;
        }
    }
    let (mut count, mut entries) = (0, Vec::with_capacity(outputs.len()));
    for (values, output) in outputs {
        count += output.finish()?;
        entries.push(PartitionEntry { values, location: None });
    }
    Ok((count, Layout::Registered(entries)))
}

/// The rows of a batch by the texts of their keys, which stand from a column on.
fn partitions(
    batch: &RecordBatch,
    first: usize,
    keys: &[(String, Type)],
) -> Result<BTreeMap<Vec<String>, Vec<u64>>, EngineError> {
    let mut partitions: BTreeMap<Vec<String>, Vec<u64>> = BTreeMap::new();
    for row in 0..batch.num_rows() {
        let mut values = Vec::with_capacity(keys.len());
        for (column, (_, ty)) in batch.columns().iter().skip(first).zip(keys) {
            values.push(match to_value(column, row, ty) {
                Value::Null => NULL_FOLDER.to_owned(),
                value => text(&value, ty)?,
            });
        }
        partitions.entry(values).or_default().push(row as u64);
    }
    Ok(partitions)
}
