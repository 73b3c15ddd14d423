//! Arithmetic on whole and floating point numbers.

use super::super::{Body, Function};
use crate::constant::cast::integer;
use crate::constant::{EvalError, Value};
use crate::types::Type;

/// Finds an operator whose operands and result are of one integer or floating point type.
pub(super) fn lookup(name: &str, arguments: &[Type], result: &Type) -> Option<Body> {
    if arguments.iter().any(|argument| argument != result) {
        return None;
    }
    match (arguments.len(), result) {
        (1, _) if name == "negate" => negation(result),
        (2, Type::Double) => double(name),
        (2, Type::Real) => real(name),
        (2, _) if result.is_integer() => whole(name),
        _ => None,
    }
}

fn negation(ty: &Type) -> Option<Body> {
    Some(match ty {
        Type::Double | Type::Real => Body::Strict(|_, values| match &values[0] {
            Value::Double(value) => Ok(Value::Double(-value)),
            Value::Real(value) => Ok(Value::Real(-value)),
            other => Err(not_numbers(other)),
        }),
        _ if ty.is_integer() => Body::Strict(|function, values| {
            let Value::Integer(value) = values[0] else { return Err(not_numbers(&values[0])) };
            in_range(function, value.checked_neg())
        }),
        _ => return None,
    })
}

fn double(name: &str) -> Option<Body> {
    macro_rules! operator {
        ($operate:expr) => {
            Body::Strict(|_, values| match (&values[0], &values[1]) {
                (Value::Double(left), Value::Double(right)) => {
                    let operate: fn(f64, f64) -> f64 = $operate;
                    Ok(Value::Double(operate(*left, *right)))
                }
                (other, _) => Err(not_numbers(other)),
            })
        };
    }
    Some(match name {
        "+" => operator!(|left, right| left + right),
        "-" => operator!(|left, right| left - right),
        "*" => operator!(|left, right| left * right),
        "/" => operator!(|left, right| left / right),
        "%" => operator!(|left, right| left % right),
        _ => return None,
    })
}

fn real(name: &str) -> Option<Body> {
    macro_rules! operator {
        ($operate:expr) => {
            Body::Strict(|_, values| match (&values[0], &values[1]) {
                (Value::Real(left), Value::Real(right)) => {
                    let operate: fn(f32, f32) -> f32 = $operate;
                    Ok(Value::Real(operate(*left, *right)))
                }
                (other, _) => Err(not_numbers(other)),
            })
        };
    }
    Some(match name {
        "+" => operator!(|left, right| left + right),
        "-" => operator!(|left, right| left - right),
        "*" => operator!(|left, right| left * right),
        "/" => operator!(|left, right| left / right),
        "%" => operator!(|left, right| left % right),
        _ => return None,
    })
}

fn whole(name: &str) -> Option<Body> {
    Some(match name {
        "+" => Body::Strict(|function, values| {
            let (left, right) = operands(values)?;
            in_range(function, left.checked_add(right))
        }),
        "-" => Body::Strict(|function, values| {
            let (left, right) = operands(values)?;
            in_range(function, left.checked_sub(right))
        }),
        "*" => Body::Strict(|function, values| {
            let (left, right) = operands(values)?;
            in_range(function, left.checked_mul(right))
        }),
        "/" => Body::Strict(|function, values| {
            let (left, right) = operands(values)?;
            if right == 0 {
                return Err(division_by_zero());
            }
            in_range(function, left.checked_div(right)).map_err(|error| match function.result {
                // Trino does not guard these against the one quotient that does not fit.
                Type::TinyInt | Type::SmallInt | Type::Integer => {
                    EvalError::new("GENERIC_INTERNAL_ERROR", error.message)
                }
                _ => error,
            })
        }),
        "%" => Body::Strict(|_, values| remainder(values, "DIVISION_BY_ZERO")),
        _ => return None,
    })
}

/// The remainder with the dividend's sign, and this error for a zero divisor.
pub(in super::super) fn remainder(values: &[Value], by_zero: &'static str) -> Result<Value, EvalError> {
    let (left, right) = operands(values)?;
    if right == 0 {
        return Err(EvalError::new(by_zero, "Division by zero"));
    }
    Ok(Value::Integer(left.wrapping_rem(right)))
}

fn operands(values: &[Value]) -> Result<(i64, i64), EvalError> {
    match (&values[0], &values[1]) {
        (Value::Integer(left), Value::Integer(right)) => Ok((*left, *right)),
        (other, _) => Err(not_numbers(other)),
    }
}

fn in_range(function: &Function, value: Option<i64>) -> Result<Value, EvalError> {
    value.and_then(|value| integer(value, &function.result)).ok_or_else(|| {
        EvalError::new("NUMERIC_VALUE_OUT_OF_RANGE", format!("{} overflow: {}", function.result, function.name))
    })
}

/// Trino's error for a zero divisor.
pub(super) fn division_by_zero() -> EvalError {
    EvalError::new("DIVISION_BY_ZERO", "Division by zero")
}

/// A value that is not of its expression's type.
pub(super) fn not_numbers(value: &Value) -> EvalError {
    EvalError::new("GENERIC_INTERNAL_ERROR", format!("{value:?} is not of the operator's type"))
}
