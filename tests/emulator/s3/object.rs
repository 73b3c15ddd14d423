//! Single objects: read whole or in part, written, deleted.

use std::fs;
use std::ops::Range;
use std::time::UNIX_EPOCH;

use jiff::Timestamp;

use super::error::S3Error;
use super::xml::{DECLARATION, element, texts};
use super::{Asked, permit};
use crate::emulator::Shared;
use crate::emulator::http::Response;

/// An object as it is stored.
struct Stored {
    bytes: Vec<u8>,
    modified: i64,
}

/// GetObject.
pub fn get(shared: &Shared, asked: &Asked) -> Result<Response, S3Error> {
    let stored = stored(shared, asked)?;
    let total = stored.bytes.len();
    let range = match asked.request.header("range") {
        Some(header) => range(header, total)?,
        None => None,
    };
    let Some(range) = range else {
        return Ok(described(shared, asked, &stored, 200, stored.bytes.clone()));
    };
    let content_range = format!("bytes {}-{}/{total}", range.start, range.end - 1);
    let part = stored.bytes[range].to_vec();
    Ok(described(shared, asked, &stored, 206, part).with("content-range", content_range))
}

/// HeadObject.
pub fn head(shared: &Shared, asked: &Asked) -> Result<Response, S3Error> {
    let stored = stored(shared, asked)?;
    let mut response = described(shared, asked, &stored, 200, Vec::new());
    response.declared_length = Some(stored.bytes.len() as u64);
    Ok(response)
}

fn described(shared: &Shared, asked: &Asked, stored: &Stored, status: u16, body: Vec<u8>) -> Response {
    let modified = Timestamp::from_millisecond(stored.modified).unwrap_or_default();
    Response::new(status, &shared.folders.content_type(&asked.location()), body)
        .with("etag", etag(stored.bytes.len() as u64, stored.modified))
        .with("last-modified", modified.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string())
        .with("accept-ranges", "bytes")
}

/// PutObject, whole and at once; also CopyObject, whose source a header names.
pub fn put(shared: &Shared, asked: &Asked) -> Result<Response, S3Error> {
    let is_there = stored(shared, asked).is_ok();
    if asked.request.header("if-none-match") == Some("*") && is_there {
        return Err(S3Error::precondition_failed());
    }
    let bytes = match asked.request.header("x-amz-copy-source") {
        Some(source) => copied(shared, source)?,
        None => asked.request.body.to_vec(),
    };
    write(shared, asked, &bytes)?;
    let stored = stored(shared, asked)?;
    let etag = etag(stored.bytes.len() as u64, stored.modified);
    if asked.request.header("x-amz-copy-source").is_none() {
        return Ok(Response::empty(200).with("etag", etag));
    }
    let inner = element("ETag", &etag) + &element("LastModified", &iso_time(stored.modified));
    Ok(Response::new(200, "application/xml", format!("{DECLARATION}<CopyObjectResult>{inner}</CopyObjectResult>")))
}

fn copied(shared: &Shared, source: &str) -> Result<Vec<u8>, S3Error> {
    let source = super::decoded(source.trim_start_matches('/'));
    let path = shared.folders.path(&format!("s3://{source}")).ok_or_else(S3Error::no_such_bucket)?;
    fs::read(path).map_err(|_| S3Error::no_such_key())
}

/// Writes an object's bytes with the content type that the request names.
pub fn write(shared: &Shared, asked: &Asked, bytes: &[u8]) -> Result<(), S3Error> {
    let location = asked.location();
    if !shared.folders.write(&location, bytes) {
        return Err(S3Error::invalid_key());
    }
    if let Some(content_type) = asked.request.header("content-type") {
        shared.folders.set_content_type(&location, content_type);
    }
    Ok(())
}

/// DeleteObject: it succeeds whether or not there is one.
pub fn delete(shared: &Shared, asked: &Asked) -> Result<Response, S3Error> {
    shared.folders.remove(&asked.bucket, &asked.key);
    Ok(Response::empty(204))
}

/// DeleteObjects.
pub fn delete_many(shared: &Shared, asked: &Asked) -> Result<Response, S3Error> {
    let document = String::from_utf8_lossy(&asked.request.body).into_owned();
    let mut inner = String::new();
    for key in texts(&document, "Key") {
        inner += &match permit(shared, asked, "s3:DeleteObject", &key) {
            Ok(()) => {
                shared.folders.remove(&asked.bucket, &key);
                format!("<Deleted>{}</Deleted>", element("Key", &key))
            }
            Err(_) => {
                let (code, message) = (element("Code", "AccessDenied"), element("Message", "Access Denied"));
                format!("<Error>{}{code}{message}</Error>", element("Key", &key))
            }
        };
    }
    let body =
        format!("{DECLARATION}<DeleteResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{inner}</DeleteResult>");
    Ok(Response::new(200, "application/xml", body))
}

/// HeadBucket.
pub fn head_bucket(shared: &Shared, _: &Asked) -> Result<Response, S3Error> {
    Ok(Response::empty(200).with("x-amz-bucket-region", shared.region.clone()))
}

/// GetBucketLocation; us-east-1 has no name there.
pub fn location(shared: &Shared, _: &Asked) -> Result<Response, S3Error> {
    let region = if shared.region == "us-east-1" { "" } else { shared.region.as_str() };
    let body = format!("{DECLARATION}{}", element("LocationConstraint", region));
    Ok(Response::new(200, "application/xml", body))
}

/// An object's tag: the same as long as nobody writes it anew.
pub fn etag(size: u64, modified: i64) -> String {
    format!("\"{size:016x}{modified:016x}\"")
}

/// A time as S3's documents write it.
pub fn iso_time(milliseconds: i64) -> String {
    let time = Timestamp::from_millisecond(milliseconds).unwrap_or_default();
    time.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

fn stored(shared: &Shared, asked: &Asked) -> Result<Stored, S3Error> {
    if shared.folders.is_archived(&asked.bucket, &asked.key) {
        return Err(S3Error::archived());
    }
    let path = shared.folders.object(&asked.bucket, &asked.key).ok_or_else(S3Error::no_such_key)?;
    let bytes = fs::read(&path).map_err(|_| S3Error::no_such_key())?;
    let modified = fs::metadata(&path).ok().and_then(|metadata| metadata.modified().ok());
    let elapsed = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let modified = elapsed.and_then(|elapsed| i64::try_from(elapsed.as_millis()).ok()).unwrap_or_default();
    Ok(Stored { bytes, modified })
}

/// The bytes that a Range header asks for; none: all of them.
fn range(header: &str, total: usize) -> Result<Option<Range<usize>>, S3Error> {
    let Some((first, last)) = header.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return Ok(None);
    };
    let range = match (first.parse::<usize>(), last.parse::<usize>()) {
        (Ok(first), Ok(last)) => first..last.saturating_add(1).min(total),
        (Ok(first), Err(_)) => first..total,
        (Err(_), Ok(suffix)) => total.saturating_sub(suffix)..total,
        (Err(_), Err(_)) => return Ok(None),
    };
    if range.start < range.end { Ok(Some(range)) } else { Err(S3Error::invalid_range()) }
}
