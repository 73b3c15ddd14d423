//! Coercions: what Trino converts without being asked, written out as casts.

use super::binder::Binder;
use super::errors::BindError;
use super::expr::{CastMode, Expr, ExprKind};
use super::form::advice;
use crate::constant::Value;
use crate::types::{RowField, Type, can_coerce, common_super_type};

impl Binder<'_> {
    /// Brings an expression to a type that its place asks for.
    pub(super) fn expect(&mut self, expr: Expr, ty: &Type, place: &str) -> Expr {
        if agrees(&expr.ty, ty) {
            return coerced(expr, ty);
        }
        let help = advice(&expr, &expr.ty, ty);
        let (found, span) = (expr.ty.clone(), expr.span);
        self.reject(BindError::WrongType { place: place.to_owned(), expected: ty.clone(), found, span, help }, span)
    }

    /// Brings expressions to the type they have in common.
    pub(super) fn unify(&mut self, exprs: Vec<Expr>, place: &str) -> (Vec<Expr>, Type) {
        let ty = self.common_type(exprs.iter(), place);
        let exprs = exprs.into_iter().map(|expr| coerced(expr, &ty)).collect();
        (exprs, ty)
    }

    /// The type that expressions have in common; opaque, after a report, if there is none.
    pub(super) fn common_type<'e>(&mut self, exprs: impl Iterator<Item = &'e Expr>, place: &str) -> Type {
        let mut common = Type::Unknown;
        for expr in exprs {
            match common_super_type(&common, &expr.ty) {
                Some(wider) => common = wider,
                None => {
                    let help = advice(expr, &expr.ty, &common);
                    let (left, right, span) = (common, expr.ty.clone(), expr.span);
                    self.report(BindError::NoCommonType { place: place.to_owned(), left, right, span, help });
                    return Type::Opaque;
                }
            }
        }
        common
    }
}

/// Whether a value of one type may stand where the other is wanted.
pub(super) fn agrees(from: &Type, to: &Type) -> bool {
    from == to || from.is_opaque() || to.is_opaque() || can_coerce(from, to)
}

/// The expression as a value of a type it coerces to.
pub(super) fn coerced(expr: Expr, ty: &Type) -> Expr {
    if expr.ty == *ty || ty.is_opaque() || expr.ty.is_opaque() || matches!(ty, Type::Function(..)) {
        return expr;
    }
    // These literals are the same value in the wider type: there is nothing to convert.
    let same = match &expr.kind {
        ExprKind::Literal(Value::Null) => true,
        ExprKind::Literal(Value::Integer(_)) => expr.ty.is_integer() && ty.is_integer(),
        ExprKind::Literal(Value::Varchar(_)) => matches!((&expr.ty, ty), (Type::Varchar(_), Type::Varchar(_))),
        _ => false,
    };
    if same {
        return Expr { ty: ty.clone(), ..expr };
    }
    let span = expr.span;
    Expr { kind: ExprKind::Cast(Box::new(expr), CastMode::Implicit), ty: ty.clone(), span }
}

/// The type of `ROW(…)` over these values: its fields have no names.
pub(super) fn row_type(fields: &[Expr]) -> Type {
    Type::Row(fields.iter().map(|field| RowField { name: None, ty: field.ty.clone() }).collect())
}
