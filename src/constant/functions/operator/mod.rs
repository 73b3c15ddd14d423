//! Operators, called by their sign, over every type that has them.

mod arithmetic;
mod comparison;
mod concatenation;
mod decimal;
mod interval;
mod like;
mod subscript;

use super::Body;
use crate::types::Type;

/// Finds a function of this family; `None` if it is not one of them.
pub(super) fn lookup(name: &str, arguments: &[Type], result: &Type) -> Option<Body> {
    match name {
        "=" | "<>" | "<" | "<=" | ">" | ">=" | "is distinct from" => comparison::lookup(name, arguments),
        "+" | "-" | "*" | "/" | "%" | "negate" => arithmetic::lookup(name, arguments, result)
            .or_else(|| decimal::lookup(name, arguments, result))
            .or_else(|| interval::lookup(name, arguments, result)),
        "||" => concatenation::lookup(arguments, result),
        "[]" => subscript::lookup(arguments),
        "like" => like::lookup(arguments),
        _ => None,
    }
}

pub(super) use arithmetic::remainder as integer_remainder;
pub(super) use decimal::remainder as decimal_remainder;
pub(super) use interval::{local_instant, plus_months, timestamp};
