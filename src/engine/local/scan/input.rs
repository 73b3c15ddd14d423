//! Opens a table's file: plain or gzip, told by its name or its first bytes.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use super::ReadError;

/// Bytes read from a file, and from a decompressor, at once.
pub const CHUNK: usize = 128 * 1024;

/// Compressions that Athena reads and this engine does not.
const OTHER_COMPRESSIONS: [&str; 6] = [".bz2", ".zst", ".snappy", ".lz4", ".lzo", ".deflate"];

/// Opens a text file for reading, decompressed.
///
/// # Errors
///
/// The file cannot be opened, or is compressed in a way that the engine does not read.
pub fn open(path: &Path) -> Result<Box<dyn Read>, ReadError> {
    let name = path.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    if let Some(suffix) = OTHER_COMPRESSIONS.iter().find(|suffix| name.ends_with(**suffix)) {
        return Err(ReadError::Broken(format!("the embedded engine does not read {suffix} files")));
    }
    let mut input = BufReader::with_capacity(CHUNK, File::open(path).map_err(unreadable)?);
    let magic = input.fill_buf().map_err(unreadable)?.starts_with(&[0x1f, 0x8b]);
    if magic || name.ends_with(".gz") {
        return Ok(Box::new(MultiGzDecoder::new(input)));
    }
    Ok(Box::new(input))
}

/// An error of reading as the reason that a file is broken.
pub fn unreadable(error: io::Error) -> ReadError {
    ReadError::Broken(match error.kind() {
        io::ErrorKind::UnexpectedEof => "it ends too early: the file is truncated".to_owned(),
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => format!("its compression is broken: {error}"),
        _ => error.to_string(),
    })
}
