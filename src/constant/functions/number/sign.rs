//! `abs`, `sign`, `mod` and the questions whether a number is one.

use super::{mismatch, out_of_range};
use crate::constant::cast::integer;
use crate::constant::functions::operator::{decimal_remainder, integer_remainder};
use crate::constant::functions::{Body, Function};
use crate::constant::{EvalError, Value};
use crate::types::Type;

/// Finds a function of this file.
pub(super) fn lookup(name: &str, arguments: &[Type], result: &Type) -> Option<Body> {
    Some(match (name, arguments) {
        ("abs", [ty]) if ty.is_numeric() && ty == result => Body::Strict(absolute),
        ("sign", [ty]) if ty.is_numeric() => Body::Strict(|_, values| signum(&values[0])),
        ("mod", [Type::Decimal(..), Type::Decimal(..)]) => Body::Strict(decimal_remainder),
        ("mod", [left, right]) if left == right && left.is_numeric() => Body::Strict(modulo),
        ("is_nan", [Type::Double | Type::Real]) => Body::Strict(|_, values| asked(&values[0], f64::is_nan)),
        ("is_finite", [Type::Double]) => Body::Strict(|_, values| asked(&values[0], f64::is_finite)),
        ("is_infinite", [Type::Double]) => Body::Strict(|_, values| asked(&values[0], f64::is_infinite)),
        _ => return None,
    })
}

fn absolute(function: &Function, values: &[Value]) -> Result<Value, EvalError> {
    match &values[0] {
        Value::Double(value) => Ok(Value::Double(value.abs())),
        Value::Real(value) => Ok(Value::Real(value.abs())),
        Value::Decimal(value) => Ok(Value::Decimal(value.abs())),
        Value::Integer(value) => {
            let fitting = value.checked_abs().and_then(|value| integer(value, &function.result));
            fitting.ok_or_else(|| out_of_range(format!("Value {value} is out of range for abs({})", function.result)))
        }
        other => Err(mismatch(other)),
    }
}

fn signum(value: &Value) -> Result<Value, EvalError> {
    /// Zeros and NaN are their own sign.
    fn of(value: f64) -> f64 {
        if value == 0.0 || value.is_nan() { value } else { value.signum() }
    }
    match value {
        Value::Double(value) => Ok(Value::Double(of(*value))),
        Value::Real(value) => Ok(Value::Real(of(f64::from(*value)) as f32)),
        Value::Decimal(value) => Ok(Value::Decimal(value.signum())),
        Value::Integer(value) => Ok(Value::Integer(value.signum())),
        other => Err(mismatch(other)),
    }
}

fn modulo(_: &Function, values: &[Value]) -> Result<Value, EvalError> {
    match (&values[0], &values[1]) {
        (Value::Double(left), Value::Double(right)) => Ok(Value::Double(left % right)),
        (Value::Real(left), Value::Real(right)) => Ok(Value::Real(left % right)),
        // Unlike the operator, Trino's function does not guard against a zero divisor.
        _ => integer_remainder(values, "GENERIC_INTERNAL_ERROR"),
    }
}

fn asked(value: &Value, question: fn(f64) -> bool) -> Result<Value, EvalError> {
    match value {
        Value::Double(value) => Ok(Value::Boolean(question(*value))),
        Value::Real(value) => Ok(Value::Boolean(question(f64::from(*value)))),
        other => Err(mismatch(other)),
    }
}
