//! The closed evaluator: Trino's meaning of expressions without names or queries.
//!
//! The constant folder calls it over no inputs, the embedded engine over the columns of each row, so
//! both give the same answer by construction. What it lacks it refuses when a function is looked up,
//! never by a different answer: [`functions::function`] and [`supports_cast`] say what is there.

mod calendar;
mod cast;
mod compare;
mod decimal;
mod display;
mod evaluate;
mod expr;
mod float;
pub mod functions;
mod json_text;
mod memo;
pub mod sql_json;
mod temporal_text;
mod value;
mod zone;

#[cfg(feature = "local")]
pub(crate) use calendar::Civil;
pub use cast::{cast, is_skipped_time, supports_cast};
pub use compare::{Key, compare, equal, identical};
pub use display::format;
#[cfg(feature = "local")]
pub(crate) use evaluate::apply;
pub use evaluate::evaluate;
pub use expr::{EvalError, Expr, Lambda};
pub use value::{Value, Zone};
