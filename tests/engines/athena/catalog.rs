//! The live catalog: tables as Athena tells of them, read as their DDL would be.

use athplan::catalog::{Layout, PartitionEntry, create_statement};
use athplan::engine::ErrorClass;

use super::bench::Bench;

const TRAIL: &str = "CREATE EXTERNAL TABLE trail (eventtime string COMMENT 'when, UTC', useridentity struct<arn:string,attributes:map<string,array<int>>>)
COMMENT 'all calls'
PARTITIONED BY (region string, day string)
ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'
STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat' OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION 's3://logs/AWSLogs/'
TBLPROPERTIES ('projection.enabled' = 'true', 'projection.region.type' = 'enum', 'projection.region.values' = 'eu-west-1,us-east-1',
  'projection.day.type' = 'date', 'projection.day.range' = '2024/01/01,NOW', 'projection.day.format' = 'yyyy/MM/dd',
  'storage.location.template' = 's3://logs/AWSLogs/${region}/${day}/')";

const FOLDERS: &str = "CREATE EXTERNAL TABLE folders (`date` string, n int) PARTITIONED BY (day string)
ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\t' LOCATION 's3://logs/folders/'";

#[tokio::test]
async fn tables_are_read_as_their_ddl_would_be() {
    let bench = Bench::new().await;
    bench.ok(TRAIL).await;
    bench.ok(FOLDERS).await;
    bench.ok("ALTER TABLE folders ADD IF NOT EXISTS PARTITION (day = '2024/01/01') PARTITION (day = 'b')").await;
    let trail = bench.engine.table("default.trail").await.expect("the catalog").expect("it was made");
    assert_eq!(trail.name, "default.trail");
    assert!(matches!(trail.layout, Layout::Projection { template: Some(_), .. }));
    let folders = bench.engine.table("folders").await.expect("the catalog").expect("it was made");
    let entry = |value: &str| PartitionEntry { values: vec![value.to_owned()], location: None };
    assert_eq!(folders.layout, Layout::Registered(vec![entry("2024/01/01"), entry("b")]));
    assert_eq!(folders.storage.serde_properties.get("field.delim").map(String::as_str), Some("\t"));
    // What was pulled can be made again, and is then the same.
    bench.ok("DROP TABLE trail").await;
    bench.ok(&create_statement(&trail, "default.trail").expect("printable")).await;
    assert_eq!(bench.engine.table("default.trail").await.expect("the catalog"), Some(trail));
}

#[tokio::test]
async fn what_is_not_there_is_no_error_and_what_is_denied_is() {
    let bench = Bench::new().await;
    assert_eq!(bench.engine.table("nowhere").await, Ok(None));
    assert_eq!(bench.engine.has_table("nowhere.t").await, Ok(false));
    bench.ok(FOLDERS).await;
    assert_eq!(bench.engine.has_table("folders").await, Ok(true));
    let mut options = crate::emulator::Options::default();
    options.denied.push(("athena:GetTableMetadata".to_owned(), String::new()));
    let denied = Bench::with(options, |_| {}).await;
    let error = denied.engine.table("folders").await.expect_err("denied");
    assert_eq!(error.class, ErrorClass::Permission, "{}", error.message);
}

#[tokio::test]
async fn every_table_of_a_database_comes_with_those_that_are_not_planned() {
    let bench = Bench::new().await;
    bench.ok(TRAIL).await;
    bench.ok("CREATE VIEW seen AS SELECT 1 AS n").await;
    for number in 0..55 {
        bench.ok(&FOLDERS.replace("folders", &format!("f{number:02}"))).await;
    }
    let tables = bench.engine.tables().await.expect("the catalog");
    let names: Vec<&str> = tables.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!((names.len(), names[0], names[56]), (57, "default.f00", "default.trail"));
    let refused: Vec<&str> =
        tables.iter().filter_map(|(_, table)| table.as_ref().err()).map(|error| error.message.as_str()).collect();
    assert_eq!(refused, ["`default.seen` is a view: put its query into a CREATE VIEW of the spec"]);
}
