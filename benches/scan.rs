//! How fast the embedded engine reads an archive, beside what bounds it and what people would use instead: in one run,
//! over the same files, the best of several.
//!
//! The bound is a bare loop that inflates the files on as many threads. `zcat` is what a script begins with, and
//! DuckDB's `read_json` (the Python package `duckdb`, with Records typed) what an analyst would reach for.
//!
//! `ATHPLAN_BENCH_EVENTS` says how many events the archive has, `ATHPLAN_BENCH_PYTHON` which Python has duckdb.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use libdeflater::Decompressor;

/// How often each is measured; of DuckDB, which takes minutes, once.
const RUNS: usize = 12;

/// Keys that the driver table has.
const KEYS: usize = 50;

/// All days of the archive: every file is read.
const DAYS: &str = "day BETWEEN '2019/02/01' AND '2019/06/30'";

const TABLE: &str = "CREATE EXTERNAL TABLE cloudtrail USING cloudtrail
  LOCATION 's3://trail-bucket/AWSLogs/111111111111/CloudTrail/';\n";

fn main() {
    let events: u64 =
        std::env::var("ATHPLAN_BENCH_EVENTS").map_or(360_000, |text| text.parse().expect("a number of events"));
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("scan-{events}"));
    let archive = root.join("archive");
    if !archive.exists() {
        let demo = root.join("unfinished");
        let _ = fs::remove_dir_all(&demo);
        run(Command::new(env!("CARGO_BIN_EXE_athplan")).arg("demo").arg(&demo).arg("--events").arg(events.to_string()));
        fs::rename(&demo, &archive).expect("the archive can be moved");
    }
    let mut files = Vec::new();
    gather(&archive.join("AWSLogs/111111111111/CloudTrail"), &mut files);
    files.sort();
    let stored: Vec<Vec<u8>> = files.iter().map(|file| fs::read(file).expect("a file of the archive")).collect();
    let bytes: usize = stored.iter().map(|file| length(file)).sum();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    println!("{} files, {:.1} MB of JSON, {threads} threads", files.len(), bytes as f64 / 1e6);
    let keys = keys(&stored);
    drop(stored);

    let limit = best(RUNS, || inflate(&files, threads));
    report("inflate only (the limit)", limit, limit, None);
    let zcat = best(RUNS, || {
        let mut command = Command::new("sh");
        run(command.args(["-c", "find \"$0\" -name '*.gz' | xargs zcat"]).arg(&archive));
    });
    report("zcat", zcat, limit, None);

    let filter = format!(
        "SELECT eventtime, eventname FROM cloudtrail WHERE useridentity.accesskeyid = '{}' AND {DAYS};",
        keys[0]
    );
    let group = format!(
        "SELECT eventname, count(*) AS calls FROM cloudtrail WHERE {DAYS} GROUP BY eventname ORDER BY calls DESC;"
    );
    let joined = format!(
        "CREATE TEMPORARY TABLE keys (accesskeyid varchar) FROM 'keys.csv';
        FOREACH k IN (SELECT accesskeyid FROM keys)
          SELECT c.eventtime, c.eventname FROM cloudtrail c WHERE c.useridentity.accesskeyid = k.accesskeyid AND {DAYS};"
    );
    let csv = format!("accesskeyid\n{}\n", keys.join("\n"));
    fs::write(root.join("keys.csv"), csv).expect("the folder is there");
    let specs = [("key filter", filter), ("GROUP BY", group), ("key filter, keys joined", joined)];
    let duckdb = [
        Some(format!("SELECT r.eventTime, r.eventName FROM records WHERE r.userIdentity.accessKeyId = '{}'", keys[0])),
        Some("SELECT r.eventName, count(*) FROM records GROUP BY ALL".to_owned()),
        None,
    ];
    for ((name, spec), duckdb) in specs.iter().zip(duckdb) {
        let path = root.join("spec.sql");
        fs::write(&path, format!("{TABLE}{spec}")).expect("the folder is there");
        let time = best(RUNS, || run(&mut athplan(&path, &archive)));
        let peak = peak_memory(athplan(&path, &archive));
        let peer = duckdb.and_then(|query| self::duckdb(&archive, &query));
        report(name, time, limit, peer);
        println!("    peak memory {:.0} MB", peak as f64 / 1e3);
    }
}

fn report(name: &str, time: Duration, limit: Duration, duckdb: Option<Duration>) {
    let beside = duckdb.map_or(String::new(), |other| {
        format!(", DuckDB {:.2} s: {:.1} times as long", other.as_secs_f64(), other.as_secs_f64() / time.as_secs_f64())
    });
    println!(
        "{name}: {:.3} s, {:.2} times the limit{beside}",
        time.as_secs_f64(),
        time.as_secs_f64() / limit.as_secs_f64()
    );
}

fn best(runs: usize, mut work: impl FnMut()) -> Duration {
    let once = |work: &mut dyn FnMut()| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    (0..runs).map(|_| once(&mut work)).min().expect("at least one run")
}

fn run(command: &mut Command) {
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().expect("the program starts");
    assert!(status.success(), "{command:?} ends with {status}");
}

/// What runs a spec over the whole archive.
fn athplan(spec: &Path, archive: &Path) -> Command {
    let mut map = std::ffi::OsString::from("s3://trail-bucket=");
    map.push(archive);
    let mut command = Command::new(env!("CARGO_BIN_EXE_athplan"));
    command.args(["run", "--now", "2019-07-01T00:00:00Z", "--format", "csv", "--map"]);
    command.args([map.as_os_str(), spec.as_os_str()]);
    command
}

/// The most memory that a program had, in kilobytes: it is asked again and again, so that its time says nothing.
fn peak_memory(mut command: Command) -> u64 {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("athplan starts");
    let status = PathBuf::from(format!("/proc/{}/status", child.id()));
    let mut peak = 0;
    loop {
        if let Some(ended) = child.try_wait().expect("the child is ours") {
            assert!(ended.success(), "athplan ends with {ended}");
            return peak;
        }
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let now = line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0);
        peak = peak.max(now);
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// The same question to DuckDB; none if there is no Python with it.
fn duckdb(archive: &Path, query: &str) -> Option<Duration> {
    let python = std::env::var("ATHPLAN_BENCH_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let script = r#"
import sys, time, duckdb
start = time.time()
duckdb.sql(f"""
WITH records AS (SELECT unnest(Records) AS r FROM read_json('{sys.argv[1]}/AWSLogs/111111111111/CloudTrail/**/*.json.gz',
  columns = {{Records: 'STRUCT(eventTime VARCHAR, eventName VARCHAR, userIdentity STRUCT(accessKeyId VARCHAR))[]'}},
  maximum_object_size = 100000000))
{sys.argv[2]}""").fetchall()
print(time.time() - start)
"#;
    let output = Command::new(&python).args(["-c", script]).arg(archive).arg(query).output().ok()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        println!("    DuckDB is left out: {python}: {}: {}", output.status, said.lines().last().unwrap_or_default());
        return None;
    }
    // A bar that shows its progress may stand before it.
    let printed = String::from_utf8_lossy(&output.stdout);
    printed.split_whitespace().last()?.parse().ok().map(Duration::from_secs_f64)
}

/// Inflates all files, and does nothing with them.
fn inflate(files: &[PathBuf], threads: usize) {
    std::thread::scope(|scope| {
        for first in 0..threads {
            scope.spawn(move || {
                let mut decompressor = Decompressor::new();
                let mut text = Vec::new();
                for file in files.iter().skip(first).step_by(threads) {
                    let stored = fs::read(file).expect("a file of the archive");
                    text.resize(length(&stored), 0);
                    decompressor.gzip_decompress(&stored, &mut text).expect("the archive is whole");
                    std::hint::black_box(&text);
                }
            });
        }
    });
}

/// The length of a file's text, as its footer has it.
fn length(stored: &[u8]) -> usize {
    let footer = stored.last_chunk::<4>().expect("gzip has a footer");
    usize::try_from(u32::from_le_bytes(*footer)).expect("a length")
}

/// The access keys that the archive has least of: those that an investigation looks for.
fn keys(stored: &[Vec<u8>]) -> Vec<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for file in stored {
        let mut text = vec![0; length(file)];
        Decompressor::new().gzip_decompress(file, &mut text).expect("the archive is whole");
        let log: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
        let records = log["Records"].as_array().expect("records");
        for key in records.iter().filter_map(|record| record["userIdentity"]["accessKeyId"].as_str()) {
            *counts.entry(key.to_owned()).or_default() += 1;
        }
    }
    let mut keys: Vec<(usize, String)> = counts.into_iter().map(|(key, count)| (count, key)).collect();
    keys.sort();
    println!("{KEYS} of {} keys", keys.len());
    keys.into_iter().take(KEYS).map(|(_, key)| key).collect()
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the archive") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            gather(&path, files);
        } else {
            files.push(path);
        }
    }
}
