//! Functions over arrays, lambdas among them, with Trino's results.
//!
//! Places count from one. Sets of elements take NULL as equal to NULL; searches for an element do not.

mod combine;
mod element;
mod lambda;
mod sequence;
mod set;
mod sort;

use super::argument::{array, elements, integer, invalid, text};
use super::{Body, Function};
use crate::constant::cast::cast;
use crate::constant::{EvalError, Value};
use crate::types::Type;

/// The most elements that `sequence` and `repeat` make, as in Trino.
const MOST: i64 = 10_000;

/// Finds a function of this family; `None` if it is not one of them.
pub(super) fn lookup(name: &str, arguments: &[Type], _result: &Type) -> Option<Body> {
    match (name, arguments.len()) {
        ("sequence", 2 | 3) => return sequence::lookup(arguments),
        ("repeat", 2) => return Some(Body::Nullable(repeat)),
        ("concat", 2..) if arguments.iter().any(is_array) => return Some(Body::Strict(combine::concat)),
        _ if !arguments.first().is_some_and(is_array) => return None,
        _ => {}
    }
    Some(match (name, arguments.len()) {
        ("cardinality", 1) => Body::Strict(cardinality),
        ("reverse", 1) => Body::Strict(reverse),
        ("slice", 3) => Body::Strict(slice),
        ("trim_array", 2) => Body::Strict(trim_array),
        ("array_join", 2 | 3) => Body::Strict(array_join),
        ("element_at", 2) => Body::Strict(element::element_at),
        ("contains", 2) => Body::Strict(element::contains),
        ("contains_sequence", 2) => Body::Strict(element::contains_sequence),
        ("array_position", 2) => Body::Strict(element::position),
        ("array_remove", 2) => Body::Strict(element::remove),
        ("array_max", 1) => Body::Strict(element::maximum),
        ("array_min", 1) => Body::Strict(element::minimum),
        ("array_distinct", 1) => Body::Strict(set::distinct),
        ("array_union", 2) => Body::Strict(set::union),
        ("array_intersect", 2) => Body::Strict(set::intersect),
        ("array_except", 2) => Body::Strict(set::except),
        ("arrays_overlap", 2) => Body::Strict(set::overlap),
        ("array_histogram", 1) => Body::Strict(set::histogram),
        ("flatten", 1) => Body::Strict(combine::flatten),
        ("zip", 2..) => Body::Strict(combine::zip),
        ("ngrams", 2) => Body::Strict(combine::ngrams),
        ("combinations", 2) => Body::Strict(combine::combinations),
        ("array_sort", 1) => Body::Strict(sort::sort),
        ("array_sort", 2) => Body::HigherOrder(sort::sort_by_lambda),
        ("transform", 2) => Body::HigherOrder(lambda::transform),
        ("filter", 2) => Body::HigherOrder(lambda::filter),
        ("reduce", 4) => Body::HigherOrder(lambda::reduce),
        ("zip_with", 3) => Body::HigherOrder(lambda::zip_with),
        ("any_match", 2) => Body::HigherOrder(lambda::any_match),
        ("all_match", 2) => Body::HigherOrder(lambda::all_match),
        ("none_match", 2) => Body::HigherOrder(lambda::none_match),
        _ => return None,
    })
}

fn is_array(ty: &Type) -> bool {
    matches!(ty, Type::Array(_))
}

/// The type of the elements of an argument that is an array.
fn element_type(function: &Function, at: usize) -> &Type {
    match &function.arguments[at] {
        Type::Array(element) => element,
        other => unreachable!("the lookup asked for an array and got {other}"),
    }
}

fn cardinality(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    Ok(Value::Integer(elements(&arguments[0]).len() as i64))
}

fn reverse(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    Ok(array(elements(&arguments[0]).iter().rev().cloned().collect()))
}

/// `slice(array, start, length)`; a negative start counts from the end, out of range is empty.
fn slice(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let whole = elements(&arguments[0]);
    let (start, length) = (integer(&arguments[1]), integer(&arguments[2]));
    if length < 0 {
        return Err(invalid("length must be greater than or equal to 0"));
    }
    if start == 0 {
        return Err(invalid("SQL array indices start at 1"));
    }
    let size = whole.len() as i64;
    let first = if start < 0 { size.saturating_add(start) } else { start - 1 };
    let behind = first.saturating_add(length).min(size);
    Ok(array(match (usize::try_from(first), usize::try_from(behind)) {
        (Ok(first), Ok(behind)) if first < behind => whole[first..behind].to_vec(),
        _ => Vec::new(),
    }))
}

fn trim_array(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let whole = elements(&arguments[0]);
    let cut = integer(&arguments[1]);
    if cut < 0 {
        return Err(invalid("size must not be negative"));
    }
    let kept = usize::try_from(cut).ok().and_then(|cut| whole.len().checked_sub(cut));
    let kept = kept.ok_or_else(|| invalid("size must not exceed array cardinality"))?;
    Ok(array(whole[..kept].to_vec()))
}

/// NULL elements are left out, or stand as the third argument.
fn array_join(function: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let mut parts = Vec::new();
    for element in elements(&arguments[0]) {
        if element.is_null() {
            if let Some(replacement) = arguments.get(2) {
                parts.push(text(replacement).to_owned());
            }
        } else {
            parts.push(text(&cast(element, element_type(function, 0), &Type::VARCHAR)?).to_owned());
        }
    }
    Ok(Value::varchar(parts.join(text(&arguments[1]))))
}

/// The element may be NULL, the count may not.
fn repeat(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    if arguments[1].is_null() {
        return Ok(Value::Null);
    }
    let count = integer(&arguments[1]);
    if count > MOST {
        return Err(invalid("count argument of repeat function must be less than or equal to 10000"));
    }
    let count = usize::try_from(count)
        .map_err(|_| invalid("count argument of repeat function must be greater than or equal to 0"))?;
    Ok(array(vec![arguments[0].clone(); count]))
}
