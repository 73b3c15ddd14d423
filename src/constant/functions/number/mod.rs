//! Functions over numbers with Trino's results.
//!
//! What is random (`random`, `rand`, `uuid`) is no function of its arguments and not here.

mod angle;
mod base;
mod bits;
mod fixed;
mod precise;
mod rounding;
mod scientific;
mod sign;
mod size;
mod vector;

use super::{Body, Function};
use crate::constant::{EvalError, Value};
use crate::types::Type;

/// Finds a function of this family; `None` if it is not one of them.
pub(super) fn lookup(name: &str, arguments: &[Type], result: &Type) -> Option<Body> {
    rounding::lookup(name, arguments, result)
        .or_else(|| sign::lookup(name, arguments, result))
        .or_else(|| scientific::lookup(name, arguments))
        .or_else(|| bits::lookup(name, arguments))
        .or_else(|| base::lookup(name, arguments))
        .or_else(|| angle::lookup(name, arguments))
        .or_else(|| size::lookup(name, arguments))
        .or_else(|| vector::lookup(name, arguments))
}

/// A value that is not of its expression's type.
fn mismatch(value: &Value) -> EvalError {
    EvalError::new("GENERIC_INTERNAL_ERROR", format!("{value:?} is not of the function's type"))
}

fn invalid(message: impl Into<String>) -> EvalError {
    EvalError::new("INVALID_FUNCTION_ARGUMENT", message)
}

fn out_of_range(message: impl Into<String>) -> EvalError {
    EvalError::new("NUMERIC_VALUE_OUT_OF_RANGE", message)
}
