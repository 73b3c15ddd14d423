//! Which of several signatures a call means.
//!
//! The order is Trino's: an exact fit of a signature without type variables, then an exact fit of
//! one with them, then the most specific of all that fit by coercion. A bare NULL fits everything,
//! so calls with one have rules of their own.

use super::Type;
use super::coercion::is_compiled_text;
use super::function::{Resolution, ResolveError};
use super::pattern::Pattern;
use super::signature::Signature;
use super::solver::{Actual, Bound, Fit, bind};

/// Chooses among signatures of one name.
pub(super) fn choose(candidates: &[Signature], actuals: &mut [Actual<'_>]) -> Result<Resolution, ResolveError> {
    if actuals.iter().any(Actual::is_opaque) {
        return opaque(candidates, actuals);
    }
    for with_variables in [false, true] {
        let exact = candidates.iter().filter(|candidate| candidate.has_type_variable() == with_variables);
        let fitting = exact.filter_map(|candidate| bind(candidate, actuals, Fit::Exact)).collect::<Vec<_>>();
        if !fitting.is_empty() {
            return only(fitting, actuals);
        }
    }
    let fitting = candidates.iter().filter_map(|candidate| bind(candidate, actuals, Fit::Coerced)).collect::<Vec<_>>();
    if fitting.is_empty() {
        return Err(no_match(candidates));
    }
    only(best_of(fitting, actuals), actuals)
}

/// Chooses among signatures of one name without coercing anything.
pub(super) fn choose_exact(candidates: &[Signature], actuals: &mut [Actual<'_>]) -> Result<Resolution, ResolveError> {
    if actuals.iter().any(Actual::is_opaque) {
        return opaque(candidates, actuals);
    }
    let fitting = candidates.iter().filter_map(|candidate| bind(candidate, actuals, Fit::Exact)).collect::<Vec<_>>();
    if fitting.is_empty() { Err(no_match(candidates)) } else { only(fitting, actuals) }
}

fn no_match(candidates: &[Signature]) -> ResolveError {
    ResolveError::NoMatch { candidates: candidates.iter().map(Signature::to_string).collect() }
}

/// The call, if one meaning is left.
fn only(fitting: Vec<Bound<'_>>, actuals: &[Actual<'_>]) -> Result<Resolution, ResolveError> {
    let [bound] = <[Bound<'_>; 1]>::try_from(fitting).map_err(|_| ResolveError::Ambiguous)?;
    let arguments = bound.arguments.into_iter().zip(actuals).map(|(ty, actual)| as_written(ty, actual)).collect();
    Ok(Resolution {
        kind: bound.signature.kind,
        arguments,
        result: bound.result.ok_or(ResolveError::TypeNotFound)?,
        deterministic: bound.signature.deterministic,
    })
}

/// A pattern or path stays a text for everybody outside this room.
fn as_written(declared: Type, actual: &Actual<'_>) -> Type {
    match (&declared, actual) {
        (Type::Named(name), Actual::Type(Type::Unknown)) if is_compiled_text(name) => Type::VARCHAR,
        (Type::Named(name), Actual::Type(written)) if is_compiled_text(name) => written.clone(),
        _ => declared,
    }
}

/// Those of the fitting signatures that are better than none of the others.
fn best_of<'s>(fitting: Vec<Bound<'s>>, actuals: &[Actual<'_>]) -> Vec<Bound<'s>> {
    let specific = most_specific(&fitting);
    let types = actuals.iter().map(Actual::ty).collect::<Option<Vec<_>>>();
    let with_null = types.filter(|types| types.contains(&Type::Unknown));
    let (Some(types), true) = (with_null, specific.len() > 1) else { return specific };
    let coercing_nulls_only: Vec<Bound<'s>> = fitting
        .into_iter()
        .filter(|bound| bound.arguments.iter().zip(&types).all(|(to, from)| *from == Type::Unknown || to == from))
        .collect();
    let mut best = if coercing_nulls_only.is_empty() { specific } else { coercing_nulls_only };
    // With a NULL argument all of them give NULL; if it is one NULL, it does not matter which.
    if best.windows(2).all(|pair| pair[0].result == pair[1].result) {
        best.truncate(1);
    }
    best
}

fn most_specific<'s>(fitting: &[Bound<'s>]) -> Vec<Bound<'s>> {
    let mut best: Vec<Bound<'s>> = Vec::new();
    for bound in fitting {
        match best.iter_mut().find(|other| is_more_specific(bound, other) || is_more_specific(other, bound)) {
            Some(other) if is_more_specific(bound, other) => *other = bound.clone(),
            Some(_) => {}
            None => best.push(bound.clone()),
        }
    }
    best
}

/// Whether all that the one takes could be given to the other.
fn is_more_specific(one: &Bound<'_>, other: &Bound<'_>) -> bool {
    let mut arguments = one.arguments.iter().cloned().map(Actual::Type).collect::<Vec<_>>();
    bind(other.signature, &mut arguments, Fit::Coerced).is_some()
}

/// A call with an argument whose type is not known: only the number of arguments can choose.
fn opaque(candidates: &[Signature], actuals: &mut [Actual<'_>]) -> Result<Resolution, ResolveError> {
    let fitting = candidates.iter().filter(|candidate| candidate.expanded(actuals.len()).is_some()).collect::<Vec<_>>();
    let Some(first) = fitting.first() else { return Err(no_match(candidates)) };
    let result = match &first.result {
        Pattern::Concrete(ty) if fitting.iter().all(|other| other.result == first.result) => ty.clone(),
        _ => Type::Opaque,
    };
    let arguments = actuals
        .iter_mut()
        .map(|actual| match actual {
            Actual::Type(ty) => ty.clone(),
            Actual::Lambda(lambda) => {
                let parameters = vec![Type::Opaque; lambda.parameters];
                let result = lambda.result(&parameters).unwrap_or(Type::Opaque);
                Type::Function(parameters.into(), result.into())
            }
        })
        .collect();
    Ok(Resolution { kind: first.kind, arguments, result, deterministic: first.deterministic })
}
