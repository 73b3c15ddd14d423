//! Looks at 64 bytes of JSON at once: where quotes, backslashes and brackets stand, as the bits of a word.
//!
//! Which of them lie in strings follows from a prefix sum modulo two (Langdale and Lemire, "Parsing gigabytes of JSON per
//! second", 2019).

use fearless_simd::{Simd, SimdBase, SimdMask, u8x64};

/// Bytes of a block.
pub const BLOCK: usize = 64;

/// What stands where in a block: bit 0 is its first byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marks {
    /// Quotes.
    pub quotes: u64,
    /// Backslashes.
    pub backslashes: u64,
    /// `{` and `[`.
    pub opening: u64,
    /// `}` and `]`.
    pub closing: u64,
}

/// Marks a block. It is inlined into loops that are compiled for each set of vector instructions.
#[inline(always)]
pub fn marks<S: Simd>(simd: S, block: &[u8; BLOCK]) -> Marks {
    let bytes = u8x64::from_slice(simd, block);
    // A bracket and the brace of its direction differ in one bit.
    let braces = bytes | u8x64::splat(simd, 0x20);
    let equal = |bytes: u8x64<S>, byte| bytes.simd_eq(u8x64::splat(simd, byte)).to_bitmask();
    Marks {
        quotes: equal(bytes, b'"'),
        backslashes: equal(bytes, b'\\'),
        opening: equal(braces, b'{'),
        closing: equal(braces, b'}'),
    }
}

/// The bits of what a backslash stands before that is itself behind none, and whether the block's last byte is such a
/// backslash (Keiser and Lemire, "On-demand JSON", 2023). `begins_escaped` says that of the block before.
#[inline(always)]
pub fn escaped(backslashes: u64, begins_escaped: bool) -> (u64, bool) {
    const ODD: u64 = 0xaaaa_aaaa_aaaa_aaaa;
    let first = u64::from(begins_escaped);
    if backslashes == 0 {
        return (first, false);
    }
    let escaping = backslashes & !first;
    // Of a run of backslashes, every second one escapes: what a subtraction borrows along the run tells where it ends.
    let ends = ((escaping << 1) | ODD).wrapping_sub(escaping) ^ ODD;
    (ends ^ (backslashes | first), (ends & backslashes) >> 63 == 1)
}

/// The bits that lie in strings, opening quotes included and closing ones not, and whether the block ends in one.
#[inline(always)]
pub fn in_strings(quotes: u64, begins_in_string: bool) -> (u64, bool) {
    let mut inside = quotes;
    for shift in [1, 2, 4, 8, 16, 32] {
        inside ^= inside << shift;
    }
    if begins_in_string {
        inside = !inside;
    }
    (inside, inside >> 63 == 1)
}

#[cfg(test)]
mod tests {
    use fearless_simd::{Level, dispatch};
    use proptest::prelude::*;

    use super::*;

    fn marks_of(block: &[u8; BLOCK]) -> Marks {
        dispatch!(Level::new(), simd => marks(simd, block))
    }

    #[test]
    fn every_byte_is_marked_as_what_it_is() {
        for byte in 0..=u8::MAX {
            for at in [0, 7, 8, 31, 63] {
                let mut block = [b'x'; BLOCK];
                block[at] = byte;
                let bit = |is: bool| u64::from(is) << at;
                let expected = Marks {
                    quotes: bit(byte == b'"'),
                    backslashes: bit(byte == b'\\'),
                    opening: bit(matches!(byte, b'{' | b'[')),
                    closing: bit(matches!(byte, b'}' | b']')),
                };
                assert_eq!(marks_of(&block), expected, "{byte} at {at}");
            }
        }
    }

    #[test]
    fn strings_reach_from_quote_to_quote() {
        let mut block = [b' '; BLOCK];
        for at in [1, 4, 60] {
            block[at] = b'"';
        }
        let quotes = marks_of(&block).quotes;
        assert_eq!(in_strings(quotes, false), (0b1110 | 0xf << 60, true));
        assert_eq!(in_strings(quotes, true), (!(0b1110 | 0xf << 60), false));
    }

    proptest! {
        #[test]
        fn what_is_escaped_is_what_a_walk_finds(runs in prop::collection::vec((0..9_u32, 0..9_u32), 1..9), before: bool) {
            let bits = runs.iter().fold(0_u64, |bits, (ones, zeros)| (bits << ones | ((1 << ones) - 1)) << zeros);
            let (mut walked, mut escape) = (0, before);
            for at in 0..64 {
                walked |= u64::from(escape) << at;
                escape = !escape && bits >> at & 1 == 1;
            }
            prop_assert_eq!(escaped(bits, before), (walked, escape));
        }
    }
}
