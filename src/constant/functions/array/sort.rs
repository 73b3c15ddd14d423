//! `array_sort`, by the elements' own order or by a lambda.

use std::cmp::Ordering;

use super::super::argument::{array, elements, invalid, lambda, unsupported, value};
use super::super::{Argument, Function};
use super::element_type;
use crate::constant::compare::compare;
use crate::constant::{EvalError, Value};

/// Below this length Java sorts by insertion, and the result is known whatever the lambda says.
const SHORT: usize = 32;

/// NULLs come last.
pub(super) fn sort(function: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let mut sorted = elements(&arguments[0]).to_vec();
    let mut unordered = false;
    sorted.sort_by(|left, right| {
        compare(left, right, element_type(function, 0)).unwrap_or_else(|| {
            unordered = true;
            Ordering::Equal
        })
    });
    if unordered {
        return Err(unsupported("the order of rows or arrays with NULLs in them"));
    }
    Ok(array(sorted))
}

/// The lambda says -1, 0 or 1 of two elements, NULLs among them.
pub(super) fn sort_by_lambda(_: &Function, arguments: &[Argument<'_>]) -> Result<Value, EvalError> {
    let (whole, say) = (value(arguments, 0), lambda(arguments, 1));
    if whole.is_null() {
        return Ok(Value::Null);
    }
    let order = |left: &Value, right: &Value| match say(&[left.clone(), right.clone()])? {
        Value::Integer(-1) => Ok(Ordering::Less),
        Value::Integer(0) => Ok(Ordering::Equal),
        Value::Integer(1) => Ok(Ordering::Greater),
        _ => Err(invalid("Lambda comparator must return either -1, 0, or 1")),
    };
    let elements = elements(whole);
    if elements.len() < SHORT {
        return insertion_sorted(elements.to_vec(), order).map(array);
    }
    if elements.iter().any(Value::is_null) {
        return Err(EvalError::refused("array_sort by a lambda of a long array with NULLs"));
    }
    let mut sorted = elements.to_vec();
    let mut problem = None;
    sorted.sort_by(|left, right| {
        order(left, right).unwrap_or_else(|error| {
            problem.get_or_insert(error);
            Ordering::Equal
        })
    });
    problem.map_or_else(|| Ok(array(sorted)), Err)
}

/// Binary insertion behind the run that the array begins with, as Java sorts short arrays. A lambda
/// that is no order (it says 0 of NULL and anything) gives the same result as there only this way.
fn insertion_sorted(
    mut whole: Vec<Value>,
    order: impl Fn(&Value, &Value) -> Result<Ordering, EvalError>,
) -> Result<Vec<Value>, EvalError> {
    if whole.len() < 2 {
        return Ok(whole);
    }
    let falling = order(&whole[1], &whole[0])?.is_lt();
    let mut run = 2;
    while run < whole.len() && order(&whole[run], &whole[run - 1])?.is_lt() == falling {
        run += 1;
    }
    if falling {
        whole[..run].reverse();
    }
    for place in run..whole.len() {
        let (mut low, mut high) = (0, place);
        while low < high {
            let middle = (low + high) / 2;
            if order(&whole[place], &whole[middle])?.is_lt() {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        whole[low..=place].rotate_right(1);
    }
    Ok(whole)
}
