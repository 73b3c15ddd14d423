//! The hidden columns that Trino's Hive tables have behind their own.

use datafusion::common::ScalarValue;

use super::data_error;
use super::stream::FileTask;
use crate::catalog::Table;
use crate::constant::{Value, Zone};
use crate::engine::EngineError;
use crate::engine::local::arrow::from_values;
use crate::types::Type;

/// Picoseconds in a millisecond.
const PICOSECONDS_PER_MILLISECOND: i128 = 1_000_000_000;

/// A hidden column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HiddenColumn {
    /// `"$path"`: the file's location.
    Path,
    /// `"$file_size"`: its bytes as stored.
    FileSize,
    /// `"$file_modified_time"`.
    FileModifiedTime,
    /// `"$partition"`: `key=value/…`.
    Partition,
}

impl HiddenColumn {
    /// The hidden columns of a table in the order in which the binder puts them.
    pub fn all(table: &Table) -> &'static [HiddenColumn] {
        const ALL: [HiddenColumn; 4] =
            [HiddenColumn::Path, HiddenColumn::FileSize, HiddenColumn::FileModifiedTime, HiddenColumn::Partition];
        if table.partition_keys.is_empty() { &ALL[..3] } else { &ALL }
    }

    /// Its type.
    pub fn ty(self) -> Type {
        match self {
            Self::Path | Self::Partition => Type::VARCHAR,
            Self::FileSize => Type::BigInt,
            Self::FileModifiedTime => Type::TimestampWithTimeZone(3),
        }
    }

    /// Its value for the rows of a file.
    ///
    /// # Errors
    ///
    /// The value is out of its type's range.
    pub fn value(self, task: &FileTask) -> Result<ScalarValue, EngineError> {
        let value = match self {
            Self::Path => Value::varchar(&task.file.uri),
            Self::Partition => Value::varchar(&task.partition),
            Self::FileSize => Value::Integer(i64::try_from(task.file.size).unwrap_or(i64::MAX)),
            Self::FileModifiedTime => {
                let picoseconds = i128::from(task.file.modified) * PICOSECONDS_PER_MILLISECOND;
                Value::TimestampWithTimeZone(picoseconds, Zone::Offset(0))
            }
        };
        let array = from_values(&[value], &self.ty())?;
        ScalarValue::try_from_array(&array, 0).map_err(|error| data_error(error.to_string()))
    }
}
