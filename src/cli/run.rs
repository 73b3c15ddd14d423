//! `athplan run`: runs a spec on the embedded engine over local files.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use miette::{IntoDiagnostic, miette};

use super::answers::{Answers, Format};
use super::destination::Destination;
use super::folder::{Folder, kept_lines};
use super::options::CompileOptions;
use super::output;
use super::say;
use super::session::{Failure, Session};
use crate::Compiled;
use crate::cost::Bytes;
use crate::emit::Purpose;
use crate::engine::Engine as _;
use crate::engine::local::{LocalEngine, LocalOptions, is_mapped};
use crate::error::{Errors, exit};
use crate::explain::{some_of, statements_text};
use crate::plan::StepKind;
use crate::run::{Coverage, Event, Outcome, RunError, RunOptions, lacking, run};

/// Runs a spec on the embedded engine, over folders mapped by --map or athplan.toml.
#[derive(Debug, Args)]
pub struct Run {
    #[command(flatten)]
    compile: CompileOptions,
    /// How the rows are printed (default: a table on a terminal, else CSV)
    #[arg(long, value_name = "FORMAT", requires_if("parquet", "out"))]
    format: Option<Format>,
    /// Writes the rows to a file; to DIR/, a file for each query, named after its step
    #[arg(long, value_name = "FILE|DIR/")]
    out: Option<PathBuf>,
    /// The folder for tables that are kept; beside each, NAME.sql says how another spec reads it
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

impl Run {
    /// Runs the spec; rows go to standard output, everything else to standard error.
    ///
    /// # Errors
    ///
    /// A spec that does not compile, or a statement that fails.
    pub fn run(&self, out: &mut dyn Write) -> Result<u8, Failure> {
        let session = Session::open(&self.compile)?;
        let compiled = session.compile(&self.compile)?;
        if !self.quiet {
            super::warn(&compiled);
        }
        let run_id = run_id();
        let answers = Answers::open(&asked(&compiled)?, self.format, self.out.as_deref())?;
        let coverage = self.coverage.as_deref().map(Destination::open).transpose()?;
        let folder = Folder::open(&compiled, &self.output, &run_id, self.replace)?;
        let directory = folder.directory().to_path_buf();
        let mut options = LocalOptions::new(&directory, compiled.plan.settings.now_picos());
        options.maps = session.mappings();
        options.existing = crate::existing_tables(&compiled.plan.spec);
        options.skip_bad_files = self.skip_bad_files;
        options.dialect = self.compile.dialect;
        let output = options.output.location.clone();
        let engine = LocalEngine::new(options).map_err(|error| miette!("{error}"))?;
        for table in crate::scanned_tables(&compiled.plan.spec) {
            // A location that no folder stands for is better said before the first step runs.
            is_mapped(engine.store(), &table).map_err(|error| miette!("table `{}`: {error}", table.name))?;
        }
        let lacking = lacking(&compiled, |statements| engine.lacks(statements))
            .map_err(|error| Failure::Spec(Errors::new(&session.source, [error])))?;
        if !lacking.is_empty() {
            return Err(Failure::Spec(Errors::new(&session.source, lacking)));
        }
        let progress = Progress::new(self.quiet);
        let run_options = RunOptions { run: run_id.clone(), output };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            // Deep plans of hostile or generated specs recurse; a thread's default stack is small.
            .thread_stack_size(32 << 20)
            .enable_all()
            .build()
            .into_diagnostic()?;
        let listen = |event: Event| progress.event(&event);
        let result = runtime.block_on(async {
            tokio::select! {
                result = run(&compiled, &engine, &run_options, &listen) => Some(result),
                _ = tokio::signal::ctrl_c() => None,
            }
        });
        runtime.shutdown_timeout(Duration::from_secs(1));
        progress.finish();
        let outcome = match result {
            None => return Err(Failure::Other(miette!("interrupted; nothing of the run was kept"))),
            Some(Err(error)) => return Err(failure(&session, error)),
            Some(Ok(outcome)) => outcome,
        };
        folder.finish()?;
        match answers.write(&outcome.answers, out) {
            // What the run came to is said all the same.
            Ok(()) | Err(Failure::Closed) => {}
            Err(failure) => return Err(failure),
        }
        if !self.quiet {
            summary(&outcome, &directory);
        }
        if let Some(coverage) = coverage {
            let text = serde_json::to_string_pretty(&outcome.coverage).into_diagnostic()?;
            coverage.write(output::visible_json(&text).as_bytes())?;
        }
        Ok(code(&outcome))
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
        RunError::Statement { span, .. } => {
            let (line, _) = session.source.position(span.start);
            let help = format!("it comes from {}:{line}", session.source.name);
            Failure::Other(miette!(help = help, "{error}"))
        }
        error @ RunError::Shape { .. } => Failure::Other(miette!("{error}")),
    }
}

/// What was looked at, on standard error.
fn summary(outcome: &Outcome, directory: &Path) {
    for expansion in &outcome.expansions {
        if expansion.rows == 0 {
            say(&format!("{}: the driver has NO ROWS: nothing was looked for", expansion.name));
        } else if expansion.rows_without_partitions > 0 {
            say(&format!(
                "{}: {} of {} driver rows need no partition: a key or bound of theirs is NULL or out of range",
                expansion.name, expansion.rows_without_partitions, expansion.rows
            ));
        }
        for (rows, first) in &expansion.misread {
            let of = format!("{}: {rows} of {} driver rows", expansion.name, expansion.rows);
            say(&format!("{of} bound time in another form: {first}"));
        }
    }
    for coverage in &outcome.coverage {
        say(&coverage_line(coverage));
        for (file, reason) in &coverage.unreadable {
            say(&format!("  skipped {file}: {reason}"));
        }
    }
    let bytes: u64 = outcome.statements.iter().map(|statement| statement.bytes).sum();
    let reads = outcome.statements.iter().filter(|statement| statement.reads).count();
    let statements = format!("{} read: {}", Bytes(bytes), statements_text(reads, outcome.statements.len()));
    if outcome.answers.is_empty() {
        say(&statements);
    } else {
        let rows: usize = outcome.answers.iter().map(|(_, rows)| rows.rows.len()).sum();
        say(&format!("{}; {statements}", counted(rows as u64, "row")));
    }
    for line in outcome.kept.iter().flat_map(|kept| kept_lines(kept, directory)) {
        say(&line);
    }
}

fn coverage_line(coverage: &Coverage) -> String {
    let mut line = format!(
        "{}: looked at {} of {} of {}, {}, {}",
        coverage.step,
        coverage.partitions_found,
        counted(coverage.partitions_asked, "partition"),
        coverage.table,
        counted(coverage.files, "file"),
        counted(coverage.records, "record")
    );
    if coverage.scans > 1 {
        line.push_str(&format!(" in {} scans", coverage.scans));
    }
    let missing = if coverage.registered { coverage.partitions_missing.len() as u64 } else { 0 };
    let empty = coverage.partitions_asked.saturating_sub(coverage.partitions_found + missing);
    if empty > 0 {
        line.push_str(&format!("; {empty} without files"));
    }
    if missing > 0 {
        let (counted, named) = (counted(missing, "registered partition"), coverage.partitions_missing.join("; "));
        line.push_str(&format!("; MISSING: the folder of {counted} is not there ({named})"));
    }
    if coverage.nothing_there {
        line.push_str("; the table's location holds NO FILES AT ALL: is it the right one?");
    }
    if coverage.none_left {
        let what = if coverage.partitions_asked == 0 { "NOTHING LOOKED AT" } else { "A SCAN LOOKED AT NOTHING" };
        line.push_str(&format!("; {what}: the predicates leave no partition"));
    }
    if !coverage.hidden.is_empty() {
        let hidden = counted(coverage.hidden.len() as u64, "hidden name");
        line.push_str(&format!("; {hidden} passed over, as Athena does ({})", some_of(&coverage.hidden)));
    }
    if !coverage.unreadable.is_empty() {
        line.push_str(&format!("; NOT READ: {}, skipped whole", counted(coverage.unreadable.len() as u64, "file")));
    }
    if !coverage.not_covered.is_empty() {
        line.push_str(&format!("; NOT LOOKED, outside the table's partitions: {}", some_of(&coverage.not_covered)));
    }
    if coverage.still_open {
        line.push_str("; STILL OPEN: records of the window may yet arrive");
    }
    line
}

/// A number and what it counts.
fn counted(number: u64, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

fn code(outcome: &Outcome) -> u8 {
    if outcome.coverage.iter().any(|coverage| !coverage.complete()) {
        exit::INCOMPLETE
    } else if is_empty(outcome) {
        exit::EMPTY
    } else {
        exit::OK
    }
}

/// Whether no row was found: by no query, or where there is none, for no table that is kept.
fn is_empty(outcome: &Outcome) -> bool {
    if outcome.answers.is_empty() {
        return outcome.kept.iter().all(|kept| kept.rows == Some(0));
    }
    outcome.answers.iter().all(|(_, rows)| rows.rows.is_empty())
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
                    bar.set_message(output::visible(&statement.to_string()));
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
                    bar.set_message(output::visible(&text));
                }
            }
            None if !self.quiet => say(&text),
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
