//! Conjuncts handed from a query down to those inside it.

use crate::bind::expr::{ColumnRef, Expr, ExprKind};
use crate::bind::query::RelationId;
use crate::types::Type;

/// The relation that stands for "the columns this query yields" in conjuncts handed down to it.
pub(super) const OUTPUT: RelationId = RelationId(usize::MAX);

/// What stands instead of a column, which has this type.
type Replacement<'r> = dyn FnMut(ColumnRef, &Type) -> Option<(ExprKind, Type)> + 'r;

/// The expression with some columns replaced, in the forms that something can be derived from. All
/// others are left as they are: they derive nothing anyway.
pub(super) fn replace(expr: &Expr, with: &mut Replacement<'_>) -> Expr {
    let mut all = |children: &[Expr]| children.iter().map(|child| replace(child, with)).collect::<Vec<_>>();
    let kind = match &expr.kind {
        ExprKind::Column(column) => {
            return with(*column, &expr.ty)
                .map_or_else(|| expr.clone(), |(kind, ty)| Expr { kind, ty, span: expr.span });
        }
        ExprKind::Call(name, children) => ExprKind::Call(name.clone(), all(children)),
        ExprKind::And(children) => ExprKind::And(all(children)),
        ExprKind::Or(children) => ExprKind::Or(all(children)),
        ExprKind::Not(child) => ExprKind::Not(Box::new(replace(child, with))),
        ExprKind::Cast(child, mode) => ExprKind::Cast(Box::new(replace(child, with)), *mode),
        ExprKind::Field(child, at) => ExprKind::Field(Box::new(replace(child, with)), *at),
        ExprKind::Between(children) => {
            let [value, low, high] = children.as_ref();
            ExprKind::Between(Box::new([replace(value, with), replace(low, with), replace(high, with)]))
        }
        ExprKind::InList(value, list) => {
            let list = all(list);
            ExprKind::InList(Box::new(replace(value, with)), list)
        }
        ExprKind::InParameter(value, name, list) => {
            ExprKind::InParameter(Box::new(replace(value, with)), name.clone(), list.clone())
        }
        _ => return expr.clone(),
    };
    Expr { kind, ty: expr.ty.clone(), span: expr.span }
}
