//! What `explain` says that statements read is what they read: tables without partitions count whole, and
//! a common table expression wherever it is named.
#![cfg(feature = "local")]

use serde_json::Value;

use crate::program::Program;

const TABLES: &str = "
CREATE EXTERNAL TABLE events (id bigint) PARTITIONED BY (day string)
  ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://b/events/'
  TBLPROPERTIES ('projection.enabled' = 'true', 'projection.day.type' = 'date', 'projection.day.format' = 'yyyy-MM-dd',
    'projection.day.range' = '2020-01-01,2020-01-31', 'storage.location.template' = 's3://b/events/${day}/');
CREATE EXTERNAL TABLE flat (id bigint)
  ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://b/flat/';
";

/// An archive of two days and a table without partitions.
fn archive() -> Program {
    let program = Program::new();
    program
        .file("data/events/2020-01-01/a.json", "{\"id\": 1}\n{\"id\": 2}\n")
        .file("data/events/2020-01-02/a.json", "{\"id\": 3}\n")
        .file("data/flat/a.json", "{\"id\": 1}\n{\"id\": 2}\n{\"id\": 3}\n{\"id\": 4}\n")
        .file("data/flat/b.json", "{\"id\": 5}\n");
    program
}

fn json(program: &Program, arguments: &[&str]) -> Value {
    let ended = program.call(arguments);
    assert_eq!(ended.code, 0, "{arguments:?}: {}", ended.stderr);
    serde_json::from_slice(&ended.stdout).expect("it prints JSON")
}

#[test]
fn what_is_explained_is_what_is_read() {
    let program = archive();
    for (query, bytes) in [
        ("SELECT count(*) AS n FROM flat", 50),
        ("SELECT count(*) AS n FROM flat WHERE id > 3", 50),
        ("SELECT a.id FROM flat a JOIN flat b ON a.id = b.id", 100),
        ("WITH w AS (SELECT id FROM events WHERE day = '2020-01-01') SELECT a.id FROM w a JOIN w b ON a.id = b.id", 40),
        (
            "WITH w AS (SELECT id FROM events WHERE day = '2020-01-02'), v AS (SELECT a.id FROM w a, w b)
             SELECT id FROM v UNION ALL SELECT id FROM v",
            40,
        ),
        ("CREATE TABLE kept AS SELECT id FROM flat; SELECT id FROM kept", 50),
        ("FOREACH k IN (SELECT id FROM flat) SELECT e.id FROM events e WHERE e.day = '2020-01-01' AND e.id = k.id", 70),
        ("FOREACH k IN (SELECT 1 AS id) SELECT f.id FROM flat f WHERE f.id = k.id", 50),
        (
            "WITH w AS (SELECT id FROM flat) SELECT * FROM (
               FOREACH k IN (SELECT 1 AS id) SELECT a.id FROM w a JOIN w b ON a.id = b.id WHERE a.id = k.id) f",
            100,
        ),
        // The left side of a LATERAL join is a driver: the answer reads the rows that were stored, not the table again.
        (
            "SELECT f.id, l.id AS other FROM flat f CROSS JOIN LATERAL (
               SELECT e.id FROM events e WHERE e.day = '2020-01-01' AND e.id = f.id) l
             WHERE f.id < 3",
            70,
        ),
        // Both the driver and the answer read the WITH: 50 bytes for each, and 20 for the day.
        (
            "WITH w AS (SELECT id FROM flat) SELECT w.id FROM w JOIN (
               FOREACH k IN (SELECT id FROM w WHERE id < 3)
                 SELECT e.id FROM events e WHERE e.day = '2020-01-01' AND e.id = k.id) f ON f.id = w.id",
            120,
        ),
        // The driver, the body and the answer.
        (
            "WITH w AS (SELECT id FROM flat) SELECT w.id FROM w JOIN (
               FOREACH k IN (SELECT id FROM w WHERE id < 3) SELECT v.id FROM w v WHERE v.id = k.id) f ON f.id = w.id",
            150,
        ),
    ] {
        program.file("spec.sql", format!("{TABLES}{query};"));
        let map = ["--map", "s3://b=data"];
        let told = json(&program, &[&["explain", "spec.sql", "--format", "json"], &map[..]].concat());
        let ran = program.call(&[&["run", "spec.sql", "--coverage", "c.json", "--replace"], &map[..]].concat());
        assert_eq!(ran.code, 0, "{query}: {}", ran.stderr);
        let coverage = std::fs::read_to_string(program.folder().join("c.json")).expect("--coverage was given");
        let coverage: Value = serde_json::from_str(&coverage).expect("it is JSON");
        // What the run stored itself is not counted: nobody knows before how long it will be.
        let counted = coverage["scans"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|scan| scan["table"] == "flat" || scan["table"] == "events");
        let read: u64 = counted.filter_map(|scan| scan["bytes"].as_u64()).sum();
        let suspended = told["total"]["lower_bound"] == true;
        let explained = if suspended { &told["total"]["at_most_bytes"] } else { &told["total"]["bytes"] };
        assert_eq!((explained.as_u64(), read), (Some(bytes), bytes), "{query}: {told:#}");
    }
}

#[test]
fn a_table_without_partitions_has_no_window_and_needs_no_bound() {
    let program = archive();
    let tables = TABLES.replace(
        "LOCATION 's3://b/flat/'",
        "LOCATION 's3://b/flat/' TBLPROPERTIES ('athplan.time.column' = 'id', 'athplan.time.format' = 'unix')",
    );
    program.file("spec.sql", format!("{tables}SELECT id FROM flat;"));
    let ended = program.call(&["run", "spec.sql", "--map", "s3://b=data"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
}
