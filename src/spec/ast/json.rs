//! The functions of SQL/JSON with their own syntax.

use super::{Expr, Ident, Text, TypeName};
use crate::constant::sql_json::{Answer, Format, Wrapper};
use crate::source::Span;

/// `JSON_EXISTS(…)`, `JSON_VALUE(…)`, `JSON_QUERY(…)`, `JSON_OBJECT(…)` or `JSON_ARRAY(…)`.
#[derive(Debug, Clone, PartialEq)]
pub enum JsonCall {
    /// `JSON_EXISTS(input, path [PASSING …] [… ON ERROR])`.
    Exists {
        /// What is looked up.
        look_up: JsonLookUp,
        /// `… ON ERROR`.
        on_error: Option<JsonOtherwise>,
    },
    /// `JSON_VALUE(input, path [PASSING …] [RETURNING type] [… ON EMPTY] [… ON ERROR])`.
    Value {
        /// What is looked up.
        look_up: JsonLookUp,
        /// `RETURNING`.
        returning: Option<TypeName>,
        /// `… ON EMPTY`.
        on_empty: Option<JsonOtherwise>,
        /// `… ON ERROR`.
        on_error: Option<JsonOtherwise>,
    },
    /// `JSON_QUERY(input, path [PASSING …] [RETURNING …] [… WRAPPER] [… QUOTES] [… ON EMPTY] [… ON ERROR])`.
    Query {
        /// What is looked up.
        look_up: JsonLookUp,
        /// `RETURNING`.
        returning: Option<JsonOutput>,
        /// `… WRAPPER`.
        wrapper: Wrapper,
        /// `OMIT QUOTES` (true), `KEEP QUOTES` (false).
        omit_quotes: Option<bool>,
        /// `… ON EMPTY`.
        on_empty: Option<JsonOtherwise>,
        /// `… ON ERROR`.
        on_error: Option<JsonOtherwise>,
    },
    /// `JSON_OBJECT([name VALUE value, …] [… ON NULL] [… UNIQUE KEYS] [RETURNING …])`.
    Object {
        /// Names and values.
        members: Vec<(Expr, JsonOperand)>,
        /// `ABSENT ON NULL`.
        absent_on_null: bool,
        /// `WITH UNIQUE KEYS`.
        unique_keys: bool,
        /// `RETURNING`.
        returning: Option<JsonOutput>,
    },
    /// `JSON_ARRAY([value, …] [… ON NULL] [RETURNING …])`.
    Array {
        /// The elements.
        elements: Vec<JsonOperand>,
        /// `ABSENT ON NULL`, the default here.
        absent_on_null: bool,
        /// `RETURNING`.
        returning: Option<JsonOutput>,
    },
}

/// `input [FORMAT …], path [AS name] [PASSING value AS name, …]`.
#[derive(Debug, Clone, PartialEq)]
pub struct JsonLookUp {
    /// The JSON that is looked into.
    pub input: JsonOperand,
    /// The path.
    pub path: Text,
    /// `AS name` behind the path.
    pub name: Option<Ident>,
    /// `PASSING`.
    pub passing: Vec<JsonArgument>,
}

/// `value [FORMAT JSON [ENCODING …]]`.
#[derive(Debug, Clone, PartialEq)]
pub struct JsonOperand {
    /// The value.
    pub value: Expr,
    /// `FORMAT`.
    pub format: Option<Format>,
}

/// `value [FORMAT …] AS name`.
#[derive(Debug, Clone, PartialEq)]
pub struct JsonArgument {
    /// The value.
    pub operand: JsonOperand,
    /// The name by which paths call it: in upper case unless it was quoted.
    pub name: String,
    /// Where the name stands.
    pub span: Span,
}

/// `RETURNING type [FORMAT JSON [ENCODING …]]`.
#[derive(Debug, Clone, PartialEq)]
pub struct JsonOutput {
    /// The type.
    pub ty: TypeName,
    /// `FORMAT`.
    pub format: Option<Format>,
}

/// What stands before `ON EMPTY` or `ON ERROR`.
#[derive(Debug, Clone, PartialEq)]
pub struct JsonOtherwise {
    /// Which of them.
    pub answer: Answer,
    /// The expression of `DEFAULT`.
    pub default: Option<Box<Expr>>,
}
