//! Writes a query's rows as files: what CREATE TABLE AS and UNLOAD leave behind.
//!
//! A file is written under a hidden name and gets its own when it is whole, so that nothing ever
//! reads half of one.

mod parquet;
mod partitioned;
mod text;

pub use self::partitioned::write_partitioned;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;

use datafusion::arrow::array::RecordBatch;
use datafusion::execution::SendableRecordBatchStream;
use futures::StreamExt as _;

use self::parquet::ParquetFile;
pub use self::parquet::parquet_file;
use self::text::{JsonFile, TextFile};
use super::lower::engine_error;
use super::store::{Place, Store};
use crate::catalog::Format;
use crate::constant::Value;
use crate::engine::{EngineError, ErrorClass};
use crate::types::Type;

/// The delimiter of text files, unless a statement names another.
const DELIMITER: char = '\u{1}';

/// Where rows go, and in which format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// The location, which must hold no files.
    pub location: String,
    format: Format,
    delimiter: char,
    /// Whether a table will be made of the files, which then takes only what Hive stores.
    table: bool,
}

/// Writes batches of rows into one file.
trait RowWriter: Send {
    /// Writes a batch.
    fn write(&mut self, batch: &RecordBatch) -> Result<(), EngineError>;

    /// Writes what is left, and what ends the file.
    fn finish(self: Box<Self>) -> Result<(), EngineError>;
}

impl Destination {
    /// The destination of `CREATE TABLE … WITH (properties) AS`.
    ///
    /// # Errors
    ///
    /// A property is unknown, or asks for something that the engine does not write.
    pub fn of_table(
        properties: &[(String, Value)],
        format: Format,
        default: impl FnOnce() -> String,
    ) -> Result<Self, EngineError> {
        let mut destination = Self { location: String::new(), format, delimiter: DELIMITER, table: true };
        for (name, value) in properties {
            match name.as_str() {
                "format" => {}
                "external_location" => destination.location = text(name, value)?,
                // The binder has split the keys off the table's columns.
                "partitioned_by" => {}
                "is_external" if *value == Value::Boolean(true) => {}
                _ => destination.option(name, value)?,
            }
        }
        if destination.location.is_empty() {
            destination.location = default();
        }
        destination.checked()
    }

    /// The destination of `UNLOAD … TO 'location' WITH (properties)`.
    ///
    /// # Errors
    ///
    /// A property is unknown or missing, or asks for something that the engine does not write.
    pub fn of_unload(properties: &[(String, Value)], location: &str) -> Result<Self, EngineError> {
        let mut format = None;
        let mut destination =
            Self { location: location.to_owned(), format: Format::Parquet, delimiter: DELIMITER, table: false };
        for (name, value) in properties {
            match name.as_str() {
                "format" => {
                    let text = text(name, value)?;
                    format = Some(match text.to_ascii_uppercase().as_str() {
                        "PARQUET" => Format::Parquet,
                        "JSON" => Format::JsonLines,
                        "TEXTFILE" => Format::Delimited,
                        _ => return Err(unsupported(&format!("write the format {text}"))),
                    });
                }
                _ => destination.option(name, value)?,
            }
        }
        let wrong = || EngineError::new(ErrorClass::Statement, "UNLOAD needs WITH (format = '…')");
        destination.format = format.ok_or_else(wrong)?;
        destination.checked()
    }

    /// An option that both statements take. What only concerns how bytes are packed is accepted and
    /// has no effect: local files are not compressed.
    fn option(&mut self, name: &str, value: &Value) -> Result<(), EngineError> {
        match name {
            "compression" | "write_compression" | "parquet_compression" | "compression_level" => Ok(()),
            "field_delimiter" => {
                let text = text(name, value)?;
                let mut characters = text.chars();
                match (characters.next(), characters.next()) {
                    (Some(delimiter), None) if !matches!(delimiter, '\n' | '\r') => self.delimiter = delimiter,
                    _ => return Err(unsupported("write a field_delimiter that is not one character")),
                }
                Ok(())
            }
            _ => Err(unsupported(&format!("write with the property {name}"))),
        }
    }

    fn checked(self) -> Result<Self, EngineError> {
        match self.format {
            Format::Parquet | Format::JsonLines | Format::Delimited => Ok(self),
            other => Err(unsupported(&format!("write {other:?} files"))),
        }
    }

    /// The SerDe properties of a table over the files.
    pub fn serde_properties(&self) -> BTreeMap<String, String> {
        match self.format {
            Format::Delimited => BTreeMap::from([("field.delim".to_owned(), self.delimiter.to_string())]),
            _ => BTreeMap::new(),
        }
    }

    /// Whether a column of this type can be written.
    ///
    /// # Errors
    ///
    /// Hive has no such type, as Athena refuses it, or the format cannot hold it.
    pub fn accepts(&self, name: &str, ty: &Type) -> Result<(), EngineError> {
        let refuse = |message: String| Err(EngineError::new(ErrorClass::Statement, message));
        match ty {
            Type::Unknown
            | Type::Json
            | Type::Time(_)
            | Type::TimeWithTimeZone(_)
            | Type::TimestampWithTimeZone(_)
            | Type::IntervalDayToSecond
            | Type::IntervalYearToMonth
            | Type::Uuid
            | Type::IpAddress
            | Type::Function(..)
            | Type::Named(_)
            | Type::Opaque => {
                return refuse(format!("NOT_SUPPORTED: Unsupported Hive type: {ty} (column {name})"));
            }
            Type::Timestamp(precision) if *precision != 3 && self.table => {
                return refuse(format!(
                    "NOT_SUPPORTED: Incorrect timestamp precision for {ty}; the configured precision is MILLISECONDS; \
                     column name: {name}"
                ));
            }
            Type::Array(element) => self.accepts(name, element)?,
            Type::Map(key, value) => {
                self.accepts(name, key)?;
                self.accepts(name, value)?;
            }
            Type::Row(fields) => {
                for field in fields.iter() {
                    if field.name.is_none() {
                        return refuse(format!("NOT_SUPPORTED: Anonymous row type is not supported (column {name})"));
                    }
                    self.accepts(name, &field.ty)?;
                }
            }
            _ => {}
        }
        match self.format {
            Format::JsonLines | Format::Delimited if *ty == Type::Varbinary => {
                Err(unsupported(&format!("write varbinary as text (column {name})")))
            }
            Format::Delimited if matches!(ty, Type::Array(_) | Type::Map(..) | Type::Row(_)) => {
                Err(unsupported(&format!("write {ty} as delimited text (column {name})")))
            }
            _ => Ok(()),
        }
    }
}

/// Writes rows to their destination, and says how many there were.
///
/// # Errors
///
/// The destination holds files already or cannot be written, or the rows cannot be computed.
pub async fn write(
    store: &Store,
    destination: &Destination,
    columns: &[(String, Type)],
    mut batches: SendableRecordBatchStream,
) -> Result<u64, EngineError> {
    let place = store.place(&destination.location)?;
    store.prepare_output(&place)?;
    let mut output = Output::new(store, &place, destination, columns)?;
    while let Some(batch) = batches.next().await {
        output.write(&batch.map_err(engine_error)?)?;
    }
    output.finish()
}

/// A file in the making, and what writes its rows.
struct Output {
    unfinished: Unfinished,
    writer: Box<dyn RowWriter>,
    rows: u64,
}

impl Output {
    /// The one file of a place.
    fn new(
        store: &Store,
        place: &Place,
        destination: &Destination,
        columns: &[(String, Type)],
    ) -> Result<Self, EngineError> {
        let suffix = match destination.format {
            Format::Parquet => "parquet",
            Format::JsonLines => "json",
            _ => "txt",
        };
        let unfinished = Unfinished::new(store, place, &format!("part-00000.{suffix}"))?;
        let file = unfinished.file()?;
        let writer: Box<dyn RowWriter> = match destination.format {
            Format::Parquet => Box::new(ParquetFile::new(file, columns)?),
            Format::JsonLines => Box::new(JsonFile::new(file, columns)),
            _ => Box::new(TextFile::new(file, columns, destination.delimiter)),
        };
        Ok(Self { unfinished, writer, rows: 0 })
    }

    fn write(&mut self, batch: &RecordBatch) -> Result<(), EngineError> {
        self.rows += batch.num_rows() as u64;
        self.writer.write(batch)
    }

    /// Gives the file its name, and says how many rows it has.
    fn finish(self) -> Result<u64, EngineError> {
        self.writer.finish()?;
        self.unfinished.publish()?;
        Ok(self.rows)
    }
}

/// Writes one file of its own.
///
/// # Errors
///
/// The location is none of a file, or cannot be written.
pub fn put(store: &Store, location: &str, bytes: &[u8]) -> Result<(), EngineError> {
    let wrong = || EngineError::new(ErrorClass::Statement, format!("'{location}' is no file's location"));
    let (folder, name) = location.rsplit_once('/').filter(|(_, name)| !name.is_empty()).ok_or_else(wrong)?;
    store.place(location)?;
    let place = store.place(folder)?;
    store.make_folder(&place)?;
    let unfinished = Unfinished::new(store, &place, name)?;
    unfinished.file()?.write_all(bytes).map_err(|error| unfinished.failed(&error))?;
    unfinished.publish()
}

/// A file that is not whole yet; it goes if it never becomes so.
struct Unfinished {
    hidden: std::path::PathBuf,
    name: std::path::PathBuf,
    file: fs::File,
    published: bool,
}

impl Unfinished {
    fn new(store: &Store, place: &Place, name: &str) -> Result<Self, EngineError> {
        let (hidden, file) = store.create_file(place, &format!(".{name}.unfinished"))?;
        Ok(Self { hidden, name: place.directory.join(name), file, published: false })
    }

    fn file(&self) -> Result<fs::File, EngineError> {
        self.file.try_clone().map_err(|error| self.failed(&error))
    }

    fn publish(mut self) -> Result<(), EngineError> {
        fs::rename(&self.hidden, &self.name).map_err(|error| self.failed(&error))?;
        self.published = true;
        Ok(())
    }

    fn failed(&self, error: &std::io::Error) -> EngineError {
        EngineError::new(ErrorClass::Data, format!("{}: cannot be written: {error}", self.name.display()))
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.published {
            // The file is hidden; if it cannot be removed either, nothing reads it.
            let _ = fs::remove_file(&self.hidden);
        }
    }
}

fn text(name: &str, value: &Value) -> Result<String, EngineError> {
    match value {
        Value::Varchar(text) => Ok(text.to_string()),
        _ => Err(EngineError::new(ErrorClass::Statement, format!("the property {name} wants a text"))),
    }
}

fn unsupported(what: &str) -> EngineError {
    EngineError::new(ErrorClass::Unsupported, format!("the embedded engine does not {what}"))
}

fn unwritable(error: &dyn std::fmt::Display) -> EngineError {
    EngineError::new(ErrorClass::Data, format!("the output cannot be written: {error}"))
}
