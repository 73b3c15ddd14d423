//! The embedded engine as a run sees it: statements and files in, rows and reports out.
#![cfg(feature = "local")]

mod any_bytes;
#[cfg(feature = "athena")]
pub mod athena;
mod bench;
mod cloudtrail;
mod compressed;
mod damaged;
mod documented;
mod fast;
mod formats;
mod judged_files;
mod judged_json;
mod partitions;
mod skipping;
mod statements;
#[cfg(all(feature = "athena", feature = "trino"))]
mod trino;
