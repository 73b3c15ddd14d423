//! The examples' archive behind the emulator: projected partitions, rows and billed bytes as a script of
//! its own has counted them.

use std::path::Path;

use super::client::{rows, run, succeed};
use super::{Emulator, Options};

/// 2019-07-01T00:00:00Z: after the archive ends.
const NOW: i64 = 1_561_939_200;

const TABLE: &str = "CREATE EXTERNAL TABLE trail (
  eventname string, eventtime string, useridentity struct<type:string,accesskeyid:string>)
PARTITIONED BY (region string, day string)
ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'
STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION 's3://trail-bucket/AWSLogs/111111111111/CloudTrail/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.region.type' = 'enum', 'projection.region.values' = 'us-east-1,eu-west-1,us-west-2',
  'projection.day.type' = 'date', 'projection.day.format' = 'yyyy/MM/dd', 'projection.day.range' = '2019/01/01,NOW',
  'storage.location.template' = 's3://trail-bucket/AWSLogs/111111111111/CloudTrail/${region}/${day}/')";

#[tokio::test]
async fn the_archive_reads_as_it_lies() {
    let emulator = Emulator::start(Options { now: Some(NOW), ..Options::default() });
    emulator.bucket("out");
    emulator.copy_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/archive"), "s3://trail-bucket/");
    succeed(&emulator, TABLE).await;
    let april = "SELECT region, count(*) AS n, max(eventtime) AS last FROM trail \
                 WHERE day BETWEEN '2019/04/01' AND '2019/04/30' GROUP BY region ORDER BY region";
    let counted = [
        "region|n|last",
        "eu-west-1|197|2019-04-30T04:21:25Z",
        "us-east-1|538|2019-04-30T09:01:33Z",
        "us-west-2|93|2019-04-28T20:52:05Z",
    ];
    assert_eq!(rows(&emulator, april).await, counted);
    for (condition, bytes) in [("true", 416_086), ("day = '2019/04/17'", 5471), ("day = '2018/04/17'", 0)] {
        let execution = run(&emulator, &format!("SELECT max(eventname) FROM trail WHERE {condition}")).await;
        assert_eq!(execution["Statistics"]["DataScannedInBytes"], bytes, "{condition}");
    }
}
