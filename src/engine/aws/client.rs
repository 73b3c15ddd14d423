//! The connection to AWS: who asks, where, and how often a request that was lost on its way is sent again.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::{Builder, Connector};
use aws_types::service_config::ServiceConfigKey;

/// How often a request that the network lost is sent, the first time included.
const ATTEMPTS: u32 = 3;

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(5);

/// How long an answer may take to begin.
const ANSWER: Duration = Duration::from_secs(60);

/// What every call is made with: the standard chain of credentials (environment, profile, single
/// sign-on, role, instance), the Region, one TLS library. `second` is how long a second of AWS takes.
pub async fn load(
    region: Option<&str>,
    profile: Option<&str>,
    second: Duration,
    credentials: Option<SharedCredentialsProvider>,
) -> SdkConfig {
    let http = Builder::new().build_with_connector_fn(|settings, components| {
        let mut connector = Connector::builder().proxy_config(ProxyConfig::from_env());
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(|components| components.sleep_impl()));
        connector.tls_provider(Provider::Rustls(CryptoMode::Ring)).build()
    });
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .http_client(http)
        .app_name(AppName::new("athplan").expect("letters alone"))
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS).with_initial_backoff(second))
        .timeout_config(TimeoutConfig::builder().connect_timeout(CONNECT).read_timeout(ANSWER).build());
    if let Some(region) = region {
        loader = loader.region(Region::new(region.to_owned()));
    }
    if let Some(profile) = profile {
        loader = loader.profile_name(profile);
    }
    if let Some(credentials) = credentials {
        loader = loader.credentials_provider(credentials);
    }
    loader.load().await
}

/// Where S3 answers, if not where its Region says: as the SDK of S3 would look it up.
pub fn s3_endpoint(configuration: &SdkConfig, given: Option<&str>) -> Option<String> {
    let key = ServiceConfigKey::builder().service_id("S3").env("AWS_ENDPOINT_URL").profile("endpoint_url").build();
    let configured = || configuration.service_config()?.load_config(key.ok()?);
    let general = || configuration.endpoint_url().map(str::to_owned);
    given.map(str::to_owned).or_else(configured).or_else(general)
}
