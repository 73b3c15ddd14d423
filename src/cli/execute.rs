//! Executing a plan until it is done, fails, or is to stop: interrupted, asked by another process, or late.

use std::fs;
use std::path::Path;
use std::time::Duration;

use miette::{IntoDiagnostic, Report, miette};
use tokio::runtime::Runtime;
use tokio::sync::watch;

use super::progress::Progress;
use super::session::Failure;
use crate::Compiled;
use crate::engine::Engine;
use crate::error::Errors;
use crate::run::ledger::Ledger;
use crate::run::{Event, Outcome, RunError, RunOptions, run_with};
use crate::source::Source;

/// The file in a run's folder that asks its process to stop.
pub const STOP: &str = "stop";

/// How often a process looks whether it is asked to stop.
const LOOK: Duration = Duration::from_millis(250);

/// Why a run stopped before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Halt {
    /// Ctrl-C, or the signal to end.
    Interrupted,
    /// `athplan cancel` asked for it.
    Asked,
    /// The time given is over.
    Late,
}

impl Halt {
    /// What is said of it.
    pub fn words(self) -> &'static str {
        match self {
            Halt::Interrupted => "interrupted",
            Halt::Asked => "cancelled",
            Halt::Late => "stopped at its deadline",
        }
    }
}

/// A run to be executed.
pub struct Execution<'a> {
    /// The plan.
    pub compiled: &'a Compiled,
    /// Its run.
    pub options: &'a RunOptions,
    /// What it has done.
    pub ledger: &'a Ledger,
    /// The ledger's folder, if it has one: another process may ask there to stop.
    pub folder: Option<&'a Path>,
    /// How long it may take.
    pub deadline: Option<Duration>,
    /// Who is told.
    pub progress: &'a Progress,
}

impl Execution<'_> {
    /// Runs the plan to its end, and says why it was stopped if it was ([`RunError::Stopped`]). Whoever interrupts
    /// it once has its queries stopped, twice leaves at once.
    pub fn run<E: Engine>(&self, runtime: &Runtime, engine: &E) -> (Result<Outcome, RunError>, Halt) {
        let listen = |event: Event| self.progress.event(&event);
        let (stop, stopped) = watch::channel(false);
        let mut halt = Halt::Interrupted;
        let result = runtime.block_on(async {
            let mut interrupts = Interrupts::new();
            let mut run = std::pin::pin!(run_with(self.compiled, engine, self.options, self.ledger, stopped, &listen));
            halt = tokio::select! {
                result = &mut run => return result,
                () = interrupts.next() => Halt::Interrupted,
                () = asked(self.folder) => Halt::Asked,
                () = late(self.deadline) => Halt::Late,
            };
            stop.send_replace(true);
            tokio::select! {
                result = run => result,
                () = interrupts.next() => Err(RunError::Stopped),
            }
        });
        self.progress.finish();
        (result, halt)
    }
}

/// Ctrl-C, and the signal with which service managers and `kill` end a process. From the moment this is made, they no
/// longer do.
struct Interrupts {
    #[cfg(unix)]
    signals: [Option<tokio::signal::unix::Signal>; 2],
}

impl Interrupts {
    #[cfg(unix)]
    fn new() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        let kinds = [SignalKind::interrupt(), SignalKind::terminate()];
        // Where a signal cannot be caught, it ends the process as ever.
        Self { signals: kinds.map(|kind| signal(kind).ok()) }
    }

    #[cfg(not(unix))]
    fn new() -> Self {
        Self {}
    }

    /// Waits for the next.
    #[cfg(unix)]
    async fn next(&mut self) {
        async fn received(signal: &mut Option<tokio::signal::unix::Signal>) {
            match signal {
                Some(signal) => drop(signal.recv().await),
                None => std::future::pending().await,
            }
        }
        let [interrupt, terminate] = &mut self.signals;
        tokio::select! {
            () = received(interrupt) => {}
            () = received(terminate) => {}
        }
    }

    /// Waits for the next.
    #[cfg(not(unix))]
    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            // Nobody can interrupt then.
            std::future::pending::<()>().await;
        }
    }
}

/// Whether the process of the run in a folder is asked to stop; once seen, it is asked no more.
pub fn is_asked_to_stop(folder: &Path) -> bool {
    fs::remove_file(folder.join(STOP)).is_ok()
}

async fn asked(folder: Option<&Path>) {
    let Some(folder) = folder else { return std::future::pending().await };
    while !is_asked_to_stop(folder) {
        tokio::time::sleep(LOOK).await;
    }
}

async fn late(deadline: Option<Duration>) {
    match deadline {
        Some(deadline) => tokio::time::sleep(deadline).await,
        None => std::future::pending().await,
    }
}

/// What runs an engine's calls.
///
/// # Errors
///
/// The system gives no threads.
pub fn runtime() -> Result<Runtime, Report> {
    tokio::runtime::Builder::new_multi_thread()
        // Deep plans of hostile or generated specs recurse; a thread's default stack is small.
        .thread_stack_size(32 << 20)
        .enable_all()
        .build()
        .into_diagnostic()
}

/// A run's error for people, with the place in the spec.
pub fn failure(source: &std::sync::Arc<Source>, error: RunError) -> Failure {
    match error {
        // A row that was found does not fit: the spec is right, and something did run.
        RunError::Expand(error) => Failure::Other(Errors::new(source, [error]).reports().remove(0)),
        RunError::Statement { span, error: ref cause, .. } => {
            let (line, _) = source.position(span.start);
            let mut help = format!("it comes from {}:{line}", source.name);
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
