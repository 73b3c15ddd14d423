//! A bound query: query blocks close to what the user wrote, not relational algebra.
//!
//! Rewrites annotate these blocks from the side, by relation and FOREACH number, and never change
//! them; so the spans stay true and the text a block came from can always be emitted again.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::expr::Expr;
use crate::catalog::Table;
use crate::source::Span;
use crate::spec::ast::{JoinKind, SetOperator};
use crate::types::Type;

/// A relation of a FROM clause, or a FOREACH's row, numbered over the whole spec. Each expansion of
/// a view has numbers of its own; references to one CTE share the numbers inside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RelationId(pub usize);

/// A FOREACH (or an equivalent LATERAL join), numbered over the whole spec.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ForeachId(pub usize);

/// A query.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Query {
    /// Common table expressions, in order.
    pub with: Vec<Cte>,
    /// What yields the rows.
    pub body: Body,
    /// `ORDER BY`.
    pub order_by: Vec<SortKey>,
    /// `OFFSET`.
    pub offset: Option<Expr>,
    /// `LIMIT` or `FETCH FIRST`.
    pub limit: Option<Expr>,
    /// `FETCH FIRST … WITH TIES`.
    pub with_ties: bool,
    /// The columns it yields.
    pub columns: Vec<OutputColumn>,
    /// The whole query, the parentheses around it included.
    pub span: Span,
}

/// A column that a query yields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputColumn {
    /// Its name, if it has one.
    pub name: Option<String>,
    /// Its type.
    pub ty: Type,
}

/// `name AS (query)`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cte {
    /// Its name.
    pub name: String,
    /// Its query, shared with the relations that refer to it.
    pub query: Arc<Query>,
    /// The whole item.
    pub span: Span,
}

/// What a query's rows come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Body {
    /// A query block.
    Block(Box<Block>),
    /// A set operation.
    SetOperation(Box<SetOperation>),
    /// `VALUES`, each column of one type.
    Values(Vec<Vec<Expr>>),
    /// `(query)`; also `TABLE t`, as the block `SELECT * FROM t`.
    Query(Box<Query>),
    /// `FOREACH`.
    Foreach(Box<Foreach>),
}

/// `FOREACH row IN (driver) body`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Foreach {
    /// Its number.
    pub id: ForeachId,
    /// The name by which the body knows a driver row.
    pub row: String,
    /// The relation that stands for a driver row inside the body; its columns are the driver's.
    pub relation: RelationId,
    /// The driver.
    pub driver: Query,
    /// The body; what it yields is what the FOREACH yields.
    pub body: Query,
    /// The whole construct.
    pub span: Span,
}

/// A set operation; both sides yield columns of the result's types, by the casts listed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetOperation {
    /// Which.
    pub operator: SetOperator,
    /// `ALL`.
    pub all: bool,
    /// The left side.
    pub left: Query,
    /// The right side.
    pub right: Query,
    /// The result's types; a side whose column has another type is coerced.
    pub types: Vec<Type>,
    /// The whole operation.
    pub span: Span,
}

/// A query block.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// `SELECT DISTINCT`.
    pub distinct: bool,
    /// The select list, stars spread out.
    pub items: Vec<Item>,
    /// The FROM clause; none: one row without columns.
    pub from: Option<From>,
    /// The text behind the word FROM.
    pub from_span: Option<Span>,
    /// The conjuncts of WHERE.
    pub filter: Vec<Expr>,
    /// The whole predicate of WHERE.
    pub filter_span: Option<Span>,
    /// `GROUP BY`; a block with aggregates and no GROUP BY has one empty grouping set.
    pub group: Option<Group>,
    /// The predicate of HAVING.
    pub having: Option<Expr>,
    /// The whole block.
    pub span: Span,
}

/// An item of a select list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// The expression.
    pub expr: Expr,
    /// The column's name, if it has one.
    pub name: Option<String>,
    /// The item's text; the columns of a star share the star's.
    pub span: Span,
    /// Whether it came from a star.
    pub from_star: bool,
}

/// `GROUP BY`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// The distinct expressions grouped by.
    pub keys: Vec<Expr>,
    /// Grouping sets, as positions among the keys; plain GROUP BY has one set of all keys.
    pub sets: Vec<Vec<usize>>,
    /// Each key as often as it is written: its position among the keys, and where it stands.
    pub written: Vec<(usize, Span)>,
    /// The clause; none if the block has aggregates and no GROUP BY.
    pub span: Option<Span>,
}

/// A sort key of ORDER BY. Two are equal if they mean the same, wherever they stand.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SortKey {
    /// What is sorted by.
    pub target: SortTarget,
    /// `DESC`.
    pub descending: bool,
    /// Whether NULLs come first; Trino's default is last.
    pub nulls_first: bool,
    /// What is sorted by, as written.
    pub span: Span,
}

impl PartialEq for SortKey {
    fn eq(&self, other: &Self) -> bool {
        self.target == other.target && self.descending == other.descending && self.nulls_first == other.nulls_first
    }
}

/// What a sort key is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum SortTarget {
    /// An output column of the query, by position.
    Output(usize),
    /// An expression over the block's relations.
    Expr(Expr),
}

/// A FROM clause: a relation or a join of two.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum From {
    /// A relation.
    Relation(Box<Relation>),
    /// A join.
    Join(Box<Join>),
}

/// A join.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Join {
    /// Which.
    pub kind: JoinKind,
    /// The left side.
    pub left: From,
    /// The right side.
    pub right: From,
    /// The conjuncts of ON; of USING, the equalities it stands for.
    pub on: Vec<Expr>,
    /// `USING (…)` or NATURAL: unqualified uses of its columns were bound to the coalesced pair.
    pub using: bool,
    /// The whole join.
    pub span: Span,
}

/// A relation in FROM.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Relation {
    /// Its number.
    pub id: RelationId,
    /// The name its columns are qualified by; a subquery without alias has none.
    pub name: Option<String>,
    /// Whether that name is an alias the user gave.
    pub aliased: bool,
    /// The columns that names resolve to, hidden ones (`"$path"`) included.
    pub columns: Vec<RelationColumn>,
    /// What it is.
    pub kind: RelationKind,
    /// The whole item, alias included.
    pub span: Span,
}

/// A column of a relation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelationColumn {
    /// Its name, if it has one.
    pub name: Option<String>,
    /// Its type.
    pub ty: Type,
    /// Whether a star leaves it out.
    pub hidden: bool,
}

/// What a relation is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum RelationKind {
    /// A table: declared, existing, or a step of this spec. The span is its name's.
    Table(Arc<Table>, Span),
    /// A reference to a CTE.
    Cte(String, Arc<Query>),
    /// A view of this spec, expanded. The span is its name's; the query's spans lie in the view.
    View(String, Box<Query>, Span),
    /// `(query)`.
    Subquery(Box<Query>),
    /// `LATERAL (query)`: it may use the relations to its left.
    Lateral(ForeachId, Box<Query>),
    /// `UNNEST(…)`; it may use the relations to its left. The ordinal is the last column.
    Unnest {
        /// Arrays and maps, side by side. An array of rows yields a column for each field.
        expressions: Vec<Expr>,
        /// `WITH ORDINALITY`.
        ordinality: bool,
    },
    /// What the binder does not know: its name in messages.
    Opaque(String),
}
