//! All tests that look at athplan from outside, as one binary: linking once is faster than ten times.

mod answers;
mod archives;
mod binding;
mod catalog;
mod cli;
mod demo;
mod doctor;
mod emulator;
mod engines;
mod examples;
mod front;
mod functions;
mod gallery;
mod grammar;
mod laws;
mod literals;
mod live;
mod live_errors;
mod lowering;
#[cfg(feature = "local")]
mod middle;
mod output;
mod own_trino;
mod page;
mod partition;
mod policy;
mod program;
mod readme;
mod rewrites;
#[cfg(feature = "local")]
mod run;
mod sizes;
mod sql_json;
mod terminal;
mod tidy;
mod trino;
mod types;
mod walk;
