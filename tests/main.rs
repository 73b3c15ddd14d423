//! All tests that look at athplan from outside, as one binary: linking once is faster than ten times.

mod answers;
mod binding;
mod catalog;
mod demo;
mod engines;
mod examples;
mod functions;
mod gallery;
mod grammar;
mod middle;
mod output;
mod partition;
mod types;
