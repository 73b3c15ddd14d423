//! Sending a statement: StartQueryExecution, with a token of the submission's own.

use aws_sdk_athena::types::{EncryptionConfiguration, EncryptionOption, QueryExecutionContext, ResultConfiguration};

use super::AthenaEngine;
use super::error::of_call;
use super::token::request_token;
use crate::engine::aws::Encryption;
use crate::engine::aws::text::place;
use crate::engine::{EngineError, ErrorClass, QueryId, Submission};

const ACTION: &str = "athena:StartQueryExecution";

/// Starts a statement, or finds that it was started.
pub async fn submit(engine: &AthenaEngine, submission: &Submission) -> Result<QueryId, EngineError> {
    let options = &engine.options;
    let (sql, results) = (&submission.sql, engine.results());
    let catalog = options.catalog.as_deref().unwrap_or_default();
    let token = request_token(&[
        sql,
        &options.workgroup,
        catalog,
        &options.database,
        results.as_deref().unwrap_or_default(),
        &submission.token,
    ]);
    let context = QueryExecutionContext::builder().set_catalog(options.catalog.clone()).database(&options.database);
    let answer = engine
        .client
        .start_query_execution()
        .query_string(sql)
        .client_request_token(token)
        .query_execution_context(context.build())
        .work_group(&options.workgroup)
        .set_result_configuration(configuration(engine, results)?)
        .send()
        .await
        .map_err(|error| {
            let error = of_call(ACTION, &error);
            let at = place(sql, &error.message);
            error.at(at)
        })?;
    let missing = || EngineError::new(ErrorClass::Transient, format!("{ACTION} was answered without an id"));
    answer.query_execution_id().map(|id| QueryId(id.to_owned())).ok_or_else(missing)
}

/// Where results go and how they are encrypted; none where the workgroup decides all of it.
fn configuration(engine: &AthenaEngine, results: Option<String>) -> Result<Option<ResultConfiguration>, EngineError> {
    let options = &engine.options;
    let Some(results) = results else { return Ok(None) };
    let encryption = |option: EncryptionOption, key: Option<&String>| {
        EncryptionConfiguration::builder().encryption_option(option).set_kms_key(key.cloned()).build()
    };
    let encryption = match &options.encryption {
        None => None,
        Some(Encryption::SseS3) => Some(encryption(EncryptionOption::SseS3, None)),
        Some(Encryption::SseKms(key)) => Some(encryption(EncryptionOption::SseKms, Some(key))),
        Some(Encryption::CseKms(key)) => Some(encryption(EncryptionOption::CseKms, Some(key))),
    };
    let encryption = encryption.transpose().map_err(|error| {
        EngineError::new(ErrorClass::Configuration, format!("the encryption of results cannot be asked for: {error}"))
    })?;
    let configuration = ResultConfiguration::builder()
        .output_location(results)
        .set_encryption_configuration(encryption)
        .set_expected_bucket_owner(options.expected_bucket_owner.clone());
    Ok(Some(configuration.build()))
}
