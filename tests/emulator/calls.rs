//! The journal of calls: who asked whom for what, as IAM would name it.
//!
//! What Athena does on behalf of a statement (reading the catalog, reading and writing objects) needs
//! permissions of the caller too, so it is noted like the caller's own calls.

use std::sync::{Mutex, PoisonError};

use super::options::ACCOUNT;

/// Who makes a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// The client, by the wire.
    Client,
    /// Athena, for one of the client's statements.
    Athena,
}

/// A call.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Emulated seconds since the start.
    pub at: f64,
    /// Who made it.
    pub caller: Caller,
    /// The IAM action, such as `athena:StartQueryExecution`.
    pub action: String,
    /// The ARN of what it was about.
    pub resource: String,
    /// What the keys that it lists begin with, where it lists a bucket.
    pub prefix: Option<String>,
}

/// All calls so far, and which are not allowed.
#[derive(Debug)]
pub struct Calls {
    region: String,
    denied: Vec<(String, String)>,
    made: Mutex<Vec<Call>>,
}

impl Calls {
    /// No calls yet.
    pub fn new(region: &str, denied: Vec<(String, String)>) -> Self {
        Self { region: region.to_owned(), denied, made: Mutex::default() }
    }

    /// Notes a call, and says whether it is allowed.
    pub fn note(&self, at: f64, caller: Caller, action: &str, resource: &str) -> Result<(), Denied> {
        let (action, resource) = (action.to_owned(), resource.to_owned());
        self.note_call(Call { at, caller, action, resource, prefix: None })
    }

    /// Notes that a bucket is listed, from a prefix on, and says whether it is allowed.
    pub fn note_listing(&self, at: f64, caller: Caller, bucket: &str, prefix: &str) -> Result<(), Denied> {
        let (action, resource) = ("s3:ListBucket".to_owned(), format!("arn:aws:s3:::{bucket}"));
        self.note_call(Call { at, caller, action, resource, prefix: Some(prefix.to_owned()) })
    }

    fn note_call(&self, call: Call) -> Result<(), Denied> {
        let (action, resource) = (call.action.clone(), call.resource.clone());
        self.made.lock().unwrap_or_else(PoisonError::into_inner).push(call);
        let denies = |(denied, prefix): &(String, String)| *denied == action && resource.starts_with(prefix.as_str());
        if self.denied.iter().any(denies) {
            return Err(Denied { action, resource });
        }
        Ok(())
    }

    /// The calls so far, in order.
    pub fn all(&self) -> Vec<Call> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The ARN of something of the account's in this region.
    pub fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:aws:{service}:{}:{ACCOUNT}:{resource}", self.region)
    }
}

/// A call that is not allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denied {
    /// The action.
    pub action: String,
    /// The resource.
    pub resource: String,
}

impl Denied {
    /// What AWS says of it.
    pub fn message(&self) -> String {
        format!(
            "User: arn:aws:iam::{ACCOUNT}:user/emulated is not authorized to perform: {} on resource: {} because no \
             identity-based policy allows the {} action",
            self.action, self.resource, self.action
        )
    }
}
