//! How long a run takes beside the least that it could: an engine that only counts time.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use athplan::engine::{
    Engine, EngineError, ErrorClass, Kind, QueryId, ResultSet, State, Status, StoredFile, Submission,
};
use athplan::run::ledger::Ledger;
use athplan::run::{RunOptions, run_with};
use athplan::types::Type;
use tokio::time::Instant;

use crate::middle::bench;

/// How long a query takes, by its number.
type Latency = fn(usize) -> Duration;

/// An engine without data: a keys query gives no rows, everything else nothing at all.
struct Clockwork {
    latency: Latency,
    slots: usize,
    /// How many may run before the engine says that it is too much.
    quota: usize,
    ends: Mutex<BTreeMap<QueryId, Instant>>,
}

impl Engine for Clockwork {
    async fn submit(&self, submission: &Submission) -> Result<QueryId, EngineError> {
        let mut ends = self.ends.lock().expect("nobody panicked");
        let now = Instant::now();
        if ends.values().filter(|end| **end > now).count() >= self.quota {
            return Err(EngineError::new(ErrorClass::Throttled, "too many queries"));
        }
        let number = ends.len();
        let takes =
            if submission.kind == Kind::Definition { Duration::from_millis(400) } else { (self.latency)(number) };
        let id = QueryId(format!("q{number}"));
        ends.insert(id.clone(), now + takes);
        Ok(id)
    }

    async fn find(&self, _: &str, _: SystemTime) -> Result<Option<QueryId>, EngineError> {
        Ok(None)
    }

    async fn poll(&self, ids: &[QueryId]) -> Result<Vec<Status>, EngineError> {
        let ends = self.ends.lock().expect("nobody panicked");
        let state = |id| if ends[id] <= Instant::now() { State::Succeeded } else { State::Running };
        Ok(ids.iter().map(|id| Status::new(state(id))).collect())
    }

    async fn wait(&self, _: &[QueryId]) {
        tokio::time::sleep(Duration::from_millis(250)).await;
    }

    async fn result(&self, _: &QueryId, _: &[Type]) -> Result<ResultSet, EngineError> {
        Ok(ResultSet::default())
    }

    async fn cancel(&self, _: &QueryId) -> Result<(), EngineError> {
        Ok(())
    }

    async fn put(&self, _: &str, _: Vec<u8>) -> Result<(), EngineError> {
        Ok(())
    }

    async fn list(&self, _: &str) -> Result<Vec<StoredFile>, EngineError> {
        Ok(Vec::new())
    }

    async fn remove(&self, _: &str) -> Result<usize, EngineError> {
        Ok(0)
    }

    fn slots(&self, _: Kind) -> usize {
        self.slots
    }
}

/// Steps that wait for nothing but their table.
fn wide(steps: usize) -> String {
    (0..steps)
        .map(|step| {
            format!("CREATE TABLE t{step} AS SELECT id FROM events WHERE id = {step} AND day = '2020-01-01';\n")
        })
        .collect()
}

/// The time that a run of so many steps side by side takes, in seconds.
fn takes(steps: usize, engine: Clockwork) -> f64 {
    let compiled = bench::compiled(&wide(steps), true).expect("it compiles");
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().expect("a runtime");
    runtime.block_on(async {
        let started = Instant::now();
        let (options, ledger) = (RunOptions::new("r7", "s3://out/"), Ledger::in_memory());
        let (_go_on, never) = tokio::sync::watch::channel(false);
        run_with(&compiled, &engine, &options, &ledger, never, &|_| {}).await.expect("it runs");
        started.elapsed().as_secs_f64()
    })
}

/// The least that statements of these lengths can take on so many slots, in seconds.
fn least(steps: usize, slots: usize, latency: Latency) -> f64 {
    let all: Vec<f64> = (0..steps).map(|number| latency(number).as_secs_f64()).collect();
    let longest = all.iter().copied().fold(0.0, f64::max);
    let share = all.iter().sum::<f64>() / count(slots);
    longest.max(share)
}

#[allow(clippy::cast_precision_loss, reason = "few slots")]
fn count(number: usize) -> f64 {
    number as f64
}

#[test]
fn a_run_takes_little_more_than_it_must() {
    let latencies: [(&str, Latency); 3] = [
        ("all alike", |_| Duration::from_secs(20)),
        ("one in ten is long", |number| Duration::from_secs(if number % 10 == 0 { 60 } else { 10 })),
        ("all different", |number| Duration::from_millis(8_000 + (number as u64 * 7_919) % 24_000)),
    ];
    let mut table = "slots  statements  latency             least      run  ratio  one by one\n".to_owned();
    let mut worst: f64 = 0.0;
    for slots in [20, 200] {
        for (name, latency) in latencies {
            let steps = slots * 5;
            let least = least(steps, slots, latency);
            let run = takes(steps, Clockwork { latency, slots, quota: slots, ends: Mutex::default() });
            let alone: f64 = (0..steps).map(|number| latency(number).as_secs_f64()).sum();
            let ratio = run / least;
            worst = worst.max(ratio);
            table += &format!(
                "{slots:>5}  {steps:>10}  {name:<18} {least:>6.1} s {run:>6.1} s  {ratio:.2}  {alone:>8.0} s\n"
            );
        }
    }
    println!("{table}");
    // Time is counted here, not measured: the same on every machine.
    assert!(worst <= 1.15, "{table}");
}

#[test]
fn an_engine_that_takes_fewer_than_it_said_is_given_fewer() {
    let latency: Latency = |_| Duration::from_secs(20);
    let (steps, quota) = (60, 5);
    let run = takes(steps, Clockwork { latency, slots: 20, quota, ends: Mutex::default() });
    let least = least(steps, quota, latency);
    assert!(run / least < 1.5, "{run} s where {least} s would do");
}
