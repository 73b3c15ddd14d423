//! A statement's rows, in the types that Trino tells, held against those that its text was bound to.

use super::value::{agrees, is_readable};
use crate::constant::Value;
use crate::engine::{EngineError, ErrorClass, ResultSet};
use crate::types::Type;

/// The rows of a result.
///
/// # Errors
///
/// Its columns are not those of the text, or hold values that are not read.
pub fn typed(
    (columns, rows): (Vec<(String, Type)>, Vec<Vec<Value>>),
    bound: &[Type],
) -> Result<ResultSet, EngineError> {
    if !bound.is_empty() && bound.len() != columns.len() {
        let message = format!("the result has {} columns, and its text has {}", columns.len(), bound.len());
        return Err(EngineError::new(ErrorClass::Data, message));
    }
    for (at, (name, told)) in columns.iter().enumerate() {
        if !is_readable(told) {
            let message = format!("the column `{name}` is {told}: athplan does not read its values");
            let help = format!("select json_format(CAST({name} AS JSON)) AS {name} in its place");
            return Err(EngineError::new(ErrorClass::Unsupported, message).with_help(help));
        }
        if let Some(bound) = bound.get(at)
            && !agrees(told, bound)
        {
            let message = format!("the column `{name}` is {told} in the result, and {bound} in the statement");
            return Err(EngineError::new(ErrorClass::Data, message));
        }
    }
    Ok(ResultSet { columns, rows })
}
