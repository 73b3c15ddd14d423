//! Calls that Trino's grammar takes apart itself, so that SHOW FUNCTIONS does not print them as
//! they are written. Special forms that evaluate their operands in their own order (`coalesce`,
//! `if`, `try`) are not among them: they are the binder's.

use super::Type;
use super::coercion::can_coerce;
use super::function::{FunctionKind, Resolution, ResolveError};
use super::solver::Actual;

/// The one such function whose name SHOW FUNCTIONS does not print at all.
pub(super) const FORMAT: &str = "format";

/// What such a call means; `None` if it is none.
pub(super) fn resolve(name: &str, actuals: &[Actual<'_>]) -> Option<Result<Resolution, ResolveError>> {
    let types = || actuals.iter().map(Actual::ty).collect::<Option<Vec<_>>>();
    match name {
        FORMAT => Some(format(types()).ok_or_else(|| ResolveError::NoMatch {
            candidates: vec!["format(varchar, any type, …) -> varchar".to_owned()],
        })),
        // A clause ON OVERFLOW TRUNCATE makes four arguments of them, the filler and whether to count.
        "listagg" if matches!(actuals.len(), 1 | 2 | 4) => Some(list_aggregate(types()).ok_or_else(|| {
            ResolveError::NoMatch { candidates: vec!["listagg(varchar, varchar) -> varchar".to_owned()] }
        })),
        // The form, NFC if it is left out, makes two arguments of one.
        "normalize" if actuals.len() == 1 => {
            let argument = types().filter(|types| types.iter().all(|ty| can_coerce(ty, &Type::VARCHAR)));
            Some(
                argument
                    .map(|_| Resolution {
                        kind: FunctionKind::Scalar,
                        arguments: vec![Type::VARCHAR],
                        result: Type::VARCHAR,
                        deterministic: true,
                    })
                    .ok_or_else(|| ResolveError::NoMatch {
                        candidates: vec!["normalize(varchar) -> varchar".to_owned()],
                    }),
            )
        }
        _ => None,
    }
}

/// `format(pattern, value, …)`: values of any types, <https://trino.io/docs/current/functions/conversion.html>.
fn format(types: Option<Vec<Type>>) -> Option<Resolution> {
    let arguments = types.filter(|types| types.len() > 1)?;
    let takes = matches!(arguments.first(), Some(Type::Varchar(_) | Type::Opaque));
    takes.then_some(Resolution { kind: FunctionKind::Scalar, arguments, result: Type::VARCHAR, deterministic: true })
}

/// `listagg(value [, separator [, filler, count]])`, <https://trino.io/docs/current/functions/aggregate.html>.
fn list_aggregate(types: Option<Vec<Type>>) -> Option<Resolution> {
    let mut arguments = types?;
    for (position, ty) in arguments.iter_mut().enumerate() {
        let wanted = if position == 3 { Type::Boolean } else { Type::VARCHAR };
        if !can_coerce(ty, &wanted) {
            return None;
        }
        *ty = wanted;
    }
    Some(Resolution { kind: FunctionKind::Aggregate, arguments, result: Type::VARCHAR, deterministic: true })
}
