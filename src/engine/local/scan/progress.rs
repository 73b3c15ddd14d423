//! What a scan has read so far, counted while it reads.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::engine::ScanReport;

/// The counters of one scan.
#[derive(Debug, Default)]
pub struct ScanProgress {
    /// What planning found: everything of the report but the counters.
    planned: ScanReport,
    files: AtomicU64,
    bytes: AtomicU64,
    records: AtomicU64,
    unreadable: Mutex<Vec<(String, String)>>,
}

impl ScanProgress {
    /// A scan that has read nothing, with the partitions its plan found.
    pub fn new(planned: ScanReport) -> Self {
        Self { planned, ..Self::default() }
    }

    /// A file was opened.
    pub fn opened(&self, size: u64) {
        self.bytes.fetch_add(size, Ordering::Relaxed);
    }

    /// A file was read, to its end or as far as anybody wanted its rows.
    pub fn done(&self) {
        self.files.fetch_add(1, Ordering::Relaxed);
    }

    /// Records were handed on.
    pub fn read(&self, records: usize) {
        self.records.fetch_add(records as u64, Ordering::Relaxed);
    }

    /// A file was skipped because it cannot be read.
    pub fn skipped(&self, uri: &str, reason: &str) {
        let mut unreadable = self.unreadable.lock().unwrap_or_else(PoisonError::into_inner);
        unreadable.push((uri.to_owned(), reason.to_owned()));
    }

    /// The report as it stands; files that were skipped are in the order of their names.
    pub fn report(&self) -> ScanReport {
        let mut unreadable = self.unreadable.lock().unwrap_or_else(PoisonError::into_inner).clone();
        unreadable.sort();
        ScanReport {
            files: self.files.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
            records: self.records.load(Ordering::Relaxed),
            unreadable,
            ..self.planned.clone()
        }
    }
}
