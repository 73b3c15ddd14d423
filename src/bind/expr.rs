//! A bound expression: every name resolved, every node typed, every coercion explicit.
//!
//! It stays close to what the user wrote (BETWEEN is BETWEEN, an operator is a call by its sign), so
//! that rewrites can recognise forms and emission can fall back on the text under its span.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::query::{Query, RelationId, SortKey};
use crate::constant::Value;
use crate::constant::sql_json::Form;
use crate::source::Span;
use crate::spec::ast::{Comparison, FrameUnit};
use crate::types::Type;

/// A typed expression. Two are equal if they mean the same, wherever they stand.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its type.
    pub ty: Type,
    /// The text it was bound from; a coercion has the span of what it coerces.
    pub span: Span,
}

impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.ty == other.ty
    }
}

/// A column of a relation, by position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ColumnRef {
    /// The relation.
    pub relation: RelationId,
    /// The position among that relation's columns, hidden ones included.
    pub column: usize,
}

/// What a bound expression is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ExprKind {
    /// A constant.
    Literal(Value),
    /// A parameter `:name` with the value it has in this compilation.
    Parameter(String, Value),
    /// `now()`, `current_date` and their like, with the value `--now` gives them.
    Now(Value),
    /// A column, of this block or of an outer one.
    Column(ColumnRef),
    /// A parameter of an enclosing lambda, by its number in the spec.
    LambdaParameter(usize),
    /// A scalar function or operator. Operators are called by their sign: `=`, `<>`, `<`, `<=`,
    /// `>`, `>=`, `+`, `-`, `*`, `/`, `%`, `||`, `[]`, `negate`, `is distinct from`, `at time zone`,
    /// `like` (with or without a third argument, the escape). Forms without parentheses and
    /// `EXTRACT(field FROM x)` are called by their function (`year(x)`).
    Call(String, Vec<Expr>),
    /// A function of SQL/JSON over its operands, in the order of the text.
    SqlJson(Arc<Form>, Vec<Expr>),
    /// `(x, y) -> body`; stands only as an argument.
    Lambda(Vec<usize>, Box<Expr>),
    /// An aggregate call, with or without a window.
    Aggregate(Box<Aggregate>),
    /// A ranking or value function over a window.
    Window(Box<WindowCall>),
    /// `a AND b AND …`.
    And(Vec<Expr>),
    /// `a OR b OR …`.
    Or(Vec<Expr>),
    /// `NOT a`; also of the negated forms (`NOT IN`, `NOT LIKE`, …).
    Not(Box<Expr>),
    /// `a IS NULL`.
    IsNull(Box<Expr>),
    /// `value BETWEEN low AND high`, the three of one type.
    Between(Box<[Expr; 3]>),
    /// `value IN (list)`, all of one type.
    InList(Box<Expr>, Vec<Expr>),
    /// `value IN (:names)` with an array parameter: its name and elements, all of one type.
    InParameter(Box<Expr>, String, Vec<Expr>),
    /// `COALESCE(…)`, all of one type.
    Coalesce(Vec<Expr>),
    /// `NULLIF(a, b)`.
    NullIf(Box<[Expr; 2]>),
    /// `CASE`, the simple form made a searched one; also `IF(c, a, b)`.
    Case(Vec<(Expr, Expr)>, Option<Box<Expr>>),
    /// `TRY(x)`.
    Try(Box<Expr>),
    /// A conversion to this expression's type.
    Cast(Box<Expr>, CastMode),
    /// A row's field by position.
    Field(Box<Expr>, usize),
    /// `ROW(…)`.
    Row(Vec<Expr>),
    /// `ARRAY[…]`, all of one type.
    Array(Vec<Expr>),
    /// `(query)` as a value: NULL for no row, an error for several.
    ScalarQuery(Arc<Query>),
    /// `EXISTS (query)`.
    Exists(Arc<Query>),
    /// `value IN (query)`, both of one type; or a row, and a query with a column for each field.
    InQuery(Box<Expr>, Arc<Query>),
    /// `value op ANY|ALL (query)`: true stands for ALL.
    Quantified(Comparison, bool, Box<Expr>, Arc<Query>),
    /// `GROUPING(keys)`.
    Grouping(Vec<Expr>),
    /// What the binder does not know: its name in messages, and the operands it could bind.
    Opaque(String, Vec<Expr>),
}

/// How a cast came about and what it does with values that do not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CastMode {
    /// A coercion that the binder put in.
    Implicit,
    /// `CAST(x AS t)`: an error.
    Explicit,
    /// `TRY_CAST(x AS t)`: NULL.
    Safe,
}

/// An aggregate call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Aggregate {
    /// The function's name, lower case.
    pub name: String,
    /// Its arguments; none is `count(*)`.
    pub arguments: Vec<Expr>,
    /// `DISTINCT`.
    pub distinct: bool,
    /// `ORDER BY` inside the call, or `WITHIN GROUP`.
    pub order_by: Vec<SortKey>,
    /// `FILTER (WHERE …)`.
    pub filter: Option<Expr>,
    /// `OVER …`.
    pub over: Option<WindowSpec>,
}

/// A window function that is no aggregate (`row_number`, `lag`, …).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WindowCall {
    /// The function's name, lower case.
    pub name: String,
    /// Its arguments.
    pub arguments: Vec<Expr>,
    /// `IGNORE NULLS`.
    pub ignore_nulls: bool,
    /// The window.
    pub over: WindowSpec,
}

/// A window, names resolved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WindowSpec {
    /// `PARTITION BY`.
    pub partition_by: Vec<Expr>,
    /// `ORDER BY`.
    pub order_by: Vec<SortKey>,
    /// The frame as written; none: RANGE from the first row to the current one's peers, or the
    /// whole partition without ORDER BY.
    pub frame: Option<Frame>,
}

/// A window frame.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// Its unit.
    pub unit: FrameUnit,
    /// Where it begins.
    pub start: FrameBound,
    /// Where it ends.
    pub end: FrameBound,
}

/// A bound of a window frame.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum FrameBound {
    /// `UNBOUNDED PRECEDING`.
    UnboundedPreceding,
    /// `n PRECEDING`.
    Preceding(Expr),
    /// `CURRENT ROW`.
    CurrentRow,
    /// `n FOLLOWING`.
    Following(Expr),
    /// `UNBOUNDED FOLLOWING`.
    UnboundedFollowing,
}
