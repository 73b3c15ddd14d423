//! CloudTrail files: their meaning, and what hostile ones do.

use athplan::engine::ErrorClass;
use athplan::engine::local::store::Mapping;

use super::bench::{Bench, gzip};
use crate::program::shared_data;

const TABLE: &str = "CREATE EXTERNAL TABLE trail (
        eventname string,
        useridentity struct<type: string, arn: string, sessioncontext: struct<attributes: struct<mfaauthenticated: string>>>,
        requestparameters string,
        resources array<struct<arn: string, accountid: string>>,
        tags map<string, string>,
        readonly string,
        errors int)
    ROW FORMAT SERDE 'com.amazon.emr.hive.serde.CloudTrailSerde'
    STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'
    OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
    LOCATION 's3://bucket/trail/'";

#[tokio::test]
async fn camel_case_meets_columns_and_json_stays_text() {
    let bench = Bench::new();
    bench.file(
        "trail/one.json.gz",
        gzip(
            r#"{"Records": [
              {"eventName": "AssumeRole", "userIdentity": {"type": "IAMUser", "ARN": "arn:1",
                 "sessionContext": {"attributes": {"mfaAuthenticated": "false"}}},
               "requestParameters": {"roleArn": "r", "n": 1e3, "list": [ 1, "a b" ]},
               "resources": [{"ARN": "x", "accountId": "1"}, {"ARN": "y"}],
               "tags": {"Team": "Red"}, "readOnly": true, "errors": "7", "other": {"deep": [[]]}},
              {"eventName": "a\"b\u00e9", "userIdentity": null, "requestParameters": null, "readOnly": 1.50,
               "eventname": "last wins"},
              {}]}"#,
        ),
    );
    bench.ok(TABLE).await;
    let sql = "SELECT eventname, useridentity.arn, useridentity.sessioncontext.attributes.mfaauthenticated,
               requestparameters, resources[2].arn, tags['Team'], readonly, errors FROM trail";
    assert_eq!(
        bench.rows(&format!("{sql} WHERE cardinality(resources) = 2")).await,
        [r#"AssumeRole|arn:1|false|{"roleArn":"r","n":1e3,"list":[1,"a b"]}|y|Red|true|7"#]
    );
    let sql = "SELECT eventname, useridentity.arn, requestparameters, cardinality(resources), readonly FROM trail
               WHERE cardinality(resources) IS NULL";
    assert_eq!(bench.rows(sql).await, ["last wins|NULL|NULL|NULL|1.50", "NULL|NULL|NULL|NULL|NULL"]);
}

#[tokio::test]
async fn files_are_plain_or_gzip_of_several_members() {
    let bench = Bench::new();
    let (first, second) = (r#"{"Records":[{"eventName":"a"},"#, r#"{"eventName":"b"}], "More": [1, {"x": "]"}]}"#);
    bench.file("trail/members.json.gz", [gzip(first), gzip(second)].concat());
    bench.file("trail/one-member.gz", gzip(r#"{"Records":[{"eventName":"c"}]}"#));
    bench.file("trail/plain.json", "\u{feff} {\"First\": null, \"Records\" : [ {\"eventName\":\"d\"} ] } \n");
    bench.file("trail/none.json", r#"{"Records":[]}"#);
    bench.file("trail/folder_marker", "");
    bench.file("trail/_hidden.json", "not json").file("trail/.hidden/x.json", "not json");
    bench.ok(TABLE).await;
    assert_eq!(bench.rows("SELECT eventname FROM trail ORDER BY 1").await, ["a", "b", "c", "d"]);
    assert_eq!(bench.rows("SELECT count(*) FROM trail").await, ["4"]);
    let (_, status) = bench.ok("SELECT count(*) FROM trail").await;
    assert_eq!(status.scans[0].hidden, ["s3://bucket/trail/.hidden", "s3://bucket/trail/_hidden.json"]);
    let path = "SELECT DISTINCT \"$path\" FROM trail WHERE eventname = 'c'";
    assert_eq!(bench.rows(path).await, ["s3://bucket/trail/one-member.gz"]);
}

#[tokio::test]
async fn a_broken_file_fails_the_statement_by_name_or_is_counted() {
    let whole = r#"{"Records":[{"eventName":"x"},{"eventName":"y"}]}"#;
    let mut truncated = gzip(whole);
    truncated.truncate(truncated.len() - 9);
    let mut damaged = gzip(whole.repeat(50));
    damaged[30] ^= 0xff;
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (truncated, "truncated"),
        (damaged, "file.json.gz"),
        (gzip(&whole[..whole.len() - 3]), "truncated"),
        (b"plain text".to_vec(), "compression is broken"),
        (gzip("[]"), "no CloudTrail file"),
        (gzip(r#"{"Digest": 1}"#), "no Records"),
        (gzip(r#"{"Records": {"eventName": "x"}}"#), "no list"),
        (gzip(r#"{"Records": [1]}"#), "record 1"),
        (gzip(r#"{"Records": [{"eventName": "x"}, {"eventName": tru}]}"#), "record 2"),
        (gzip(r#"{"Records": [{"userIdentity": "root"}]}"#), "where a row is declared"),
        (gzip(r#"{"Records": [{"resources": 7}]}"#), "where an array is declared"),
        (gzip(r#"{"Records": [{"eventName": "x"}]} {"Records": []}"#), "text follows its end"),
        (gzip(format!(r#"{{"Records": [{{"a": {}1{}}}]}}"#, "[".repeat(100_000), "]".repeat(100_000))), "nested"),
        (gzip([br#"{"Records": [{"eventName": ""#.as_slice(), b"\xff\xfe", br#""}]}"#].concat()), "UTF-8"),
    ];
    for (content, reason) in cases {
        let bench = Bench::new();
        bench.file("trail/file.json.gz", &content).file("trail/good.json", whole);
        bench.ok(TABLE).await;
        let count = "SELECT count(eventname), count(useridentity), count(resources) FROM trail";
        bench.fails(count, ErrorClass::Data, &["s3://bucket/trail/file.json.gz", reason]).await;

        let bench = Bench::with(|options| options.skip_bad_files = true);
        bench.file("trail/file.json.gz", &content).file("trail/good.json", whole);
        bench.ok(TABLE).await;
        let (_, status) = bench.ok(count).await;
        assert_eq!(bench.rows(count).await, ["2|0|0"], "{reason}");
        let [scan] = status.scans.as_slice() else { panic!("one scan") };
        let [(file, why)] = scan.unreadable.as_slice() else { panic!("one unreadable file: {scan:?}") };
        assert_eq!(file, "s3://bucket/trail/file.json.gz");
        assert!(why.contains(reason) || reason == "file.json.gz", "{why}");
        assert_eq!((scan.files, scan.records), (1, 2), "a file that was skipped was not read");
    }
}

#[tokio::test]
async fn a_real_archive_is_read_whole() {
    let Some(archive) = shared_data("cloudtrail/invictus") else { return };
    let bench = Bench::with(|options| {
        options.maps.push(Mapping { location: "s3://bucket/trail".to_owned(), directory: archive.join("AWSLogs") });
    });
    bench.ok(TABLE).await;
    assert_eq!(bench.rows("SELECT count(*) FROM trail").await, ["2900"]);
    let sql = "SELECT count(*), count(json_extract_scalar(requestparameters, '$.roleArn')) FROM trail
               WHERE eventname = 'AssumeRole'";
    assert_eq!(bench.rows(sql).await, ["49|36"]);
    let (_, status) = bench.ok("SELECT eventname FROM trail").await;
    let [scan] = status.scans.as_slice() else { panic!("one scan") };
    assert_eq!((scan.files, scan.records, scan.partitions_asked), (55, 2900, 1));
    assert_eq!(status.bytes_scanned, scan.bytes);
}
