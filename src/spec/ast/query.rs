//! Queries: what yields rows, FOREACH among it.

use serde::{Deserialize, Serialize};

use super::{Expr, Ident, ObjectName, SortItem, WindowSpec};
use crate::source::Span;

/// `[WITH …] body [ORDER BY …] [OFFSET …] [LIMIT … | FETCH …]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// `WITH RECURSIVE`.
    pub recursive: bool,
    /// Common table expressions, in order.
    pub with: Vec<Cte>,
    /// What yields the rows.
    pub body: QueryBody,
    /// `ORDER BY`.
    pub order_by: Vec<SortItem>,
    /// `OFFSET n [ROWS]`.
    pub offset: Option<Expr>,
    /// `LIMIT n`, `LIMIT ALL` (which is none) or `FETCH FIRST n ROWS`.
    pub limit: Option<Expr>,
    /// `FETCH FIRST n ROWS WITH TIES`.
    pub with_ties: bool,
    /// Whether `limit` was written as FETCH FIRST, which takes at least one row.
    pub fetch: bool,
    /// The whole query, the parentheses around it included.
    pub span: Span,
}

/// `name [(columns)] AS (query)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Cte {
    /// Its name.
    pub name: Ident,
    /// New names of its columns; empty: the query's.
    pub columns: Vec<Ident>,
    /// The query.
    pub query: Query,
    /// The whole item.
    pub span: Span,
}

/// What a query's rows come from.
#[derive(Debug, Clone, PartialEq)]
pub enum QueryBody {
    /// `SELECT …`.
    Select(Box<Select>),
    /// `left UNION [ALL] right` and its like.
    SetOperation(Box<SetOperation>),
    /// `VALUES row, …`.
    Values(Values),
    /// `TABLE t`.
    Table(ObjectName),
    /// `(query)`.
    Query(Box<Query>),
    /// `FOREACH row IN (driver) body`.
    Foreach(Box<Foreach>),
}

/// `FOREACH row IN (driver) body`.
#[derive(Debug, Clone, PartialEq)]
pub struct Foreach {
    /// The name by which the body knows a driver row.
    pub row: Ident,
    /// The driver query, its parentheses included in its span.
    pub driver: Query,
    /// The body: a bare SELECT block, a nested FOREACH, or a parenthesised query.
    pub body: Query,
    /// The whole construct.
    pub span: Span,
}

/// The set operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SetOperator {
    /// `UNION`.
    Union,
    /// `INTERSECT`.
    Intersect,
    /// `EXCEPT`.
    Except,
}

/// `term UNION [ALL | DISTINCT] term …`.
#[derive(Debug, Clone, PartialEq)]
pub struct SetOperation {
    /// Which.
    pub operator: SetOperator,
    /// `ALL`: duplicates stay.
    pub all: bool,
    /// What it joins, from the left: two, or as many as a chain of the same UNION has, which programs write
    /// a thousand long.
    pub terms: Vec<QueryBody>,
    /// The whole operation.
    pub span: Span,
}

/// `VALUES row, …`; a row of one column may stand without parentheses.
#[derive(Debug, Clone, PartialEq)]
pub struct Values {
    /// The rows; each as many expressions as columns.
    pub rows: Vec<Vec<Expr>>,
    /// The whole clause.
    pub span: Span,
}

/// `SELECT [DISTINCT] items FROM … WHERE … GROUP BY … HAVING … WINDOW …`.
#[derive(Debug, Clone, PartialEq)]
pub struct Select {
    /// `SELECT DISTINCT`.
    pub distinct: bool,
    /// The select list.
    pub items: Vec<SelectItem>,
    /// `FROM`: the comma-separated items; several are cross joined.
    pub from: Vec<TableExpr>,
    /// The predicate of `WHERE`.
    pub filter: Option<Expr>,
    /// `GROUP BY`.
    pub group_by: Option<GroupBy>,
    /// The predicate of `HAVING`.
    pub having: Option<Expr>,
    /// `WINDOW name AS (…)`.
    pub windows: Vec<(Ident, WindowSpec)>,
    /// The whole block.
    pub span: Span,
}

/// An item of a select list.
#[derive(Debug, Clone, PartialEq)]
pub enum SelectItem {
    /// `*`.
    Star(Span),
    /// `relation.*`, or `row_expression.*` with new names.
    QualifiedStar {
        /// What is spread: a relation's name or an expression of row type.
        target: Expr,
        /// `AS (names)`.
        aliases: Vec<Ident>,
        /// The whole item.
        span: Span,
    },
    /// `expression [[AS] name]`.
    Expr {
        /// The expression.
        expr: Expr,
        /// Its name.
        alias: Option<Ident>,
        /// The whole item.
        span: Span,
    },
}

/// `GROUP BY [DISTINCT | ALL] elements`.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupBy {
    /// `GROUP BY DISTINCT`: equal grouping sets count once.
    pub distinct: bool,
    /// The elements; their grouping sets are combined.
    pub elements: Vec<GroupingElement>,
    /// The whole clause.
    pub span: Span,
}

/// One element of `GROUP BY`.
#[derive(Debug, Clone, PartialEq)]
pub enum GroupingElement {
    /// Plain expressions: one set.
    Simple(Vec<Expr>),
    /// `ROLLUP (…)`.
    Rollup(Vec<Vec<Expr>>),
    /// `CUBE (…)`.
    Cube(Vec<Vec<Expr>>),
    /// `GROUPING SETS (…)`.
    Sets(Vec<Vec<Expr>>),
    /// `GROUP BY AUTO`.
    Auto,
}

/// An item of `FROM`.
#[derive(Debug, Clone, PartialEq)]
pub struct TableExpr {
    /// What it is.
    pub kind: TableExprKind,
    /// The whole item, alias and parentheses included.
    pub span: Span,
}

/// What an item of `FROM` is.
#[derive(Debug, Clone, PartialEq)]
pub enum TableExprKind {
    /// A table, view, CTE or step by name.
    Table {
        /// Its name.
        name: ObjectName,
        /// Its alias.
        alias: Option<TableAlias>,
    },
    /// `(query) alias`, possibly `LATERAL`.
    Subquery {
        /// `LATERAL`: the query may use relations to its left.
        lateral: bool,
        /// The query, its parentheses included in its span.
        query: Box<Query>,
        /// Its alias.
        alias: Option<TableAlias>,
    },
    /// `UNNEST(expressions) [WITH ORDINALITY] alias`.
    Unnest {
        /// Arrays and maps, side by side.
        expressions: Vec<Expr>,
        /// `WITH ORDINALITY`.
        ordinality: bool,
        /// Its alias.
        alias: Option<TableAlias>,
    },
    /// A join of two items.
    Join(Box<Join>),
    /// `item TABLESAMPLE method (percentage)`.
    Sample {
        /// What is sampled.
        input: Box<TableExpr>,
    },
    /// Syntax that is passed on verbatim: `TABLE(function(…))`, `MATCH_RECOGNIZE (…)`, `JSON_TABLE(…)`.
    Opaque {
        /// What it is called in messages.
        what: &'static str,
        /// Its alias.
        alias: Option<TableAlias>,
    },
}

/// `[AS] name [(columns)]`.
#[derive(Debug, Clone, PartialEq)]
pub struct TableAlias {
    /// The name.
    pub name: Ident,
    /// New names of the columns.
    pub columns: Vec<Ident>,
    /// The whole alias, `AS` included.
    pub span: Span,
}

/// The kinds of join.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum JoinKind {
    /// `JOIN`, `INNER JOIN`.
    Inner,
    /// `LEFT JOIN`.
    Left,
    /// `RIGHT JOIN`.
    Right,
    /// `FULL JOIN`.
    Full,
    /// `CROSS JOIN`, and the comma.
    Cross,
}

/// A join.
#[derive(Debug, Clone, PartialEq)]
pub struct Join {
    /// Which.
    pub kind: JoinKind,
    /// The left side.
    pub left: TableExpr,
    /// The right side.
    pub right: TableExpr,
    /// How rows match.
    pub condition: JoinCondition,
}

/// How rows of a join match.
#[derive(Debug, Clone, PartialEq)]
pub enum JoinCondition {
    /// A cross join has no condition.
    None,
    /// `ON predicate`.
    On(Expr),
    /// `USING (columns)`.
    Using(Vec<Ident>),
    /// `NATURAL`.
    Natural,
}
