//! What is said while a run goes on.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::summary::counted;
use super::{output, say};
use crate::cost::Bytes;
use crate::emit::Purpose;
use crate::run::Event;

/// Progress on standard error: a moving line on a terminal, a line a statement elsewhere.
pub struct Progress {
    bar: Option<Mutex<ProgressBar>>,
    quiet: bool,
}

impl Progress {
    /// Says nothing if `quiet`.
    pub fn new(quiet: bool) -> Self {
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

    /// Tells of an event.
    pub fn event(&self, event: &Event) {
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
            Event::TakenUp { statement } => format!("{statement}: taken up where it stands"),
            Event::TriedAgain { statement, reason } => format!("{statement}: tried again: {reason}"),
            Event::Split { statement, reason } => format!("{statement}: cut in two: {reason}"),
            Event::Throttled { width } => {
                format!("the engine asks for less: {} side by side from now on", counted(*width as u64, "statement"))
            }
            Event::Stopped { statement } => format!("{statement}: stopped"),
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

    /// Takes the moving line away.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar
            && let Ok(bar) = bar.lock()
        {
            bar.finish_and_clear();
        }
    }
}
