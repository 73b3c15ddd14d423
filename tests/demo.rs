//! The archive that `athplan demo` writes: reproducible, laid out as S3 holds one, and with the
//! story in it that the examples tell.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use athplan::demo;
use serde_json::Value;

const TRAIL: &str = "AWSLogs/111111111111/CloudTrail";

/// Every file below a folder, by its path from there.
fn files(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).expect("below the root").to_path_buf();
                found.insert(name, fs::read(path).expect("a file"));
            }
        }
    }
    found
}

/// A record, and the region and day of the folder it lies in.
struct Found {
    region: String,
    day: String,
    record: Value,
}

impl Found {
    fn text(&self, pointer: &str) -> Option<&str> {
        self.record.pointer(pointer).and_then(Value::as_str)
    }

    fn time(&self) -> i64 {
        let time = self.text("/eventTime").expect("every record has a time");
        time.parse::<jiff::Timestamp>().expect("ISO 8601").as_second()
    }
}

/// The default archive, written once for all tests.
fn default_archive() -> &'static BTreeMap<PathBuf, Vec<u8>> {
    static ARCHIVE: OnceLock<BTreeMap<PathBuf, Vec<u8>>> = OnceLock::new();
    ARCHIVE.get_or_init(|| archive(3000, 1))
}

fn text(bytes: &[u8]) -> String {
    let mut text = String::new();
    flate2::read::GzDecoder::new(bytes).read_to_string(&mut text).expect("gzip of text");
    text
}

fn records(files: &BTreeMap<PathBuf, Vec<u8>>) -> Vec<Found> {
    let mut found = Vec::new();
    for (path, bytes) in files.iter().filter(|(path, _)| path.starts_with(TRAIL)) {
        let parts: Vec<&str> = path.to_str().expect("plain names").split('/').collect();
        let [logs, account, trail, region, year, month, day, name] = parts[..] else { panic!("{path:?}") };
        assert_eq!([logs, account, trail].join("/"), TRAIL);
        let start = format!("111111111111_CloudTrail_{region}_{year}{month}{day}T");
        assert!(name.starts_with(&start) && name.ends_with(".json.gz"), "{name}");
        assert_eq!(name.len(), start.len() + "0000Z_".len() + 16 + ".json.gz".len());
        let document: Value = serde_json::from_str(&text(bytes)).expect("JSON");
        for record in document["Records"].as_array().expect("Records") {
            found.push(Found { region: region.into(), day: format!("{year}-{month}-{day}"), record: record.clone() });
        }
    }
    found
}

fn archive(events: u64, seed: u64) -> BTreeMap<PathBuf, Vec<u8>> {
    let folder = tempfile::tempdir().expect("a folder");
    let summary = demo::write(folder.path(), events, seed).expect("written");
    let files = files(folder.path());
    assert_eq!(summary.files + summary.flow_files, files.len() as u64);
    let trail = files.iter().filter(|(path, _)| path.starts_with(TRAIL));
    assert_eq!(summary.stored_bytes, trail.map(|(_, bytes)| bytes.len() as u64).sum::<u64>());
    files
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let first = archive(600, 7);
    assert_eq!(first, archive(600, 7));
    assert_ne!(first, archive(600, 8));
    assert_eq!(records(&first).len(), 600);
}

#[test]
fn an_archive_is_never_written_over() {
    let folder = tempfile::tempdir().expect("a folder");
    demo::write(folder.path(), 0, 1).expect("written");
    let error = demo::write(folder.path(), 0, 1).expect_err("there is one already");
    assert_eq!(error.kind(), std::io::ErrorKind::AlreadyExists);
}

#[test]
fn the_examples_archive_is_the_one_that_the_generator_writes() {
    let committed = files(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/archive")));
    let written = default_archive();
    let names: (Vec<_>, Vec<_>) = (committed.keys().collect(), written.keys().collect());
    assert_eq!(names.0, names.1, "write it anew with `athplan demo`");
    // Compressors may change with their releases; what they pack may not.
    let texts = |files: &BTreeMap<_, Vec<u8>>| files.values().map(|bytes| text(bytes)).collect::<Vec<_>>();
    assert!(texts(&committed) == texts(written), "write it anew with `athplan demo`");
}

#[test]
fn folders_are_of_the_delivery_never_before_the_event() {
    let found = records(default_archive());
    let days = found.iter().map(|found| (found.text("/eventTime").expect("a time")[..10].to_owned(), &found.day));
    let (mut same, mut later) = (0, 0);
    for (event, folder) in days {
        assert!(event <= *folder, "{event} in {folder}");
        if event == *folder { same += 1 } else { later += 1 }
    }
    assert!(later > 5 && later * 20 < same, "{later} of {same} records lie in a later day's folder");
    let elsewhere = found.iter().filter(|found| found.text("/awsRegion") != Some(&found.region)).count();
    assert!(elsewhere > 5 && elsewhere * 20 < found.len(), "{elsewhere} records lie in another region's folder");
}

/// The first example's answer, counted here by nested loops over all records: the calls with each
/// of Bob's devops keys within twelve hours, a key once for every record that issued it.
#[test]
fn the_story_is_in_the_archive() {
    let found = records(default_archive());
    let bob = Some("arn:aws:iam::111111111111:user/bob");
    let issued: Vec<&Found> = found
        .iter()
        .filter(|found| found.text("/eventName") == Some("AssumeRole") && found.text("/userIdentity/arn") == bob)
        .filter(|found| {
            ("2019-03-01T00:00:00Z"..="2019-05-31T23:59:59Z").contains(&found.text("/eventTime").expect("a time"))
        })
        .filter(|found| found.text("/requestParameters/roleArn").is_some_and(|role| role.ends_with(":role/devops")))
        .collect();
    let mut calls: BTreeMap<&str, usize> = BTreeMap::new();
    let mut regions = BTreeSet::new();
    let (mut next_day, mut too_late, mut unused) = (0, 0, 0);
    for key in &issued {
        let Some(id) = key.text("/responseElements/credentials/accessKeyId") else { continue };
        let uses = found.iter().filter(|found| found.text("/userIdentity/accessKeyId") == Some(id));
        let (within, after): (Vec<_>, Vec<_>) = uses.partition(|found| found.time() - key.time() <= 12 * 3600);
        too_late += after.len();
        unused += usize::from(within.is_empty());
        for found in within {
            *calls.entry(found.text("/eventName").expect("a name")).or_default() += 1;
            regions.insert(found.region.as_str());
            next_day += usize::from(
                found.text("/eventTime").expect("a time")[..10] != key.text("/eventTime").expect("a time")[..10],
            );
        }
    }
    assert_eq!(issued.len(), 13, "with one that was delivered twice and one that gave no key");
    assert_eq!((too_late, unused), (2, 1));
    assert!(next_day >= 8, "{next_day} calls after midnight");
    assert_eq!(
        regions.into_iter().collect::<Vec<_>>(),
        ["ap-southeast-1", "eu-central-1", "eu-west-1", "sa-east-1", "us-east-1", "us-west-2"]
    );
    insta::assert_debug_snapshot!(calls);
}
