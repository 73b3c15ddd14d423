//! Chooses how a table's files are read, from its storage.

use std::fmt;
use std::path::Path;

use super::json::{JsonRules, RecordDecoder};
use super::rows::{Emit, Rows};
use super::{ReadError, cloudtrail, input};
use crate::catalog::{Column, Format, Table};
use crate::engine::{EngineError, ErrorClass};
use crate::types::Type;

/// Reads the columns wanted of any file of a table.
pub struct TableReader {
    types: Vec<Type>,
    format: FormatReader,
}

enum FormatReader {
    CloudTrail(RecordDecoder),
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
        let columns: Vec<&Column> = wanted.iter().filter_map(|at| table.columns.get(*at)).collect();
        let named = || columns.iter().map(|column| (column.name.as_str(), &column.ty));
        let format = match table.storage.format {
            Format::CloudTrail => {
                let rules = JsonRules { case_insensitive: true, ..JsonRules::default() };
                FormatReader::CloudTrail(RecordDecoder::new(named(), &rules)?)
            }
            other => return Err(unsupported(&format!("{other:?} tables"))),
        };
        Ok(Self { types: columns.iter().map(|column| column.ty.clone()).collect(), format })
    }

    /// Reads a file, batch by batch.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or `emit` wants no more.
    pub fn read(&self, path: &Path, emit: &mut Emit<'_>) -> Result<(), ReadError> {
        let mut rows = Rows::new(&self.types, emit)?;
        match &self.format {
            FormatReader::CloudTrail(decoder) => cloudtrail::read(input::open(path)?, decoder, &mut rows)?,
        }
        rows.flush()
    }
}

fn unsupported(what: &str) -> EngineError {
    EngineError::new(ErrorClass::Unsupported, format!("the embedded engine does not read {what}"))
}
