//! The functions of SQL/JSON with their own syntax: JSON_EXISTS, JSON_VALUE, JSON_QUERY, JSON_OBJECT and
//! JSON_ARRAY, with Trino's results.
//!
//! What is written in words (ON ERROR, WRAPPER, the path itself) is a [`Form`], fixed when a spec is
//! bound; what varies from row to row are its operands.

mod build;
mod look_up;
mod node;
mod number;
mod path;
mod predicate;
mod walk;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use path::{Path, PathMistake};

use self::node::{Node, Unread};
use super::{EvalError, Value};
use crate::types::Type;

/// `FORMAT JSON [ENCODING …]`: how a text or bytes spell JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Format {
    /// `FORMAT JSON`: text as it is, bytes as UTF-8.
    Json,
    /// `ENCODING UTF8`.
    Utf8,
    /// `ENCODING UTF16`, little endian.
    Utf16,
    /// `ENCODING UTF32`, little endian.
    Utf32,
}

/// What stands for a result that there is not, `… ON ERROR` or `… ON EMPTY`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    /// NULL; of JSON_EXISTS called UNKNOWN.
    Null,
    /// The query fails.
    Error,
    /// `TRUE`, of JSON_EXISTS.
    True,
    /// `FALSE`, of JSON_EXISTS.
    False,
    /// `DEFAULT x`, of JSON_VALUE.
    Default,
    /// `EMPTY ARRAY`, of JSON_QUERY.
    EmptyArray,
    /// `EMPTY OBJECT`, of JSON_QUERY.
    EmptyObject,
}

/// When JSON_QUERY makes an array of what it finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Wrapper {
    /// `WITHOUT ARRAY WRAPPER`.
    Without,
    /// `WITH CONDITIONAL ARRAY WRAPPER`: unless it is one array or object.
    Conditional,
    /// `WITH ARRAY WRAPPER`.
    Unconditional,
}

/// What JSON_EXISTS, JSON_VALUE and JSON_QUERY have in common. Their first operands are the JSON
/// that is looked into and the values of PASSING.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LookUp {
    /// How the input spells JSON.
    pub input: Format,
    /// The path.
    pub path: Path,
    /// For each value of PASSING how it spells JSON, if it does.
    pub passed: Vec<Option<Format>>,
    /// `… ON ERROR`.
    pub on_error: Answer,
}

/// What JSON_OBJECT and JSON_ARRAY have in common.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Build {
    /// For each value how it spells JSON, if it does.
    pub values: Vec<Option<Format>>,
    /// `ABSENT ON NULL`.
    pub absent_on_null: bool,
    /// How the result is spelled in bytes; none: as text.
    pub output: Option<Format>,
}

/// One of the functions, with all that is fixed about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Form {
    /// JSON_EXISTS.
    Exists(LookUp),
    /// JSON_VALUE. Behind the common operands stand the defaults, that of ON EMPTY first.
    Value {
        /// What is looked up.
        look_up: LookUp,
        /// `… ON EMPTY`.
        on_empty: Answer,
        /// The type of the result.
        returning: Type,
    },
    /// JSON_QUERY.
    Query {
        /// What is looked up.
        look_up: LookUp,
        /// `… ON EMPTY`.
        on_empty: Answer,
        /// When the result is an array.
        wrapper: Wrapper,
        /// `OMIT QUOTES`.
        omit_quotes: bool,
        /// How the result is spelled in bytes; none: as text.
        output: Option<Format>,
    },
    /// JSON_OBJECT. Its operands are name, value, name, value and so on.
    Object {
        /// The values.
        build: Build,
        /// `WITH UNIQUE KEYS`.
        unique_keys: bool,
    },
    /// JSON_ARRAY. Its operands are the elements.
    Array(Build),
}

impl Form {
    /// The function's name.
    pub fn name(&self) -> &'static str {
        match self {
            Form::Exists(_) => "JSON_EXISTS",
            Form::Value { .. } => "JSON_VALUE",
            Form::Query { .. } => "JSON_QUERY",
            Form::Object { .. } => "JSON_OBJECT",
            Form::Array(_) => "JSON_ARRAY",
        }
    }
}

/// A form with the types of its operands.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SqlJson {
    /// The form.
    pub form: Arc<Form>,
    /// The types of its operands.
    pub types: Vec<Type>,
}

/// The operands of a call: each is evaluated when it is asked for.
type Operands<'a> = dyn FnMut(usize) -> Result<Value, EvalError> + 'a;

impl SqlJson {
    /// The value of a call. Operands are evaluated in Trino's order, which tells which of several errors
    /// comes first.
    ///
    /// # Errors
    ///
    /// What Trino would raise, by Trino's name for it.
    pub(super) fn evaluate(&self, operand: &mut Operands<'_>) -> Result<Value, EvalError> {
        match &*self.form {
            Form::Exists(look_up) => look_up::exists(look_up, &self.types, operand),
            Form::Value { look_up, on_empty, returning } => {
                look_up::value(look_up, *on_empty, returning, &self.types, operand)
            }
            Form::Query { look_up, on_empty, wrapper, omit_quotes, output } => {
                let found = look_up::query(look_up, *on_empty, *wrapper, &self.types, operand)?;
                match found {
                    Some(node) => node.written(*output, look_up.on_error, *omit_quotes),
                    None => Ok(Value::Null),
                }
            }
            Form::Object { build, unique_keys } => build::object(build, *unique_keys, &self.types, operand),
            Form::Array(build) => build::array(build, &self.types, operand),
        }
    }
}

/// Reads JSON where malformed text is an error.
fn read(value: &Value, format: Format) -> Result<Node, EvalError> {
    Node::read(value, format).map_err(|problem| match problem {
        Unread::Refused(refusal) => refusal,
        Unread::Malformed => input_error("conversion to JSON failed"),
    })
}

fn input_error(message: &str) -> EvalError {
    EvalError::new("JSON_INPUT_CONVERSION_ERROR", message)
}
