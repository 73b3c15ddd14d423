//! Parquet files of a query's rows, under the columns' own names.

use std::io::Write;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, ListArray, MapArray, RecordBatch, StringArray, StructArray};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Fields, Schema, SchemaRef};
use datafusion::parquet::arrow::ArrowWriter;

use super::{RowWriter, unwritable};
use crate::constant::Value;
use crate::engine::local::arrow::{from_values, physical_type, positional_fields};
use crate::engine::{EngineError, ResultSet};
use crate::types::Type;

/// Writes one Parquet file.
pub struct ParquetFile<W: Write + Send> {
    writer: ArrowWriter<W>,
    schema: SchemaRef,
    types: Vec<Type>,
}

impl<W: Write + Send> ParquetFile<W> {
    /// A file of these columns.
    ///
    /// # Errors
    ///
    /// Parquet cannot hold one of the types.
    pub fn new(file: W, columns: &[(String, Type)]) -> Result<Self, EngineError> {
        let field = |(name, ty): &(String, Type)| Ok(Field::new(name, named_type(ty)?, true));
        let fields: Vec<Field> = columns.iter().map(field).collect::<Result<_, EngineError>>()?;
        let schema = Arc::new(Schema::new(fields));
        let writer = ArrowWriter::try_new(file, schema.clone(), None).map_err(|error| unwritable(&error))?;
        Ok(Self { writer, schema, types: columns.iter().map(|(_, ty)| ty.clone()).collect() })
    }
}

impl<W: Write + Send> RowWriter for ParquetFile<W> {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), EngineError> {
        let columns = batch.columns().iter().zip(&self.types).zip(self.schema.fields());
        let columns = columns.map(|((array, ty), field)| written(array, ty, field.data_type())).collect();
        let batch = RecordBatch::try_new(self.schema.clone(), columns).map_err(|error| unwritable(&error))?;
        self.writer.write(&batch).map_err(|error| unwritable(&error))
    }

    fn finish(self: Box<Self>) -> Result<(), EngineError> {
        self.writer.close().map(|_| ()).map_err(|error| unwritable(&error))
    }
}

/// A result as the bytes of one Parquet file.
///
/// # Errors
///
/// Parquet cannot hold one of the types.
pub fn parquet_file(result: &ResultSet) -> Result<Vec<u8>, EngineError> {
    let mut bytes = Vec::new();
    let mut file = ParquetFile::new(&mut bytes, &result.columns)?;
    let schema = Arc::new(Schema::new(positional_fields(result.columns.iter().map(|(_, ty)| ty))?));
    for rows in result.rows.chunks(ROWS) {
        let column = |(at, (_, ty)): (usize, &(String, Type))| {
            let values: Vec<Value> = rows.iter().map(|row| row[at].clone()).collect();
            from_values(&values, ty)
        };
        let columns = result.columns.iter().enumerate().map(column).collect::<Result<_, _>>()?;
        file.write(&RecordBatch::try_new(schema.clone(), columns).map_err(|error| unwritable(&error))?)?;
    }
    Box::new(file).finish()?;
    Ok(bytes)
}

/// How many rows of a result are turned into arrays at once.
const ROWS: usize = 8192;

/// The physical type of a type, with the names that its rows' fields have.
fn named_type(ty: &Type) -> Result<DataType, EngineError> {
    Ok(match (ty, physical_type(ty)?) {
        (Type::Array(element), DataType::List(field)) => DataType::List(with_type(&field, named_type(element)?)),
        (Type::Map(key, value), DataType::Map(entries, sorted)) => {
            let fields: Fields =
                vec![Field::new("key", named_type(key)?, false), Field::new("value", named_type(value)?, true)].into();
            DataType::Map(with_type(&entries, DataType::Struct(fields)), sorted)
        }
        (Type::Row(fields), DataType::Struct(_)) => {
            let field = |field: &crate::types::RowField| {
                Ok(Field::new(field.name.as_deref().unwrap_or_default(), named_type(&field.ty)?, true))
            };
            DataType::Struct(fields.iter().map(field).collect::<Result<_, EngineError>>()?)
        }
        (_, physical) => physical,
    })
}

fn with_type(field: &FieldRef, ty: DataType) -> FieldRef {
    Arc::new(field.as_ref().clone().with_data_type(ty))
}

/// The same array under other field names, and with the blanks that Trino's writer gives `char(n)`.
fn written(array: &ArrayRef, ty: &Type, physical: &DataType) -> ArrayRef {
    match (ty, physical) {
        (Type::Char(length), _) => {
            let width = *length as usize;
            let padded = array.as_string::<i32>().iter().map(|text| text.map(|text| format!("{text:width$}")));
            Arc::new(padded.collect::<StringArray>())
        }
        (Type::Array(element), DataType::List(field)) => {
            let list = array.as_list::<i32>();
            let items = written(list.values(), element, field.data_type());
            Arc::new(ListArray::new(field.clone(), list.offsets().clone(), items, list.nulls().cloned()))
        }
        (Type::Map(key, value), DataType::Map(field, sorted)) => {
            let map = array.as_map();
            let parts = map.entries().columns().iter().zip([key, value]);
            let DataType::Struct(fields) = field.data_type() else { return array.clone() };
            let parts = parts.zip(fields).map(|((part, ty), field)| written(part, ty, field.data_type())).collect();
            let entries = StructArray::new(fields.clone(), parts, map.entries().nulls().cloned());
            Arc::new(MapArray::new(field.clone(), map.offsets().clone(), entries, map.nulls().cloned(), *sorted))
        }
        (Type::Row(types), DataType::Struct(fields)) if !fields.is_empty() => {
            let parts = array.as_struct();
            let columns = parts.columns().iter().zip(types.iter()).zip(fields);
            let columns = columns.map(|((part, field), named)| written(part, &field.ty, named.data_type())).collect();
            Arc::new(StructArray::new(fields.clone(), columns, parts.nulls().cloned()))
        }
        _ => array.clone(),
    }
}
