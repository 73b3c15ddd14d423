//! Text files line by line, as Hadoop cuts them: a line ends in `\n`, `\r\n` or a lone `\r`.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Cursor, Read};

use memchr::memchr2;

use super::ReadError;
use super::input::{CHUNK, unreadable};
use super::needle::{Clear, Needles};
use super::whole::Text;
use crate::catalog::Table;
use crate::engine::{EngineError, ErrorClass};

/// The longest line; Athena's own limit.
const MAXIMUM_LINE: usize = 200 * 1024 * 1024;

/// The lines of a file, one at a time.
pub struct Lines {
    input: Input,
    /// The current line, unless it is ahead.
    line: Vec<u8>,
    /// The bytes of the current line where they are first in what the input holds, and how many end it; it is copied
    /// only if it is not in one piece there.
    ahead: Option<(usize, usize)>,
    /// How many bytes of the text are behind the input.
    offset: u64,
    number: u64,
    /// Whether the last line ended in `\r`, so that a `\n` that comes next belongs to it.
    after_return: bool,
    /// How many lines at the end are no records, and the lines that may be those.
    footer: usize,
    held: VecDeque<Vec<u8>>,
    clear: Clear,
}

/// Where lines come from.
enum Input {
    Whole(Cursor<Vec<u8>>),
    Stream(BufReader<Box<dyn Read>>),
}

impl Input {
    /// What is held in memory; empty at the end only.
    fn held(&mut self) -> Result<&[u8], ReadError> {
        match self {
            Self::Whole(input) => input.fill_buf(),
            Self::Stream(input) => input.fill_buf(),
        }
        .map_err(unreadable)
    }

    fn consume(&mut self, length: usize) {
        match self {
            Self::Whole(input) => input.consume(length),
            Self::Stream(input) => input.consume(length),
        }
    }
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
    pub fn new(text: Text, skipped: Skipped) -> Result<Self, ReadError> {
        let mut lines = Self {
            input: match text {
                Text::Whole(text) => Input::Whole(Cursor::new(text)),
                Text::Stream(text) => Input::Stream(BufReader::with_capacity(CHUNK, text)),
            },
            line: Vec::new(),
            ahead: None,
            offset: 0,
            number: 0,
            after_return: false,
            footer: skipped.footer,
            held: VecDeque::new(),
            clear: Clear::default(),
        };
        for _ in 0..skipped.header {
            lines.read()?;
        }
        Ok(lines)
    }

    /// The next line and its number; what is not UTF-8 in it is replaced. None at the end.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or a line is too long.
    pub fn next(&mut self) -> Result<Option<(u64, Cow<'_, str>)>, ReadError> {
        if self.advance()? { self.current().map(Some) } else { Ok(None) }
    }

    /// Goes on to the next line; false at the end.
    ///
    /// # Errors
    ///
    /// As [`Lines::next`].
    pub fn advance(&mut self) -> Result<bool, ReadError> {
        if self.footer == 0 {
            return self.read();
        }
        while self.held.len() <= self.footer {
            if !self.read()? {
                return Ok(false);
            }
            if let Some((length, _)) = self.ahead {
                self.line.extend_from_slice(&self.input.held()?[..length]);
            }
            self.held.push_back(std::mem::take(&mut self.line));
        }
        self.skip_ahead();
        self.line = self.held.pop_front().unwrap_or_default();
        Ok(true)
    }

    /// The line that was gone on to, as [`Lines::next`].
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn current(&mut self) -> Result<(u64, Cow<'_, str>), ReadError> {
        Ok((self.number(), String::from_utf8_lossy(self.bytes()?)))
    }

    /// The line that was gone on to, as it stands in the file.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn bytes(&mut self) -> Result<&[u8], ReadError> {
        let is_first = self.number() == 1;
        let bytes = match self.ahead {
            Some((length, _)) => &self.input.held()?[..length],
            None => self.line.as_slice(),
        };
        Ok(if is_first { bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes) } else { bytes })
    }

    /// The number of the line that was gone on to.
    fn number(&self) -> u64 {
        self.number - self.held.len() as u64
    }

    /// Whether the line that was gone on to holds none of these texts.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn lacks(&mut self, needles: &Needles) -> Result<bool, ReadError> {
        Ok(match self.ahead {
            Some((length, _)) => self.clear.lacks(needles, self.offset, self.input.held()?, length),
            None => needles.first(&self.line).is_none(),
        })
    }

    /// The buffer of a text that was whole.
    pub fn into_buffer(self) -> Option<Vec<u8>> {
        match self.input {
            Input::Whole(input) => Some(input.into_inner()),
            Input::Stream(_) => None,
        }
    }

    /// Leaves the line that is ahead behind.
    fn skip_ahead(&mut self) {
        if let Some((length, end)) = self.ahead.take() {
            self.consume(length + end);
        }
    }

    fn consume(&mut self, length: usize) {
        self.input.consume(length);
        self.offset += length as u64;
    }

    /// Reads the next line; false at the end.
    fn read(&mut self) -> Result<bool, ReadError> {
        self.skip_ahead();
        self.line.clear();
        let mut begun = false;
        loop {
            let chunk = self.input.held()?;
            let Some(first) = chunk.first() else {
                self.number += u64::from(begun);
                return Ok(begun);
            };
            if std::mem::take(&mut self.after_return) && *first == b'\n' {
                self.consume(1);
                continue;
            }
            match memchr2(b'\n', b'\r', chunk) {
                Some(end) => {
                    self.after_return = chunk[end] == b'\r';
                    if begun {
                        self.line.extend_from_slice(&chunk[..end]);
                        self.consume(end + 1);
                    } else {
                        self.ahead = Some((end, 1));
                    }
                    self.number += 1;
                    return Ok(true);
                }
                None => {
                    let length = chunk.len();
                    self.line.extend_from_slice(chunk);
                    self.consume(length);
                }
            }
            begun = true;
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

    /// The lines of a text that is held whole, which are those of one that comes byte by byte.
    fn lines(text: &'static str, header: usize, footer: usize) -> Vec<String> {
        let read = |text: Text| {
            let mut lines = Lines::new(text, Skipped { header, footer }).expect("readable");
            let mut all = Vec::new();
            while let Some((_, line)) = lines.next().expect("readable") {
                all.push(line.into_owned());
            }
            all
        };
        let whole = read(Text::Whole(text.as_bytes().to_vec()));
        let bytes = text.as_bytes().iter().map(|byte| [*byte]).collect::<Vec<_>>();
        let pieces: Box<dyn Read> = Box::new(std::io::empty());
        let pieces = bytes.into_iter().fold(pieces, |before, byte| Box::new(before.chain(Cursor::new(byte))));
        assert_eq!(read(Text::Stream(pieces)), whole);
        whole
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
