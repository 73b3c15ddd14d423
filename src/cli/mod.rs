//! The command line: one file per subcommand. The only place that prints.

#[cfg(any(feature = "local", feature = "athena", feature = "trino"))]
mod answers;
#[cfg(feature = "athena")]
mod athena;
#[cfg(any(feature = "athena", feature = "trino"))]
mod catalog;
mod config;
#[cfg(feature = "local")]
pub mod demo;
#[cfg(any(feature = "local", feature = "athena", feature = "trino"))]
mod destination;
#[cfg(feature = "athena")]
mod doctor;
mod engine;
#[cfg(any(feature = "local", feature = "athena", feature = "trino"))]
mod execute;
mod explain;
#[cfg(feature = "local")]
mod folder;
#[cfg(feature = "local")]
mod functions;
#[cfg(any(feature = "local", feature = "athena", feature = "trino"))]
mod inputs;
#[cfg(any(feature = "athena", feature = "trino"))]
mod journal;
#[cfg(any(feature = "athena", feature = "trino"))]
mod lasting;
#[cfg(any(feature = "local", feature = "athena", feature = "trino"))]
mod limits;
#[cfg(any(feature = "athena", feature = "trino"))]
mod live;
pub mod options;
pub mod output;
mod policy;
#[cfg(any(feature = "local", feature = "athena", feature = "trino"))]
mod progress;
#[cfg(any(feature = "athena", feature = "trino"))]
mod remote;
mod report;
#[cfg(any(feature = "local", feature = "athena", feature = "trino"))]
mod reporting;
mod rows;
#[cfg(any(feature = "local", feature = "athena", feature = "trino"))]
mod run;
#[cfg(any(feature = "athena", feature = "trino"))]
mod runs;
pub mod session;
mod snapshot;
#[cfg(any(feature = "local", feature = "athena", feature = "trino"))]
mod summary;
mod trino;
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
    #[cfg(any(feature = "local", feature = "athena", feature = "trino"))]
    Run(Box<run::Run>),
    Snapshot(snapshot::Snapshot),
    #[cfg(any(feature = "athena", feature = "trino"))]
    Runs(runs::Runs),
    #[cfg(any(feature = "athena", feature = "trino"))]
    Resume(runs::Resume),
    #[cfg(any(feature = "athena", feature = "trino"))]
    Cancel(runs::Cancel),
    #[cfg(any(feature = "athena", feature = "trino"))]
    Clean(runs::Clean),
    #[cfg(any(feature = "athena", feature = "trino"))]
    Catalog(Box<catalog::Catalog>),
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
        #[cfg(any(feature = "local", feature = "athena", feature = "trino"))]
        Command::Run(run) => run.run(&mut out),
        Command::Snapshot(snapshot) => snapshot.run(&mut out),
        #[cfg(any(feature = "athena", feature = "trino"))]
        Command::Runs(runs) => runs.run(&mut out),
        #[cfg(any(feature = "athena", feature = "trino"))]
        Command::Resume(resume) => resume.run(&mut out),
        #[cfg(any(feature = "athena", feature = "trino"))]
        Command::Cancel(cancel) => cancel.run(),
        #[cfg(any(feature = "athena", feature = "trino"))]
        Command::Clean(clean) => clean.run(),
        #[cfg(any(feature = "athena", feature = "trino"))]
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
#[cfg(any(feature = "local", feature = "athena", feature = "trino"))]
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
