//! A closed expression: no names, no text, no queries; only inputs by position.
//!
//! The binder's typed expressions are turned into this form to be evaluated, by the constant folder
//! over no inputs and by the embedded engine over the columns of a row. Both therefore give the
//! same answer by construction.

use serde::{Deserialize, Serialize};

use super::functions::Function;
use super::sql_json::SqlJson;
use super::value::Value;
use crate::types::Type;

/// A closed expression, ready to be evaluated over a row of input values.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Expr {
    /// A constant.
    Literal(Value),
    /// The input at this position of the row.
    Input(usize),
    /// A lambda's parameter, by its slot: parameters are numbered outermost lambda first.
    Parameter(usize),
    /// A function or operator over evaluated arguments.
    Call(Function, Vec<Expr>),
    /// A function of SQL/JSON over its operands.
    SqlJson(Box<SqlJson>, Vec<Expr>),
    /// A lambda; stands only as an argument of a [`Expr::Call`].
    Lambda(Box<Lambda>),
    /// SQL's three-valued AND, left to right, stopping at the first FALSE.
    And(Vec<Expr>),
    /// SQL's three-valued OR, left to right, stopping at the first TRUE.
    Or(Vec<Expr>),
    /// SQL's three-valued NOT.
    Not(Box<Expr>),
    /// `x IS NULL`: never NULL itself.
    IsNull(Box<Expr>),
    /// The first argument that is not NULL; later ones are not evaluated.
    Coalesce(Vec<Expr>),
    /// `CASE WHEN c THEN v … ELSE e END`; branches not taken are not evaluated.
    Case {
        /// Conditions and results, in order.
        branches: Vec<(Expr, Expr)>,
        /// The result if no condition is TRUE.
        otherwise: Box<Expr>,
    },
    /// `try(x)`: NULL where evaluating `x` fails with an error that Trino's `try` catches.
    Try(Box<Expr>),
    /// A conversion by Trino's CAST rules.
    Cast {
        /// What is converted.
        input: Box<Expr>,
        /// Its type.
        from: Type,
        /// The type wanted.
        to: Type,
        /// `TRY_CAST`: NULL instead of an error.
        safe: bool,
    },
    /// `ROW(…)`.
    Row(Vec<Expr>),
    /// `ARRAY[…]`.
    Array(Vec<Expr>),
    /// A row's field by position; NULL of a NULL row.
    Field(Box<Expr>, usize),
}

/// `(x, y) -> body`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Lambda {
    /// The slots its parameters fill while the body is evaluated.
    pub parameters: Vec<usize>,
    /// The body.
    pub body: Expr,
}

/// An error that evaluating an expression raises, as Trino names it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {message}")]
pub struct EvalError {
    /// Trino's error name, such as `DIVISION_BY_ZERO` or `INVALID_CAST_ARGUMENT`.
    pub name: &'static str,
    /// What happened, in words.
    pub message: String,
}

impl EvalError {
    /// An error by Trino's name for it.
    pub fn new(name: &'static str, message: impl Into<String>) -> Self {
        Self { name, message: message.into() }
    }

    /// What the evaluator cannot answer for this row although it knows the function, for example a
    /// format that depends on the clock. Trino would answer, so no `try` hides it.
    pub fn refused(message: impl Into<String>) -> Self {
        Self::new(Self::REFUSED, message)
    }

    /// Whether it is the evaluator's own, not Trino's.
    pub fn is_refusal(&self) -> bool {
        self.name == Self::REFUSED
    }

    /// The name of refusals; no error of Trino has it.
    const REFUSED: &str = "REFUSED_BY_EVALUATOR";

    /// Whether Trino's `TRY_CAST` makes NULL of it: whatever a cast says by intent.
    pub fn is_caught_by_try_cast(&self) -> bool {
        !self.is_refusal() && self.name != "GENERIC_INTERNAL_ERROR"
    }

    /// Whether Trino's `try` makes NULL of it.
    pub fn is_caught_by_try(&self) -> bool {
        matches!(
            self.name,
            "DIVISION_BY_ZERO" | "INVALID_CAST_ARGUMENT" | "INVALID_FUNCTION_ARGUMENT" | "NUMERIC_VALUE_OUT_OF_RANGE"
        )
    }
}
