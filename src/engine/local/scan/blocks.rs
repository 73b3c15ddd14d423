//! Looks at 64 bytes of JSON at once: where quotes, backslashes and brackets stand, as the bits of a word.
//!
//! The bits follow from arithmetic on words of eight bytes (Lamport, "Multiple byte processing with full-word
//! instructions", 1975), and which of them lie in strings from a prefix sum modulo two (Langdale and Lemire, "Parsing
//! gigabytes of JSON per second", 2019).

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
    for (at, word) in block.as_chunks::<8>().0.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        // A bracket and the brace of its direction differ in one bit.
        let braces = word | repeat(0x20);
        let shift = 8 * at;
        marks.quotes |= equal(word, b'"') << shift;
        marks.backslashes |= equal(word, b'\\') << shift;
        marks.opening |= equal(braces, b'{') << shift;
        marks.closing |= equal(braces, b'}') << shift;
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

const fn repeat(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// One bit for each byte of a word that is `byte`.
fn equal(word: u64, byte: u8) -> u64 {
    let different = word ^ repeat(byte);
    // The high bit of each byte that is not zero: none carries into the next.
    let nonzero = ((different & repeat(0x7f)) + repeat(0x7f)) | different;
    let equal = !nonzero & repeat(0x80);
    // The high bits gathered: each is moved to its own place in the highest byte.
    (equal >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
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
