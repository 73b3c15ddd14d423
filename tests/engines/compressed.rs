//! Compressed files, whole and broken, read as a real Trino read them (`tests/data/trino/compressed.tsv`).

use athplan::engine::{ErrorClass, State, Status};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::bench::Bench;

/// Files that Trino reads and that are an error here: compressed bytes that it takes for text, and what stands behind
/// the end of a file, which it passes over.
const ERRORS: &[&str] = &[
    "a.GZ",
    "a.gz.txt",
    "a.zstd",
    "plain-bz2.json",
    "plain-gz.json",
    "plain-zst.json",
    "tail.bz2",
    "tail.gz",
    "zeros.gz",
];

/// Files that Trino does not read though nothing is wrong with them.
const READ: &[(&str, &str)] = &[("twice.bz2", "6|6")];

#[tokio::test]
async fn compressed_files_are_read_as_trino_reads_them() {
    let bench = Bench::new();
    let sql = "CREATE EXTERNAL TABLE t (v string) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'";
    bench.ok(&format!("{sql} LOCATION 's3://bucket/t/'")).await;
    let mut files = 0;
    let mut wrong = Vec::new();
    for line in include_str!("../data/trino/compressed.tsv").lines().filter(|line| !line.starts_with('#')) {
        let [name, rows, content] = line.splitn(3, '\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let key = format!("t/{name}");
        bench.file(&key, STANDARD.decode(content).expect("base64"));
        let sql = "SELECT count(*), count_if(v LIKE 'line %') FROM t";
        let got = match bench.run(sql).await {
            Ok((_, Status { state: State::Succeeded, .. })) => bench.rows(sql).await.remove(0),
            Ok((_, Status { state: State::Failed(error), .. })) => {
                assert_eq!(error.class, ErrorClass::Data, "{name}: {error:?}");
                assert!(error.message.contains(&key), "{name}: {error:?}");
                "error".to_owned()
            }
            other => panic!("{name}: {other:?}"),
        };
        let expected = match (rows, READ.iter().find(|(read, _)| *read == name)) {
            (_, Some((_, rows))) => (*rows).to_owned(),
            ("-", _) => "error".to_owned(),
            _ if ERRORS.contains(&name) => "error".to_owned(),
            (rows, _) => rows.replace(", ", "|").replace(['[', ']'], ""),
        };
        if got != expected {
            wrong.push(format!("{name}: {expected}, and not {got}"));
        }
        std::fs::remove_file(bench.path(&key)).expect("it is there");
        files += 1;
    }
    assert!(files > 60, "the recorded files are missing");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn files_that_are_not_read_say_why() {
    let bench = Bench::new();
    bench.ok("CREATE EXTERNAL TABLE t (v string) LOCATION 's3://bucket/t/'").await;
    for (name, content, words) in [
        ("a.lzo", &b"x"[..], ["LZO", "gzip"]),
        ("a.csv", b"\x1f\x8b\x08", ["gzip", ".gz"]),
        ("a.xz", b"\xfd7zXZ\0\0", ["xz", "Athena does not read"]),
        ("a.snappy", b"\xff\x06\x00\x00sNaPpY", ["framing", "Hadoop"]),
        ("a.snappy", b"\0\0\0\x05\0\0\0\x03ab", ["truncated", "a.snappy"]),
    ] {
        let key = format!("t/{name}");
        bench.file(&key, content);
        bench.fails("SELECT v FROM t", ErrorClass::Data, &words).await;
        std::fs::remove_file(bench.path(&key)).expect("it is there");
    }
}
