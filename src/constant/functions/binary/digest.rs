//! Digests and checksums.

use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};
use twox_hash::XxHash64;

use super::super::Function;
use super::super::argument::{bytes, varbinary};
use crate::constant::{EvalError, Value};

fn digest<D: Digest>(arguments: &[Value]) -> Value {
    varbinary(D::digest(bytes(&arguments[0])).to_vec())
}

fn keyed<M: Mac + KeyInit>(arguments: &[Value]) -> Result<Value, EvalError> {
    if bytes(&arguments[1]).is_empty() {
        return Err(EvalError::new("GENERIC_INTERNAL_ERROR", "Empty key"));
    }
    let mut mac = <M as KeyInit>::new_from_slice(bytes(&arguments[1])).expect("HMAC takes keys of any length");
    mac.update(bytes(&arguments[0]));
    Ok(varbinary(mac.finalize().into_bytes().to_vec()))
}

pub(super) fn md5(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    Ok(digest::<Md5>(arguments))
}

pub(super) fn sha1(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    Ok(digest::<Sha1>(arguments))
}

pub(super) fn sha256(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    Ok(digest::<Sha256>(arguments))
}

pub(super) fn sha512(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    Ok(digest::<Sha512>(arguments))
}

pub(super) fn hmac_md5(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    keyed::<Hmac<Md5>>(arguments)
}

pub(super) fn hmac_sha1(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    keyed::<Hmac<Sha1>>(arguments)
}

pub(super) fn hmac_sha256(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    keyed::<Hmac<Sha256>>(arguments)
}

pub(super) fn hmac_sha512(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    keyed::<Hmac<Sha512>>(arguments)
}

/// CRC-32 of ISO-HDLC, as a number of 32 bits without sign.
pub(super) fn crc32(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    Ok(Value::Integer(i64::from(crc32fast::hash(bytes(&arguments[0])))))
}

/// XXH64 with seed zero, in network order.
pub(super) fn xxhash64(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    Ok(varbinary(xx_hash(bytes(&arguments[0])).to_be_bytes()))
}

/// XXH64 with seed zero, as Trino hashes values.
pub fn xx_hash(bytes: &[u8]) -> u64 {
    XxHash64::oneshot(0, bytes)
}
