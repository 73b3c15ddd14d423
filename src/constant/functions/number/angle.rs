//! Angles and hyperbolic functions.
//!
//! Trino runs on Java, which has machine code for `sin`, `cos`, `tan`, `tanh` and `cbrt` (`fixed.rs`), and takes the
//! others from the Freely Distributable Math Library, which is the same here as there.

use super::{Body, EvalError, Function, Type, Value, fixed, invalid, mismatch};

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
            Body::Strict(|_, values| Ok(Value::Double(arc_tangent(double(&values[0])?, double(&values[1])?))))
        }
        ("great_circle_distance", [Type::Double, Type::Double, Type::Double, Type::Double]) => {
            Body::Strict(great_circle_distance)
        }
        (_, [Type::Double]) => match name {
            "sin" => certain!(fixed::sine),
            "cos" => certain!(fixed::cosine),
            "tan" => certain!(fixed::tangent),
            "tanh" => {
                certain!(|number| { if number.is_nan() { Some(number) } else { fixed::hyperbolic_tangent(number) } })
            }
            "cbrt" => certain!(|number| {
                if number.is_finite() && number != 0.0 { fixed::cube_root(number) } else { Some(number) }
            }),
            "asin" => library!(libm::asin),
            "acos" => library!(libm::acos),
            "atan" => library!(libm::atan),
            "sinh" => library!(hyperbolic_sine),
            "cosh" => library!(hyperbolic_cosine),
            _ => return None,
        },
        _ => return None,
    })
}

/// `__ieee754_atan2` of the library, which other libraries have since changed where one number is far larger.
fn arc_tangent(y: f64, x: f64) -> f64 {
    const PI_LOW: f64 = 1.224_646_799_147_353_2e-16;
    let exponent = |number: f64| i64::try_from(number.abs().to_bits() >> 32).expect("32 bits");
    let far = (exponent(y) - exponent(x)) >> 20 > 60;
    if far && x < 0.0 && x.is_finite() && y.is_finite() {
        let quarter = std::f64::consts::FRAC_PI_2 + 0.5 * PI_LOW;
        return (std::f64::consts::PI - (quarter - PI_LOW)).copysign(y);
    }
    libm::atan2(y, x)
}

/// Kilometres between two places, each given by its latitude and longitude in degrees: Vincenty's formula on a sphere
/// (<https://en.wikipedia.org/wiki/Great-circle_distance#Computational_formulae>), with the radius that Trino takes.
fn great_circle_distance(function: &Function, values: &[Value]) -> Result<Value, EvalError> {
    const RADIUS: f64 = 6371.01;
    let mut degrees = [0.0; 4];
    for (at, value) in degrees.iter_mut().zip(values) {
        *at = double(value)?;
    }
    let [first_latitude, first_longitude, second_latitude, second_longitude] = degrees;
    for (latitude, longitude) in [(first_latitude, first_longitude), (second_latitude, second_longitude)] {
        if !(-90.0..=90.0).contains(&latitude) {
            return Err(invalid("Latitude must be between -90 and 90"));
        }
        if !(-180.0..=180.0).contains(&longitude) {
            return Err(invalid("Longitude must be between -180 and 180"));
        }
    }
    let certain =
        |operate: fn(f64) -> Option<f64>, angle: f64| operate(angle).ok_or_else(|| uncertain(&function.name, angle));
    let (first, second) = (first_latitude.to_radians(), second_latitude.to_radians());
    let apart = first_longitude.to_radians() - second_longitude.to_radians();
    let (first_sine, first_cosine) = (certain(fixed::sine, first)?, certain(fixed::cosine, first)?);
    let (second_sine, second_cosine) = (certain(fixed::sine, second)?, certain(fixed::cosine, second)?);
    let (apart_sine, apart_cosine) = (certain(fixed::sine, apart)?, certain(fixed::cosine, apart)?);
    let east = second_cosine * apart_sine;
    let north = first_cosine * second_sine - first_sine * second_cosine * apart_cosine;
    let along = first_sine * second_sine + first_cosine * second_cosine * apart_cosine;
    Ok(Value::Double(arc_tangent((east * east + north * north).sqrt(), along) * RADIUS))
}

/// Up to here an exponential has a double, and half of it is taken whole.
const LONG: f64 = 709.782_712_893_384;

/// `__ieee754_cosh` of the library, whose steps other libraries have since put together.
fn hyperbolic_cosine(number: f64) -> f64 {
    let size = number.abs();
    if size < 0.5 * std::f64::consts::LN_2 {
        let less_one = libm::expm1(size);
        let grown = 1.0 + less_one;
        // So small a number that nothing is left of it.
        return if size < 2_f64.powi(-55) { grown } else { 1.0 + less_one * less_one / (grown + grown) };
    }
    if size < 22.0 {
        let grown = libm::exp(size);
        return 0.5 * grown + 0.5 / grown;
    }
    half_exponential(size)
}

/// `__ieee754_sinh` of the library.
fn hyperbolic_sine(number: f64) -> f64 {
    let (size, half) = (number.abs(), 0.5_f64.copysign(number));
    if size < 22.0 {
        if size < 2_f64.powi(-28) {
            return number;
        }
        let less_one = libm::expm1(size);
        if size < 1.0 {
            return half * (2.0 * less_one - less_one * less_one / (less_one + 1.0));
        }
        return half * (less_one + less_one / (less_one + 1.0));
    }
    half_exponential(size).copysign(number)
}

/// Half of the exponential of a large number, which may have a double where the whole has none.
fn half_exponential(size: f64) -> f64 {
    if size < LONG {
        return 0.5 * libm::exp(size);
    }
    let root = libm::exp(0.5 * size);
    0.5 * root * root
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
