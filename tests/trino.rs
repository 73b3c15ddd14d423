//! The judge: a real Trino is asked whether it takes every statement that athplan writes, and gives the same types
//! and the same rows.
//!
//! `tests/trino/run` starts a server and runs these tests, which are ignored otherwise. What the judge uses is its
//! own, a client and a converter of files, so that a mistake of athplan's engines or readers cannot hide itself.
//! Cases that Trino cannot judge are told by name and reason, and counted.
#![cfg(feature = "local")]

pub mod bag;
pub mod client;
mod copy;
pub mod engine;
mod expressions;
mod generate;
mod literals;
mod parquet;
pub mod pruning;
pub mod raw;
pub mod reads;
mod rows;
pub mod subject;
mod tables;
pub mod tally;
