//! How long `athplan explain` takes from a cold start: the whole process, from its first instruction
//! to its exit, over a spec of five steps and the examples' archive.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How often it is measured.
const RUNS: usize = 51;

fn main() {
    let spec = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/03-keys-of-keys/spec.sql");
    let mut times: Vec<Duration> = (0..RUNS).map(|_| explain(&spec)).collect();
    times.sort();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let milliseconds = |at: usize| times[at].as_secs_f64() * 1000.0;
    println!(
        "explain, five steps, {cores} cores: median {:.1} ms, fastest {:.1} ms, slowest {:.1} ms",
        milliseconds(RUNS / 2),
        milliseconds(0),
        milliseconds(RUNS - 1)
    );
}

fn explain(spec: &Path) -> Duration {
    let start = Instant::now();
    let status = Command::new(env!("CARGO_BIN_EXE_athplan"))
        .args(["explain", "--now", "2019-07-01T00:00:00Z"])
        .arg(spec)
        .stdout(Stdio::null())
        .status()
        .expect("athplan starts");
    assert!(status.success(), "athplan explain ends with {status}");
    start.elapsed()
}
