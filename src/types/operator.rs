//! What an operator means for the types of its operands.

use super::Type;
use super::choose::{choose, choose_exact};
use super::function::{Resolution, ResolveError};
use super::signature::{FUNCTION_TABLE, OPERATOR_TABLE};
use super::solver::Actual;

/// Finds what an operator means, by its sign: `=`, `<>`, `<`, `<=`, `>`, `>=`, `+`, `-`, `*`, `/`,
/// `%`, `||`, `[]`, `negate`, `is distinct from`, `like` (with or without the escape), `at time
/// zone`, `between`.
///
/// # Errors
///
/// No such operator, not for these types, or several meanings fit equally well (`NULL + NULL`).
pub fn resolve_operator(sign: &str, arguments: &[Type]) -> Result<Resolution, ResolveError> {
    let mut actuals = arguments.iter().cloned().map(Actual::Type).collect::<Vec<_>>();
    let candidates = match sign {
        "||" => FUNCTION_TABLE.get("concat"),
        _ => OPERATOR_TABLE.get(sign),
    };
    match candidates {
        None => Err(ResolveError::UnknownFunction { nearest: None }),
        // A date does not become a timestamp here, though it does so elsewhere.
        Some(candidates) if sign == "at time zone" => choose_exact(candidates, &mut actuals),
        Some(candidates) => choose(candidates, &mut actuals),
    }
}
