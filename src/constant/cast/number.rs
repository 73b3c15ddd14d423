//! Casts between numbers and booleans.

use super::{mismatch, unsupported};
use crate::constant::expr::EvalError;
use crate::constant::value::Value;
use crate::constant::{decimal, float};
use crate::types::Type;

/// Whether casts to this type are of this file.
pub(super) fn is_target(to: &Type) -> bool {
    to.is_numeric() || *to == Type::Boolean
}

/// Converts a number or boolean.
pub(super) fn cast(value: &Value, from: &Type, to: &Type) -> Result<Value, EvalError> {
    match (value, from) {
        (Value::Boolean(value), _) => from_integer(i64::from(*value), to, true),
        (Value::Integer(value), _) => from_integer(*value, to, false),
        (Value::Decimal(value), Type::Decimal(precision, scale)) => from_decimal(*value, (*precision, *scale), to),
        (Value::Real(value), _) => from_double(f64::from(*value), Some(*value), to),
        (Value::Double(value), _) => from_double(*value, None, to),
        _ => Err(mismatch(from.clone(), value)),
    }
}

/// A whole number in the range of its type.
pub(crate) fn integer(value: i64, to: &Type) -> Option<Value> {
    let fits = match to {
        Type::TinyInt => i8::try_from(value).is_ok(),
        Type::SmallInt => i16::try_from(value).is_ok(),
        Type::Integer => i32::try_from(value).is_ok(),
        _ => true,
    };
    fits.then_some(Value::Integer(value))
}

fn from_integer(value: i64, to: &Type, boolean: bool) -> Result<Value, EvalError> {
    match to {
        Type::Boolean => Ok(Value::Boolean(value != 0)),
        Type::Real => Ok(Value::Real(value as f32)),
        Type::Double => Ok(Value::Double(value as f64)),
        Type::Decimal(precision, scale) => {
            let unscaled = decimal::rescale(i128::from(value), 0, *scale);
            // A boolean is not checked: true as decimal(1,1) is 1.0.
            let fitting = unscaled.filter(|unscaled| boolean || decimal::fits(*unscaled, *precision));
            fitting.map(Value::Decimal).ok_or_else(|| invalid(value, to))
        }
        _ => integer(value, to).ok_or_else(|| out_of_range(value, to)),
    }
}

fn from_decimal(unscaled: i128, (precision, scale): (u8, u8), to: &Type) -> Result<Value, EvalError> {
    let failed = || invalid(decimal::text(unscaled, scale), to);
    match to {
        Type::Boolean => Ok(Value::Boolean(unscaled != 0)),
        Type::Real => Ok(Value::Real(decimal_to_real(unscaled, precision, scale))),
        Type::Double => Ok(Value::Double(decimal_to_double(unscaled, precision, scale))),
        Type::Decimal(wanted, to_scale) => decimal::rescale(unscaled, scale, *to_scale)
            .filter(|unscaled| decimal::fits(*unscaled, *wanted))
            .map(Value::Decimal)
            .ok_or_else(failed),
        _ if to.is_integer() => decimal::rescale(unscaled, scale, 0)
            .and_then(|whole| i64::try_from(whole).ok())
            .and_then(|whole| integer(whole, to))
            .ok_or_else(failed),
        _ => Err(unsupported(&Type::Decimal(precision, scale), to)),
    }
}

/// Short decimals are divided in floating point, as Trino does; long ones are read from their text.
fn decimal_to_double(unscaled: i128, precision: u8, scale: u8) -> f64 {
    if precision <= 18 {
        return unscaled as f64 / 10_f64.powi(i32::from(scale));
    }
    decimal::text(unscaled, scale).parse().expect("a decimal's text is a number")
}

fn decimal_to_real(unscaled: i128, precision: u8, scale: u8) -> f32 {
    if precision <= 18 {
        return unscaled as f32 / 10_i64.pow(u32::from(scale)) as f32;
    }
    decimal::text(unscaled, scale).parse().expect("a decimal's text is a number")
}

fn from_double(value: f64, real: Option<f32>, to: &Type) -> Result<Value, EvalError> {
    let text = || real.map_or_else(|| float::java_double(value), float::java_float);
    match to {
        Type::Boolean => Ok(Value::Boolean(value != 0.0)),
        Type::Double => Ok(Value::Double(value)),
        Type::Real => Ok(Value::Real(value as f32)),
        Type::Decimal(precision, scale) => {
            if !value.is_finite() {
                return Err(invalid(text(), to));
            }
            if let Some(unscaled) = decimal::parse(&text(), *precision, *scale) {
                return Ok(Value::Decimal(unscaled));
            }
            // What fits 128 bits, but not 38 digits, is another error.
            let scaled = value.abs() * 10_f64.powi(i32::from(*scale));
            Err(if (1e38..2_f64.powi(127)).contains(&scaled) { out_of_range(text(), to) } else { invalid(text(), to) })
        }
        Type::BigInt if real.is_some() => {
            if value.is_nan() {
                return Err(invalid(text(), to));
            }
            // A real too large is the largest number there is, a double too large an error.
            Ok(Value::Integer(value.round() as i64))
        }
        Type::BigInt => {
            let rounded = value.round();
            let fits = (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&rounded);
            if fits { Ok(Value::Integer(rounded as i64)) } else { Err(invalid(text(), to)) }
        }
        _ if to.is_integer() => {
            if value.is_nan() {
                return Err(invalid(text(), to));
            }
            integer(value.round() as i64, to).ok_or_else(|| out_of_range(text(), to))
        }
        _ => Err(unsupported(&Type::Double, to)),
    }
}

fn invalid(value: impl std::fmt::Display, to: &Type) -> EvalError {
    EvalError::new("INVALID_CAST_ARGUMENT", format!("Cannot cast '{value}' to {to}"))
}

fn out_of_range(value: impl std::fmt::Display, to: &Type) -> EvalError {
    EvalError::new("NUMERIC_VALUE_OUT_OF_RANGE", format!("Out of range for {to}: {value}"))
}
