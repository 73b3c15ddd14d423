//! The meaning of queries on the embedded engine: SQL text over small tables, with the rows that Trino
//! gives.
#![cfg(feature = "local")]

mod aggregates;
mod answers;
mod bench;
mod blocks;
mod comparison;
mod functions;
mod queries;
mod subqueries;
mod windows;
