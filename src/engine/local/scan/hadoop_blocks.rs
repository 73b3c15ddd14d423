//! Snappy and LZ4 as Hadoop frames them: blocks, each the length of what it holds and then chunks, each the length of
//! its compressed bytes and those bytes; lengths are of four bytes, the highest first
//! (`org.apache.hadoop.io.compress.BlockDecompressorStream`).
//!
//! Lengths are claims of whoever wrote the file. What is set aside follows the bytes that are really there: neither
//! format makes more of a chunk than [`Self::growth`](BlockCodec::growth) says.

use std::io::{self, BufRead, Read};

/// The longest chunk that is taken, compressed or not. Hadoop writes chunks of 256 KiB unless it is told otherwise.
const MAXIMUM_CHUNK: usize = 64 * 1024 * 1024;

/// How the chunks are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockCodec {
    /// Snappy's raw format.
    Snappy,
    /// LZ4's block format.
    Lz4,
}

/// Reads what blocks hold.
pub struct HadoopBlocks<R> {
    input: R,
    codec: BlockCodec,
    /// Bytes that the block at hand still has to give.
    remaining: usize,
    chunk: Vec<u8>,
    plain: Vec<u8>,
    /// How much of `plain` was handed on.
    given: usize,
}

impl BlockCodec {
    /// The most bytes that one compressed byte can stand for: a copy of 64 bytes takes snappy three, and LZ4 counts
    /// lengths by 255.
    fn growth(self) -> usize {
        match self {
            Self::Snappy => 64,
            Self::Lz4 => 255,
        }
    }

    /// Decompresses a chunk of which at most `limit` bytes may come.
    fn decompress(self, chunk: &[u8], limit: usize, plain: &mut Vec<u8>) -> io::Result<()> {
        let most = limit.min(chunk.len().saturating_mul(self.growth()).saturating_add(64));
        let length = match self {
            Self::Snappy => {
                let length = snap::raw::decompress_len(chunk).map_err(broken)?;
                if length > most {
                    return Err(broken("a chunk claims to hold more than it can"));
                }
                plain.resize(length, 0);
                snap::raw::Decoder::new().decompress(chunk, plain).map_err(broken)?
            }
            Self::Lz4 => {
                plain.resize(most, 0);
                lz4_flex::block::decompress_into(chunk, plain).map_err(broken)?
            }
        };
        plain.truncate(length);
        Ok(())
    }
}

impl<R: BufRead> HadoopBlocks<R> {
    /// What the blocks of a file hold.
    pub fn new(input: R, codec: BlockCodec) -> Self {
        Self { input, codec, remaining: 0, chunk: Vec::new(), plain: Vec::new(), given: 0 }
    }

    /// Decompresses the next chunk; false at the end of the file, which is between two blocks.
    fn advance(&mut self) -> io::Result<bool> {
        while self.remaining == 0 {
            if self.input.fill_buf()?.is_empty() {
                return Ok(false);
            }
            self.remaining = self.length()?;
        }
        let length = self.length()?;
        if length > MAXIMUM_CHUNK {
            return Err(broken("a chunk is longer than any that Hadoop writes"));
        }
        self.chunk.clear();
        let read = self.input.by_ref().take(length as u64).read_to_end(&mut self.chunk)?;
        if read < length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.codec.decompress(&self.chunk, self.remaining.min(MAXIMUM_CHUNK), &mut self.plain)?;
        if self.plain.is_empty() {
            return Err(broken("a chunk is empty"));
        }
        self.given = 0;
        self.remaining -= self.plain.len();
        Ok(true)
    }

    fn length(&mut self) -> io::Result<usize> {
        let mut bytes = [0; 4];
        self.input.read_exact(&mut bytes)?;
        usize::try_from(u32::from_be_bytes(bytes)).map_err(broken)
    }
}

impl<R: BufRead> Read for HadoopBlocks<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given == self.plain.len() && !self.advance()? {
            return Ok(0);
        }
        let left = &self.plain[self.given..];
        let length = left.len().min(buffer.len());
        buffer[..length].copy_from_slice(&left[..length]);
        self.given += length;
        Ok(length)
    }
}

fn broken(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], codec: BlockCodec) -> io::Result<Vec<u8>> {
        let mut plain = Vec::new();
        HadoopBlocks::new(bytes, codec).read_to_end(&mut plain)?;
        Ok(plain)
    }

    fn block(length: u32, chunks: &[&[u8]]) -> Vec<u8> {
        let mut bytes = length.to_be_bytes().to_vec();
        for chunk in chunks {
            bytes.extend(u32::try_from(chunk.len()).expect("short").to_be_bytes());
            bytes.extend_from_slice(chunk);
        }
        bytes
    }

    #[test]
    fn chunks_follow_one_another_within_a_block() {
        let snappy = |text: &[u8]| snap::raw::Encoder::new().compress_vec(text).expect("short");
        let file =
            [block(8, &[&snappy(b"abcd"), &snappy(b"efgh")]), block(0, &[]), block(1, &[&snappy(b"i")])].concat();
        assert_eq!(read(&file, BlockCodec::Snappy).expect("whole"), b"abcdefghi");
        let run = [b'x'; 70_000];
        let file = block(70_000, &[&lz4_flex::block::compress(&run)]);
        assert_eq!(read(&file, BlockCodec::Lz4).expect("whole"), run);
        for end in 1..file.len() {
            assert!(read(&file[..end], BlockCodec::Lz4).is_err(), "{end}");
        }
    }

    #[test]
    fn claims_are_not_believed() {
        let mut claim = vec![0xff, 0xff, 0xff, 0xff, 0x0f];
        claim.extend([0; 8]);
        for (file, codec) in [
            (block(u32::MAX, &[&claim]), BlockCodec::Snappy),
            (block(u32::MAX, &[&[0; 5]]), BlockCodec::Lz4),
            ([&u32::MAX.to_be_bytes()[..], &u32::MAX.to_be_bytes()[..], b"abc"].concat(), BlockCodec::Snappy),
        ] {
            assert!(read(&file, codec).is_err());
        }
    }
}
