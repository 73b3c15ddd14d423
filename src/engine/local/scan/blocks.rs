//! Looks at 64 bytes of JSON at once: where quotes, backslashes and brackets stand, as the bits of a word.
//!
//! Which of them lie in strings follows from a prefix sum modulo two (Langdale and Lemire, "Parsing gigabytes of JSON per
//! second", 2019).

use wide::u8x16;

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

/// Marks a block.
pub fn marks(block: &[u8; BLOCK]) -> Marks {
    let mut marks = Marks { quotes: 0, backslashes: 0, opening: 0, closing: 0 };
    for (at, part) in block.as_chunks::<16>().0.iter().enumerate() {
        let part = u8x16::new(*part);
        // A bracket and the brace of its direction differ in one bit.
        let braces = part | u8x16::splat(0x20);
        let equal = |part: u8x16, byte| u64::from(part.simd_eq(u8x16::splat(byte)).to_bitmask()) << (16 * at);
        marks.quotes |= equal(part, b'"');
        marks.backslashes |= equal(part, b'\\');
        marks.opening |= equal(braces, b'{');
        marks.closing |= equal(braces, b'}');
    }
    marks
}

/// The bits that lie in strings, opening quotes included and closing ones not, and whether the block ends in one.
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
    use super::*;

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
                assert_eq!(marks(&block), expected, "{byte} at {at}");
            }
        }
    }

    #[test]
    fn strings_reach_from_quote_to_quote() {
        let mut block = [b' '; BLOCK];
        for at in [1, 4, 60] {
            block[at] = b'"';
        }
        let (inside, open) = in_strings(marks(&block).quotes, false);
        assert_eq!((inside, open), (0b1110 | 0xf << 60, true));
        assert_eq!(in_strings(marks(&block).quotes, true), (!inside, false));
    }
}
