//! Arrays as sets: each element once, NULL being one of them.

use std::collections::{HashMap, HashSet};

use super::super::Function;
use super::super::argument::{array, elements, map};
use crate::constant::compare::Key;
use crate::constant::{EvalError, Value};

/// The elements at their first places.
fn unique<'a>(elements: impl Iterator<Item = &'a Value>) -> Value {
    let mut known = HashSet::new();
    array(elements.filter(|element| known.insert(Key((*element).clone()))).cloned().collect())
}

fn keys(elements: &[Value]) -> HashSet<Key> {
    elements.iter().cloned().map(Key).collect()
}

pub(super) fn distinct(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    Ok(unique(elements(&arguments[0]).iter()))
}

pub(super) fn union(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    Ok(unique(elements(&arguments[0]).iter().chain(elements(&arguments[1]))))
}

/// In the order of the longer array; of the first if they are of one length.
pub(super) fn intersect(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let (mut longer, mut shorter) = (elements(&arguments[0]), elements(&arguments[1]));
    if longer.len() < shorter.len() {
        std::mem::swap(&mut longer, &mut shorter);
    }
    let known = keys(shorter);
    Ok(unique(longer.iter().filter(|element| known.contains(&Key((*element).clone())))))
}

/// With nothing to take away, the first array stays as it is, repeated elements included.
pub(super) fn except(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let taken = keys(elements(&arguments[1]));
    if taken.is_empty() {
        return Ok(arguments[0].clone());
    }
    Ok(unique(elements(&arguments[0]).iter().filter(|element| !taken.contains(&Key((*element).clone())))))
}

/// NULL if no element is common but one may be, being NULL.
pub(super) fn overlap(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let (left, right) = (elements(&arguments[0]), elements(&arguments[1]));
    if left.is_empty() || right.is_empty() {
        return Ok(Value::Boolean(false));
    }
    let known = keys(right);
    if left.iter().any(|element| !element.is_null() && known.contains(&Key(element.clone()))) {
        return Ok(Value::Boolean(true));
    }
    let unknown = left.iter().chain(right).any(Value::is_null);
    Ok(if unknown { Value::Null } else { Value::Boolean(false) })
}

/// How often each element occurs; NULLs are not counted. Trino orders the entries by its own hashes: a query that asks
/// for their order is refused by the engine.
pub(super) fn histogram(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let mut places = HashMap::new();
    let mut counts: Vec<(Value, i64)> = Vec::new();
    for element in elements(&arguments[0]).iter().filter(|element| !element.is_null()) {
        let place = *places.entry(Key(element.clone())).or_insert_with(|| {
            counts.push((element.clone(), 0));
            counts.len() - 1
        });
        counts[place].1 += 1;
    }
    Ok(map(counts.into_iter().map(|(element, count)| (element, Value::Integer(count))).collect()))
}
