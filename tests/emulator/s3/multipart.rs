//! Objects written in parts.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;

use super::Asked;
use super::error::S3Error;
use super::object::write;
use super::xml::{DECLARATION, element};
use crate::emulator::Shared;
use crate::emulator::http::Response;

/// Uploads that are neither complete nor aborted.
#[derive(Debug, Default)]
pub struct Uploads(Mutex<BTreeMap<String, BTreeMap<u32, Bytes>>>);

impl Uploads {
    /// How many there are.
    pub fn open(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    fn with<T>(&self, work: impl FnOnce(&mut BTreeMap<String, BTreeMap<u32, Bytes>>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// CreateMultipartUpload.
pub fn create(shared: &Shared, asked: &Asked) -> Result<Response, S3Error> {
    let id = shared.request_id();
    shared.uploads.with(|uploads| uploads.insert(id.clone(), BTreeMap::new()));
    let inner = element("Bucket", &asked.bucket) + &element("Key", &asked.key) + &element("UploadId", &id);
    Ok(document("InitiateMultipartUploadResult", &inner))
}

/// UploadPart.
pub fn part(shared: &Shared, asked: &Asked) -> Result<Response, S3Error> {
    let number = asked.query("partNumber").and_then(|number| number.parse().ok()).unwrap_or(1);
    let body = asked.request.body.clone();
    let etag = format!("\"{:016x}{number:08x}\"", body.len());
    let known = shared.uploads.with(|uploads| {
        uploads.get_mut(asked.query("uploadId").unwrap_or_default()).map(|parts| parts.insert(number, body))
    });
    known.map(|_| Response::empty(200).with("etag", etag)).ok_or_else(S3Error::no_such_upload)
}

/// CompleteMultipartUpload: the object appears whole.
pub fn complete(shared: &Shared, asked: &Asked) -> Result<Response, S3Error> {
    let id = asked.query("uploadId").unwrap_or_default();
    let parts = shared.uploads.with(|uploads| uploads.remove(id)).ok_or_else(S3Error::no_such_upload)?;
    write(shared, asked, &parts.into_values().flatten().collect::<Vec<u8>>())?;
    let inner =
        element("Bucket", &asked.bucket) + &element("Key", &asked.key) + &element("ETag", &format!("\"{id}-1\""));
    Ok(document("CompleteMultipartUploadResult", &inner))
}

/// AbortMultipartUpload.
pub fn abort(shared: &Shared, asked: &Asked) -> Result<Response, S3Error> {
    shared.uploads.with(|uploads| uploads.remove(asked.query("uploadId").unwrap_or_default()));
    Ok(Response::empty(204))
}

fn document(name: &str, inner: &str) -> Response {
    let body = format!("{DECLARATION}<{name} xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{inner}</{name}>");
    Response::new(200, "application/xml", body)
}
