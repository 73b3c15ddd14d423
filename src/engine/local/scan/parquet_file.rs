//! Reads Parquet files: columns by name, whatever its case, and only those that are wanted.

use std::fmt::Display;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch, new_null_array};
use datafusion::arrow::datatypes::{DataType, Schema, SchemaRef, TimeUnit};
use datafusion::parquet::arrow::ProjectionMask;
use datafusion::parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use datafusion::parquet::basic::Type as PhysicalType;

use super::ReadError;
use super::conform::conform_column;
use super::rows::{BATCH_ROWS, Emit};
use crate::catalog::Column;
use crate::engine::local::arrow::physical_type;
use crate::types::Type;

/// Reads columns of Parquet files.
pub struct ParquetFiles {
    wanted: Vec<(String, Type)>,
}

impl ParquetFiles {
    /// A reader of these columns.
    pub fn new(columns: &[&Column]) -> Self {
        Self { wanted: columns.iter().map(|column| (column.name.clone(), column.ty.clone())).collect() }
    }

    /// Reads a file. A column that the file lacks is NULL.
    ///
    /// # Errors
    ///
    /// The file is no Parquet file, or a column holds another type than it was declared with.
    pub fn read(&self, path: &Path, emit: &mut Emit<'_>) -> Result<(), ReadError> {
        let mut reader = unharmed(|| self.open(path))??;
        while let Some(batch) = unharmed(|| reader.next())? {
            let batch = batch.map_err(broken)?;
            emit(unharmed(|| self.columns(&batch))??, batch.num_rows())?;
        }
        Ok(())
    }

    fn open(&self, path: &Path) -> Result<ParquetRecordBatchReader, ReadError> {
        let file = File::open(path).map_err(|error| ReadError::Broken(error.to_string()))?;
        // Types written by Arrow are ignored: the table's declaration decides, as on Athena.
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let metadata = ArrowReaderMetadata::load(&file, options.clone()).map_err(broken)?;
        let metadata = match in_microseconds(&metadata) {
            Some(schema) => {
                let options = options.with_schema(schema);
                ArrowReaderMetadata::try_new(metadata.metadata().clone(), options).map_err(broken)?
            }
            None => metadata,
        };
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata);
        let names: Vec<String> = builder.schema().fields().iter().map(|field| field.name().to_lowercase()).collect();
        let place = |name: &String| names.iter().position(|known| known == name);
        let roots: Vec<usize> = self.wanted.iter().filter_map(|(name, _)| place(name)).collect();
        let mask = ProjectionMask::roots(builder.parquet_schema(), roots);
        builder.with_projection(mask).with_batch_size(BATCH_ROWS).build().map_err(broken)
    }

    fn columns(&self, batch: &RecordBatch) -> Result<Vec<ArrayRef>, ReadError> {
        let fields = batch.schema();
        let column = |(name, ty): &(String, Type)| {
            let position = fields.fields().iter().position(|field| field.name().to_lowercase() == *name);
            match position {
                Some(position) => conform_column(batch.column(position), ty)
                    .map_err(|reason| ReadError::Broken(format!("{name}: {reason}"))),
                None => Ok(new_null_array(&physical_type(ty)?, batch.num_rows())),
            }
        };
        self.wanted.iter().map(column).collect()
    }
}

fn broken(error: impl Display) -> ReadError {
    ReadError::Broken(format!("it is no readable Parquet file: {error}"))
}

/// Does what the crate does with a file's bytes. Where these are damaged it panics now and then, which is an error of
/// the file, and of nothing else: what was under way is thrown away.
fn unharmed<T>(act: impl FnOnce() -> T) -> Result<T, ReadError> {
    catch_unwind(AssertUnwindSafe(act)).map_err(|_| broken("its reader gave up on damaged bytes"))
}

/// The schema of a file with times of 96 bits, which are read in microseconds: most of them are out of the range of
/// nanoseconds. None if it has none among its columns that are not nested.
fn in_microseconds(metadata: &ArrowReaderMetadata) -> Option<SchemaRef> {
    let columns = metadata.parquet_schema().columns();
    let wide = |name: &str| {
        columns.iter().any(|column| {
            column.physical_type() == PhysicalType::INT96
                && column.path().parts().first().is_some_and(|part| part == name)
        })
    };
    let mut found = false;
    let fields: Vec<_> = metadata
        .schema()
        .fields()
        .iter()
        .map(|field| {
            if matches!(field.data_type(), DataType::Timestamp(TimeUnit::Nanosecond, _)) && wide(field.name()) {
                found = true;
                let micros = DataType::Timestamp(TimeUnit::Microsecond, None);
                return Arc::new(field.as_ref().clone().with_data_type(micros));
            }
            field.clone()
        })
        .collect();
    found.then(|| Arc::new(Schema::new(fields)))
}
