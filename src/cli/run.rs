//! `athplan run`: runs a spec, on the embedded engine over local files or on Athena.

use std::fs;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use miette::{IntoDiagnostic, Report, WrapErr, miette};
use tokio::runtime::Runtime;

#[cfg(not(all(feature = "local", feature = "athena")))]
use super::engine::missing;
#[cfg(feature = "local")]
use super::engine::report;
use super::engine::{EngineName, EngineOptions};
use super::options::CompileOptions;
use super::output;
use super::session::{Failure, Session};
use crate::Compiled;
use crate::cost::Bytes;
use crate::emit::Purpose;
#[cfg(feature = "local")]
use crate::engine::local::{LocalEngine, LocalOptions};
use crate::engine::{Engine, ResultSet};
use crate::error::{Errors, exit};
use crate::plan::{Lifetime, StepKind};
use crate::run::{Coverage, Event, Outcome, RunError, RunOptions, run};

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
    /// Writes the rows to a file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The folder for tables that the embedded engine keeps
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

/// How rows are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A table for people.
    Table,
    /// CSV; formulas of hostile data are made harmless.
    Csv,
    /// One JSON object a line.
    Json,
    /// Parquet, into --out.
    Parquet,
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
        let run_id = run_id();
        let kept = kept_tables(&compiled);
        // What only the run needs goes into a private folder that vanishes with it.
        let temporary = tempfile::Builder::new().prefix("athplan-").tempdir().into_diagnostic()?;
        let directory = if kept.is_empty() { temporary.path().to_path_buf() } else { self.output.clone() };
        self.refuse_existing(&kept, &directory)?;
        self.refuse_several(&compiled)?;
        let mut options = LocalOptions::new(&directory, compiled.plan.settings.now_picos());
        options.maps = session.mappings();
        options.skip_bad_files = self.skip_bad_files;
        options.dialect = self.compile.dialect;
        let output = options.output.location.clone();
        let engine = LocalEngine::new(options).map_err(|error| report(&error))?;
        for table in crate::scanned_tables(&compiled.plan.spec) {
            // A location that no folder stands for is better said before the first step runs.
            engine.store().place(table.listing_prefix()).map_err(|error| miette!("table `{}`: {error}", table.name))?;
        }
        let progress = Progress::new(self.quiet);
        let run_options = RunOptions { run: run_id.clone(), output };
        let runtime = runtime()?;
        let result = executed(&runtime, &compiled, &engine, &run_options, &progress);
        runtime.shutdown_timeout(Duration::from_secs(1));
        clean(&directory, &run_id);
        let outcome = match result {
            None => return Err(Failure::Other(miette!("interrupted; nothing of the run was kept"))),
            Some(result) => result.map_err(|error| failure(session, error))?,
        };
        if self.replace {
            remove_earlier(&kept, &directory, &run_id);
        }
        self.finish(&outcome, out, |location| {
            let folder = location.rsplit("/tables/").next().unwrap_or_default();
            directory.join("tables").join(folder).display().to_string()
        })
    }

    #[cfg(feature = "athena")]
    fn athena(&self, session: &Session, out: &mut dyn Write) -> Result<u8, Failure> {
        if self.skip_bad_files {
            let help =
                "Athena reads every file or fails the statement; list what it cannot read with run over local copies";
            return Err(miette!(help = help, "--skip-bad-files is for the embedded engine").into());
        }
        let live = super::athena::Live::connect(session.athena(&self.engine.athena))?;
        let compiled = live.compile(session, &self.compile)?;
        self.refuse_several(&compiled)?;
        let run_options = RunOptions { run: run_id(), output: live.output(&compiled)? };
        live.prepare(&compiled, &kept_tables(&compiled), self.replace)?;
        let progress = Progress::new(self.quiet);
        let result = executed(&live.runtime, &compiled, &live.engine, &run_options, &progress);
        let outcome = match result {
            None => return Err(Failure::Other(miette!("interrupted"))),
            Some(result) => result.map_err(|error| failure(session, error))?,
        };
        live.clean(&run_options.output, &run_options.run);
        live.close();
        self.finish(&outcome, out, str::to_owned)
    }

    /// Rows on standard output, everything else beside it; the exit code.
    fn finish(&self, outcome: &Outcome, out: &mut dyn Write, place: impl Fn(&str) -> String) -> Result<u8, Failure> {
        match self.print(outcome, out) {
            // What the run came to is said all the same.
            Ok(()) | Err(Failure::Closed) => {}
            Err(failure) => return Err(failure),
        }
        if !self.quiet {
            summary(outcome, place);
        }
        if let Some(path) = &self.coverage {
            let text = serde_json::to_string_pretty(&outcome.coverage).into_diagnostic()?;
            fs::write(path, text).into_diagnostic().wrap_err_with(|| format!("cannot write {}", path.display()))?;
        }
        Ok(code(outcome))
    }

    fn refuse_existing(&self, kept: &[String], directory: &Path) -> Result<(), Report> {
        for table in kept {
            let folder = directory.join("tables").join(table);
            let full = fs::read_dir(&folder).is_ok_and(|mut entries| entries.next().is_some());
            if full && !self.replace {
                return Err(miette!(
                    help = "--replace puts the new rows in its place, --output names another folder",
                    "the table `{table}` exists already, in {}",
                    folder.display()
                ));
            }
        }
        Ok(())
    }

    /// A Parquet file holds the rows of one query.
    fn refuse_several(&self, compiled: &Compiled) -> Result<(), Report> {
        let answers = compiled.plan.steps.iter().filter(|step| matches!(step.kind, StepKind::Answer(_))).count();
        if self.format == Some(Format::Parquet) && answers != 1 {
            return Err(miette!(
                help = "keep tables with CREATE TABLE … AS, or choose another --format",
                "a Parquet file holds the rows of one query, and the spec has {answers}"
            ));
        }
        Ok(())
    }

    fn print(&self, outcome: &Outcome, out: &mut dyn Write) -> Result<(), Failure> {
        let to_terminal = self.out.is_none() && std::io::stdout().is_terminal();
        let format = self.format.unwrap_or(if to_terminal { Format::Table } else { Format::Csv });
        let mut bytes: Vec<u8> = Vec::new();
        for (at, (_, rows)) in outcome.answers.iter().enumerate() {
            if at > 0 && format != Format::Json {
                bytes.push(b'\n');
            }
            write_rows(rows, format, to_terminal, &mut bytes)?;
        }
        match &self.out {
            Some(path) => {
                fs::write(path, bytes)
                    .into_diagnostic()
                    .wrap_err_with(|| format!("cannot write {}", path.display()))?;
            }
            None => out.write_all(&bytes)?,
        }
        Ok(())
    }
}

fn write_rows(rows: &ResultSet, format: Format, to_terminal: bool, out: &mut Vec<u8>) -> Result<(), Report> {
    match format {
        Format::Table => output::table::write(rows, to_terminal, out).into_diagnostic(),
        Format::Csv => output::csv::write(rows, out).into_diagnostic(),
        Format::Json => output::json::write(rows, out).into_diagnostic(),
        Format::Parquet => output::parquet::write(rows, out).map_err(|error| miette!("{error}")),
    }
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

/// Runs a plan to its end; none if somebody interrupts it.
fn executed<E: Engine>(
    runtime: &Runtime,
    compiled: &Compiled,
    engine: &E,
    options: &RunOptions,
    progress: &Progress,
) -> Option<Result<Outcome, RunError>> {
    let listen = |event: Event| progress.event(&event);
    let result = runtime.block_on(async {
        tokio::select! {
            result = run(compiled, engine, options, &listen) => Some(result),
            _ = tokio::signal::ctrl_c() => None,
        }
    });
    progress.finish();
    result
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

fn kept_tables(compiled: &Compiled) -> Vec<String> {
    compiled
        .plan
        .steps
        .iter()
        .filter_map(|step| match &step.kind {
            StepKind::Materialise(table, _, Lifetime::Kept) | StepKind::Foreach(_, table, Lifetime::Kept) => {
                Some(table.name.clone())
            }
            _ => None,
        })
        .collect()
}

/// Removes what only this run needed. What cannot be removed is left: the folders are private.
fn clean(directory: &Path, run: &str) {
    for kind in ["steps", "files"] {
        let _ = fs::remove_dir_all(directory.join(kind).join(run));
        let _ = fs::remove_dir(directory.join(kind));
    }
}

fn remove_earlier(kept: &[String], directory: &Path, run: &str) {
    for table in kept {
        for entry in fs::read_dir(directory.join("tables").join(table)).into_iter().flatten().flatten() {
            if entry.file_name() != run {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }
}

fn failure(session: &Session, error: RunError) -> Failure {
    match error {
        RunError::Expand(error) => Failure::Spec(Errors::new(&session.source, [error])),
        RunError::Statement { span, error: ref cause, .. } => {
            let (line, _) = session.source.position(span.start);
            let mut help = format!("it comes from {}:{line}", session.source.name);
            if let Some(way_out) = &cause.help {
                help = format!("{help}\n{way_out}");
            }
            Failure::Other(miette!(help = help, "{}", output::visible(&error.to_string())))
        }
        RunError::Shape { .. } => Failure::Other(miette!("{error}")),
    }
}

/// What was looked at, on standard error; `place` says where a location of the run lies for people.
fn summary(outcome: &Outcome, place: impl Fn(&str) -> String) {
    for expansion in &outcome.expansions {
        if expansion.rows == 0 {
            eprintln!("{}: the driver has NO ROWS: nothing was looked for", expansion.name);
        } else if expansion.rows_without_partitions > 0 {
            eprintln!(
                "{}: {} of {} driver rows need no partition: a key or bound of theirs is NULL or out of range",
                expansion.name, expansion.rows_without_partitions, expansion.rows
            );
        }
    }
    for coverage in &outcome.coverage {
        eprintln!("{}", coverage_line(coverage));
        for (file, reason) in &coverage.unreadable {
            eprintln!("  skipped {}: {}", output::visible(file), output::visible(reason));
        }
    }
    let bytes: u64 = outcome.statements.iter().map(|statement| statement.bytes).sum();
    let rows: usize = outcome.answers.iter().map(|(_, rows)| rows.rows.len()).sum();
    let statements = counted(outcome.statements.len() as u64, "statement");
    eprintln!("{}; {} read in {statements}", counted(rows as u64, "row"), Bytes(bytes));
    for (table, location) in &outcome.kept {
        eprintln!("kept {table} in {}", place(location));
    }
}

fn coverage_line(coverage: &Coverage) -> String {
    let (step, table) = (&coverage.step, &coverage.table);
    let asked = counted(coverage.partitions_asked, "partition");
    let mut line = match coverage.partitions_found {
        Some(found) => format!("{step}: looked at {found} of {asked} of {table}"),
        None => format!("{step}: looked at {asked} of {table}; what they hold was not listed"),
    };
    for (count, what) in [(coverage.files, "file"), (coverage.records, "record")] {
        if let Some(count) = count {
            line.push_str(&format!(", {}", counted(count, what)));
        }
    }
    let empty = coverage.partitions_found.map_or(0, |found| coverage.partitions_asked.saturating_sub(found));
    if empty > 0 {
        line.push_str(&format!("; {empty} without files"));
    }
    if coverage.archived > 0 {
        line.push_str(&format!("; NOT LOOKED, in an archive: {}", counted(coverage.archived, "file")));
    }
    if coverage.nothing_there {
        line.push_str("; the table's location holds NO FILES AT ALL: is it the right one?");
    }
    if !coverage.unreadable.is_empty() {
        line.push_str(&format!("; NOT READ: {}", counted(coverage.unreadable.len() as u64, "file")));
    }
    if !coverage.not_covered.is_empty() {
        line.push_str(&format!("; NOT LOOKED, outside the table's partitions: {}", coverage.not_covered.join(", ")));
    }
    if coverage.still_open {
        line.push_str("; STILL OPEN: records of the window may yet arrive");
    }
    output::visible(&line)
}

/// A number and what it counts.
fn counted(number: u64, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

fn code(outcome: &Outcome) -> u8 {
    if outcome.coverage.iter().any(|coverage| !coverage.complete()) {
        exit::INCOMPLETE
    } else if !outcome.answers.is_empty() && outcome.answers.iter().all(|(_, rows)| rows.rows.is_empty()) {
        exit::EMPTY
    } else {
        exit::OK
    }
}

/// Progress on standard error: a moving line on a terminal, a line a statement elsewhere.
struct Progress {
    bar: Option<Mutex<ProgressBar>>,
    quiet: bool,
}

impl Progress {
    fn new(quiet: bool) -> Self {
        let bar = (!quiet && std::io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(120));
            Mutex::new(bar)
        });
        Self { bar, quiet }
    }

    fn event(&self, event: &Event) {
        let text = match event {
            Event::Started { .. } | Event::StepDone { .. } => return,
            Event::Submitted { statement } => {
                if let Some(bar) = &self.bar
                    && let Ok(bar) = bar.lock()
                {
                    bar.set_message(statement.to_string());
                }
                return;
            }
            // What only defines, registers or drops is no news.
            Event::Finished { purpose: Purpose::Define | Purpose::Register | Purpose::Drop, .. } => return,
            Event::Finished { statement, bytes, milliseconds, .. } => {
                format!("{statement}: {} in {milliseconds} ms", Bytes(*bytes))
            }
            Event::Expanded { name, rows, partitions, statements } => {
                let count = |number: &usize, what| counted(*number as u64, what);
                let (rows, partitions) = (count(rows, "row"), count(partitions, "partition"));
                format!("{name}: {rows} -> {partitions} -> {}", count(statements, "statement"))
            }
        };
        match &self.bar {
            Some(bar) => {
                if let Ok(bar) = bar.lock() {
                    bar.set_message(text);
                }
            }
            None if !self.quiet => eprintln!("{text}"),
            None => {}
        }
    }

    fn finish(&self) {
        if let Some(bar) = &self.bar
            && let Ok(bar) = bar.lock()
        {
            bar.finish_and_clear();
        }
    }
}
