//! athplan: a planner and compiler for investigations over logs in S3.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

pub mod bind;
pub mod catalog;
pub mod cli;
pub mod constant;
pub mod demo;
pub mod engine;
pub mod source;
pub mod spec;
pub mod types;
