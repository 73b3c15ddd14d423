//! A query block: `SELECT … FROM … WHERE … GROUP BY … HAVING …`, with the ORDER BY behind it.

use super::binder::{Binder, Place};
use super::errors::BindError;
use super::expr::ExprKind;
use super::query::{Block, Item, SortKey};
use super::scope::{Level, Scope};
use crate::spec::ast;
use crate::types::is_comparable;

/// More columns than any select list has; stars over joins of stars reach it fast.
const COLUMNS: usize = 20_000;

impl Binder<'_> {
    /// Binds a block and the ORDER BY of the query that it is the body of.
    pub(super) fn block(
        &mut self,
        select: &ast::Select,
        order_by: &[ast::SortItem],
        outer: Option<&Scope<'_>>,
    ) -> (Block, Vec<SortKey>) {
        self.check_window_names(&select.windows);
        let (from, fields) = self.from(&select.from, outer);
        let scope = Scope { level: Level::Fields(&fields), outer };
        let place = Place { scope: Some(&scope), windows: &select.windows };

        let aliases = select.items.iter().filter_map(|item| match item {
            ast::SelectItem::Expr { alias: Some(alias), .. } => Some(alias.name.clone()),
            _ => None,
        });
        let around = std::mem::replace(&mut self.aliases, aliases.collect());
        let filter = select.filter.as_ref().map(|filter| self.conjuncts(filter, "WHERE", place)).unwrap_or_default();
        filter.iter().for_each(|conjunct| self.forbid_aggregates(conjunct, "WHERE"));

        let items = self.items(&select.items, place);
        let group = select.group_by.as_ref().map(|group| self.group(group, &items, place));
        let having = select.having.as_ref().map(|having| self.condition(having, "HAVING", place));
        self.aliases = around;
        if let Some(having) = &having {
            self.forbid_windows(having, "HAVING");
        }
        let order_by = self.block_order(order_by, &items, select.distinct, place);

        if select.distinct {
            for item in &items {
                if !item.expr.ty.is_opaque() && !is_comparable(&item.expr.ty) {
                    self.not_comparable(&item.expr.ty, "DISTINCT", item.span);
                }
            }
        }
        let group = self.checked_group(group, from.as_ref(), &items, having.as_ref(), &order_by);
        let first = select.from.first().map(|item| item.span);
        let from_span = first.zip(select.from.last()).map(|(first, last)| first.to(last.span));
        let block = Block {
            distinct: select.distinct,
            items,
            from,
            from_span,
            filter,
            filter_span: select.filter.as_ref().map(|filter| filter.span),
            group,
            having,
            span: select.span,
        };
        (block, order_by)
    }

    fn items(&mut self, written: &[ast::SelectItem], place: Place<'_>) -> Vec<Item> {
        let mut items = Vec::with_capacity(written.len());
        for item in written {
            match item {
                ast::SelectItem::Star(span) => self.star(*span, place, &mut items),
                ast::SelectItem::QualifiedStar { target, aliases, span } => {
                    self.qualified_star(target, aliases, *span, place, &mut items);
                }
                ast::SelectItem::Expr { expr, alias, span } => {
                    let name = alias.as_ref().map(|alias| alias.name.clone()).or_else(|| own_name(expr));
                    let expr = self.expression(expr, place);
                    items.push(Item { expr, name, span: *span, from_star: false });
                }
            }
            if items.len() > COLUMNS {
                let span = items.last().map(|item| item.span).unwrap_or_default();
                self.report(BindError::TooLarge { what: "columns", limit: COLUMNS, span });
                items.truncate(COLUMNS);
                break;
            }
        }
        items
    }

    fn check_window_names(&mut self, windows: &[(ast::Ident, ast::WindowSpec)]) {
        for (at, (name, _)) in windows.iter().enumerate() {
            if let Some((first, _)) = windows.iter().take(at).find(|(earlier, _)| earlier.name == name.name) {
                let (what, first) = ("the window", first.span);
                self.report(BindError::DeclaredTwice { what, name: name.name.clone(), span: name.span, first });
            }
        }
    }

    /// Reports window functions where only aggregates may stand.
    pub(super) fn forbid_windows(&mut self, expr: &super::expr::Expr, clause: &'static str) {
        let mut found = Vec::new();
        expr.any(&mut |expr| {
            let name = match &expr.kind {
                ExprKind::Aggregate(aggregate) if aggregate.over.is_some() => &aggregate.name,
                ExprKind::Window(call) => &call.name,
                _ => return false,
            };
            found.push(BindError::WindowNotAllowed { name: name.clone(), clause, span: expr.span });
            false
        });
        found.into_iter().for_each(|error| self.report(error));
    }
}

/// The name that an expression gives its column: that of the column or field it is.
fn own_name(expr: &ast::Expr) -> Option<String> {
    match &expr.kind {
        ast::ExprKind::Identifier(name) | ast::ExprKind::Dereference(_, name) => Some(name.name.clone()),
        _ => None,
    }
}
