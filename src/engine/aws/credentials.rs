//! The credentials of the SDK's chain, for requests that the SDK does not sign.
//!
//! The chain itself keeps nothing: each question may start a process or ask a service. So the answer is
//! kept until it is about to expire.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use object_store::aws::AwsCredential;
use tokio::sync::Mutex;

use super::identity::Identity;
use super::{answer, no_credentials};
use crate::engine::EngineError;

/// How long before their end credentials are renewed.
const EARLY: Duration = Duration::from_secs(300);

/// The chain, and its last answer.
#[derive(Debug)]
pub struct Chain {
    provider: Option<SharedCredentialsProvider>,
    kept: Mutex<Option<Kept>>,
}

#[derive(Debug)]
struct Kept {
    credential: Arc<AwsCredential>,
    end: Option<SystemTime>,
    account: Option<String>,
}

impl Chain {
    /// The chain of a configuration.
    pub fn new(configuration: &SdkConfig) -> Self {
        Self { provider: configuration.credentials_provider(), kept: Mutex::new(None) }
    }

    /// Credentials that hold for a while.
    ///
    /// # Errors
    ///
    /// There are none, or they cannot be had.
    pub async fn get(&self) -> Result<Arc<AwsCredential>, EngineError> {
        let mut kept = self.kept.lock().await;
        let now = SystemTime::now();
        if let Some(kept) = kept.as_ref().filter(|kept| kept.end.is_none_or(|end| now + EARLY < end)) {
            return Ok(kept.credential.clone());
        }
        let provider = self.provider.as_ref().ok_or_else(|| answer::credentials("no credentials"))?;
        let found = provider.provide_credentials().await;
        let found = found.map_err(|error| no_credentials(&error))?;
        let account = Identity::of(&found).account;
        let credential = Arc::new(credential(&found));
        *kept = Some(Kept { credential: credential.clone(), end: found.expiry(), account });
        Ok(credential)
    }

    /// The account that asks, as far as its credentials tell.
    ///
    /// # Errors
    ///
    /// As [`Chain::get`].
    pub async fn account(&self) -> Result<Option<String>, EngineError> {
        self.get().await?;
        Ok(self.kept.lock().await.as_ref().and_then(|kept| kept.account.clone()))
    }

    /// Forgets what was kept: it was not accepted.
    pub async fn forget(&self) {
        *self.kept.lock().await = None;
    }
}

fn credential(found: &Credentials) -> AwsCredential {
    AwsCredential {
        key_id: found.access_key_id().to_owned(),
        secret_key: found.secret_access_key().to_owned(),
        token: found.session_token().map(str::to_owned),
    }
}
