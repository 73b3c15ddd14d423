//! Reads Avro's files of records, by Trino's rules where these are those of the format: fields are found by their exact
//! names, or by the names of the table's `avro.schema.literal`.
//!
//! A reader of the engine's own: the crate that makes Arrow's arrays of Avro inflates blocks however large they
//! become and knows nothing of these rules.

mod container;
mod cursor;
mod plan;
mod schema;

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use super::ReadError;
use super::input::CHUNK;
use super::rows::Rows;
use crate::catalog::{Column, Table};
use crate::engine::{EngineError, ErrorClass};
use crate::types::Type;
use container::Container;
use plan::Plan;
use schema::{Field, Kind, Schema};

/// Reads columns of Avro files.
pub struct AvroFiles {
    wanted: Vec<(String, Type)>,
    /// The schema that the table declares, if it does.
    declared: Option<Schema>,
}

impl AvroFiles {
    /// A reader of these columns.
    ///
    /// # Errors
    ///
    /// The table's schema is none, lies elsewhere or lacks a column.
    pub fn new(table: &Table, columns: &[&Column]) -> Result<Self, EngineError> {
        let own = |name: &str| table.properties.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let property = |name: &str| table.storage.serde_properties.get(name).map(String::as_str).or_else(|| own(name));
        if property("avro.schema.url").is_some() {
            let message =
                "the embedded engine does not read avro.schema.url: write the schema into 'avro.schema.literal'";
            return Err(EngineError::new(ErrorClass::Unsupported, message));
        }
        let wrong = |reason: String| {
            EngineError::new(ErrorClass::Statement, format!("{}: avro.schema.literal {reason}", table.name))
        };
        let declared = property("avro.schema.literal").map(Schema::parse).transpose().map_err(&wrong)?;
        if let Some(schema) = &declared {
            for column in columns {
                if schema.field_of_column(&column.name).is_none() {
                    return Err(wrong(format!("has no field for the column {}", column.name)));
                }
            }
        }
        Ok(Self { wanted: columns.iter().map(|column| (column.name.clone(), column.ty.clone())).collect(), declared })
    }

    /// Reads a file. A column that the file lacks is NULL.
    ///
    /// # Errors
    ///
    /// The file is no Avro file, or a column holds another type than it was declared with.
    pub fn read(&self, path: &Path, rows: &mut Rows<'_>) -> Result<(), ReadError> {
        let broken = |reason: String| ReadError::Broken(format!("it is no readable Avro file: {reason}"));
        let file = File::open(path).map_err(|error| ReadError::Broken(error.to_string()))?;
        let mut container = Container::open(BufReader::with_capacity(CHUNK, file)).map_err(&broken)?;
        let schema = Schema::parse(container.schema()).map_err(|reason| broken(format!("its schema {reason}")))?;
        let Kind::Record(fields) = schema.resolved(&schema.root) else {
            return Err(broken("its schema is no record".to_owned()));
        };
        let plan = Plan::of_record(&schema, fields, self.declared.as_ref(), &self.wanted).map_err(ReadError::Broken)?;
        while let Some(block) = container.next_block().map_err(&broken)? {
            let mut cursor = cursor::Cursor::new(&block.data);
            cursor.claim(block.count).map_err(&broken)?;
            for _ in 0..block.count {
                let before = cursor.left();
                plan.append_record(&schema, &mut cursor, &mut rows.builders).map_err(ReadError::Broken)?;
                rows.end_row(before - cursor.left())?;
            }
            if cursor.left() > 0 {
                return Err(broken("a block is longer than its records".to_owned()));
            }
        }
        Ok(())
    }
}

impl Schema {
    /// The field of a column, whose name is in lower case.
    fn field_of_column(&self, column: &str) -> Option<&Field> {
        let Kind::Record(fields) = self.resolved(&self.root) else { return None };
        fields.iter().find(|field| field.name.to_lowercase() == column)
    }
}
