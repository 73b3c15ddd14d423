//! Chooses how a table's files are read, from its storage.

use std::fmt;
use std::path::Path;

use super::avro::AvroFiles;
use super::csv_lines::CsvLines;
use super::delimited::Delimited;
use super::grok_lines::GrokLines;
use super::json::{JsonRules, RecordDecoder};
use super::json_lines::JsonLines;
use super::lines::{Lines, Skipped, skipped_lines};
use super::needle::Needles;
use super::parquet_file::ParquetFiles;
use super::regex_lines::RegexLines;
use super::rows::{Emit, Rows};
use super::whole::{Text, Whole};
use super::{ReadError, cloudtrail, serde_property};
use crate::catalog::{Column, Format, Table};
use crate::engine::local::ColumnBuilder;
use crate::engine::{EngineError, ErrorClass};
use crate::types::Type;

/// Reads the columns wanted of any file of a table.
pub struct TableReader {
    types: Vec<Type>,
    /// Lines of each file that are no records.
    skipped: Skipped,
    format: FormatReader,
}

/// What a thread keeps from file to file.
pub struct Kept {
    whole: Whole,
    builders: Vec<ColumnBuilder>,
}

impl Kept {
    /// Nothing was read yet.
    pub fn new() -> Self {
        Self { whole: Whole::new(), builders: Vec::new() }
    }
}

enum FormatReader {
    CloudTrail(RecordDecoder),
    JsonLines(JsonLines),
    Delimited(Delimited),
    Csv(CsvLines),
    Regex(RegexLines),
    Grok(GrokLines),
    Parquet(ParquetFiles),
    Avro(AvroFiles),
}

impl fmt::Debug for TableReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TableReader({} columns)", self.types.len())
    }
}

impl TableReader {
    /// A reader of these columns of a table, by position.
    ///
    /// # Errors
    ///
    /// The engine does not read the table's format, or a column's type from it.
    pub fn new(table: &Table, wanted: &[usize]) -> Result<Self, EngineError> {
        let placed: Vec<(usize, &Column)> =
            wanted.iter().filter_map(|at| Some((*at, table.columns.get(*at)?))).collect();
        let columns: Vec<&Column> = placed.iter().map(|(_, column)| *column).collect();
        let checked = serde_property::checked(table)?;
        let (storage, count) = (checked.as_ref(), table.columns.len());
        let format = match storage.format {
            Format::CloudTrail => {
                let rules = JsonRules { case_insensitive: true, lazy: true, ..JsonRules::default() };
                let named = columns.iter().map(|column| (column.name.as_str(), &column.ty));
                FormatReader::CloudTrail(RecordDecoder::new(named, &rules)?)
            }
            Format::JsonLines => FormatReader::JsonLines(JsonLines::new(storage, &table.columns, &columns)?),
            Format::Delimited => FormatReader::Delimited(Delimited::new(storage, &placed, count)?),
            Format::Csv => FormatReader::Csv(CsvLines::new(storage, &placed)?),
            Format::Regex => FormatReader::Regex(RegexLines::new(storage, &placed, count)?),
            Format::Grok => FormatReader::Grok(GrokLines::new(storage, &placed)?),
            Format::Parquet => FormatReader::Parquet(ParquetFiles::new(&columns)),
            Format::Avro => FormatReader::Avro(AvroFiles::new(table, &columns)?),
            Format::Orc => return Err(unsupported_orc()),
        };
        let types = columns.iter().map(|column| column.ty.clone()).collect();
        Ok(Self { types, skipped: skipped_lines(table)?, format })
    }

    /// The type of a column, or of a field of it.
    pub fn ty(&self, column: usize, fields: &[usize]) -> Option<&Type> {
        fields.iter().try_fold(self.types.get(column)?, |ty, field| match ty {
            Type::Row(fields) => fields.get(*field).map(|field| &field.ty),
            _ => None,
        })
    }

    /// Reads a file, batch by batch; gives how many records were looked at and not handed on, since the needles
    /// say that they cannot match.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or `emit` wants no more.
    pub fn read(
        &self,
        path: &Path,
        needles: Option<&Needles>,
        kept: &mut Kept,
        emit: &mut Emit<'_>,
    ) -> Result<usize, ReadError> {
        if let FormatReader::Parquet(reader) = &self.format {
            return reader.read(path, emit).map(|()| 0);
        }
        let Kept { whole, builders } = kept;
        let builders = match std::mem::take(builders) {
            none if none.is_empty() => self.builders()?,
            builders => builders,
        };
        let mut rows = Rows::new(builders, needles, emit);
        if let FormatReader::Avro(reader) = &self.format {
            reader.read(path, &mut rows)?;
        } else {
            let text = whole.open(path)?;
            if let Some(buffer) = self.read_text(text, &mut rows)? {
                whole.give_back(buffer);
            }
        }
        rows.flush()?;
        let passed = rows.passed();
        // A file that is broken leaves half a record in its builders, so that only those of a whole one are kept.
        kept.builders = rows.builders;
        Ok(passed)
    }

    /// Reads a text, and gives back the buffer of one that was whole.
    fn read_text(&self, text: Text, rows: &mut Rows<'_>) -> Result<Option<Vec<u8>>, ReadError> {
        if let FormatReader::CloudTrail(decoder) = &self.format {
            return cloudtrail::read(text, decoder, rows).map(Some);
        }
        let mut lines = Lines::new(text, self.skipped)?;
        match &self.format {
            FormatReader::JsonLines(reader) => reader.read(&mut lines, rows)?,
            FormatReader::Delimited(reader) => reader.read(&mut lines, rows)?,
            FormatReader::Csv(reader) => reader.read(&mut lines, rows)?,
            FormatReader::Regex(reader) => reader.read(&mut lines, rows)?,
            FormatReader::Grok(reader) => reader.read(&mut lines, rows)?,
            FormatReader::CloudTrail(_) | FormatReader::Parquet(_) | FormatReader::Avro(_) => {}
        }
        Ok(lines.into_buffer())
    }

    fn builders(&self) -> Result<Vec<ColumnBuilder>, EngineError> {
        self.types.iter().map(|ty| ColumnBuilder::new(ty, 0)).collect()
    }
}

/// The crates that read ORC panic on damaged files and set aside what a file claims.
fn unsupported_orc() -> EngineError {
    let message = "the embedded engine does not read ORC tables";
    let help =
        "run on Athena, or write the table once as Parquet there: CREATE TABLE … WITH (format = 'PARQUET') AS SELECT …";
    EngineError { help: Some(help.to_owned()), ..EngineError::new(ErrorClass::Unsupported, message) }
}
