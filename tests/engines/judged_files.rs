//! Columns of Parquet and Avro files read into columns of other types, as a real Trino read them
//! (`tests/data/trino/{parquet,avro}.tsv`): the same values or none at all.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value as Json;

use super::bench::Bench;

/// A column of this type as a text, as it was when Trino was asked.
fn shown(ty: &str) -> &'static str {
    match ty {
        "char(3)" => "v",
        "binary" => "to_hex(v)",
        nested if nested.contains('<') => "json_format(CAST(v AS json))",
        _ => "CAST(v AS varchar)",
    }
}

/// Reads the recorded files into the recorded types; gives what Trino reads and the engine refuses.
///
/// Each file is a table's only one once: a file that cannot be read is skipped, so that all are read at once.
async fn are_read_as_recorded(words: &str, recorded: &str, except: &[(&str, &str)]) -> String {
    let bench = Bench::with(|options| options.skip_bad_files = true);
    let mut files: BTreeMap<&str, Json> = BTreeMap::new();
    for line in recorded.lines().filter(|line| !line.starts_with('#')) {
        let [name, read, content] = line.splitn(3, '\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        bench.file(&format!("t/{name}"), STANDARD.decode(content).expect("base64"));
        files.insert(name, serde_json::from_str(read).expect("the values are JSON"));
    }
    assert!(files.len() > 25, "the recorded files are missing");
    let types: BTreeSet<String> =
        files.values().flat_map(|read| read.as_object().expect("types").keys().cloned()).collect();
    let (mut wrong, mut refused) = (Vec::new(), BTreeMap::<&str, Vec<&str>>::new());
    for (table, ty) in types.iter().enumerate() {
        let create = format!("CREATE EXTERNAL TABLE t{table} (n int, v {ty}, w string) {words}");
        bench.ok(&format!("{create} LOCATION 's3://bucket/t/'")).await;
        let sql = format!("SELECT \"$path\", w, {} FROM t{table} ORDER BY 1, n", shown(ty));
        let mut got: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for row in bench.rows(&sql).await {
            let (path, value) = row.split_once("|NULL|").expect("a path, nothing and a value");
            let name = path.strip_prefix("s3://bucket/t/").expect("a file of the table");
            got.entry(name.to_owned()).or_default().push(value.to_owned());
        }
        for (name, read) in &files {
            let text = |value: &Json| value.as_str().unwrap_or("NULL").to_owned();
            let expected: Option<Vec<String>> =
                read.get(ty).map(|values| values.as_array().expect("values").iter().map(text).collect());
            match (got.get(*name), expected) {
                (None, None) => {}
                (None, Some(_)) => refused.entry(*name).or_default().push(ty),
                (Some(got), Some(expected)) if *got == expected => {}
                (Some(_), None) if except.contains(&(*name, ty.as_str())) => {}
                (Some(got), expected) => wrong.push(format!("{name} as {ty}: {expected:?}, and not {got:?}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    refused.iter().map(|(name, types)| format!("{name}: {}\n", types.join(", "))).collect()
}

fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path("../../snapshots/formats");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[tokio::test]
async fn parquet_files_are_read_as_trino_reads_them_or_refused() {
    let refused = are_read_as_recorded("STORED AS PARQUET", include_str!("../data/trino/parquet.tsv"), &[]).await;
    snapshot("parquet_refused", &refused);
}

#[tokio::test]
async fn avro_files_are_read_as_trino_reads_them_or_refused() {
    let refused = are_read_as_recorded("STORED AS AVRO", include_str!("../data/trino/avro.tsv"), &[]).await;
    snapshot("avro_refused", &refused);
}
