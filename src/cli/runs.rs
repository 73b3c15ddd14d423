//! `athplan runs`, `resume`, `cancel` and `clean`: what becomes of runs after their process has ended.

use std::io::Write;
use std::thread;
use std::time::{Duration, Instant};

use clap::{Args, Subcommand};
use miette::{IntoDiagnostic, Report, miette};
use serde_json::{Value, json};

use super::inputs::Inputs;
use super::journal::{Journal, KeptRun};
use super::lasting::{Lasting, spending, spent};
use super::limits::LimitOptions;
use super::progress::Progress;
use super::reporting::ReportOptions;
use super::session::Failure;
use super::{output, say};
use crate::catalog::clock::instant_text;
use crate::cost::{Bytes, Dollars};
use crate::error::exit;
use crate::run::ledger::{Attempt, Ending, Known};
use crate::run::{Event, clean, stop};

/// How long `cancel` waits for the process of a run to stop.
const PATIENCE: Duration = Duration::from_secs(60);

/// Lists the runs whose ledgers are kept, or shows one.
#[derive(Debug, Args)]
pub struct Runs {
    #[command(subcommand)]
    command: Option<RunsCommand>,
    /// Prints JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum RunsCommand {
    /// Lists them (the default)
    List,
    /// Shows every statement of a run
    Show {
        /// The run, or how its name begins
        run: String,
    },
}

/// Goes on with a run where it stands: what has succeeded is not paid for again.
#[derive(Debug, Args)]
pub struct Resume {
    /// The run, or how its name begins
    run: String,
    #[command(flatten)]
    report: ReportOptions,
    #[command(flatten)]
    limits: LimitOptions,
}

/// Stops a run's queries, whether a process has it or not; it can be resumed.
#[derive(Debug, Args)]
pub struct Cancel {
    /// The run, or how its name begins
    run: String,
}

/// Gives runs up: stops their queries, drops what only they needed, deletes their files, and forgets them.
#[derive(Debug, Args)]
pub struct Clean {
    /// The runs, or how their names begin
    #[arg(required = true)]
    runs: Vec<String>,
}

impl Runs {
    /// Lists or shows.
    ///
    /// # Errors
    ///
    /// The runs cannot be read, or there is none of that name.
    pub fn run(&self, out: &mut dyn Write) -> Result<u8, Failure> {
        let journal = Journal::open()?;
        match &self.command {
            Some(RunsCommand::Show { run }) => {
                let run = journal.find(run)?;
                let known = run.known().map_err(Report::new)?;
                if self.json { print(out, &details(&run, &known))? } else { show(out, &run, &known)? }
            }
            None | Some(RunsCommand::List) => {
                let runs = journal.runs()?;
                let known: Vec<_> = runs.iter().map(|run| (run, run.known())).collect();
                if self.json {
                    let told = known.iter().map(|(run, known)| match known {
                        Ok(known) => overview(run, known),
                        Err(error) => json!({"run": run.id, "state": "unreadable", "reason": error.to_string()}),
                    });
                    print(out, &Value::Array(told.collect()))?;
                } else if known.is_empty() {
                    say("no run is kept");
                }
                for (run, known) in known.iter().filter(|_| !self.json) {
                    let line = match known {
                        Ok(known) => line(run, known),
                        Err(error) => format!("{}  unreadable: {error}", run.id),
                    };
                    writeln!(out, "{}", output::visible(&line))?;
                }
            }
        }
        Ok(exit::OK)
    }
}

impl Resume {
    /// Goes on; rows go to standard output, everything else to standard error.
    ///
    /// # Errors
    ///
    /// As of running a spec.
    pub fn run(&self, out: &mut dyn Write) -> Result<u8, Failure> {
        let run = Journal::open()?.find(&self.run)?;
        let lasting = Lasting::take_up(&run, &self.limits)?;
        let places = self.report.places(&lasting.compiled, &Inputs::default())?;
        lasting.execute(places, self.limits.deadline(), self.report.quiet, out)
    }
}

impl Cancel {
    /// Stops the run's queries.
    ///
    /// # Errors
    ///
    /// Some may still be running.
    pub fn run(&self) -> Result<u8, Failure> {
        let run = Journal::open()?.find(&self.run)?;
        if run.is_running() {
            run.ask_to_stop()?;
            let asked = Instant::now();
            while run.is_running() {
                if asked.elapsed() > PATIENCE {
                    let help = "it may be waiting for its engine; try again, or end the process and cancel then";
                    return Err(miette!(help = help, "the process of {} has not stopped yet", run.id).into());
                }
                thread::sleep(Duration::from_millis(100));
            }
        }
        let known = run.known().map_err(Report::new)?;
        let mut open = known.open().len();
        if open > 0 {
            let lasting = Lasting::take_up(&run, &LimitOptions::default())?;
            let progress = Progress::new(false);
            let listen = |event: Event| progress.event(&event);
            let Lasting { compiled, live, options, ledger, .. } = lasting;
            open = live.runtime.block_on(stop(&compiled, &live.engine, &options, &ledger, &listen));
            progress.finish();
            live.close();
        }
        if open > 0 {
            let what = if open == 1 { "1 query".to_owned() } else { format!("{open} queries") };
            return Err(miette!(help = "try again", "{what} of {} may still be running", run.id).into());
        }
        let known = run.known().map_err(Report::new)?;
        say(&format!("{}: no query is running; {}", run.id, spent(&known)));
        Ok(exit::OK)
    }
}

impl Clean {
    /// Takes away what the runs made.
    ///
    /// # Errors
    ///
    /// A process has one of them, or something cannot be taken away; the other runs are cleaned all the same.
    pub fn run(&self) -> Result<u8, Failure> {
        let journal = Journal::open()?;
        let mut code = exit::OK;
        for name in &self.runs {
            if let Err(failure) = one(&journal, name) {
                code = super::told(failure);
            }
        }
        Ok(code)
    }
}

fn one(journal: &Journal, name: &str) -> Result<(), Failure> {
    let run = journal.find(name)?;
    if run.is_running() {
        let help = format!("athplan cancel {} stops it first", run.id);
        return Err(miette!(help = help, "a process has the run {}", run.id).into());
    }
    if run.forget_unbegun()? {
        say(&format!("{}: it had not begun, and its ledger is gone", run.id));
        return Ok(());
    }
    let known = run.known().map_err(Report::new)?;
    if known.completed {
        run.forget()?;
        say(&format!("{}: it was completed and had left nothing behind; its ledger is gone", run.id));
        return Ok(());
    }
    let progress = Progress::new(false);
    let listen = |event: Event| progress.event(&event);
    let lasting = Lasting::take_up(&run, &LimitOptions::default())?;
    let Lasting { compiled, live, options, ledger, .. } = lasting;
    let cleaned = live.runtime.block_on(clean(&compiled, &live.engine, &options, &ledger, &listen));
    progress.finish();
    live.close();
    let cleaned = cleaned.map_err(|error| super::execute::failure(&compiled.plan.spec.source, error))?;
    drop(ledger);
    run.forget()?;
    say(&format!("{}: what it made is gone, and its ledger; {}", run.id, spent(&known)));
    for table in cleaned.kept {
        say(&format!("{}: {table} was done, and stays", run.id));
    }
    for table in cleaned.undone {
        say(&format!("{}: {table} was not done, and is gone", run.id));
    }
    Ok(())
}

fn state(run: &KeptRun, known: &Known) -> &'static str {
    if known.completed {
        "completed"
    } else if known.given_up {
        "being cleaned"
    } else if run.is_running() {
        "running"
    } else if known.open().is_empty() {
        "stopped"
    } else {
        "stopped, queries open"
    }
}

fn began(known: &Known) -> String {
    let at = known.header.as_ref().map_or(0, |header| header.at);
    instant_text(i128::from(at) * 1_000_000_000_000)
}

fn line(run: &KeptRun, known: &Known) -> String {
    let spec = known.header.as_ref().map_or("", |header| header.spec.as_str());
    let (state, spent) = (state(run, known), spent(known));
    format!("{}  {:<9}  {}  {spec}  {spent}", run.id, state, began(known))
}

fn overview(run: &KeptRun, known: &Known) -> Value {
    let header = known.header.as_ref();
    let (bytes, dollars, statements) = spending(known);
    json!({
        "run": run.id,
        "state": state(run, known),
        "began": began(known),
        "spec": header.map(|header| &header.spec),
        "output": header.map(|header| &header.output),
        "engine": header.map(|header| header.engine.iter().cloned().collect::<std::collections::BTreeMap<_, _>>()),
        "bytes": bytes,
        "dollars": dollars,
        "statements": statements,
    })
}

fn details(run: &KeptRun, known: &Known) -> Value {
    let attempts = known.attempts.iter().flat_map(|(statement, attempts)| {
        attempts.iter().map(move |attempt| {
            let (outcome, reason) = outcome(attempt);
            json!({
                "statement": statement.0,
                "attempt": attempt.number,
                "query": attempt.query.as_ref().map(|query| &query.0),
                "outcome": outcome,
                "reason": reason,
                "planned": attempt.planned,
                "bytes": attempt.end.as_ref().map(|end| end.bytes),
                "milliseconds": attempt.end.as_ref().map(|end| end.milliseconds),
            })
        })
    });
    let attempts: Vec<Value> = attempts.collect();
    let mut whole = overview(run, known);
    whole["attempts"] = Value::Array(attempts);
    whole
}

/// How an attempt stands, and why.
fn outcome(attempt: &Attempt) -> (&'static str, Option<&str>) {
    match attempt.end.as_ref().map(|end| &end.outcome) {
        None => ("open", None),
        Some(Ending::Succeeded) => ("succeeded", None),
        Some(Ending::Failed { message, .. }) => ("failed", Some(message)),
        Some(Ending::Cancelled) => ("stopped", None),
        Some(Ending::Refused { message, .. }) => ("refused", Some(message)),
    }
}

fn show(out: &mut dyn Write, run: &KeptRun, known: &Known) -> Result<(), Failure> {
    let mut lines = vec![line(run, known)];
    if let Some(header) = &known.header {
        lines.push(format!("  writes under {}", header.output));
        let settings: Vec<String> = header.engine.iter().map(|(name, value)| format!("{name} {value}")).collect();
        lines.push(format!("  {}", settings.join(", ")));
    }
    for (statement, attempts) in &known.attempts {
        for attempt in attempts {
            let (outcome, reason) = outcome(attempt);
            let mut line = format!("  {statement}  {outcome}");
            if attempts.len() > 1 {
                line = format!("  {statement}, attempt {}  {outcome}", attempt.number);
            }
            if let Some(end) = &attempt.end {
                let planned = attempt.planned.map_or_else(String::new, |bytes| format!("planned {}, ", Bytes(bytes)));
                line.push_str(&format!("  {planned}read {} in {} ms", Bytes(end.bytes), end.milliseconds));
            }
            if let Some(query) = &attempt.query {
                line.push_str(&format!("  query {query}"));
            }
            if let Some(reason) = reason {
                line.push_str(&format!(": {reason}"));
            }
            lines.push(line);
        }
    }
    let (bytes, dollars, _) = spending(known);
    lines.push(match dollars {
        Some(dollars) => format!("  {} in all", Dollars(dollars)),
        None => format!("  {} in all", Bytes(bytes)),
    });
    for line in lines {
        writeln!(out, "{}", output::visible(&line))?;
    }
    Ok(())
}

fn print(out: &mut dyn Write, value: &Value) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).into_diagnostic()?;
    writeln!(out, "{}", output::visible_json(&text))?;
    Ok(())
}
