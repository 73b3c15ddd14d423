//! The errors of whoever asks AWS without credentials, or without a Region.

use std::error::Error;

use super::answer;
use crate::engine::{EngineError, ErrorClass};

/// The error of credentials that cannot be had.
pub fn no_credentials(error: &(dyn Error + 'static)) -> EngineError {
    answer::credentials(&nobody(&chain(error).pop().unwrap_or_default()))
}

/// That there are no credentials, in few words: the SDK tells of every place that it looked at.
pub fn nobody(said: &str) -> String {
    if said.contains("no credentials found in chain") {
        "no credentials: none in the environment, in the profile, or from the role of a container or machine".to_owned()
    } else {
        format!("no credentials: {said}")
    }
}

/// The same error for a profile that was named: it is what has no credentials.
pub fn of_profile(error: EngineError, profile: Option<&str>) -> EngineError {
    match profile {
        Some(profile) if error.class == ErrorClass::Credentials && error.message.starts_with("no credentials") => {
            let help = format!(
                "is `{profile}` in ~/.aws/config or ~/.aws/credentials (AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE)? \
                 aws configure list-profiles names those that are; aws sso login --profile {profile} logs in"
            );
            EngineError {
                help: Some(help),
                message: format!("the profile `{profile}` gives {}", error.message),
                ..error
            }
        }
        _ => error,
    }
}

/// No Region is set anywhere.
pub fn no_region() -> EngineError {
    EngineError::new(ErrorClass::Configuration, "no Region is set")
        .with_help("give --region, set AWS_REGION, or put a `region` in the profile")
}

/// An error and what it comes from, each in its own words.
pub fn chain(error: &(dyn Error + 'static)) -> Vec<String> {
    let mut texts = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        texts.push(error.to_string());
        next = error.source();
    }
    texts
}
