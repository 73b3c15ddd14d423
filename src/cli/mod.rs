//! The command line: one file per subcommand. The only place that prints.

#[cfg(any(feature = "local", feature = "athena"))]
mod answers;
#[cfg(feature = "athena")]
mod athena;
#[cfg(feature = "athena")]
mod catalog;
mod config;
#[cfg(feature = "local")]
pub mod demo;
#[cfg(any(feature = "local", feature = "athena"))]
mod destination;
#[cfg(feature = "athena")]
mod doctor;
mod engine;
#[cfg(any(feature = "local", feature = "athena"))]
mod execute;
mod explain;
#[cfg(feature = "local")]
mod folder;
#[cfg(feature = "local")]
mod functions;
#[cfg(any(feature = "local", feature = "athena"))]
mod inputs;
#[cfg(any(feature = "local", feature = "athena"))]
mod journal;
#[cfg(feature = "athena")]
mod lasting;
#[cfg(any(feature = "local", feature = "athena"))]
mod limits;
pub mod options;
pub mod output;
mod policy;
#[cfg(any(feature = "local", feature = "athena"))]
mod progress;
mod report;
#[cfg(any(feature = "local", feature = "athena"))]
mod reporting;
mod rows;
#[cfg(any(feature = "local", feature = "athena"))]
mod run;
#[cfg(feature = "athena")]
mod runs;
pub mod session;
mod snapshot;
#[cfg(any(feature = "local", feature = "athena"))]
mod summary;
#[cfg(feature = "athena")]
mod verified;

use std::ffi::OsString;
use std::io::{self, Write};

use clap::{Parser, Subcommand};
use miette::{MietteHandlerOpts, Report};

use crate::Compiled;
use crate::error::{Errors, exit};
use session::Failure;

/// Plans and runs investigations over logs archived in S3.
#[derive(Debug, Parser)]
#[command(name = "athplan", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Explain(Box<explain::Explain>),
    #[cfg(any(feature = "local", feature = "athena"))]
    Run(Box<run::Run>),
    Snapshot(snapshot::Snapshot),
    #[cfg(feature = "athena")]
    Runs(runs::Runs),
    #[cfg(feature = "athena")]
    Resume(runs::Resume),
    #[cfg(feature = "athena")]
    Cancel(runs::Cancel),
    #[cfg(feature = "athena")]
    Clean(runs::Clean),
    #[cfg(feature = "athena")]
    Catalog(catalog::Catalog),
    #[cfg(feature = "athena")]
    Doctor(doctor::Doctor),
    #[cfg(feature = "local")]
    Functions(functions::Functions),
    #[cfg(feature = "local")]
    Demo(demo::Demo),
}

/// Runs the program with its arguments; returns its exit code.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    if std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) {
        // Whatever else asks for colour. The hook is set once; a second call would change nothing.
        let _ = miette::set_hook(Box::new(|_| Box::new(MietteHandlerOpts::new().color(false).build())));
    }
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            let code = if error.use_stderr() { exit::USAGE } else { exit::OK };
            say_usage(&error);
            return code;
        }
    };
    let mut out = io::stdout().lock();
    let result = match &cli.command {
        Command::Explain(explain) => explain.run(&mut out),
        #[cfg(any(feature = "local", feature = "athena"))]
        Command::Run(run) => run.run(&mut out),
        Command::Snapshot(snapshot) => snapshot.run(&mut out),
        #[cfg(feature = "athena")]
        Command::Runs(runs) => runs.run(&mut out),
        #[cfg(feature = "athena")]
        Command::Resume(resume) => resume.run(&mut out),
        #[cfg(feature = "athena")]
        Command::Cancel(cancel) => cancel.run(),
        #[cfg(feature = "athena")]
        Command::Clean(clean) => clean.run(),
        #[cfg(feature = "athena")]
        Command::Catalog(catalog) => catalog.run(&mut out),
        #[cfg(feature = "athena")]
        Command::Doctor(doctor) => doctor.run(&mut out),
        #[cfg(feature = "local")]
        Command::Functions(functions) => functions.run(&mut out),
        #[cfg(feature = "local")]
        Command::Demo(demo) => demo.run(&mut out).map(|()| exit::OK).map_err(Failure::from),
    };
    let _ = out.flush();
    result.unwrap_or_else(told)
}

/// Says why a command failed, and gives the exit code for it.
fn told(failure: Failure) -> u8 {
    let (reports, code) = match failure {
        Failure::Spec(errors) => (errors.reports(), exit::SPEC),
        Failure::Usage(report) => (vec![report], exit::USAGE),
        Failure::Other(report) => (vec![report], exit::FAILED),
        // Whoever reads the output has seen enough.
        Failure::Closed => (Vec::new(), exit::OK),
    };
    reports.iter().for_each(print);
    code
}

/// Says what a spec that compiles probably does not mean.
fn warn(compiled: &Compiled) {
    let source = &compiled.plan.spec.source;
    let spec = Errors::new(source, compiled.plan.spec.warnings.iter().cloned()).reports();
    let bounds = Errors::new(source, compiled.plan.warnings.iter().cloned()).reports();
    spec.iter().chain(&bounds).for_each(print);
}

fn print(report: &Report) {
    write_to_stderr(&format!("{:?}\n", report::shown(report)));
}

/// Says a line on standard error, its hidden characters escaped.
#[cfg(any(feature = "local", feature = "athena"))]
fn say(line: &str) {
    write_to_stderr(&format!("{}\n", output::visible(line)));
}

/// Whoever reads standard error may have gone away: that is no reason to fail.
fn write_to_stderr(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

/// Says what is wrong with the command line, or the help that was asked for. A value that hides
/// something is shown without colour.
fn say_usage(error: &clap::Error) {
    let plain = error.render().to_string();
    let lines = output::visible_lines(&plain);
    if lines.trim_end() == plain.trim_end() {
        let _ = error.print();
    } else {
        write_to_stderr(&lines);
    }
}
