//! Errors as Athena's JSON protocol carries them: the kind in `__type` of the body, never in a header.
//!
//! Bodies as measured on Athena in September 2026; those of throttling, of server errors and of wrong
//! credentials follow the service's model and documentation.

use serde_json::{Map, Value, json};

use crate::emulator::calls::Denied;
use crate::emulator::http::Response;

/// The content type of the protocol.
pub const CONTENT_TYPE: &str = "application/x-amz-json-1.1";

/// An error of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WireError {
    kind: &'static str,
    status: u16,
    /// `AthenaErrorCode`, of InvalidRequestException.
    code: Option<&'static str>,
    message: Option<String>,
    reason: Option<&'static str>,
}

impl WireError {
    fn new(kind: &'static str, status: u16, message: Option<String>) -> Self {
        Self { kind, status, code: None, message, reason: None }
    }

    /// InvalidRequestException with a code.
    pub fn invalid(code: &'static str, message: impl Into<String>) -> Self {
        Self { code: Some(code), ..Self::new("InvalidRequestException", 400, Some(message.into())) }
    }

    /// InvalidRequestException with INVALID_INPUT.
    pub fn input(message: impl Into<String>) -> Self {
        Self::invalid("INVALID_INPUT", message)
    }

    /// InvalidRequestException with MALFORMED_QUERY.
    pub fn malformed(message: impl Into<String>) -> Self {
        Self::invalid("MALFORMED_QUERY", message)
    }

    /// A body that cannot be read; what is no JSON at all has no message.
    pub fn serialization(message: Option<&str>) -> Self {
        Self::new("SerializationException", 400, message.map(str::to_owned))
    }

    /// No such operation.
    pub fn unknown_operation() -> Self {
        Self::new("UnknownOperationException", 400, None)
    }

    /// MetadataException: every refusal of the catalog's operations.
    pub fn metadata(message: impl Into<String>) -> Self {
        Self::new("MetadataException", 400, Some(message.into()))
    }

    /// The account runs as many statements as it may.
    pub fn too_many() -> Self {
        let message = "You have exceeded the limit for the number of queries you can run concurrently. Please reduce \
                       the number of concurrent queries submitted by this account. Contact customer support to request \
                       a concurrent query limit increase.";
        let error = Self::new("TooManyRequestsException", 400, Some(message.to_owned()));
        Self { reason: Some("CONCURRENT_QUERY_LIMIT_EXCEEDED"), ..error }
    }

    /// The account calls more often than it may.
    pub fn throttled() -> Self {
        Self::new("ThrottlingException", 400, Some("Rate exceeded".to_owned()))
    }

    /// The service failed.
    pub fn server(status: u16) -> Self {
        Self::new("InternalServerException", status, Some("Internal server error".to_owned()))
    }

    /// The session token has expired.
    pub fn expired() -> Self {
        let message = "The security token included in the request is expired";
        Self::new("ExpiredTokenException", 400, Some(message.to_owned()))
    }

    /// Nobody has these credentials.
    pub fn unrecognised() -> Self {
        let message = "The security token included in the request is invalid.";
        Self::new("UnrecognizedClientException", 400, Some(message.to_owned()))
    }

    /// The request was signed for another region.
    pub fn wrong_region() -> Self {
        let message = "Credential should be scoped to a valid region.";
        Self::new("InvalidSignatureException", 400, Some(message.to_owned()))
    }

    /// The caller may not do this.
    pub fn denied(denied: &Denied) -> Self {
        Self::new("AccessDeniedException", 400, Some(denied.message()))
    }

    /// The response that carries it.
    pub fn response(&self) -> Response {
        let mut body = Map::from_iter([("__type".to_owned(), json!(self.kind))]);
        if let Some(code) = self.code {
            body.insert("AthenaErrorCode".to_owned(), json!(code));
            body.insert("ErrorCode".to_owned(), json!(code));
        }
        if let Some(message) = &self.message {
            body.insert("Message".to_owned(), json!(message));
        }
        if let Some(reason) = self.reason {
            body.insert("Reason".to_owned(), json!(reason));
        }
        Response::new(self.status, CONTENT_TYPE, Value::Object(body).to_string())
    }
}
