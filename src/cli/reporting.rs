//! What a run comes to, written where the command line says: rows, coverage, and what is said of both.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use miette::{IntoDiagnostic, Report, miette};
use serde_json::json;

use super::answers::{Answers, Format};
use super::destination::Destination;
use super::inputs::{Inputs, resolved};
use super::output;
use super::session::Failure;
use super::summary::{code, summary};
use crate::Compiled;
use crate::error::{Errors, exit};
use crate::plan::StepKind;
use crate::run::{Kept, Outcome};

/// Where rows go, and what is said.
#[derive(Debug, Args)]
#[command(next_help_heading = "Rows")]
pub struct ReportOptions {
    /// How the rows are printed (default: a table on a terminal, else CSV)
    #[arg(long, value_name = "FORMAT", requires_if("parquet", "out"))]
    format: Option<Format>,
    /// Writes the rows to a file; to DIR/, a file for each query, named after its step
    #[arg(long, value_name = "FILE|DIR/")]
    out: Option<PathBuf>,
    /// Writes what was looked at as JSON: of every scan, and of every FOREACH's driver rows
    #[arg(long, value_name = "FILE")]
    coverage: Option<PathBuf>,
    /// Says nothing but the rows, and errors
    #[arg(short, long)]
    pub quiet: bool,
}

/// Where what a run comes to is written: places that were tried before anything ran.
pub struct Places {
    answers: Answers,
    coverage: Option<Destination>,
    quiet: bool,
}

impl ReportOptions {
    /// Says what the spec probably does not mean, and tries every place that will be written to.
    ///
    /// # Errors
    ///
    /// A place that cannot be written, or a plan that asks for nothing.
    pub fn places(&self, compiled: &Compiled, inputs: &Inputs) -> Result<Places, Failure> {
        for (option, place) in [("--out", &self.out), ("--coverage", &self.coverage)] {
            place.as_deref().map_or(Ok(()), |place| inputs.spare(option, place))?;
        }
        if let (Some(out), Some(coverage)) = (&self.out, &self.coverage)
            && resolved(out) == resolved(coverage)
        {
            let help = "give one of them another name";
            return Err(Failure::Usage(miette!(help = help, "--out and --coverage are both {}", out.display())));
        }
        if !self.quiet {
            super::warn(compiled);
        }
        let answers = Answers::open(&asked(compiled)?, self.format, self.out.as_deref())?;
        let coverage = self.coverage.as_deref().map(Destination::open).transpose()?;
        Ok(Places { answers, coverage, quiet: self.quiet })
    }
}

impl Places {
    /// Rows on standard output, everything else beside it; the exit code. Tables are kept by `keep` once the rows
    /// are written: a run that fails keeps nothing.
    ///
    /// # Errors
    ///
    /// A file cannot be written.
    pub fn finish(
        self,
        outcome: &Outcome,
        out: &mut dyn Write,
        keep: impl FnOnce() -> Result<(), Report>,
        kept_lines: impl Fn(&Kept) -> Vec<String>,
    ) -> Result<u8, Failure> {
        match self.answers.write(&outcome.answers, out) {
            // What the run came to is said all the same.
            Ok(()) | Err(Failure::Closed) => {}
            Err(failure) => return Err(failure),
        }
        keep()?;
        if !self.quiet {
            summary(outcome, kept_lines);
        }
        if let Some(coverage) = self.coverage {
            let whole = json!({
                "complete": code(outcome) != exit::INCOMPLETE,
                "foreachs": outcome.expansions,
                "scans": outcome.coverage,
            });
            let text = serde_json::to_string_pretty(&whole).into_diagnostic()?;
            coverage.write(output::visible_json(&text).as_bytes())?;
        }
        Ok(code(outcome))
    }
}

/// The steps of the spec's queries. A spec without one must keep a table: else it asks for nothing.
fn asked(compiled: &Compiled) -> Result<Vec<&str>, Failure> {
    let plan = &compiled.plan;
    if let Some(error) = plan.asks_nothing() {
        return Err(Failure::Spec(Errors::new(&plan.spec.source, [error])));
    }
    let answers = plan.steps.iter().filter(|step| matches!(step.kind, StepKind::Answer(_)));
    Ok(answers.map(|step| step.name.as_str()).collect())
}
