//! `*` and `x.*` in a select list, spread out.

use super::binder::{Binder, Place};
use super::errors::BindError;
use super::expr::{Expr, ExprKind};
use super::name::list;
use super::query::Item;
use super::scope::{Field, Level, Meaning, Scope};
use crate::source::Span;
use crate::spec::ast;
use crate::types::{Type, nearest};

impl Binder<'_> {
    /// `*`: the visible columns of the block's relations.
    pub(super) fn star(&mut self, span: Span, place: Place<'_>, items: &mut Vec<Item>) {
        let fields: &[Field] = match place.scope.map(|scope| &scope.level) {
            Some(Level::Fields(fields)) => fields,
            _ => &[],
        };
        let before = items.len();
        items.extend(fields.iter().filter(|field| field.is_visible()).map(|field| star_item(field, span)));
        if items.len() == before {
            let help = "a star needs a FROM clause with columns".to_owned();
            self.report(BindError::EmptyStar { what: "*".to_owned(), span, help });
        }
    }

    /// `relation.*`, `row.*` of a FOREACH, or the fields of an expression of row type.
    pub(super) fn qualified_star(
        &mut self,
        target: &ast::Expr,
        aliases: &[ast::Ident],
        span: Span,
        place: Place<'_>,
        items: &mut Vec<Item>,
    ) {
        let spread = match self.relation_columns(target, place) {
            Some(fields) => fields.iter().map(|field| star_item(field, span)).collect(),
            None if self.means_nothing(target, place) => Vec::new(),
            None => self.row_columns(target, span, place),
        };
        if spread.is_empty() {
            let what = self.text(target.span);
            let relations = place.scope.map(Scope::relations).unwrap_or_default();
            let help = match nearest(&what, relations.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}.*`?"),
                None if relations.is_empty() => "nothing in reach has columns".to_owned(),
                None => format!("relations in reach: {}", list(relations.iter().map(String::as_str))),
            };
            self.report(BindError::EmptyStar { what: format!("{what}.*"), span, help });
            return;
        }
        if !aliases.is_empty() && aliases.len() != spread.len() {
            let (given, expected) = (aliases.len(), spread.len());
            let name = format!("{}.*", self.text(target.span));
            let help = format!("give {expected} names, or none");
            self.report(BindError::AliasColumns { name, given, expected, span, help });
        }
        let mut aliases = aliases.iter();
        for item in spread {
            let name = aliases.next().map(|alias| alias.name.clone()).or(item.name);
            items.push(Item { name, ..item });
        }
    }

    /// The visible columns of the relation or FOREACH row by this name; none if it is no relation.
    fn relation_columns<'s>(&self, target: &ast::Expr, place: Place<'s>) -> Option<Vec<&'s Field>> {
        let parts = names(target);
        if parts.is_empty() {
            return None;
        }
        for level in place.scope?.levels() {
            let fields: Vec<&Field> = match level {
                Level::Fields(fields) => {
                    fields.iter().filter(|field| field.is_visible() && field.is_qualified_by(&parts)).collect()
                }
                Level::Row(row, fields) if parts.as_slice() == [*row] => fields.iter().collect(),
                Level::Row(..) | Level::Lambda(_) => Vec::new(),
            };
            if !fields.is_empty() {
                return Some(fields);
            }
        }
        None
    }

    /// Whether it is a name that nothing in reach has.
    fn means_nothing(&self, target: &ast::Expr, place: Place<'_>) -> bool {
        let parts = names(target);
        let meaning = place.scope.map_or(Meaning::Nothing, |scope| scope.resolve(&parts));
        !parts.is_empty() && matches!(meaning, Meaning::Nothing)
    }

    /// The fields of an expression of row type, each as an item.
    fn row_columns(&mut self, target: &ast::Expr, span: Span, place: Place<'_>) -> Vec<Item> {
        let base = self.expression(target, place);
        match base.ty.clone() {
            Type::Row(fields) => fields
                .iter()
                .enumerate()
                .map(|(at, field)| {
                    let kind = ExprKind::Field(Box::new(base.clone()), at);
                    let name = field.name.as_deref().map(str::to_owned);
                    Item { expr: Expr { kind, ty: field.ty.clone(), span }, name, span, from_star: true }
                })
                .collect(),
            Type::Opaque => {
                let kind = ExprKind::Opaque(format!("the fields of {}", self.text(target.span)), vec![base]);
                vec![Item { expr: Expr { kind, ty: Type::Opaque, span }, name: None, span, from_star: true }]
            }
            _ => Vec::new(),
        }
    }
}

fn star_item(field: &Field, span: Span) -> Item {
    let expr = Expr { span, ..field.value.clone() };
    Item { expr, name: field.name.clone(), span, from_star: true }
}

/// The parts of a name, outermost first; none if it is no name.
fn names(expr: &ast::Expr) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut base = expr;
    while let ast::ExprKind::Dereference(inner, name) = &base.kind {
        parts.push(name.name.as_str());
        base = inner;
    }
    let ast::ExprKind::Identifier(name) = &base.kind else { return Vec::new() };
    parts.push(&name.name);
    parts.reverse();
    parts
}
