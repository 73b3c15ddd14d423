//! A small S3 over the buckets' folders, path-style: what listing, reading, writing and deleting need
//! (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations.html>).

mod chunks;
mod error;
mod list;
mod multipart;
mod object;
mod xml;

use std::sync::Arc;

use self::error::S3Error;
pub use self::multipart::Uploads;
pub use self::xml::texts;
use super::Shared;
use super::calls::Caller;
use super::faults::CallFault;
use super::http::{Reply, Request, Response};
use super::options::ACCOUNT;
use super::wire::signed_region;

/// A request, taken apart.
#[derive(Debug)]
pub struct Asked {
    /// The bucket.
    bucket: String,
    /// The key; empty: the bucket itself.
    key: String,
    /// The query's names and values.
    query: Vec<(String, String)>,
    /// The request as it came.
    request: Request,
}

impl Asked {
    fn new(mut request: Request) -> Self {
        request.body = chunks::whole(&request);
        let path = request.path.trim_start_matches('/');
        let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
        let pairs = request.query.split('&').filter(|pair| !pair.is_empty());
        let query = pairs.map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded(&value.replace('+', " ")))
        });
        Self { bucket: decoded(bucket), key: decoded(key), query: query.collect(), request }
    }

    fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn location(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.key)
    }
}

/// What answers an operation.
type Answer = fn(&Shared, &Asked) -> Result<Response, S3Error>;

/// An operation: its name, the IAM action that it needs, and what answers it.
struct Operation {
    name: &'static str,
    action: &'static str,
    answer: Answer,
}

fn operation(asked: &Asked) -> Option<Operation> {
    let of_bucket = asked.key.is_empty();
    let upload = asked.query("uploadId").is_some();
    let (name, action, answer): (_, _, Answer) = match (asked.request.method.as_str(), of_bucket) {
        ("GET", true) if asked.query("location").is_some() => {
            ("GetBucketLocation", "s3:GetBucketLocation", object::location)
        }
        ("GET", true) => ("ListObjectsV2", "s3:ListBucket", list::list),
        ("HEAD", true) => ("HeadBucket", "s3:ListBucket", object::head_bucket),
        ("POST", true) if asked.query("delete").is_some() => ("DeleteObjects", "s3:DeleteObject", object::delete_many),
        ("GET", false) => ("GetObject", "s3:GetObject", object::get),
        ("HEAD", false) => ("HeadObject", "s3:GetObject", object::head),
        ("PUT", false) if upload => ("UploadPart", "s3:PutObject", multipart::part),
        ("PUT", false) => ("PutObject", "s3:PutObject", object::put),
        ("POST", false) if asked.query("uploads").is_some() => {
            ("CreateMultipartUpload", "s3:PutObject", multipart::create)
        }
        ("POST", false) if upload => ("CompleteMultipartUpload", "s3:PutObject", multipart::complete),
        ("DELETE", false) if upload => ("AbortMultipartUpload", "s3:AbortMultipartUpload", multipart::abort),
        ("DELETE", false) => ("DeleteObject", "s3:DeleteObject", object::delete),
        _ => return None,
    };
    Some(Operation { name, action, answer })
}

/// Answers a request to S3.
pub async fn handle(shared: Arc<Shared>, request: Request) -> Reply {
    let asked = Asked::new(request);
    let Some(operation) = operation(&asked) else {
        return finished(&shared, &asked, Err(S3Error::not_allowed()));
    };
    let fault = shared.faults.call(operation.name);
    match fault {
        Some(CallFault::Reset) => return Reply::Cut,
        Some(CallFault::Slow(seconds)) => shared.clock.sleep_until(shared.clock.now() + seconds).await,
        _ => {}
    }
    let _standing = shared.clock.stand();
    let answer = answer(&shared, &asked, &operation, fault);
    if fault == Some(CallFault::Lost) {
        return Reply::Cut;
    }
    finished(&shared, &asked, answer)
}

fn answer(
    shared: &Shared,
    asked: &Asked,
    operation: &Operation,
    fault: Option<CallFault>,
) -> Result<Response, S3Error> {
    if asked.request.header("authorization").and_then(signed_region).is_some_and(|region| region != shared.region) {
        return Err(S3Error::wrong_region(&shared.region));
    }
    match fault {
        Some(CallFault::Expired) => return Err(S3Error::expired()),
        Some(CallFault::Unrecognised) => return Err(S3Error::unrecognised()),
        Some(CallFault::Server(status)) => return Err(S3Error::server(status)),
        Some(CallFault::Throttled | CallFault::TooMany) => return Err(S3Error::slow_down()),
        Some(CallFault::Denied) => return Err(S3Error::denied("Access Denied".to_owned())),
        _ => {}
    }
    if operation.name != "DeleteObjects" {
        permit(shared, asked, operation.action, &asked.key)?;
    }
    if !shared.folders.has_bucket(&asked.bucket) {
        return Err(S3Error::no_such_bucket());
    }
    // <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html>
    if asked.request.header("x-amz-expected-bucket-owner").is_some_and(|owner| owner != ACCOUNT) {
        return Err(S3Error::denied("Access Denied".to_owned()));
    }
    (operation.answer)(shared, asked)
}

/// Notes what IAM is asked, and asks it.
fn permit(shared: &Shared, asked: &Asked, action: &str, key: &str) -> Result<(), S3Error> {
    let separator = if key.is_empty() { "" } else { "/" };
    let resource = format!("arn:aws:s3:::{}{separator}{key}", asked.bucket);
    let now = shared.clock.now();
    let noted = match action {
        "s3:ListBucket" => {
            let prefix = asked.query("prefix").unwrap_or_default();
            shared.calls.note_listing(now, Caller::Client, &asked.bucket, prefix)
        }
        _ => shared.calls.note(now, Caller::Client, action, &resource),
    };
    noted.map_err(|denied| S3Error::denied(denied.message()))
}

fn finished(shared: &Shared, asked: &Asked, answer: Result<Response, S3Error>) -> Reply {
    let id = shared.request_id();
    let is_head = asked.request.method == "HEAD";
    let response = answer.unwrap_or_else(|error| error.response(asked, &id, is_head));
    Reply::Answer(response.with("x-amz-request-id", id).with("server", "AmazonS3"))
}

/// A part of a URL without its percent signs.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let code = tail.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match code.and_then(|digits| u8::from_str_radix(digits, 16).ok()).filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
