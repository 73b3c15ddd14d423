//! `athplan doctor`: what a run on Athena relies on, looked at before one does; with `--live`, what can only be proven
//! by running.

mod findings;
mod live;
mod proof;

use std::io::Write;

use clap::{Args, ValueEnum};
use miette::IntoDiagnostic;
use serde_json::json;

use super::athena::options;
use super::engine::{AthenaSettings, report};
use super::output::{visible_json, visible_lines};
use super::session::Failure;
use super::verified;
use crate::engine::athena::{Finding, Verdict, examine};
use crate::error::exit;

/// Looks over what a run on Athena relies on, and says how to mend what is wrong.
///
/// Credentials, Region, workgroup, output location, database and permissions are looked at in the order in which a run
/// meets them. A small file is written below the output location and deleted again; no query runs without --live. The
/// exit code is 0 if nothing has failed, else 1.
#[derive(Debug, Args)]
pub struct Doctor {
    /// Runs statements that prove what athplan relies on, for a cent at most
    ///
    /// That partitions are pruned in every form in which athplan asks for them, that a statement sent twice runs once,
    /// that types and result files are as athplan reads them: proven over small files of its own, which are deleted again.
    /// What it may cost is said before it begins. Once it has passed, `run` no longer calls the account and workgroup
    /// unverified.
    #[arg(long)]
    live: bool,
    /// How to print
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    #[command(flatten)]
    athena: AthenaSettings,
}

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

impl Doctor {
    /// Looks over everything; what was found goes to standard output.
    ///
    /// # Errors
    ///
    /// Settings that make no sense.
    pub fn run(&self, out: &mut dyn Write) -> Result<u8, Failure> {
        let here = std::env::current_dir().into_diagnostic()?;
        let (_, config) = super::config::nearest(&here.join("spec"))?.unwrap_or_default();
        let options = options(&self.athena.or(&config.athena))?;
        let runtime = super::execute::runtime()?;
        let (mut findings, engine) = runtime.block_on(examine(options.clone(), None));
        let is_well = |findings: &[Finding]| findings.iter().all(|finding| finding.verdict != Verdict::Failed);
        if let Some(engine) = engine.filter(|_| self.live && is_well(&findings)) {
            let proven = runtime.block_on(live::live(&engine, &options, super::say))?;
            if is_well(&proven) {
                let account = runtime.block_on(engine.account()).map_err(|error| report(&error))?;
                verified::record(account.as_deref(), engine.region(), &engine.workgroup().name)?;
            }
            findings.extend(proven);
        }
        let is_well = is_well(&findings);
        let text = match self.format {
            Format::Text => visible_lines(&findings::text(&findings)),
            Format::Json => {
                let all = json!({ "ok": is_well, "checks": findings });
                visible_json(&(serde_json::to_string_pretty(&all).into_diagnostic()? + "\n"))
            }
        };
        out.write_all(text.as_bytes())?;
        Ok(if is_well { exit::OK } else { exit::FAILED })
    }
}
