//! Edits of a select list: items keep their names, and stars keep their columns.

use super::context::{Context, Uses};
use super::expression::uncoerced;
use super::literal::identifier;
use super::splice::Edit;
use super::sql::Sql;
use crate::bind::expr::{ColumnRef, ExprKind};
use crate::bind::query::{Block, Item, Relation};
use crate::plan::{from_relations, qualifier};

impl Context<'_> {
    /// Edits of the items. With `joined`, something else stands in the FROM clause too, whose columns
    /// a bare star would spread.
    pub(super) fn item_edits(&self, block: &Block, uses: &Uses, joined: bool, edits: &mut Vec<Edit>) {
        let mut at = 0;
        while let Some(item) = block.items.get(at) {
            if item.from_star {
                let length =
                    block.items[at..].iter().take_while(|other| other.from_star && other.span == item.span).count();
                self.star_edits(&block.items[at..at + length], block, uses, joined, edits);
                at += length;
                continue;
            }
            self.expression_edits(&item.expr, edits);
            // A bare column gives the item its name; written otherwise it must be named again.
            if item.span == item.expr.span
                && let Some(name) = &item.name
                && let ExprKind::Column(column) = &uncoerced(&item.expr).kind
                && let Some(text) = self.columns.get(column)
                && !self.is_unchanged(item.span, text)
                && !is_named(text, name)
            {
                edits.push(Edit::insert(item.span.end, Sql::text(format!(" AS {}", identifier(name)))));
            }
            at += 1;
        }
    }

    /// Edits of a star, which is these items.
    fn star_edits(&self, items: &[Item], block: &Block, uses: &Uses, joined: bool, edits: &mut Vec<Edit>) {
        let Some(first) = items.first() else { return };
        if let ExprKind::Field(row, _) = &uncoerced(&first.expr).kind {
            // `row.*` spreads the fields of one expression.
            self.expression_edits(row, edits);
            return;
        }
        let relations: Vec<&Relation> = block.from.as_ref().map(from_relations).unwrap_or_default();
        let of_relation = |column: &ColumnRef| relations.iter().find(|relation| relation.id == column.relation);
        let spread = items.iter().any(|item| match &uncoerced(&item.expr).kind {
            ExprKind::Column(column) => {
                self.columns.contains_key(column)
                    || of_relation(column).is_some_and(|relation| !self.hidden_in_scan(relation, uses).is_empty())
            }
            _ => false,
        });
        let is_bare = self.source().slice(first.span) == "*";
        if !(spread || joined && is_bare) {
            return;
        }
        let list = if spread || !uses.merged.is_empty() {
            items.iter().map(|item| self.star_column(item, &relations, uses)).collect::<Vec<_>>()
        } else {
            let visible = relations.iter().filter(|relation| relation.columns.iter().any(|column| !column.hidden));
            visible
                .map(|relation| Sql::text(format!("{}.*", identifier(qualifier(relation).unwrap_or_default()))))
                .collect()
        };
        edits.push(Edit::replace(first.span, Sql::join(&list, ", ")));
    }

    /// A select item written out under a name.
    pub(super) fn item(&self, item: &Item, name: &str, block: &Block, uses: &Uses) -> Sql {
        let mut text = if item.from_star {
            let relations: Vec<&Relation> = block.from.as_ref().map(from_relations).unwrap_or_default();
            self.star_column(item, &relations, uses)
        } else {
            self.expression(&item.expr)
        };
        if !is_named(&text, name) {
            text.push(format!(" AS {}", identifier(name)));
        }
        text
    }

    /// A column that a star stands for, under its own name.
    fn star_column(&self, item: &Item, relations: &[&Relation], uses: &Uses) -> Sql {
        let name = item.name.as_deref().unwrap_or_default();
        let expr = uncoerced(&item.expr);
        let mut text = match &expr.kind {
            ExprKind::Column(column) => match self.columns.get(column) {
                Some(text) => text.clone(),
                None => {
                    let relation = relations.iter().find(|relation| relation.id == column.relation);
                    match relation.and_then(|relation| qualifier(relation)) {
                        Some(qualifier) if !uses.merged.contains(column) => {
                            Sql::text(format!("{}.{}", identifier(qualifier), self.own_name(column, relations)))
                        }
                        _ => Sql::text(self.own_name(column, relations)),
                    }
                }
            },
            ExprKind::Field(row, _) => {
                let mut text = self.expression(row);
                text.push(format!(".{}", identifier(name)));
                text
            }
            // The pair that USING merged over a full join.
            ExprKind::Coalesce(_) => Sql::text(identifier(name)),
            _ => self.expression(expr),
        };
        if !is_named(&text, name) {
            text.push(format!(" AS {}", identifier(name)));
        }
        text
    }

    fn own_name(&self, column: &ColumnRef, relations: &[&Relation]) -> String {
        let relation = relations.iter().find(|relation| relation.id == column.relation);
        let name = relation.and_then(|relation| relation.columns.get(column.column)?.name.as_deref());
        identifier(name.unwrap_or_default())
    }
}

/// Whether a column reference already has this name.
fn is_named(text: &Sql, name: &str) -> bool {
    let (text, name) = (text.to_string(), identifier(name));
    text == name || text.strip_suffix(&name).is_some_and(|head| head.ends_with('.') && !text.contains('('))
}
