//! Reads CloudTrail's files: one object whose `Records` is a list of events.
//!
//! A file is cut into events by counting brackets, a chunk at a time, so that memory is bounded by
//! the largest event and each event can be decoded from borrowed text.

use std::io::Read;
use std::ops::Range;

use super::ReadError;
use super::extent::ValueScan;
use super::input::{CHUNK, unreadable};
use super::json::RecordDecoder;
use super::needle::{Clear, Needles};
use super::rows::Rows;
use super::whole::Text;

/// The largest event; Athena's own limit on a row.
const MAXIMUM_RECORD: usize = 32 * 1024 * 1024;

/// Reads a file's events, and gives back the buffer that held them.
///
/// # Errors
///
/// The file is no CloudTrail file, is truncated, or holds an event of the wrong shape.
pub fn read(text: Text, decoder: &RecordDecoder, rows: &mut Rows<'_>) -> Result<Vec<u8>, ReadError> {
    let mut text = match text {
        Text::Whole(buffer) => Window { input: None, buffer, start: 0, offset: 0, clear: Clear::default() },
        Text::Stream(input) => {
            Window { input: Some(input), buffer: Vec::new(), start: 0, offset: 0, clear: Clear::default() }
        }
    };
    read_object(&mut text, decoder, rows)?;
    Ok(text.buffer)
}

fn read_object(text: &mut Window, decoder: &RecordDecoder, rows: &mut Rows<'_>) -> Result<(), ReadError> {
    text.skip_byte_order_mark()?;
    text.expect(b'{', "it is no CloudTrail file: it does not begin with {")?;
    let mut found = false;
    let mut first = true;
    loop {
        match text.next_token()? {
            b'}' if first => break,
            b'"' => {}
            _ => return Err(broken("it is no CloudTrail file: a key was expected")),
        }
        first = false;
        let key = text.value()?;
        let is_records = &text.buffer[key] == b"\"Records\"";
        text.expect(b':', "it is no CloudTrail file: a colon was expected")?;
        if is_records {
            if std::mem::replace(&mut found, true) {
                return Err(broken("it is no CloudTrail file: it has two lists of Records"));
            }
            read_records(text, decoder, rows)?;
        } else {
            text.next_token()?;
            text.value()?;
        }
        match text.next_token()? {
            b',' => text.start += 1,
            b'}' => break,
            _ => return Err(broken("it is no CloudTrail file: a comma or } was expected")),
        }
    }
    text.start += 1;
    if !found {
        return Err(broken(
            "it is no CloudTrail file: it has no Records; files of a record a line are for the preset cloudtrail_lines",
        ));
    }
    if !text.only_white_space_follows()? {
        return Err(broken("it is no CloudTrail file: text follows its end"));
    }
    Ok(())
}

fn read_records(text: &mut Window, decoder: &RecordDecoder, rows: &mut Rows<'_>) -> Result<(), ReadError> {
    text.next_token()?;
    text.expect(b'[', "it is no CloudTrail file: its Records are no list")?;
    if text.next_token()? == b']' {
        text.start += 1;
        return Ok(());
    }
    let mut number = 0u64;
    loop {
        number += 1;
        let wrong = |message: &str| broken(&format!("record {number}: {message}"));
        if text.next_token()? != b'{' {
            return Err(wrong("it is no object"));
        }
        let record = text.value()?;
        if rows.needles.is_some_and(|needles| text.lacks(needles, &record)) {
            rows.pass_over();
        } else {
            let record = std::str::from_utf8(&text.buffer[record]).map_err(|_| wrong("it is not UTF-8"))?;
            decoder.append(record, &mut rows.builders).map_err(|mismatch| wrong(&mismatch.message))?;
            rows.end_row(record.len())?;
        }
        match text.next_token()? {
            b',' => text.start += 1,
            b']' => break,
            _ => return Err(wrong("a comma or ] was expected behind it")),
        }
    }
    text.start += 1;
    Ok(())
}

/// The part of a file that is in memory: from the value being read to the end of the last chunk.
struct Window {
    /// What follows the buffer; none if nothing does.
    input: Option<Box<dyn Read>>,
    buffer: Vec<u8>,
    start: usize,
    /// How many bytes of the file are behind the buffer.
    offset: u64,
    clear: Clear,
}

impl Window {
    /// Reads another chunk; false at the end of the file.
    fn fill(&mut self) -> Result<bool, ReadError> {
        let Some(input) = &mut self.input else { return Ok(false) };
        self.buffer.drain(..self.start);
        self.offset += std::mem::take(&mut self.start) as u64;
        let held = self.buffer.len();
        self.buffer.resize(held + CHUNK, 0);
        let read = loop {
            match input.read(&mut self.buffer[held..]) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                result => break result,
            }
        };
        let read = read.map_err(unreadable)?;
        self.buffer.truncate(held + read);
        if read == 0 {
            self.input = None;
        }
        Ok(read > 0)
    }

    fn skip_byte_order_mark(&mut self) -> Result<(), ReadError> {
        while self.buffer.len() < 3 && self.fill()? {}
        if self.buffer.starts_with(b"\xef\xbb\xbf") {
            self.start = 3;
        }
        Ok(())
    }

    /// Skips white space; the next byte stays unread.
    fn next_token(&mut self) -> Result<u8, ReadError> {
        loop {
            if let Some(at) = self.buffer[self.start..].iter().position(|byte| !byte.is_ascii_whitespace()) {
                self.start += at;
                return Ok(self.buffer[self.start]);
            }
            self.start = self.buffer.len();
            if !self.fill()? {
                return Err(truncated());
            }
        }
    }

    fn expect(&mut self, byte: u8, otherwise: &str) -> Result<(), ReadError> {
        if self.next_token()? != byte {
            return Err(broken(otherwise));
        }
        self.start += 1;
        Ok(())
    }

    fn only_white_space_follows(&mut self) -> Result<bool, ReadError> {
        loop {
            if !self.buffer[self.start..].iter().all(u8::is_ascii_whitespace) {
                return Ok(false);
            }
            self.start = self.buffer.len();
            if !self.fill()? {
                return Ok(true);
            }
        }
    }

    /// Whether a record holds none of these texts.
    fn lacks(&mut self, needles: &Needles, record: &Range<usize>) -> bool {
        let offset = self.offset + record.start as u64;
        self.clear.lacks(needles, offset, &self.buffer[record.start..], record.len())
    }

    /// Where the text of the value lies that begins at the next byte, which is then behind it. Only brackets and quotes
    /// are looked at; who decodes the value checks the rest.
    fn value(&mut self) -> Result<Range<usize>, ReadError> {
        let mut scan = ValueScan::default();
        let mut length = 0;
        loop {
            let fresh = &self.buffer[self.start + length..];
            match scan.end(fresh).map_err(|error| broken(&error))? {
                Some(end) => {
                    length += end;
                    break;
                }
                None => length += fresh.len(),
            }
            if length > MAXIMUM_RECORD {
                return Err(broken(&format!("it has a value of more than {MAXIMUM_RECORD} bytes")));
            }
            if !self.fill()? {
                return Err(truncated());
            }
        }
        let start = self.start;
        self.start += length;
        Ok(start..start + length)
    }
}

fn truncated() -> ReadError {
    broken("it ends too early: the file is truncated")
}

fn broken(message: &str) -> ReadError {
    ReadError::Broken(message.to_owned())
}
