//! Athena's errors as the trait's: what is to be done, and a way out.

pub mod outcome;

use std::error::Error;

use aws_sdk_athena::config::http::HttpResponse;
use aws_sdk_athena::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_athena::types::error::InvalidRequestException;

use crate::engine::aws::answer::{self, Answer};
use crate::engine::aws::{chain, no_region, nobody};
use crate::engine::{EngineError, ErrorClass};

/// The error of a call, `action` as a policy names it.
pub fn of_call<E>(action: &str, error: &SdkError<E, HttpResponse>) -> EngineError
where
    E: Error + ProvideErrorMetadata + 'static,
{
    match error {
        SdkError::ServiceError(context) => {
            let metadata = context.err().meta();
            let inner = context.err().source().and_then(|inner| inner.downcast_ref::<InvalidRequestException>());
            answer::classify(Answer {
                action,
                kind: metadata.code().unwrap_or_default(),
                code: inner.and_then(InvalidRequestException::athena_error_code),
                message: metadata.message().unwrap_or_default(),
                status: context.raw().status().as_u16(),
            })
        }
        SdkError::TimeoutError(_) => {
            EngineError::new(ErrorClass::Transient, format!("{action} was not answered in time"))
                .with_help(answer::NETWORK)
        }
        SdkError::ResponseError(context) => {
            let status = context.raw().status().as_u16();
            let message = format!("{action} was answered with something else than Athena's protocol ({status})");
            EngineError::new(ErrorClass::Transient, message)
        }
        other => unsent(action, other),
    }
}

/// The error of a call that never reached Athena: nobody to sign it, nowhere to send it, or nobody there.
fn unsent<E: Error + 'static>(action: &str, error: &SdkError<E, HttpResponse>) -> EngineError {
    let chain = chain(error);
    let says = |words: &[&str]| words.iter().any(|word| chain.iter().any(|text| text.contains(word)));
    let last = chain.last().cloned().unwrap_or_default();
    if says(&["credentials", "Credentials", "identity"]) {
        return answer::credentials(&nobody(&last));
    }
    if says(&["no region", "Invalid Configuration: Missing Region", "missing region"]) {
        return no_region();
    }
    let message = format!("{action} cannot be sent: {last}");
    if says(&["dns error", "failed to lookup address"]) {
        let help = "there is no such endpoint: is --region (or AWS_REGION) a Region, and is the network there?";
        return EngineError::new(ErrorClass::Configuration, message).with_help(help);
    }
    match error {
        SdkError::DispatchFailure(_) => EngineError::new(ErrorClass::Transient, message).with_help(answer::NETWORK),
        _ => EngineError::new(ErrorClass::Configuration, format!("{}", DisplayErrorContext(error))),
    }
}
