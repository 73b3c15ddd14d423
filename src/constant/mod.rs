//! The closed evaluator: Trino's meaning of expressions without names or queries.

mod expr;
pub mod functions;
mod memo;
mod value;

pub use expr::{EvalError, Expr, Lambda};
pub use value::{Value, Zone};
/// Gives way to the evaluator's own when branch `evala` is merged.
#[allow(missing_docs, clippy::missing_errors_doc)]
pub fn evaluate(expr: &Expr, _: &[Value]) -> Result<Value, EvalError> {
    match expr {
        Expr::Literal(value) => Ok(value.clone()),
        _ => Ok(Value::Null),
    }
}
