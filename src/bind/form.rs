//! The forms that are no plain calls: BETWEEN, IN, LIKE, CASE, IF, COALESCE, NULLIF, TRY.

use super::binder::{Binder, Place};
use super::errors::BindError;
use super::expr::{Expr, ExprKind};
use super::expression::{boolean, literal};
use crate::constant::Value;
use crate::source::Span;
use crate::spec::ast;
use crate::types::{Type, is_comparable, is_orderable};

/// How many expressions a CASE may grow to when its operand is written out in every branch.
const CASE_SIZE: usize = 100_000;

impl Binder<'_> {
    /// `x BETWEEN low AND high`.
    pub(super) fn between(&mut self, parts: [Expr; 3], span: Span) -> Expr {
        let (parts, ty) = self.unify(parts.into(), "BETWEEN and its bounds");
        self.demand_order(&ty, "BETWEEN", span);
        let parts: [Expr; 3] = parts.try_into().expect("unify keeps the number of expressions");
        boolean(ExprKind::Between(Box::new(parts)), span)
    }

    /// `x IN (list)`; a lone array parameter stands for its elements.
    pub(super) fn in_list(&mut self, value: &ast::Expr, list: &[ast::Expr], span: Span, place: Place<'_>) -> Expr {
        let value = self.expression(value, place);
        let list: Vec<Expr> = list.iter().map(|item| self.expression(item, place)).collect();
        if let [item] = list.as_slice()
            && let ExprKind::Parameter(name, elements) = &item.kind
            && let Type::Array(element) = &item.ty
            && !matches!(value.ty, Type::Array(_))
        {
            let elements = match elements {
                Value::Array(elements) => elements.to_vec(),
                _ => Vec::new(),
            };
            let name = name.clone();
            let elements = elements.into_iter().map(|one| literal(one, (**element).clone(), item.span));
            let (value, elements) = self.unify_list(value, elements.collect());
            return boolean(ExprKind::InParameter(Box::new(value), name, elements), span);
        }
        let (value, list) = self.unify_list(value, list);
        boolean(ExprKind::InList(Box::new(value), list), span)
    }

    fn unify_list(&mut self, value: Expr, list: Vec<Expr>) -> (Expr, Vec<Expr>) {
        let mut all = vec![value];
        all.extend(list);
        let (all, ty) = self.unify(all, "a value and its IN list");
        let mut all = all.into_iter();
        let value = all.next().expect("unify keeps the number of expressions");
        if !ty.is_opaque() && !is_comparable(&ty) {
            self.not_comparable(&ty, "IN", value.span);
        }
        (value, all.collect())
    }

    /// `x LIKE pattern [ESCAPE e]`.
    pub(super) fn like(
        &mut self,
        value: &ast::Expr,
        pattern: &ast::Expr,
        escape: Option<&ast::Expr>,
        span: Span,
        place: Place<'_>,
    ) -> Expr {
        let parts = [value, pattern].into_iter().chain(escape);
        let operands: Vec<Expr> = parts.map(|part| self.expression(part, place)).collect();
        // What is wrong with the value does not wait for what is wrong with the pattern.
        let value = &operands[0].ty;
        let fits = value.is_text() || value.is_opaque() || *value == Type::Unknown;
        if !fits && operands[1..].iter().any(|part| part.ty.is_opaque()) {
            let (operator, operands) = ("like".to_owned(), value.to_string());
            self.report(BindError::WrongOperands { operator, operands, span, help: None });
        }
        self.operator("like", operands, span)
    }

    /// `CASE`; the simple form becomes comparisons with its operand.
    pub(super) fn case(
        &mut self,
        operand: Option<&ast::Expr>,
        branches: &[(ast::Expr, ast::Expr)],
        otherwise: Option<&ast::Expr>,
        span: Span,
        place: Place<'_>,
    ) -> Expr {
        let operand = operand.map(|operand| self.expression(operand, place));
        if let Some(operand) = &operand {
            let limit = CASE_SIZE / branches.len().max(1);
            if operand.size(limit + 1) > limit {
                let what = "expressions in one CASE";
                return self.reject(BindError::TooLarge { what, limit: CASE_SIZE, span }, span);
            }
        }
        let mut conditions = Vec::with_capacity(branches.len());
        let mut results = Vec::with_capacity(branches.len() + 1);
        for (when, then) in branches {
            conditions.push(match &operand {
                None => self.condition(when, "a CASE condition", place),
                Some(operand) => {
                    let when = self.expression(when, place);
                    let at = when.span;
                    self.operator("=", vec![operand.clone(), when], at)
                }
            });
            results.push(self.expression(then, place));
        }
        let has_otherwise = otherwise.is_some();
        results.extend(otherwise.map(|otherwise| self.expression(otherwise, place)));
        let (mut results, ty) = self.unify(results, "the results of CASE");
        let otherwise = if has_otherwise { results.pop().map(Box::new) } else { None };
        let branches = conditions.into_iter().zip(results).collect();
        Expr { kind: ExprKind::Case(branches, otherwise), ty, span }
    }

    /// `if(c, a[, b])`, `coalesce(…)`, `nullif(a, b)`, `try(x)`, by the arguments' number; none if
    /// the name is no such form.
    pub(super) fn form(&mut self, name: &str, arguments: &[ast::Expr], span: Span, place: Place<'_>) -> Option<Expr> {
        Some(match (name, arguments) {
            ("if", [condition, then, rest @ ..]) if rest.len() < 2 => {
                let condition = self.condition(condition, "the condition of IF", place);
                let mut results = vec![self.expression(then, place)];
                results.extend(rest.iter().map(|otherwise| self.expression(otherwise, place)));
                let (results, ty) = self.unify(results, "the results of IF");
                let mut results = results.into_iter();
                let then = results.next().expect("unify keeps the number of expressions");
                Expr { kind: ExprKind::Case(vec![(condition, then)], results.next().map(Box::new)), ty, span }
            }
            ("coalesce", [_, _, ..]) => {
                let values = arguments.iter().map(|argument| self.expression(argument, place)).collect();
                let (values, ty) = self.unify(values, "the arguments of COALESCE");
                Expr { kind: ExprKind::Coalesce(values), ty, span }
            }
            ("nullif", [first, second]) => {
                let first = self.expression(first, place);
                let second = self.expression(second, place);
                // The result is the first argument as it is; only the comparison needs one type.
                let both = [first, second];
                self.common_type(both.iter(), "the arguments of NULLIF");
                let ty = both[0].ty.clone();
                Expr { kind: ExprKind::NullIf(Box::new(both)), ty, span }
            }
            ("try", [value]) => {
                let value = self.expression(value, place);
                let ty = value.ty.clone();
                Expr { kind: ExprKind::Try(Box::new(value)), ty, span }
            }
            ("if" | "coalesce" | "nullif" | "try", _) => {
                let help = match name {
                    "if" => "if(condition, value[, otherwise])",
                    "coalesce" => "coalesce(value, value, …)",
                    "nullif" => "nullif(value, value)",
                    _ => "try(expression)",
                };
                let given = format!("{} arguments", arguments.len());
                let (name, help) = (name.to_owned(), format!("it takes {help}"));
                self.reject(BindError::WrongArguments { name, given, span, help }, span)
            }
            _ => return None,
        })
    }

    /// Reports a type without order where one is needed.
    pub(super) fn demand_order(&mut self, ty: &Type, operator: &str, span: Span) {
        if !ty.is_opaque() && !is_orderable(ty) {
            let help = Some("values of this type have no order".to_owned());
            let (operator, operands) = (operator.to_owned(), ty.to_string());
            self.report(BindError::WrongOperands { operator, operands, span, help });
        }
    }

    /// Reports a type without equality where one is needed.
    pub(super) fn not_comparable(&mut self, ty: &Type, operator: &str, span: Span) {
        let help = Some("values of this type cannot be compared".to_owned());
        let (operator, operands) = (operator.to_owned(), ty.to_string());
        self.report(BindError::WrongOperands { operator, operands, span, help });
    }
}

/// What an array parameter beside a value means.
pub(super) fn array_parameter(value: &str, parameter: &Expr) -> Option<String> {
    match (&parameter.kind, &parameter.ty) {
        (ExprKind::Parameter(name, _), Type::Array(_)) => {
            Some(format!("an array parameter stands in a list: {value} IN (:{name})"))
        }
        _ => None,
    }
}

/// What to write instead, for the traps that investigators fall into.
pub(super) fn advice(expr: &Expr, found: &Type, wanted: &Type) -> Option<String> {
    match (found, wanted) {
        (_, Type::Boolean) => Some("a condition compares: … = …, or … IS NOT NULL".to_owned()),
        (number, text) if number.is_numeric() && text.is_text() => Some(match &expr.kind {
            ExprKind::Literal(Value::Integer(value)) => format!("quote the value: '{value}'"),
            _ => "compare texts with texts: CAST(… AS varchar)".to_owned(),
        }),
        (text, number) if text.is_text() && number.is_numeric() => {
            Some(format!("text does not become a number by itself: CAST(… AS {number}), or quote the number"))
        }
        (Type::Varchar(_), Type::Timestamp(_) | Type::TimestampWithTimeZone(_)) => Some(match &expr.kind {
            ExprKind::Literal(Value::Varchar(text)) if !text.contains('T') => {
                format!("write TIMESTAMP '{}'", text.replace('\'', "''"))
            }
            _ => "make it a time: from_iso8601_timestamp(…)".to_owned(),
        }),
        (Type::Timestamp(_) | Type::TimestampWithTimeZone(_), Type::Varchar(_)) => {
            Some("make the text a time first: from_iso8601_timestamp(…)".to_owned())
        }
        (Type::Varchar(_), Type::Date) => Some("make it a date: date(…), or DATE '…'".to_owned()),
        (Type::Date, Type::Varchar(_)) => Some("make the text a date first: date(…)".to_owned()),
        (Type::Json, Type::Varchar(_)) | (Type::Varchar(_), Type::Json) => {
            Some("json_extract_scalar gives text; json_parse and json_format go between".to_owned())
        }
        _ => None,
    }
}
