//! Expressions, function calls and their windows.

use serde::{Deserialize, Serialize};

use super::{Ident, JsonCall, ObjectName, Query, Text, TypeName};
use crate::source::Span;

/// An item of `ORDER BY`.
#[derive(Debug, Clone, PartialEq)]
pub struct SortItem {
    /// What is sorted by; an integer literal is a column's number.
    pub expr: Expr,
    /// `DESC`.
    pub descending: bool,
    /// `NULLS FIRST` or `NULLS LAST`; Trino's default is last in both directions.
    pub nulls_first: Option<bool>,
}

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands, the parentheses around it included.
    pub span: Span,
}

/// The comparison operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Comparison {
    /// `=`.
    Equal,
    /// `<>` and `!=`.
    NotEqual,
    /// `<`.
    Less,
    /// `<=`.
    LessOrEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterOrEqual,
}

impl Comparison {
    /// The sign by which it is called.
    pub fn sign(self) -> &'static str {
        match self {
            Comparison::Equal => "=",
            Comparison::NotEqual => "<>",
            Comparison::Less => "<",
            Comparison::LessOrEqual => "<=",
            Comparison::Greater => ">",
            Comparison::GreaterOrEqual => ">=",
        }
    }
}

/// `+ - * / % ||`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Arithmetic {
    /// `+`.
    Add,
    /// `-`.
    Subtract,
    /// `*`.
    Multiply,
    /// `/`.
    Divide,
    /// `%`.
    Modulus,
    /// `||`.
    Concat,
}

/// The units of an interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum IntervalUnit {
    Year,
    Month,
    Week,
    Day,
    Hour,
    Minute,
    Second,
}

/// What an expression is.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// `NULL`.
    Null,
    /// `TRUE`, `FALSE`.
    Boolean(bool),
    /// A number as written: `12`, `1.5`, `1e3`.
    Number(String),
    /// `'…'` and `U&'…'`, decoded.
    String(String),
    /// `X'…'`.
    Binary(Vec<u8>),
    /// `DATE '…'`, `TIMESTAMP '…'`, `TIME '…'`, `DECIMAL '…'`, `JSON '…'` and other `type 'text'`.
    Typed(TypeName, Text),
    /// `INTERVAL [sign] 'value' unit [TO unit]`.
    Interval {
        /// `INTERVAL - '…'`.
        negative: bool,
        /// The quoted value.
        value: Text,
        /// The first unit.
        from: IntervalUnit,
        /// The unit behind `TO`.
        to: Option<IntervalUnit>,
    },
    /// A name without qualifier.
    Identifier(Ident),
    /// `base.field`: a qualified column or a row's field, to be resolved.
    Dereference(Box<Expr>, Ident),
    /// `:name`.
    Parameter(Ident),
    /// `-x`, and `+x` with `false`.
    Sign(bool, Box<Expr>),
    /// `NOT x`.
    Not(Box<Expr>),
    /// `a AND b AND …`, flattened as far as no parentheses stand between.
    And(Vec<Expr>),
    /// `a OR b OR …`, flattened likewise.
    Or(Vec<Expr>),
    /// `a + b` and its like.
    Arithmetic(Arithmetic, Box<Expr>, Box<Expr>),
    /// `a = b` and its like.
    Compare(Comparison, Box<Expr>, Box<Expr>),
    /// `a = ANY (query)`, `a < ALL (query)`.
    Quantified {
        /// The comparison.
        comparison: Comparison,
        /// `ALL`; otherwise `ANY` or `SOME`.
        all: bool,
        /// The left side.
        left: Box<Expr>,
        /// The query.
        query: Box<Query>,
    },
    /// `x [NOT] BETWEEN low AND high`.
    Between {
        /// `NOT`.
        negated: bool,
        /// `x`.
        value: Box<Expr>,
        /// The lower bound, included.
        low: Box<Expr>,
        /// The upper bound, included.
        high: Box<Expr>,
    },
    /// `x [NOT] IN (list)`.
    InList {
        /// `NOT`.
        negated: bool,
        /// `x`.
        value: Box<Expr>,
        /// The list.
        list: Vec<Expr>,
    },
    /// `x [NOT] IN (query)`.
    InQuery {
        /// `NOT`.
        negated: bool,
        /// `x`.
        value: Box<Expr>,
        /// The query.
        query: Box<Query>,
    },
    /// `x [NOT] LIKE pattern [ESCAPE e]`.
    Like {
        /// `NOT`.
        negated: bool,
        /// `x`.
        value: Box<Expr>,
        /// The pattern.
        pattern: Box<Expr>,
        /// The escape character.
        escape: Option<Box<Expr>>,
    },
    /// `x IS [NOT] NULL`.
    IsNull {
        /// `NOT`.
        negated: bool,
        /// `x`.
        value: Box<Expr>,
    },
    /// `a IS [NOT] DISTINCT FROM b`.
    IsDistinctFrom {
        /// `NOT`.
        negated: bool,
        /// `a`.
        left: Box<Expr>,
        /// `b`.
        right: Box<Expr>,
    },
    /// `EXISTS (query)`.
    Exists(Box<Query>),
    /// `(query)` as a value.
    Subquery(Box<Query>),
    /// `CASE [operand] WHEN … THEN … [ELSE …] END`.
    Case {
        /// The operand of the simple form.
        operand: Option<Box<Expr>>,
        /// `WHEN … THEN …`.
        branches: Vec<(Expr, Expr)>,
        /// `ELSE`.
        otherwise: Option<Box<Expr>>,
    },
    /// `CAST(x AS type)` and `TRY_CAST`.
    Cast {
        /// `TRY_CAST`.
        safe: bool,
        /// `x`.
        value: Box<Expr>,
        /// The type.
        ty: TypeName,
    },
    /// `EXTRACT(field FROM x)`: the field's name in lower case.
    Extract(String, Box<Expr>),
    /// `x AT TIME ZONE zone`.
    AtTimeZone(Box<Expr>, Box<Expr>),
    /// `CURRENT_TIMESTAMP[(p)]`, `CURRENT_DATE`, `LOCALTIME` and their like, which take no call
    /// parentheses: the name in lower case, and the precision.
    Current(String, Option<u8>),
    /// A function call, its special forms (`TRIM(… FROM …)`, `POSITION(… IN …)`) made plain.
    Call(Box<Call>),
    /// `ARRAY[…]`.
    Array(Vec<Expr>),
    /// `ROW(…)` and `(a, b)`.
    Row(Vec<Expr>),
    /// `x[i]`.
    Subscript(Box<Expr>, Box<Expr>),
    /// `(x, y) -> body`; stands only as an argument.
    Lambda(Vec<Ident>, Box<Expr>),
    /// `JSON_VALUE(…)` and its like.
    Json(Box<JsonCall>),
}

/// A function call.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The function's name.
    pub name: ObjectName,
    /// The arguments.
    pub arguments: Vec<Expr>,
    /// `f(*)`.
    pub star: bool,
    /// `f(DISTINCT …)`.
    pub distinct: bool,
    /// `f(… ORDER BY …)`, and the order of `WITHIN GROUP`.
    pub order_by: Vec<SortItem>,
    /// `FILTER (WHERE …)`.
    pub filter: Option<Expr>,
    /// `IGNORE NULLS` (true), `RESPECT NULLS` (false).
    pub ignore_nulls: Option<bool>,
    /// `ON OVERFLOW TRUNCATE …`, of LISTAGG.
    pub overflow: Option<Overflow>,
    /// `OVER …`.
    pub over: Option<Over>,
}

/// `TRUNCATE ['filler'] WITH|WITHOUT COUNT`: what LISTAGG makes of too long a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Overflow {
    /// What stands for the rest.
    pub filler: Option<Text>,
    /// Whether behind it stands how many texts are left out.
    pub counts: bool,
    /// Where it stands.
    pub span: Span,
}

/// `OVER name` or `OVER (…)`.
#[derive(Debug, Clone, PartialEq)]
pub enum Over {
    /// A window of the block's WINDOW clause.
    Named(Ident),
    /// A window written out.
    Spec(WindowSpec),
}

/// `([name] [PARTITION BY …] [ORDER BY …] [frame])`.
#[derive(Debug, Clone, PartialEq)]
pub struct WindowSpec {
    /// The window it builds on.
    pub base: Option<Ident>,
    /// `PARTITION BY`.
    pub partition_by: Vec<Expr>,
    /// `ORDER BY`.
    pub order_by: Vec<SortItem>,
    /// The frame.
    pub frame: Option<Frame>,
    /// The whole specification.
    pub span: Span,
}

/// The unit of a window frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FrameUnit {
    /// `ROWS`.
    Rows,
    /// `RANGE`.
    Range,
    /// `GROUPS`.
    Groups,
}

/// `ROWS BETWEEN … AND …`.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// Its unit.
    pub unit: FrameUnit,
    /// Where it begins.
    pub start: FrameBound,
    /// Where it ends; CURRENT ROW if not written.
    pub end: FrameBound,
}

/// A bound of a window frame.
#[derive(Debug, Clone, PartialEq)]
pub enum FrameBound {
    /// `UNBOUNDED PRECEDING`.
    UnboundedPreceding,
    /// `n PRECEDING`.
    Preceding(Box<Expr>),
    /// `CURRENT ROW`.
    CurrentRow,
    /// `n FOLLOWING`.
    Following(Box<Expr>),
    /// `UNBOUNDED FOLLOWING`.
    UnboundedFollowing,
}
