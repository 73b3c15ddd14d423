//! Functions over IP addresses with Trino's results.
//!
//! An `ipaddress` is 16 bytes in network order; an IPv4 address is held mapped into IPv6
//! (`::ffff:a.b.c.d`).

use super::argument::{bytes, invalid, text};
use super::{Body, Function};
use crate::constant::cast::address;
use crate::constant::{EvalError, Value};
use crate::types::Type;

/// Finds a function of this family; `None` if it is not one of them.
pub(super) fn lookup(name: &str, arguments: &[Type], _result: &Type) -> Option<Body> {
    match (name, arguments) {
        ("contains", [network, Type::IpAddress]) if network.is_text() => Some(Body::Strict(contains)),
        _ => None,
    }
}

/// Whether an address lies in a network such as `10.0.0.0/8`. The network of an IPv4 address must have no
/// bits beyond its length; an IPv4 address lies in IPv6 networks too, mapped as it is.
fn contains(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let (network, length) = text(&arguments[0]).split_once('/').ok_or_else(|| invalid("Invalid CIDR"))?;
    let bits = address(network).map(u128::from_be_bytes).ok_or_else(|| invalid("Invalid network IP address"))?;
    let length =
        length.parse::<i32>().map_err(|_| EvalError::new("GENERIC_INTERNAL_ERROR", "the length is no number"))?;
    let length = u32::try_from(length).map_err(|_| invalid("Invalid prefix length"))?;
    let mapped = !network.contains(':');
    let free = if mapped { 32 } else { 128_u32 }.checked_sub(length);
    let free = free.ok_or_else(|| invalid("Prefix length exceeds address length"))?;
    let above = |bits: u128| bits.checked_shr(free).unwrap_or(0);
    if mapped && above(bits).checked_shl(free) != Some(bits) {
        return Err(invalid("Invalid CIDR"));
    }
    let wanted = u128::from_be_bytes(bytes(&arguments[1]).try_into().expect("an address has 16 bytes"));
    Ok(Value::Boolean(above(bits) == above(wanted)))
}
