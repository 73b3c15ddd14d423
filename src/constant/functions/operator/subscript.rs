//! `array[position]` and `map[key]`.

use super::super::Body;
use super::arithmetic::not_numbers;
use crate::constant::display::format;
use crate::constant::functions::map;
use crate::constant::{EvalError, Value};
use crate::types::Type;

/// Finds the subscript of an array or a map.
pub(super) fn lookup(arguments: &[Type]) -> Option<Body> {
    match arguments {
        [Type::Array(_), position] if position.is_integer() => Some(Body::Strict(|_, values| element(values))),
        [Type::Map(key, _), given] if **key == *given => Some(Body::Strict(|function, values| {
            let Value::Map(entries) = &values[0] else { return Err(not_numbers(&values[0])) };
            map::get(entries, &values[1]).cloned().ok_or_else(|| {
                let key = format(&values[1], &function.arguments[1]);
                EvalError::new("INVALID_FUNCTION_ARGUMENT", format!("Key not present in map: {key}"))
            })
        })),
        _ => None,
    }
}

fn element(values: &[Value]) -> Result<Value, EvalError> {
    let (Value::Array(elements), Value::Integer(position)) = (&values[0], &values[1]) else {
        return Err(not_numbers(&values[0]));
    };
    let message = match *position {
        0 => "SQL array indices start at 1".to_owned(),
        ..0 => format!("Array subscript is negative: {position}"),
        _ => match usize::try_from(position - 1).ok().and_then(|at| elements.get(at)) {
            Some(element) => return Ok(element.clone()),
            None => {
                format!("Array subscript must be less than or equal to array length: {position} > {}", elements.len())
            }
        },
    };
    Err(EvalError::new("INVALID_FUNCTION_ARGUMENT", message))
}
