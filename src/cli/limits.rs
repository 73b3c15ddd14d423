//! What a run may spend, from the command line and the spec.

use std::time::Duration;

use clap::Args;
use miette::{Report, miette};

use super::options::duration;
use crate::bind::{Limits, byte_size, dollars};
use crate::cost::{Bytes, Dollars};

/// What a run may spend, and how long it may take.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Limits")]
pub struct LimitOptions {
    /// The most that all statements together may read ('500 MB', '2 TB'); bytes that nobody knows pass it
    #[arg(long, value_name = "SIZE", value_parser = byte_size)]
    pub max_scan: Option<u64>,
    /// The most that they may cost, at $5 per TB and 10 MB minimum a statement
    #[arg(long, value_name = "DOLLARS", value_parser = dollars)]
    pub max_cost: Option<f64>,
    /// The most statements that read data, attempts counted
    #[arg(long, value_name = "N")]
    pub max_statements: Option<usize>,
    /// How long the run may take; then its queries are stopped, and it can be resumed ('2 hours')
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub deadline: Option<i64>,
    /// How long a statement may run; then it is stopped, and cut in two where it is one of a FOREACH's
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub statement_deadline: Option<i64>,
}

impl LimitOptions {
    /// The limits of a run of a spec that has its own: the command line may only lower them.
    ///
    /// # Errors
    ///
    /// It would raise one.
    pub fn under(&self, spec: Limits) -> Result<Limits, Report> {
        let own = self.limits();
        let raised = |option: &str, own: String, spec: String| {
            let help = format!("leave {option} out, or change the SET athplan.… of the spec");
            Err(miette!(help = help, "{option} {own} is more than the spec allows: {spec}"))
        };
        if let (Some(own), Some(spec)) = (own.bytes, spec.bytes)
            && own > spec
        {
            return raised("--max-scan", Bytes(own).to_string(), Bytes(spec).to_string());
        }
        if let (Some(own), Some(spec)) = (own.dollars, spec.dollars)
            && own > spec
        {
            return raised("--max-cost", Dollars(own).to_string(), Dollars(spec).to_string());
        }
        if let (Some(own), Some(spec)) = (own.statements, spec.statements)
            && own > spec
        {
            return raised("--max-statements", own.to_string(), spec.to_string());
        }
        Ok(own.lower(spec))
    }

    /// The limits of a run that is taken up: those it had, in place of which others may be given.
    #[cfg(any(feature = "athena", feature = "trino"))]
    pub fn or(&self, earlier: Limits) -> Limits {
        let own = self.limits();
        Limits {
            bytes: own.bytes.or(earlier.bytes),
            dollars: own.dollars.or(earlier.dollars),
            statements: own.statements.or(earlier.statements),
        }
    }

    fn limits(&self) -> Limits {
        Limits { bytes: self.max_scan, dollars: self.max_cost, statements: self.max_statements }
    }

    /// How long the run may take.
    pub fn deadline(&self) -> Option<Duration> {
        self.deadline.map(seconds)
    }

    /// How long a statement may run.
    pub fn statement_deadline(&self) -> Option<Duration> {
        self.statement_deadline.map(seconds)
    }
}

fn seconds(number: i64) -> Duration {
    Duration::from_secs(u64::try_from(number).unwrap_or_default())
}
