//! ORDER BY, OFFSET and LIMIT of a query.

use super::binder::{Binder, Place};
use super::errors::BindError;
use super::expr::{Expr, ExprKind};
use super::query::{Item, OutputColumn, SortKey, SortTarget};
use super::scope::{Field, Level, Meaning, Scope};
use crate::constant::Value;
use crate::source::Span;
use crate::spec::ast;
use crate::types::{Type, is_orderable};

impl Binder<'_> {
    /// ORDER BY behind a query block: it sees the select list's names first, then the block's
    /// relations.
    pub(super) fn block_order(
        &mut self,
        written: &[ast::SortItem],
        items: &[Item],
        distinct: bool,
        place: Place<'_>,
    ) -> Vec<SortKey> {
        let outputs: Vec<Field> = items
            .iter()
            .filter(|item| item.name.is_some())
            .map(|item| Field {
                qualifier: Vec::new(),
                name: item.name.clone(),
                value: item.expr.clone(),
                hidden: false,
                merged: false,
                wildcard: false,
            })
            .collect();
        let scope = Scope { level: Level::Fields(&outputs), outer: place.scope };
        let place = Place { scope: Some(&scope), ..place };
        let mut keys = Vec::with_capacity(written.len());
        for item in written {
            let target = match position(&item.expr) {
                Some(text) => match self.ordinal(text, "ORDER BY", items.len(), item.expr.span) {
                    Some(output) => SortTarget::Output(output),
                    None => continue,
                },
                None => {
                    let expr = self.sort_expression(&item.expr, &outputs, place);
                    match items.iter().position(|item| item.expr == expr) {
                        Some(output) => SortTarget::Output(output),
                        None if distinct && !expr.ty.is_opaque() => {
                            self.report(BindError::DistinctOrder { span: item.expr.span });
                            continue;
                        }
                        None => SortTarget::Expr(expr),
                    }
                }
            };
            let ty = match &target {
                SortTarget::Output(output) => items.get(*output).map(|item| &item.expr.ty),
                SortTarget::Expr(expr) => Some(&expr.ty),
            };
            if let Some(ty) = ty.cloned() {
                self.demand_order(&ty, "ORDER BY", item.expr.span);
            }
            keys.push(sort_key(item, target));
        }
        keys
    }

    /// Binds a sort key. In it a column of the select list comes before a relation of the same name.
    fn sort_expression(&mut self, written: &ast::Expr, outputs: &[Field], place: Place<'_>) -> Expr {
        let before = self.mistakes();
        let expr = self.expression(written, place);
        for mut mistake in self.take_mistakes(before) {
            if let BindError::NotARow { span, help, .. } = &mut mistake {
                let name = self.text(*span).to_lowercase();
                let is_output = outputs.iter().any(|field| field.name.as_deref() == Some(&name));
                let relations = place.scope.map(Scope::relations).unwrap_or_default();
                if is_output && relations.contains(&name) {
                    *help = Some(format!(
                        "`{name}` is the select list's column here, not the relation: give the column another name, … AS {name}_value"
                    ));
                }
            }
            self.report(mistake);
        }
        expr
    }

    /// ORDER BY behind anything else: it sees the names and positions of the columns only.
    pub(super) fn output_order(&mut self, written: &[ast::SortItem], columns: &[OutputColumn]) -> Vec<SortKey> {
        let fields: Vec<Field> = columns
            .iter()
            .enumerate()
            .filter(|(_, column)| column.name.is_some())
            .map(|(at, column)| Field {
                qualifier: Vec::new(),
                name: column.name.clone(),
                // Only its position is of interest: it never becomes a part of a bound tree.
                value: Expr { kind: ExprKind::LambdaParameter(at), ty: column.ty.clone(), span: Span::default() },
                hidden: false,
                merged: false,
                wildcard: false,
            })
            .collect();
        let scope = Scope { level: Level::Fields(&fields), outer: None };
        let mut keys = Vec::with_capacity(written.len());
        for item in written {
            let span = item.expr.span;
            let output = match (position(&item.expr), &item.expr.kind) {
                (Some(text), _) => self.ordinal(text, "ORDER BY", columns.len(), span),
                (None, ast::ExprKind::Identifier(name)) => match scope.resolve(&[&name.name]) {
                    Meaning::Value(Expr { kind: ExprKind::LambdaParameter(at), .. }, _) => Some(at),
                    _ => {
                        // Binding it reports what is wrong with the name.
                        self.expression(&item.expr, Place::new(Some(&scope)));
                        None
                    }
                },
                _ => {
                    let what = "ORDER BY an expression behind a set operation, VALUES, FOREACH or parentheses";
                    let help = Some("wrap it: SELECT * FROM (…) ORDER BY …".to_owned());
                    self.report(BindError::Unsupported { what: what.to_owned(), span, help });
                    None
                }
            };
            let Some(output) = output else { continue };
            if let Some(column) = columns.get(output)
                && !column.ty.is_opaque()
                && !is_orderable(&column.ty)
            {
                self.demand_order(&column.ty, "ORDER BY", span);
            }
            keys.push(sort_key(item, SortTarget::Output(output)));
        }
        keys
    }

    /// A number of rows: a constant bigint.
    pub(super) fn row_count(&mut self, expr: &ast::Expr, clause: &'static str) -> Expr {
        let bound = self.expression(expr, Place::new(None));
        let bound = self.expect(bound, &Type::BigInt, clause);
        let count = match &bound.kind {
            ExprKind::Literal(Value::Integer(count)) | ExprKind::Parameter(_, Value::Integer(count)) => Some(*count),
            ExprKind::Literal(_) | ExprKind::Parameter(..) | ExprKind::Opaque(..) | ExprKind::Cast(..) => None,
            _ => {
                let place = clause.to_owned();
                let reason = "not a number or parameter".to_owned();
                let span = bound.span;
                return self.reject(BindError::NotConstant { place, reason, span }, span);
            }
        };
        let mistake = match count {
            Some(count) if count < 0 => Some(("a number of rows cannot be negative", None)),
            Some(0) if clause == "FETCH FIRST" => Some(("it takes at least one row", Some("LIMIT 0 gives no rows"))),
            _ => None,
        };
        if let Some((reason, help)) = mistake {
            let (reason, help) = (reason.to_owned(), help.map(str::to_owned));
            self.report(BindError::InvalidLiteral { ty: clause.to_owned(), reason, span: bound.span, help });
        }
        bound
    }

    /// The column that a number in ORDER BY or GROUP BY names.
    pub(super) fn ordinal(&mut self, text: &str, clause: &'static str, columns: usize, span: Span) -> Option<usize> {
        let position = text.parse::<usize>().ok().and_then(|position| position.checked_sub(1));
        let found = position.filter(|position| *position < columns);
        if found.is_none() {
            self.report(BindError::OrdinalOutOfRange { clause, position: text.to_owned(), columns, span });
        }
        found
    }
}

/// The text of a whole number, which in ORDER BY and GROUP BY is a position.
pub(super) fn position(expr: &ast::Expr) -> Option<&str> {
    match &expr.kind {
        ast::ExprKind::Number(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => Some(text),
        _ => None,
    }
}

/// A sort key with the direction as written; NULLs come last if nothing is said.
pub(super) fn sort_key(item: &ast::SortItem, target: SortTarget) -> SortKey {
    SortKey {
        target,
        descending: item.descending,
        nulls_first: item.nulls_first.unwrap_or(false),
        span: item.expr.span,
    }
}
