//! The embedded engine as a run sees it: statements and files in, rows and reports out.
#![cfg(feature = "local")]

mod any_bytes;
mod bench;
mod cloudtrail;
mod formats;
mod partitions;
mod skipping;
mod statements;
