//! The closed evaluator: Trino's meaning of expressions without names or queries.

mod expr;
pub mod functions;
mod memo;
mod value;

pub use expr::{EvalError, Expr, Lambda};
pub use value::{Value, Zone};
