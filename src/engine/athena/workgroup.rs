//! What a workgroup says of the queries in it: where their results go, and what they may scan.

use aws_sdk_athena::Client;
use aws_sdk_athena::types::WorkGroupState;

use super::error::of_call;
use crate::catalog::with_slash;
use crate::engine::{EngineError, ErrorClass};

/// A workgroup.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Workgroup {
    /// Its name.
    pub name: String,
    /// Whether its own settings override those of a request
    /// (<https://docs.aws.amazon.com/athena/latest/ug/workgroups-settings-override.html>).
    pub is_enforced: bool,
    /// Where results go if a request does not say, ending in `/`.
    pub output: Option<String>,
    /// The bytes that one query may scan.
    pub cutoff: Option<u64>,
    /// Whether Athena keeps results itself, so that no request may say where they go
    /// (<https://docs.aws.amazon.com/athena/latest/ug/managed-results.html>).
    pub is_managed: bool,
    /// The engine's version, in Athena's words.
    pub engine: Option<String>,
}

/// What a workgroup says.
///
/// # Errors
///
/// There is none of that name, it is disabled, or it may not be looked at.
pub async fn workgroup(client: &Client, name: &str) -> Result<Workgroup, EngineError> {
    let answer = client.get_work_group().work_group(name).send().await;
    let answer = answer.map_err(|error| of_call("athena:GetWorkGroup", &error))?;
    let found = answer.work_group();
    if found.and_then(|group| group.state()) == Some(&WorkGroupState::Disabled) {
        let help = "enable it (aws athena update-work-group --state ENABLED), or name another with --workgroup";
        let message = format!("the workgroup {name} is disabled");
        return Err(EngineError::new(ErrorClass::Configuration, message).with_help(help));
    }
    let configuration = found.and_then(|group| group.configuration());
    let managed = configuration.and_then(|configuration| configuration.managed_query_results_configuration());
    let results = configuration.and_then(|configuration| configuration.result_configuration());
    let version = configuration.and_then(|configuration| configuration.engine_version());
    Ok(Workgroup {
        name: name.to_owned(),
        is_enforced: configuration
            .and_then(|configuration| configuration.enforce_work_group_configuration())
            .unwrap_or(false),
        output: results.and_then(|results| results.output_location()).map(with_slash),
        cutoff: configuration
            .and_then(|configuration| configuration.bytes_scanned_cutoff_per_query())
            .and_then(|bytes| u64::try_from(bytes).ok()),
        is_managed: managed.is_some_and(|managed| managed.enabled()),
        engine: version.and_then(|version| version.effective_engine_version()).map(str::to_owned),
    })
}
