//! What people get wrong on the command line and in the files beside a spec.

use super::{CALLS, TABLE, holds, investigation};

#[test]
fn what_is_given_twice() {
    let program = investigation("DECLARE who varchar; SELECT :who AS who;");
    let commands = [
        "run spec.sql -p who=bob -p who=eve",
        "run spec.sql -p who=bob --map s3://logs=trail --map s3://logs=other",
        "explain spec.sql -p who=bob --rows a=b --rows a=c",
        "snapshot spec.sql -p who=bob -p who=eve",
    ];
    holds("given_twice", &program, &commands);
}

#[test]
fn what_explain_tells_of_unmapped_buckets_full_scans_and_programs() {
    let program = investigation("SELECT count(*) AS calls FROM trail WHERE eventname = 'X';");
    program.file("elsewhere/spec.sql", format!("{TABLE}{CALLS}"));
    program.file("elsewhere/athplan.toml", "");
    let commands = [
        "explain elsewhere/spec.sql --now 2024-06-01",
        "explain spec.sql --now 2024-06-01 --allow-full-scan=answer",
        "explain elsewhere/spec.sql --now 2024-06-01 --stage dag --format json",
        "explain elsewhere/spec.sql --now 2024-06-01 --stage bound --format json",
    ];
    holds("explain_helps", &program, &commands);
    let statements = ["explain", "spec.sql", "--allow-full-scan=answer", "--stage", "statements", "--format", "json"];
    let statements: serde_json::Value =
        serde_json::from_slice(&program.call(&statements).stdout).expect("statements are JSON");
    assert_eq!((&statements[1]["id"], &statements[1]["purpose"]), (&"answer".into(), &"answer".into()));
    assert!(statements[1]["sql"].as_str().is_some_and(|sql| sql.starts_with("SELECT")));
}

#[test]
fn what_the_embedded_engine_lacks_names_a_way_out() {
    let program = investigation("SELECT approx_distinct(ROW(n)) AS n FROM UNNEST(sequence(1, 80)) AS t(n);");
    program.file("percentile.sql", "SELECT approx_percentile(n, 0.5) AS n FROM UNNEST(sequence(1, 80)) AS t(n);");
    holds("lacks", &program, &["run spec.sql --quiet", "run percentile.sql --quiet"]);
}

#[test]
fn a_constant_bound_that_is_no_time() {
    let program = investigation(
        "DECLARE incident varchar DEFAULT '2024-05-06T00:00:00Z';
SELECT eventname FROM trail
WHERE from_iso8601_timestamp(eventtime) >= from_iso8601_timestamp(:incident) - INTERVAL '1' HOUR
  AND from_iso8601_timestamp(eventtime) <= from_iso8601_timestamp(:incident);",
    );
    program.file(
        "constant.sql",
        format!(
            "{TABLE}SELECT eventname FROM trail
WHERE date_parse(eventtime, '%Y-%m-%dT%H:%i:%sZ') >= date_parse('yesterday', '%Y-%m-%d')
  AND from_iso8601_timestamp(eventtime) <= from_iso8601_timestamp('2024-05-06 10:00');"
        ),
    );
    // Within a FOREACH it is not a driver row that is to blame.
    program.file(
        "foreach.sql",
        format!(
            "DECLARE until varchar DEFAULT 'now';
{TABLE}CREATE TEMPORARY TABLE later AS
FOREACH k IN (SELECT eventtime AS issued FROM trail WHERE day = '2024/05/06')
  SELECT k.issued, c.eventname FROM trail c
  WHERE c.eventtime >= k.issued AND from_iso8601_timestamp(c.eventtime) <= from_iso8601_timestamp(:until);
SELECT count(*) AS calls FROM later;"
        ),
    );
    let commands = [
        "explain spec.sql --now 2024-06-01 -p incident=garbage",
        "run spec.sql --now 2024-06-01 -p 'incident=2024-05-06 10:00'",
        "explain constant.sql --now 2024-06-01",
        "run foreach.sql --now 2024-06-01 --quiet",
        "run foreach.sql --now 2024-06-01 --quiet -p until=2024-05-06T23:00:00Z",
    ];
    holds("constant_bound", &program, &commands);
}

#[test]
fn files_that_do_not_fit_their_columns() {
    let spec = "CREATE TEMPORARY TABLE iocs (ip varchar, seen timestamp) FROM 'iocs.csv';
CREATE TEMPORARY TABLE others (ip varchar) FROM 'others.csv';
SELECT iocs.ip, seen FROM iocs JOIN others ON others.ip = iocs.ip;";
    let program = investigation(spec);
    program.file("others.csv", "ip\n10.0.0.1\n");
    let contents: [(&str, &str); 8] = [
        ("IP,Seen\n10.0.0.1,2024-05-06 10:00:00\n", "exit code 0"),
        ("address,seen\n10.0.0.1,\n", "it names `address`, `seen`"),
        ("\u{feff}ip;seen\n10.0.0.1;2024-05-06 10:00:00\n", "separated by `;`"),
        ("ip\tseen\n10.0.0.1\t\n", "separated by tabs"),
        ("ip,seen\n10.0.0.1,2024-05-06T10:00:00Z\n", "from_iso8601_timestamp(seen)"),
        ("ip,seen\n10.0.0.1,yesterday\u{1b}[31m\n", "yesterday\\u{1b}[31m"),
        ("ip,seen\n10.0.0.1\n", "line 2"),
        ("ip,seen\n\"10.0.0.1,\n", "never closed"),
    ];
    let transcripts = contents.map(|(content, told)| {
        program.file("iocs.csv", content);
        let transcript = program.transcript("run spec.sql --now 2024-06-01 --quiet");
        let one_line = transcript.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(one_line.contains(told), "{transcript}");
        transcript
    });
    std::fs::remove_file(program.folder().join("iocs.csv")).expect("the file is ours");
    std::fs::remove_file(program.folder().join("others.csv")).expect("the file is ours");
    let missing = program.transcript("explain spec.sql --now 2024-06-01");
    super::held("files", &format!("{}\n{missing}", transcripts.join("\n")));
}

#[test]
fn what_is_probably_not_meant_is_said_and_stops_nothing() {
    let program = investigation(
        "DECLARE who varchar DEFAULT 'bob';
DECLARE since varchar DEFAULT '2024';
SELECT eventname FROM trail WHERE day = '2024/05/06' AND useridentity.username = ':who';",
    );
    let commands = [
        "run spec.sql --now 2024-06-01",
        "run spec.sql --now 2024-06-01 --quiet",
        "explain spec.sql --now 2024-06-01",
        "snapshot spec.sql --now 2024-06-01",
    ];
    holds("warnings", &program, &commands);
    let json = program.call(&["explain", "spec.sql", "--now", "2024-06-01", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).expect("an explanation is JSON");
    assert_eq!((&json["warning"][0]["line"], &json["warning"][1]["line"]), (&5.into(), &6.into()));
}

#[test]
fn a_path_into_json_that_is_none() {
    let program = investigation(
        "CREATE VIEW roles AS
SELECT json_extract_scalar(requestparameters, 'roleArn') AS role FROM trail WHERE day = '2024/05/06';
DECLARE path varchar DEFAULT '$..a';
SELECT role FROM roles
UNION ALL SELECT json_extract_scalar(responseelements, :path) FROM trail WHERE day = '2024/05/06'
UNION ALL SELECT json_extract_scalar(responseelements, '') FROM trail WHERE day = '2024/05/06';",
    );
    holds("json_paths", &program, &["run spec.sql --now 2024-06-01"]);
}

#[test]
fn a_body_without_a_bound_on_time() {
    let program = investigation(
        "CREATE TEMPORARY TABLE keys AS
SELECT eventid, eventtime AS issued FROM trail WHERE day = '2024/05/06';
FOREACH k IN (SELECT * FROM keys) SELECT c.eventname FROM trail c WHERE c.eventid = k.eventid;
FOREACH k IN (SELECT from_iso8601_timestamp(issued) AS t FROM keys) SELECT c.eventname FROM trail c;",
    );
    holds("unbounded_body", &program, &["explain spec.sql --now 2024-06-01"]);
}
