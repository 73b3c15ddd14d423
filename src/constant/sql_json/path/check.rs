//! What a path's own literals, methods and operators say of its types, before any value is seen.

use super::{Method, PathExpr, PathMistake, Predicate, Step};
use crate::types::{Argument, Dialect, Type, can_cast, resolve, resolve_operator};

type Checked<T> = Result<T, PathMistake>;

/// Trino's type of what `type()` gives: room for `timestamp without time zone`.
pub(in super::super) const TYPE_NAME: Type = Type::Varchar(Some(27));

/// The type of a path's items, if it is known.
///
/// # Errors
///
/// An operator or method over a type that it does not take.
pub(super) fn result_type(expr: &PathExpr) -> Checked<Option<Type>> {
    Ok(match expr {
        PathExpr::Context | PathExpr::Current | PathExpr::Null | PathExpr::Variable(_) => None,
        PathExpr::Last => Some(Type::Integer),
        PathExpr::Literal(ty, _) => Some(ty.clone()),
        PathExpr::Signed(negative, operand) => match result_type(operand)? {
            Some(ty) if *negative => match resolve_operator("negate", std::slice::from_ref(&ty)) {
                Ok(resolution) => Some(resolution.result),
                Err(_) => return Err(mistake(format!("{ty} has no negative"))),
            },
            Some(ty) if !ty.is_numeric() => return Err(mistake(format!("{ty} takes no sign"))),
            other => other,
        },
        PathExpr::Arithmetic(first, rest) => {
            let mut left = result_type(first)?;
            for (operator, operand) in rest {
                left = match (left, result_type(operand)?) {
                    (Some(left), Some(right)) => {
                        match resolve_operator(operator.sign(), &[left.clone(), right.clone()]) {
                            Ok(resolution) => Some(resolution.result),
                            Err(_) => return Err(mistake(format!("there is no {left} {} {right}", operator.sign()))),
                        }
                    }
                    _ => None,
                };
            }
            left
        }
        PathExpr::Access(base, steps) => {
            let mut ty = result_type(base)?;
            for step in steps {
                ty = behind(step, ty)?;
            }
            ty
        }
    })
}

/// The type behind one step.
fn behind(step: &Step, base: Option<Type>) -> Checked<Option<Type>> {
    Ok(match step {
        Step::Member(_) | Step::AnyMember | Step::Descendant(_) | Step::AnyElement => None,
        Step::Elements(subscripts) => {
            for subscript in subscripts {
                result_type(&subscript.from)?;
                subscript.to.as_ref().map(result_type).transpose()?;
            }
            None
        }
        Step::Filter(predicate) => {
            check(predicate)?;
            base
        }
        Step::Method(Method::Size) => Some(Type::Integer),
        Step::Method(Method::Type) => Some(TYPE_NAME),
        Step::Method(Method::KeyValue) => None,
        Step::Method(Method::Double) => match base {
            Some(ty) if !(ty.is_numeric() || ty.is_text()) || !can_cast(&ty, &Type::Double) => {
                return Err(mistake(format!("double() takes no {ty}")));
            }
            _ => Some(Type::Double),
        },
        Step::Method(Method::Abs) => called("abs", base)?,
        Step::Method(Method::Ceiling) => called("ceiling", base)?,
        Step::Method(Method::Floor) => called("floor", base)?,
    })
}

fn called(function: &str, base: Option<Type>) -> Checked<Option<Type>> {
    let Some(ty) = base else { return Ok(None) };
    match resolve(function, &mut [Argument::Type(ty.clone())], Dialect::Trino) {
        Ok(resolution) => Ok(Some(resolution.result)),
        Err(_) => Err(mistake(format!("{function}() takes no {ty}"))),
    }
}

fn check(predicate: &Predicate) -> Checked<()> {
    match predicate {
        Predicate::Compare(_, left, right) | Predicate::StartsWith(left, right) => {
            result_type(left)?;
            result_type(right).map(drop)
        }
        Predicate::Exists(path) => result_type(path).map(drop),
        Predicate::IsUnknown(inner) | Predicate::Not(inner) => check(inner),
        Predicate::And(parts) | Predicate::Or(parts) => parts.iter().try_for_each(check),
    }
}

fn mistake(message: String) -> PathMistake {
    PathMistake { name: "INVALID_PATH", message, at: None }
}
