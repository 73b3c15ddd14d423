//! Casts from varchar: numbers, booleans, binary, addresses; dates and times by their own reader.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use super::number::integer;
use super::{temporal, unsupported};
use crate::constant::expr::EvalError;
use crate::constant::value::Value;
use crate::constant::{decimal, float};
use crate::types::Type;

/// Reads a text as a value of a type.
pub(super) fn cast(text: &Arc<str>, to: &Type) -> Result<Value, EvalError> {
    let read = match to {
        Type::Boolean => boolean(text).map(Value::Boolean),
        Type::TinyInt | Type::SmallInt | Type::Integer | Type::BigInt => {
            whole(text).and_then(|value| integer(value, to))
        }
        Type::Real => float::parse_float(text).map(Value::Real),
        Type::Double => float::parse_double(text).map(Value::Double),
        Type::Decimal(precision, scale) => decimal::parse(text, *precision, *scale).map(Value::Decimal),
        Type::Varbinary => return Ok(Value::Varbinary(text.as_bytes().into())),
        Type::Uuid => uuid(text).map(|bytes| Value::Varbinary(bytes.into())),
        Type::IpAddress => address(text).map(|bytes| Value::Varbinary(bytes.into())),
        Type::Date
        | Type::Time(_)
        | Type::TimeWithTimeZone(_)
        | Type::Timestamp(_)
        | Type::TimestampWithTimeZone(_) => {
            return temporal::read(text, to);
        }
        _ => return Err(unsupported(&Type::VARCHAR, to)),
    };
    read.ok_or_else(|| EvalError::new("INVALID_CAST_ARGUMENT", format!("Cannot cast '{text}' to {to}")))
}

fn boolean(text: &str) -> Option<bool> {
    if ["true", "t", "1"].iter().any(|yes| text.eq_ignore_ascii_case(yes)) {
        return Some(true);
    }
    ["false", "f", "0"].iter().any(|no| text.eq_ignore_ascii_case(no)).then_some(false)
}

/// Java's `Long.parseLong` of the trimmed text: digits of any script.
fn whole(text: &str) -> Option<i64> {
    let text = text.trim_matches(|c: char| c <= ' ');
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if digits.is_empty() {
        return None;
    }
    let mut value = 0_i64;
    for c in digits.chars() {
        // Counting downwards reaches the smallest number, whose opposite does not fit.
        value = value.checked_mul(10)?.checked_sub(i64::from(decimal::java_digit(c)?))?;
    }
    if negative { Some(value) } else { value.checked_neg() }
}

/// Java's `UUID.fromString`: five hexadecimal groups, of which the low bits count.
fn uuid(text: &str) -> Option<[u8; 16]> {
    if text.len() != 36 {
        return None;
    }
    let mut groups = [0_u64; 5];
    let mut parts = text.split('-');
    for group in &mut groups {
        let part = parts.next()?;
        let valid = !part.is_empty() && part.bytes().all(|b| b.is_ascii_hexdigit());
        *group = valid.then(|| u64::from_str_radix(part, 16).ok())?.filter(|group| i64::try_from(*group).is_ok())?;
    }
    if parts.next().is_some() {
        return None;
    }
    let high = (groups[0] & 0xFFFF_FFFF) << 32 | (groups[1] & 0xFFFF) << 16 | groups[2] & 0xFFFF;
    let low = (groups[3] & 0xFFFF) << 48 | groups[4] & 0xFFFF_FFFF_FFFF;
    Some((u128::from(high) << 64 | u128::from(low)).to_be_bytes())
}

/// An IPv4 or IPv6 address as its 16 bytes; a scope behind an IPv6 address is dropped.
pub(crate) fn address(text: &str) -> Option<[u8; 16]> {
    if let Ok(address) = text.parse::<Ipv4Addr>() {
        return Some(address.to_ipv6_mapped().octets());
    }
    let bare = text.split_once('%').map_or(text, |(bare, _)| bare);
    bare.parse::<Ipv6Addr>().ok().map(|address| address.octets())
}
