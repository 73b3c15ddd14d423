//! Dates, times, timestamps, zones and intervals with Trino's results.
//!
//! The session's time zone is UTC, as it is on Athena. Most of these functions see milliseconds, as
//! the library behind Trino's does; what lies below them is kept where Trino keeps it.

mod duration;
mod field;
mod iso;
mod nanos;
mod parse;
mod pattern;
mod print;
mod unit;
mod unix;
mod zone;

pub(super) use pattern::{DAYS, MONTHS};
pub(super) use unit::months_between;

use super::{Body, Function};
use crate::constant::calendar::{PICOS_PER_DAY, PICOS_PER_MILLI};
use crate::constant::temporal_text::local;
use crate::constant::{EvalError, Value};
use crate::types::Type;

/// Finds a function of this family; `None` if it is not one of them.
pub(super) fn lookup(name: &str, arguments: &[Type], result: &Type) -> Option<Body> {
    unit::lookup(name, arguments)
        .or_else(|| field::lookup(name, arguments))
        .or_else(|| zone::lookup(name, arguments))
        .or_else(|| unix::lookup(name, arguments))
        .or_else(|| iso::lookup(name, arguments))
        .or_else(|| nanos::lookup(name, arguments))
        .or_else(|| print::lookup(name, arguments))
        .or_else(|| parse::lookup(name, arguments))
        .or_else(|| duration::lookup(name, arguments, result))
}

/// Whether a type is one of varchar's, whose values are plain text.
fn is_varchar(ty: &Type) -> bool {
    matches!(ty, Type::Varchar(_))
}

/// The local time of a date or timestamp, in picoseconds since the epoch.
fn local_picos(value: &Value) -> Result<i128, EvalError> {
    match value {
        Value::Date(days) => Ok(i128::from(*days) * PICOS_PER_DAY),
        Value::Timestamp(picos) => Ok(*picos),
        Value::TimestampWithTimeZone(picos, zone) => Ok(local(*picos, zone)),
        other => Err(mismatch(other)),
    }
}

/// The whole milliseconds of a time in picoseconds, rounded down.
fn millis(picos: i128) -> i64 {
    i64::try_from(picos.div_euclid(PICOS_PER_MILLI)).expect("timestamps hold fewer milliseconds than 64 bits")
}

/// The text of an argument that is varchar.
fn text(value: &Value) -> Result<&str, EvalError> {
    match value {
        Value::Varchar(text) => Ok(text),
        other => Err(mismatch(other)),
    }
}

/// A value that is not of its expression's type.
fn mismatch(value: &Value) -> EvalError {
    EvalError::new("GENERIC_INTERNAL_ERROR", format!("{value:?} is not of the function's type"))
}

/// Trino's error for an argument that makes no sense.
fn invalid(message: impl Into<String>) -> EvalError {
    EvalError::new("INVALID_FUNCTION_ARGUMENT", message)
}
