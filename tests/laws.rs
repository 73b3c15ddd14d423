//! The laws of the compiler, held for generated specs over generated archives.
//!
//! `ATHPLAN_LAW_CASES` asks for more cases than the default (in units in which the default is 1,000),
//! `ATHPLAN_LAW_SEED` for other ones.
#![cfg(feature = "local")]

pub mod archive;
pub mod bench;
mod calendar;
mod cell;
pub mod choices;
mod existing;
pub mod explained;
pub mod generate;
mod hostile;
mod model;
mod naive;
pub mod named;
mod partitions;
pub mod print;
pub mod property;
mod pure;
pub mod recording;
mod same_rows;
