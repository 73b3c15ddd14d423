//! `athplan run`: runs a spec, on the embedded engine over local files, on Athena or on a Trino.

use std::io::Write;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;
#[cfg(any(feature = "local", feature = "athena", feature = "trino"))]
use miette::miette;

#[cfg(not(all(feature = "local", feature = "athena", feature = "trino")))]
use super::engine::missing;
#[cfg(feature = "local")]
use super::engine::report;
use super::engine::{EngineName, EngineOptions};
#[cfg(feature = "local")]
use super::execute::{Execution, failure};
#[cfg(feature = "local")]
use super::folder::{Folder, LOCATION, kept_lines, kept_tables};
use super::inputs::Inputs;
use super::limits::LimitOptions;
use super::options::CompileOptions;
#[cfg(feature = "local")]
use super::progress::Progress;
use super::reporting::ReportOptions;
use super::session::{Failure, Session};
use crate::Compiled;
use crate::engine::Engine;
#[cfg(feature = "local")]
use crate::engine::local::{LocalEngine, LocalOptions, is_mapped};
use crate::error::Errors;
#[cfg(feature = "local")]
use crate::run::RunError;
#[cfg(feature = "local")]
use crate::run::ledger::Ledger;
use crate::run::{RunOptions, lacking};

/// Runs a spec: on the embedded engine, over folders mapped by --map or athplan.toml, on Athena, or on a Trino.
#[derive(Debug, Args)]
pub struct Run {
    #[command(flatten)]
    compile: CompileOptions,
    #[command(flatten)]
    engine: EngineOptions,
    #[command(flatten)]
    report: ReportOptions,
    /// The folder for tables that the embedded engine keeps; beside each, NAME.sql says how another spec reads it
    #[arg(long, value_name = "DIR", default_value = "athplan-out")]
    output: PathBuf,
    /// Replaces tables of earlier runs that have the same name
    #[arg(long)]
    replace: bool,
    /// Skips files that cannot be read, and counts them
    #[arg(long)]
    skip_bad_files: bool,
    #[command(flatten)]
    limits: LimitOptions,
}

impl Run {
    /// Runs the spec; rows go to standard output, everything else to standard error.
    ///
    /// # Errors
    ///
    /// A spec that does not compile, or a statement that fails.
    pub fn run(&self, out: &mut dyn Write) -> Result<u8, Failure> {
        let session = Session::open(&self.compile)?;
        match self.engine.name(session.config.engine) {
            #[cfg(feature = "local")]
            EngineName::Local => self.local(&session, out),
            #[cfg(not(feature = "local"))]
            EngineName::Local => Err(missing("local").into()),
            #[cfg(any(feature = "athena", feature = "trino"))]
            EngineName::Athena | EngineName::Trino => self.live(&session, out),
            #[cfg(not(any(feature = "athena", feature = "trino")))]
            EngineName::Athena => Err(missing("athena").into()),
            #[cfg(not(any(feature = "athena", feature = "trino")))]
            EngineName::Trino => Err(missing("trino").into()),
        }
    }

    #[cfg(feature = "local")]
    fn local(&self, session: &Session, out: &mut dyn Write) -> Result<u8, Failure> {
        let compiled = session.compile(&self.compile)?;
        let limits = self.limits.under(compiled.plan.spec.limits).map_err(Failure::Usage)?;
        let inputs = Inputs::of(session, &self.compile, &compiled);
        let places = self.report.places(&compiled, &inputs)?;
        let run_id = run_id();
        if !kept_tables(&compiled).is_empty() {
            inputs.spare_but(LOCATION, "--output", &self.output)?;
        }
        let folder = Folder::open(&compiled, &self.output, &run_id, self.replace)?;
        let directory = folder.directory().to_path_buf();
        let mut options = LocalOptions::new(&directory, compiled.plan.settings.now_picos());
        options.maps = session.mappings();
        options.existing = crate::existing_tables(&compiled.plan.spec);
        options.skip_bad_files = self.skip_bad_files;
        options.dialect = self.compile.dialect;
        let output = options.output.location.clone();
        let engine = LocalEngine::new(options).map_err(|error| report(&error))?;
        for table in crate::scanned_tables(&compiled.plan.spec) {
            // A location that no folder stands for is better said before the first step runs.
            is_mapped(engine.store(), &table).map_err(|error| miette!("table `{}`: {error}", table.name))?;
        }
        refuse_lacking(session, &compiled, &engine)?;
        let statement_deadline = self.limits.statement_deadline();
        let options = RunOptions { limits, statement_deadline, ..RunOptions::new(run_id, output) };
        let runtime = super::execute::runtime()?;
        let execution = Execution {
            compiled: &compiled,
            options: &options,
            // What is read here costs nothing: a run that stopped is begun again.
            ledger: &Ledger::in_memory(),
            folder: None,
            deadline: self.limits.deadline(),
            progress: &Progress::new(self.report.quiet),
        };
        let (result, halt) = execution.run(&runtime, &engine);
        runtime.shutdown_timeout(std::time::Duration::from_secs(1));
        let outcome = result.map_err(|error| match error {
            RunError::Stopped => Failure::Other(miette!("{}; nothing of the run was kept", halt.words())),
            error => failure(&session.source, error),
        })?;
        places.finish(&outcome, out, || folder.finish(), |kept| kept_lines(kept, &directory))
    }

    #[cfg(any(feature = "athena", feature = "trino"))]
    fn live(&self, session: &Session, out: &mut dyn Write) -> Result<u8, Failure> {
        use super::lasting::Lasting;
        use super::live::Live;

        if self.skip_bad_files {
            let help = "other engines read every file or fail the statement; list what they cannot read with run over local copies";
            return Err(miette!(help = help, "--skip-bad-files is for the embedded engine").into());
        }
        let Some(settings) = session.live(&self.engine) else { return self.run(out) };
        let live = Live::connect(settings.in_dialect(self.compile.dialect))?;
        #[cfg(feature = "athena")]
        if let Some(engine) = live.engine.athena()
            && !self.report.quiet
        {
            super::verified::remind(&live.runtime, engine);
        }
        let compiled = live.compile(session, &self.compile, self.replace)?;
        let limits = self.limits.under(compiled.plan.spec.limits).map_err(Failure::Usage)?;
        let price = live.engine.price();
        if limits.dollars.is_some() && !price.is_known() {
            let help = "--price-per-tb says what reading costs there; --max-scan limits bytes instead";
            return Err(Failure::Usage(miette!(help = help, "dollars are limited, and no price is known")));
        }
        let places = self.report.places(&compiled, &Inputs::of(session, &self.compile, &compiled))?;
        refuse_lacking(session, &compiled, &live.engine)?;
        let statement_deadline = self.limits.statement_deadline();
        let output = live.output(&compiled)?;
        let options = RunOptions { limits, price, statement_deadline, ..RunOptions::new(run_id(), output) };
        live.prepare(&compiled, self.replace)?;
        let run = Lasting::begin(compiled, live, options, &self.compile.spec)?;
        run.execute(places, self.limits.deadline(), self.report.quiet, out)
    }
}

/// Refuses what the engine lacks, before anything runs.
fn refuse_lacking<E: Engine>(session: &Session, compiled: &Compiled, engine: &E) -> Result<(), Failure> {
    let lacking = lacking(compiled, |statements| engine.lacks(statements))
        .map_err(|error| Failure::Spec(Errors::new(&session.source, [error])))?;
    if lacking.is_empty() { Ok(()) } else { Err(Failure::Spec(Errors::new(&session.source, lacking))) }
}

/// A run's id: letters and digits that sort by time.
fn run_id() -> String {
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    let mut number = nanos / 1_000;
    let mut id = Vec::new();
    while number > 0 {
        let digit = u32::try_from(number % 36).unwrap_or_default();
        id.push(char::from_digit(digit, 36).unwrap_or('0'));
        number /= 36;
    }
    format!("r{}", id.into_iter().rev().collect::<String>())
}
