//! Which partitions a query reads: pruned before any file is listed or opened.

use std::collections::BTreeMap;

use athplan::catalog::{Column, Format, Layout, Origin, PartitionEntry, Projection, Storage, Table, Template};
use athplan::engine::local::list;
use athplan::engine::{ErrorClass, ScanReport};
use athplan::types::Type;

use super::bench::Bench;

const LINES: &str = "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://bucket/logs/'";

/// A table whose partitions follow from properties, with one event a region and day; a partition
/// outside the asked ones holds a file that cannot be read.
async fn projected(bench: &Bench) {
    for (region, day, events) in [
        ("us-east-1", "2023/07/08", 1),
        ("us-east-1", "2023/07/09", 2),
        ("us-east-1", "2023/07/10", 3),
        ("eu-west-1", "2023/07/09", 4),
        ("eu-west-1", "2023/07/10", 5),
    ] {
        let lines = format!("{{\"n\": 1, \"at\": \"{region} {day}\"}}\n").repeat(events);
        bench.file(&format!("logs/{region}/{day}/events.json"), lines);
    }
    bench.file("logs/us-west-2/2023/07/09/broken.json.gz", "no gzip");
    let create = format!(
        "CREATE EXTERNAL TABLE logs (n int, at string) PARTITIONED BY (region string, day string) {LINES}
         TBLPROPERTIES ('projection.enabled' = 'true',
           'projection.region.type' = 'enum', 'projection.region.values' = 'us-east-1,eu-west-1,us-west-2',
           'projection.day.type' = 'date', 'projection.day.format' = 'yyyy/MM/dd',
           'projection.day.range' = '2023/07/01,NOW', 'projection.day.interval' = '1',
           'projection.day.interval.unit' = 'DAYS',
           'storage.location.template' = 's3://bucket/logs/${{region}}/${{day}}/')"
    );
    bench.ok(&create).await;
}

async fn scan(bench: &Bench, filter: &str) -> (String, ScanReport) {
    let sql = format!("SELECT count(*) FROM logs WHERE {filter}");
    let (_, status) = bench.ok(&sql).await;
    let [scan] = status.scans.as_slice() else { panic!("one scan: {status:?}") };
    (bench.rows(&sql).await.remove(0), scan.clone())
}

#[tokio::test]
async fn projected_partitions_are_pruned_exactly() {
    let bench = Bench::new();
    projected(&bench).await;
    for (filter, count, asked) in [
        ("region = 'us-east-1' AND day = '2023/07/10'", "3", 1),
        ("region IN ('us-east-1', 'eu-west-1') AND day BETWEEN '2023/07/09' AND '2023/07/10'", "14", 4),
        ("(region = 'us-east-1' AND day = '2023/07/09') OR (region = 'eu-west-1' AND day = '2023/07/10')", "7", 2),
        ("(region = 'us-east-1' AND n = 1 OR region = 'eu-west-1' AND n = 2) AND day >= '2023/07/08'", "6", 6),
        ("region <> 'us-west-2' AND day LIKE '2023/07/1%'", "8", 2),
        ("region = 'no-such-region'", "0", 0),
        ("region = 'us-east-1' AND day = '2031/01/01'", "0", 0),
    ] {
        let (rows, report) = scan(&bench, filter).await;
        assert_eq!((rows.as_str(), report.partitions_asked), (count, asked), "{filter}");
    }
    let function = "region <> 'us-west-2' AND region || day = 'eu-west-12023/07/09'";
    assert_eq!(scan(&bench, function).await.0, "4");
}

#[tokio::test]
async fn a_partition_without_a_folder_is_missing_and_not_empty() {
    let bench = Bench::new();
    projected(&bench).await;
    std::fs::create_dir_all(bench.path("logs/eu-west-1/2023/07/07")).expect("the folder is new");
    let (rows, report) = scan(&bench, "region = 'eu-west-1' AND day BETWEEN '2023/07/06' AND '2023/07/09'").await;
    assert_eq!(rows, "4");
    assert_eq!((report.partitions_asked, report.partitions_found, report.files), (4, 1, 1));
    assert_eq!(*report.partitions_missing, ["region=eu-west-1, day=2023/07/06", "region=eu-west-1, day=2023/07/08"]);
}

#[tokio::test]
async fn nothing_outside_the_asked_partitions_is_opened() {
    let bench = Bench::new();
    projected(&bench).await;
    assert_eq!(bench.rows("SELECT count(*) FROM logs WHERE region <> 'us-west-2'").await, ["15"]);
    bench.fails("SELECT count(*) FROM logs", ErrorClass::Data, &["us-west-2/2023/07/09/broken.json.gz"]).await;
}

#[tokio::test]
async fn partitions_are_read_as_a_union_of_rectangles() {
    let bench = Bench::new();
    projected(&bench).await;
    let sql = "SELECT count(*), min(\"$partition\") FROM (
        SELECT at, \"$partition\" FROM logs WHERE region IN ('us-east-1') AND day IN ('2023/07/08', '2023/07/09')
        UNION ALL
        SELECT at, \"$partition\" FROM logs WHERE region IN ('eu-west-1') AND day IN ('2023/07/10'))";
    let (_, status) = bench.ok(sql).await;
    assert_eq!(bench.rows(sql).await, ["8|region=eu-west-1/day=2023%2F07%2F10"]);
    let asked: Vec<u64> = status.scans.iter().map(|scan| scan.partitions_asked).collect();
    assert_eq!(asked, [2, 1]);
}

#[tokio::test]
async fn injected_keys_need_constants() {
    let bench = Bench::new();
    bench.file("logs/a/1.json", "{\"n\": 1}\n{\"n\": 2}").file("logs/b/1.json", "{\"n\": 3}");
    let create = format!(
        "CREATE EXTERNAL TABLE logs (n int) PARTITIONED BY (account string) {LINES}
         TBLPROPERTIES ('projection.enabled' = 'true', 'projection.account.type' = 'injected',
           'storage.location.template' = 's3://bucket/logs/${{account}}/')"
    );
    bench.ok(&create).await;
    assert_eq!(scan(&bench, "account = 'a'").await.0, "2");
    assert_eq!(scan(&bench, "account IN ('a', 'b') AND n > 1").await.0, "2");
    assert_eq!(scan(&bench, "(account = 'a' AND n = 1) OR (account = 'b' AND n = 3)").await.0, "2");
    bench.fails("SELECT n FROM logs", ErrorClass::Statement, &["injected", "account"]).await;
    bench.fails("SELECT n FROM logs WHERE account LIKE 'a%'", ErrorClass::Statement, &["injected"]).await;
}

#[tokio::test]
async fn registered_partitions_lie_where_they_were_added() {
    let bench = Bench::new();
    bench.file("logs/day=07/1.json", "{\"n\": 1}").file("elsewhere/1.json", "{\"n\": 2}\n{\"n\": 3}");
    bench.file("logs/day=09/1.json", "no json, and not registered");
    bench.ok(&format!("CREATE EXTERNAL TABLE logs (n int) PARTITIONED BY (day int) {LINES}")).await;
    bench
        .ok("ALTER TABLE logs ADD PARTITION (day = '07') PARTITION (day = '8') LOCATION 's3://bucket/elsewhere/'")
        .await;
    bench.ok("ALTER TABLE logs ADD IF NOT EXISTS PARTITION (day = '07')").await;
    assert_eq!(bench.rows("SELECT day, n FROM logs ORDER BY n").await, ["7|1", "8|2", "8|3"]);
    assert_eq!(scan(&bench, "day = 8").await.1.partitions_asked, 1);
    bench.fails("ALTER TABLE logs ADD PARTITION (day = '8')", ErrorClass::Statement, &["there already"]).await;
}

#[tokio::test]
async fn hive_folders_are_found_where_nothing_is_registered() {
    let bench = Bench::new();
    bench.file("logs/region=eu/day=a%2fb/1.json", "{\"n\": 1}");
    bench.file("logs/region=__HIVE_DEFAULT_PARTITION__/day=c/1.json", "{\"n\": 2}");
    bench.file("logs/other/day=c/1.json", "no json, and no partition");
    let create = format!("CREATE EXTERNAL TABLE logs (n int) PARTITIONED BY (region string, day string) {LINES}");
    bench.ok(&create).await;
    assert_eq!(bench.rows("SELECT region, day, n FROM logs ORDER BY n").await, ["eu|a/b|1", "NULL|c|2"]);
    assert_eq!(scan(&bench, "region IS NULL").await.1.partitions_asked, 1);
}

#[tokio::test]
async fn a_key_that_is_no_value_of_its_type_is_an_error() {
    let bench = Bench::new();
    bench.file("logs/day=monday/1.json", "{\"n\": 1}");
    bench.ok(&format!("CREATE EXTERNAL TABLE logs (n int) PARTITIONED BY (day int) {LINES}")).await;
    let words = ["HIVE_INVALID_PARTITION_VALUE", "monday", "day"];
    bench.fails("SELECT n FROM logs", ErrorClass::Data, &words).await;
}

#[tokio::test]
async fn a_location_stays_in_its_mapped_folder() {
    let bench = Bench::new();
    bench.file("logs/1.json", "{\"n\": 1}");
    bench.ok(&format!("CREATE EXTERNAL TABLE logs (n int) {LINES}")).await;
    assert_eq!(bench.rows("SELECT n FROM logs").await, ["1"]);
    let create = |name: &str, location: &str| {
        let serde = "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'";
        format!("CREATE EXTERNAL TABLE {name} (n int) {serde} LOCATION '{location}'")
    };
    bench.ok(&create("up", "s3://bucket/logs/../../secrets/")).await;
    bench.fails("SELECT n FROM up", ErrorClass::Statement, &["'..'"]).await;
    bench.ok(&create("unmapped", "s3://other-bucket/logs/")).await;
    bench
        .fails("SELECT n FROM unmapped", ErrorClass::Data, &["s3://other-bucket/logs/", "--map s3://other-bucket=DIR"])
        .await;
    #[cfg(unix)]
    {
        let outside = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(outside.path().join("secret.json"), "{\"n\": 2}").expect("the file can be written");
        std::os::unix::fs::symlink(outside.path(), bench.path("logs/link")).expect("the link is new");
        bench.fails("SELECT n FROM logs", ErrorClass::Data, &["link", "leads out of"]).await;
    }
}

#[tokio::test]
async fn a_listing_finds_what_a_scan_finds() {
    let bench = Bench::new();
    bench.file("logs/day=07/1.json", "{\"n\": 1}").file("elsewhere/1.json", "{\"n\": 2}").file("logs/_hidden", "x");
    bench.file("logs-eu/1.json", "{}").file("logs-us/a/2.json", "{}").file("other/3.json", "{}");
    let column = |name: &str| Column { name: name.to_owned(), ty: Type::VARCHAR, comment: None };
    let entry = |value: &str, location: Option<&str>| PartitionEntry {
        values: vec![value.to_owned()],
        location: location.map(str::to_owned),
    };
    let mut table = Table {
        name: "logs".to_owned(),
        columns: vec![column("n")],
        partition_keys: vec![column("day")],
        storage: Storage {
            location: "s3://bucket/logs/".to_owned(),
            format: Format::JsonLines,
            serde: None,
            classes: None,
            serde_properties: BTreeMap::new(),
        },
        layout: Layout::Registered(vec![entry("07", None), entry("08", Some("s3://bucket/elsewhere/"))]),
        time: None,
        origin: Origin::Declared,
        properties: Vec::new(),
        comment: None,
    };
    let listed = |table: &Table| {
        let files = list(bench.engine().store(), table).expect("the folders can be read");
        files.map(|files| files.into_iter().map(|file| file.path).collect::<Vec<_>>())
    };
    // What is hidden is listed so that it can be counted.
    let all = ["elsewhere/1.json", "logs/_hidden", "logs/day=07/1.json"];
    let all = all.map(|key| format!("s3://bucket/{key}")).to_vec();
    assert_eq!(listed(&table), Some(all));
    let template = Template::new("s3://bucket/logs-${day}/", &["day"]).expect("the key is there");
    let keys = vec![Projection::Enum(vec!["eu".to_owned(), "us".to_owned()])];
    table.layout = Layout::Projection { keys, template: Some(template) };
    let under_the_prefix = listed(&table).expect("mapped");
    assert!(under_the_prefix.contains(&"s3://bucket/logs-eu/1.json".to_owned()), "{under_the_prefix:?}");
    assert!(under_the_prefix.contains(&"s3://bucket/logs-us/a/2.json".to_owned()), "{under_the_prefix:?}");
    table.layout = Layout::Registered(vec![entry("07", Some("s3://unmapped/"))]);
    assert_eq!(listed(&table), None);
}
