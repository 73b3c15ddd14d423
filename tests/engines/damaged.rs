//! Files of binary formats, and compressed ones, with some bytes changed: rows or an error that names the file.

use athplan::engine::{ErrorClass, State};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use serde_json::Value as Json;
use tokio::runtime::Runtime;

use super::bench::Bench;
use crate::laws::property::{cases, hold};

/// A recorded file: the clause of its table, its name, the type of its column `v`, and its bytes.
#[derive(Debug, Clone)]
struct Recorded {
    words: &'static str,
    name: &'static str,
    ty: String,
    content: Vec<u8>,
}

fn recorded() -> Vec<Recorded> {
    let mut all = Vec::new();
    for (words, text) in [
        ("STORED AS PARQUET", include_str!("../data/trino/parquet.tsv")),
        ("STORED AS AVRO", include_str!("../data/trino/avro.tsv")),
        ("ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'", include_str!("../data/trino/compressed.tsv")),
    ] {
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let [name, read, content] = line.splitn(3, '\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
            let types: Vec<String> = match serde_json::from_str(read) {
                Ok(Json::Object(types)) => types.into_iter().map(|(ty, _)| ty).collect(),
                _ => vec!["string".to_owned()],
            };
            let content = STANDARD.decode(content).expect("base64");
            all.extend(types.into_iter().map(|ty| Recorded { words, name, ty, content: content.clone() }));
        }
    }
    all
}

/// A file and what is done to it: places, bytes, and whether they are put in, left out, changed or the end.
type Damage = (prop::sample::Index, Vec<(prop::sample::Index, u8, u8)>);

fn damaged() -> impl Strategy<Value = Damage> {
    let byte = prop_oneof![prop::sample::select(vec![0, 1, 0x7f, 0x80, 0xff]), any::<u8>()];
    (any::<prop::sample::Index>(), prop::collection::vec((any::<prop::sample::Index>(), byte, 0..8_u8), 1..5))
}

#[test]
fn damaged_files_are_rows_or_an_error_that_names_the_file() {
    let files = recorded();
    hold(
        cases(150),
        &damaged,
        &|| {
            let files = &files;
            let runtime: Runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            move |(which, edits): &Damage| {
                let file = which.get(files);
                let mut bytes = file.content.clone();
                for (place, byte, kind) in edits {
                    let at = place.index(bytes.len() + 1);
                    match kind {
                        0 => bytes.insert(at, *byte),
                        1 => bytes.truncate(at),
                        2 if at < bytes.len() => drop(bytes.remove(at)),
                        _ if at < bytes.len() => bytes[at] = *byte,
                        _ => {}
                    }
                }
                let bench = Bench::new();
                let key = format!("t/{}", file.name);
                bench.file(&key, bytes);
                let sql = format!("CREATE EXTERNAL TABLE t (n int, v {}) {}", file.ty, file.words);
                runtime.block_on(bench.ok(&format!("{sql} LOCATION 's3://bucket/t/'")));
                let error = match runtime.block_on(bench.run("SELECT v FROM t")) {
                    Ok((_, status)) => match status.state {
                        State::Failed(error) => error,
                        _ => return Ok(()),
                    },
                    Err(error) => error,
                };
                if error.class == ErrorClass::Data && error.message.contains(&key) {
                    return Ok(());
                }
                Err(format!("{key} as {}: {error:?}", file.ty))
            }
        },
        &|(which, edits)| format!("{:?}: {edits:?}", which.get(&files).name),
    );
}

const HIVE: &str = "ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'";
const OPENX: &str = "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'";

fn lines(words: &str, columns: &str, content: impl AsRef<[u8]>) -> (Bench, Runtime) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let bench = Bench::new();
    bench.file("t/f.json", content);
    runtime.block_on(bench.ok(&format!("CREATE EXTERNAL TABLE t ({columns}) {words} LOCATION 's3://bucket/t/'")));
    (bench, runtime)
}

/// A query that demands a text passes over lines that do not hold it, but not over those that are no objects at all.
#[test]
fn lines_that_are_no_objects_are_not_passed_over() {
    let utf_16: Vec<u8> = "{\"id\":1,\"a\":\"hello\"}\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (words, content) in [
        (HIVE, b"garbage\nmore garbage\n".to_vec()),
        (HIVE, [b"\xff\xfe".to_vec(), utf_16].concat()),
        (OPENX, b"{\"id\":1,\"a\":\"CreateUser\"}\n{\"id\":2,\"a\":\"DeleteTr".to_vec()),
    ] {
        let (bench, runtime) = lines(words, "id bigint, a string", content);
        runtime.block_on(bench.fails(
            "SELECT id FROM t WHERE a = 'hello there'",
            ErrorClass::Data,
            &["f.json", "line"],
        ));
    }
}

/// Half a surrogate pair in a key is found when other values of its record have been appended.
#[test]
fn keys_with_half_a_surrogate_pair_are_read_once() {
    let content = r#"{"id":1,"l":["x"],"m":{"k":"v"}}
{"id":2,"l":["a","b",{"\ud800":"v2"}],"m":{"k":"v","\ud800":"w","j":"u"},"s":{"x":"y","\udc00":1,"z":[{"\ud800":2}]}}
{"id":3}
"#;
    let columns = "id bigint, l array<string>, m map<string,string>, s struct<x:string,z:array<map<string,int>>>";
    let (bench, runtime) = lines(OPENX, columns, content);
    let rows = runtime.block_on(bench.rows("SELECT id, l, m, s FROM t ORDER BY id"));
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[1], r#"2|[a, b, {"?":"v2"}]|{k=v, ?=w, j=u}|{x=y, z=[{?=2}]}"#);
}

/// CloudTrail's own files are no rows of NULLs, unless the table has a column for their list.
#[test]
fn files_of_cloudtrail_are_no_lines_of_records() {
    let content = r#"{"Records":[{"eventName":"CreateUser"}]}"#;
    for words in [HIVE, OPENX] {
        let (bench, runtime) = lines(words, "eventname string", content);
        for query in ["SELECT count(*) FROM t", "SELECT eventname FROM t WHERE eventname = 'DeleteTrail'"] {
            runtime.block_on(bench.fails(query, ErrorClass::Data, &["f.json", "USING cloudtrail"]));
        }
        let (bench, runtime) = lines(words, "records array<struct<eventname:string>>", content);
        let rows = runtime.block_on(bench.rows("SELECT records[1].eventname FROM t"));
        assert_eq!(rows, ["CreateUser"]);
    }
}
