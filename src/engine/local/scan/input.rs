//! Opens a table's file: plain, or compressed as its name says.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use super::ReadError;
use super::decompress::{self, Codec};

/// Bytes read from a file, and from a decompressor, at once.
pub const CHUNK: usize = 128 * 1024;

/// Opens a text file for reading, decompressed.
///
/// # Errors
///
/// The file cannot be opened, or is compressed in a way that the engine does not read.
pub fn open(path: &Path) -> Result<Box<dyn Read>, ReadError> {
    let mut input = BufReader::with_capacity(CHUNK, File::open(path).map_err(unreadable)?);
    let head = input.fill_buf().map_err(unreadable)?;
    // A file without a byte has no rows, however it is called.
    match codec(path).filter(|_| !head.is_empty()) {
        Some(codec) => codec.open(input),
        None => {
            decompress::plain(head)?;
            Ok(Box::new(input))
        }
    }
}

/// The compression that a file's name says.
pub fn codec(path: &Path) -> Option<Codec> {
    Codec::of_name(&path.file_name()?.to_string_lossy())
}

/// An error of reading as the reason that a file is broken.
pub fn unreadable(error: io::Error) -> ReadError {
    ReadError::Broken(match error.kind() {
        io::ErrorKind::UnexpectedEof => "it ends too early: the file is truncated".to_owned(),
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => format!("its compression is broken: {error}"),
        _ => error.to_string(),
    })
}
