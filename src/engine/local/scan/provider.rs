//! A table as DataFusion scans it.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use datafusion::arrow::datatypes::{Schema, SchemaRef};
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{DataFusionError, ScalarValue};
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::physical_plan::ExecutionPlan;

use super::ScanProgress;
use super::exec::ScanExec;
use super::hidden::HiddenColumn;
use super::needle::demanded;
use super::partition::{Partition, Pruning, key_values};
use super::predicate::{KeyColumns, over_keys};
use super::reader::TableReader;
use super::stream::{FileTask, OutputColumn, ScanPlan};
use crate::catalog::{Format, Table, TableRef, escape_folder};
use crate::engine::local::arrow::positional_fields;
use crate::engine::local::store::{Lister, Store, side_by_side};
use crate::engine::{EngineError, ScanReport};
use crate::types::Type;

/// What all scans of a statement share.
#[derive(Debug)]
pub struct ScanContext {
    /// Where the files lie.
    pub store: Arc<Store>,
    /// Whether a file that cannot be read is counted and skipped.
    pub skip_bad_files: bool,
    /// How many files are read side by side.
    pub threads: usize,
    /// The time of the statement, picoseconds since the epoch: ranges of partitions may end `NOW`.
    pub now: i128,
    /// The scans of the statement, each with the number of its table's use.
    scans: Mutex<Vec<(usize, Arc<ScanProgress>)>>,
    /// How many uses of tables there are.
    uses: AtomicUsize,
}

impl ScanContext {
    /// No scans yet.
    pub fn new(store: Arc<Store>, skip_bad_files: bool, threads: usize, now: i128) -> Self {
        Self { store, skip_bad_files, threads, now, scans: Mutex::default(), uses: AtomicUsize::new(0) }
    }

    /// What the scans have read so far, in the order in which the statement names their tables.
    pub fn reports(&self) -> Vec<ScanReport> {
        let mut scans = self.scans.lock().unwrap_or_else(PoisonError::into_inner).clone();
        // DataFusion plans the sides of a UNION at the same time, in any order.
        scans.sort_by_key(|(number, _)| *number);
        scans.iter().map(|(_, scan)| scan.report()).collect()
    }
}

/// A scan of a table in a statement.
pub struct TableScan {
    table: TableRef,
    schema: SchemaRef,
    context: Arc<ScanContext>,
    /// The number of this use of a table in the statement.
    number: usize,
}

impl fmt::Debug for TableScan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TableScan({})", self.table.name)
    }
}

impl TableScan {
    /// A scan of a table.
    ///
    /// # Errors
    ///
    /// A column has a type that the engine cannot hold.
    pub fn new(table: TableRef, context: Arc<ScanContext>) -> Result<Self, EngineError> {
        let hidden = HiddenColumn::all(&table).iter().map(|column| column.ty());
        let types: Vec<Type> = table.star().map(|column| column.ty.clone()).chain(hidden).collect();
        let schema = Arc::new(Schema::new(positional_fields(types.iter())?));
        let number = context.uses.fetch_add(1, Ordering::Relaxed);
        Ok(Self { table, schema, context, number })
    }

    fn keys(&self) -> KeyColumns {
        KeyColumns { first: self.table.columns.len(), count: self.table.partition_keys.len() }
    }

    /// If records are searched for the texts that predicates demand before they are decoded, what could hide a text
    /// from the search: the escapes of JSON; the SerDes of lines take others too.
    fn hiding(&self) -> Option<&'static [&'static str]> {
        match self.table.storage.format {
            Format::CloudTrail => Some(&["\\u", "\\/"]),
            Format::JsonLines => Some(&["\\"]),
            _ => None,
        }
    }

    /// The lists of texts that predicates demand, from each of which a record must hold one to match.
    fn texts(&self, filters: &[Expr]) -> Vec<Vec<String>> {
        if self.hiding().is_none() {
            return Vec::new();
        }
        filters.iter().filter_map(|filter| demanded(filter, &|name| self.file_type(name))).collect()
    }

    /// The type of a column of the file by its name in the scan.
    fn file_type(&self, name: &str) -> Option<&Type> {
        let position = self.schema.index_of(name).ok()?;
        self.table.columns.get(position).map(|column| &column.ty)
    }

    /// The output's columns for positions of the schema, and the file's columns that they need.
    fn output(&self, positions: &[usize]) -> (Vec<OutputColumn>, Vec<usize>) {
        let keys = self.keys();
        let mut wanted = Vec::new();
        let columns = positions
            .iter()
            .map(|position| match position.checked_sub(keys.first) {
                None => {
                    wanted.push(*position);
                    OutputColumn::Data(wanted.len() - 1)
                }
                Some(key) if key < keys.count => OutputColumn::Key(key),
                Some(hidden) => OutputColumn::Hidden(
                    *HiddenColumn::all(&self.table)
                        .get(hidden - keys.count)
                        .expect("the schema has no columns behind the hidden ones"),
                ),
            })
            .collect();
        (columns, wanted)
    }

    /// The files of partitions, and what the plan of the scan found.
    fn files(&self, partitions: &[Partition]) -> Result<(Vec<FileTask>, ScanReport), EngineError> {
        let table = self.table.as_ref();
        let keys = partition_values(table, partitions)?;
        let mut report = ScanReport {
            table: table.name.clone(),
            partitions_asked: partitions.len() as u64,
            ..ScanReport::default()
        };
        let listed = side_by_side(partitions, |partitions| {
            let mut lister = Lister::new(&self.context.store);
            partitions.iter().map(|partition| lister.files(&partition.location)).collect::<Result<Vec<_>, _>>()
        })?;
        let (mut tasks, mut missing) = (Vec::new(), Vec::new());
        for ((partition, keys), found) in partitions.iter().zip(keys).zip(listed.into_iter().flatten()) {
            let Partition { values, location } = partition;
            let Some(found) = found else {
                missing.push(partition_name(table, values, location));
                continue;
            };
            report.partitions_found += u64::from(!found.files.is_empty());
            report.hidden.extend(found.hidden);
            // Objects without a byte (console folders, markers) hold no rows on Athena either.
            let (held, empty): (Vec<_>, Vec<_>) = found.files.into_iter().partition(|file| file.size > 0);
            report.empty.extend(empty.into_iter().map(|file| file.uri));
            let name: Arc<str> = hive_name(table, values).into();
            tasks.extend(held.into_iter().map(|file| FileTask { file, keys: keys.clone(), partition: name.clone() }));
        }
        report.partitions_missing = missing.into();
        Ok((tasks, report))
    }

    fn plan(&self, session: &dyn Session, positions: &[usize], filters: &[Expr]) -> Result<ScanExec, EngineError> {
        let context = &self.context;
        let pruning = Pruning { table: &self.table, schema: &self.schema, keys: self.keys(), filters, session };
        let partitions = pruning.partitions(&context.store, context.now)?;
        let (files, report) = self.files(&partitions)?;
        let progress = Arc::new(ScanProgress::new(report));
        context.scans.lock().unwrap_or_else(PoisonError::into_inner).push((self.number, progress.clone()));
        let (columns, wanted) = self.output(positions);
        let schema = Arc::new(self.schema.project(positions).map_err(|error| super::data_error(error.to_string()))?);
        let plan = Arc::new(ScanPlan {
            schema,
            columns,
            reader: TableReader::new(&self.table, &wanted)?,
            hiding: self.hiding(),
            texts: self.texts(filters),
            skip_bad_files: context.skip_bad_files,
            progress,
        });
        ScanExec::new(plan, shares(files, context.threads)).map_err(|error| super::data_error(error.to_string()))
    }
}

#[async_trait]
impl TableProvider for TableScan {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> Result<Vec<TableProviderFilterPushDown>, DataFusionError> {
        let keys = self.keys();
        Ok(filters
            .iter()
            .map(|filter| match over_keys(filter, &self.schema, &keys) {
                Some(_) => TableProviderFilterPushDown::Inexact,
                None if self.hiding().is_some() && demanded(filter, &|name| self.file_type(name)).is_some() => {
                    TableProviderFilterPushDown::Inexact
                }
                None => TableProviderFilterPushDown::Unsupported,
            })
            .collect())
    }

    async fn scan(
        &self,
        session: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        _limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        let all: Vec<usize> = (0..self.schema.fields().len()).collect();
        let positions = projection.unwrap_or(&all);
        let plan =
            self.plan(session, positions, filters).map_err(|error| DataFusionError::External(Box::new(error)))?;
        Ok(Arc::new(plan))
    }
}

/// Each partition's key values, typed.
fn partition_values(table: &Table, partitions: &[Partition]) -> Result<Vec<Arc<[ScalarValue]>>, EngineError> {
    let mut rows = vec![Vec::with_capacity(table.partition_keys.len()); partitions.len()];
    for (at, key) in table.partition_keys.iter().enumerate() {
        let texts = partitions.iter().map(|partition| partition.values.get(at).map_or("", String::as_str));
        let array = key_values(key, texts)?;
        for (row, values) in rows.iter_mut().enumerate() {
            let value = ScalarValue::try_from_array(&array, row);
            values.push(value.map_err(|error| super::data_error(error.to_string()))?);
        }
    }
    Ok(rows.into_iter().map(Into::into).collect())
}

/// A partition as `"$partition"` names it: `key=value/…`, as Hive names folders.
fn hive_name(table: &Table, values: &[String]) -> String {
    let pairs = table.partition_keys.iter().zip(values);
    let pairs = pairs.map(|(key, value)| format!("{}={}", escape_folder(&key.name), escape_folder(value)));
    pairs.collect::<Vec<_>>().join("/")
}

/// A partition as messages name it.
fn partition_name(table: &Table, values: &[String], location: &str) -> String {
    if values.is_empty() {
        return location.to_owned();
    }
    let pairs = table.partition_keys.iter().zip(values).map(|(key, value)| format!("{}={value}", key.name));
    pairs.collect::<Vec<_>>().join(", ")
}

/// Files shared out over threads by size, the largest first; each share is in the order of names, so
/// that the rows of a run do not depend on timing.
fn shares(mut files: Vec<FileTask>, threads: usize) -> Vec<Vec<FileTask>> {
    let count = threads.min(files.len()).max(1);
    files.sort_by(|a, b| b.file.size.cmp(&a.file.size).then_with(|| a.file.uri.cmp(&b.file.uri)));
    let mut shares: Vec<(u64, Vec<FileTask>)> = (0..count).map(|_| (0, Vec::new())).collect();
    for task in files {
        if let Some((bytes, share)) = shares.iter_mut().min_by_key(|(bytes, _)| *bytes) {
            // A file costs something however small it is.
            *bytes += task.file.size + 4096;
            share.push(task);
        }
    }
    let by_name = |mut share: Vec<FileTask>| {
        share.sort_by(|a, b| a.file.uri.cmp(&b.file.uri));
        share
    };
    shares.into_iter().map(|(_, share)| by_name(share)).collect()
}
