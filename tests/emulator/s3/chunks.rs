//! Bodies that come in signed chunks, as the SDKs of Java send them
//! (<https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html>).

use bytes::Bytes;

use crate::emulator::http::Request;

/// The bytes of a request's body, whether or not it comes in chunks.
pub fn whole(request: &Request) -> Bytes {
    let streams = |hash: &str| hash.starts_with("STREAMING-");
    if !request.header("x-amz-content-sha256").is_some_and(streams) {
        return request.body.clone();
    }
    joined(&request.body).map_or_else(|| request.body.clone(), Bytes::from)
}

/// The chunks, each behind its length in hexadecimal digits, joined; none if they are none.
fn joined(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|pair| pair == b"\r\n")?;
        let head = std::str::from_utf8(&rest[..end]).ok()?;
        let length = usize::from_str_radix(head.split(';').next()?, 16).ok()?;
        if length == 0 {
            // What follows are checksums.
            return Some(body);
        }
        let chunk = rest.get(end + 2..end + 2 + length)?;
        body.extend_from_slice(chunk);
        rest = rest.get(end + 2 + length + 2..)?;
    }
}

#[test]
fn chunks_are_joined() {
    let body = b"3;chunk-signature=ab\r\na\r\n\r\n2\r\nbc\r\n0\r\nx-amz-checksum-crc32:AAAA\r\n\r\n";
    assert_eq!(joined(body).as_deref(), Some(b"a\r\nbc".as_slice()));
    assert_eq!(joined(b"no chunks"), None);
}
