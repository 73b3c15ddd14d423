//! Roots, powers and logarithms in floating point, and `width_bucket`.
//!
//! Logarithms and exponentials are rounded correctly, as the Java machine that Trino runs on does in
//! all but very rare cases. Powers are too, where that is certain (`fixed.rs`).

use super::{fixed, invalid, mismatch, precise};
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
        ("exp", [Type::Double]) => unary!(precise::exponential),
        ("ln", [Type::Double]) => unary!(precise::logarithm),
        ("log2", [Type::Double]) => unary!(|value| precise::logarithm(value) / std::f64::consts::LN_2),
        ("log10", [Type::Double]) => unary!(precise::decimal_logarithm),
        ("degrees", [Type::Double]) => unary!(f64::to_degrees),
        ("radians", [Type::Double]) => unary!(f64::to_radians),
        ("log", [Type::Double, Type::Double]) => Body::Strict(|_, values| {
            Ok(Value::Double(precise::logarithm(double(&values[1])?) / precise::logarithm(double(&values[0])?)))
        }),
        ("pow" | "power", [Type::Double, Type::Double]) => {
            Body::Strict(|_, values| Ok(Value::Double(power(double(&values[0])?, double(&values[1])?)?)))
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
fn power(base: f64, exponent: f64) -> Result<f64, EvalError> {
    if exponent.is_nan() || base.abs() == 1.0 && exponent.is_infinite() {
        return Ok(f64::NAN);
    }
    if exponent == 2.0 {
        return Ok(base * base);
    }
    if exponent == 0.5 && base.is_finite() {
        // Unlike the root, the power of -0 has no sign.
        return Ok(if base == 0.0 { 0.0 } else { base.sqrt() });
    }
    let power = base.powf(exponent);
    let whole = |number: f64| number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0;
    let exact = whole(base) && whole(exponent) && exponent >= 0.0 && whole(power);
    let special = !power.is_normal()
        && (base == 0.0 || !base.is_finite() || exponent == 0.0 || exponent.is_infinite() || power.is_nan());
    if exact || special || base == 1.0 || exponent == 1.0 || exponent == 0.0 {
        return Ok(power);
    }
    if power == 0.0 || power.is_infinite() {
        return Ok(power);
    }
    // A negative number has powers by whole numbers only.
    let known = if !power.is_normal() {
        None
    } else if base > 0.0 {
        fixed::power(base, exponent)
    } else {
        fixed::power(-base, exponent).map(|power| if exponent % 2.0 == 0.0 { power } else { -power })
    };
    if let Some(known) = known {
        return Ok(known);
    }
    Err(EvalError::refused(format!("power({base}, {exponent}), whose last digit Trino does not fix")))
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
