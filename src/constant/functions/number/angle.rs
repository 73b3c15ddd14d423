//! Angles and hyperbolic functions.
//!
//! Trino runs on Java, which has machine code for `sin`, `cos`, `tan`, `tanh` and `cbrt` (`fixed.rs`), and takes the
//! others from the Freely Distributable Math Library, which is the same here as there.

use super::{Body, EvalError, Type, Value, fixed, mismatch};

/// Finds a function of this file.
pub(super) fn lookup(name: &str, arguments: &[Type]) -> Option<Body> {
    macro_rules! certain {
        ($operate:expr) => {
            Body::Strict(|function, values| {
                let number = double(&values[0])?;
                let operate: fn(f64) -> Option<f64> = $operate;
                operate(number).map(Value::Double).ok_or_else(|| uncertain(&function.name, number))
            })
        };
    }
    macro_rules! library {
        ($operate:expr) => {
            Body::Strict(|_, values| Ok(Value::Double($operate(double(&values[0])?))))
        };
    }
    Some(match (name, arguments) {
        ("atan2", [Type::Double, Type::Double]) => {
            Body::Strict(|_, values| Ok(Value::Double(libm::atan2(double(&values[0])?, double(&values[1])?))))
        }
        (_, [Type::Double]) => match name {
            "sin" => certain!(fixed::sine),
            "cos" => certain!(fixed::cosine),
            "tan" => certain!(fixed::tangent),
            "tanh" => certain!(|number| {
                if number.is_nan() { Some(number) } else { fixed::hyperbolic_tangent(number) }
            }),
            "cbrt" => certain!(|number| {
                if number.is_finite() && number != 0.0 { fixed::cube_root(number) } else { Some(number) }
            }),
            "asin" => library!(libm::asin),
            "acos" => library!(libm::acos),
            "atan" => library!(libm::atan),
            "sinh" => library!(libm::sinh),
            "cosh" => library!(libm::cosh),
            _ => return None,
        },
        _ => return None,
    })
}

fn double(value: &Value) -> Result<f64, EvalError> {
    match value {
        Value::Double(value) => Ok(*value),
        other => Err(mismatch(other)),
    }
}

/// The refusal of a number whose last digit is not certain.
fn uncertain(name: &str, number: f64) -> EvalError {
    EvalError::refused(format!("{name}({number}), whose last digit Trino does not fix"))
}
