//! How long a run takes beside the least that it could, by the emulator's clock and through the AWS SDK.
//!
//! What this machine computes takes no emulated time: the clock stands while the embedded engine works and while the
//! client does. What counts is how long statements take, and what the run lets pass between them: pauses between
//! questions, the pace of submissions, what is throttled. Both are scaled alike: seconds of the run are the emulator's.

use std::fs;
use std::time::Duration;

use athplan::engine::athena::{AthenaEngine, AthenaOptions};
use athplan::run::ledger::Ledger;
use athplan::run::{RunOptions, run_with};
use aws_sdk_athena::config::{Credentials, SharedCredentialsProvider};

use crate::emulator::{Emulator, Latency, Options, Quotas};
use crate::middle::bench;

/// How long a second of the emulator takes for each statement side by side: what a call takes on its way is time that
/// passes, and the more calls there are, the longer the others wait for this machine.
const SECOND_A_SLOT: Duration = Duration::from_millis(1);

/// The least that a second takes.
const SECOND: Duration = Duration::from_millis(50);

/// The days that steps read; each has other bytes.
const DAYS: usize = 20;

/// A second for each so many bytes, where time goes by bytes.
const BYTES_PER_SECOND: f64 = 500.0;

/// A world in which a run takes its time.
struct Model {
    name: &'static str,
    /// Whether it is tried on many slots each time.
    in_short: bool,
    latency: Latency,
    quotas: Quotas,
}

fn models() -> Vec<Model> {
    let alike = Latency { query: 20.0, definition: 1.0, ..Latency::default() };
    let by_bytes = Latency { query: 10.0, bytes_per_second: BYTES_PER_SECOND, ..alike };
    let queued = Latency { queue: 3.0, ..by_bytes };
    let model = |name, latency, quotas| Model { name, in_short: false, latency, quotas };
    vec![
        Model { in_short: true, ..model("all alike", alike, Quotas::default()) },
        model("by bytes", by_bytes, Quotas::default()),
        model("by bytes, queued", queued, Quotas::default()),
        Model { in_short: true, ..model("quotas of us-east-1", queued, Quotas::of_us_east_1()) },
    ]
}

/// The bytes of a day.
fn bytes(day: usize) -> usize {
    500 + day * 250
}

/// Steps that wait for nothing but their table, each of a day.
fn wide(steps: usize) -> String {
    let step = |step| {
        let day = step * 7 % DAYS + 1;
        format!("CREATE TABLE t{step} AS SELECT id FROM events WHERE day = '2020-01-{day:02}' AND region = 'a';\n")
    };
    (0..steps).map(step).collect()
}

/// What a run took, in emulated seconds.
struct Took {
    run: f64,
    /// The longest statement, or the work over the slots, between the table's making and its end.
    least: f64,
    /// A statement after the other, without a pause between them.
    alone: f64,
}

fn takes(steps: usize, slots: usize, model: &Model) -> Took {
    let second = SECOND.max(SECOND_A_SLOT * u32::try_from(slots).expect("few slots"));
    let emulator = Emulator::start(Options {
        now: Some(bench::NOW),
        second,
        clock_stands: true,
        latency: model.latency,
        quotas: model.quotas.clone(),
        ..Options::default()
    });
    emulator.bucket("out");
    let mut listed = Vec::new();
    for day in 0..DAYS {
        let key = format!("events/a/2020-01-{:02}/e.json", day + 1);
        let record = |filling: &str| format!("{{\"id\":{day},\"kind\":\"{filling}\"}}\n");
        let path = emulator.bucket("bucket").join(&key);
        fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("folders can be made");
        fs::write(&path, record(&"x".repeat(bytes(day) - record("").len()))).expect("files can be written");
        listed.push((format!("s3://bucket/{key}"), bytes(day) as u64));
    }
    let compiled = bench::compiled_over(&wide(steps), &listed).expect("it compiles");
    let runtime = emulator.timeless_runtime();
    let (began, ended) = runtime.block_on(async {
        let options = AthenaOptions {
            region: Some("us-east-1".to_owned()),
            athena_endpoint: Some(emulator.athena_url()),
            s3_endpoint: Some(emulator.s3_url()),
            output: Some("s3://out/".to_owned()),
            slots: Some(slots),
            second,
            ..AthenaOptions::new("default")
        };
        let options = AthenaOptions { pause: options.pause.mul_f64(second.as_secs_f64()), ..options };
        let credentials = SharedCredentialsProvider::new(Credentials::new("AKIATEST", "secret", None, None, "test"));
        let engine = AthenaEngine::connect_as(options, Some(credentials)).await.expect("the emulator is there");
        let options = RunOptions { second, ..RunOptions::new("r7", "s3://out/") };
        let (_go_on, never) = tokio::sync::watch::channel(false);
        let began = emulator.now();
        run_with(&compiled, &engine, &options, &Ledger::in_memory(), never, &|_| {}).await.expect("it runs");
        (began, emulator.now())
    });
    let Latency { queue, query, definition, bytes_per_second, .. } = model.latency;
    let (mut work, mut longest, mut alone) = (0.0, 0.0_f64, 0.0);
    for execution in emulator.executions() {
        #[allow(clippy::cast_precision_loss, reason = "few bytes")]
        let reading = execution.progress().scanned as f64 / bytes_per_second;
        if execution.request.query.starts_with("--") {
            let takes = queue + query + reading;
            (work, longest, alone) = (work + takes, longest.max(takes), alone + takes);
        } else {
            alone += queue + definition;
        }
    }
    // The table is made before all else, and dropped after it: no order of the statements saves that.
    #[allow(clippy::cast_precision_loss, reason = "few slots")]
    let least = longest.max(work / slots as f64) + 2.0 * (queue + definition);
    Took { run: ended - began, least, alone }
}

/// `ATHPLAN_MAKESPAN` lets every model be tried on many slots.
#[test]
fn a_run_takes_little_more_than_it_must() {
    let mut table = "slots  statements  latency                least       run  ratio  one by one\n".to_owned();
    let mut worst: f64 = 0.0;
    let all = std::env::var_os("ATHPLAN_MAKESPAN").is_some();
    for (slots, steps) in [(20, 100), (200, 400)] {
        for model in models().into_iter().filter(|model| all || slots == 20 || model.in_short) {
            let Took { run, least, alone } = takes(steps, slots, &model);
            let ratio = run / least;
            worst = worst.max(ratio);
            table += &format!(
                "{slots:>5}  {steps:>10}  {:<20} {least:>6.1} s  {run:>6.1} s  {ratio:.2}  {alone:>8.0} s\n",
                model.name
            );
        }
    }
    println!("{table}");
    assert!(worst <= 1.15, "{table}");
}
