//! The policy of `explain --iam`: from the spec alone where it says enough, else with the live catalog.

use std::env;

use miette::{IntoDiagnostic, miette};

use super::engine::AthenaSettings;
use super::options::CompileOptions;
use super::session::{Failure, Session};
use crate::Compiled;
use crate::catalog::with_slash;
use crate::explain::iam::{PolicySettings, policy as of_plan};

/// The code of the error for a table that nobody declares.
const UNKNOWN_TABLE: &str = "athplan::bind::unknown_table";

/// The policy for running a spec on Athena, as JSON.
///
/// # Errors
///
/// A spec that does not compile, or what only AWS could tell and does not.
pub fn policy(
    session: &Session,
    options: &CompileOptions,
    settings: AthenaSettings,
    account: Option<String>,
) -> Result<String, Failure> {
    let known = PolicySettings {
        region: settings.region.clone().or_else(region),
        account,
        workgroup: settings.workgroup.clone().unwrap_or_else(|| "primary".to_owned()),
        catalog: settings.data_catalog.clone(),
        database: settings.database().to_owned(),
        outputs: settings.output_location.as_deref().map(with_slash).into_iter().collect(),
        key: key(settings.encryption.as_deref()),
    };
    let (compiled, known) = match session.compile_unlisted(options) {
        Ok(compiled) if !known.outputs.is_empty() => (compiled, known),
        Err(Failure::Spec(errors)) if errors.errors.iter().any(|error| !is_unknown_table(error.as_ref())) => {
            return Err(Failure::Spec(errors));
        }
        Ok(_) | Err(Failure::Spec(_)) => live(session, options, settings, known)?,
        Err(other) => return Err(other),
    };
    Ok(serde_json::to_string_pretty(&of_plan(&compiled, &known)).into_diagnostic()? + "\n")
}

fn is_unknown_table(error: &dyn miette::Diagnostic) -> bool {
    error.code().is_some_and(|code| code.to_string() == UNKNOWN_TABLE)
}

/// The Region of the environment, if it has one.
fn region() -> Option<String> {
    let named = |name| env::var(name).ok().filter(|value| !value.is_empty());
    named("AWS_REGION").or_else(|| named("AWS_DEFAULT_REGION"))
}

/// The key of `SSE_KMS=KEY` or `CSE_KMS=KEY`.
fn key(encryption: Option<&str>) -> Option<String> {
    encryption?.split_once('=').map(|(_, key)| key.to_owned())
}

#[cfg(feature = "athena")]
fn live(
    session: &Session,
    options: &CompileOptions,
    settings: AthenaSettings,
    known: PolicySettings,
) -> Result<(Compiled, PolicySettings), Failure> {
    use super::live::{Live, LiveSettings};

    let live = Live::connect(LiveSettings::Athena(settings)).map_err(|failure| match failure {
        Failure::Other(report) => {
            let help = "without access to AWS the policy is printed if every table is declared in the spec or a \
                        --catalog file, and --output-location is given";
            let help = report.help().map_or(help.to_owned(), |own| format!("{own}\n{help}"));
            Failure::Other(miette!(help = help, "{report}"))
        }
        other => other,
    })?;
    let compiled = live.compile(session, options, false)?;
    let mut outputs = vec![live.output(&compiled)?];
    let mut region = known.region.clone();
    if let Some(engine) = live.engine.athena() {
        let workgroup = engine.workgroup();
        if workgroup.is_enforced && !workgroup.is_managed {
            outputs.extend(workgroup.output.clone());
        }
        region = Some(engine.region().to_owned());
    }
    outputs.retain(|output| !output.is_empty());
    outputs.dedup();
    live.close();
    Ok((compiled, PolicySettings { region, outputs, ..known }))
}

#[cfg(not(feature = "athena"))]
fn live(
    _: &Session,
    _: &CompileOptions,
    _: AthenaSettings,
    _: PolicySettings,
) -> Result<(Compiled, PolicySettings), Failure> {
    let help = "declare every table in the spec or a --catalog file, and give --output-location; or build it with \
                cargo install --features athena";
    Err(miette!(help = help, "this athplan was built without the engine `athena`, and cannot ask AWS").into())
}
