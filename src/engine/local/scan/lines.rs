//! Text files line by line, as Hadoop cuts them: a line ends in `\n`, `\r\n` or a lone `\r`.

use std::borrow::Cow;
use std::collections::VecDeque;
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
    /// How many lines at the end are no records, and the lines that may be those.
    footer: usize,
    held: VecDeque<Vec<u8>>,
}

/// Lines of a file that are no records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Skipped {
    /// At its head (`skip.header.line.count`).
    pub header: usize,
    /// At its end (`skip.footer.line.count`).
    pub footer: usize,
}

impl Lines {
    /// The lines of a text, without a byte order mark and without those that are no records.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn new(input: Box<dyn Read>, skipped: Skipped) -> Result<Self, ReadError> {
        let input = BufReader::with_capacity(CHUNK, input);
        let (footer, held) = (skipped.footer, VecDeque::new());
        let mut lines = Self { input, line: Vec::new(), number: 0, after_return: false, footer, held };
        for _ in 0..skipped.header {
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
        if self.footer > 0 {
            while self.held.len() <= self.footer {
                if !self.advance()? {
                    return Ok(None);
                }
                self.held.push_back(std::mem::take(&mut self.line));
            }
            self.line = self.held.pop_front().unwrap_or_default();
        } else if !self.advance()? {
            return Ok(None);
        }
        let number = self.number - self.held.len() as u64;
        let bytes = self.line.as_slice();
        let bytes = if number == 1 { bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes) } else { bytes };
        Ok(Some((number, String::from_utf8_lossy(bytes))))
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

/// The lines of a table's files that are no records.
///
/// # Errors
///
/// A count is no number.
pub fn skipped_lines(table: &Table) -> Result<Skipped, EngineError> {
    let count = |name: &str| {
        let found = table.properties.iter().find(|(key, _)| key == name).map(|(_, value)| value.trim());
        let Some(count) = found else { return Ok(0) };
        count.parse().map_err(|_| {
            let message = format!("{}: {name} is '{count}', which is no count", table.name);
            EngineError::new(ErrorClass::Statement, message)
        })
    };
    Ok(Skipped { header: count("skip.header.line.count")?, footer: count("skip.footer.line.count")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &'static str, header: usize, footer: usize) -> Vec<String> {
        let mut lines = Lines::new(Box::new(text.as_bytes()), Skipped { header, footer }).expect("readable");
        let mut all = Vec::new();
        while let Some((_, line)) = lines.next().expect("readable") {
            all.push(line.into_owned());
        }
        all
    }

    #[test]
    fn every_line_end_ends_one_line() {
        assert_eq!(lines("a\r\nb\rc\n\nd", 0, 0), ["a", "b", "c", "", "d"]);
        assert_eq!(lines("\u{feff}a\n", 0, 0), ["a"]);
        assert_eq!(lines("head\na", 1, 0), ["a"]);
        assert_eq!(lines("", 1, 0), Vec::<String>::new());
        assert_eq!(lines("head\n\u{feff}a\nb\nc\n", 1, 2), ["\u{feff}a"]);
        assert_eq!(lines("a\nb", 0, 3), Vec::<String>::new());
    }
}
