//! A FOREACH in the plan: its driver, its body, and the rung it stands on.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::hoist::{RESERVED, unique_names};
use crate::bind::expr::{ColumnRef, Expr};
use crate::bind::query::{Block, Body, Cte, ForeachId, From, Query, RelationId};
use crate::source::Span;
use crate::types::Type;

/// A FOREACH, or a LATERAL join that means the same.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ForeachPlan {
    /// Its number.
    pub id: ForeachId,
    /// Its name: that of the table it is run into.
    pub name: String,
    /// The name under which statements join the driver.
    pub row: String,
    /// Where its driver rows come from.
    pub driver: Driver,
    /// The common table expressions around it that the driver reads.
    pub driver_with: Vec<Cte>,
    /// The driver's columns that anything uses.
    pub columns: Vec<DriverColumn>,
    /// The body.
    pub body: Query,
    /// The common table expressions around it that the body reads.
    pub body_with: Vec<Cte>,
    /// `LEFT JOIN LATERAL`: driver rows without a match are kept.
    pub outer: bool,
    /// Driver columns that stand in the result before the body's, as positions in `columns`
    /// (none for FOREACH, which yields the body's columns alone).
    pub carried: Vec<usize>,
    /// The names of the columns it yields, carried ones first; unique.
    pub output: Vec<String>,
    /// Whether its table is one of athplan's own, rather than one that the user named.
    pub hidden: bool,
    /// The LATERAL relation it stands for; none for a FOREACH.
    pub lateral: Option<RelationId>,
    /// Driver columns that decide partitions, as positions in `columns`.
    pub keys: Vec<usize>,
    /// How it is run.
    pub rung: Rung,
    /// Why not on a better rung; empty for the best.
    pub reason: String,
    /// Whether the driver is stored first; otherwise statements read it where it stands.
    pub stored: bool,
    /// Whether driver rows are numbered.
    pub numbered: bool,
    /// The one scan whose partitions may be spread over statements, if there is one.
    pub apart: Option<RelationId>,
    /// The position of the step that runs it.
    pub step: usize,
    /// The whole construct.
    pub span: Span,
}

/// The name of the column that numbers driver rows.
pub const ROW_NUMBER: &str = "athplan_row";

/// Where driver rows come from.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Driver {
    /// `FOREACH row IN (query)`.
    Query(RelationId, Box<Query>),
    /// The left side of a LATERAL join, and the conjuncts of WHERE that speak of it alone.
    From(Box<From>, Vec<Expr>),
    /// The table of an earlier FOREACH: the outer half of two that stand inside each other.
    Table(String),
}

/// A column of a driver.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DriverColumn {
    /// How the body refers to it.
    pub source: ColumnRef,
    /// Its name in the driver's table.
    pub name: String,
    /// Its type.
    pub ty: Type,
}

/// How a FOREACH is run, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Rung {
    /// The body does not use the row: it runs once, cross joined with the driver.
    Uncorrelated,
    /// The body becomes a join with the driver.
    Join,
    /// One UNION ALL branch a row.
    Substituted,
}

impl fmt::Display for Rung {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Rung::Uncorrelated => "uncorrelated",
            Rung::Join => "join",
            Rung::Substituted => "substituted",
        })
    }
}

/// A query's block and the query whose body it is, if nothing but parentheses is around it; else what
/// is, in words.
///
/// # Errors
///
/// What makes the query count or choose rows beyond its block.
pub fn plain_block(query: &Query) -> Result<(&Query, &Block), &'static str> {
    if query.limit.is_some() || query.offset.is_some() {
        return Err("LIMIT and OFFSET count per row");
    }
    if !query.with.is_empty() {
        return Err("the body has a WITH clause");
    }
    match &query.body {
        Body::Block(block) => Ok((query, block)),
        Body::Query(inner) => plain_block(inner),
        Body::SetOperation(_) => Err("a set operation is per row"),
        Body::Values(_) => Err("VALUES are per row"),
        Body::Foreach(_) => Err("the body is a FOREACH"),
    }
}

/// The names of a driver's columns: unique, complete, and none that athplan needs itself.
pub fn driver_names(query: &Query) -> Vec<String> {
    unique_names(query.columns.iter().map(|column| column.name.as_deref()), RESERVED)
}

impl ForeachPlan {
    /// Whether its statements are known only when its driver's rows are.
    pub fn suspended(&self) -> bool {
        !self.keys.is_empty() || self.rung == Rung::Substituted
    }

    /// The relations whose columns a driver row fixes.
    pub fn drivers(&self) -> BTreeSet<RelationId> {
        self.columns.iter().map(|column| column.source.relation).collect()
    }

    /// The columns it yields, carried ones first.
    pub fn output_columns(&self) -> Vec<(String, Type)> {
        let carried = self.carried.iter().map(|at| self.columns[*at].ty.clone());
        let body = self.body.columns.iter().map(|column| column.ty.clone());
        self.output.iter().cloned().zip(carried.chain(body)).collect()
    }

    /// The position of a driver column by the way the body refers to it.
    pub fn column(&self, source: ColumnRef) -> Option<usize> {
        self.columns.iter().position(|column| column.source == source)
    }
}
