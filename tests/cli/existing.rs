//! Tables that exist already: read by the name they have, whatever a catalog file says of them, and never created,
//! altered or dropped.

use super::{FOLDER, RECORDS, gzip, held, holds};
use crate::program::Program;

/// A catalog: a table with a database, one by a preset, one whose partitions are listed, and one of Hive's folders.
const CATALOG: &str = "
CREATE EXTERNAL TABLE security.cloudtrail_logs (eventtime string, eventname string, eventid string)
PARTITIONED BY (region string, day string)
ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'
STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION 's3://logs/AWSLogs/111111111111/CloudTrail/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.region.type' = 'enum', 'projection.region.values' = 'eu-west-1,us-east-1',
  'projection.day.type' = 'date', 'projection.day.format' = 'yyyy/MM/dd', 'projection.day.range' = '2024/05/01,2024/05/31',
  'storage.location.template' = 's3://logs/AWSLogs/111111111111/CloudTrail/${region}/${day}/'
);
CREATE EXTERNAL TABLE trail USING cloudtrail LOCATION 's3://logs/AWSLogs/111111111111/CloudTrail/';
CREATE EXTERNAL TABLE classic (eventtime string, eventname string)
PARTITIONED BY (region string, year string, month string, day string)
ROW FORMAT SERDE 'com.amazon.emr.hive.serde.CloudTrailSerde'
STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION 's3://logs/AWSLogs/111111111111/CloudTrail/';
ALTER TABLE classic ADD
  PARTITION (region = 'us-east-1', year = '2024', month = '05', day = '06')
    LOCATION 's3://logs/AWSLogs/111111111111/CloudTrail/us-east-1/2024/05/06/'
  PARTITION (region = 'us-east-1', year = '2024', month = '05', day = '07')
    LOCATION 's3://logs/AWSLogs/111111111111/CloudTrail/us-east-1/2024/05/07/';
CREATE EXTERNAL TABLE folders (id bigint) PARTITIONED BY (day string)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://logs/folders/';
";

/// A table under a name of the spec's own, with the time mapping that its owner did not give it.
const WITH_TIME: &str = "
CREATE EXTERNAL TABLE ct USING TABLE security.cloudtrail_logs TBLPROPERTIES (
  'athplan.time.column' = 'eventtime', 'athplan.time.format' = 'iso8601',
  'athplan.time.keys' = 'day=yyyy/MM/dd', 'athplan.time.slack' = '1 hour');
SELECT eventname FROM ct
WHERE eventtime BETWEEN '2024-05-06T00:00:00Z' AND '2024-05-06T22:00:00Z' AND eventname LIKE '%Object' ORDER BY 1;
";

fn program(spec: &str) -> Program {
    let program = Program::new();
    program
        .file("athplan.toml", "[map]\n\"s3://logs\" = \"trail\"\n")
        .file(&format!("{FOLDER}/a.json.gz"), gzip(RECORDS))
        .file("trail/folders/day=2024-05-06/a.json", "{\"id\":1}\n")
        .file("catalog.ddl", CATALOG)
        .file("spec.sql", spec);
    program
}

#[test]
fn a_table_that_gets_a_time_mapping_is_neither_created_nor_dropped() {
    let commands = [
        "explain spec.sql --catalog catalog.ddl --now 2024-06-01",
        "explain spec.sql --catalog catalog.ddl --now 2024-06-01 --stage statements",
        "run spec.sql --catalog catalog.ddl --now 2024-06-01",
    ];
    holds("existing_with_time", &program(WITH_TIME), &commands);
}

#[test]
fn tables_of_a_catalog_file_are_listed_and_read() {
    let spec = "
SELECT count(*) AS n FROM security.cloudtrail_logs WHERE day = '2024/05/06';
SELECT count(*) AS n FROM trail WHERE eventtime LIKE '2024-05-06T10%';
SELECT day, count(*) AS n FROM classic WHERE region = 'us-east-1' AND year = '2024' GROUP BY day;
SELECT f.id, t.eventname FROM folders f JOIN (SELECT * FROM trail WHERE day = '2024/05/06') t ON t.eventid = CAST(f.id AS varchar)
WHERE f.day >= '2024-05-06';
";
    let commands = [
        "explain spec.sql --catalog catalog.ddl --now 2024-06-01",
        "explain spec.sql --catalog catalog.ddl --now 2024-06-01 --stage statements",
        "run spec.sql --catalog catalog.ddl --now 2024-06-01",
    ];
    holds("existing", &program(spec), &commands);
}

#[test]
fn what_the_engine_lacks_over_an_existing_table_is_named_before_it_runs() {
    let program = program("SELECT tdigest_agg(1.5) FROM security.cloudtrail_logs WHERE day = '2024/05/06';");
    let ended = program.call(&["run", "spec.sql", "--catalog", "catalog.ddl", "--now", "2024-06-01"]);
    assert_eq!(ended.code, 3, "{}", ended.stderr);
    assert!(ended.stderr.contains("athplan::run::lacking"), "{}", ended.stderr);
}

#[test]
fn no_partition_is_added_to_an_existing_table_unless_that_is_asked_for() {
    let spec = "
ALTER TABLE classic ADD PARTITION (region = 'x', year = '2024', month = '05', day = '08') LOCATION 's3://logs/x/';
SELECT count(*) AS n FROM classic WHERE day = '08';
";
    let explain = "explain spec.sql --catalog catalog.ddl --now 2024-06-01";
    let allowed = format!("{explain} --add-partitions --stage statements");
    holds("existing_altered", &program(spec), &[explain, &allowed]);
}

#[test]
fn partitions_with_locations_of_their_own() {
    let declared = CATALOG.split_inclusive(";\n").filter(|statement| statement.contains("TABLE classic"));
    let spec = format!(
        "{}SELECT count(*) AS n FROM classic WHERE year = '2024' AND month = '05' AND day IN ('06', '07');",
        declared.collect::<String>()
    );
    let commands = ["explain spec.sql --now 2024-06-01", "run spec.sql --now 2024-06-01 --coverage coverage.json"];
    let program = program(&spec);
    holds("registered_partitions", &program, &commands);
    let coverage = std::fs::read_to_string(program.folder().join("coverage.json")).expect("--coverage was given");
    held("registered_partitions_coverage", &coverage);
    program.file(
        "spec.sql",
        spec.replace("ALTER TABLE", "SELECT count(*) AS n FROM classic WHERE day = '06';\nALTER TABLE"),
    );
    holds("registered_too_late", &program, &["explain spec.sql --now 2024-06-01"]);
}

#[test]
fn a_day_that_nobody_registered_is_not_looked_at_and_says_so() {
    let spec = "
CREATE EXTERNAL TABLE folders (id bigint, at string) PARTITIONED BY (day string)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://logs/folders/'
TBLPROPERTIES ('athplan.time.column' = 'at', 'athplan.time.format' = 'iso8601', 'athplan.time.keys' = 'day=yyyy-MM-dd');
ALTER TABLE folders ADD PARTITION (day = '2024-05-06') PARTITION (day = '2024-05-09');
SELECT count(*) AS n FROM folders WHERE at >= '2024-05-06' AND at < '2024-05-10';
SELECT id FROM folders WHERE at >= '2024-05-06' AND at < '2024-05-07';
";
    let commands = ["explain spec.sql --now 2024-06-01", "run spec.sql --now 2024-06-01"];
    let program = program(spec);
    program.file("trail/folders/day=2024-05-09/a.json", "{\"id\":2,\"at\":\"2024-05-09T00:00:00Z\"}\n");
    holds("unregistered_days", &program, &commands);
}
