//! The command line as a user sees it: command, exit code, standard output and standard error as transcripts under
//! `snapshots/cli`.
#![cfg(feature = "local")]

mod answers;
mod mistakes;
mod places;

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::program::Program;

mod existing;
mod guard;
mod looked;
mod spared;

/// Where the trail's files of 2024-05-06 lie.
const FOLDER: &str = "trail/AWSLogs/111111111111/CloudTrail/us-east-1/2024/05/06";

/// The table that the specs read.
const TABLE: &str = "CREATE EXTERNAL TABLE trail USING cloudtrail
  LOCATION 's3://logs/AWSLogs/111111111111/CloudTrail/'
  TBLPROPERTIES ('projection.region.values' = 'eu-west-1,us-east-1', 'projection.day.range' = '2024/05/01,2024/05/31');
";

/// Three records, one of them with what an attacker would write.
const RECORDS: &str = r#"{"Records":[
{"eventTime":"2024-05-06T10:00:00Z","eventName":"ListBuckets","userAgent":"aws-cli","userIdentity":{"userName":"bob","accessKeyId":"AKIA1"},"eventID":"1"},
{"eventTime":"2024-05-06T10:05:00Z","eventName":"GetObject","userAgent":"\u202egnp.exe\u001b[31m","userIdentity":{"userName":"=cmd|' /C calc'!A0","accessKeyId":"AKIA2"},"eventID":"2"},
{"eventTime":"2024-05-06T10:06:00Z","eventName":"PutObject","userAgent":"curl\u0000","userIdentity":{"userName":"o'neil, \"bob\"","accessKeyId":"AKIA2"},"eventID":"3"}]}"#;

/// One day's calls.
const CALLS: &str = "
SELECT eventtime, eventname, useridentity.username AS username, useragent
FROM trail
WHERE eventtime BETWEEN '2024-05-06T00:00:00Z' AND '2024-05-06T22:00:00Z'
ORDER BY eventtime;
";

/// Each key, and what was done with it.
const FOREACH: &str = "
CREATE TEMPORARY TABLE keys (accesskeyid varchar, issued varchar) FROM 'keys.csv';

CREATE TABLE uses AS
FOREACH k IN (SELECT * FROM keys)
  SELECT k.accesskeyid, c.eventname
  FROM trail c
  WHERE c.useridentity.accesskeyid = k.accesskeyid
    AND from_iso8601_timestamp(c.eventtime) BETWEEN from_iso8601_timestamp(k.issued)
                                                AND from_iso8601_timestamp(k.issued) + INTERVAL '12' HOUR;

SELECT accesskeyid, count(*) AS calls FROM uses GROUP BY accesskeyid ORDER BY accesskeyid;
";

fn gzip(content: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content.as_bytes()).expect("memory takes all");
    encoder.finish().expect("memory takes all")
}

/// A small archive, mapped, and a spec over it.
fn investigation(spec: &str) -> Program {
    let program = Program::new();
    program
        .file("athplan.toml", "[map]\n\"s3://logs\" = \"trail\"\n")
        .file(&format!("{FOLDER}/a.json.gz"), gzip(RECORDS))
        .file("spec.sql", format!("{TABLE}{spec}"));
    program
}

/// Holds the transcripts of some commands, called one after the other, against a snapshot.
fn holds(name: &str, program: &Program, commands: &[&str]) {
    let transcripts: Vec<String> = commands.iter().map(|command| program.transcript(command)).collect();
    held(name, &transcripts.join("\n"));
}

/// Holds a text against the snapshot of that name.
pub fn held(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots/cli");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[test]
fn results_in_each_format() {
    let program = investigation(CALLS);
    let formats = [
        "run spec.sql --now 2024-06-01",
        "run spec.sql --now 2024-06-01 --format csv --quiet",
        "run spec.sql --now 2024-06-01 --format json --quiet",
        "run spec.sql --now 2024-06-01 --format table --quiet",
        "run spec.sql --now 2024-06-01 --format csv --quiet --out rows.csv",
        "run spec.sql --now 2024-06-01 --format parquet",
    ];
    holds("formats", &program, &formats);
    let printed = program.call(&["run", "spec.sql", "--now", "2024-06-01", "--quiet"]);
    let written = std::fs::read(program.folder().join("rows.csv")).expect("--out was given");
    assert_eq!(written, printed.stdout);
    let parquet = ["run", "spec.sql", "--now", "2024-06-01", "--quiet", "--format", "parquet", "--out", "rows.parquet"];
    assert_eq!(program.call(&parquet).code, 0);
    let written = std::fs::read(program.folder().join("rows.parquet")).expect("--out was given");
    assert!(written.starts_with(b"PAR1") && written.ends_with(b"PAR1"));
}

#[test]
fn explanations() {
    let program = investigation(FOREACH);
    program.file("keys.csv", "accesskeyid,issued\nAKIA2,2024-05-06T09:00:00Z\nAKIA1,\n");
    program.file("rows.csv", "issued\n2024-05-06T09:00:00Z\n2024-05-20T23:30:00Z\n");
    let commands = [
        "explain spec.sql --now 2024-06-01",
        "explain spec.sql --now 2024-06-01 --rows uses=rows.csv",
        "explain spec.sql --now 2024-06-01 --slack '1 day' --rows uses=rows.csv --format json",
        "explain spec.sql --now 2024-06-01 --rows keys=rows.csv",
        "explain spec.sql --now 2024-06-01 --rows uses=keys.csv",
        "run spec.sql --now 2024-06-01",
        "run spec.sql --now 2024-06-01 --no-merge --replace",
    ];
    holds("foreach", &program, &commands);
}

#[test]
fn each_stage_can_be_shown() {
    let program = investigation(CALLS);
    holds(
        "stages",
        &program,
        &["explain spec.sql --now 2024-06-01 --stage plan", "explain spec.sql --now 2024-06-01 --stage dag"],
    );
    for stage in ["spec", "bound", "statements"] {
        let ended = program.call(&["explain", "spec.sql", "--stage", stage]);
        assert!(ended.code == 0 && !ended.stdout.is_empty(), "{stage}: {}", ended.stderr);
    }
}

#[test]
fn parameters() {
    let spec = "DECLARE who varchar;
DECLARE days array(varchar) DEFAULT ARRAY['2024/05/06'];
SELECT eventname FROM trail WHERE useridentity.username = :who AND day IN (:days);";
    let commands = [
        "run spec.sql",
        "run spec.sql --now 2024-06-01 -p who=bob --quiet",
        "run spec.sql --now 2024-06-01 -p who=bob -p 'days=[\"2024/05/07\"]' --quiet",
        "run spec.sql --now 2024-06-01 -p who=bob -p 'days=[\"2024-05-06\"]'",
        "run spec.sql --now 2024-06-01 -p 'who=bob OR 1=1 --' --quiet",
        "run spec.sql -p whom=bob",
        "run spec.sql -p who",
        "run spec.sql -p who=bob --now yesterday",
        "run spec.sql -p who=bob --slack lots",
    ];
    holds("parameters", &investigation(spec), &commands);
}

#[test]
fn wrong_specs() {
    let program = investigation("SELECT evntname FROM trail WHERE eventname = 'X';");
    program.file(
        "ten.sql",
        format!(
            "{TABLE}
SELECT evntname FROM trail;
SELECT 1 FROM trial;
SELECT 1 + 'a';
SELECT json_extract_scaler('{{}}', '$.a');
SELECT :x;
SELECT eventname, count(*) FROM trail;
SELECT DATE '2024-13-01';
SELECT * FROM (VALUES 1) t(a) WHERE a;
SELECT CAST(DATE '2024-01-01' AS bigint);
SELECT 1 UNION SELECT 1, 2;
"
        ),
    );
    program.file("latin.sql", b"SELECT '\xE9'");
    program.file("full.sql", format!("{TABLE}SELECT eventname FROM trail WHERE eventname = 'X';"));
    let commands = [
        "run ten.sql",
        "run full.sql --now 2024-06-01",
        "explain full.sql --now 2024-06-01 --allow-full-scan=answer",
        "run full.sql --now 2024-06-01 --allow-full-scan=answer",
        "run full.sql --now 2024-06-01 --allow-full-scan=nosuch",
        "explain nosuch.sql",
        "explain latin.sql",
        "explain",
        "frobnicate",
    ];
    holds("wrong_specs", &program, &commands);
}

/// What the embedded engine lacks is named before anything runs, all of it, at its place in the spec.
#[test]
fn what_the_engine_lacks() {
    let spec = "
CREATE TEMPORARY TABLE keys AS
SELECT useridentity.accesskeyid AS id, tdigest_agg(CAST(length(eventname) AS double)) IS NULL AS odd
FROM trail WHERE day = '2024/05/06' GROUP BY 1;

CREATE TABLE uses AS
FOREACH k IN (SELECT * FROM keys)
  SELECT k.id, company_lookup(c.sourceipaddress) AS known, regexp_like(c.useragent, '(?<=a+)b') AS r,
         filter(ARRAY[c.eventname], name -> name <> k.id) AS names
  FROM trail c
  WHERE c.useridentity.accesskeyid = k.id AND c.eventtime LIKE '2024-05-%';

SELECT numeric_histogram(3, length(id)) AS lengths FROM uses;
";
    let program = investigation(&spec.replace(" AS known", " = 'x' AS known"));
    holds("lacking", &program, &["run spec.sql --now 2024-06-01", "explain spec.sql --now 2024-06-01"]);
}

/// A bound on time that means most likely something else than was meant.
#[test]
fn warnings_of_bounds() {
    let program = investigation(
        "SELECT eventname FROM trail
WHERE eventtime BETWEEN '2024-05-06' AND '2024-05-06' AND eventtime >= '2024-05-06 10:03';",
    );
    program.file("plain.sql", format!("{TABLE}SELECT eventname FROM trail WHERE eventtime LIKE '2024-05-06%';"));
    // What driver rows bring is known when they are.
    program.file("keys.csv", "id,since\nAKIA1,2024-05-06 09:00\nAKIA2,2024-05-06T09:00:00Z\nAKIA3,2024/05/06\n");
    program.file("rows.csv", "since\n2024-05-06 09:00\n");
    program.file(
        "rows.sql",
        format!(
            "{TABLE}CREATE TEMPORARY TABLE keys (id varchar, since varchar) FROM 'keys.csv';
CREATE TEMPORARY TABLE uses AS FOREACH k IN (SELECT * FROM keys)
  SELECT c.eventname FROM trail c
  WHERE c.useridentity.accesskeyid = k.id AND c.eventtime >= k.since AND c.eventtime < '2024-05-07';
SELECT count(*) AS n FROM uses;"
        ),
    );
    let commands = [
        "run rows.sql --now 2024-06-01",
        "explain rows.sql --now 2024-06-01 --rows uses=rows.csv",
        "run spec.sql --now 2024-06-01",
        "run spec.sql --now 2024-06-01 --quiet",
        "explain spec.sql --now 2024-06-01",
        "explain spec.sql --now 2024-06-01 --format json",
        "run plain.sql --now 2024-06-01",
    ];
    holds("warnings_of_bounds", &program, &commands);
}

#[test]
fn broken_files() {
    let program = investigation(CALLS);
    let (packed, plain) = (gzip(RECORDS), RECORDS.as_bytes());
    let contents: [(&str, &[u8]); 6] = [
        ("b.json.gz", b"this is no gzip"),
        ("b.json.gz", &packed[..packed.len() / 2]),
        ("b.json", &plain[..plain.len() / 2]),
        ("b.json", br#"{"hello":"world"}"#),
        ("b.json", br#"{"Records":7}"#),
        ("b.json", b"eventTime,eventName"),
    ];
    let transcripts = contents.map(|(name, content)| {
        program.file(&format!("{FOLDER}/{name}"), content);
        let transcript = program.transcript("run spec.sql --now 2024-06-01 --quiet");
        std::fs::remove_file(program.folder().join(FOLDER).join(name)).expect("the file is ours");
        transcript
    });
    held("broken_files", &transcripts.join("\n"));

    let bad = format!("{FOLDER}/b.json.gz");
    program.file(&bad, "this is no gzip");
    holds("skipped_files", &program, &["run spec.sql --now 2024-06-01 --skip-bad-files --coverage coverage.json"]);
    let name = format!("s3://logs/{}", bad.strip_prefix("trail/").expect("in the trail"));
    let coverage = coverage_of(&program);
    assert_eq!((&coverage["unreadable"][0][0], &coverage["files"]), (&name.as_str().into(), &1.into()));

    // A hidden file is passed over as on Athena, and named.
    program.file(&format!("{FOLDER}/_b.json.gz"), "this is no gzip");
    holds(
        "hidden_files",
        &program,
        &["explain spec.sql --now 2024-06-01", "run spec.sql --now 2024-06-01 --skip-bad-files"],
    );
    std::fs::remove_file(program.folder().join(FOLDER).join("_b.json.gz")).expect("the file is ours");

    // Two scans in one statement, and two statements: the file is told once.
    program.file("keys.csv", "accesskeyid,issued\nAKIA2,2024-05-06T09:00:00Z\nAKIA1,2024-05-06T09:30:00Z\n");
    program.file("foreach.sql", format!("{TABLE}{FOREACH}"));
    program.file(
        "twice.sql",
        format!(
            "{TABLE}SELECT count(*) AS n FROM trail a JOIN trail b ON a.eventid = b.eventid
             WHERE a.day = '2024/05/06' AND b.day = '2024/05/06';"
        ),
    );
    let commands = [
        "run twice.sql --now 2024-06-01 --skip-bad-files --coverage coverage.json",
        "run foreach.sql --now 2024-06-01 --skip-bad-files --no-merge --coverage coverage.json",
    ];
    let mut transcripts = Vec::new();
    for command in commands {
        transcripts.push(program.transcript(command));
        let coverage = coverage_of(&program);
        let told = ["scans", "files", "records"].map(|name| coverage[name].as_u64());
        assert_eq!(told, [Some(2), Some(2), Some(6)], "{command}");
        assert_eq!(coverage["unreadable"].as_array().map(Vec::len), Some(1), "{command}");
    }
    held("skipped_once", &transcripts.join("\n"));
}

/// What `--coverage` wrote of the trail.
fn coverage_of(program: &Program) -> serde_json::Value {
    let coverage = std::fs::read_to_string(program.folder().join("coverage.json")).expect("--coverage was given");
    let coverage: serde_json::Value = serde_json::from_str(&coverage).expect("coverage is JSON");
    let scans = coverage["scans"].as_array().expect("a list of scans");
    scans.iter().find(|scan| scan["table"] == "trail").expect("the trail was scanned").clone()
}

#[test]
fn places_that_are_not_there() {
    let program = investigation(CALLS);
    program.file("elsewhere/spec.sql", format!("{TABLE}{CALLS}"));
    program.file("elsewhere/athplan.toml", "");
    program.file("elsewhere/nothing/here.txt", "");
    let commands = [
        "run spec.sql --now 2024-06-01 --map s3://logs=nosuch",
        "run elsewhere/spec.sql --now 2024-06-01",
        "explain elsewhere/spec.sql --now 2024-06-01",
        "run elsewhere/spec.sql --now 2024-06-01 --map s3://logs=elsewhere/nothing",
        "run spec.sql --now 2024-06-01 --map logs=trail",
        "run spec.sql --now 2024-06-01 --map s3://logs",
    ];
    holds("missing_places", &program, &commands);
    program.file("athplan.toml", "[maps]\n");
    holds("wrong_configuration", &program, &["run spec.sql --now 2024-06-01"]);
}

#[test]
fn what_was_not_looked_at() {
    let spec = "SELECT count(*) AS calls FROM trail WHERE eventtime >= '2024-05-06T00:00:00Z';";
    let program = investigation(spec);
    program.file("day.sql", format!("{TABLE}SELECT eventname FROM trail WHERE day = '2024/05/06' AND eventid = '1';"));
    program.file("trail/AWSLogs/111111111111/CloudTrail/xx-north-9/2024/05/06/c.json.gz", gzip(RECORDS));
    program.file("trail/AWSLogs/111111111111/CloudTrail/xx-north-9/2024/05/09/c.json.gz", gzip(RECORDS));
    let commands = [
        // The window is open at its end; the projection ends with May; no enum names the region of the other folder.
        "run spec.sql --now 2024-06-03",
        "explain spec.sql --now 2024-06-03",
        // A day's folder is complete when the day is over.
        "run day.sql --now 2024-05-06T20:00:00Z",
        "run day.sql --now 2024-06-03",
    ];
    holds("not_looked", &program, &commands);
    std::fs::remove_dir_all(program.folder().join("trail/AWSLogs/111111111111/CloudTrail/xx-north-9/2024/05/06"))
        .expect("the folder is ours");
    holds("not_asked", &program, &["run day.sql --now 2024-06-03"]);
}

#[test]
fn nothing_found() {
    let spec = "SELECT eventname FROM trail WHERE day = '2024/05/06' AND eventname = 'DeleteTrail';";
    holds("empty", &investigation(spec), &["run spec.sql --now 2024-06-01"]);
}

#[test]
fn nothing_but_results_on_standard_output() {
    let program = investigation(CALLS);
    program.file("wrong.sql", "SELECT nosuch FROM nowhere");
    for (command, lines) in
        [("run spec.sql --now 2024-06-01", 4), ("run wrong.sql", 0), ("run nosuch.sql", 0), ("run", 0)]
    {
        let words: Vec<&str> = command.split(' ').collect();
        let ended = program.call(&words);
        assert_eq!(String::from_utf8_lossy(&ended.stdout).lines().count(), lines, "{command}");
        assert!(!ended.stderr.is_empty(), "{command}");
    }
}

#[test]
fn colour_is_never_needed() {
    let mut program = investigation(CALLS);
    program.file("wrong.sql", "SELECT nosuch");
    program.variable("FORCE_COLOR", "1");
    assert!(program.call(&["run", "wrong.sql"]).stderr.contains('\u{1b}'), "colour was asked for");
    program.variable("NO_COLOR", "1");
    for arguments in
        [&["run", "wrong.sql"][..], &["explain", "spec.sql"], &["run", "spec.sql", "--format", "table"], &["--help"]]
    {
        let ended = program.call(arguments);
        assert!(!ended.stdout.contains(&0x1b) && !ended.stderr.contains('\u{1b}'), "{arguments:?}: {}", ended.stderr);
    }
}

#[test]
fn whoever_stops_reading_is_not_shouted_at() {
    let program = investigation(CALLS);
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_athplan"))
        .args(["explain", "spec.sql", "--stage", "bound"])
        .current_dir(program.folder())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("the program was built");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}
