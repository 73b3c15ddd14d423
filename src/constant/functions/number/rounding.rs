//! `round`, `truncate`, `ceil` and `floor`.

use super::{mismatch, out_of_range};
use crate::constant::cast::integer;
use crate::constant::decimal::{divide_rounded, fits, power_of_ten};
use crate::constant::functions::{Body, Function};
use crate::constant::{EvalError, Value};
use crate::types::Type;

/// Finds a function of this file.
pub(super) fn lookup(name: &str, arguments: &[Type], result: &Type) -> Option<Body> {
    let (ty, digits) = match arguments {
        [ty] => (ty, false),
        [ty, Type::Integer] => (ty, true),
        _ => return None,
    };
    let decimal = matches!((ty, result), (Type::Decimal(..), Type::Decimal(..)));
    let float = matches!(ty, Type::Double | Type::Real) && ty == result;
    let whole = ty.is_integer() && ty == result;
    Some(match (name, digits) {
        ("ceil" | "ceiling" | "floor" | "round", false) if whole => Body::Strict(|_, values| Ok(values[0].clone())),
        ("ceil" | "ceiling", false) if float => Body::Strict(|_, values| float_by(&values[0], f64::ceil)),
        ("floor", false) if float => Body::Strict(|_, values| float_by(&values[0], f64::floor)),
        ("truncate", false) if float => Body::Strict(|_, values| float_by(&values[0], f64::trunc)),
        ("round", _) if float => Body::Strict(round_float),
        ("round", true) if whole => Body::Strict(round_integer),
        ("ceil" | "ceiling", false) if decimal => {
            Body::Strict(|function, values| to_whole(function, &values[0], |value, unit| -(-value).div_euclid(unit)))
        }
        ("floor", false) if decimal => {
            Body::Strict(|function, values| to_whole(function, &values[0], i128::div_euclid))
        }
        ("truncate", false) if decimal => {
            Body::Strict(|function, values| to_whole(function, &values[0], |value, unit| value / unit))
        }
        ("round", false) if decimal => Body::Strict(|function, values| to_whole(function, &values[0], divide_rounded)),
        ("truncate", true) if decimal => Body::Strict(truncate_decimal),
        ("round", true) if decimal => Body::Strict(round_decimal),
        _ => return None,
    })
}

fn float_by(value: &Value, operate: fn(f64) -> f64) -> Result<Value, EvalError> {
    match value {
        Value::Double(value) => Ok(Value::Double(operate(*value))),
        Value::Real(value) => Ok(Value::Real(operate(f64::from(*value)) as f32)),
        other => Err(mismatch(other)),
    }
}

/// How many digits behind the point are kept; negative ones before it.
fn digits(values: &[Value]) -> i64 {
    match values.get(1) {
        Some(Value::Integer(digits)) => *digits,
        _ => 0,
    }
}

fn round_float(_: &Function, values: &[Value]) -> Result<Value, EvalError> {
    let digits = digits(values);
    match &values[0] {
        Value::Double(value) => Ok(Value::Double(rounded(*value, digits))),
        Value::Real(value) => Ok(Value::Real(rounded(f64::from(*value), digits) as f32)),
        other => Err(mismatch(other)),
    }
}

/// By way of a power of ten, as Trino does, with the error that this makes; zero loses its sign.
fn rounded(value: f64, digits: i64) -> f64 {
    if value == 0.0 {
        return 0.0;
    }
    let factor: f64 = format!("1e{digits}").parse().expect("a power of ten is a number");
    let scaled = value * factor;
    if !scaled.is_finite() { value } else { scaled.round() / factor }
}

fn round_integer(function: &Function, values: &[Value]) -> Result<Value, EvalError> {
    let Value::Integer(value) = values[0] else { return Err(mismatch(&values[0])) };
    let digits = digits(values);
    if digits >= 0 {
        return Ok(values[0].clone());
    }
    let ty = &function.result;
    let overflow = || out_of_range(format!("numerical overflow: {value} rounded to {digits} digits"));
    let unit = u32::try_from(-digits).ok().filter(|power| *power <= 18).map(|power| 10_i128.pow(power));
    let unit = unit.ok_or_else(overflow)?;
    let rounded = divide_rounded(i128::from(value), unit) * unit;
    let fitting = i64::try_from(rounded).ok().and_then(|rounded| integer(rounded, ty));
    fitting.ok_or_else(|| match ty {
        // Trino does not guard this one.
        Type::Integer => EvalError::new("GENERIC_INTERNAL_ERROR", "integer overflow"),
        _ => overflow(),
    })
}

fn unscaled<'a>(function: &'a Function, value: &Value) -> Result<(i128, u8, &'a Type), EvalError> {
    match (value, &function.arguments[0]) {
        (Value::Decimal(unscaled), ty @ Type::Decimal(_, scale)) => Ok((*unscaled, *scale, ty)),
        (other, _) => Err(mismatch(other)),
    }
}

fn to_whole(function: &Function, value: &Value, divide: fn(i128, i128) -> i128) -> Result<Value, EvalError> {
    let (unscaled, scale, _) = unscaled(function, value)?;
    if scale == 38 && matches!(&*function.name, "ceil" | "ceiling" | "floor") {
        // Trino's own arithmetic does not reach that far.
        return Err(EvalError::new("GENERIC_INTERNAL_ERROR", "the scale is too large"));
    }
    Ok(Value::Decimal(divide(unscaled, 10_i128.pow(u32::from(scale)))))
}

fn truncate_decimal(function: &Function, values: &[Value]) -> Result<Value, EvalError> {
    let (unscaled, scale, _) = unscaled(function, &values[0])?;
    let dropped = i64::from(scale) - digits(values);
    let unit = match u32::try_from(dropped) {
        Err(_) if dropped < 0 => return Ok(values[0].clone()),
        Err(_) => None,
        Ok(dropped) => power_of_ten(dropped),
    };
    Ok(Value::Decimal(unit.map_or(0, |unit| unscaled / unit * unit)))
}

fn round_decimal(function: &Function, values: &[Value]) -> Result<Value, EvalError> {
    let (unscaled, scale, ty) = unscaled(function, &values[0])?;
    let dropped = i64::from(scale) - digits(values);
    if dropped <= 0 {
        return Ok(values[0].clone());
    }
    let overflow = || out_of_range("Decimal overflow");
    let short = matches!(ty, Type::Decimal(..=18, _));
    match u32::try_from(dropped).ok().and_then(power_of_ten) {
        Some(unit) => {
            let rounded = divide_rounded(unscaled, unit).checked_mul(unit).filter(|rounded| fits(*rounded, 38));
            rounded.map(Value::Decimal).ok_or_else(overflow)
        }
        None if short => Ok(Value::Decimal(0)),
        None => Err(overflow()),
    }
}
