//! What a generated query is: plain data that prints itself as a spec and that the naive evaluator
//! can run. It knows nothing of the compiler's own trees.

use super::cell::Cell;

/// An expression. Columns are always named with their relation.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// `relation.column`.
    Column(String, String),
    /// A constant.
    Literal(Cell),
    /// `left op right`, with one of `= <> < <= > >=`.
    Compare(Box<Expr>, &'static str, Box<Expr>),
    /// `value BETWEEN low AND high`.
    Between(Box<[Expr; 3]>),
    /// `value [NOT] IN (…)`.
    In(Box<Expr>, Vec<Expr>, bool),
    /// `value LIKE 'prefix%'`.
    StartsWith(Box<Expr>, String),
    /// All of these.
    And(Vec<Expr>),
    /// One of these.
    Or(Vec<Expr>),
    /// `NOT (…)`.
    Not(Box<Expr>),
    /// `value IS NULL`.
    IsNull(Box<Expr>),
    /// `from_iso8601_timestamp(text)`.
    Instant(Box<Expr>),
    /// `instant + INTERVAL 'n' HOUR`.
    Later(Box<Expr>, i64),
    /// `date(instant)`.
    Date(Box<Expr>),
    /// `date_trunc('hour' or 'day', instant)`, by the unit's seconds.
    Truncated(i64, Box<Expr>),
    /// `substr(text, 1, n)`.
    Prefix(Box<Expr>, usize),
    /// A text put into JSON and taken out of it again, by functions of SQL/JSON.
    ThroughJson(Box<Expr>),
    /// `coalesce(left, right)`.
    Coalesce(Box<[Expr; 2]>),
    /// `[NOT] EXISTS (query)`.
    Exists(Box<Query>, bool),
    /// `value [NOT] IN (query)`.
    InQuery(Box<Expr>, Box<Query>, bool),
    /// `:name`, with its value.
    Parameter(String, Cell),
    /// `value IN (:name)`, with the list's values.
    InParameter(Box<Expr>, String, Vec<Cell>),
    /// `(query)` of one row and one column.
    Scalar(Box<Query>),
    /// An aggregate of a group's rows.
    Aggregate(Aggregate, Option<Box<Expr>>),
    /// A window function `OVER (PARTITION BY … ORDER BY …)`.
    Window(Window, Vec<Expr>, Vec<Expr>),
}

/// A window function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// `row_number()`.
    RowNumber,
    /// `rank()`.
    Rank,
    /// `count(*)`, of all rows of the partition: it stands without an order.
    Count,
}

/// An aggregate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aggregate {
    /// `count(*)`, or of the values that are not NULL.
    Count,
    /// `count(DISTINCT …)`.
    CountDistinct,
    /// `min(…)`.
    Min,
    /// `max(…)`.
    Max,
}

/// A query.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// Common table expressions.
    pub with: Vec<(String, Query)>,
    /// What is counted and ordered.
    pub body: Body,
    /// Positions of output columns from 1, and whether they descend.
    pub order: Vec<(usize, bool)>,
    /// `OFFSET`.
    pub offset: usize,
    /// `LIMIT`.
    pub limit: Option<usize>,
}

/// A query without its WITH, order and limit.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// SELECT.
    Select(Box<Select>),
    /// A set operation, of all rows or of distinct ones.
    Set(Set, Box<Query>, Box<Query>, bool),
    /// FOREACH row IN (driver) body.
    Foreach(String, Box<Query>, Box<Query>),
    /// VALUES with the columns' names, which stand in the alias around it.
    Values(Vec<String>, Vec<Vec<Cell>>),
}

/// A set operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Set {
    /// UNION.
    Union,
    /// INTERSECT.
    Intersect,
    /// EXCEPT.
    Except,
}

/// A query block.
#[derive(Debug, Clone, PartialEq)]
pub struct Select {
    /// Whether equal rows count once.
    pub distinct: bool,
    /// The select list with names; `*` if empty.
    pub items: Vec<(Expr, String)>,
    /// FROM, with commas between.
    pub from: Vec<From>,
    /// WHERE: all of these.
    pub filter: Vec<Expr>,
    /// GROUP BY; none if rows are not grouped, empty for one group of all rows.
    pub group: Option<Vec<Expr>>,
    /// HAVING.
    pub having: Option<Expr>,
}

/// An item of FROM.
#[derive(Debug, Clone, PartialEq)]
pub enum From {
    /// A table, view, step or common table expression, and its alias.
    Named(String, String),
    /// A subquery and its alias.
    Query(Box<Query>, String),
    /// A join.
    Join(Box<From>, Join, Box<From>, Vec<Expr>),
    /// `CROSS JOIN LATERAL (query) alias`, or `LEFT JOIN LATERAL (query) alias ON TRUE`.
    Lateral(Box<From>, Box<Query>, String, bool),
}

/// A kind of join.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Join {
    /// INNER.
    Inner,
    /// LEFT.
    Left,
    /// RIGHT.
    Right,
    /// FULL.
    Full,
}

/// A parameter's value.
#[derive(Debug, Clone, PartialEq)]
pub enum Parameter {
    /// A text.
    Text(String),
    /// A list of texts.
    List(Vec<String>),
}

/// A spec.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Spec {
    /// Parameters with their values; a list's are several.
    pub parameters: Vec<(String, Parameter)>,
    /// Views.
    pub views: Vec<(String, Query)>,
    /// Tables that are made of queries, in order, and whether they are kept.
    pub steps: Vec<(String, Query, bool)>,
    /// Queries whose rows are the answers.
    pub answers: Vec<Query>,
}

impl Expr {
    /// `relation.column`.
    pub fn column(relation: &str, column: &str) -> Expr {
        Expr::Column(relation.to_owned(), column.to_owned())
    }

    /// A text.
    pub fn text(text: impl Into<String>) -> Expr {
        Expr::Literal(Cell::text(text))
    }

    /// A comparison.
    pub fn compare(self, sign: &'static str, other: Expr) -> Expr {
        Expr::Compare(Box::new(self), sign, Box::new(other))
    }

    /// A range.
    pub fn between(self, low: Expr, high: Expr) -> Expr {
        Expr::Between(Box::new([self, low, high]))
    }

    /// The instant of a text.
    pub fn instant(self) -> Expr {
        Expr::Instant(Box::new(self))
    }

    /// Some hours later.
    pub fn later(self, hours: i64) -> Expr {
        Expr::Later(Box::new(self), hours)
    }

    /// The text's first characters.
    pub fn prefix(self, length: usize) -> Expr {
        Expr::Prefix(Box::new(self), length)
    }
}

impl Query {
    /// A body alone.
    pub fn of(body: Body) -> Query {
        Query { with: Vec::new(), body, order: Vec::new(), offset: 0, limit: None }
    }

    /// A block alone.
    pub fn select(select: Select) -> Query {
        Query::of(Body::Select(Box::new(select)))
    }
}

impl Select {
    /// A plain block.
    pub fn new(items: Vec<(Expr, String)>, from: Vec<From>, filter: Vec<Expr>) -> Select {
        Select { distinct: false, items, from, filter, group: None, having: None }
    }
}
