//! Arrays made of arrays: joined, flattened, zipped, and their parts taken together.

use super::super::Function;
use super::super::argument::{array, elements, integer, invalid};
use crate::constant::{EvalError, Value};
use crate::types::Type;

/// The most elements of a combination, and the most combinations, as in Trino.
const LARGEST_COMBINATION: i64 = 5;
const MOST_COMBINATIONS: u128 = 100_000;

/// Arrays one behind the other; an argument of the elements' type is an array of itself.
pub(super) fn concat(function: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let Type::Array(element) = &function.result else { unreachable!("arrays join to an array") };
    let mut whole = Vec::new();
    for (argument, ty) in arguments.iter().zip(function.arguments.iter()) {
        if *ty == **element {
            whole.push(argument.clone());
        } else {
            whole.extend_from_slice(elements(argument));
        }
    }
    Ok(array(whole))
}

/// NULL arrays inside are left out.
pub(super) fn flatten(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let inner = elements(&arguments[0]).iter().filter(|inner| !inner.is_null());
    Ok(array(inner.flat_map(elements).cloned().collect()))
}

/// Rows of the elements at each place; shorter arrays are filled with NULLs.
pub(super) fn zip(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let length = arguments.iter().map(|argument| elements(argument).len()).max().unwrap_or(0);
    let row = |place| {
        let fields = arguments.iter().map(|argument| elements(argument).get(place).cloned().unwrap_or(Value::Null));
        Value::Row(fields.collect())
    };
    Ok(array((0..length).map(row).collect()))
}

/// All runs of so many neighbours; the array itself if it is shorter.
pub(super) fn ngrams(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let (whole, size) = (elements(&arguments[0]), integer(&arguments[1]));
    let size = usize::try_from(size).ok().filter(|size| *size > 0);
    let size = size.ok_or_else(|| invalid("N must be positive"))?;
    if size >= whole.len() {
        return Ok(array(vec![arguments[0].clone()]));
    }
    Ok(array(whole.windows(size).map(|window| array(window.to_vec())).collect()))
}

/// All choices of so many elements, those of the first elements first.
pub(super) fn combinations(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let (whole, size) = (elements(&arguments[0]), integer(&arguments[1]));
    if size < 0 {
        return Err(invalid(format!("combination size must not be negative: {size}")));
    }
    if size > LARGEST_COMBINATION {
        return Err(invalid(format!("combination size must not exceed {LARGEST_COMBINATION}: {size}")));
    }
    let size = usize::try_from(size).expect("it lies between zero and the largest");
    if size > whole.len() {
        return Ok(array(Vec::new()));
    }
    // The binomial coefficient, exact at each step.
    let count = (0..size).fold(1_u128, |count, taken| count * (whole.len() - taken) as u128 / (taken as u128 + 1));
    if count > MOST_COMBINATIONS {
        return Err(invalid("combinations exceed max size"));
    }
    let mut places: Vec<usize> = (0..size).collect();
    let mut found = Vec::new();
    loop {
        found.push(array(places.iter().map(|place| whole[*place].clone()).collect()));
        // The first place that can move on does, and those before it start anew.
        let limit = |at: usize, places: &[usize]| places.get(at + 1).copied().unwrap_or(whole.len());
        let Some(at) = (0..size).find(|at| places[*at] + 1 < limit(*at, &places)) else { break };
        places[at] += 1;
        for (before, place) in places[..at].iter_mut().enumerate() {
            *place = before;
        }
    }
    Ok(array(found))
}
