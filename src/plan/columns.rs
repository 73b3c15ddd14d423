//! Which columns a query uses, and which of them, or of its common table expressions, come from
//! outside it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::walk::{expressions, queries, relations, visit_expression};
use crate::bind::expr::{ColumnRef, Expr, ExprKind};
use crate::bind::query::{Body, Cte, Query, RelationId, RelationKind};

/// Visits every column that an expression uses outside the queries inside it.
pub fn visit_columns(expr: &Expr, visit: &mut dyn FnMut(ColumnRef, &Expr)) {
    visit_expression(expr, &mut |expr| {
        if let ExprKind::Column(column) = &expr.kind {
            visit(*column, expr);
        }
        true
    });
}

/// Visits every column that a query uses, in every query inside it.
pub fn visit_query_columns(query: &Query, visit: &mut dyn FnMut(ColumnRef, &Expr)) {
    for expr in expressions(query) {
        visit_columns(expr, visit);
    }
    for inner in queries(query) {
        visit_query_columns(inner, visit);
    }
}

/// The columns of some relations that a query uses.
pub fn used_columns(query: &Query, of: &BTreeSet<RelationId>) -> BTreeSet<ColumnRef> {
    let mut used = BTreeSet::new();
    visit_query_columns(query, &mut |column, _| {
        if of.contains(&column.relation) {
            used.insert(column);
        }
    });
    used
}

/// Whether a query uses a column of some relations.
pub fn uses(query: &Query, of: &BTreeSet<RelationId>) -> bool {
    !used_columns(query, of).is_empty()
}

/// Whether an expression uses a column of some relations outside the queries inside it.
pub fn mentions(expr: &Expr, of: &BTreeSet<RelationId>) -> bool {
    expr.any(&mut |expr| matches!(&expr.kind, ExprKind::Column(column) if of.contains(&column.relation)))
}

/// What a query uses of the world around it.
#[derive(Default)]
pub(super) struct Outside {
    /// Columns of relations that are not its own.
    pub columns: BTreeSet<ColumnRef>,
    /// Common table expressions, each behind those it reads itself.
    pub with: Vec<Cte>,
}

/// What queries use of relations outside them, through the common table expressions in reach too.
pub(super) fn outside<'q>(queries: impl IntoIterator<Item = &'q Query>, reach: &[Cte]) -> Outside {
    let mut walk = Walk { reach, inside: BTreeSet::new(), used: BTreeSet::new(), with: BTreeSet::new() };
    queries.into_iter().for_each(|query| walk.query(query));
    let Walk { inside, used, with, .. } = walk;
    Outside {
        columns: used.into_iter().filter(|column| !inside.contains(&column.relation)).collect(),
        with: with.into_iter().map(|at| reach[at].clone()).collect(),
    }
}

struct Walk<'r> {
    reach: &'r [Cte],
    inside: BTreeSet<RelationId>,
    used: BTreeSet<ColumnRef>,
    /// Positions in `reach`.
    with: BTreeSet<usize>,
}

impl Walk<'_> {
    fn query(&mut self, query: &Query) {
        if let Body::Foreach(foreach) = &query.body {
            self.inside.insert(foreach.relation);
        }
        for relation in relations(query) {
            self.inside.insert(relation.id);
            if let RelationKind::Cte(_, read) = &relation.kind
                && let Some(at) = self.reach.iter().position(|cte| Arc::ptr_eq(&cte.query, read))
                && self.with.insert(at)
            {
                self.query(read);
            }
        }
        for expr in expressions(query) {
            visit_columns(expr, &mut |column, _| {
                self.used.insert(column);
            });
        }
        for inner in queries(query) {
            self.query(inner);
        }
    }
}
