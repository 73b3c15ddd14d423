//! `||` of texts, binaries and arrays.

use super::super::{Body, Function};
use super::arithmetic::not_numbers;
use crate::constant::cast::padded;
use crate::constant::{EvalError, Value};
use crate::types::Type;

/// Finds a concatenation of two values.
pub(super) fn lookup(arguments: &[Type], result: &Type) -> Option<Body> {
    match (arguments, result) {
        ([Type::Varchar(_), Type::Varchar(_)], Type::Varchar(_)) => Some(Body::Strict(|_, values| {
            let (Value::Varchar(left), Value::Varchar(right)) = (&values[0], &values[1]) else {
                return Err(not_numbers(&values[0]));
            };
            let mut joined = String::with_capacity(left.len() + right.len());
            joined.push_str(left);
            joined.push_str(right);
            Ok(Value::Varchar(joined.into()))
        })),
        ([Type::Char(_), Type::Char(_)], Type::Char(_)) => Some(Body::Strict(chars)),
        ([Type::Varbinary, Type::Varbinary], Type::Varbinary) => Some(Body::Strict(|_, values| {
            let (Value::Varbinary(left), Value::Varbinary(right)) = (&values[0], &values[1]) else {
                return Err(not_numbers(&values[0]));
            };
            Ok(Value::Varbinary([left.as_ref(), right.as_ref()].concat().into()))
        })),
        ([left, right], Type::Array(element)) => {
            if left == result && right == result {
                Some(Body::Strict(|_, values| joined(&[Part::Elements(&values[0]), Part::Elements(&values[1])])))
            } else if left == result && *right == **element {
                Some(Body::Strict(|_, values| joined(&[Part::Elements(&values[0]), Part::One(&values[1])])))
            } else if *left == **element && right == result {
                Some(Body::Strict(|_, values| joined(&[Part::One(&values[0]), Part::Elements(&values[1])])))
            } else {
                None
            }
        }
        _ => None,
    }
}

/// The left one keeps its padding, as it now stands inside.
fn chars(function: &Function, values: &[Value]) -> Result<Value, EvalError> {
    let (Type::Char(width), Value::Varchar(left), Value::Varchar(right)) =
        (&function.arguments[0], &values[0], &values[1])
    else {
        return Err(not_numbers(&values[0]));
    };
    let joined = padded(left, *width) + right;
    Ok(Value::varchar(joined.trim_end_matches(' ')))
}

/// What an array is put together from.
enum Part<'a> {
    Elements(&'a Value),
    One(&'a Value),
}

fn joined(parts: &[Part<'_>]) -> Result<Value, EvalError> {
    let mut elements = Vec::new();
    for part in parts {
        match part {
            Part::Elements(Value::Array(more)) => elements.extend(more.iter().cloned()),
            Part::Elements(other) => return Err(not_numbers(other)),
            Part::One(value) => elements.push(Value::clone(value)),
        }
    }
    Ok(Value::Array(elements.into()))
}
