//! `CAST` and `TRY_CAST`.

use super::binder::{Binder, Place};
use super::errors::BindError;
use super::expr::{CastMode, Expr, ExprKind};
use crate::source::Span;
use crate::spec::ast;
use crate::types::{Type, can_cast};

impl Binder<'_> {
    /// `CAST(x AS type)`.
    pub(super) fn cast(
        &mut self,
        safe: bool,
        value: &ast::Expr,
        ty: &ast::TypeName,
        span: Span,
        place: Place<'_>,
    ) -> Expr {
        let value = self.expression(value, place);
        let to = ty.ty.clone();
        // NULL has its type by itself: no cast names it.
        if !value.ty.is_opaque() && !to.is_opaque() && (to == Type::Unknown || !can_cast(&value.ty, &to)) {
            let from = value.ty.clone();
            return self.reject(BindError::ImpossibleCast { from, to, span: value.span }, span);
        }
        let mode = if safe { CastMode::Safe } else { CastMode::Explicit };
        Expr { kind: ExprKind::Cast(Box::new(value), mode), ty: to, span }
    }
}
