//! All tests that look at athplan from outside, as one binary: linking once is faster than ten times.

mod answers;
mod archives;
mod binding;
mod catalog;
mod cli;
mod demo;
mod emulator;
mod engines;
mod examples;
mod functions;
mod gallery;
mod grammar;
mod laws;
mod live;
mod lowering;
#[cfg(feature = "local")]
mod middle;
mod output;
mod partition;
mod program;
mod readme;
#[cfg(feature = "local")]
mod run;
mod tidy;
mod types;
mod walk;
