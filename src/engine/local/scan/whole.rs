//! Inflates a gzip file as a whole, which takes less than half the time of inflating it chunk by chunk.
//!
//! Only a file that is surely one member, and small enough to be held, is read this way. A file of several members, one
//! that is large, broken or no gzip at all is left to the reader of streams, which also knows what to say of it.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use libdeflater::{Decompressor, crc32};
use memchr::memmem;

use super::decompress::Codec;
use super::{ReadError, input};

/// The largest text that is held whole, in bytes. Two of these buffers, this one and a smaller one for the file as it is
/// stored, belong to each thread of a scan; CloudTrail's files hold a tenth of it.
const LARGEST: usize = 64 * 1024 * 1024;

/// How every member of a gzip file begins: its magic number, and the only method there is (RFC 1952, section 2.3.1).
const MEMBER: [u8; 3] = [0x1f, 0x8b, 0x08];

/// The text of a file.
pub enum Text {
    /// All of it, inflated.
    Whole(Vec<u8>),
    /// What yields it.
    Stream(Box<dyn Read>),
}

/// What inflating needs, kept from file to file.
pub struct Whole {
    decompressor: Decompressor,
    stored: Vec<u8>,
    text: Vec<u8>,
}

impl Whole {
    /// Empty buffers.
    pub fn new() -> Self {
        Self { decompressor: Decompressor::new(), stored: Vec::new(), text: Vec::new() }
    }

    /// The text of a file; if it is whole, its buffer may be given back when it has been read.
    ///
    /// # Errors
    ///
    /// The file cannot be opened, or is compressed in a way that the engine does not read.
    pub fn open(&mut self, path: &Path) -> Result<Text, ReadError> {
        match self.inflated(path) {
            Some(text) => Ok(Text::Whole(text)),
            None => input::open(path).map(Text::Stream),
        }
    }

    /// The text of a gzip file of one member.
    fn inflated(&mut self, path: &Path) -> Option<Vec<u8>> {
        if input::codec(path) != Some(Codec::Gzip) {
            return None;
        }
        let file = File::open(path).ok()?;
        let size = usize::try_from(file.metadata().ok()?.len()).ok().filter(|size| *size <= LARGEST)?;
        self.stored.clear();
        self.stored.reserve(size);
        // A file that grows while it is read is not read beyond its limit.
        file.take(LARGEST as u64).read_to_end(&mut self.stored).ok()?;
        let rest = self.stored.strip_prefix(&MEMBER)?;
        if memmem::find(rest, &MEMBER).is_some() {
            return None;
        }
        let [check, length] = footer(&self.stored)?;
        let length = usize::try_from(length).ok().filter(|length| *length <= LARGEST)?;
        self.text.resize(length, 0);
        let inflated = self.decompressor.gzip_decompress(&self.stored, &mut self.text).ok()?;
        // The footer that was checked while inflating is the one at the end of the file: nothing follows it but, at the
        // very most, what ends with the same footer again.
        (inflated == length && crc32(&self.text) == check).then(|| std::mem::take(&mut self.text))
    }

    /// Takes a buffer back, to be used again.
    pub fn give_back(&mut self, text: Vec<u8>) {
        self.text = text;
    }
}

/// What a file ends with: the checksum and the length of its last member's text.
fn footer(stored: &[u8]) -> Option<[u32; 2]> {
    let (_, footer) = stored.split_last_chunk::<8>()?;
    let [a, b, c, d, e, f, g, h] = *footer;
    Some([u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h])])
}
