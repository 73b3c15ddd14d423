//! Files that cannot be read, skipped by request: none of their rows appear, and each counts once.

use std::fmt::Write as _;

use super::bench::{Bench, gzip};

const JSON: &str = "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'";
const CSV: &str = "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'";
const TABS: &str = "ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\t'";
const WORDS: &str = "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.RegexSerDe' WITH SERDEPROPERTIES ('input.regex' = '([a-z0-9]+) ([0-9]+)')";

fn table(format: &str) -> String {
    format!("CREATE EXTERNAL TABLE t (a string, b string) {format} LOCATION 's3://bucket/t/'")
}

/// A gzip member that ends in its middle, behind many whole lines.
fn cut(line: &str) -> Vec<u8> {
    let mut lines = String::new();
    for at in 0..20_000 {
        let _ = writeln!(lines, "{}", line.replace('#', &format!("{:x}", at * 7_919)));
    }
    let mut packed = gzip(lines);
    packed.truncate(packed.len() / 2);
    packed
}

#[tokio::test]
async fn none_of_the_rows_before_the_fault_are_there() {
    let cases: [(&str, &str, Vec<u8>); 5] = [
        (JSON, "{\"a\":\"good\",\"b\":\"1\"}\n", cut("{\"a\":\"bad#\",\"b\":\"1\"}")),
        (JSON, "{\"a\":\"good\",\"b\":\"1\"}\n", b"{\"a\":\"bad\",\"b\":\"1\"}\n{\"a\":\"bad\",\n".to_vec()),
        (CSV, "good,1\n", cut("bad#,1")),
        (TABS, "good\t1\n", cut("bad#\t1")),
        (WORDS, "good 1\n", cut("bad# 1")),
    ];
    for (format, good, bad) in cases {
        let bench = Bench::with(|options| options.skip_bad_files = true);
        bench.file("t/a.gz", bad).file("t/b", good);
        bench.ok(&table(format)).await;
        assert_eq!(bench.rows("SELECT DISTINCT a FROM t").await, ["good"], "{format}");
        let (_, status) = bench.ok("SELECT a FROM t").await;
        let [scan] = status.scans.as_slice() else { panic!("one scan") };
        assert_eq!((scan.files, scan.records, scan.unreadable.len()), (1, 1, 1), "{format}: {scan:?}");
        assert_eq!(scan.unreadable[0].0, "s3://bucket/t/a.gz");
        assert_eq!(scan.bytes, status.bytes_scanned, "what was read of a broken file was read");
    }
}

/// A file of more than can be held back is read twice, and counted once.
#[tokio::test]
async fn large_files_are_read_whole_or_not_at_all() {
    let mut lines = String::new();
    for at in 0..300_000 {
        let _ = writeln!(lines, "{{\"a\":\"{}{at}\",\"b\":\"x\"}}", "long ".repeat(60));
    }
    let broken = format!("{lines}{{\"a\":");
    let bench = Bench::with(|options| options.skip_bad_files = true);
    bench.file("t/a", &lines).file("t/b", broken);
    bench.ok(&table(JSON)).await;
    let (_, status) = bench.ok("SELECT count(a) FROM t").await;
    let [scan] = status.scans.as_slice() else { panic!("one scan") };
    assert_eq!((scan.files, scan.records, scan.unreadable.len()), (1, 300_000, 1));
    assert_eq!(bench.rows("SELECT count(a) FROM t").await, ["300000"]);
}

/// Each scan says what it skipped: whether a file can be read depends on the columns asked for.
#[tokio::test]
async fn each_scan_counts_for_itself() {
    let bench = Bench::with(|options| options.skip_bad_files = true);
    bench.file("t/a", "{\"a\":\"x\",\"n\":\"no number\"}\n").file("t/b", "{\"a\":\"y\",\"n\":1}\n");
    bench
        .ok("CREATE EXTERNAL TABLE t (a string, n map<string,string>) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://bucket/t/'")
        .await;
    let (_, status) = bench.ok("SELECT l.a FROM t l JOIN t r ON l.a = r.a AND cardinality(r.n) IS NULL").await;
    let told: Vec<_> = status.scans.iter().map(|scan| (scan.files, scan.records, scan.unreadable.len())).collect();
    assert_eq!(told, [(2, 2, 0), (0, 0, 2)]);
}
