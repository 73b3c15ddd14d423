//! An expression to a typed one: which rule binds which form.

use super::binder::{Binder, Place, mistake};
use super::errors::BindError;
use super::expr::{Expr, ExprKind};
use crate::constant::Value;
use crate::source::Span;
use crate::spec::{ast, json_step};
use crate::types::Type;

impl Binder<'_> {
    /// Binds an expression that stands alone, over no columns.
    pub(super) fn lone_expression(&mut self, expr: &ast::Expr) -> Expr {
        let bound = self.expression(expr, Place::new(None));
        self.forbid_aggregates(&bound, "a constant expression");
        bound
    }

    /// Binds an expression.
    pub(super) fn expression(&mut self, expr: &ast::Expr, place: Place<'_>) -> Expr {
        self.deeper(expr.span, |binder| binder.written(expr, place)).unwrap_or_else(|| mistake(expr.span))
    }

    /// Binds an expression by the rule of its form.
    fn written(&mut self, expr: &ast::Expr, place: Place<'_>) -> Expr {
        use ast::ExprKind as Written;
        let span = expr.span;
        match &expr.kind {
            Written::Null => literal(Value::Null, Type::Unknown, span),
            Written::Boolean(value) => literal(Value::Boolean(*value), Type::Boolean, span),
            Written::Number(text) => self.number(text, span),
            Written::String(text) => {
                self.warn_of_quoted(text, span);
                text_literal(text, span)
            }
            Written::Binary(bytes) => literal(Value::Varbinary(bytes.as_slice().into()), Type::Varbinary, span),
            Written::Typed(ty, text) => self.typed_literal(ty, text, span),
            Written::Interval { negative, value, from, to } => self.interval(*negative, value, *from, *to, span),
            Written::Identifier(_) | Written::Dereference(..) => self.name(expr, place),
            Written::Parameter(name) => self.parameter(name, span),
            Written::Sign(negative, value) => self.sign(*negative, value, span, place),
            Written::Not(value) => {
                let value = self.condition(value, "the operand of NOT", place);
                negation(value, span)
            }
            Written::And(parts) => boolean(ExprKind::And(self.conditions(parts, "an operand of AND", place)), span),
            Written::Or(parts) => boolean(ExprKind::Or(self.conditions(parts, "an operand of OR", place)), span),
            Written::Arithmetic(operator, left, right) => {
                let operands = vec![self.expression(left, place), self.expression(right, place)];
                self.operator(super::operator::arithmetic_sign(*operator), operands, span)
            }
            Written::Compare(comparison, left, right) => {
                let operands = vec![self.expression(left, place), self.expression(right, place)];
                self.operator(comparison.sign(), operands, span)
            }
            Written::Between { negated, value, low, high } => {
                let parts = [value, low, high].map(|part| self.expression(part, place));
                let bound = self.between(parts, span);
                negated_if(*negated, bound, span)
            }
            Written::InList { negated, value, list } => {
                let bound = self.in_list(value, list, span, place);
                negated_if(*negated, bound, span)
            }
            Written::Like { negated, value, pattern, escape } => {
                let bound = self.like(value, pattern, escape.as_deref(), span, place);
                negated_if(*negated, bound, span)
            }
            Written::IsNull { negated, value } => {
                let value = self.expression(value, place);
                let bound = boolean(ExprKind::IsNull(Box::new(value)), span);
                negated_if(*negated, bound, span)
            }
            Written::IsDistinctFrom { negated, left, right } => {
                let operands = vec![self.expression(left, place), self.expression(right, place)];
                let bound = self.operator("is distinct from", operands, span);
                negated_if(*negated, bound, span)
            }
            Written::Exists(query) => self.exists(query, span, place),
            Written::Subquery(query) => self.scalar_query(query, span, place),
            Written::InQuery { negated, value, query } => {
                let bound = self.in_query(value, query, span, place);
                negated_if(*negated, bound, span)
            }
            Written::Quantified { comparison, all, left, query } => {
                self.quantified(*comparison, *all, left, query, span, place)
            }
            Written::Case { operand, branches, otherwise } => {
                self.case(operand.as_deref(), branches, otherwise.as_deref(), span, place)
            }
            Written::Cast { safe, value, ty } => self.cast(*safe, value, ty, span, place),
            Written::Extract(field, value) => self.extract(field, value, span, place),
            Written::AtTimeZone(value, zone) => self.at_time_zone(value, zone, span, place),
            Written::Current(name, precision) => self.current(name, *precision, span),
            Written::Call(call) => self.call(call, span, place),
            Written::Array(elements) => {
                let elements = elements.iter().map(|element| self.expression(element, place)).collect();
                let (elements, ty) = self.unify(elements, "the elements of an array");
                Expr { kind: ExprKind::Array(elements), ty: Type::array(ty), span }
            }
            Written::Row(fields) => {
                let fields: Vec<Expr> = fields.iter().map(|field| self.expression(field, place)).collect();
                let ty = super::coerce::row_type(&fields);
                Expr { kind: ExprKind::Row(fields), ty, span }
            }
            Written::Subscript(base, index) => self.subscript(base, index, span, place),
            Written::Lambda(parameters, body) => {
                let help = Some(match (parameters.as_slice(), &body.kind) {
                    ([name], Written::String(key)) => {
                        let path = format!("${}", json_step(key)).replace('\'', "''");
                        format!("for a value in JSON write json_extract({}, '{path}')", name.name)
                    }
                    _ => "a lambda is an argument of a function such as transform or filter".to_owned(),
                });
                self.reject(BindError::Unsupported { what: "a lambda here".to_owned(), span, help }, span)
            }
            Written::Json(call) => self.json(call, span, place),
        }
    }

    /// Binds an expression that must be boolean.
    pub(super) fn condition(&mut self, expr: &ast::Expr, what: &str, place: Place<'_>) -> Expr {
        let bound = self.expression(expr, place);
        self.expect(bound, &Type::Boolean, what)
    }

    fn conditions(&mut self, parts: &[ast::Expr], what: &str, place: Place<'_>) -> Vec<Expr> {
        parts.iter().map(|part| self.condition(part, what, place)).collect()
    }

    /// Binds a predicate and takes it apart at its ANDs.
    pub(super) fn conjuncts(&mut self, expr: &ast::Expr, what: &str, place: Place<'_>) -> Vec<Expr> {
        let predicate = self.condition(expr, what, place);
        let mut conjuncts = Vec::new();
        let mut waiting = vec![predicate];
        while let Some(next) = waiting.pop() {
            match next.kind {
                ExprKind::And(parts) => waiting.extend(parts.into_iter().rev()),
                _ => conjuncts.push(next),
            }
        }
        conjuncts
    }
}

/// A constant.
pub(super) fn literal(value: Value, ty: Type, span: Span) -> Expr {
    Expr { kind: ExprKind::Literal(value), ty, span }
}

/// A string literal: a varchar as long as it is.
pub(super) fn text_literal(text: &str, span: Span) -> Expr {
    let length = u32::try_from(text.chars().count()).ok();
    literal(Value::varchar(text), Type::Varchar(length), span)
}

/// An expression of type boolean.
pub(super) fn boolean(kind: ExprKind, span: Span) -> Expr {
    Expr { kind, ty: Type::Boolean, span }
}

/// `NOT x`.
pub(super) fn negation(value: Expr, span: Span) -> Expr {
    boolean(ExprKind::Not(Box::new(value)), span)
}

fn negated_if(negated: bool, value: Expr, span: Span) -> Expr {
    if negated { negation(value, span) } else { value }
}
