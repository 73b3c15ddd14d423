//! What an emulator is started with. The defaults answer at once, throttle nothing and never fail.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use super::faults::FaultPlan;
use super::workgroup::Workgroup;

/// How an emulator behaves.
#[derive(Debug, Clone)]
pub struct Options {
    /// The folder that holds a folder for each bucket; none: a temporary one.
    pub root: Option<PathBuf>,
    /// What `now()` gives and projected ranges end at, in seconds since the epoch; none: the time of day.
    pub now: Option<i64>,
    /// How long an emulated second takes.
    pub second: Duration,
    /// Whether the clock stands still while the emulator computes.
    pub clock_stands: bool,
    /// How long statements take, in emulated time.
    pub latency: Latency,
    /// What the account may do at a time.
    pub quotas: Quotas,
    /// The workgroups; `primary` without an output location unless said otherwise.
    pub workgroups: Vec<Workgroup>,
    /// What goes wrong.
    pub faults: FaultPlan,
    /// The region that requests must be signed for.
    pub region: String,
    /// Actions that are not allowed, each with the beginning of the resources it is not allowed on.
    pub denied: Vec<(String, String)>,
}

/// How long statements take, in emulated seconds.
#[derive(Debug, Clone, Copy)]
pub struct Latency {
    /// From the submission to the beginning.
    pub queue: f64,
    /// What every statement that reads or writes takes.
    pub query: f64,
    /// What every other statement takes.
    pub definition: f64,
    /// How many bytes are read in a second.
    pub bytes_per_second: f64,
    /// From a stop to the state CANCELLED.
    pub stop: f64,
}

/// What the account may do at a time.
#[derive(Debug, Clone, Default)]
pub struct Quotas {
    /// How many DML statements may be queued or running; none: any number.
    pub dml: Option<usize>,
    /// How many DDL statements may be queued or running; none: any number.
    pub ddl: Option<usize>,
    /// Calls a second by operation, each with the number of seconds that a burst may draw on.
    pub rates: BTreeMap<&'static str, (f64, f64)>,
}

/// The account that all resources belong to.
pub const ACCOUNT: &str = "111122223333";

impl Default for Options {
    fn default() -> Self {
        Self {
            root: None,
            now: None,
            second: Duration::from_secs(1),
            clock_stands: false,
            latency: Latency::default(),
            quotas: Quotas::default(),
            workgroups: vec![Workgroup::named("primary")],
            faults: FaultPlan::default(),
            region: "us-east-1".to_owned(),
            denied: Vec::new(),
        }
    }
}

impl Default for Latency {
    fn default() -> Self {
        Self { queue: 0.0, query: 0.0, definition: 0.0, bytes_per_second: f64::INFINITY, stop: 0.0 }
    }
}

impl Quotas {
    /// The default quotas of us-east-1
    /// (<https://docs.aws.amazon.com/general/latest/gr/athena.html>, 2026).
    pub fn of_us_east_1() -> Self {
        Self {
            dml: Some(200),
            ddl: Some(20),
            rates: BTreeMap::from([
                ("StartQueryExecution", (100.0, 5.0)),
                ("GetQueryExecution", (500.0, 1.0)),
                ("GetQueryResults", (100.0, 5.0)),
                ("StopQueryExecution", (50.0, 4.0)),
                ("BatchGetQueryExecution", (10.0, 2.0)),
                ("ListQueryExecutions", (5.0, 2.0)),
            ]),
        }
    }
}
