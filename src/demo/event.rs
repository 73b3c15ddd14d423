//! An event before it is written: small, so that a large archive's worth of them fits in memory.
//! What is made up about it follows from its own seed, so a record that is delivered twice is the
//! same record twice.

use std::sync::Arc;

use serde_json::json;
use serde_json::value::{RawValue, to_raw_value};

use super::actor::{ACCOUNT, Actor, account_of, principal_of, session_arn};
use super::call::{ASSUME_ROLE, Call, fill};
use super::clock::{iso, locale};
use super::random::Random;
use super::record::{Record, Resource, TlsDetails};

/// An event.
#[derive(Debug, Clone)]
pub struct Event {
    /// When it happened.
    pub time: i64,
    /// When CloudTrail put it into a file.
    pub delivered: i64,
    /// The region that it names.
    pub region: &'static str,
    /// The region whose folder it lies in.
    pub folder: &'static str,
    /// Who.
    pub actor: Arc<Actor>,
    /// What.
    pub action: Action,
    /// What its made-up parts follow from.
    pub seed: u64,
}

/// What somebody did.
#[derive(Debug, Clone)]
pub enum Action {
    /// A call, and the code of the error it ended in.
    Call(&'static Call, Option<&'static str>),
    /// `AssumeRole`.
    AssumeRole(Arc<Assumption>),
}

/// What was asked of `AssumeRole`, and what it gave.
#[derive(Debug)]
pub struct Assumption {
    /// The role's ARN.
    pub role: String,
    /// The session's name.
    pub session: String,
    /// For how many seconds.
    pub seconds: i64,
    /// The answer.
    pub answer: Answer,
}

/// How `AssumeRole` ended.
#[derive(Debug)]
pub enum Answer {
    /// With this key.
    Key(String),
    /// Denied; such a record does not say what was asked.
    Denied,
    /// Refused because the time asked for is longer than the role allows.
    TooLong,
}

impl Event {
    /// The record that CloudTrail writes of it.
    pub fn record(&self) -> Record<'_> {
        let mut random = Random::new(self.seed);
        let call = match &self.action {
            Action::Call(call, _) => call,
            Action::AssumeRole(_) => &ASSUME_ROLE,
        };
        let outcome = match &self.action {
            Action::Call(call, error) => self.called(call, *error, &mut random),
            Action::AssumeRole(assumption) => self.assumed(assumption),
        };
        let host = if call.is_global() && self.region == "us-east-1" {
            format!("{}.amazonaws.com", call.service)
        } else {
            format!("{}.{}.amazonaws.com", call.service, self.region)
        };
        Record {
            event_version: "1.08",
            user_identity: &self.actor.identity,
            event_time: iso(self.time),
            event_source: format!("{}.amazonaws.com", call.service),
            event_name: call.name,
            aws_region: self.region,
            source_ip_address: &self.actor.address,
            user_agent: &self.actor.agent,
            error_code: outcome.error,
            error_message: outcome.message,
            request_parameters: outcome.request,
            response_elements: outcome.response,
            additional_event_data: self.additional(call, &mut random),
            request_id: random.uuid(),
            event_id: random.uuid(),
            read_only: call.read_only,
            resources: outcome.resources,
            event_type: if call.service == "signin" { "AwsConsoleSignIn" } else { "AwsApiCall" },
            management_event: true,
            recipient_account_id: ACCOUNT,
            event_category: "Management",
            tls_details: self.actor.identity.invoked_by.is_none().then_some(TlsDetails {
                tls_version: "TLSv1.2",
                cipher_suite: "ECDHE-RSA-AES128-GCM-SHA256",
                client_provided_host_header: host,
            }),
        }
    }

    fn called(&self, call: &Call, error: Option<&'static str>, random: &mut Random) -> Outcome {
        let raw = |text: String| RawValue::from_string(text).expect("the templates are JSON");
        let request = fill(call.request, random).map(raw);
        let response = if error.is_none() { fill(call.response, random).map(raw) } else { None };
        Outcome { error, message: error.map(|code| self.message(code, call)), request, response, resources: Vec::new() }
    }

    fn assumed(&self, assumption: &Assumption) -> Outcome {
        let Assumption { role, session, seconds, answer } = assumption;
        let raw = |value: serde_json::Value| to_raw_value(&value).expect("a JSON value can be written");
        let request = raw(json!({"roleArn": role, "roleSessionName": session, "durationSeconds": seconds}));
        match answer {
            Answer::Key(key) => Outcome {
                error: None,
                message: None,
                request: Some(request),
                response: Some(raw(json!({
                    "credentials": {
                        "accessKeyId": key,
                        "sessionToken": format!("FwoGZXIvYXdzE{}", Random::of(key).hex(16)),
                        "expiration": locale(self.time + seconds),
                    },
                    "assumedRoleUser": {
                        "assumedRoleId": format!("{}:{session}", principal_of(role)),
                        "arn": session_arn(role, session),
                    },
                }))),
                resources: vec![Resource {
                    account_id: account_of(role).to_owned(),
                    kind: "AWS::IAM::Role",
                    arn: role.clone(),
                }],
            },
            Answer::Denied => Outcome {
                error: Some("AccessDenied"),
                message: Some(format!("{} on resource: {role}", self.message("AccessDenied", &ASSUME_ROLE))),
                request: None,
                response: None,
                resources: Vec::new(),
            },
            Answer::TooLong => Outcome {
                error: Some("ValidationError"),
                message: Some(
                    "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.".to_owned(),
                ),
                request: Some(request),
                response: None,
                resources: Vec::new(),
            },
        }
    }

    fn message(&self, code: &str, call: &Call) -> String {
        let who = self.actor.identity.arn.as_deref().unwrap_or("anonymous");
        match code {
            "ExpiredToken" => "The security token included in the request is expired".to_owned(),
            _ => format!("User: {who} is not authorized to perform: {}:{}", call.service, call.name),
        }
    }

    fn additional(&self, call: &Call, random: &mut Random) -> Option<Box<RawValue>> {
        let value = match call.service {
            "s3" => json!({
                "SignatureVersion": "SigV4",
                "CipherSuite": "ECDHE-RSA-AES128-GCM-SHA256",
                "bytesTransferredIn": 0,
                "AuthenticationMethod": "AuthHeader",
                "bytesTransferredOut": 200 + random.below(8000),
            }),
            "signin" => json!({
                "LoginTo": "https://console.aws.amazon.com/console/home",
                "MobileVersion": "No",
                "MFAUsed": if random.chance(90) { "Yes" } else { "No" },
            }),
            _ => return None,
        };
        Some(to_raw_value(&value).expect("a JSON value can be written"))
    }
}

/// The parts of a record that follow from how a call ended.
struct Outcome {
    error: Option<&'static str>,
    message: Option<String>,
    request: Option<Box<RawValue>>,
    response: Option<Box<RawValue>>,
    resources: Vec<Resource>,
}
