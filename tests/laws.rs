//! The laws of the compiler, held for generated specs over generated archives.
//!
//! `ATHPLAN_LAW_CASES` asks for more cases than the default (in units in which the default is 1,000),
//! `ATHPLAN_LAW_SEED` for other ones.
#![cfg(feature = "local")]

mod archive;
mod bench;
mod calendar;
mod cell;
mod choices;
mod existing;
mod explained;
mod generate;
mod hostile;
mod model;
mod naive;
mod named;
mod partitions;
mod print;
pub mod property;
mod pure;
mod recording;
mod same_rows;
