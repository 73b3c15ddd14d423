//! Driver columns that must stand as literals: where a value is used, but no subquery may stand.

use std::collections::BTreeSet;

use super::ForeachPlan;
use super::columns::visit_columns;
use super::walk::{expressions, queries, visit_expression};
use crate::bind::expr::{ColumnRef, Expr, ExprKind};
use crate::bind::query::{Block, Body, From, Query, RelationId, RelationKind};
use crate::spec::ast::JoinKind;

/// Driver columns that stand where no subquery may: in a lambda, in GROUP BY, in UNNEST, and in the
/// ON of an outer join.
pub fn literal_columns(foreach: &ForeachPlan) -> BTreeSet<ColumnRef> {
    let mut literals = Literals { drivers: foreach.drivers(), found: BTreeSet::new() };
    literals.query(&foreach.body);
    literals.found
}

/// The same columns, as positions in the FOREACH's columns.
pub fn literal_keys(foreach: &ForeachPlan) -> Vec<usize> {
    literal_columns(foreach).into_iter().filter_map(|column| foreach.column(column)).collect()
}

struct Literals {
    drivers: BTreeSet<RelationId>,
    found: BTreeSet<ColumnRef>,
}

impl Literals {
    fn query(&mut self, query: &Query) {
        for expr in expressions(query) {
            visit_expression(expr, &mut |expr| {
                if let ExprKind::Lambda(_, body) = &expr.kind {
                    self.take(body);
                }
                true
            });
        }
        if let Body::Block(block) = &query.body {
            self.block(block);
        }
        queries(query).into_iter().for_each(|inner| self.query(inner));
    }

    fn block(&mut self, block: &Block) {
        block.group.iter().flat_map(|group| &group.keys).for_each(|key| self.take(key));
        if let Some(from) = &block.from {
            self.from(from);
        }
    }

    fn from(&mut self, from: &From) {
        match from {
            From::Relation(relation) => {
                if let RelationKind::Unnest { expressions, .. } = &relation.kind {
                    expressions.iter().for_each(|expr| self.take(expr));
                }
            }
            From::Join(join) => {
                if !matches!(join.kind, JoinKind::Inner | JoinKind::Cross) {
                    join.on.iter().for_each(|conjunct| self.take(conjunct));
                }
                self.from(&join.left);
                self.from(&join.right);
            }
        }
    }

    fn take(&mut self, expr: &Expr) {
        visit_columns(expr, &mut |column, _| {
            if self.drivers.contains(&column.relation) {
                self.found.insert(column);
            }
        });
    }
}
