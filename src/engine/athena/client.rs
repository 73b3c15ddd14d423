//! Athena's client: the connection to AWS, and what is told to whoever paces all calls.

use aws_config::SdkConfig;
use aws_sdk_athena::Client;
use aws_sdk_athena::config::SharedCredentialsProvider;
use aws_sdk_athena::config::interceptors::InterceptorContext;
use aws_sdk_athena::config::retry::{ClassifyRetry, RetryAction};

use super::options::AthenaOptions;
use crate::engine::EngineError;
use crate::engine::aws::no_region;

/// What every call is made with, as [`load`] finds it.
///
/// # Errors
///
/// No Region is set anywhere.
pub async fn configuration(
    options: &AthenaOptions,
    credentials: Option<SharedCredentialsProvider>,
) -> Result<SdkConfig, EngineError> {
    let configuration = load(options, credentials).await;
    if configuration.region().is_none() { Err(no_region()) } else { Ok(configuration) }
}

/// What every call is made with, whether or not there is a Region.
pub async fn load(options: &AthenaOptions, credentials: Option<SharedCredentialsProvider>) -> SdkConfig {
    let (region, profile) = (options.region.as_deref(), options.profile.as_deref());
    crate::engine::aws::load(region, profile, options.second, credentials).await
}

/// Athena's client.
pub fn athena(configuration: &SdkConfig, options: &AthenaOptions) -> Client {
    let mut builder = aws_sdk_athena::config::Builder::from(configuration).retry_classifier(NotWhenThrottled);
    if let Some(endpoint) = &options.athena_endpoint {
        builder = builder.endpoint_url(endpoint);
    }
    Client::from_conf(builder.build())
}

/// Athena's own "not now" goes to the caller at once: whoever paces all calls has to know of it, and
/// the SDK, which sees one call, would only wait.
#[derive(Debug)]
struct NotWhenThrottled;

impl ClassifyRetry for NotWhenThrottled {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        const TYPES: [&[u8]; 2] = [b"ThrottlingException", b"TooManyRequestsException"];
        let response = context.response().filter(|response| response.status().as_u16() < 500);
        let body = response.and_then(|response| response.body().bytes()).unwrap_or_default();
        let says = |word: &[u8]| body.windows(word.len()).any(|window| window == word);
        if TYPES.into_iter().any(says) { RetryAction::RetryForbidden } else { RetryAction::NoActionIndicated }
    }

    fn name(&self) -> &'static str {
        "athplan: not when throttled"
    }
}
