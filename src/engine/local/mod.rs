//! The embedded engine: a small Athena over local folders.

pub mod arrow;
mod builder;
pub mod scan;
pub mod store;

pub use builder::ColumnBuilder;
