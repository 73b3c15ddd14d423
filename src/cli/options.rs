//! The options that explain, run and snapshot share.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use clap::Args;
use miette::{Report, miette};

use crate::types::Dialect;

/// What a spec is compiled with.
#[derive(Debug, Clone, Args)]
pub struct CompileOptions {
    /// The spec
    #[arg(value_name = "SPEC")]
    pub spec: PathBuf,
    /// Gives a parameter its value; arrays as JSON or separated by commas
    #[arg(short = 'p', long = "parameter", value_name = "NAME=VALUE", value_parser = pair)]
    pub parameters: Vec<(String, String)>,
    /// The time that counts as now, for now() and for projected ranges (UTC; default: the clock)
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub now: Option<i64>,
    /// How long after its time a record may be delivered, in place of each table's own ('90 minutes')
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub slack: Option<i64>,
    /// Lets a step scan without a bound on time
    #[arg(long = "allow-full-scan", value_name = "STEP")]
    pub allow_full_scan: Vec<String>,
    /// Runs every FOREACH row by row, one statement a row
    ///
    /// The rows are those of a merged run, but for records that were delivered later than the slack: such a record is
    /// found only where another row's folder happens to hold it, and merged rows share their folders.
    #[arg(long)]
    pub no_merge: bool,
    /// Lets the spec add partitions to tables that exist already, for everybody who reads them
    #[arg(long)]
    pub add_partitions: bool,
    /// Reads a location from a local folder
    #[arg(long = "map", value_name = "S3=DIR", value_parser = pair)]
    pub maps: Vec<(String, String)>,
    /// A file of CREATE EXTERNAL TABLE statements for tables that the spec does not declare
    #[arg(long, value_name = "FILE")]
    pub catalog: Option<PathBuf>,
    /// Whose SQL the spec is
    #[arg(long, value_name = "athena|trino", default_value = "athena")]
    pub dialect: Dialect,
}

impl CompileOptions {
    /// Refuses what is given twice: taking the last one, or the first, would hide that one of them is a slip.
    ///
    /// # Errors
    ///
    /// A parameter or a location stands twice.
    pub fn check(&self) -> Result<(), Report> {
        given_once("-p", &self.parameters)?;
        given_once("--map", &self.maps)
    }

    /// The parameters by name.
    pub fn arguments(&self) -> BTreeMap<String, String> {
        self.parameters.iter().cloned().collect()
    }

    /// What planning depends on besides the spec.
    pub fn settings(&self, now: i64) -> crate::plan::Settings {
        crate::plan::Settings {
            now,
            slack: self.slack,
            allow_full_scan: self.allow_full_scan.iter().cloned().collect::<BTreeSet<_>>(),
            merge: !self.no_merge,
            places_tables: true,
            add_partitions: self.add_partitions,
            replaces_tables: false,
        }
    }
}

/// Refuses a name that several values of an option have.
pub(super) fn given_once(option: &str, values: &[(String, String)]) -> Result<(), Report> {
    let mut seen = BTreeSet::new();
    match values.iter().find(|(name, _)| !seen.insert(name)) {
        None => Ok(()),
        Some((name, _)) => {
            let given: Vec<String> = values
                .iter()
                .filter(|(other, _)| other == name)
                .map(|(name, value)| format!("{option} {name}={value}"))
                .collect();
            Err(miette!(help = format!("keep one of {}", given.join(", ")), "{option} {name}=… is given twice"))
        }
    }
}

/// `name=value`.
pub(super) fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE".to_owned()),
    }
}

/// A time as ISO 8601, or a date, in UTC; in seconds since the epoch.
pub(super) fn instant(text: &str) -> Result<i64, String> {
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Ok(at.as_second());
    }
    let civil = text
        .parse::<jiff::civil::DateTime>()
        .map_err(|_| "expected a time such as 2024-01-31T00:00:00Z, or a date such as 2024-01-31".to_owned())?;
    let zoned = civil.to_zoned(jiff::tz::TimeZone::UTC).map_err(|error| error.to_string())?;
    Ok(zoned.timestamp().as_second())
}

/// `90 minutes`, `1 hour`, `2 days`; in seconds.
pub(super) fn duration(text: &str) -> Result<i64, String> {
    let wrong = || "expected a number and a unit, such as '90 minutes' or '1 hour'".to_owned();
    let split = text.find(|character: char| !character.is_ascii_digit()).ok_or_else(wrong)?;
    let number: i64 = text[..split].parse().map_err(|_| wrong())?;
    let unit = match text[split..].trim() {
        "second" | "seconds" | "sec" | "secs" | "s" | "" => 1,
        "minute" | "minutes" | "min" | "mins" | "m" => 60,
        "hour" | "hours" | "hr" | "hrs" | "h" => 3_600,
        "day" | "days" | "d" => 86_400,
        _ => return Err(wrong()),
    };
    number.checked_mul(unit).ok_or_else(wrong)
}
