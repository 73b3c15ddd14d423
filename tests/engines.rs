//! The embedded engine as a run sees it: statements and files in, rows and reports out.
#![cfg(feature = "local")]

mod any_bytes;
#[cfg(feature = "athena")]
mod athena;
mod bench;
mod cloudtrail;
mod formats;
mod partitions;
mod skipping;
mod statements;
#[cfg(all(feature = "athena", feature = "trino"))]
mod trino;
