//! Files of the run's own, and the listing that plans are made with.

use std::collections::BTreeSet;
use std::sync::Arc;

use athplan::bind::spec::BoundStatementKind;
use athplan::bind::{BindOptions, NoTables};
use athplan::catalog::{Inventory, Table};
use athplan::constant::{Value, Zone};
use athplan::engine::{Engine, ErrorClass};
use athplan::source::Source;
use athplan::types::Dialect;

use super::bench::{Bench, OUTPUT};
use crate::emulator::{CallFault, Chance, FaultPlan};

const NOW: i128 = 1_714_953_600 * 1_000_000_000_000;

fn table(ddl: &str) -> Arc<Table> {
    let arguments = Default::default();
    let now = Value::TimestampWithTimeZone(NOW, Zone::Offset(0));
    let options = BindOptions { dialect: Dialect::default(), now, arguments: &arguments, catalog: &NoTables };
    let bound = athplan::front(&Arc::new(Source::new("table", ddl)), &options).expect("well formed");
    match bound.statements.into_iter().next().map(|statement| statement.kind) {
        Some(BoundStatementKind::DeclareTable(table)) => table,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn files_are_put_listed_and_removed_under_the_output_alone() {
    let bench = Bench::new().await;
    let engine = &bench.engine;
    engine.put("s3://out/run/files/r1/t/rows.json", b"{}\n".to_vec()).await.expect("the output");
    engine.put("s3://out/run/files/r1/t/rows.json", b"{\"n\": 1}\n".to_vec()).await.expect("it is replaced");
    engine.put("s3://out/run/files/r10/_é &+.json", b"x".to_vec()).await.expect("any name");
    let listed = engine.list("s3://out/run/files").await.expect("the output");
    let listed: Vec<(&str, u64)> = listed.iter().map(|file| (file.location.as_str(), file.bytes)).collect();
    let expected = [("s3://out/run/files/r1/t/rows.json", 9), ("s3://out/run/files/r10/_é &+.json", 1)];
    assert_eq!(listed, expected);
    bench.emulator.bucket("archive");
    for location in ["s3://archive/a/", OUTPUT, "s3://out/", "s3://out/run2/x/", "s3://out/run/../x/", "/tmp/x"] {
        assert!(engine.remove(location).await.is_err(), "{location}");
    }
    // A prefix ends where a folder does.
    assert_eq!(engine.remove("s3://out/run/files/r1").await, Ok(1));
    assert_eq!(engine.remove("s3://out/run/files/r1").await, Ok(0));
    assert_eq!(engine.list("s3://out/run/").await.expect("the output").len(), 1);
    let missing = engine.put("s3://nowhere/x", Vec::new()).await.expect_err("no such bucket");
    assert_eq!(missing.class, ErrorClass::Configuration, "{}", missing.message);
}

#[tokio::test]
async fn what_s3_loses_is_sent_again_and_what_it_denies_names_the_permission() {
    let bench = Bench::new().await;
    let put = || bench.engine.put("s3://out/run/x", b"x".to_vec());
    for fault in [CallFault::Throttled, CallFault::Server(500), CallFault::Reset, CallFault::Lost] {
        bench.emulator.follow(FaultPlan::new(1).on_call("PutObject", Chance::First(2), fault));
        put().await.expect("the third is answered");
    }
    bench.emulator.follow(FaultPlan::new(1).on_call("PutObject", Chance::Always, CallFault::Denied));
    let error = put().await.expect_err("denied");
    assert_eq!(error.class, ErrorClass::Permission);
    let help = error.help.expect("a way out");
    assert!(help.starts_with("ask for the permission s3:PutObject on arn:aws:s3:::out/run/x; `athplan explain --iam"));
    bench.emulator.follow(FaultPlan::new(1).on_call("PutObject", Chance::Always, CallFault::Expired));
    assert_eq!(put().await.expect_err("expired").class, ErrorClass::Credentials);
}

const PROJECTED: &str = "CREATE EXTERNAL TABLE t (line string)
PARTITIONED BY (region string, day string) LOCATION 's3://logs/AWSLogs/'
TBLPROPERTIES ('projection.enabled' = 'true', 'projection.region.type' = 'enum', 'projection.region.values' = 'eu-west-1,us-east-1',
  'projection.day.type' = 'date', 'projection.day.range' = '2024/01/01,2024/12/31', 'projection.day.format' = 'yyyy/MM/dd',
  'storage.location.template' = 's3://logs/AWSLogs/${region}/${day}/')";

/// Three Regions, one of which the projection does not name, and thirty days with three files each.
fn archive(bench: &Bench) {
    let folder = bench.emulator.bucket("logs");
    for region in ["eu-west-1", "sa-east-1", "us-east-1"] {
        for day in 1..=30 {
            let place = folder.join(format!("AWSLogs/{region}/2024/04/{day:02}"));
            std::fs::create_dir_all(&place).expect("the folder is ours");
            for name in ["a.json", "b.json", "_hidden"] {
                std::fs::write(place.join(name), "x".repeat(day)).expect("the folder is ours");
            }
        }
    }
    bench.emulator.archive("s3://logs/AWSLogs/us-east-1/2024/04/11/b.json");
}

#[tokio::test]
async fn only_wanted_partitions_are_listed_and_none_is_overlooked() {
    let bench = Bench::new().await;
    archive(&bench);
    let table = table(PROJECTED);
    let all = bench.engine.listing(&table, None).await.expect("a listing");
    assert_eq!((all.files.len(), all.has_others), (3 * 30 * 3, false));
    let days = ["2024/04/10", "2024/04/11", "2024/05/30"];
    let wanted: BTreeSet<Vec<String>> = ["eu-west-1", "us-east-1"]
        .iter()
        .flat_map(|region| days.iter().map(|day| vec![(*region).to_owned(), (*day).to_owned()]))
        .collect();
    let before = bench.emulator.count("s3:ListBucket");
    let some = bench.engine.listing(&table, Some(&wanted)).await.expect("a listing");
    assert!(bench.emulator.count("s3:ListBucket") - before < 20);
    assert_eq!((some.files.len(), some.has_others), (3 * 2 * 3, false));
    let inventory = Inventory::from_listing(&table, some.files, NOW);
    let listed = inventory.table("t").expect("it was listed");
    let size = |region: &str, day: &str| listed.partition(&[region.to_owned(), day.to_owned()]);
    assert_eq!(size("eu-west-1", "2024/04/10").map(|size| (size.files, size.bytes)), Some((2, 20)));
    assert_eq!(size("us-east-1", "2024/04/11").map(|size| (size.files, size.bytes)), Some((1, 11)));
    assert_eq!((listed.archived.files, listed.archived.bytes), (1, 11));
    let uncovered: Vec<&str> = listed.uncovered.iter().map(|found| found.value.as_str()).collect();
    assert_eq!(uncovered, ["sa-east-1"]);
}

#[tokio::test]
async fn a_window_without_files_is_no_table_without_files() {
    let bench = Bench::new().await;
    archive(&bench);
    let wanted = BTreeSet::from([vec!["us-east-1".to_owned(), "2024/11/01".to_owned()]]);
    let listing = bench.engine.listing(&table(PROJECTED), Some(&wanted)).await.expect("a listing");
    assert_eq!((listing.files.len(), listing.has_others), (0, true));
    let elsewhere = table(&PROJECTED.replace("AWSLogs", "Elsewhere"));
    let listing = bench.engine.listing(&elsewhere, Some(&wanted)).await.expect("a listing");
    assert_eq!((listing.files.len(), listing.has_others), (0, false));
}

/// A thousand keys a page: the folders between two that are wanted are passed over.
#[tokio::test]
async fn long_folders_are_listed_whole_and_those_between_passed_over() {
    let bench = Bench::new().await;
    let folder = bench.emulator.bucket("logs");
    for day in ["01", "02", "03"] {
        let place = folder.join(format!("AWSLogs/us-east-1/2024/04/{day}"));
        std::fs::create_dir_all(&place).expect("the folder is ours");
        for file in 0..2100 {
            std::fs::write(place.join(format!("{file:05}")), "x").expect("the folder is ours");
        }
    }
    let key = |day: &str| vec!["us-east-1".to_owned(), format!("2024/04/{day}")];
    let wanted = BTreeSet::from([key("01"), key("03")]);
    let before = bench.emulator.count("s3:ListBucket");
    let listing = bench.engine.listing(&table(PROJECTED), Some(&wanted)).await.expect("a listing");
    assert_eq!(listing.files.len(), 4200);
    assert!(bench.emulator.count("s3:ListBucket") - before <= 8);
    assert!(listing.files.iter().all(|file| !file.path.contains("/02/")));
}
