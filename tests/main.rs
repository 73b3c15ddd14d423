//! All tests that look at athplan from outside, as one binary: linking once is faster than ten times.

mod binding;
mod catalog;
mod demo;
mod engines;
mod examples;
mod gallery;
mod grammar;
mod partition;
mod output;
mod types;
