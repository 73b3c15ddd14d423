//! Reads tables: which partitions a query needs, which files lie in them, and their rows.
//!
//! Partitions are pruned before anything is listed, files are listed before anything is opened, and
//! of each record only the columns that a query uses are decoded.

mod avro;
mod blocks;
mod cloudtrail;
mod conform;
mod csv_lines;
mod decompress;
mod delimited;
mod delimited_nested;
mod delimited_value;
mod demand;
mod exec;
mod extent;
mod grok_lines;
mod grok_patterns;
mod hadoop_blocks;
mod hidden;
mod input;
mod java_pattern;
mod json;
mod json_lines;
mod lines;
mod needle;
mod parquet_file;
mod partition;
mod predicate;
mod progress;
mod provider;
mod reader;
mod regex_lines;
mod rows;
mod serde_property;
mod stream;
mod whole;

pub use demand::Demand;
pub use exec::ScanExec;
pub use partition::NULL_FOLDER;
pub use progress::ScanProgress;
pub use provider::{ScanContext, TableScan};
pub use reader::TableReader;

use crate::engine::{EngineError, ErrorClass};

/// Why a file's reading ended early.
#[derive(Debug)]
pub enum ReadError {
    /// The file is broken: the reason, to stand behind its name.
    Broken(String),
    /// Nobody wants more rows.
    Stopped,
    /// Something that no other file changes, such as a type that the engine lacks.
    Engine(EngineError),
}

impl From<EngineError> for ReadError {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

/// An error of reading data.
fn data_error(message: impl Into<String>) -> EngineError {
    EngineError::new(ErrorClass::Data, message)
}
