//! All tests that look at athplan from outside, as one binary: linking once is faster than ten times.

mod answers;
mod binding;
mod engines;
mod examples;
mod gallery;
mod grammar;
mod lowering;
mod catalog;
mod partition;
mod demo;
mod types;
