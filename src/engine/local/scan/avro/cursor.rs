//! Avro's binary encoding, value by value (<https://avro.apache.org/docs/1.11.1/specification/#binary-encoding>).

/// How many items of no length at all are believed to be in a block.
const EMPTY_ITEMS: u64 = 65_536;

/// Bytes, of which some were read.
pub struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    /// All bytes of a block.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// How many bytes are left.
    pub fn left(&self) -> usize {
        self.rest.len()
    }

    /// Refuses a number of items that cannot follow: each takes a byte, unless it is nothing at all.
    ///
    /// # Errors
    ///
    /// There are more.
    pub fn claim(&self, items: u64) -> Result<(), String> {
        if items > self.rest.len() as u64 + EMPTY_ITEMS {
            return Err(format!("it claims {items} values where {} bytes are left", self.rest.len()));
        }
        Ok(())
    }

    /// So many bytes.
    ///
    /// # Errors
    ///
    /// There are fewer.
    pub fn take(&mut self, length: usize) -> Result<&'a [u8], String> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or("a value ends behind its block")?;
        self.rest = rest;
        Ok(taken)
    }

    /// Bytes of a fixed number.
    ///
    /// # Errors
    ///
    /// There are fewer.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let (taken, rest) = self.rest.split_first_chunk::<N>().ok_or("a value ends behind its block")?;
        self.rest = rest;
        Ok(*taken)
    }

    /// An `int` or `long`.
    ///
    /// # Errors
    ///
    /// It has no end, or more than 64 bits.
    pub fn long(&mut self) -> Result<i64, String> {
        let mut value = 0u64;
        for shift in (0..70).step_by(7) {
            let [byte] = self.array::<1>()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                break;
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok((value >> 1) as i64 ^ -((value & 1) as i64));
            }
        }
        Err("a number has more than 64 bits".to_owned())
    }

    /// A length, a count or the number of a branch.
    ///
    /// # Errors
    ///
    /// It is below zero or beyond what can be counted.
    pub fn length(&mut self) -> Result<usize, String> {
        usize::try_from(self.long()?).map_err(|_| "a length is no length".to_owned())
    }

    /// A length and so many bytes.
    ///
    /// # Errors
    ///
    /// There are fewer.
    pub fn bytes(&mut self) -> Result<&'a [u8], String> {
        let length = self.length()?;
        self.take(length)
    }

    /// How many items the next block of an array or map has; none at its end.
    ///
    /// # Errors
    ///
    /// The number cannot be true.
    pub fn items(&mut self) -> Result<Option<u64>, String> {
        let count = self.long()?;
        if count < 0 {
            // What follows is how many bytes the block has, for those who skip it.
            self.length()?;
        }
        let count = count.unsigned_abs();
        self.claim(count)?;
        Ok((count > 0).then_some(count))
    }
}

#[cfg(test)]
mod tests {
    use super::Cursor;

    #[test]
    fn numbers_are_zigzag() {
        for (bytes, number) in [(&[0x00][..], 0), (&[0x01], -1), (&[0x80, 0x01], 64), (&[0x7f], -64)] {
            assert_eq!(Cursor::new(bytes).long(), Ok(number));
        }
        let lowest = [[0xff; 9].as_slice(), &[0x01]].concat();
        assert_eq!(Cursor::new(&lowest).long(), Ok(i64::MIN));
        for bytes in [&[0x80][..], &[0xff; 11]] {
            assert!(Cursor::new(bytes).long().is_err());
        }
        // A count of 2^60, and a length of 2^62, of which nothing is there.
        assert!(Cursor::new(&[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20]).items().is_err());
        assert!(Cursor::new(&[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]).bytes().is_err());
    }
}
