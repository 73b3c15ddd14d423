//! The compressions of text files, told by the end of a file's name as Athena tells them
//! (<https://docs.aws.amazon.com/athena/latest/ug/compression-formats.html>).
//!
//! The name decides alone: a file whose bytes are compressed and whose name does not say so would be read as text
//! there, so that it is an error here. Every decoder takes files of several members one after the other, and says so
//! where a file ends too early; none of them sets memory aside because a file claims to need it.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};

use bzip2::bufread::MultiBzDecoder;
use flate2::bufread::{MultiGzDecoder, ZlibDecoder};
use zstd::stream::read::Decoder as ZstdDecoder;

use super::ReadError;
use super::hadoop_blocks::{BlockCodec, HadoopBlocks};
use super::input::unreadable;

/// The window of a zstd file, as a power of two, that is not refused: what `zstd` itself takes unasked.
const ZSTD_WINDOW: u32 = 27;

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    /// RFC 1952.
    Gzip,
    /// bzip2.
    Bzip2,
    /// RFC 8878.
    Zstd,
    /// Snappy in Hadoop's blocks.
    Snappy,
    /// LZ4 in Hadoop's blocks.
    Lz4,
    /// RFC 1950: what Hadoop calls deflate has a head and a checksum of zlib.
    Deflate,
    /// LZO, which is not read.
    Lzo,
}

/// The ends of names. Their case counts, as it does for Hadoop.
const SUFFIXES: &[(&str, Codec)] = &[
    ("gz", Codec::Gzip),
    ("bz2", Codec::Bzip2),
    ("zst", Codec::Zstd),
    ("snappy", Codec::Snappy),
    ("lz4", Codec::Lz4),
    ("deflate", Codec::Deflate),
    ("lzo", Codec::Lzo),
    ("lzo_deflate", Codec::Lzo),
];

/// What compressed files begin with, where no text begins so; what that is called; and the end of name that Athena
/// knows it by, if there is one.
const MAGIC: &[(&[u8], &str, Option<&str>)] = &[
    (&[0x1f, 0x8b], "gzip", Some(".gz")),
    (b"BZh91AY&SY", "bzip2", Some(".bz2")),
    (&[0x28, 0xb5, 0x2f, 0xfd], "zstd", Some(".zst")),
    (b"\xff\x06\x00\x00sNaPpY", "snappy in the framing of its own tool", None),
    (&[0x04, 0x22, 0x4d, 0x18], "LZ4 in the framing of its own tool", None),
    (&[0xfd, b'7', b'z', b'X', b'Z', 0], "xz", None),
    (b"PK\x03\x04", "a zip archive", None),
];

impl Codec {
    /// The compression that a file's name says.
    pub fn of_name(name: &str) -> Option<Self> {
        let (_, end) = name.rsplit_once('.')?;
        SUFFIXES.iter().find(|(suffix, _)| *suffix == end).map(|(_, codec)| *codec)
    }

    /// Reads a file of this compression, of which nothing was read yet but into the buffer.
    ///
    /// # Errors
    ///
    /// It is in a framing that Athena does not read, or of a compression that this engine does not.
    pub fn open(self, input: BufReader<File>) -> Result<Box<dyn Read>, ReadError> {
        if matches!(self, Self::Snappy | Self::Lz4)
            && let Some((_, what, None)) = magic(input.buffer())
        {
            let message =
                format!("it is {what}, where Athena reads Hadoop's: compress it again, with gzip for example");
            return Err(ReadError::Broken(message));
        }
        Ok(match self {
            Self::Gzip => Box::new(MultiGzDecoder::new(input)),
            Self::Bzip2 => Box::new(MultiBzDecoder::new(input)),
            Self::Zstd => {
                let mut decoder = ZstdDecoder::with_buffer(input).map_err(unreadable)?;
                decoder.window_log_max(ZSTD_WINDOW).map_err(unreadable)?;
                Box::new(decoder)
            }
            Self::Snappy => Box::new(HadoopBlocks::new(input, BlockCodec::Snappy)),
            Self::Lz4 => Box::new(HadoopBlocks::new(input, BlockCodec::Lz4)),
            Self::Deflate => Box::new(ZlibMembers { decoder: Some(ZlibDecoder::new(input)) }),
            Self::Lzo => {
                let message = "the embedded engine does not read LZO: compress it with gzip, or run on Athena";
                return Err(ReadError::Broken(message.to_owned()));
            }
        })
    }
}

/// Members of zlib, one after the other.
struct ZlibMembers<R> {
    /// What reads the member at hand; none behind the last one.
    decoder: Option<ZlibDecoder<R>>,
}

impl<R: BufRead> Read for ZlibMembers<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(decoder) = &mut self.decoder {
            let read = decoder.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            let ended = self.decoder.take().map(ZlibDecoder::into_inner);
            let Some(mut input) = ended else { return Ok(0) };
            if !input.fill_buf()?.is_empty() {
                self.decoder = Some(ZlibDecoder::new(input));
            }
        }
        Ok(0)
    }
}

/// Refuses a file whose first bytes are compressed though its name does not say so.
///
/// # Errors
///
/// It is such a file.
pub fn plain(head: &[u8]) -> Result<(), ReadError> {
    let Some((_, what, end)) = magic(head) else { return Ok(()) };
    Err(ReadError::Broken(match end {
        Some(end) => format!(
            "it is {what}, but its name does not end in {end}, by which alone Athena would know: it would read the compressed bytes as text"
        ),
        None => format!("it is {what}, which Athena does not read: it would take the compressed bytes for text"),
    }))
}

fn magic(head: &[u8]) -> Option<&'static (&'static [u8], &'static str, Option<&'static str>)> {
    MAGIC.iter().find(|(magic, ..)| head.starts_with(magic))
}
