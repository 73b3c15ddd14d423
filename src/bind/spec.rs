//! A bound spec: its statements with every query bound, and the tables they declare.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::limits::Limits;
use super::query::Query;
use super::warnings::BindWarning;
use crate::catalog::{PartitionEntry, Table};
use crate::constant::Value;
use crate::source::{Source, Span};
use crate::types::Type;

/// A bound spec.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BoundSpec {
    /// The text that all spans point into.
    pub source: Arc<Source>,
    /// Parameters and their values.
    pub parameters: Vec<Parameter>,
    /// What its run may read and spend (`SET athplan.max_cost = 3`).
    pub limits: Limits,
    /// The statements in order; DECLARE and SET leave none.
    pub statements: Vec<BoundStatement>,
    /// What is probably not meant.
    pub warnings: Vec<BindWarning>,
}

/// A parameter with its value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Its value: the command line's, or the default's.
    pub value: Value,
    /// Where it is declared.
    pub span: Span,
}

/// A bound statement.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BoundStatement {
    /// What it says.
    pub kind: BoundStatementKind,
    /// Where it stands.
    pub span: Span,
}

/// The bound statements.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum BoundStatementKind {
    /// A table was declared.
    DeclareTable(Arc<Table>),
    /// Partitions were added to a declared table.
    AddPartitions(Arc<Table>, Vec<PartitionEntry>),
    /// A local file brought in as a table; the path as written, and where.
    FileTable(Arc<Table>, String, Span),
    /// A materialised step.
    Materialise {
        /// Whether it goes when the run ends.
        temporary: bool,
        /// The table that later statements read.
        table: Arc<Table>,
        /// The table properties of `WITH (…)`, evaluated.
        properties: Vec<(String, Value)>,
        /// The query.
        query: Query,
    },
    /// A view; it is expanded where it is used, and bound here so that a mistake in it is found.
    View(String, Query),
    /// A table is dropped.
    DropTable {
        /// The table's name as written.
        name: String,
        /// `IF EXISTS`.
        if_exists: bool,
    },
    /// A query's rows are written to files.
    Unload {
        /// The query.
        query: Query,
        /// Where the files go.
        location: String,
        /// The options of `WITH (…)`, evaluated.
        properties: Vec<(String, Value)>,
    },
    /// A query whose rows are the answer.
    Query(Query),
}
