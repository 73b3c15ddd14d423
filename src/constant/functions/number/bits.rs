//! Functions over the bits of whole numbers.

use super::{invalid, mismatch};
use crate::constant::functions::Body;
use crate::constant::{EvalError, Value};
use crate::types::Type;

/// Finds a function of this file.
pub(super) fn lookup(name: &str, arguments: &[Type]) -> Option<Body> {
    macro_rules! binary {
        ($operate:expr) => {
            Body::Strict(|_, values| {
                let operate: fn(i64, i64) -> i64 = $operate;
                Ok(Value::Integer(operate(whole(&values[0])?, whole(&values[1])?)))
            })
        };
    }
    Some(match (name, arguments) {
        ("bitwise_and", [Type::BigInt, Type::BigInt]) => binary!(|left, right| left & right),
        ("bitwise_or", [Type::BigInt, Type::BigInt]) => binary!(|left, right| left | right),
        ("bitwise_xor", [Type::BigInt, Type::BigInt]) => binary!(|left, right| left ^ right),
        ("bitwise_not", [Type::BigInt]) => Body::Strict(|_, values| Ok(Value::Integer(!whole(&values[0])?))),
        ("bit_count", [Type::BigInt, Type::BigInt]) => {
            Body::Strict(|_, values| count(whole(&values[0])?, whole(&values[1])?))
        }
        ("bitwise_left_shift", [ty, Type::Integer]) if ty.is_integer() => {
            Body::Strict(|function, values| shift(&function.arguments[0], values, Shift::Left))
        }
        ("bitwise_right_shift", [ty, Type::Integer]) if ty.is_integer() => {
            Body::Strict(|function, values| shift(&function.arguments[0], values, Shift::Right))
        }
        ("bitwise_right_shift_arithmetic", [ty, Type::Integer]) if ty.is_integer() => {
            Body::Strict(|function, values| shift(&function.arguments[0], values, Shift::Arithmetic))
        }
        _ => return None,
    })
}

fn whole(value: &Value) -> Result<i64, EvalError> {
    match value {
        Value::Integer(value) => Ok(*value),
        other => Err(mismatch(other)),
    }
}

/// The ones among the lowest bits of a number that must fit them.
fn count(value: i64, bits: i64) -> Result<Value, EvalError> {
    let bits = u32::try_from(bits).ok().filter(|bits| (2..=64).contains(bits));
    let bits = bits.ok_or_else(|| invalid("Bits specified in bit_count must be between 2 and 64"))?;
    let unused = 64 - bits;
    if value << unused >> unused != value {
        return Err(invalid(format!("Number must be representable with the bits specified: {value}, {bits}")));
    }
    Ok(Value::Integer(i64::from((value << unused).count_ones())))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shift {
    Left,
    Right,
    Arithmetic,
}

/// Shifts in the width of the type; by the width or more nothing but the sign is left. A negative
/// distance counts as too far, but for 64 bits, where Java takes its lowest bits.
fn shift(ty: &Type, values: &[Value], kind: Shift) -> Result<Value, EvalError> {
    let (value, distance) = (whole(&values[0])?, whole(&values[1])?);
    let width: u32 = match ty {
        Type::TinyInt => 8,
        Type::SmallInt => 16,
        Type::Integer => 32,
        _ => 64,
    };
    let distance = match u32::try_from(distance) {
        Ok(distance) if distance < width => Some(distance),
        Err(_) if width == 64 => u32::try_from(distance & 63).ok(),
        _ => None,
    };
    let unused = 64 - width;
    // The sign of the narrow result is carried into the 64 bits that hold it.
    let narrow = |value: i64| value << unused >> unused;
    let mask = u64::MAX >> unused;
    Ok(Value::Integer(match (kind, distance) {
        (Shift::Arithmetic, None) => value >> 63,
        (_, None) => 0,
        (Shift::Left, Some(distance)) => narrow(value << distance),
        (Shift::Right, Some(distance)) => narrow(((value.cast_unsigned() & mask) >> distance).cast_signed()),
        (Shift::Arithmetic, Some(distance)) => value >> distance,
    }))
}
