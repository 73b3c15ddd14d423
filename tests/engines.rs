//! The embedded engine as the run sees it: files in, rows out.
#![cfg(feature = "local")]

use std::path::Path;
use std::sync::Arc;

use athplan::catalog::{Column, Format, Layout, Origin, Storage, Table};
use athplan::engine::local::scan::{ScanContext, TableScan};
use athplan::engine::local::store::{Mapping, Store};
use athplan::types::Type;
use datafusion::prelude::*;

fn table(columns: &[(&str, Type)]) -> Table {
    Table {
        name: "t".into(),
        columns: columns.iter().map(|(n, t)| Column { name: (*n).into(), ty: t.clone(), comment: None }).collect(),
        partition_keys: vec![],
        storage: Storage {
            location: "s3://b/AWSLogs/".into(),
            format: Format::CloudTrail,
            serde: None,
            classes: None,
            serde_properties: Default::default(),
        },
        layout: Layout::Flat,
        time: None,
        origin: Origin::Declared,
        properties: vec![],
        comment: None,
    }
}

#[tokio::test]
async fn the_real_archive_is_read_whole() {
    let archive = Path::new("/work/shared/data/cloudtrail/invictus");
    if !archive.exists() {
        println!("skipped: {} is not there", archive.display());
        return;
    }
    let store = Store::new(&[Mapping { location: "s3://b".into(), directory: archive.into() }]).expect("mapped");
    let identity = Type::row([
        ("type", Type::VARCHAR),
        ("accesskeyid", Type::VARCHAR),
        ("sessioncontext", Type::row([("sessionissuer", Type::row([("arn", Type::VARCHAR)]))])),
    ]);
    let table = table(&[
        ("eventname", Type::VARCHAR),
        ("useridentity", identity),
        ("requestparameters", Type::VARCHAR),
        ("resources", Type::array(Type::row([("arn", Type::VARCHAR)]))),
    ]);
    let context = Arc::new(ScanContext {
        store: Arc::new(store),
        skip_bad_files: false,
        threads: 2,
        now: 0,
        scans: Default::default(),
    });
    let scan = TableScan::new(Arc::new(table), context.clone()).expect("plain types");
    let session = SessionContext::new();
    let frame = session.read_table(Arc::new(scan)).expect("a table");
    let batches = frame.clone().collect().await.expect("readable");
    assert_eq!(batches.iter().map(|b| b.num_rows()).sum::<usize>(), 2900);
    frame.clone().limit(100, Some(5)).expect("limit").show().await.expect("show");
    println!("{:?}", context.scans.lock().expect("l")[0].report());
    assert_eq!(frame.count().await.expect("count"), 2900);
}
