//! A small archive, and specs over it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use athplan::bind::spec::BoundStatementKind;
use athplan::catalog::{Inventory, ListedFile, read_file};
use athplan::constant::{Value, format};
use athplan::engine::local::store::Mapping;
use athplan::engine::local::{LocalEngine, LocalOptions};
use athplan::expand::World;
use athplan::explain::{Explaining, Stage, stage};
use athplan::plan::Settings;
use athplan::run::{Outcome, RunOptions, run};
use athplan::{Compiled, compile, scanned_tables};

use crate::front::bound;

/// 2020-01-20 12:00 UTC.
pub const NOW: i64 = 1_579_521_600;

/// Events of three regions. `id` 5 was delivered on the day after it happened.
const EVENTS: &[(&str, &str, &str)] = &[
    ("a", "2020-01-01", r#"{"at":"2020-01-01T10:00:00Z","id":1,"who":"ann","kind":"login","tags":["x","y"]}"#),
    ("a", "2020-01-01", r#"{"at":"2020-01-01T23:50:00Z","id":2,"who":"bob","kind":"read","tags":["x"]}"#),
    ("a", "2020-01-02", r#"{"at":"2020-01-02T00:10:00Z","id":3,"who":"ann","kind":"read","tags":[]}"#),
    ("a", "2020-01-02", r#"{"at":"2020-01-02T09:00:00Z","id":4,"who":"bob","kind":"write"}"#),
    ("a", "2020-01-02", r#"{"at":"2020-01-01T23:58:00Z","id":5,"who":"ann","kind":"late","tags":["y"]}"#),
    ("b", "2020-01-01", r#"{"at":"2020-01-01T12:00:00Z","id":6,"who":"cat","kind":"read","tags":["x","x"]}"#),
    ("b", "2020-01-01", r#"{"at":"2020-01-01T23:55:00Z","id":7,"who":"ann","kind":"write","tags":["z"]}"#),
    ("b", "2020-01-03", r#"{"at":"2020-01-03T00:00:00Z","id":8,"who":"ann","kind":"read","tags":["z"]}"#),
    ("c", "2020-01-02", r#"{"at":"2020-01-02T05:00:00Z","id":9,"who":null,"kind":"login","tags":["x"]}"#),
];

/// Driver rows: two that are alike but for `n`, one that nobody matches, one with a NULL key, one with
/// a NULL bound.
const KEYS: &str = "\
n,who,since,region
1,ann,2020-01-01T00:00:00Z,a
2,bob,2020-01-01T12:00:00Z,a
3,ann,2020-01-01T00:00:00Z,a
4,nobody,2020-01-02T00:00:00Z,b
5,,2020-01-01T00:00:00Z,a
6,ann,,a
";

/// What every spec begins with.
pub const PRELUDE: &str = "
CREATE EXTERNAL TABLE events (at string, id bigint, who string, kind string, tags array<string>)
PARTITIONED BY (region string, day string)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://bucket/events/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.region.type' = 'enum',
  'projection.region.values' = 'a,b,c',
  'projection.day.type' = 'date',
  'projection.day.range' = '2019-12-30,NOW',
  'projection.day.format' = 'yyyy-MM-dd',
  'projection.day.interval' = '1',
  'projection.day.interval.unit' = 'DAYS',
  'storage.location.template' = 's3://bucket/events/${region}/${day}/',
  'athplan.time.column' = 'at',
  'athplan.time.format' = 'iso8601',
  'athplan.time.keys' = 'day=yyyy-MM-dd',
  'athplan.time.slack' = '1 hour'
);
CREATE TEMPORARY TABLE keys (n int, who varchar, since varchar, region varchar) FROM 'keys.csv';
";

/// The folder with the archive, made once.
pub fn folder() -> &'static PathBuf {
    static FOLDER: OnceLock<tempfile::TempDir> = OnceLock::new();
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| {
        let folder = FOLDER.get_or_init(|| tempfile::tempdir().expect("a temporary folder"));
        let mut files: BTreeMap<PathBuf, String> = BTreeMap::new();
        for (region, day, event) in EVENTS {
            let path = folder.path().join(format!("bucket/events/{region}/{day}/events.json"));
            files.entry(path).or_default().push_str(&format!("{event}\n"));
        }
        for (path, text) in files {
            std::fs::create_dir_all(path.parent().expect("it has a folder")).expect("folders can be made");
            std::fs::write(path, text).expect("files can be written");
        }
        folder.path().to_path_buf()
    })
}

/// Compiles a spec behind the prelude.
pub fn compiled(spec: &str, merge: bool) -> Result<Compiled, String> {
    compiled_with(spec, merge, &[])
}

/// Compiles a spec over files that a listing is to have found, each with its bytes.
pub fn compiled_over(spec: &str, files: &[(String, u64)]) -> Result<Compiled, String> {
    compiled_in(spec, true, &[], files)
}

/// Compiles a spec with values of its parameters.
pub fn compiled_with(spec: &str, merge: bool, arguments: &[(&str, &str)]) -> Result<Compiled, String> {
    compiled_in(spec, merge, arguments, &[])
}

fn compiled_in(
    spec: &str,
    merge: bool,
    arguments: &[(&str, &str)],
    listed: &[(String, u64)],
) -> Result<Compiled, String> {
    let bound = bound(format!("{PRELUDE}{spec}"), NOW, arguments).map_err(|errors| errors.to_string())?;
    let settings = Settings {
        now: NOW,
        slack: None,
        allow_full_scan: Default::default(),
        merge,
        places_tables: true,
        add_partitions: false,
        replaces_tables: false,
    };
    let mut files = BTreeMap::new();
    for statement in &bound.statements {
        if let BoundStatementKind::FileTable(table, path, span) = &statement.kind {
            let file = read_file(KEYS.as_bytes(), table, path, *span).map_err(|error| error.to_string())?;
            files.insert(path.clone(), file);
        }
    }
    let mut inventory = Inventory::default();
    for table in scanned_tables(&bound).into_iter().filter(|_| !listed.is_empty()) {
        let file = |(path, bytes): &(String, u64)| ListedFile { path: path.clone(), bytes: *bytes, archived: false };
        inventory.merge(Inventory::from_listing(&table, listed.iter().map(file), settings.now_picos()));
    }
    compile(bound, settings, World { slots: 2, files, inventory }).map_err(|errors| errors.to_string())
}

/// An engine over the bucket that writes into a folder, and the location that stands for the folder.
pub fn engine(output: &Path) -> (LocalEngine, String) {
    let mut options = LocalOptions::new(output, i128::from(NOW) * 1_000_000_000_000);
    options.maps.push(Mapping { location: "s3://bucket".to_owned(), directory: folder().join("bucket") });
    let location = options.output.location.clone();
    (LocalEngine::new(options).expect("the folders are there"), location)
}

/// Runs a compiled spec.
pub fn outcome(compiled: &Compiled) -> Result<Outcome, String> {
    let output = tempfile::tempdir().expect("a temporary folder");
    let (engine, location) = engine(output.path());
    let run_options = RunOptions::new("r1", location);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(run(compiled, &engine, &run_options, &|_| {})).map_err(|error| error.to_string())
}

/// The rows of a spec's last query, sorted, each as its values' texts with `|` between them.
#[track_caller]
pub fn rows(spec: &str, merge: bool) -> Vec<String> {
    rows_of(&compiled(spec, merge).unwrap_or_else(|error| panic!("{error}\n{spec}")))
}

/// The rows of a compiled spec's last query.
#[track_caller]
pub fn rows_of(compiled: &Compiled) -> Vec<String> {
    let statements = || stage(compiled, &Explaining::default(), Stage::Statements).unwrap_or_default();
    let outcome = outcome(compiled).unwrap_or_else(|error| panic!("{error}\n{}", statements()));
    let (_, result) = outcome.answers.last().expect("the spec ends in a query");
    let mut rows: Vec<String> = result
        .rows
        .iter()
        .map(|row| {
            let values = row.iter().zip(&result.columns).map(|(value, (_, ty))| match value {
                Value::Null => "NULL".to_owned(),
                value => format(value, ty),
            });
            values.collect::<Vec<_>>().join("|")
        })
        .collect();
    rows.sort();
    rows
}

/// The statements of a spec that are known without rows.
pub fn statements(spec: &str, merge: bool) -> String {
    let compiled = compiled(spec, merge).expect("it compiles");
    let all = stage(&compiled, &Explaining::default(), Stage::Statements).expect("no rows are given");
    all.split("-- ").filter(|text| !text.starts_with("events\n")).map(|text| format!("-- {text}")).collect()
}

/// The message of a spec that is refused.
#[track_caller]
pub fn error(spec: &str) -> String {
    compiled(spec, true).err().unwrap_or_else(|| panic!("it compiles: {spec}"))
}
