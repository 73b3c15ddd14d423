//! How long a run takes beside the least that it could: an engine that only counts time.

use std::time::Duration;

use athplan::run::ledger::Ledger;
use athplan::run::{RunOptions, run_with};
use tokio::time::Instant;

use super::clockwork::Clockwork;
use crate::middle::bench;

/// How long a step takes, by the day that it reads: days hold as many bytes as they take time.
type Latency = fn(usize) -> Duration;

/// The days that steps read.
const DAYS: usize = 20;

/// The day that a step reads, in no order.
fn day(step: usize) -> usize {
    step * 7 % DAYS
}

/// Steps that wait for nothing but their table.
fn wide(steps: usize) -> String {
    let step = |step| {
        let day = day(step) + 1;
        format!("CREATE TABLE t{step} AS SELECT id FROM events WHERE id = {step} AND day = '2020-01-{day:02}';\n")
    };
    (0..steps).map(step).collect()
}

/// A file for each day of one region, of as many bytes as the day takes microseconds.
fn files(latency: Latency) -> Vec<(String, u64)> {
    let bytes = |day| u64::try_from(latency(day).as_micros()).expect("days are short");
    (0..DAYS).map(|day| (format!("s3://bucket/events/a/2020-01-{:02}/e.json", day + 1), bytes(day))).collect()
}

/// The day that a text asks for.
fn day_of(sql: &str) -> usize {
    let (_, behind) = sql.split_once("'2020-01-").expect("every step asks for a day");
    behind[..2].parse::<usize>().expect("a day") - 1
}

/// The time that a run of so many steps side by side takes, in seconds.
fn takes(steps: usize, latency: Latency, slots: usize, quota: usize) -> f64 {
    let compiled = bench::compiled_over(&wide(steps), &files(latency)).expect("it compiles");
    let engine = Clockwork { latency: Box::new(move |sql| latency(day_of(sql))), quota, ..Clockwork::new(slots) };
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

/// How long a step after the other takes, in seconds.
fn alone(steps: usize, latency: Latency) -> f64 {
    (0..steps).map(|step| latency(day(step)).as_secs_f64()).sum()
}

/// The least that these steps can take on so many slots, in seconds.
fn least(steps: usize, slots: usize, latency: Latency) -> f64 {
    let longest = (0..steps).map(|step| latency(day(step)).as_secs_f64()).fold(0.0, f64::max);
    longest.max(alone(steps, latency) / count(slots))
}

#[allow(clippy::cast_precision_loss, reason = "few slots")]
fn count(number: usize) -> f64 {
    number as f64
}

#[test]
fn a_run_takes_little_more_than_it_must() {
    let latencies: [(&str, Latency); 3] = [
        ("all alike", |_| Duration::from_secs(20)),
        ("one in ten is long", |day| Duration::from_secs(if day % 10 == 0 { 60 } else { 10 })),
        ("of twenty lengths", |day| Duration::from_millis(8_000 + day as u64 * 1_200)),
    ];
    let mut table = "slots  statements  latency             least      run  ratio  one by one\n".to_owned();
    let mut worst: f64 = 0.0;
    for slots in [20, 200] {
        for (name, latency) in latencies {
            let steps = slots * 5;
            let (least, alone) = (least(steps, slots, latency), alone(steps, latency));
            let run = takes(steps, latency, slots, slots);
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
    let run = takes(steps, latency, 20, quota);
    let least = least(steps, quota, latency);
    assert!(run / least < 1.5, "{run} s where {least} s would do");
}
