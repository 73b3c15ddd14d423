//! What the user wrote, as a tree: names unresolved, nothing typed, every node with its exact span.
//!
//! The span of an expression includes the parentheses around it, so that cutting it out of the text
//! gives an expression that reads back to the same node.

mod expr;
mod json;
mod query;
mod statement;

pub use expr::{
    Arithmetic, Call, Comparison, Expr, ExprKind, Frame, FrameBound, FrameUnit, IntervalUnit, Over, Overflow, SortItem,
    WindowSpec,
};
pub use json::{JsonArgument, JsonCall, JsonLookUp, JsonOperand, JsonOtherwise, JsonOutput};
pub use query::{
    Cte, Foreach, GroupBy, GroupingElement, Join, JoinCondition, JoinKind, Query, QueryBody, Select, SelectItem,
    SetOperation, SetOperator, TableAlias, TableExpr, TableExprKind, Values,
};
pub use statement::{
    AddPartitions, ColumnDefinition, CreateExternalTable, CreateTableAs, CreateTableFromFile, CreateView, Declare,
    DropTable, PartitionClause, Property, RowFormat, SetOption, Spec, Statement, StatementKind, StoredAs, Unload,
    Using,
};

use crate::source::Span;
use crate::types::Type;

/// A name, folded to lower case unless it is a parameter of a foreign grammar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ident {
    /// The name, folded to lower case as Athena does, quoted or not.
    pub name: String,
    /// Whether it was quoted.
    pub quoted: bool,
    /// Where it stands, quotes included.
    pub span: Span,
}

/// `catalog.database.table` or a part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectName {
    /// Its parts, outermost first; at least one.
    pub parts: Vec<Ident>,
    /// The whole name.
    pub span: Span,
}

/// A string literal's value and place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The value, quotes undone.
    pub value: String,
    /// Where the literal stands.
    pub span: Span,
}

/// A type as written.
#[derive(Debug, Clone, PartialEq)]
pub struct TypeName {
    /// The type it names.
    pub ty: Type,
    /// Where it stands.
    pub span: Span,
}
