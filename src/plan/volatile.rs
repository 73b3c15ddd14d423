//! Functions whose value changes from call to call: what they stand in must be evaluated once a row,
//! where the user wrote it.

use super::walk::{expressions, queries};
use crate::bind::expr::{Expr, ExprKind};
use crate::bind::query::Query;

/// From Trino's documentation (<https://trino.io/docs/current/functions/math.html#random-functions>,
/// `uuid`, `shuffle`) and its function list.
const VOLATILE: &[&str] = &["rand", "random", "secure_rand", "secure_random", "shuffle", "uuid"];

/// Whether an expression, outside the queries inside it, calls a volatile function, or may: of what
/// the binder does not know nothing is assumed.
pub fn is_volatile(expr: &Expr) -> bool {
    expr.any(&mut |expr| match &expr.kind {
        ExprKind::Call(name, _) => VOLATILE.contains(&name.as_str()),
        ExprKind::Opaque(..) => true,
        _ => false,
    })
}

/// Whether a query, or a query inside it, calls a volatile function.
pub fn has_volatile(query: &Query) -> bool {
    expressions(query).into_iter().any(is_volatile) || queries(query).into_iter().any(has_volatile)
}
