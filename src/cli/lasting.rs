//! A run that lasts: its ledger is on disk, so that another process can take it up, stop it, or take away
//! what it made.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use miette::{Report, miette};

use super::execute::{Execution, failure, is_asked_to_stop};
use super::journal::{Journal, KeptRun};
use super::limits::LimitOptions;
use super::live::{Live, LiveSettings};
use super::progress::Progress;
use super::reporting::Places;
use super::say;
use super::session::{Failure, unix_now};
use super::summary::counted;
use crate::Compiled;
use crate::cost::{Bytes, Dollars, Price};
use crate::engine::Engine;
use crate::plan::StepKind;
use crate::run::ledger::{Ending, Entry, Header, Known, Ledger, VERSION};
use crate::run::{RunError, RunOptions, read_plan, write_plan};

/// Under which name a ledger keeps the account that began its run.
const ACCOUNT: &str = "account";

/// A run with its ledger, and the engine that it runs on.
pub struct Lasting {
    /// The plan.
    pub compiled: Compiled,
    /// The engine.
    pub live: Live,
    /// The run.
    pub options: RunOptions,
    /// What it has done.
    pub ledger: Ledger,
    folder: PathBuf,
}

impl Lasting {
    /// Begins a run.
    ///
    /// # Errors
    ///
    /// Its ledger cannot be written.
    pub fn begin(compiled: Compiled, live: Live, options: RunOptions, spec: &Path) -> Result<Self, Failure> {
        let folder = Journal::open()?.folder(&options.run);
        let account = live.account().map(|account| (ACCOUNT.to_owned(), account));
        let header = Header {
            version: VERSION,
            athplan: env!("CARGO_PKG_VERSION").to_owned(),
            run: options.run.clone(),
            spec: spec.display().to_string(),
            at: unix_now(),
            engine: live.settings_in_use().pairs().into_iter().chain(account).collect(),
            output: options.output.clone(),
            limits: options.limits,
            statement_deadline: options.statement_deadline.map(|deadline| deadline.as_secs()),
            plan: String::new(),
        };
        let ledger = Ledger::create(&folder, header, &write_plan(&compiled)).map_err(Report::new)?;
        Ok(Self { compiled, live, options, ledger, folder })
    }

    /// Takes up a run that no process has.
    ///
    /// # Errors
    ///
    /// A process has it, its ledger cannot be read, or its engine cannot be reached.
    pub fn take_up(run: &KeptRun, limits: &LimitOptions) -> Result<Self, Failure> {
        let (ledger, plan) = Ledger::open(&run.folder).map_err(Report::new)?;
        let compiled = read_plan(&plan).map_err(Report::new)?;
        let Some(header) = ledger.known().header else {
            return Err(miette!("the ledger of {} does not begin as one", run.id).into());
        };
        // Whoever asked an earlier process to stop did not mean this one.
        is_asked_to_stop(&run.folder);
        limits.under(compiled.plan.spec.limits).map_err(Failure::Usage)?;
        let live = Live::connect(LiveSettings::from_pairs(&header.engine))?;
        check_whose(run, &header, &live)?;
        let options = RunOptions {
            price: live.engine.price(),
            limits: limits.or(header.limits),
            statement_deadline: limits.statement_deadline().or(header.statement_deadline.map(Duration::from_secs)),
            ..RunOptions::new(header.run, header.output)
        };
        ledger.record(Entry::Resumed { at: unix_now() }).map_err(Report::new)?;
        Ok(Self { compiled, live, options, ledger, folder: run.folder.clone() })
    }

    /// Deletes files that were put before anything was submitted; one may have arrived though its answer was lost.
    fn take_back_files(&self) {
        if self.compiled.plan.steps.iter().any(|step| matches!(step.kind, StepKind::File(..))) {
            let location = format!("{}files/{}/", self.options.output, self.options.run);
            // What keeps them from being deleted most likely kept them from being written.
            let _ = self.live.runtime.block_on(self.live.engine.remove(&location));
        }
    }

    /// Runs it to its end.
    ///
    /// # Errors
    ///
    /// The first statement that fails; what the run has spent by then, and what can be done, is said before.
    pub fn execute(
        self,
        places: Places,
        deadline: Option<Duration>,
        quiet: bool,
        out: &mut dyn Write,
    ) -> Result<u8, Failure> {
        let run = &self.options.run;
        if !quiet {
            say(&format!("run {run}: `athplan cancel {run}` stops it from elsewhere"));
        }
        let execution = Execution {
            compiled: &self.compiled,
            options: &self.options,
            ledger: &self.ledger,
            folder: Some(&self.folder),
            deadline,
            progress: &Progress::new(quiet),
        };
        let (result, halt) = execution.run(&self.live.runtime, &self.live.engine);
        let outcome = result.map_err(|error| {
            let known = self.ledger.known();
            if known.given_up {
                // The error says what can still be done.
            } else if known.attempts.is_empty() {
                // Nothing was asked of the engine: there is nothing to go on from.
                self.take_back_files();
                let run = KeptRun { id: run.clone(), folder: self.folder.clone() };
                let _ = run.forget();
            } else {
                say(&format!(
                    "run {run}: {} so far; `athplan resume {run}` goes on where it stands, `athplan clean {run}` takes \
                     away what it made",
                    spent(&known)
                ));
            }
            let open = known.open().len() as u64;
            match error {
                RunError::Stopped if open == 0 => {
                    Failure::Other(miette!("{}; no query of the run is running", halt.words()))
                }
                RunError::Stopped => {
                    let help = format!("athplan cancel {run} tries again to stop them");
                    let queries = if open == 1 { "1 query".to_owned() } else { format!("{open} queries") };
                    Failure::Other(miette!(help = help, "{}; {queries} of the run may still be running", halt.words()))
                }
                error => failure(&self.compiled.plan.spec.source, error),
            }
        })?;
        self.live.close();
        places.finish(
            &outcome,
            out,
            || Ok(()),
            |kept| {
                let rows = kept.rows.map_or_else(String::new, |rows| format!(" ({})", counted(rows, "row")));
                vec![format!("kept {}{rows} in {}", kept.name, kept.location)]
            },
        )
    }
}

/// Whether a run is the one that its ledger's folder is named after, and whether the account that asks began it.
fn check_whose(run: &KeptRun, header: &Header, live: &Live) -> Result<(), Failure> {
    if header.run != run.id {
        // Each folder has a lock of its own: a copy would be a second process on the same run.
        let help = "a copy is no second run: name the run itself, and delete the copy";
        let (copy, own) = (&run.id, &header.run);
        return Err(miette!(help = help, "the ledger in the folder {copy} is that of the run {own}").into());
    }
    let began = header.engine.iter().find(|(name, _)| name == ACCOUNT).map(|(_, account)| account.clone());
    let asks = live.account();
    match (began, asks) {
        (Some(began), Some(asks)) if began != asks => {
            let help = "log in to that account (AWS_PROFILE, aws sso login)";
            Err(miette!(help = help, "the account {began} began it, and the account {asks} asks").into())
        }
        _ => Ok(()),
    }
}

/// What a run has read and what that costs, failed and stopped attempts too.
pub fn spent(known: &Known) -> String {
    let (bytes, dollars, statements) = spending(known);
    let dollars = dollars.map_or_else(String::new, |dollars| format!(", {}", Dollars(dollars)));
    format!("{} read by {}{dollars}", Bytes(bytes), counted(statements, "statement"))
}

/// Bytes, dollars and statements that read data; no dollars where no price is known.
pub fn spending(known: &Known) -> (u64, Option<f64>, u64) {
    let price =
        known.header.as_ref().map_or_else(Price::default, |header| LiveSettings::from_pairs(&header.engine).price());
    let read = known.attempts.values().flatten().filter(|attempt| attempt.reads);
    // What the engine never took is not billed.
    let ended = read.filter_map(|attempt| attempt.end.as_ref());
    let ended = ended.filter(|end| !matches!(end.outcome, Ending::Refused { .. }));
    let (bytes, dollars, statements) = ended.fold((0_u64, 0.0, 0), |(bytes, dollars, statements), end| {
        (bytes.saturating_add(end.bytes), dollars + price.statement(end.bytes), statements + 1)
    });
    (bytes, price.is_known().then_some(dollars), statements)
}
