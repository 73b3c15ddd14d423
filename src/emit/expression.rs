//! Edits inside expressions: columns that read otherwise, and constants that the spec names.

use super::context::Context;
use super::literal::literal;
use super::splice::Edit;
use super::sql::Sql;
use super::text::enclosed;
use crate::bind::expr::{CastMode, Expr, ExprKind};
use crate::constant::Value;
use crate::plan::visit_expression;
use crate::source::{Source, Span, lex};
use crate::types::Type;

impl Context<'_> {
    /// An expression's text.
    pub(super) fn expression(&self, expr: &Expr) -> Sql {
        let mut edits = Vec::new();
        self.expression_edits(expr, &mut edits);
        self.text(expr.span, &edits)
    }

    /// A conjunct's text, in parentheses if it would fall apart between ANDs.
    pub(super) fn conjunct(&self, expr: &Expr) -> Sql {
        let text = self.expression(expr);
        if matches!(expr.kind, ExprKind::Or(_)) && !enclosed(self.source(), expr.span) {
            let mut wrapped = Sql::text("(");
            wrapped.append(&text).push(")");
            return wrapped;
        }
        text
    }

    /// The edits an expression asks for, those of queries inside it included.
    pub(super) fn expression_edits(&self, expr: &Expr, edits: &mut Vec<Edit>) {
        visit_expression(expr, &mut |expr| {
            let replacement = self.replacement(expr, edits);
            if let Some(text) = replacement {
                edits.push(Edit::replace(expr.span, text));
                return false;
            }
            if let Some(query) = expr.query() {
                self.query_edits(query, edits);
            }
            true
        });
    }

    /// The edits of a key of GROUP BY or ORDER BY, where a bare number would be a position.
    pub(super) fn key_edits(&self, key: &Expr, edits: &mut Vec<Edit>) {
        let before = edits.len();
        self.expression_edits(key, edits);
        for edit in &mut edits[before..] {
            if edit.span == key.span && edit.text.to_string().bytes().all(|byte| byte.is_ascii_digit()) {
                edit.text = Sql::text(format!("CAST({} AS {})", edit.text, key.ty));
            }
        }
    }

    /// The edit of a LIMIT or OFFSET, where the grammar takes digits alone.
    pub(super) fn count_edits(&self, count: &Expr, edits: &mut Vec<Edit>) {
        if let ExprKind::Parameter(_, Value::Integer(number)) = &uncoerced(count).kind {
            edits.push(Edit::replace(count.span, Sql::text(number.to_string())));
        }
    }

    /// What stands instead of an expression, if it is written otherwise as a whole.
    fn replacement(&self, expr: &Expr, edits: &mut Vec<Edit>) -> Option<Sql> {
        match &expr.kind {
            ExprKind::Column(column) => {
                let written = self.source().slice(expr.span);
                match self.columns.get(column) {
                    Some(text) => (*text != Sql::text(written)).then(|| text.clone()),
                    None => without_database(written).map(Sql::text),
                }
            }
            ExprKind::Parameter(_, value) | ExprKind::Now(value) => Some(constant(value, &expr.ty)),
            // An empty list is no SQL: nothing is in it.
            ExprKind::Not(inner) if is_empty_in(inner) => Some(Sql::text("TRUE")),
            ExprKind::InParameter(_, _, list) => match list.first() {
                None => Some(Sql::text("FALSE")),
                Some(first) => {
                    let values: Vec<Sql> = list.iter().map(|item| self.list_item(item)).collect();
                    edits.push(Edit::replace(first.span, Sql::join(&values, ", ")));
                    None
                }
            },
            _ => None,
        }
    }

    /// An element of an array parameter; coercions are the engine's to repeat.
    fn list_item(&self, item: &Expr) -> Sql {
        let item = uncoerced(item);
        match &item.kind {
            ExprKind::Literal(value) | ExprKind::Parameter(_, value) => constant(value, &item.ty),
            _ => self.expression(item),
        }
    }

    /// Whether a text is written without edits.
    pub(super) fn is_unchanged(&self, span: Span, text: &Sql) -> bool {
        *text == Sql::text(self.source().slice(span))
    }
}

/// The expression below the coercions that the engine makes by itself.
pub(super) fn uncoerced(expr: &Expr) -> &Expr {
    match &expr.kind {
        ExprKind::Cast(inner, CastMode::Implicit) => uncoerced(inner),
        _ => expr,
    }
}

fn is_empty_in(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::InParameter(_, _, list) if list.is_empty())
}

/// `database.table.column` as `table.column`: tables stand under their last name in statements.
fn without_database(written: &str) -> Option<String> {
    let part = Source::new("", written);
    let tokens = lex(&part);
    let table = tokens.len().checked_sub(3).filter(|at| *at >= 2)?;
    Some(written[tokens[table].span.start..].to_owned())
}

/// A constant's literal. Parameters and `now()` are evaluated when a spec is bound, which only types
/// that athplan models can be, and those have literals.
fn constant(value: &Value, ty: &Type) -> Sql {
    Sql::text(literal(value, ty).expect("a parameter's type is one that athplan models"))
}

#[cfg(test)]
mod tests {
    use super::without_database;

    #[test]
    fn only_names_with_a_database_are_cut() {
        assert_eq!(without_database("db.t.c").as_deref(), Some("t.c"));
        assert_eq!(without_database("catalog.db . t.\"C\"").as_deref(), Some("t.\"C\""));
        assert_eq!(without_database("t.c"), None);
        assert_eq!(without_database("c"), None);
    }
}
