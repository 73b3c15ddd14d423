//! Common table expressions: what all references to one say of its rows.
//!
//! ```text
//! before:  WITH c AS (SELECT * FROM cloudtrail)
//!          SELECT … FROM c a JOIN c b ON … WHERE a.eventtime < T1 AND b.eventtime > T2
//! after:   the same, and for the scan in c:  eventtime < T1 OR eventtime > T2
//! ```
//!
//! A row of the expression matters if it can matter to one of the references, so what is handed in is
//! the disjunction, over all references, of the conjuncts that hold at each.
//!
//! When it would be wrong: with a reference overlooked. References stand in every query below the WITH, in
//! steps of their own too (a FOREACH taken out of the query), so an expression is walked only when all that
//! may refer to it was walked: expressions refer to earlier ones alone, so the last one found is next. Text
//! that the binder has passed on without reading it may name an expression too; then nothing is handed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::bind::expr::{Expr, ExprKind};
use crate::bind::query::{Cte, ForeachId, Query, RelationId};
use crate::plan::visit_expression;
use crate::source::{Source, Span, TokenKind, lex};
use crate::types::Type;

/// The expressions found so far.
#[derive(Default)]
pub(super) struct Ctes {
    found: Vec<Definition>,
    /// The place of each among those found. References share their query with the definition.
    places: BTreeMap<*const Query, usize>,
    /// Those not walked yet, by the place of their text.
    waiting: BTreeSet<(usize, usize)>,
    /// What each reference hands in, those to expressions not defined yet included.
    references: BTreeMap<*const Query, Vec<Vec<Expr>>>,
    /// Text that was not read.
    unread: Vec<Span>,
}

/// An expression's definition, and what its references hand in.
#[derive(Clone)]
pub(super) struct Definition {
    name: String,
    pub query: Arc<Query>,
    pub step: usize,
    pub foreach: Option<ForeachId>,
    pub drivers: BTreeSet<RelationId>,
    pub handed: Vec<Expr>,
}

impl Ctes {
    /// Notes a definition. Several steps may hold one; the first counts.
    pub fn define(&mut self, cte: &Cte, step: usize, foreach: Option<ForeachId>, drivers: &BTreeSet<RelationId>) {
        let place = self.found.len();
        if self.places.contains_key(&Arc::as_ptr(&cte.query)) {
            return;
        }
        self.places.insert(Arc::as_ptr(&cte.query), place);
        self.waiting.insert((cte.span.start, place));
        let (name, query, drivers) = (cte.name.clone(), Arc::clone(&cte.query), drivers.clone());
        self.found.push(Definition { name, query, step, foreach, drivers, handed: Vec::new() });
    }

    /// Notes a reference, with the conjuncts over its output that hold for every row kept there.
    pub fn refer(&mut self, query: &Arc<Query>, handed: Vec<Expr>) {
        self.references.entry(Arc::as_ptr(query)).or_default().push(handed);
    }

    /// Notes text that was passed on without reading it.
    pub fn opaque(&mut self, span: Span) {
        self.unread.push(span);
    }

    /// Notes such text in an expression.
    pub fn expression(&mut self, expr: &Expr) {
        visit_expression(expr, &mut |expr| {
            // With operands, the binder has seen what is inside.
            if let ExprKind::Opaque(_, operands) = &expr.kind
                && operands.is_empty()
            {
                self.unread.push(expr.span);
            }
            true
        });
    }

    /// The next expression to walk, with what it is handed.
    pub fn next(&mut self, source: &Source) -> Option<Definition> {
        let (_, place) = self.waiting.pop_last()?;
        let mut definition = self.found[place].clone();
        let references = self.references.remove(&Arc::as_ptr(&definition.query)).unwrap_or_default();
        if !self.unread.iter().any(|span| mentions(source, *span, &definition.name)) {
            definition.handed = any(references);
        }
        Some(definition)
    }
}

/// One of several lists of conjuncts; none of them if one is empty.
fn any(mut lists: Vec<Vec<Expr>>) -> Vec<Expr> {
    if lists.len() < 2 {
        return lists.pop().unwrap_or_default();
    }
    let Some(span) = lists.iter().flatten().map(|conjunct| conjunct.span).reduce(Span::to) else { return Vec::new() };
    if lists.iter().any(Vec::is_empty) {
        return Vec::new();
    }
    let boolean = |kind| Expr { kind, ty: Type::Boolean, span };
    vec![boolean(ExprKind::Or(lists.into_iter().map(|list| boolean(ExprKind::And(list))).collect()))]
}

/// Whether a name stands in a text, as a word or quoted.
fn mentions(source: &Source, span: Span, name: &str) -> bool {
    let part = Source::new("", source.slice(span));
    lex(&part).iter().any(|token| match &token.kind {
        TokenKind::Word => part.slice(token.span).eq_ignore_ascii_case(name),
        TokenKind::Name(quoted, _) => quoted.eq_ignore_ascii_case(name),
        _ => false,
    })
}
