//! Seconds and nanoseconds since 1970: `from_unixtime`, `from_unixtime_nanos`, `to_unixtime`.

use super::{Body, invalid, is_varchar, mismatch, text};
use crate::constant::calendar::PICOS_PER_MILLI;
use crate::constant::cast::zoned;
use crate::constant::decimal::divide_rounded;
use crate::constant::float::java_round;
use crate::constant::{EvalError, Value, Zone};
use crate::types::Type;

/// Finds a function of this file.
pub(super) fn lookup(name: &str, arguments: &[Type]) -> Option<Body> {
    match (name, arguments) {
        ("from_unixtime", [Type::Double]) => Some(Body::Strict(|_, values| from_seconds(&values[0], Zone::UTC))),
        ("from_unixtime", [Type::Double, zone]) if is_varchar(zone) => Some(Body::Strict(|_, values| {
            let name = text(&values[1])?;
            let unsupported = || EvalError::new("NOT_SUPPORTED", format!("Time zone not supported: {name}"));
            if name.is_empty() {
                return Err(invalid("Zone id is empty"));
            }
            from_seconds(&values[0], Zone::parse(name).map_err(|_| unsupported())?)
        })),
        ("from_unixtime", [Type::Double, Type::BigInt, Type::BigInt]) => Some(Body::Strict(|_, values| {
            let (Value::Integer(hours), Value::Integer(minutes)) = (&values[1], &values[2]) else {
                return Err(mismatch(&values[1]));
            };
            let total = hours.checked_mul(60).and_then(|hours| hours.checked_add(*minutes));
            let total = total.and_then(|total| i16::try_from(total).ok()).filter(|total| total.abs() <= 14 * 60);
            from_seconds(&values[0], Zone::Offset(total.ok_or_else(|| invalid("Invalid offset"))?))
        })),
        ("from_unixtime_nanos", [Type::BigInt | Type::Decimal(..)]) => Some(Body::Strict(|function, values| {
            let nanos = match (&values[0], &function.arguments[0]) {
                (Value::Integer(nanos), _) => i128::from(*nanos),
                (Value::Decimal(unscaled), Type::Decimal(_, scale)) => {
                    divide_rounded(*unscaled, 10_i128.pow(u32::from(*scale)))
                }
                (other, _) => return Err(mismatch(other)),
            };
            let picos = nanos.checked_mul(1_000).ok_or_else(|| invalid("the timestamp is out of range"))?;
            zoned(picos, Zone::UTC).map_err(|error| invalid(error.message))
        })),
        ("to_unixtime", [Type::TimestampWithTimeZone(_)]) => Some(Body::Strict(|_, values| {
            let Value::TimestampWithTimeZone(picos, _) = &values[0] else { return Err(mismatch(&values[0])) };
            let (millis, rest) = (picos.div_euclid(PICOS_PER_MILLI), picos.rem_euclid(PICOS_PER_MILLI));
            Ok(Value::Double(millis as f64 / 1e3 + rest as f64 / 1e12))
        })),
        _ => None,
    }
}

/// Seconds as a double become whole milliseconds, rounded half up; NaN is zero, as Java rounds it.
fn from_seconds(seconds: &Value, zone: Zone) -> Result<Value, EvalError> {
    let Value::Double(seconds) = seconds else { return Err(mismatch(seconds)) };
    let millis = java_round(seconds * 1_000.0);
    zoned(i128::from(millis) * PICOS_PER_MILLI, zone).map_err(|_| invalid(format!("Millis overflow: {millis}")))
}
