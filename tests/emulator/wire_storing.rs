//! CTAS and UNLOAD: where rows go, when they are seen, what is left behind; workgroups and their places.
//! Measured on Athena in 2026-09 for CTAS; UNLOAD and managed results as documented.

use std::time::Duration;

use serde_json::{Value, json};

use super::client::{ended, ok, rows, run, start, starting, succeed};
use super::faults::{Chance, FaultPlan, QueryFault};
use super::options::Latency;
use super::workgroup::Workgroup;
use super::{Emulator, Options};

fn emulator_with(change: impl FnOnce(&mut Options)) -> Emulator {
    let mut options = Options::default();
    change(&mut options);
    let emulator = Emulator::start(options);
    emulator.bucket("out");
    emulator
}

fn reason(execution: &Value) -> &str {
    execution["Status"]["StateChangeReason"].as_str().unwrap_or_default()
}

/// A location where files lie takes no others, not even those of a table that was dropped.
#[tokio::test]
async fn a_place_is_used_once() {
    let emulator = emulator_with(|_| {});
    let make = "CREATE TABLE NAME WITH (format = 'PARQUET', external_location = 's3://out/data/') AS SELECT 1 AS a";
    succeed(&emulator, &make.replace("NAME", "x")).await;
    succeed(&emulator, "DROP TABLE x").await;
    let again = run(&emulator, &make.replace("NAME", "y")).await;
    assert!(
        reason(&again).starts_with(
            "HIVE_PATH_ALREADY_EXISTS: Target directory for table 'default.y' already exists: s3://out/data/"
        ),
        "{}",
        reason(&again)
    );
    assert!(reason(&again).contains(". You may need to manually clean the data at location 's3://out/r/tables/"));
    let unload = run(&emulator, "UNLOAD (SELECT 1 AS a) TO 's3://out/data/' WITH (format = 'PARQUET')").await;
    assert_eq!(reason(&unload), "HIVE_PATH_ALREADY_EXISTS: Target directory already exists");
    assert_eq!(emulator.objects("out", "data/").len(), 1);
    // A name that begins like it is another place.
    succeed(&emulator, "UNLOAD (SELECT 1 AS a) TO 's3://out/dat' WITH (format = 'PARQUET')").await;
}

/// Data files have no extension; no rows make no file.
#[tokio::test]
async fn unloaded_files_have_no_extension() {
    let emulator = emulator_with(|_| {});
    for format in ["PARQUET", "JSON", "TEXTFILE"] {
        succeed(
            &emulator,
            &format!("UNLOAD (SELECT 1 AS a, 'x' AS b) TO 's3://out/{format}/' WITH (format = '{format}')"),
        )
        .await;
        let files = emulator.objects("out", &format!("{format}/"));
        assert_eq!(files.len(), 1);
        assert!(!files[0].contains('.'), "{files:?}");
    }
    let none =
        succeed(&emulator, "UNLOAD (SELECT 1 AS a WHERE false) TO 's3://out/none/' WITH (format = 'PARQUET')").await;
    assert!(emulator.objects("out", "none/").is_empty());
    let answer = ok(&emulator, "GetQueryExecution", json!({ "QueryExecutionId": none })).await;
    assert!(answer["QueryExecution"]["Statistics"].get("DataManifestLocation").is_none());
    let some = succeed(&emulator, "UNLOAD (SELECT 1 AS a) TO 's3://out/some/' WITH (format = 'PARQUET')").await;
    let answer = ok(&emulator, "GetQueryExecution", json!({ "QueryExecutionId": some })).await;
    let manifest = format!("r/{some}-manifest.csv");
    assert_eq!(answer["QueryExecution"]["Statistics"]["DataManifestLocation"], format!("s3://out/{manifest}"));
    let listed = std::fs::read_to_string(emulator.bucket("out").join(manifest)).expect("it was written");
    assert_eq!(listed, format!("s3://out/{}\n", emulator.objects("out", "some/")[0]));
}

/// A statement that has failed after it wrote leaves files and no table.
#[tokio::test]
async fn failed_writers_leave_orphans() {
    let plan = FaultPlan::new(1).on_statement("", Chance::Always, QueryFault::Exhausted);
    let emulator = emulator_with(|options| options.faults = plan);
    let table = run(&emulator, "CREATE TABLE x WITH (external_location = 's3://out/x/') AS SELECT 1 AS a").await;
    let unload = run(&emulator, "UNLOAD (SELECT 1 AS a) TO 's3://out/u/' WITH (format = 'PARQUET')").await;
    assert!(
        reason(&table).starts_with("Query exhausted resources at this scale factor. You may need to manually clean"),
        "{}",
        reason(&table)
    );
    assert_eq!(reason(&unload), "Query exhausted resources at this scale factor");
    assert_eq!((emulator.objects("out", "x/").len(), emulator.objects("out", "u/").len()), (1, 1));
    assert_eq!((emulator.tables("default"), emulator.objects("out", "r/")), (vec![], vec![]));
}

/// The rows are written before the missing database is noticed.
#[tokio::test]
async fn a_missing_database_is_noticed_last() {
    let emulator = emulator_with(|_| {});
    let execution = run(&emulator, "CREATE TABLE awsdatacatalog.missing.x AS SELECT 1 AS a").await;
    assert!(
        reason(&execution).starts_with("Database missing not found. Please check your query. You may need"),
        "{}",
        reason(&execution)
    );
    assert_eq!(execution["Status"]["AthenaError"]["ErrorType"], 1301);
    let id = execution["QueryExecutionId"].as_str().expect("an id");
    let below = |suffix: &str| emulator.objects("out", &format!("r/tables/{id}{suffix}")).len();
    assert_eq!((below(".metadata"), below("-manifest.csv"), below("/")), (1, 1, 1));
    let wrong = run(&emulator, "CREATE TABLE awsdatacatalog.missing.x AS SELECT nothing AS a").await;
    assert!(reason(&wrong).starts_with("COLUMN_NOT_FOUND"), "a wrong query wins");
}

/// Nothing of a running statement is seen; of one that was stopped perhaps files, never a table.
#[tokio::test]
async fn rows_appear_at_the_end() {
    let latency = Latency { query: 40.0, ..Latency::default() };
    let emulator = emulator_with(|options| {
        options.latency = latency;
        options.second = Duration::from_millis(5);
    });
    let sql = "CREATE TABLE x WITH (external_location = 's3://out/x/') AS SELECT 1 AS a";
    let first = start(&emulator, sql).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!((emulator.objects("out", "").len(), emulator.tables("default").len(), emulator.running()), (0, 0, 1));
    ended(&emulator, &first).await;
    assert_eq!(emulator.tables("default"), ["x"]);
    let second = start(&emulator, &sql.replace('x', "z")).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    ok(&emulator, "StopQueryExecution", json!({ "QueryExecutionId": second })).await;
    assert_eq!(ended(&emulator, &second).await["Status"]["State"], "CANCELLED");
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!((emulator.tables("default"), emulator.running()), (vec!["x".to_owned()], 0));
    assert!(emulator.objects("out", &format!("r/tables/{second}")).is_empty());
    assert!(emulator.now() > 40.0);
}

/// Keys of a workgroup, with and without settings.
#[tokio::test]
async fn workgroups_have_their_keys() {
    let mut full = Workgroup::with_output("full", "s3://out/full/");
    full.description = "all settings".to_owned();
    full.cutoff = Some(10_000_000);
    full.enabled = false;
    let emulator = emulator_with(|options| options.workgroups.extend([full, Workgroup::managed("kept")]));
    let get = |name: &str| ok(&emulator, "GetWorkGroup", json!({ "WorkGroup": name }));
    let primary = get("primary").await["WorkGroup"].clone();
    let keys: Vec<&String> = primary.as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["Configuration", "CreationTime", "Name", "State"]);
    assert_eq!(primary["Configuration"]["ResultConfiguration"], json!({}));
    assert_eq!(primary["Configuration"]["EnforceWorkGroupConfiguration"], json!(false));
    assert_eq!(primary["Configuration"]["EngineVersion"]["EffectiveEngineVersion"], "Athena engine version 3");
    assert!(primary["Configuration"].get("BytesScannedCutoffPerQuery").is_none());
    let full = get("full").await["WorkGroup"].clone();
    assert_eq!((&full["State"], &full["Description"]), (&json!("DISABLED"), &json!("all settings")));
    assert_eq!(full["Configuration"]["ResultConfiguration"]["OutputLocation"], "s3://out/full/");
    assert_eq!(full["Configuration"]["BytesScannedCutoffPerQuery"], 10_000_000);
    assert_eq!(
        get("kept").await["WorkGroup"]["Configuration"]["ManagedQueryResultsConfiguration"]["Enabled"],
        json!(true)
    );
    let all = ok(&emulator, "ListWorkGroups", json!({})).await;
    let names: Vec<&Value> = all["WorkGroups"].as_array().expect("a list").iter().map(|entry| &entry["Name"]).collect();
    assert_eq!(names, ["full", "kept", "primary"]);
    assert_eq!(all["WorkGroups"][2]["Description"], "");
    let error = super::client::error(&emulator, "ListWorkGroups", json!({ "NextToken": "x" })).await;
    assert_eq!(error["Message"], "The nextPageToken is malformed: x");
    assert_eq!(
        super::client::error(&emulator, "GetWorkGroup", json!({ "WorkGroup": "x" })).await["Message"],
        "WorkGroup is not found."
    );
}

/// A workgroup that enforces its place takes no external_location, and lets UNLOAD write where it says.
#[tokio::test]
async fn an_enforcing_workgroup_decides_places() {
    let workgroup = Workgroup::enforcing("primary", "s3://out/wg/");
    let emulator = emulator_with(|options| options.workgroups = vec![workgroup]);
    let refused = run(&emulator, "CREATE TABLE x WITH (external_location = 's3://out/x/') AS SELECT 1 AS a").await;
    assert!(
        reason(&refused).contains("'external_location' property to an Athena Workgroup that enforces"),
        "{}",
        reason(&refused)
    );
    let made = succeed(&emulator, "CREATE TABLE x WITH (format = 'PARQUET') AS SELECT 1 AS a").await;
    assert_eq!(emulator.objects("out", &format!("wg/tables/{made}/")).len(), 1);
    assert_eq!(rows(&emulator, "SELECT * FROM x").await, ["a", "1"]);
    let unloaded = succeed(&emulator, "UNLOAD (SELECT 1 AS a) TO 's3://out/u/' WITH (format = 'PARQUET')").await;
    assert_eq!(emulator.objects("out", "u/").len(), 1);
    assert_eq!(emulator.objects("out", &format!("wg/{unloaded}")).len(), 2, "manifest and metadata");
}

/// Where Athena keeps the results there are rows to page and no files.
#[tokio::test]
async fn managed_results_lie_in_no_bucket() {
    let emulator = emulator_with(|options| options.workgroups = vec![Workgroup::managed("primary")]);
    let mut body = starting("SELECT 1 AS a", "managed");
    body.as_object_mut().expect("an object").remove("ResultConfiguration");
    let id = ok(&emulator, "StartQueryExecution", body).await["QueryExecutionId"].clone();
    let execution = ended(&emulator, id.as_str().expect("an id")).await;
    assert_eq!(execution["ResultConfiguration"], json!({}));
    assert_eq!(execution["ManagedQueryResultsConfiguration"]["Enabled"], json!(true));
    let answer = ok(&emulator, "GetQueryResults", json!({ "QueryExecutionId": id })).await;
    assert_eq!(super::client::texts(&answer), ["a", "1"]);
    assert!(emulator.objects("out", "").is_empty());
}

/// Bytes over the workgroup's limit stop the statement, and are billed.
#[tokio::test]
async fn the_cutoff_stops_statements() {
    let emulator = emulator_with(|options| options.workgroups[0].cutoff = Some(100));
    succeed(&emulator, "CREATE TABLE x AS SELECT n FROM UNNEST(sequence(1, 1000)) AS t(n)").await;
    let execution = run(&emulator, "SELECT sum(n) FROM x").await;
    assert_eq!(
        (&execution["Status"]["State"], reason(&execution)),
        (&json!("CANCELLED"), "Bytes scanned limit was exceeded")
    );
    assert!(execution["Statistics"]["DataScannedInBytes"].as_u64().expect("a number") > 100);
}

/// Objects in an archive storage class are listed, and skipped without a word.
#[tokio::test]
async fn archived_objects_are_skipped() {
    let emulator = emulator_with(|_| {});
    let folder = emulator.bucket("logs").join("day");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("a"), "1\n").expect("a file");
    std::fs::write(folder.join("b"), "2\n").expect("a file");
    succeed(&emulator, "CREATE EXTERNAL TABLE logs (n int) LOCATION 's3://logs/day/'").await;
    assert_eq!(rows(&emulator, "SELECT n FROM logs ORDER BY n").await, ["n", "1", "2"]);
    emulator.archive("s3://logs/day/b");
    let execution = run(&emulator, "SELECT n FROM logs ORDER BY n").await;
    assert_eq!(
        (&execution["Status"]["State"], &execution["Statistics"]["DataScannedInBytes"]),
        (&json!("SUCCEEDED"), &json!(2))
    );
    assert_eq!(rows(&emulator, "SELECT n FROM logs ORDER BY n").await, ["n", "1"]);
    assert_eq!(emulator.objects("logs", ""), ["day/a", "day/b"]);
}

/// A table made with partitions has them registered, each in its folder.
#[tokio::test]
async fn made_partitions_are_registered() {
    let emulator = emulator_with(|_| {});
    let sql = "CREATE TABLE x WITH (partitioned_by = ARRAY['k'], external_location = 's3://out/x/') \
               AS SELECT a, k FROM (VALUES (1, 'u/v'), (2, 'w'), (3, 'w')) AS t(a, k)";
    succeed(&emulator, sql).await;
    assert_eq!(rows(&emulator, "SHOW PARTITIONS x").await, ["k=u%2Fv", "k=w"]);
    assert_eq!(rows(&emulator, "SELECT a, k FROM x ORDER BY a").await, ["a|k", "1|u/v", "2|w", "3|w"]);
    assert_eq!(rows(&emulator, "SELECT a FROM x WHERE k = 'w' ORDER BY a").await, ["a", "2", "3"]);
    let keys = emulator.objects("out", "x/");
    assert!(keys[0].starts_with("x/k=u%2Fv/") && keys[1].starts_with("x/k=w/") && keys.len() == 2, "{keys:?}");
    let written = emulator.written();
    assert!(keys.iter().all(|key| written.contains(&format!("s3://out/{key}"))));
}
