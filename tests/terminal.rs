//! What the program says to a terminal: nothing hidden or commanding gets through, from wherever it comes,
//! and a reader that has gone away harms nobody.
#![cfg(feature = "local")]

use std::process::{Command, Stdio};

use athplan::emit::hidden;

use crate::program::Program;

/// An escape sequence, a right-to-left override, and an escape of one character.
const EVIL: &str = "\u{1b}[31mx\u{202e}\u{9b}";

/// A program with specs that quote what hides.
fn specs() -> Program {
    let program = Program::new();
    program
        .file("cast.sql", format!("SELECT CAST('{EVIL}' AS bigint) AS a -- {EVIL}"))
        .file("column.sql", format!("SELECT 1 AS a -- {EVIL}\nFROM (SELECT 2 AS b) t WHERE \"{EVIL}\" = '{EVIL}'"))
        .file("character.sql", format!("SELECT 1 AS a, {EVIL}"))
        .file(
            "names.sql",
            format!("CREATE TEMPORARY TABLE \"t{EVIL}\" AS SELECT 1 AS \"{EVIL}\"; SELECT '{EVIL}' AS a"),
        )
        .file("location.sql", format!("CREATE EXTERNAL TABLE t (a int) LOCATION 's3://b/{EVIL}/'; SELECT a FROM t"));
    program
}

#[test]
fn nothing_hidden_reaches_a_terminal() {
    let program = specs();
    let equal = format!("{EVIL}={EVIL}");
    let missing = format!("{EVIL}.sql");
    let calls: [(&[&str], u8); 14] = [
        (&["run", "cast.sql"], 1),
        (&["run", "column.sql"], 3),
        (&["run", "character.sql"], 3),
        (&["run", "names.sql", "--format", "json"], 0),
        (&["run", "names.sql", "--format", "table"], 0),
        (&["explain", "names.sql"], 0),
        (&["explain", "names.sql", "--format", "json"], 0),
        (&["run", "names.sql", "-p", &equal], 3),
        (&["run", "names.sql", "--allow-full-scan", EVIL], 3),
        (&["run", "names.sql", "--map", &equal], 2),
        (&["run", "location.sql"], 3),
        (&["run", &missing], 1),
        (&["run", "names.sql", "--catalog", &missing], 1),
        (&["run", "names.sql", "--now", EVIL], 2),
    ];
    for (arguments, code) in calls {
        let ended = program.call(arguments);
        let said = String::from_utf8(ended.stdout).expect("results are text") + &ended.stderr;
        assert_eq!(ended.code, code, "{arguments:?}: {said:?}");
        let found = said.chars().find(|character| hidden(*character) && *character != '\n');
        assert_eq!(found, None, "{arguments:?}: {said:?}");
    }
}

#[test]
fn coverage_is_json_without_hidden_characters() {
    let program = Program::new();
    program.file("data/x/a.json", "{\"a\": 1}\n").file(
        "spec.sql",
        "CREATE EXTERNAL TABLE t (a int) PARTITIONED BY (d string)
           ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://b/'
           TBLPROPERTIES ('projection.enabled' = 'true', 'projection.d.type' = 'enum', 'projection.d.values' = 'x',
             'storage.location.template' = 's3://b/${d}/');
         CREATE TEMPORARY TABLE \"s\u{202e}\" AS SELECT a FROM t; SELECT a FROM \"s\u{202e}\";",
    );
    let ended = program.call(&["run", "spec.sql", "--map", "s3://b=data", "--coverage", "coverage.json"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let text = std::fs::read_to_string(program.folder().join("coverage.json")).expect("--coverage was given");
    assert!(text.contains("s\\u202e"), "{text}");
    assert!(!text.chars().any(|character| hidden(character) && character != '\n'), "{text}");
}

/// The bytes that the program writes to standard error reach nobody.
#[test]
fn a_reader_of_messages_may_go_away() {
    let program = specs();
    for (arguments, code) in [(&["run", "names.sql"][..], 0), (&["run", "cast.sql"], 1), (&["run"], 2)] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_athplan"))
            .args(arguments)
            .current_dir(program.folder())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program was built");
        drop(child.stderr.take());
        assert_eq!(child.wait().expect("the program ends").code(), Some(code), "{arguments:?}");
    }
}

#[test]
fn what_a_row_found_at_run_time_breaks_is_no_mistake_of_the_spec() {
    let program = Program::new();
    program.file("data/a.json", "").file(
        "spec.sql",
        "CREATE EXTERNAL TABLE cloudtrail USING cloudtrail LOCATION 's3://b/AWSLogs/111111111111/CloudTrail/';
         FOREACH k IN (SELECT * FROM (VALUES 'odd') v(t))
           SELECT c.eventname FROM cloudtrail c
           WHERE from_iso8601_timestamp(c.eventtime) > from_iso8601_timestamp(k.t);",
    );
    let ended = program.call(&["run", "spec.sql", "--map", "s3://b=data", "--now", "2024-06-01"]);
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    assert!(ended.stderr.contains("spec.sql"), "{}", ended.stderr);
}
