//! Driver columns that must stand as literals: where a value is used, but no subquery may stand.

use std::collections::BTreeSet;

use super::ForeachPlan;
use super::walk::{expressions, queries, visit_expression};
use crate::bind::expr::{ColumnRef, Expr, ExprKind};
use crate::bind::query::{Body, Query, RelationId};

/// Driver columns that stand where no subquery may: in a lambda, and in GROUP BY.
pub fn literal_columns(foreach: &ForeachPlan) -> BTreeSet<ColumnRef> {
    let drivers: BTreeSet<_> = foreach.drivers().into_iter().collect();
    let mut found = BTreeSet::new();
    collect_literal_columns(&foreach.body, &drivers, &mut found);
    found
}

fn collect_literal_columns(query: &Query, drivers: &BTreeSet<RelationId>, found: &mut BTreeSet<ColumnRef>) {
    let mut take = |expr: &Expr| {
        visit_expression(expr, &mut |expr| {
            if let ExprKind::Column(column) = &expr.kind
                && drivers.contains(&column.relation)
            {
                found.insert(*column);
            }
            true
        });
    };
    for expr in expressions(query) {
        visit_expression(expr, &mut |expr| {
            if let ExprKind::Lambda(_, body) = &expr.kind {
                take(body);
            }
            true
        });
    }
    if let Body::Block(block) = &query.body
        && let Some(group) = &block.group
    {
        group.keys.iter().for_each(&mut take);
    }
    for inner in queries(query) {
        collect_literal_columns(inner, drivers, found);
    }
}

/// The same columns, as positions in the FOREACH's columns.
pub fn literal_keys(foreach: &ForeachPlan) -> Vec<usize> {
    literal_columns(foreach).into_iter().filter_map(|column| foreach.column(column)).collect()
}
