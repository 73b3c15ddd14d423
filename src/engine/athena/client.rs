//! The connection: who asks, where, and how often a request that was lost on its way is sent again.

use std::time::Duration;

use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_athena::Client;
use aws_sdk_athena::config::interceptors::InterceptorContext;
use aws_sdk_athena::config::retry::{ClassifyRetry, RetryAction, RetryConfig};
use aws_sdk_athena::config::timeout::TimeoutConfig;
use aws_sdk_athena::config::{AppName, Region, RuntimeComponents, SharedCredentialsProvider};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::{Builder, Connector};
use aws_types::service_config::ServiceConfigKey;

use super::error::no_region;
use super::options::AthenaOptions;
use crate::engine::EngineError;

/// How often a request that the network lost is sent, the first time included.
const ATTEMPTS: u32 = 3;

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(5);

/// How long an answer may take to begin.
const ANSWER: Duration = Duration::from_secs(60);

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

/// What every call is made with: the standard chain of credentials (environment, profile, single
/// sign-on, role, instance), the Region, one TLS library.
pub async fn load(options: &AthenaOptions, credentials: Option<SharedCredentialsProvider>) -> SdkConfig {
    let http = Builder::new().build_with_connector_fn(|settings, components| {
        let mut connector = Connector::builder().proxy_config(ProxyConfig::from_env());
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
        connector.tls_provider(Provider::Rustls(CryptoMode::Ring)).build()
    });
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .http_client(http)
        .app_name(AppName::new("athplan").expect("letters alone"))
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS).with_initial_backoff(options.second))
        .timeout_config(TimeoutConfig::builder().connect_timeout(CONNECT).read_timeout(ANSWER).build());
    if let Some(region) = &options.region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Some(profile) = &options.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(credentials) = credentials {
        loader = loader.credentials_provider(credentials);
    }
    loader.load().await
}

/// Athena's client.
pub fn athena(configuration: &SdkConfig, options: &AthenaOptions) -> Client {
    let mut builder = aws_sdk_athena::config::Builder::from(configuration).retry_classifier(NotWhenThrottled);
    if let Some(endpoint) = &options.athena_endpoint {
        builder = builder.endpoint_url(endpoint);
    }
    Client::from_conf(builder.build())
}

/// Where S3 answers, if not where its Region says: as the SDK of S3 would look it up.
pub fn s3_endpoint(configuration: &SdkConfig, options: &AthenaOptions) -> Option<String> {
    let key = ServiceConfigKey::builder().service_id("S3").env("AWS_ENDPOINT_URL").profile("endpoint_url").build();
    let configured = || configuration.service_config()?.load_config(key.ok()?);
    let general = || configuration.endpoint_url().map(str::to_owned);
    options.s3_endpoint.clone().or_else(configured).or_else(general)
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
