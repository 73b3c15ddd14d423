//! What an embedded engine is made with.

use std::path::PathBuf;
use std::thread::available_parallelism;

use super::store::Mapping;
use crate::catalog::TableRef;
use crate::types::Dialect;

/// The location that stands for the output folder, unless the caller names another.
pub const OUTPUT_LOCATION: &str = "s3://athplan-local-output/";

/// How an embedded engine runs.
#[derive(Debug, Clone)]
pub struct LocalOptions {
    /// Local folders that stand for locations.
    pub maps: Vec<Mapping>,
    /// The folder for what statements write without naming a mapped location, and the location by
    /// which statements can name it. It is made if it is not there.
    pub output: Mapping,
    /// Tables that exist already, by a catalog's word: no statement creates, alters or drops them.
    pub existing: Vec<TableRef>,
    /// Files that cannot be read are counted and skipped; otherwise they fail the statement.
    pub skip_bad_files: bool,
    /// How many files of a scan are read side by side, and over how many threads a statement's joins and
    /// groups are spread.
    pub threads: usize,
    /// How many statements run side by side.
    pub slots: usize,
    /// Whose SQL the statements are.
    pub dialect: Dialect,
    /// The time that `now()` gives and projected ranges end at: picoseconds since the epoch, in whole
    /// milliseconds.
    pub now: i128,
}

impl LocalOptions {
    /// An engine that writes into a folder, reads nothing yet, and uses all cores.
    pub fn new(output: impl Into<PathBuf>, now: i128) -> Self {
        let cores = available_parallelism().map_or(1, usize::from);
        Self {
            maps: Vec::new(),
            output: Mapping { location: OUTPUT_LOCATION.to_owned(), directory: output.into() },
            existing: Vec::new(),
            skip_bad_files: false,
            threads: cores,
            slots: cores,
            dialect: Dialect::default(),
            now,
        }
    }
}
