//! Names to tables and columns, expressions to types.

pub mod expr;
pub mod query;
pub mod spec;
