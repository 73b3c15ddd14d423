//! The embedded engine: a small Athena over local folders.

pub mod arrow;
mod builder;

pub use builder::ColumnBuilder;
