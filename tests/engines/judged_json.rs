//! JSON values in columns of each type, read as a real Trino read them (`tests/data/trino/json-*.tsv`).

use std::collections::BTreeMap;

use athplan::engine::{ErrorClass, State, Status};
use serde_json::Value as Json;

use super::bench::Bench;

/// The types of the recorded columns, as Hive's DDL writes them.
const TYPES: &[&str] = &[
    "boolean",
    "tinyint",
    "smallint",
    "int",
    "bigint",
    "float",
    "double",
    "decimal(10,2)",
    "date",
    "timestamp",
    "string",
    "varchar(3)",
    "char(3)",
    "binary",
    "array<int>",
    "array<string>",
    "map<string,int>",
    "map<int,string>",
    "struct<x:int,y:string>",
    "array<struct<x:int>>",
];

/// A column of this type as a text, as it was when Trino was asked.
fn shown(ty: &str) -> &'static str {
    match ty {
        "char(3)" => "v",
        "binary" => "to_hex(v)",
        nested if nested.contains('<') => "json_format(CAST(v AS json))",
        _ => "CAST(v AS varchar)",
    }
}

/// Types that the engine refuses from JSON.
const REFUSED: &[&str] = &["binary", "map<int,string>"];

async fn rows(bench: &Bench, sql: &str) -> Result<Vec<String>, String> {
    match bench.run(sql).await {
        Ok((_, Status { state: State::Succeeded, .. })) => Ok(bench.rows(sql).await),
        Ok((_, Status { state: State::Failed(error), .. })) | Err(error) if error.class == ErrorClass::Data => {
            Err(error.message)
        }
        other => panic!("{sql}: {other:?}"),
    }
}

/// Recorded texts, and what Trino read them as.
fn lines(recorded: &str) -> Vec<(&str, Json)> {
    let lines = recorded.lines().filter(|line| !line.starts_with("# "));
    let parts = lines.map(|line| line.split_once('\t').expect("a text and what it was read as"));
    parts.map(|(text, read)| (text, serde_json::from_str(read).expect("the values are JSON"))).collect()
}

/// Every text lies in a file of its own; files that cannot be read are counted and skipped.
async fn are_read_as_recorded(serde: &str, recorded: &str) {
    let bench = Bench::with(|options| options.skip_bad_files = true);
    let texts = lines(recorded);
    assert!(texts.len() > 120, "the recorded texts are missing");
    for (at, (text, _)) in texts.iter().enumerate() {
        bench.file(&format!("t/{at:03}.json"), format!("{{\"n\": {at}, \"v\": {text}}}\n"));
    }
    let mut wrong = Vec::new();
    for (table, ty) in TYPES.iter().enumerate() {
        let create = format!("CREATE EXTERNAL TABLE t{table} (n int, v {ty}) ROW FORMAT SERDE '{serde}'");
        bench.ok(&format!("{create} LOCATION 's3://bucket/t/'")).await;
        let sql = format!("SELECT n, {} FROM t{table} ORDER BY n", shown(ty));
        if REFUSED.contains(ty) {
            bench.fails(&sql, ErrorClass::Unsupported, &["does not read JSON into columns of type"]).await;
            continue;
        }
        let rows = bench.rows(&sql).await;
        let read: BTreeMap<&str, &str> = rows.iter().map(|row| row.split_once('|').expect("two columns")).collect();
        for (at, (text, expected)) in texts.iter().enumerate() {
            let got = read.get(at.to_string().as_str()).copied();
            let expected = expected.get(ty).map(|value| value.as_str().unwrap_or("NULL"));
            if got != expected {
                wrong.push(format!("{text} as {ty}: {expected:?}, and not {got:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test]
async fn values_of_hive_json_are_read_as_trino_reads_them() {
    are_read_as_recorded("org.apache.hive.hcatalog.data.JsonSerDe", include_str!("../data/trino/json-hive.tsv")).await;
}

#[tokio::test]
async fn values_of_openx_json_are_read_as_trino_reads_them() {
    are_read_as_recorded("org.openx.data.jsonserde.JsonSerDe", include_str!("../data/trino/json-openx.tsv")).await;
}

#[tokio::test]
async fn lines_are_read_as_trino_reads_them() {
    let bench = Bench::new();
    for (reader, serde, properties) in [
        ("openx", "org.openx.data.jsonserde.JsonSerDe", ""),
        ("openx-ignore", "org.openx.data.jsonserde.JsonSerDe", "'ignore.malformed.json' = 'true'"),
        ("hive", "org.apache.hive.hcatalog.data.JsonSerDe", ""),
    ] {
        let table = reader.replace('-', "_");
        let with = if properties.is_empty() { String::new() } else { format!("WITH SERDEPROPERTIES ({properties})") };
        let create = format!("CREATE EXTERNAL TABLE {table} (v string) ROW FORMAT SERDE '{serde}' {with}");
        bench.ok(&format!("{create} LOCATION 's3://bucket/{table}/'")).await;
        let mut wrong = Vec::new();
        for (text, read) in lines(include_str!("../data/trino/json-lines.tsv")) {
            let line: String = serde_json::from_str(text).expect("the line is JSON");
            bench.file(&format!("{table}/a.json"), format!("{line}\n"));
            let got = rows(&bench, &format!("SELECT v FROM {table}")).await.ok();
            let text = |value: &Json| value.as_str().unwrap_or("NULL").to_owned();
            let expected = read.get(reader).map(|rows| rows.as_array().expect("rows").iter().map(text).collect());
            if got != expected {
                wrong.push(format!("{line}: {expected:?}, and not {got:?}"));
            }
        }
        assert!(wrong.is_empty(), "{reader}:\n{}", wrong.join("\n"));
    }
}

#[tokio::test]
async fn properties_mean_what_they_mean_to_trino() {
    let bench = Bench::new();
    let mut wrong = Vec::new();
    let recorded = include_str!("../data/trino/json-properties.tsv");
    for (at, line) in recorded.lines().filter(|line| !line.starts_with('#')).enumerate() {
        let [properties, columns, content, read] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let parse = |text| serde_json::from_str::<Json>(text).expect("JSON");
        let text = |value: &Json| value.as_str().unwrap_or("NULL").to_owned();
        let pairs = parse(properties);
        let pairs =
            pairs.as_object().expect("properties").iter().map(|(key, value)| format!("'{key}' = '{}'", text(value)));
        let create = format!(
            "CREATE EXTERNAL TABLE t{at} ({columns}) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
             WITH SERDEPROPERTIES ({})",
            pairs.collect::<Vec<_>>().join(", ")
        );
        bench.ok(&format!("{create} LOCATION 's3://bucket/t{at}/'")).await;
        let lines = parse(content).as_array().expect("lines").iter().map(text).collect::<Vec<_>>();
        bench.file(&format!("t{at}/a.json"), lines.join("\n"));
        let names = columns.split(", ").map(|column| column.split(' ').next().expect("a name"));
        let shown = names.map(|name| format!("json_format(CAST({name} AS json))")).collect::<Vec<_>>().join(", ");
        let got = rows(&bench, &format!("SELECT {shown} FROM t{at}")).await.ok();
        let row = |row: &Json| row.as_array().expect("values").iter().map(text).collect::<Vec<_>>().join("|");
        let expected = parse(read).as_array().map(|rows| rows.iter().map(row).collect::<Vec<_>>());
        if got != expected {
            wrong.push(format!("{properties} {columns} {content}: {expected:?}, and not {got:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
