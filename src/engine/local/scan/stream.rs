//! Reads a share of a scan's files on a thread of its own, batch by batch.

use std::fmt;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions};
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::{DataFusionError, ScalarValue};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_plan::stream::{RecordBatchReceiverStreamBuilder, RecordBatchStreamAdapter};
use datafusion::physical_plan::streaming::PartitionStream;
use futures::StreamExt;

use super::demand::Demand;
use super::hidden::HiddenColumn;
use super::needle::Needles;
use super::reader::{Kept, TableReader};
use super::{ReadError, ScanProgress, data_error};
use crate::engine::EngineError;
use crate::engine::local::store::StoredFile;
use crate::types::Type;

/// Bytes of batches that are held back while it is not yet known whether a file is whole.
const HELD_BYTES: usize = 64 * 1024 * 1024;

/// A file and the values of its partition's keys.
#[derive(Debug, Clone)]
pub struct FileTask {
    /// The file.
    pub file: StoredFile,
    /// One value a key.
    pub keys: Arc<[ScalarValue]>,
    /// The partition's name, `key=value/…`.
    pub partition: Arc<str>,
}

/// A column of a scan's output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutputColumn {
    /// The column of this position among those read from the file.
    Data(usize),
    /// The partition key of this position.
    Key(usize),
    /// A hidden column.
    Hidden(HiddenColumn),
}

/// What all threads of a scan share.
#[derive(Debug)]
pub struct ScanPlan {
    /// The fields of the output.
    pub schema: SchemaRef,
    /// The columns of the output.
    pub columns: Vec<OutputColumn>,
    /// Reads a file's columns.
    pub reader: TableReader,
    /// If records are searched for texts before they are decoded, what could hide a text from the search.
    pub hiding: Option<&'static [&'static str]>,
    /// Lists of texts, from each of which a record must hold one to match.
    pub texts: Vec<Vec<String>>,
    /// Whether a file that cannot be read is skipped, none of its rows counted.
    pub skip_bad_files: bool,
    /// What was read so far.
    pub progress: Arc<ScanProgress>,
}

/// The files that one thread reads.
pub struct FilesStream {
    /// What it shares with the others.
    pub plan: Arc<ScanPlan>,
    /// Its files, in order.
    pub files: Arc<[FileTask]>,
    /// What joins demand of its records.
    pub demands: Arc<[Demand]>,
}

impl fmt::Debug for FilesStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FilesStream({} files)", self.files.len())
    }
}

impl PartitionStream for FilesStream {
    fn schema(&self) -> &SchemaRef {
        &self.plan.schema
    }

    /// Nothing is opened before somebody asks for the first batch: a join whose other side is empty never
    /// does, and what was read must not depend on who was faster.
    fn execute(&self, _context: Arc<TaskContext>) -> SendableRecordBatchStream {
        let (plan, files, demands) = (self.plan.clone(), self.files.clone(), self.demands.clone());
        let batches = futures::stream::once(async move {
            // The first batch is asked for when a join has read its other side, so that what it demands is known.
            let demanded = demands.iter().filter_map(Demand::texts);
            let texts = plan.texts.iter().cloned().chain(demanded);
            let needles = plan.hiding.and_then(|hiding| Needles::of(texts, hiding));
            read(plan, files, needles)
        });
        let batches = batches.flatten();
        Box::pin(RecordBatchStreamAdapter::new(self.plan.schema.clone(), batches))
    }
}

/// Reads files one after the other, on a thread that may wait.
fn read(plan: Arc<ScanPlan>, files: Arc<[FileTask]>, needles: Option<Needles>) -> SendableRecordBatchStream {
    let mut builder = RecordBatchReceiverStreamBuilder::new(plan.schema.clone(), 2);
    let sender = builder.tx();
    builder.spawn_blocking(move || {
        let mut search = Search { needles, kept: Kept::new() };
        let mut send = |batch: RecordBatch| {
            plan.progress.read(batch.num_rows());
            sender.blocking_send(Ok(batch)).map_err(|_| ReadError::Stopped)
        };
        for task in files.iter() {
            match plan.read_file(task, &mut search, &mut send) {
                Ok(()) => plan.progress.done(),
                Err(ReadError::Stopped) => {
                    plan.progress.done();
                    break;
                }
                Err(ReadError::Engine(error)) => return Err(external(error)),
                Err(ReadError::Broken(reason)) if plan.skip_bad_files => {
                    plan.progress.skipped(&task.file.uri, &reason);
                }
                Err(ReadError::Broken(reason)) => {
                    let error = data_error(format!("{}: {reason}", task.file.uri));
                    let help = "--skip-bad-files goes on without such files, names them and calls the run incomplete";
                    return Err(external(error.with_help(help)));
                }
            }
        }
        Ok(())
    });
    builder.build()
}

/// What a thread keeps from file to file.
struct Search {
    /// What records must hold to match.
    needles: Option<Needles>,
    kept: Kept,
}

impl ScanPlan {
    /// Whether a value of a column of the scan, or of a field of it, stands in a record letter by letter, if it stands
    /// for itself.
    pub fn is_searchable(&self, column: usize, fields: &[usize]) -> bool {
        let Some(OutputColumn::Data(at)) = self.columns.get(column) else { return false };
        self.hiding.is_some() && self.reader.ty(*at, fields).is_some_and(|ty| matches!(ty, Type::Varchar(_)))
    }

    fn read_file(
        &self,
        task: &FileTask,
        search: &mut Search,
        send: &mut dyn FnMut(RecordBatch) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        self.progress.opened(task.file.size);
        let passed = match self.skip_bad_files {
            true => self.read_if_whole(task, search, send),
            false => self.read_batches(task, search, send),
        }?;
        self.progress.read(passed);
        Ok(())
    }

    /// Reads a file whose rows count only if all of it can be read: batches are held back until the
    /// end; a file of more than can be held is read to its end first, and then once more.
    fn read_if_whole(
        &self,
        task: &FileTask,
        search: &mut Search,
        send: &mut dyn FnMut(RecordBatch) -> Result<(), ReadError>,
    ) -> Result<usize, ReadError> {
        let mut held = Vec::new();
        let mut bytes = 0usize;
        let passed = self.read_batches(task, search, &mut |batch| {
            bytes += batch.get_array_memory_size();
            if bytes > HELD_BYTES {
                held.clear();
            } else {
                held.push(batch);
            }
            Ok(())
        })?;
        if bytes <= HELD_BYTES {
            return held.into_iter().try_for_each(send).map(|()| passed);
        }
        self.read_batches(task, search, send).map_err(|error| match error {
            ReadError::Broken(reason) => {
                let message = format!("{}: it changed while it was read: {reason}", task.file.uri);
                ReadError::Engine(data_error(message))
            }
            other => other,
        })
    }

    fn read_batches(
        &self,
        task: &FileTask,
        search: &mut Search,
        send: &mut dyn FnMut(RecordBatch) -> Result<(), ReadError>,
    ) -> Result<usize, ReadError> {
        let Search { needles, kept } = search;
        let mut emit = |data: Vec<ArrayRef>, rows| send(self.batch(task, &data, rows)?);
        self.reader.read(&task.file.path, needles.as_ref(), kept, &mut emit)
    }

    /// A batch of the output from the columns that were read.
    fn batch(&self, task: &FileTask, data: &[ArrayRef], rows: usize) -> Result<RecordBatch, EngineError> {
        let constant =
            |value: &ScalarValue| value.to_array_of_size(rows).map_err(|error| data_error(error.to_string()));
        let mut columns = Vec::with_capacity(self.columns.len());
        for column in &self.columns {
            columns.push(match column {
                OutputColumn::Data(at) => data.get(*at).expect("a reader yields every column asked for").clone(),
                OutputColumn::Key(at) => constant(task.keys.get(*at).expect("a partition has a value for every key"))?,
                OutputColumn::Hidden(column) => constant(&column.value(task)?)?,
            });
        }
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        RecordBatch::try_new_with_options(self.schema.clone(), columns, &options)
            .map_err(|error| data_error(format!("{}: {error}", task.file.uri)))
    }
}

fn external(error: EngineError) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}
