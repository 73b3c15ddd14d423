//! Functions over IP addresses with Trino's results, and their text.
//!
//! An `ipaddress` is 16 bytes in network order; an IPv4 address is held mapped into IPv6
//! (`::ffff:a.b.c.d`) and shown as four numbers.

use std::net::{IpAddr, Ipv6Addr};

use super::argument::{bytes, invalid, text};
use super::{Body, Function};
use crate::constant::{EvalError, Value};
use crate::types::Type;

/// Finds a function of this family; `None` if it is not one of them.
pub(super) fn lookup(name: &str, arguments: &[Type], _result: &Type) -> Option<Body> {
    match (name, arguments) {
        ("contains", [network, Type::IpAddress]) if network.is_text() => Some(Body::Strict(contains)),
        _ => None,
    }
}

/// The bytes of an address from its text.
pub(crate) fn parse_address(text: &str) -> Option<[u8; 16]> {
    Some(match text.parse().ok()? {
        IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
        IpAddr::V6(address) => address.octets(),
    })
}

/// The text of an address.
pub(crate) fn address_text(bytes: &[u8]) -> String {
    address(bytes).to_string()
}

fn address(bytes: &[u8]) -> IpAddr {
    let octets: [u8; 16] = bytes.try_into().expect("an address has 16 bytes");
    Ipv6Addr::from(octets).to_canonical()
}

/// Whether an address lies in a network such as `10.0.0.0/8`; one of the other family never does.
fn contains(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let error = || invalid("Invalid CIDR notation");
    let (network, length) = text(&arguments[0]).split_once('/').ok_or_else(error)?;
    if network.contains(':') && network.contains('.') {
        return Err(error());
    }
    let network: IpAddr = network.parse().map_err(|_| error())?;
    let length: i32 = length.parse().map_err(|_| error())?;
    let bits = |address: IpAddr| match address {
        IpAddr::V4(address) => (u128::from(address.to_bits()), 32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    };
    let ((network, width), (address, other_width)) = (bits(network), bits(address(bytes(&arguments[1]))));
    let free = u32::try_from(length).ok().and_then(|length| u32::checked_sub(width, length)).ok_or_else(error)?;
    let same = network.checked_shr(free).unwrap_or(0) == address.checked_shr(free).unwrap_or(0);
    Ok(Value::Boolean(width == other_width && same))
}
