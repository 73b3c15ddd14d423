//! GROUP BY, and the rule that beside aggregates only grouped columns may stand.

use std::collections::BTreeSet;

use super::binder::{Binder, Place};
use super::errors::BindError;
use super::expr::{Expr, ExprKind};
use super::order::position;
use super::query::{From, Group, Item, Query, RelationId, SortKey};
use crate::source::Span;
use crate::spec::ast::{self, GroupingElement};
use crate::types::is_comparable;

/// Trino's own limit (`query.max-grouping-sets`).
const GROUPING_SETS: usize = 2048;

/// The keys of a GROUP BY as they are read.
#[derive(Default)]
struct Keys {
    distinct: Vec<Expr>,
    /// As [`Group::written`].
    written: Vec<(usize, Span)>,
}

impl Binder<'_> {
    /// Binds GROUP BY: its keys, and its grouping sets as positions among them.
    pub(super) fn group(&mut self, written: &ast::GroupBy, items: &[Item], place: Place<'_>) -> Group {
        let mut keys = Keys::default();
        let mut sets: Vec<Vec<usize>> = vec![Vec::new()];
        for element in &written.elements {
            let more = self.element_sets(element, items, &mut keys, written.span, place);
            if sets.len().saturating_mul(more.len()) > GROUPING_SETS {
                let what = "grouping sets";
                self.report(BindError::TooLarge { what, limit: GROUPING_SETS, span: written.span });
                break;
            }
            sets = sets.iter().flat_map(|left| more.iter().map(|right| union(left, right))).collect();
        }
        if written.distinct {
            let mut seen = BTreeSet::new();
            sets.retain(|set| seen.insert(set.iter().copied().collect::<BTreeSet<_>>()));
        }
        Group { keys: keys.distinct, sets, written: keys.written, span: Some(written.span) }
    }

    fn element_sets(
        &mut self,
        element: &GroupingElement,
        items: &[Item],
        keys: &mut Keys,
        span: Span,
        place: Place<'_>,
    ) -> Vec<Vec<usize>> {
        let simple = matches!(element, GroupingElement::Simple(_));
        let mut positions = |sets: &[Vec<ast::Expr>]| -> Vec<Vec<usize>> {
            let mut position = |key: &ast::Expr| {
                let at = self.group_key(key, items, keys, place)?;
                let bound = &keys.distinct[at];
                let is_column = position(key).is_none() && place.scope.is_some_and(|scope| scope.has_column(bound));
                if !simple && !is_column && !bound.ty.is_opaque() {
                    let (text, span) = (self.text(key.span), key.span);
                    self.report(BindError::GroupedExpression { text, span });
                }
                Some(at)
            };
            sets.iter().map(|set| set.iter().filter_map(&mut position).collect()).collect()
        };
        match element {
            GroupingElement::Simple(exprs) => positions(std::slice::from_ref(exprs)),
            GroupingElement::Sets(sets) => positions(sets),
            GroupingElement::Rollup(sets) => {
                let parts = positions(sets);
                (0..=parts.len()).rev().map(|length| parts[..length].concat()).collect()
            }
            GroupingElement::Cube(sets) => {
                let parts = positions(sets);
                if parts.len() > GROUPING_SETS.ilog2() as usize {
                    self.report(BindError::TooLarge { what: "grouping sets", limit: GROUPING_SETS, span });
                    return vec![parts.concat()];
                }
                let chosen = |mask: usize| parts.iter().enumerate().filter(move |(at, _)| mask & (1 << at) == 0);
                (0..1_usize << parts.len())
                    .map(|mask| chosen(mask).flat_map(|(_, part)| part.clone()).collect())
                    .collect()
            }
            GroupingElement::Auto => {
                let what = "GROUP BY AUTO".to_owned();
                let help = Some("name the columns to group by".to_owned());
                self.report(BindError::Unsupported { what, span, help });
                vec![Vec::new()]
            }
        }
    }

    /// The position of a key among the keys, put there if it is new.
    fn group_key(&mut self, written: &ast::Expr, items: &[Item], keys: &mut Keys, place: Place<'_>) -> Option<usize> {
        let key = match position(written) {
            Some(text) => {
                let output = self.ordinal(text, "GROUP BY", items.len(), written.span)?;
                items.get(output)?.expr.clone()
            }
            None => self.expression(written, place),
        };
        self.forbid_aggregates(&key, "GROUP BY");
        if !key.ty.is_opaque() && !is_comparable(&key.ty) {
            self.not_comparable(&key.ty, "GROUP BY", written.span);
        }
        let at = keys.distinct.iter().position(|own| *own == key).unwrap_or_else(|| {
            keys.distinct.push(key);
            keys.distinct.len() - 1
        });
        keys.written.push((at, written.span));
        Some(at)
    }

    /// The block's grouping, one empty set if there are only aggregates; columns that are neither
    /// grouped by nor aggregated are reported.
    pub(super) fn checked_group(
        &mut self,
        group: Option<Group>,
        from: Option<&From>,
        items: &[Item],
        having: Option<&Expr>,
        order_by: &[SortKey],
    ) -> Option<Group> {
        let sorted: Vec<&Expr> = order_by.iter().filter_map(SortKey::expr).collect();
        let outputs: Vec<&Expr> = items.iter().map(|item| &item.expr).chain(having).chain(sorted).collect();
        let is_aggregated = having.is_some() || outputs.iter().any(|expr| expr.any(&mut is_group_aggregate));
        let group = match group {
            None if is_aggregated => {
                Group { keys: Vec::new(), sets: vec![Vec::new()], written: Vec::new(), span: None }
            }
            None => return None,
            Some(group) => group,
        };
        let mut own = BTreeSet::new();
        if let Some(from) = from {
            relations(from, &mut own);
        }
        let check = Check { keys: &group.keys, own: &own };
        let mut loose = Vec::new();
        outputs.into_iter().for_each(|expr| check.expression(expr, &mut loose));
        for span in loose {
            let text = self.text(span);
            self.report(BindError::NotGrouped { text, span });
        }
        Some(group)
    }
}

fn is_group_aggregate(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Aggregate(aggregate) => aggregate.over.is_none(),
        ExprKind::Grouping(_) => true,
        _ => false,
    }
}

fn union(left: &[usize], right: &[usize]) -> Vec<usize> {
    let mut both = left.to_vec();
    for key in right {
        if !both.contains(key) {
            both.push(*key);
        }
    }
    both
}

/// The numbers of a FROM clause's own relations.
fn relations(from: &From, into: &mut BTreeSet<RelationId>) {
    match from {
        From::Relation(relation) => {
            into.insert(relation.id);
        }
        From::Join(join) => {
            relations(&join.left, into);
            relations(&join.right, into);
        }
    }
}

/// Finds columns of a grouped block's own relations outside its keys and aggregates.
struct Check<'g> {
    keys: &'g [Expr],
    own: &'g BTreeSet<RelationId>,
}

impl Check<'_> {
    fn expression(&self, expr: &Expr, loose: &mut Vec<Span>) {
        if self.keys.contains(expr) {
            return;
        }
        match &expr.kind {
            ExprKind::Column(column) if self.own.contains(&column.relation) => loose.push(expr.span),
            _ if is_group_aggregate(expr) => {}
            _ => {
                expr.children().into_iter().for_each(|child| self.expression(child, loose));
                if let Some(query) = expr.query() {
                    self.query(query, loose);
                }
            }
        }
    }

    fn query(&self, query: &Query, loose: &mut Vec<Span>) {
        query.expressions(&mut |expr| self.correlated(expr, loose));
    }

    /// Inside a subquery an aggregate is the subquery's own, and hides nothing.
    fn correlated(&self, expr: &Expr, loose: &mut Vec<Span>) {
        if self.keys.contains(expr) {
            return;
        }
        if let ExprKind::Column(column) = &expr.kind
            && self.own.contains(&column.relation)
        {
            loose.push(expr.span);
        }
        expr.children().into_iter().for_each(|child| self.correlated(child, loose));
        if let Some(query) = expr.query() {
            self.query(query, loose);
        }
    }
}
