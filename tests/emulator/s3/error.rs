//! S3's errors: a status, and a document that names the code
//! (<https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>).

use super::Asked;
use super::xml::{DECLARATION, element};
use crate::emulator::http::Response;

/// An error of S3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct S3Error {
    status: u16,
    code: &'static str,
    message: String,
    /// The region to ask instead.
    region: Option<String>,
}

impl S3Error {
    fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), region: None }
    }

    /// There is no such object.
    pub fn no_such_key() -> Self {
        Self::new(404, "NoSuchKey", "The specified key does not exist.")
    }

    /// There is no such bucket.
    pub fn no_such_bucket() -> Self {
        Self::new(404, "NoSuchBucket", "The specified bucket does not exist")
    }

    /// There is no such multipart upload.
    pub fn no_such_upload() -> Self {
        Self::new(404, "NoSuchUpload", "The specified multipart upload does not exist.")
    }

    /// The caller may not do this.
    pub fn denied(message: String) -> Self {
        Self::new(403, "AccessDenied", message)
    }

    /// The session token has expired.
    pub fn expired() -> Self {
        Self::new(400, "ExpiredToken", "The provided token has expired.")
    }

    /// Nobody has these credentials.
    pub fn unrecognised() -> Self {
        let message = "The AWS Access Key Id you provided does not exist in our records.";
        Self::new(403, "InvalidAccessKeyId", message)
    }

    /// The request was signed for another region.
    pub fn wrong_region(region: &str) -> Self {
        let message = format!("The authorization header is malformed; the region is wrong; expecting '{region}'");
        let error = Self::new(400, "AuthorizationHeaderMalformed", message);
        Self { region: Some(region.to_owned()), ..error }
    }

    /// Too many requests.
    pub fn slow_down() -> Self {
        Self::new(503, "SlowDown", "Please reduce your request rate.")
    }

    /// The service failed.
    pub fn server(status: u16) -> Self {
        Self::new(status, "InternalError", "We encountered an internal error. Please try again.")
    }

    /// The object must be restored before it can be read.
    pub fn archived() -> Self {
        Self::new(403, "InvalidObjectState", "The operation is not valid for the object's storage class")
    }

    /// No byte of the object lies in the range.
    pub fn invalid_range() -> Self {
        Self::new(416, "InvalidRange", "The requested range is not satisfiable")
    }

    /// A condition of the request does not hold.
    pub fn precondition_failed() -> Self {
        let message = "At least one of the pre-conditions you specified did not hold";
        Self::new(412, "PreconditionFailed", message)
    }

    /// No file can stand for the key.
    pub fn invalid_key() -> Self {
        Self::new(400, "InvalidArgument", "the emulator has no file for this key")
    }

    /// S3 has more operations than this.
    pub fn not_allowed() -> Self {
        Self::new(405, "MethodNotAllowed", "The specified method is not allowed against this resource.")
    }

    /// The response that carries it; one to HEAD has no body.
    pub fn response(&self, asked: &Asked, request_id: &str, is_head: bool) -> Response {
        let mut inner = element("Code", self.code) + &element("Message", &self.message);
        inner += &element("Resource", &asked.request.path);
        inner += &element("RequestId", request_id);
        if let Some(region) = &self.region {
            inner += &element("Region", region);
        }
        let body = if is_head { String::new() } else { format!("{DECLARATION}<Error>{inner}</Error>") };
        let response = Response::new(self.status, "application/xml", body);
        match &self.region {
            Some(region) => response.with("x-amz-bucket-region", region.clone()),
            None => response,
        }
    }
}
