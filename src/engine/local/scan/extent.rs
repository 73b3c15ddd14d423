//! Where a JSON value ends, told by its brackets and quotes alone: whoever decodes the value checks the rest.

use super::blocks::{BLOCK, in_strings, marks};

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
        let mut at = 0;
        while at < bytes.len() {
            // Inside an object, blocks without escapes are looked at as a whole.
            if self.depth > 0
                && !self.escaped
                && let Some(block) = bytes[at..].first_chunk::<BLOCK>()
                && let Some(end) = self.end_in_block(block)?
            {
                match end {
                    Some(end) => return Ok(Some(at + end)),
                    None => {
                        at += BLOCK;
                        continue;
                    }
                }
            }
            let part = &bytes[at..bytes.len().min(at + BLOCK)];
            if let Some(end) = self.end_by_bytes(part)? {
                return Ok(Some(at + end));
            }
            at += part.len();
        }
        Ok(None)
    }

    /// As [`ValueScan::end`] for a block inside an object or array, which no escape begins; none if it holds a
    /// backslash.
    fn end_in_block(&mut self, block: &[u8; BLOCK]) -> Result<Option<Option<usize>>, String> {
        let marks = marks(block);
        if marks.backslashes != 0 {
            return Ok(None);
        }
        let (inside, quoted) = in_strings(marks.quotes, self.quoted);
        let mut brackets = (marks.opening | marks.closing) & !inside;
        while brackets != 0 {
            let at = brackets.trailing_zeros();
            brackets &= brackets - 1;
            if marks.opening >> at & 1 == 1 {
                self.deeper()?;
            } else if self.depth > 1 {
                self.depth -= 1;
            } else {
                return Ok(Some(Some(at as usize + 1)));
            }
        }
        self.quoted = quoted;
        Ok(Some(None))
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
        fn blocks_end_a_value_where_its_bytes_do(text in r#"[\[{"]([\[\]{}":,\\a ]|aaaaaaaaaaaaaaaa){0,400}"#, part in 1_usize..300) {
            let text = text.as_bytes();
            prop_assert_eq!(end(text, part, false), end(text, text.len(), true));
        }
    }
}
