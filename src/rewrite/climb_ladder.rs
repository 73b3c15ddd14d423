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
//! `RIGHT` and `FULL JOIN` in the body preserve rows once, not once for each driver row; and names
//! that were apart stand beside each other in one FROM clause.
//!
//! Why here: last, since it asks the scans' predicates which driver columns decide partitions, and
//! which scan's partitions may be spread over statements.

use std::collections::BTreeSet;

use super::Rewrite;
use crate::bind::expr::{ColumnRef, Expr, ExprKind};
use crate::bind::query::{From, RelationId, RelationKind};
use crate::catalog::Origin;
use crate::plan::{
    Driver, ForeachPlan, Plan, Rung, beside, has_volatile, literal_columns, mentions, plain_block, queries, relations,
    uses,
};
use crate::source::Source;
use crate::spec::ast::JoinKind;

/// The rewrite.
pub struct ClimbLadder;

impl Rewrite for ClimbLadder {
    fn name(&self) -> &'static str {
        "climb_ladder"
    }

    fn apply(&self, plan: &mut Plan) -> bool {
        let chosen: Vec<_> = plan.foreachs.values().map(|foreach| (foreach.id, Chosen::of(plan, foreach))).collect();
        let climbed = chosen.iter().any(|(_, chosen)| chosen.rung != Rung::Substituted);
        for (id, chosen) in chosen {
            let foreach = plan.foreachs.get_mut(&id).expect("it was taken from this plan");
            let Chosen { rung, reason, keys, apart, numbered, stored } = chosen;
            (foreach.rung, foreach.reason, foreach.keys) = (rung, reason, keys);
            (foreach.apart, foreach.numbered, foreach.stored) = (apart, numbered, stored);
        }
        climbed
    }
}

/// What the ladder decides of a FOREACH.
struct Chosen {
    rung: Rung,
    reason: String,
    keys: Vec<usize>,
    apart: Option<RelationId>,
    numbered: bool,
    stored: bool,
}

impl Chosen {
    fn of(plan: &Plan, foreach: &ForeachPlan) -> Self {
        let (rung, reason) = rung(&plan.spec.source, foreach, plan.settings.merge);
        let correlated: Vec<_> = plan
            .scans
            .values()
            .filter(|scan| scan.foreach == Some(foreach.id) && !scan.derived.columns().is_empty())
            .collect();
        let mut sources: BTreeSet<ColumnRef> = correlated.iter().flat_map(|scan| scan.derived.columns()).collect();
        if rung == Rung::Substituted {
            sources.extend(literal_columns(foreach));
        }
        let mut keys: Vec<usize> = sources.into_iter().filter_map(|source| foreach.column(source)).collect();
        keys.sort_unstable();
        let apart =
            correlated.iter().find(|scan| scan.apart && rung == Rung::Join && !foreach.outer).map(|scan| scan.relation);
        let numbered = match rung {
            Rung::Uncorrelated => false,
            Rung::Join => foreach.outer || (apart.is_none() && !correlated.is_empty()),
            Rung::Substituted => true,
        };
        let stored = numbered || !reads_only_steps(foreach);
        Self { rung, reason, keys, apart, numbered, stored }
    }
}

fn rung(source: &Source, foreach: &ForeachPlan, merge: bool) -> (Rung, String) {
    if !merge {
        return (Rung::Substituted, "--no-merge asks for one statement a row".to_owned());
    }
    if has_volatile(&foreach.body) || foreach.body_with.iter().any(|cte| has_volatile(&cte.query)) {
        return (Rung::Substituted, "the body calls a volatile function, or one that athplan does not know".to_owned());
    }
    if !uses(&foreach.body, &foreach.drivers()) {
        return (Rung::Uncorrelated, String::new());
    }
    match joinable(foreach).and_then(|()| beside(source, foreach)) {
        Ok(_) => (Rung::Join, "the body uses the row".to_owned()),
        Err(reason) => (Rung::Substituted, reason.to_owned()),
    }
}

/// Whether the body is select, project, filter and join; the first thing that is not, in words.
fn joinable(foreach: &ForeachPlan) -> Result<(), &'static str> {
    let (query, block) = plain_block(&foreach.body)?;
    if block.distinct {
        return Err("DISTINCT counts per row");
    }
    if block.group.is_some() || block.having.is_some() {
        return Err("grouping is per row");
    }
    if block.items.iter().any(|item| item.expr.any(&mut is_per_row)) {
        return Err("a window is per row");
    }
    let Some(from) = &block.from else { return Err("the body has no FROM") };
    let drivers = foreach.drivers();
    from_joinable(from, &drivers, true)?;
    // A subquery that uses the row would become correlated with a join; the body as it is is not.
    if queries(query).iter().any(|inner| uses(inner, &drivers)) {
        return Err("a subquery of the body uses the row");
    }
    Ok(())
}

/// Whether a FOREACH is kept off the join by nothing but a GROUP BY that may as well stand outside of it:
/// no driver row yields a group of nothing, so that grouping the joined rows by the driver row too gives
/// the same groups.
pub fn could_group_outside(foreach: &ForeachPlan) -> bool {
    let Ok((query, block)) = plain_block(&foreach.body) else { return false };
    let (Some(group), Some(from)) = (&block.group, &block.from) else { return false };
    let drivers = foreach.drivers();
    let windows = |expr: &Expr| match &expr.kind {
        ExprKind::Window(_) => true,
        ExprKind::Aggregate(call) => call.over.is_some(),
        _ => false,
    };
    foreach.rung == Rung::Substituted
        && !foreach.outer
        && !block.distinct
        && group.sets.iter().all(|set| !set.is_empty())
        && !block.items.iter().any(|item| item.expr.any(&mut |expr| windows(expr)))
        && !has_volatile(&foreach.body)
        && from_joinable(from, &drivers, true).is_ok()
        && !queries(query).iter().any(|inner| uses(inner, &drivers))
}

fn is_per_row(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Aggregate(_) | ExprKind::Window(_))
}

/// `preserved` says whether a row that a later filter rejects may as well be rejected at this place.
fn from_joinable(from: &From, drivers: &BTreeSet<RelationId>, preserved: bool) -> Result<(), &'static str> {
    let uses_row = |exprs: &[Expr]| exprs.iter().any(|expr| mentions(expr, drivers));
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
                return Err("the ON of a join below an outer join uses the row");
            }
            from_joinable(&join.left, drivers, preserved)?;
            from_joinable(&join.right, drivers, preserved && join.kind != JoinKind::Left)
        }
    }
}

/// Whether a driver is a plain filter and projection over steps of this run: then it gives the same
/// rows each time it is read, and need not be stored again.
fn reads_only_steps(foreach: &ForeachPlan) -> bool {
    let query = match &foreach.driver {
        Driver::Table(_) => return true,
        Driver::From(..) => return false,
        Driver::Query(_, query) => query,
    };
    let Ok((inner, block)) = plain_block(query) else { return false };
    let named = foreach.columns.iter().all(|column| {
        query.columns.get(column.source.column).is_some_and(|output| output.name.as_ref() == Some(&column.name))
    });
    named
        && !block.distinct
        && block.group.is_none()
        && !block.items.iter().any(|item| item.expr.any(&mut is_per_row))
        && queries(inner).is_empty()
        && !has_volatile(inner)
        && relations(inner).iter().all(|relation| match &relation.kind {
            RelationKind::Table(table, _) => matches!(table.origin, Origin::Step | Origin::File),
            _ => false,
        })
}
