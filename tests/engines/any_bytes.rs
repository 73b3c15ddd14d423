//! Files that anybody may have written: any bytes are rows or an error that names the file, never a panic, and a
//! document that an independent JSON reader takes gives the values that are in it.
//!
//! The fuzz targets leave the readers out: they fill the engine's columns, and the engine takes too long to build
//! again. So this stands here, over the whole way from a file to rows.

use athplan::engine::{ErrorClass, State};
use proptest::prelude::*;
use serde_json::Value;
use tokio::runtime::Runtime;

use super::bench::{Bench, gzip};
use crate::laws::property::{cases, hold};

const COLUMNS: &str =
    "eventname string, id int, tags array<string>, more map<string,string>, who struct<arn:string,n:int>";

/// A table for each reader, with the words that choose it.
const READERS: &[(&str, &str)] = &[
    (
        "trail",
        "ROW FORMAT SERDE 'com.amazon.emr.hive.serde.CloudTrailSerde'
         STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'
         OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'",
    ),
    ("openx", "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'"),
    ("hive", "ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'"),
    ("csv", "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'"),
    ("text", "ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' ESCAPED BY '\\\\'"),
    (
        "regex",
        "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.RegexSerDe' WITH SERDEPROPERTIES ('input.regex' = '(.*?),(.*)')",
    ),
    (
        "grok",
        "ROW FORMAT SERDE 'com.amazonaws.glue.serde.GrokSerDe' WITH SERDEPROPERTIES ('input.format' = '%{DATA:a},%{INT:b}')",
    ),
    ("nested", "ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' COLLECTION ITEMS TERMINATED BY '|'"),
    ("parquet", "STORED AS PARQUET"),
    ("avro", "STORED AS AVRO"),
];

/// The columns that a reader's table has: some formats hold plain texts only.
fn columns(reader: &str) -> &'static str {
    match reader {
        "csv" | "regex" | "text" | "grok" => "eventname string, id int",
        _ => COLUMNS,
    }
}

/// An engine with the readers' tables; files go into `s3://bucket/READER/`.
struct Readers {
    runtime: Runtime,
    bench: Bench,
}

impl Readers {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let bench = Bench::new();
        for (reader, words) in READERS {
            let columns = columns(reader);
            let sql = format!("CREATE EXTERNAL TABLE {reader} ({columns}) {words} LOCATION 's3://bucket/{reader}/'");
            runtime.block_on(bench.ok(&sql));
        }
        Self { runtime, bench }
    }

    /// Writes a file and reads its table; the rows, or the message of an error that is about the data.
    fn read(&self, reader: &str, content: &[u8]) -> Result<Result<Vec<Vec<athplan::constant::Value>>, String>, String> {
        let key = format!("{reader}/any.bytes");
        self.bench.file(&key, content);
        let ended = self.runtime.block_on(self.bench.run(&format!("SELECT * FROM {reader}")));
        let error = match ended {
            Ok((id, status)) => match status.state {
                State::Failed(error) => error,
                _ => {
                    let result = self
                        .runtime
                        .block_on(async { athplan::engine::Engine::result(self.bench.engine(), &id, &[]).await });
                    return result.map(|result| Ok(result.rows)).map_err(|error| error.message);
                }
            },
            Err(error) => error,
        };
        if error.class != ErrorClass::Data || !error.message.contains(&key) {
            return Err(format!("{reader}: {error:?}"));
        }
        Ok(Err(error.message))
    }
}

/// JSON as logs hold it, and stranger.
fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        (-1e6..1e6_f64).prop_map(Value::from),
        "[a-c \"\\\\{}\\[\\],:\u{e9}\u{1f600}\n\u{0}]{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((prop::sample::select(vec!["arn", "n", "x y", "}"]), inner), 0..4)
                .prop_map(|members| members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()),
        ]
    })
}

/// A record in which the first column is a text, a number or nothing, and the others anything.
fn record() -> impl Strategy<Value = Value> {
    let name = prop_oneof![
        Just(Value::Null),
        "[a-z\"\\\\\u{e9}]{0,5}".prop_map(Value::from),
        any::<i16>().prop_map(Value::from)
    ];
    (name, any::<i32>(), json())
        .prop_map(|(name, id, other)| serde_json::json!({"eventName": name, "id": id, "other": other}))
}

/// A file's text: pretty or compact, in one piece or as lines.
fn file() -> impl Strategy<Value = (Vec<Value>, bool)> {
    (prop::collection::vec(record(), 0..5), any::<bool>())
}

fn cloudtrail(records: &[Value], pretty: bool) -> String {
    let file = serde_json::json!({"Digest": {"a": "]}"}, "Records": records});
    if pretty { format!("{file:#}") } else { file.to_string() }
}

fn lines(records: &[Value]) -> String {
    records.iter().map(|record| format!("{record}\n")).collect()
}

/// Bytes that are nearly a file: some of its bytes put elsewhere, left out or others.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![prop::sample::select(b"{}[]\",:\\\n\r \0,'|-eE.0u\x1f\x8b\xff\xf0".to_vec()), any::<u8>()];
    let edits = prop::collection::vec((any::<prop::sample::Index>(), byte, 0..4_u8), 0..6);
    let whole = prop_oneof![
        (file(), json()).prop_map(|((records, pretty), other)| {
            let mut text = cloudtrail(&records, pretty);
            text.push_str(&if pretty { String::new() } else { other.to_string() });
            text
        }),
        file().prop_map(|(records, _)| lines(&records)),
        "(PAR1)?[a-c,\"|\\\\\n]{0,30}(PAR1)?",
    ];
    (whole, edits, any::<bool>()).prop_map(|(text, edits, zipped)| {
        let mut bytes = if zipped { gzip(text) } else { text.into_bytes() };
        for (place, byte, kind) in edits {
            let at = place.index(bytes.len() + 1);
            match kind {
                0 => bytes.insert(at, byte),
                1 => bytes.truncate(at),
                2 if at < bytes.len() => drop(bytes.remove(at)),
                _ if at < bytes.len() => bytes[at] = byte,
                _ => {}
            }
        }
        bytes
    })
}

#[test]
fn any_bytes_are_rows_or_an_error_that_names_the_file() {
    hold(
        cases(100),
        &damaged,
        &|| {
            let readers = Readers::new();
            move |bytes: &Vec<u8>| {
                for (reader, _) in READERS {
                    readers.read(reader, bytes)?.ok();
                }
                Ok(())
            }
        },
        &|bytes| String::from_utf8_lossy(bytes).into_owned(),
    );
}

#[test]
fn what_another_reader_takes_gives_its_values() {
    hold(
        cases(60),
        &file,
        &|| {
            let readers = Readers::new();
            move |(records, pretty): &(Vec<Value>, bool)| {
                let expected: Vec<Option<String>> = records
                    .iter()
                    .map(|record| match &record["eventName"] {
                        Value::Null => None,
                        Value::String(text) => Some(text.clone()),
                        other => Some(other.to_string()),
                    })
                    .collect();
                for (reader, text) in [("trail", cloudtrail(records, *pretty)), ("openx", lines(records))] {
                    let rows = readers.read(reader, text.as_bytes())??;
                    let found: Vec<Option<String>> = rows
                        .iter()
                        .map(|row| match &row[0] {
                            athplan::constant::Value::Varchar(text) => Some(text.to_string()),
                            _ => None,
                        })
                        .collect();
                    if found != expected {
                        return Err(format!("{reader}: {found:?} ought to be {expected:?}"));
                    }
                }
                Ok(())
            }
        },
        &|case| format!("{case:?}"),
    );
}
