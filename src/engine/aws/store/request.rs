//! One request to S3: signed, sent, and sent again if the network or S3 lost it.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use futures::StreamExt;
use object_store::ClientOptions;
use object_store::HeaderValue;
use object_store::aws::AwsAuthorizer;
use object_store::client::{HttpClient, HttpConnector, HttpError, HttpRequest, HttpRequestBody, ReqwestConnector};

use super::location::{has_dots, percent_encoded};
use crate::engine::aws::answer::{self, Answer};
use crate::engine::aws::chain;
use crate::engine::aws::credentials::Chain;
use crate::engine::{EngineError, ErrorClass};

/// How often a request is sent, the first time included.
const ATTEMPTS: u32 = 6;

/// What is asked of S3.
#[derive(Debug, Default)]
pub struct Call<'a> {
    /// The method.
    pub method: &'static str,
    /// The bucket.
    pub bucket: &'a str,
    /// The key; empty for the bucket itself.
    pub key: &'a str,
    /// The query's names and values.
    pub query: Vec<(&'static str, String)>,
    /// Further headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// What a policy calls it: `s3:ListBucket`.
    pub action: &'static str,
}

/// Sends requests.
#[derive(Debug)]
pub struct Sender {
    http: HttpClient,
    chain: Chain,
    endpoint: Option<String>,
    region: String,
    /// The Regions of buckets that lie elsewhere than the rest.
    elsewhere: Mutex<BTreeMap<String, String>>,
    /// The account that must own a bucket that is written to.
    owner: Option<String>,
    /// How long the first wait before another attempt is; each is twice as long as the one before.
    wait: Duration,
}

/// S3's error, as its body says it.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Refusal {
    code: String,
    message: String,
    region: Option<String>,
}

impl Sender {
    /// A sender for a Region, or to an endpoint that stands for S3.
    ///
    /// # Errors
    ///
    /// No HTTP client can be made.
    pub fn new(
        chain: Chain,
        region: String,
        endpoint: Option<String>,
        owner: Option<String>,
        wait: Duration,
    ) -> Result<Self, EngineError> {
        let options =
            ClientOptions::new().with_allow_http(endpoint.is_some()).with_user_agent(HeaderValue::from_static(AGENT));
        let http = ReqwestConnector::default().connect(&options).map_err(|error| {
            EngineError::new(ErrorClass::Configuration, format!("no connection to S3 can be made: {error}"))
        })?;
        let endpoint = endpoint.map(|endpoint| endpoint.trim_end_matches('/').to_owned());
        Ok(Self { http, chain, endpoint, region, elsewhere: Mutex::default(), owner, wait })
    }

    /// The account that asks, as far as its credentials tell.
    ///
    /// # Errors
    ///
    /// There are none.
    pub async fn account(&self) -> Result<Option<String>, EngineError> {
        self.chain.account().await
    }

    /// Sends a request, and gives its answer's body.
    ///
    /// # Errors
    ///
    /// S3 refuses it, or cannot be reached.
    pub async fn send(&self, call: &Call<'_>) -> Result<Vec<u8>, EngineError> {
        let mut wait = self.wait;
        let mut attempt = 1;
        loop {
            let (error, again) = match self.once(call).await {
                Ok(body) => return Ok(body),
                Err(failed) => failed,
            };
            if !again || attempt == ATTEMPTS {
                return Err(error);
            }
            attempt += 1;
            tokio::time::sleep(wait).await;
            wait *= 2;
        }
    }

    /// Sends a request once; an error comes with whether another attempt is worth it.
    async fn once(&self, call: &Call<'_>) -> Result<Vec<u8>, (EngineError, bool)> {
        let region = self.region(call.bucket);
        let url = self.url(call, &region);
        let unsent = |why: &dyn std::fmt::Display| {
            let message = format!("{} of {url} cannot be sent: {why}", call.action);
            EngineError::new(ErrorClass::Transient, message).with_help(answer::NETWORK)
        };
        if has_dots(call.key) {
            let message =
                format!("s3://{}/{} has a segment of dots alone: no request for it is sent", call.bucket, call.key);
            return Err((EngineError::new(ErrorClass::Configuration, message), false));
        }
        let credential = self.chain.get().await.map_err(|error| (error, false))?;
        let mut request = HttpRequest::new(HttpRequestBody::from(call.body.clone()));
        *request.method_mut() = call.method.parse().expect("the methods are constants");
        *request.uri_mut() = url.parse().map_err(|error| (unsent(&error), false))?;
        let owner = self.owner.iter().map(|owner| ("x-amz-expected-bucket-owner", owner.clone()));
        let owner = owner.filter(|_| call.method != "GET");
        for (name, value) in call.headers.iter().cloned().chain(owner) {
            let value = HeaderValue::from_str(&value).map_err(|error| (unsent(&error), false))?;
            request.headers_mut().insert(name, value);
        }
        AwsAuthorizer::new(&credential, "s3", &region).authorize(&mut request, None);
        let lost = |error: HttpError| (unsent(&chain(&error).pop().unwrap_or_default()), true);
        let response = self.http.execute(request).await.map_err(lost)?;
        let status = response.status().as_u16();
        let moved = response.headers().get("x-amz-bucket-region").and_then(|region| region.to_str().ok());
        let moved = moved.map(str::to_owned);
        let mut chunks = response.into_body().bytes_stream();
        let mut body = Vec::new();
        while let Some(chunk) = chunks.next().await {
            body.extend_from_slice(&chunk.map_err(lost)?);
        }
        if (200..300).contains(&status) {
            return Ok(body);
        }
        let text = String::from_utf8_lossy(&body);
        let refusal: Refusal = quick_xml::de::from_str(&text).unwrap_or_default();
        if let Some(other) =
            refusal.region.clone().or(moved).filter(|other| *other != region && self.endpoint.is_none())
        {
            let mut elsewhere = self.elsewhere.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            elsewhere.insert(call.bucket.to_owned(), other);
            return Err((unsent(&"the bucket lies in another Region"), true));
        }
        let error = refused(call, &refusal, status, self.owner.as_deref());
        if error.class == ErrorClass::Credentials {
            self.chain.forget().await;
        }
        let again = error.class.is_retryable();
        Err((error, again))
    }

    fn region(&self, bucket: &str) -> String {
        let elsewhere = self.elsewhere.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        elsewhere.get(bucket).unwrap_or(&self.region).clone()
    }

    fn url(&self, call: &Call<'_>, region: &str) -> String {
        let bucket = call.bucket;
        let base = match &self.endpoint {
            Some(endpoint) => format!("{endpoint}/{bucket}"),
            None => {
                let suffix = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
                // A certificate covers one label: a bucket's name with dots stands in the path.
                if bucket.contains('.') {
                    format!("https://s3.{region}.{suffix}/{bucket}")
                } else {
                    format!("https://{bucket}.s3.{region}.{suffix}")
                }
            }
        };
        let query: Vec<String> =
            call.query.iter().map(|(name, value)| format!("{name}={}", percent_encoded(value, false))).collect();
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{base}/{}{mark}{}", percent_encoded(call.key, true), query.join("&"))
    }
}

/// Who asks.
const AGENT: &str = concat!("athplan/", env!("CARGO_PKG_VERSION"));

/// S3's refusal as the trait's error.
fn refused(call: &Call<'_>, refusal: &Refusal, status: u16, owner: Option<&str>) -> EngineError {
    let place = format!("s3://{}/{}", call.bucket, call.key);
    let answer = Answer { action: call.action, kind: &refusal.code, code: None, message: &refusal.message, status };
    let error = match (refusal.code.as_str(), status) {
        ("NoSuchBucket", _) => {
            let error = EngineError::new(ErrorClass::Configuration, format!("there is no bucket {}", call.bucket));
            error.with_help(
                "is the name right, in --output-location or in the LOCATION of a table? athplan makes no buckets \
                 (aws s3 mb s3://NAME)",
            )
        }
        ("NoSuchKey", _) => EngineError::new(ErrorClass::Data, format!("there is no file {place}")),
        ("", 403) => answer::classify(Answer { kind: "AccessDenied", ..answer }),
        _ => answer::classify(answer),
    };
    match error.class {
        ErrorClass::Permission => {
            let resource = match call.action {
                "s3:ListBucket" => format!("arn:aws:s3:::{}", call.bucket),
                _ => format!("arn:aws:s3:::{}/{}", call.bucket, call.key),
            };
            let mut help = format!("ask for the permission {} on {resource}; {}", call.action, answer::POLICY);
            if let Some(owner) = owner.filter(|_| call.method != "GET") {
                help.push_str(&format!(
                    "\nor the bucket does not belong to the account {owner}, as --expected-bucket-owner demands"
                ));
            }
            error.with_help(help)
        }
        // Whatever else S3 refuses speaks of no statement.
        ErrorClass::Statement => {
            EngineError { class: ErrorClass::Configuration, message: format!("{place}: {}", error.message), ..error }
        }
        _ => error,
    }
}
