//! Where a JSON value ends, told by its brackets and quotes alone: whoever decodes the value checks the rest.

use fearless_simd::{Level, Simd, dispatch};

use super::blocks::{BLOCK, escaped, in_strings, marks};

/// Brackets nested deeper than this are refused.
const MAXIMUM_DEPTH: usize = 1_000;

/// Where in a value a scan stands.
#[derive(Default)]
pub struct ValueScan {
    depth: usize,
    quoted: bool,
    escaped: bool,
    begun: bool,
}

impl ValueScan {
    /// How many of these bytes still belong to the value, if it ends in them.
    ///
    /// # Errors
    ///
    /// It is nested too deep.
    pub fn end(&mut self, bytes: &[u8]) -> Result<Option<usize>, String> {
        dispatch!(Level::new(), simd => self.end_by_blocks(simd, bytes))
    }

    #[inline(always)]
    fn end_by_blocks<S: Simd>(&mut self, simd: S, bytes: &[u8]) -> Result<Option<usize>, String> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let end = if self.depth == 0 {
                // Blocks are for what is inside of an object or a list, which the next byte may begin.
                let length = if self.quoted { BLOCK.min(rest.len()) } else { 1 };
                (length, self.end_by_bytes(&rest[..length])?)
            } else if let Some(block) = rest.first_chunk::<BLOCK>() {
                (BLOCK, self.end_in_block(simd, block, BLOCK)?)
            } else {
                let mut block = [b' '; BLOCK];
                block[..rest.len()].copy_from_slice(rest);
                (rest.len(), self.end_in_block(simd, &block, rest.len())?)
            };
            let (length, end) = end;
            if let Some(end) = end {
                return Ok(Some(bytes.len() - rest.len() + end));
            }
            rest = &rest[length..];
        }
        Ok(None)
    }

    /// As [`ValueScan::end`] for a block inside an object or a list, of which so many bytes count.
    #[inline(always)]
    fn end_in_block<S: Simd>(&mut self, simd: S, block: &[u8; BLOCK], length: usize) -> Result<Option<usize>, String> {
        let marks = marks(simd, block);
        let (behind_backslashes, escaped) = escaped(marks.backslashes, self.escaped);
        let (inside, quoted) = in_strings(marks.quotes & !behind_backslashes, self.quoted);
        let ends_in_backslash = length < BLOCK && marks.backslashes >> (length - 1) & 1 == 1;
        if marks.backslashes & !inside != 0 || ends_in_backslash {
            // Outside of strings a backslash escapes nothing; and what it escapes is unknown at the end of a part.
            return self.end_by_bytes(&block[..length]);
        }
        let (opening, closing) = (marks.opening & !inside, marks.closing & !inside);
        let (opened, closed) = (opening.count_ones() as usize, closing.count_ones() as usize);
        if closed < self.depth && self.depth + opened <= MAXIMUM_DEPTH {
            // In whatever order they stand, the value goes on.
            self.depth = self.depth + opened - closed;
        } else {
            let mut brackets = opening | closing;
            while brackets != 0 {
                let at = brackets.trailing_zeros();
                brackets &= brackets - 1;
                if opening >> at & 1 == 1 {
                    self.deeper()?;
                } else if self.depth > 1 {
                    self.depth -= 1;
                } else {
                    return Ok(Some(at as usize + 1));
                }
            }
        }
        (self.quoted, self.escaped) = (quoted, escaped);
        Ok(None)
    }

    fn deeper(&mut self) -> Result<(), String> {
        self.depth += 1;
        if self.depth > MAXIMUM_DEPTH {
            return Err(format!("its JSON is nested deeper than {MAXIMUM_DEPTH} levels"));
        }
        Ok(())
    }

    /// As [`ValueScan::end`], byte by byte.
    fn end_by_bytes(&mut self, bytes: &[u8]) -> Result<Option<usize>, String> {
        for (at, byte) in bytes.iter().enumerate() {
            if self.quoted {
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => {
                        self.quoted = false;
                        if self.depth == 0 {
                            return Ok(Some(at + 1));
                        }
                    }
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => self.quoted = true,
                b'{' | b'[' => self.deeper()?,
                b'}' | b']' if self.depth > 1 => self.depth -= 1,
                b'}' | b']' if self.depth == 1 => return Ok(Some(at + 1)),
                b',' | b'}' | b']' if self.depth == 0 => return Ok(Some(at)),
                byte if byte.is_ascii_whitespace() && self.depth == 0 && self.begun => return Ok(Some(at)),
                _ => {}
            }
            self.begun = true;
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The end of a value, looked for in parts of some size; with blocks, or byte by byte.
    fn end(text: &[u8], part: usize, by_bytes: bool) -> Option<Option<usize>> {
        let mut scan = ValueScan::default();
        let mut before = 0;
        for part in text.chunks(part) {
            let found = if by_bytes { scan.end_by_bytes(part) } else { scan.end(part) };
            match found {
                Err(_) => return None,
                Ok(Some(end)) => return Some(Some(before + end)),
                Ok(None) => before += part.len(),
            }
        }
        Some(None)
    }

    proptest! {
        #[test]
        fn blocks_end_a_value_where_its_bytes_do(text in r#"[\[{"]([\[\]{}":,\\a ]|aaaaaaaaaaaaaaaa|"(a|\\\\|\\"|[{}\[\]]){0,40}"){0,400}"#, part in 1_usize..300) {
            let text = text.as_bytes();
            prop_assert_eq!(end(text, part, false), end(text, text.len(), true));
        }
    }
}
