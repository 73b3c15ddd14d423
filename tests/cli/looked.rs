//! What a reader must be able to tell apart: nothing there, not looked at, nothing to look at (law 8).

use super::{FOLDER, RECORDS, TABLE, gzip, holds, investigation};

#[test]
fn predicates_that_leave_nothing() {
    let window = "eventtime BETWEEN '2024-05-20T00:00:00Z' AND '2024-05-06T00:00:00Z'";
    let program = investigation(&format!("SELECT eventname FROM trail WHERE {window};"));
    let day = "day = '2024/05/20' AND eventtime < '2024-05-07T00:00:00Z'";
    program.file("day.sql", format!("{TABLE}SELECT eventname FROM trail WHERE {day};"));
    program.file(
        "both.sql",
        format!(
            "{TABLE}SELECT eventname FROM trail WHERE {window}
UNION ALL SELECT eventname FROM trail WHERE day = '2024/05/06';"
        ),
    );
    // An empty driver and NULL bounds have words of their own.
    program.file("keys.csv", "since\n");
    program.file("nulls.csv", "since,x\n,1\n");
    let foreach = |file: &str, columns: &str| {
        format!(
            "{TABLE}CREATE TEMPORARY TABLE keys ({columns}) FROM '{file}';
SELECT count(*) AS n FROM (FOREACH k IN (SELECT * FROM keys) SELECT c.eventname FROM trail c WHERE c.eventtime >= k.since);"
        )
    };
    program.file("empty.sql", foreach("keys.csv", "since varchar"));
    program.file("null.sql", foreach("nulls.csv", "since varchar, x integer"));
    program.file(
        "kept.sql",
        format!(
            "{TABLE}CREATE TEMPORARY TABLE keys (since varchar) FROM 'keys.csv';
CREATE TABLE found AS FOREACH k IN (SELECT * FROM keys) SELECT c.eventname FROM trail c WHERE c.eventtime >= k.since;
SELECT * FROM found;"
        ),
    );
    let commands = [
        "explain spec.sql --now 2024-06-01",
        "run spec.sql --now 2024-06-01",
        "explain day.sql --now 2024-06-01",
        "run day.sql --now 2024-06-01",
        "run both.sql --now 2024-06-01",
        "run empty.sql --now 2024-06-01",
        "run null.sql --now 2024-06-01",
        "run kept.sql --now 2024-06-01",
    ];
    holds("nothing_left", &program, &commands);
}

#[test]
fn values_that_no_partition_has() {
    let program = investigation("SELECT eventname FROM trail WHERE day = '2024-05-06';");
    program.file(
        "region.sql",
        format!("{TABLE}SELECT eventname FROM trail WHERE region = 'us-eats-1' AND day = '2024/05/06';"),
    );
    let days: Vec<String> = (1..=31).map(|day| format!("'{day:02}.05.2024'")).collect();
    program.file("days.sql", format!("{TABLE}SELECT eventname FROM trail WHERE day IN ({});", days.join(", ")));
    for day in 1..=9 {
        program
            .file(&format!("trail/AWSLogs/111111111111/CloudTrail/us-east-1/2024/04/0{day}/a.json.gz"), gzip(RECORDS));
    }
    let commands = [
        "explain spec.sql --now 2024-06-01",
        "run spec.sql --now 2024-06-01",
        "explain region.sql --now 2024-06-01",
        "run region.sql --now 2024-06-01",
        "explain days.sql --now 2024-06-01",
        "run days.sql --now 2024-06-01",
    ];
    holds("outside_values", &program, &commands);
}

#[test]
fn times_outside_the_table_are_told_as_ranges() {
    let spec = "
CREATE EXTERNAL TABLE classic (eventtime string, eventname string)
PARTITIONED BY (year string, month string, day string)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://logs/classic/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.year.type' = 'integer', 'projection.year.range' = '2024,2025',
  'projection.month.type' = 'integer', 'projection.month.range' = '1,12', 'projection.month.digits' = '2',
  'projection.day.type' = 'integer', 'projection.day.range' = '1,28', 'projection.day.digits' = '2',
  'storage.location.template' = 's3://logs/classic/${year}/${month}/${day}/',
  'athplan.time.column' = 'eventtime', 'athplan.time.format' = 'iso8601',
  'athplan.time.keys' = 'year=yyyy,month=MM,day=dd');
SELECT eventname FROM classic WHERE eventtime BETWEEN '2023-12-20T00:00:00Z' AND '2024-05-31T00:00:00Z';
";
    let program = investigation("SELECT 1 AS one;");
    program.file("spec.sql", spec);
    program.file(&format!("{FOLDER}/b.json.gz"), gzip(RECORDS));
    holds("outside_times", &program, &["explain spec.sql --now 2024-06-03", "run spec.sql --now 2024-06-03"]);
}

#[test]
fn a_window_without_beginning_says_how_far_it_reaches() {
    let spec = "SELECT count(*) AS n FROM trail WHERE eventtime < '2024-05-06T10:05:00Z';";
    holds("without_beginning", &investigation(spec), &["explain spec.sql --now 2024-06-01"]);
}

#[test]
fn what_is_read_for_each_row_is_no_bound_for_all() {
    let spec = |body: &str| {
        format!(
            "CREATE TEMPORARY TABLE seen AS SELECT useridentity.accesskeyid AS key, min(eventtime) AS since FROM trail
WHERE eventtime LIKE '2024-05-06%' GROUP BY 1;
SELECT * FROM (FOREACH k IN (SELECT * FROM seen) {body}) ORDER BY 1, 2;"
        )
    };
    let condition =
        "c.useridentity.accesskeyid = k.key AND c.eventtime >= k.since AND c.eventtime < '2024-05-08T00:00:00Z'";
    let program = investigation(&spec(&format!(
        "(SELECT k.key, c.eventname, count(*) AS n FROM trail c WHERE {condition} GROUP BY c.eventname)"
    )));
    program.file(
        "nothing.sql",
        format!("{TABLE}{}", spec(&format!("(SELECT k.key, count(*) AS n FROM trail c WHERE {condition})"))),
    );
    let commands = [
        "explain spec.sql --now 2024-06-01",
        "explain spec.sql --now 2024-06-01 --format json",
        // A count of nothing is a row: it cannot stand outside.
        "explain nothing.sql --now 2024-06-01",
        "explain spec.sql --now 2024-06-01 --stage statements",
        "run spec.sql --now 2024-06-01",
    ];
    holds("per_row", &program, &commands);
}
