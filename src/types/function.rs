//! What a call of a function means: its kind, the types of its arguments and of its result.
//!
//! Special forms that look like calls but choose their operands themselves (`coalesce`, `if`,
//! `nullif`, `try`, `cast`, `row`) are no functions; they need only
//! [`common_super_type_of`](super::common_super_type_of).

use super::choose::choose;
use super::dialect::Dialect;
use super::nearest::nearest;
use super::signature::FUNCTION_TABLE;
use super::solver::{Actual, Lambda};
use super::{Type, form};

/// What a function is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FunctionKind {
    /// One result for each row.
    Scalar,
    /// One result for each group.
    Aggregate,
    /// Only with OVER.
    Window,
}

/// An argument of a call.
pub enum Argument<'a> {
    /// A value of this type.
    Type(Type),
    /// A lambda.
    Lambda {
        /// How many parameters it has.
        parameters: usize,
        /// Types its body for these types of its parameters, `None` if the body has an error. It is
        /// asked at most once for the same types, but may be asked for several: a body's errors
        /// count only if the whole call resolves to nothing.
        result: &'a mut dyn FnMut(&[Type]) -> Option<Type>,
    },
}

/// What a call means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolution {
    /// What the function is.
    pub kind: FunctionKind,
    /// The types of the arguments after coercion; a lambda's is a [`Type::Function`]. A pattern or
    /// path that Trino compiles from text stays the text it is.
    pub arguments: Vec<Type>,
    /// The type of the result.
    pub result: Type,
    /// Whether equal arguments give equal results.
    pub deterministic: bool,
}

/// Why a call means nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    /// No function has this name.
    #[error("no function has this name")]
    UnknownFunction {
        /// The name of a function that is spelled nearly so.
        nearest: Option<String>,
    },
    /// The function does not take such arguments.
    #[error("it does not take these arguments")]
    NoMatch {
        /// The signatures there are.
        candidates: Vec<String>,
    },
    /// Several signatures fit equally well.
    #[error("several signatures fit these arguments; a CAST must say which is meant")]
    Ambiguous,
    /// The result would have a type that there is not, such as `char(65540)`.
    #[error("the result would have a type that does not exist")]
    TypeNotFound,
}

impl ResolveError {
    /// Trino's name for the error, given the name or sign of what was called.
    pub fn trino_name(&self, called: &str) -> &'static str {
        match self {
            ResolveError::UnknownFunction { .. } => "FUNCTION_NOT_FOUND",
            // `||` is the function concat; other signs are operators.
            ResolveError::NoMatch { .. } if called == "||" || is_function_name(called) => "FUNCTION_NOT_FOUND",
            ResolveError::NoMatch { .. } => "TYPE_MISMATCH",
            ResolveError::Ambiguous => "AMBIGUOUS_FUNCTION_CALL",
            ResolveError::TypeNotFound => "TYPE_NOT_FOUND",
        }
    }
}

/// Every function's name, in lower case and alphabetical order.
pub fn function_names() -> impl Iterator<Item = &'static str> {
    FUNCTION_TABLE.keys().map(String::as_str).chain([form::FORMAT])
}

fn is_function_name(name: &str) -> bool {
    FUNCTION_TABLE.contains_key(&name.to_lowercase())
}

/// Finds what a call of this function with these arguments means.
///
/// An argument of an opaque type fits everything; the result is then opaque too, unless every
/// signature for so many arguments has the same. No signature is known to differ between the
/// dialects.
///
/// # Errors
///
/// No such function, no signature that fits, or several that fit equally well.
pub fn resolve(name: &str, arguments: &mut [Argument<'_>], _: Dialect) -> Result<Resolution, ResolveError> {
    let name = name.to_lowercase();
    let mut actuals = arguments.iter_mut().map(actual).collect::<Vec<_>>();
    if let Some(answer) = form::resolve(&name, &actuals) {
        return answer;
    }
    match FUNCTION_TABLE.get(&name) {
        Some(candidates) => choose(candidates, &mut actuals),
        None => Err(ResolveError::UnknownFunction { nearest: nearest(&name, function_names()).map(str::to_owned) }),
    }
}

fn actual<'a>(argument: &'a mut Argument<'_>) -> Actual<'a> {
    match argument {
        Argument::Type(ty) => Actual::Type(ty.clone()),
        Argument::Lambda { parameters, result } => {
            Actual::Lambda(Lambda { parameters: *parameters, result: &mut **result, answers: Vec::new() })
        }
    }
}
