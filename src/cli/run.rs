//! `athplan run`: runs a spec, on the embedded engine over local files or on Athena.

use std::io::Write;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;
use miette::{IntoDiagnostic, Report, miette};
use tokio::runtime::Runtime;

use super::answers::{Answers, Format};
use super::destination::Destination;
#[cfg(not(all(feature = "local", feature = "athena")))]
use super::engine::missing;
#[cfg(feature = "local")]
use super::engine::report;
use super::engine::{EngineName, EngineOptions};
#[cfg(feature = "local")]
use super::folder::{Folder, kept_lines};
use super::options::CompileOptions;
use super::output;
use super::progress::Progress;
use super::session::{Failure, Session};
#[cfg(feature = "athena")]
use super::summary::counted;
use super::summary::{code, summary};
use crate::Compiled;
use crate::engine::Engine;
#[cfg(feature = "local")]
use crate::engine::local::{LocalEngine, LocalOptions, is_mapped};
use crate::error::Errors;
use crate::plan::StepKind;
use crate::run::ledger::Ledger;
use crate::run::{Event, Kept, Outcome, RunError, RunOptions, lacking, run_with};

/// Runs a spec: on the embedded engine, over folders mapped by --map or athplan.toml, or on Athena.
#[derive(Debug, Args)]
pub struct Run {
    #[command(flatten)]
    compile: CompileOptions,
    #[command(flatten)]
    engine: EngineOptions,
    /// How the rows are printed (default: a table on a terminal, else CSV)
    #[arg(long, value_name = "FORMAT", requires_if("parquet", "out"))]
    format: Option<Format>,
    /// Writes the rows to a file; to DIR/, a file for each query, named after its step
    #[arg(long, value_name = "FILE|DIR/")]
    out: Option<PathBuf>,
    /// The folder for tables that the embedded engine keeps; beside each, NAME.sql says how another spec reads it
    #[arg(long, value_name = "DIR", default_value = "athplan-out")]
    output: PathBuf,
    /// Replaces tables of earlier runs that have the same name
    #[arg(long)]
    replace: bool,
    /// Skips files that cannot be read, and counts them
    #[arg(long)]
    skip_bad_files: bool,
    /// Writes the coverage of every scan as JSON
    #[arg(long, value_name = "FILE")]
    coverage: Option<PathBuf>,
    /// Says nothing but the rows, and errors
    #[arg(short, long)]
    quiet: bool,
}

/// Where what a run comes to is written: places that were tried before anything ran.
struct Places {
    answers: Answers,
    coverage: Option<Destination>,
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
            #[cfg(feature = "athena")]
            EngineName::Athena => self.athena(&session, out),
            #[cfg(not(feature = "athena"))]
            EngineName::Athena => Err(missing("athena").into()),
        }
    }

    #[cfg(feature = "local")]
    fn local(&self, session: &Session, out: &mut dyn Write) -> Result<u8, Failure> {
        let compiled = session.compile(&self.compile)?;
        let places = self.places(&compiled)?;
        let run_id = run_id();
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
        let progress = Progress::new(self.quiet);
        let run_options = RunOptions::new(run_id, output);
        let runtime = runtime()?;
        let result = executed(&runtime, &compiled, &engine, &run_options, &progress);
        runtime.shutdown_timeout(std::time::Duration::from_secs(1));
        let outcome = result.map_err(|error| match error {
            RunError::Stopped => Failure::Other(miette!("interrupted; nothing of the run was kept")),
            error => failure(session, error),
        })?;
        folder.finish()?;
        self.finish(places, &outcome, out, |kept| kept_lines(kept, &directory))
    }

    #[cfg(feature = "athena")]
    fn athena(&self, session: &Session, out: &mut dyn Write) -> Result<u8, Failure> {
        if self.skip_bad_files {
            let help =
                "Athena reads every file or fails the statement; list what it cannot read with run over local copies";
            return Err(miette!(help = help, "--skip-bad-files is for the embedded engine").into());
        }
        let live = super::athena::Live::connect(session.athena(&self.engine.athena))?;
        if !self.quiet {
            super::verified::remind(&live);
        }
        let compiled = live.compile(session, &self.compile)?;
        let places = self.places(&compiled)?;
        refuse_lacking(session, &compiled, &live.engine)?;
        let run_options = RunOptions::new(run_id(), live.output(&compiled)?);
        live.prepare(&compiled, self.replace)?;
        let progress = Progress::new(self.quiet);
        let result = executed(&live.runtime, &compiled, &live.engine, &run_options, &progress);
        live.close();
        let outcome = result.map_err(|error| match error {
            RunError::Stopped => {
                let (run, output) = (&run_options.run, &run_options.output);
                let help =
                    format!("what it had made is left: tables named …__{run}, and files of {run} under {output}");
                Failure::Other(miette!(help = help, "interrupted; its queries were stopped"))
            }
            error => failure(session, error),
        })?;
        self.finish(places, &outcome, out, |kept| {
            let rows = kept.rows.map_or_else(String::new, |rows| format!(" ({})", counted(rows, "row")));
            vec![format!("kept {}{rows} in {}", kept.name, kept.location)]
        })
    }

    /// Says what the spec probably does not mean, and tries every place that will be written to.
    fn places(&self, compiled: &Compiled) -> Result<Places, Failure> {
        if !self.quiet {
            super::warn(compiled);
        }
        let answers = Answers::open(&asked(compiled)?, self.format, self.out.as_deref())?;
        let coverage = self.coverage.as_deref().map(Destination::open).transpose()?;
        Ok(Places { answers, coverage })
    }

    /// Rows on standard output, everything else beside it; the exit code.
    fn finish(
        &self,
        places: Places,
        outcome: &Outcome,
        out: &mut dyn Write,
        kept_lines: impl Fn(&Kept) -> Vec<String>,
    ) -> Result<u8, Failure> {
        match places.answers.write(&outcome.answers, out) {
            // What the run came to is said all the same.
            Ok(()) | Err(Failure::Closed) => {}
            Err(failure) => return Err(failure),
        }
        if !self.quiet {
            summary(outcome, kept_lines);
        }
        if let Some(coverage) = places.coverage {
            let text = serde_json::to_string_pretty(&outcome.coverage).into_diagnostic()?;
            coverage.write(output::visible_json(&text).as_bytes())?;
        }
        Ok(code(outcome))
    }
}

/// Refuses what the engine lacks, before anything runs.
fn refuse_lacking<E: Engine>(session: &Session, compiled: &Compiled, engine: &E) -> Result<(), Failure> {
    let lacking = lacking(compiled, |statements| engine.lacks(statements))
        .map_err(|error| Failure::Spec(Errors::new(&session.source, [error])))?;
    if lacking.is_empty() { Ok(()) } else { Err(Failure::Spec(Errors::new(&session.source, lacking))) }
}

/// What runs an engine's calls.
///
/// # Errors
///
/// The system gives no threads.
pub(super) fn runtime() -> Result<Runtime, Report> {
    tokio::runtime::Builder::new_multi_thread()
        // Deep plans of hostile or generated specs recurse; a thread's default stack is small.
        .thread_stack_size(32 << 20)
        .enable_all()
        .build()
        .into_diagnostic()
}

/// Runs a plan to its end. Whoever interrupts it once has its queries stopped, twice leaves at once.
fn executed<E: Engine>(
    runtime: &Runtime,
    compiled: &Compiled,
    engine: &E,
    options: &RunOptions,
    progress: &Progress,
) -> Result<Outcome, RunError> {
    let listen = |event: Event| progress.event(&event);
    let ledger = Ledger::in_memory();
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let result = runtime.block_on(async {
        let mut run = std::pin::pin!(run_with(compiled, engine, options, &ledger, stopped, &listen));
        tokio::select! {
            result = &mut run => return result,
            _ = tokio::signal::ctrl_c() => stop.send_replace(true),
        };
        tokio::select! {
            result = run => result,
            _ = tokio::signal::ctrl_c() => Err(RunError::Stopped),
        }
    });
    progress.finish();
    result
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

fn failure(session: &Session, error: RunError) -> Failure {
    match error {
        // A row that was found does not fit: the spec is right, and something did run.
        RunError::Expand(error) => {
            let report = Errors::new(&session.source, [error]).reports().remove(0);
            Failure::Other(report)
        }
        RunError::Statement { span, error: ref cause, .. } => {
            let (line, _) = session.source.position(span.start);
            let mut help = format!("it comes from {}:{line}", session.source.name);
            if let Some(way_out) = &cause.help {
                help = format!("{help}\n{way_out}");
            }
            Failure::Other(miette!(help = help, "{error}"))
        }
        RunError::Budget(error) => Failure::Other(Report::new(*error)),
        RunError::Ledger(error) => Failure::Other(Report::new(error)),
        RunError::Shape { .. } | RunError::Stopped => Failure::Other(miette!("{error}")),
    }
}
