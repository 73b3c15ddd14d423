//! Avro's object container files: a head with the schema, and blocks of records, each compressed for itself
//! (<https://avro.apache.org/docs/1.11.1/specification/#object-container-files>).

use std::io::{BufRead, Read};

use super::cursor::Cursor;

/// The most bytes that the head, or a block before or after it is decompressed, may have: writers end blocks after
/// 16 KiB to a few MiB.
const MAXIMUM: u64 = 64 * 1024 * 1024;

/// The head's metadata are few and short.
const MAXIMUM_HEAD: u64 = 16 * 1024 * 1024;

/// A file whose head was read.
pub struct Container<R> {
    input: R,
    schema: String,
    codec: String,
    mark: [u8; 16],
}

/// A block's records.
pub struct Block {
    /// How many there are, it says.
    pub count: u64,
    /// Their bytes.
    pub data: Vec<u8>,
}

impl<R: BufRead> Container<R> {
    /// Reads a file's head.
    ///
    /// # Errors
    ///
    /// It has none.
    pub fn open(mut input: R) -> Result<Self, String> {
        if exactly(&mut input, 4)? != b"Obj\x01" {
            return Err("it does not begin as one".to_owned());
        }
        let (mut schema, mut codec, mut length) = (None, "null".to_owned(), 0u64);
        loop {
            let mut count = long(&mut input)?;
            if count == 0 {
                break;
            }
            if count < 0 {
                long(&mut input)?;
                count = count.checked_neg().ok_or("its head is broken")?;
            }
            for _ in 0..count {
                let key = text(&mut input)?;
                let value = text(&mut input)?;
                length += (key.len() + value.len()) as u64 + 1;
                if length > MAXIMUM_HEAD {
                    return Err("its head is too long".to_owned());
                }
                match key.as_slice() {
                    b"avro.schema" => schema = Some(String::from_utf8_lossy(&value).into_owned()),
                    b"avro.codec" => codec = String::from_utf8_lossy(&value).into_owned(),
                    _ => {}
                }
            }
        }
        let schema = schema.ok_or("its head has no schema")?;
        let mark = exactly(&mut input, 16)?.try_into().map_err(|_| "its head is broken")?;
        Ok(Self { input, schema, codec, mark })
    }

    /// The schema that its records were written with.
    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// The next block; none at the end of the file.
    ///
    /// # Errors
    ///
    /// The file ends within the block, or the block is broken.
    pub fn next_block(&mut self) -> Result<Option<Block>, String> {
        if self.input.fill_buf().map_err(|error| error.to_string())?.is_empty() {
            return Ok(None);
        }
        let count = u64::try_from(long(&mut self.input)?).map_err(|_| "a block has less than no records")?;
        let length = u64::try_from(long(&mut self.input)?).map_err(|_| "a block has less than no bytes")?;
        let data = exactly(&mut self.input, length)?;
        if exactly(&mut self.input, 16)? != self.mark {
            return Err("a block does not end with the file's mark".to_owned());
        }
        Ok(Some(Block { count, data: decompressed(&self.codec, data)? }))
    }
}

fn decompressed(codec: &str, data: Vec<u8>) -> Result<Vec<u8>, String> {
    match codec {
        "null" => Ok(data),
        "deflate" => all(flate2::read::DeflateDecoder::new(data.as_slice())),
        "bzip2" => all(bzip2::read::MultiBzDecoder::new(data.as_slice())),
        "zstandard" => all(zstd::stream::read::Decoder::new(data.as_slice()).map_err(|error| error.to_string())?),
        "snappy" => {
            let (packed, sum) = data.split_last_chunk::<4>().ok_or("a block is too short")?;
            let length = snap::raw::decompress_len(packed).map_err(|error| error.to_string())?;
            // Snappy makes at most 64 bytes of three.
            if length as u64 > MAXIMUM || length > packed.len().saturating_mul(64) {
                return Err("a block claims to hold more than it can".to_owned());
            }
            let plain = snap::raw::Decoder::new().decompress_vec(packed).map_err(|error| error.to_string())?;
            if crc32fast::hash(&plain) != u32::from_be_bytes(*sum) {
                return Err("a block's checksum is wrong".to_owned());
            }
            Ok(plain)
        }
        other => Err(format!("the embedded engine does not read its compression {other}")),
    }
}

/// All that a decompressor gives, unless it is too much.
fn all(decoder: impl Read) -> Result<Vec<u8>, String> {
    let mut plain = Vec::new();
    decoder.take(MAXIMUM + 1).read_to_end(&mut plain).map_err(|error| error.to_string())?;
    if plain.len() as u64 > MAXIMUM {
        return Err(format!("a block holds more than {MAXIMUM} bytes"));
    }
    Ok(plain)
}

/// So many bytes; what is set aside for them follows what is there.
fn exactly(input: &mut impl BufRead, length: u64) -> Result<Vec<u8>, String> {
    if length > MAXIMUM {
        return Err(format!("a part of it has more than {MAXIMUM} bytes"));
    }
    let mut bytes = Vec::new();
    let read = input.by_ref().take(length).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if (read as u64) < length {
        return Err("it ends too early".to_owned());
    }
    Ok(bytes)
}

fn long(input: &mut impl BufRead) -> Result<i64, String> {
    let mut bytes = Vec::with_capacity(10);
    loop {
        let byte = exactly(input, 1)?[0];
        bytes.push(byte);
        if byte & 0x80 == 0 || bytes.len() == 10 {
            return Cursor::new(&bytes).long();
        }
    }
}

fn text(input: &mut impl BufRead) -> Result<Vec<u8>, String> {
    let length = u64::try_from(long(input)?).map_err(|_| "its head is broken")?;
    exactly(input, length)
}
