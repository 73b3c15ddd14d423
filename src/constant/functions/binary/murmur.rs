//! MurmurHash3 for 64-bit machines, with its 128 bits (Austin Appleby's `MurmurHash3_x64_128`), seed zero.

use super::super::Function;
use super::super::argument::{bytes, varbinary};
use crate::constant::{EvalError, Value};

const FIRST: u64 = 0x87c3_7b91_1142_53d5;
const SECOND: u64 = 0x4cf5_ad43_2745_937f;

pub(super) fn murmur3(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let data = bytes(&arguments[0]);
    let (mut low, mut high) = (0_u64, 0_u64);
    let mix_low = |block: u64| block.wrapping_mul(FIRST).rotate_left(31).wrapping_mul(SECOND);
    let mix_high = |block: u64| block.wrapping_mul(SECOND).rotate_left(33).wrapping_mul(FIRST);
    let blocks = data.chunks_exact(16);
    let rest = blocks.remainder();
    for block in blocks {
        let (first, second) = halves(block);
        low = (low ^ mix_low(first)).rotate_left(27).wrapping_add(high).wrapping_mul(5).wrapping_add(0x52dc_e729);
        high = (high ^ mix_high(second)).rotate_left(31).wrapping_add(low).wrapping_mul(5).wrapping_add(0x3849_5ab5);
    }
    let (first, second) = halves(rest);
    high ^= mix_high(second);
    low ^= mix_low(first);
    let length = data.len() as u64;
    (low, high) = (low ^ length, high ^ length);
    low = low.wrapping_add(high);
    high = high.wrapping_add(low);
    (low, high) = (spread(low), spread(high));
    low = low.wrapping_add(high);
    high = high.wrapping_add(low);
    let mut hash = low.to_le_bytes().to_vec();
    hash.extend(high.to_le_bytes());
    Ok(varbinary(hash))
}

/// Up to sixteen bytes as two numbers, filled up with zeros.
fn halves(bytes: &[u8]) -> (u64, u64) {
    let mut block = [0; 16];
    block[..bytes.len()].copy_from_slice(bytes);
    let both = u128::from_le_bytes(block);
    #[expect(clippy::cast_possible_truncation, reason = "the lower half is wanted")]
    let low = both as u64;
    (low, u64::try_from(both >> 64).expect("the upper half has 64 bits"))
}

fn spread(mut bits: u64) -> u64 {
    bits ^= bits >> 33;
    bits = bits.wrapping_mul(0xff51_afd7_ed55_8ccd);
    bits ^= bits >> 33;
    bits = bits.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    bits ^ bits >> 33
}
