//! Roots, powers, logarithms and angles in floating point, and `width_bucket`.
//!
//! Where no standard fixes the last digit of such a function, Trino's comes from the Java machine it
//! runs on, and differs between those too.

use super::{invalid, mismatch};
use crate::constant::functions::Body;
use crate::constant::{EvalError, Value};
use crate::types::Type;

/// Finds a function of this file.
pub(super) fn lookup(name: &str, arguments: &[Type]) -> Option<Body> {
    macro_rules! unary {
        ($operate:expr) => {
            Body::Strict(|_, values| {
                let operate: fn(f64) -> f64 = $operate;
                Ok(Value::Double(operate(double(&values[0])?)))
            })
        };
    }
    Some(match (name, arguments) {
        ("pi", []) => Body::Strict(|_, _| Ok(Value::Double(std::f64::consts::PI))),
        ("e", []) => Body::Strict(|_, _| Ok(Value::Double(std::f64::consts::E))),
        ("nan", []) => Body::Strict(|_, _| Ok(Value::Double(f64::NAN))),
        ("infinity", []) => Body::Strict(|_, _| Ok(Value::Double(f64::INFINITY))),
        ("sqrt", [Type::Double]) => unary!(f64::sqrt),
        ("cbrt", [Type::Double]) => unary!(f64::cbrt),
        ("exp", [Type::Double]) => unary!(f64::exp),
        ("ln", [Type::Double]) => unary!(f64::ln),
        ("log2", [Type::Double]) => unary!(|value| value.ln() / 2_f64.ln()),
        ("log10", [Type::Double]) => unary!(f64::log10),
        ("sin", [Type::Double]) => unary!(f64::sin),
        ("cos", [Type::Double]) => unary!(f64::cos),
        ("tan", [Type::Double]) => unary!(f64::tan),
        ("asin", [Type::Double]) => unary!(f64::asin),
        ("acos", [Type::Double]) => unary!(f64::acos),
        ("atan", [Type::Double]) => unary!(f64::atan),
        ("degrees", [Type::Double]) => unary!(f64::to_degrees),
        ("radians", [Type::Double]) => unary!(f64::to_radians),
        ("log", [Type::Double, Type::Double]) => {
            Body::Strict(|_, values| Ok(Value::Double(double(&values[1])?.ln() / double(&values[0])?.ln())))
        }
        ("atan2", [Type::Double, Type::Double]) => {
            Body::Strict(|_, values| Ok(Value::Double(double(&values[0])?.atan2(double(&values[1])?))))
        }
        ("pow" | "power", [Type::Double, Type::Double]) => {
            Body::Strict(|_, values| Ok(Value::Double(power(double(&values[0])?, double(&values[1])?))))
        }
        ("width_bucket", [Type::Double, Type::Double, Type::Double, Type::BigInt]) => Body::Strict(width_bucket),
        ("width_bucket", [Type::Double, Type::Array(element)]) if **element == Type::Double => {
            Body::Strict(|_, values| bin(double(&values[0])?, &values[1]))
        }
        _ => return None,
    })
}

fn double(value: &Value) -> Result<f64, EvalError> {
    match value {
        Value::Double(value) => Ok(*value),
        other => Err(mismatch(other)),
    }
}

/// Java's `Math.pow` differs from C's where one is raised to what is no number or without end.
fn power(base: f64, exponent: f64) -> f64 {
    if exponent.is_nan() || base.abs() == 1.0 && exponent.is_infinite() { f64::NAN } else { base.powf(exponent) }
}

/// The number of the equal part between two bounds that a value lies in: 0 before, one more behind.
fn width_bucket(_: &crate::constant::functions::Function, values: &[Value]) -> Result<Value, EvalError> {
    let (operand, first, last) = (double(&values[0])?, double(&values[1])?, double(&values[2])?);
    let Value::Integer(count) = values[3] else { return Err(mismatch(&values[3])) };
    if count <= 0 {
        return Err(invalid("bucketCount must be greater than 0"));
    }
    if operand.is_nan() {
        return Err(invalid("operand must not be NaN"));
    }
    if !first.is_finite() || !last.is_finite() || first == last {
        return Err(invalid("bounds must be finite and not equal"));
    }
    let (lower, upper) = (first.min(last), first.max(last));
    let number = if operand < lower {
        0
    } else if operand >= upper {
        count.checked_add(1).ok_or_else(|| super::out_of_range("Bucket is out of range"))?
    } else {
        (count as f64 * (operand - lower) / (upper - lower) + 1.0) as i64
    };
    Ok(Value::Integer(if first > last { count - number + 1 } else { number }))
}

/// The number of ascending bins that a value has reached.
fn bin(operand: f64, bins: &Value) -> Result<Value, EvalError> {
    let Value::Array(bins) = bins else { return Err(mismatch(bins)) };
    if bins.is_empty() {
        return Err(invalid("Bins cannot be an empty array"));
    }
    if operand.is_nan() {
        return Err(invalid("Operand cannot be NaN"));
    }
    let at = |index: usize| match bins.get(index) {
        Some(Value::Double(bin)) => Ok(*bin),
        _ => Err(EvalError::refused("width_bucket with NULL among the bins")),
    };
    let (mut lower, mut upper) = (0, bins.len());
    while lower < upper {
        if at(lower)? > at(upper - 1)? {
            return Err(invalid("Bin values are not sorted in ascending order"));
        }
        let middle = (lower + upper) / 2;
        let bin = at(middle)?;
        if !bin.is_finite() {
            return Err(invalid(format!("Bin value must be finite, got {bin}")));
        }
        if operand < bin {
            upper = middle;
        } else {
            lower = middle + 1;
        }
    }
    i64::try_from(lower).map(Value::Integer).map_err(|_| mismatch(&Value::Null))
}
