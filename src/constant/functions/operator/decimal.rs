//! Arithmetic on decimals, with the result's scale as Trino's typing gives it.

use num_bigint::BigInt;

use super::super::{Body, Function};
use super::arithmetic::{division_by_zero, not_numbers};
use crate::constant::decimal::{divide_rounded, divide_rounded_big, fits, power_of_ten, rescale};
use crate::constant::{EvalError, Value};
use crate::types::Type;

/// Finds an operator on decimals.
pub(super) fn lookup(name: &str, arguments: &[Type], result: &Type) -> Option<Body> {
    let decimals = |types: &[Type]| types.iter().all(|ty| matches!(ty, Type::Decimal(..)));
    if !decimals(arguments) || !matches!(result, Type::Decimal(..)) {
        return None;
    }
    Some(match (name, arguments.len()) {
        ("negate", 1) => Body::Strict(|_, values| match values[0] {
            Value::Decimal(value) => Ok(Value::Decimal(-value)),
            ref other => Err(not_numbers(other)),
        }),
        ("+", 2) => Body::Strict(|function, values| {
            let (left, right) = aligned(function, values)?;
            checked(function, left.checked_add(right))
        }),
        ("-", 2) => Body::Strict(|function, values| {
            let (left, right) = aligned(function, values)?;
            checked(function, left.checked_sub(right))
        }),
        ("*", 2) => Body::Strict(|function, values| {
            let operands = operands(function, values)?;
            checked(function, operands.left.checked_mul(operands.right))
        }),
        ("/", 2) => Body::Strict(divide),
        ("%", 2) => Body::Strict(remainder),
        _ => return None,
    })
}

/// Two unscaled numbers with their scales, and the scale of the result.
struct Operands {
    left: i128,
    right: i128,
    scales: [u8; 3],
}

fn operands(function: &Function, values: &[Value]) -> Result<Operands, EvalError> {
    let scale = |ty: &Type| if let Type::Decimal(_, scale) = ty { *scale } else { 0 };
    match (&values[0], &values[1]) {
        (Value::Decimal(left), Value::Decimal(right)) => Ok(Operands {
            left: *left,
            right: *right,
            scales: [scale(&function.arguments[0]), scale(&function.arguments[1]), scale(&function.result)],
        }),
        (other, _) => Err(not_numbers(other)),
    }
}

/// Both operands in the result's scale.
fn aligned(function: &Function, values: &[Value]) -> Result<(i128, i128), EvalError> {
    let Operands { left, right, scales: [left_scale, right_scale, scale] } = operands(function, values)?;
    let both = rescale(left, left_scale, scale).zip(rescale(right, right_scale, scale));
    both.ok_or_else(|| overflow(function))
}

fn divide(function: &Function, values: &[Value]) -> Result<Value, EvalError> {
    let Operands { left, right, scales: [left_scale, right_scale, scale] } = operands(function, values)?;
    if right == 0 {
        return Err(division_by_zero());
    }
    // left/10^l ÷ right/10^r = left × 10^(scale + r - l) ÷ right, in the result's scale.
    let shift = u32::from(scale + right_scale - left_scale);
    let scaled = power_of_ten(shift).and_then(|factor| left.checked_mul(factor));
    let quotient = match scaled {
        Some(dividend) => Some(divide_rounded(dividend, right)),
        None => {
            let dividend = BigInt::from(left) * BigInt::from(10).pow(shift);
            i128::try_from(divide_rounded_big(&dividend, &BigInt::from(right))).ok()
        }
    };
    checked(function, quotient)
}

/// The remainder with the dividend's sign.
pub(in super::super) fn remainder(function: &Function, values: &[Value]) -> Result<Value, EvalError> {
    let Operands { left, right, scales: [left_scale, right_scale, scale] } = operands(function, values)?;
    if right == 0 {
        return Err(division_by_zero());
    }
    let both = rescale(left, left_scale, scale).zip(rescale(right, right_scale, scale));
    let rest = match both {
        Some((left, right)) => Some(left % right),
        None => {
            let scaled = |value: i128, from: u8| BigInt::from(value) * BigInt::from(10).pow(u32::from(scale - from));
            i128::try_from(scaled(left, left_scale) % scaled(right, right_scale)).ok()
        }
    };
    checked(function, rest)
}

fn checked(function: &Function, unscaled: Option<i128>) -> Result<Value, EvalError> {
    unscaled.filter(|unscaled| fits(*unscaled, 38)).map(Value::Decimal).ok_or_else(|| overflow(function))
}

fn overflow(function: &Function) -> EvalError {
    EvalError::new("NUMERIC_VALUE_OUT_OF_RANGE", format!("Decimal overflow: {}", function.name))
}
