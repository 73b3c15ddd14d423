//! How long `athplan explain` of a five-step spec takes from a cold start, beside the cost of
//! starting the program at all.
//!
//! Machines are noisy: what counts is the ratio within one run, and the median. `cargo bench` prints
//! both; `benches/README.md` keeps figures with the machine they were measured on.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const ATHPLAN: &str = env!("CARGO_BIN_EXE_athplan");
const SPEC: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/five-steps.sql");
const RUNS: usize = 40;

fn main() {
    let explain = &["explain", SPEC, "--now", "2019-06-10"];
    let version = &["--version"];
    let (mut explained, mut started) = (Vec::new(), Vec::new());
    // In turns, so that a slow moment of the machine hits both.
    for _ in 0..RUNS {
        explained.push(time(explain));
        started.push(time(version));
    }
    let (explained, started) = (median(explained), median(started));
    println!("cores               {}", std::thread::available_parallelism().map_or(0, usize::from));
    println!("athplan --version   {:.1} ms (median of {RUNS})", milliseconds(started));
    println!("athplan explain     {:.1} ms (median of {RUNS}; goal: at most 50 ms)", milliseconds(explained));
    println!("ratio               {:.1}", explained.as_secs_f64() / started.as_secs_f64());
}

fn time(arguments: &[&str]) -> Duration {
    let start = Instant::now();
    let status = Command::new(ATHPLAN)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .status()
        .expect("the binary was built for this benchmark");
    assert!(status.success(), "athplan {arguments:?} failed");
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
