//! Climb the ladder: find the best rung on which each FOREACH gives the right rows.
//!
//! ```text
//! uncorrelated   FOREACH k IN (D) body            ->  D k CROSS JOIN (body)
//! join           FOREACH k IN (D) SELECT … FROM t WHERE p(t, k)
//!                                                 ->  SELECT … FROM t JOIN D k ON p(t, k)
//! substituted    any body                         ->  body[k := row 1] UNION ALL body[k := row 2] …
//! ```
//!
//! When it would be wrong: a join counts over all driver rows together what the body counts for each
//! (grouping, DISTINCT, LIMIT, windows, set operations); it evaluates a volatile function per pair;
//! and `RIGHT` or `FULL JOIN` in the body preserve rows once, not once for each driver row.
//!
//! Why here: last, since it asks the scans' predicates which driver columns decide partitions, and
//! which scan's partitions may be spread over statements.

use std::collections::BTreeSet;

use super::Rewrite;
use crate::bind::expr::{ColumnRef, Expr, ExprKind};
use crate::bind::query::{From, Query, RelationId, RelationKind};
use crate::catalog::Origin;
use crate::plan::{
    Driver, ForeachPlan, Plan, Rung, expressions, literal_columns, plain_block, queries, relations, subquery,
    visit_expression,
};
use crate::spec::ast::JoinKind;

/// The rewrite.
pub struct ClimbLadder;

impl Rewrite for ClimbLadder {
    fn name(&self) -> &'static str {
        "climb_ladder"
    }

    fn apply(&self, plan: &mut Plan) -> bool {
        let mut chosen = Vec::new();
        for foreach in plan.foreachs.values() {
            let (rung, reason) = rung(foreach, plan.settings.merge);
            let scans: Vec<_> = plan.scans.values().filter(|scan| scan.foreach == Some(foreach.id)).collect();
            let mut sources: Vec<ColumnRef> = scans.iter().flat_map(|scan| scan.derived.columns()).collect();
            if rung == Rung::Substituted {
                sources.extend(literal_columns(foreach));
            }
            let mut keys: Vec<usize> = sources.into_iter().filter_map(|source| foreach.column(source)).collect();
            keys.sort_unstable();
            keys.dedup();
            let correlated: Vec<_> = scans.iter().filter(|scan| !scan.derived.columns().is_empty()).collect();
            let apart = (rung == Rung::Join && !foreach.outer)
                .then(|| correlated.iter().find(|scan| scan.apart).map(|scan| scan.relation))
                .flatten();
            let numbered = foreach.outer && rung != Rung::Uncorrelated
                || rung == Rung::Substituted
                || (apart.is_none() && !correlated.is_empty());
            let stored = numbered || !reads_only_steps(foreach);
            chosen.push((foreach.id, rung, reason, keys, apart, numbered, stored));
        }
        let climbed = chosen.iter().any(|(_, rung, ..)| *rung != Rung::Substituted);
        for (id, rung, reason, keys, apart, numbered, stored) in chosen {
            let foreach = plan.foreachs.get_mut(&id).expect("it was taken from this plan");
            (foreach.rung, foreach.reason, foreach.keys) = (rung, reason, keys);
            (foreach.apart, foreach.numbered, foreach.stored) = (apart, numbered, stored);
        }
        climbed
    }
}

fn rung(foreach: &ForeachPlan, merge: bool) -> (Rung, String) {
    if !merge {
        return (Rung::Substituted, "--no-merge asks for one statement a row".to_owned());
    }
    if volatile(&foreach.body) {
        return (Rung::Substituted, "the body calls a volatile function".to_owned());
    }
    let drivers: BTreeSet<_> = foreach.drivers().into_iter().collect();
    if !mentions(&foreach.body, &drivers) {
        return (Rung::Uncorrelated, String::new());
    }
    match joinable(foreach) {
        Ok(()) => (Rung::Join, "the body uses the row".to_owned()),
        Err(reason) => (Rung::Substituted, reason.to_owned()),
    }
}

fn mentions(query: &Query, drivers: &BTreeSet<RelationId>) -> bool {
    let mut found = false;
    for expr in expressions(query) {
        visit_expression(expr, &mut |expr| {
            if let ExprKind::Column(column) = &expr.kind {
                found |= drivers.contains(&column.relation);
            }
            !found
        });
    }
    found || queries(query).into_iter().any(|inner| mentions(inner, drivers))
}

/// Whether the body is select, project, filter and join; the first thing that is not, in words.
fn joinable(foreach: &ForeachPlan) -> Result<(), &'static str> {
    let block = plain_block(&foreach.body)?;
    if block.distinct {
        return Err("DISTINCT counts per row");
    }
    if block.group.is_some() || block.having.is_some() {
        return Err("grouping is per row");
    }
    for item in &block.items {
        let mut reason = None;
        visit_expression(&item.expr, &mut |expr| {
            match &expr.kind {
                ExprKind::Aggregate(_) => reason = Some("an aggregate is per row"),
                ExprKind::Window(_) => reason = Some("a window is per row"),
                _ => {}
            }
            reason.is_none()
        });
        if let Some(reason) = reason {
            return Err(reason);
        }
    }
    let Some(from) = &block.from else { return Err("the body has no FROM") };
    let drivers: BTreeSet<_> = foreach.drivers().into_iter().collect();
    from_joinable(from, &drivers, true)?;
    // A subquery that uses the row would become correlated with a join; the body as it is is not.
    if queries(&foreach.body).iter().any(|inner| mentions(inner, &drivers)) {
        return Err("a subquery of the body uses the row");
    }
    Ok(())
}

fn from_joinable(from: &From, drivers: &BTreeSet<RelationId>, preserved: bool) -> Result<(), &'static str> {
    let uses_row = |exprs: &[Expr]| {
        let mut found = false;
        for expr in exprs {
            visit_expression(expr, &mut |expr| {
                if let ExprKind::Column(column) = &expr.kind {
                    found |= drivers.contains(&column.relation);
                }
                !found
            });
        }
        found
    };
    match from {
        From::Relation(relation) => match &relation.kind {
            RelationKind::Unnest { expressions, .. } if uses_row(expressions) => Err("UNNEST uses the row"),
            RelationKind::Lateral(..) => Err("the body has a LATERAL query"),
            RelationKind::Opaque(_) => Err("the body has a relation that athplan does not know"),
            _ => Ok(()),
        },
        From::Join(join) => {
            match join.kind {
                JoinKind::Right | JoinKind::Full => return Err("RIGHT and FULL JOIN preserve rows for each row"),
                JoinKind::Left if uses_row(&join.on) => return Err("the ON of an outer join uses the row"),
                JoinKind::Left | JoinKind::Inner | JoinKind::Cross => {}
            }
            if uses_row(&join.on) && !preserved {
                return Err("the ON of a nested join uses the row");
            }
            from_joinable(&join.left, drivers, preserved)?;
            from_joinable(&join.right, drivers, preserved && join.kind != JoinKind::Left)
        }
    }
}

/// Functions whose value changes from call to call
/// (<https://trino.io/docs/current/functions/math.html#random-functions>).
fn volatile(query: &Query) -> bool {
    let mut found = false;
    for expr in expressions(query) {
        visit_expression(expr, &mut |expr| {
            if let ExprKind::Call(name, _) | ExprKind::Opaque(name, _) = &expr.kind {
                found |= matches!(name.as_str(), "random" | "rand" | "uuid" | "shuffle");
            }
            found |= matches!(expr.kind, ExprKind::Opaque(..));
            !found
        });
    }
    found || queries(query).into_iter().any(volatile)
}

/// Whether a driver is a plain filter and projection over steps of this run: then it gives the same
/// rows each time it is read, and need not be stored again.
fn reads_only_steps(foreach: &ForeachPlan) -> bool {
    match &foreach.driver {
        Driver::Table(_) => true,
        Driver::From(..) => false,
        Driver::Query(_, query) => {
            let Ok(block) = plain_block(query) else { return false };
            let plain = block.items.iter().all(|item| {
                let mut plain = true;
                visit_expression(&item.expr, &mut |expr| {
                    plain &=
                        !matches!(expr.kind, ExprKind::Aggregate(_) | ExprKind::Window(_)) && subquery(expr).is_none();
                    plain
                });
                plain
            });
            plain
                && !block.distinct
                && block.group.is_none()
                && queries(query).is_empty()
                && !volatile(query)
                && relations(query).iter().all(|relation| match &relation.kind {
                    RelationKind::Table(table, _) => matches!(table.origin, Origin::Step | Origin::File),
                    _ => false,
                })
        }
    }
}
