//! Text files line by line, as Hadoop cuts them: a line ends in `\n`, `\r\n` or a lone `\r`.

use std::borrow::Cow;
use std::io::{BufRead, BufReader, Read};

use memchr::memchr2;

use super::ReadError;
use super::input::{CHUNK, unreadable};
use crate::catalog::Table;
use crate::engine::{EngineError, ErrorClass};

/// The longest line; Athena's own limit.
const MAXIMUM_LINE: usize = 200 * 1024 * 1024;

/// The lines of a file, one at a time.
pub struct Lines {
    input: BufReader<Box<dyn Read>>,
    line: Vec<u8>,
    number: u64,
    /// Whether the last line ended in `\r`, so that a `\n` that comes next belongs to it.
    after_return: bool,
}

impl Lines {
    /// The lines of a text, without a byte order mark and without its first lines.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn new(input: Box<dyn Read>, skipped: usize) -> Result<Self, ReadError> {
        let input = BufReader::with_capacity(CHUNK, input);
        let mut lines = Self { input, line: Vec::new(), number: 0, after_return: false };
        for _ in 0..skipped {
            lines.advance()?;
        }
        Ok(lines)
    }

    /// The next line and its number; what is not UTF-8 in it is replaced. None at the end.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or a line is too long.
    pub fn next(&mut self) -> Result<Option<(u64, Cow<'_, str>)>, ReadError> {
        if !self.advance()? {
            return Ok(None);
        }
        let bytes = self.line.as_slice();
        let bytes = if self.number == 1 { bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes) } else { bytes };
        Ok(Some((self.number, String::from_utf8_lossy(bytes))))
    }

    /// Reads the next line; false at the end.
    fn advance(&mut self) -> Result<bool, ReadError> {
        self.line.clear();
        let mut begun = false;
        loop {
            let chunk = self.input.fill_buf().map_err(unreadable)?;
            let Some(first) = chunk.first() else {
                self.number += u64::from(begun);
                return Ok(begun);
            };
            if std::mem::take(&mut self.after_return) && *first == b'\n' {
                self.input.consume(1);
                continue;
            }
            begun = true;
            match memchr2(b'\n', b'\r', chunk) {
                Some(end) => {
                    self.line.extend_from_slice(&chunk[..end]);
                    self.after_return = chunk[end] == b'\r';
                    self.input.consume(end + 1);
                    self.number += 1;
                    return Ok(true);
                }
                None => {
                    let length = chunk.len();
                    self.line.extend_from_slice(chunk);
                    self.input.consume(length);
                }
            }
            if self.line.len() > MAXIMUM_LINE {
                let message = format!("line {}: it is longer than {MAXIMUM_LINE} bytes", self.number + 1);
                return Err(ReadError::Broken(message));
            }
        }
    }
}

/// How many lines at a file's head are no records (`skip.header.line.count`).
///
/// # Errors
///
/// The count is no number, or the table's files have footers, which the engine does not read.
pub fn header_lines(table: &Table) -> Result<usize, EngineError> {
    let property = |name: &str| table.properties.iter().find(|(key, _)| key == name).map(|(_, value)| value.trim());
    if property("skip.footer.line.count").is_some_and(|count| count != "0") {
        let message = "the embedded engine does not read tables with skip.footer.line.count";
        return Err(EngineError::new(ErrorClass::Unsupported, message));
    }
    let Some(count) = property("skip.header.line.count") else { return Ok(0) };
    count.parse().map_err(|_| {
        let message = format!("{}: skip.header.line.count is '{count}', which is no count", table.name);
        EngineError::new(ErrorClass::Statement, message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &'static str, skipped: usize) -> Vec<String> {
        let mut lines = Lines::new(Box::new(text.as_bytes()), skipped).expect("readable");
        let mut all = Vec::new();
        while let Some((_, line)) = lines.next().expect("readable") {
            all.push(line.into_owned());
        }
        all
    }

    #[test]
    fn every_line_end_ends_one_line() {
        assert_eq!(lines("a\r\nb\rc\n\nd", 0), ["a", "b", "c", "", "d"]);
        assert_eq!(lines("\u{feff}a\n", 0), ["a"]);
        assert_eq!(lines("head\na", 1), ["a"]);
        assert_eq!(lines("", 1), Vec::<String>::new());
    }
}
