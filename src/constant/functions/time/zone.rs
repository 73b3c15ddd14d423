//! `AT TIME ZONE`, `at_timezone`, `with_timezone` and what a timestamp's zone is.

use super::{Body, invalid, is_varchar, mismatch, text};
use crate::constant::cast::{instant, zoned};
use crate::constant::compare::time_in_utc;
use crate::constant::temporal_text::seconds;
use crate::constant::{EvalError, Value, Zone};
use crate::types::Type;

/// Finds a function of this file.
pub(super) fn lookup(name: &str, arguments: &[Type]) -> Option<Body> {
    match (name, arguments) {
        ("at_timezone" | "at time zone", [Type::TimestampWithTimeZone(_), zone]) if is_varchar(zone) => {
            Some(Body::Strict(|_, values| shown_in(&values[0], named(&values[1])?)))
        }
        // A timestamp without a zone is of the session's, UTC.
        ("at time zone", [Type::Timestamp(_), zone]) if is_varchar(zone) => {
            Some(Body::Strict(|_, values| shown_in(&values[0], named(&values[1])?)))
        }
        ("at time zone", [Type::TimestampWithTimeZone(_) | Type::TimeWithTimeZone(_), Type::IntervalDayToSecond]) => {
            Some(Body::Strict(|_, values| shown_in(&values[0], offset(&values[1])?)))
        }
        ("at time zone", [Type::TimeWithTimeZone(_), zone]) if is_varchar(zone) => {
            Some(Body::Strict(|_, values| shown_in(&values[0], named(&values[1])?)))
        }
        ("with_timezone", [Type::Timestamp(_), zone]) if is_varchar(zone) => Some(Body::Strict(|_, values| {
            let Value::Timestamp(local) = values[0] else { return Err(mismatch(&values[0])) };
            let zone = named(&values[1])?;
            zoned(instant(local, &zone), zone).map_err(|error| invalid(error.message))
        })),
        // The session's.
        ("current_timezone", []) => Some(Body::Strict(|_, _| Ok(Value::varchar("UTC")))),
        ("timezone", [Type::TimestampWithTimeZone(_) | Type::TimeWithTimeZone(_)]) => {
            Some(Body::Strict(|_, values| match &values[0] {
                Value::TimestampWithTimeZone(_, zone) => Ok(Value::varchar(zone.to_string())),
                Value::TimeWithTimeZone(_, minutes) => {
                    Ok(Value::varchar(crate::constant::zone::offset_text(*minutes, ":")))
                }
                other => Err(mismatch(other)),
            }))
        }
        ("timezone_hour", [Type::TimestampWithTimeZone(_) | Type::TimeWithTimeZone(_)]) => {
            Some(Body::Strict(|_, values| Ok(Value::Integer(offset_minutes(&values[0])? / 60))))
        }
        ("timezone_minute", [Type::TimestampWithTimeZone(_) | Type::TimeWithTimeZone(_)]) => {
            Some(Body::Strict(|_, values| Ok(Value::Integer(offset_minutes(&values[0])? % 60))))
        }
        _ => None,
    }
}

fn named(zone: &Value) -> Result<Zone, EvalError> {
    let name = text(zone)?;
    if name.is_empty() {
        return Err(EvalError::new("GENERIC_INTERNAL_ERROR", "Zone id is empty"));
    }
    Zone::parse(name).map_err(|_| invalid(format!("'{name}' is not a valid time zone")))
}

/// A zone by its offset from UTC as an interval: whole minutes, at most 14 hours.
fn offset(interval: &Value) -> Result<Zone, EvalError> {
    let Value::IntervalDayToSecond(millis) = interval else { return Err(mismatch(interval)) };
    if millis % 60_000 != 0 {
        return Err(invalid("Invalid time zone offset interval: interval contains seconds"));
    }
    let minutes = i16::try_from(millis / 60_000).ok().filter(|minutes| minutes.abs() <= 14 * 60);
    minutes.map(Zone::Offset).ok_or_else(|| invalid("Invalid offset minutes"))
}

fn shown_in(value: &Value, zone: Zone) -> Result<Value, EvalError> {
    match (value, zone) {
        (Value::TimestampWithTimeZone(picos, _), zone) => Ok(Value::TimestampWithTimeZone(*picos, zone)),
        (Value::Timestamp(picos), zone) => zoned(*picos, zone).map_err(|error| invalid(error.message)),
        (Value::TimeWithTimeZone(picos, from), Zone::Offset(to)) => {
            Ok(Value::TimeWithTimeZone(time_in_utc(time_in_utc(*picos, *from), -to), to))
        }
        (Value::TimeWithTimeZone(..), Zone::Region(name)) => {
            Err(EvalError::refused(format!("a time of day in {name} depends on the current date")))
        }
        (other, _) => Err(mismatch(other)),
    }
}

fn offset_minutes(value: &Value) -> Result<i64, EvalError> {
    match value {
        Value::TimestampWithTimeZone(picos, zone) => Ok(zone.offset_at(seconds(*picos)) / 60),
        Value::TimeWithTimeZone(_, minutes) => Ok(i64::from(*minutes)),
        other => Err(mismatch(other)),
    }
}
