//! Emitting a query: its text, with the edits that the plan's annotations ask for.

use std::collections::{BTreeMap, BTreeSet};

use super::literal::identifier;
use super::splice::{Edit, splice};
use super::sql::Sql;
use super::text::{enclosed, token_before};
use crate::bind::expr::{ColumnRef, Expr, ExprKind};
use crate::bind::query::{Block, Body, Cte, Group, Item, Query, RelationId, SortKey, SortTarget};
use crate::partition::Rectangle;
use crate::plan::{Plan, mentions, merged_columns, subqueries, uses, visit_columns, visit_query_columns};
use crate::source::{Source, Span};

/// What emission knows besides the text: which columns and scans read otherwise than written.
#[derive(Clone)]
pub struct Context<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// Columns that are written otherwise than in the spec.
    pub columns: BTreeMap<ColumnRef, Sql>,
    /// The partitions that scans are held to, as disjoint rectangles; a scan that is missing here
    /// reads what the user's own predicates leave.
    pub scans: &'a BTreeMap<RelationId, Vec<Rectangle>>,
}

/// What a block says of the relations of its FROM clause.
pub(super) struct Uses {
    /// The columns used in the block and the queries inside it.
    pub columns: BTreeSet<ColumnRef>,
    /// The relations that a star spreads.
    pub starred: BTreeSet<RelationId>,
    /// Columns that USING has merged: they cannot be qualified.
    pub merged: BTreeSet<ColumnRef>,
}

impl Uses {
    pub fn of(query: &Query, block: &Block) -> Self {
        let mut columns = BTreeSet::new();
        visit_query_columns(query, &mut |column, _| {
            columns.insert(column);
        });
        let mut starred = BTreeSet::new();
        for item in block.items.iter().filter(|item| item.from_star) {
            visit_columns(&item.expr, &mut |column, _| {
                starred.insert(column.relation);
            });
        }
        let merged = block.from.as_ref().map(merged_columns).unwrap_or_default();
        Self { columns, starred, merged }
    }

    /// Those of a FROM clause of which some columns are used and none by a star.
    pub fn plain(columns: BTreeSet<ColumnRef>, merged: BTreeSet<ColumnRef>) -> Self {
        Self { columns, starred: BTreeSet::new(), merged }
    }
}

impl<'a> Context<'a> {
    /// A context for a step: the LATERAL joins that earlier steps stand for are replaced.
    pub fn for_step(plan: &'a Plan, step: usize, scans: &'a BTreeMap<RelationId, Vec<Rectangle>>) -> Self {
        let mut columns = BTreeMap::new();
        let mut laterals: Vec<_> =
            plan.foreachs.values().filter(|foreach| foreach.lateral.is_some() && foreach.step < step).collect();
        laterals.sort_by_key(|foreach| foreach.step);
        for foreach in laterals {
            let qualified = |name: &String| Sql::text(format!("{}.{}", foreach.name, identifier(name)));
            for (carried, name) in foreach.carried.iter().zip(&foreach.output) {
                columns.insert(foreach.columns[*carried].source, qualified(name));
            }
            if let Some(relation) = foreach.lateral {
                for (column, name) in foreach.output[foreach.carried.len()..].iter().enumerate() {
                    columns.insert(ColumnRef { relation, column }, qualified(name));
                }
            }
        }
        Self { plan, columns, scans }
    }

    /// The spec's text.
    pub(super) fn source(&self) -> &Source {
        &self.plan.spec.source
    }

    /// A query's text.
    pub fn query(&self, query: &Query) -> Sql {
        let mut edits = Vec::new();
        self.query_edits(query, &mut edits);
        self.text(query.span, &edits)
    }

    /// The text under a span with some edits.
    pub(super) fn text(&self, span: Span, edits: &[Edit]) -> Sql {
        splice(self.source(), span, edits)
    }

    /// `WITH …` and a line's end, for common table expressions that stand around a query in the spec.
    pub(super) fn with(&self, ctes: &[Cte]) -> Sql {
        let mut text = Sql::default();
        for (at, cte) in ctes.iter().enumerate() {
            let mut edits = Vec::new();
            self.query_edits(&cte.query, &mut edits);
            text.push(if at == 0 { "WITH " } else { ",\n" }).append(&self.text(cte.span, &edits));
        }
        if !ctes.is_empty() {
            text.push("\n");
        }
        text
    }

    /// The edits a query asks for, those of everything inside it included.
    pub(super) fn query_edits(&self, query: &Query, edits: &mut Vec<Edit>) {
        for cte in &query.with {
            self.query_edits(&cte.query, edits);
        }
        match &query.body {
            Body::Block(block) => self.block_edits(query, block, edits),
            Body::SetOperation(operation) => {
                self.query_edits(&operation.left, edits);
                self.query_edits(&operation.right, edits);
            }
            Body::Query(inner) => self.query_edits(inner, edits),
            Body::Values(rows) => rows.iter().flatten().for_each(|value| self.expression_edits(value, edits)),
            Body::Foreach(foreach) => {
                if let Some(planned) = self.plan.foreachs.get(&foreach.id) {
                    edits.push(Edit::replace(foreach.span, self.read_foreach(&planned.name)));
                }
            }
        }
        for key in &query.order_by {
            self.order_edits(key, query, edits);
        }
        for count in query.offset.iter().chain(&query.limit) {
            self.count_edits(count, edits);
        }
    }

    fn block_edits(&self, query: &Query, block: &Block, edits: &mut Vec<Edit>) {
        let uses = Uses::of(query, block);
        if block.from_span == Some(block.span) {
            // `TABLE t`: what is put in its place is no plain name.
            if let Some(word) = token_before(self.source(), block.span.start) {
                edits.push(Edit::replace(word, Sql::text("SELECT * FROM")));
            }
        } else {
            self.item_edits(block, &uses, false, edits);
        }
        self.clause_edits(block, edits);
        let Some(from) = &block.from else { return };
        let mut conjuncts = Vec::new();
        self.source_edits(from, &uses, edits, &mut conjuncts);
        self.drop_said(&block.filter, &mut conjuncts);
        if conjuncts.is_empty() {
            return;
        }
        let added = Sql::join(&conjuncts, "\n  AND ");
        match block.filter_span {
            Some(span) => {
                let is_or = block.filter.len() == 1 && matches!(block.filter[0].kind, ExprKind::Or(_));
                let mut text = Sql::default();
                if is_or && !enclosed(self.source(), span) {
                    edits.push(Edit::insert(span.start, Sql::text("(")));
                    text.push(")");
                }
                text.push("\n  AND ").append(&added);
                edits.push(Edit::insert(span.end, text));
            }
            None => {
                let mut text = Sql::text("\nWHERE ");
                text.append(&added);
                edits.push(Edit::insert(block.from_span.unwrap_or(from.span()).end, text));
            }
        }
    }

    /// Drops derived conjuncts that the user's own say in the same words.
    pub(super) fn drop_said(&self, own: &[Expr], derived: &mut Vec<Sql>) {
        let own: Vec<String> = own.iter().map(|conjunct| self.expression(conjunct).to_string()).collect();
        derived.retain(|conjunct| {
            let text = conjunct.to_string();
            let bare = text.split_once('.').map(|(_, bare)| bare);
            !own.iter().any(|own| *own == text || Some(own.as_str()) == bare)
        });
    }

    /// The edits of WHERE, GROUP BY and HAVING.
    fn clause_edits(&self, block: &Block, edits: &mut Vec<Edit>) {
        for expr in block.filter.iter().chain(&block.having) {
            self.expression_edits(expr, edits);
        }
        if let Some(group) = &block.group {
            self.group_edits(group, edits);
        }
    }

    fn group_edits(&self, group: &Group, edits: &mut Vec<Edit>) {
        for (key, span) in &group.written {
            let Some(expr) = group.keys.get(*key) else { continue };
            // A position stands for an item of the select list, which is edited there.
            if !self.is_position(*span) {
                let mut own = Vec::new();
                self.key_edits(expr, &mut own);
                if !own.is_empty() {
                    edits.push(Edit::replace(*span, self.text(expr.span, &own)));
                }
            }
        }
    }

    /// A sort key that is an output column but repeats its expression says so by position, if what it
    /// repeats is written otherwise now.
    fn order_edits(&self, key: &SortKey, query: &Query, edits: &mut Vec<Edit>) {
        match &key.target {
            SortTarget::Expr(expr) => self.key_edits(expr, edits),
            SortTarget::Output(at) => {
                let Body::Block(block) = &query.body else { return };
                let Some(item) = block.items.get(*at) else { return };
                let stays = self.is_position(key.span) || is_name_of(self.source(), key.span, item);
                if !stays && self.is_rewritten(&item.expr) {
                    edits.push(Edit::replace(key.span, Sql::text((at + 1).to_string())));
                }
            }
        }
    }

    /// Whether an expression, or a query inside it, uses a column that is written otherwise.
    fn is_rewritten(&self, expr: &Expr) -> bool {
        let rewritten: BTreeSet<RelationId> = self.columns.keys().map(|column| column.relation).collect();
        let mut inner = Vec::new();
        subqueries(expr, &mut inner);
        mentions(expr, &rewritten) || inner.into_iter().any(|query| uses(query, &rewritten))
    }

    fn is_position(&self, span: Span) -> bool {
        self.source().slice(span).bytes().all(|byte| byte.is_ascii_digit())
    }
}

/// Whether a text is an item's name, and the item has it by an alias.
fn is_name_of(source: &Source, span: Span, item: &Item) -> bool {
    item.span != item.expr.span
        && item.name.as_deref().is_some_and(|name| source.slice(span).trim_matches('"').eq_ignore_ascii_case(name))
}
