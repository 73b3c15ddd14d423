//! The embedded engine: a small Athena over local folders.

pub mod arrow;
mod builder;
mod lower;
pub mod scan;
pub mod store;

pub use builder::ColumnBuilder;
