//! The main job over archives of an attack: all keys that AssumeRole handed out, and FOREACH key what it did in the
//! twelve hours after, in every region. `CHAINS.json` beside each archive counts the uses independently.
//!
//! The archives are not part of the project; without them these tests say so and pass.
#![cfg(feature = "local")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use athplan::error::exit;
use serde_json::Value;

use crate::program::{Program, copy_folder, shared_data};

/// Where the account's folders lie below an archive.
const REGIONS: &str = "AWSLogs/123837392027/CloudTrail";

/// Folders of other days and regions, none of which the spec asks for: the days beside the window, another year's
/// same day, and the day between in regions that the archive does not have.
const DECOYS: &[&str] = &[
    "us-east-1/2023/07/09",
    "us-east-1/2023/07/13",
    "us-east-1/2022/07/10",
    "eu-west-1/2023/07/09",
    "ap-southeast-2/2023/07/13",
    "sa-east-1/2023/07/09",
    "af-south-1/2023/06/10",
];

/// The investigation. `first` is the first day on which keys may have been handed out.
pub fn spec(first: &str) -> String {
    format!(
        "CREATE EXTERNAL TABLE cloudtrail USING cloudtrail
  LOCATION 's3://trail/{REGIONS}/'
  TBLPROPERTIES ('projection.day.range' = '2022/01/01,2023/12/31');

CREATE TEMPORARY TABLE role_keys AS
SELECT eventtime AS issued, json_extract_scalar(responseelements, '$.credentials.accessKeyId') AS accesskeyid
FROM cloudtrail
WHERE eventname = 'AssumeRole' AND json_extract_scalar(responseelements, '$.credentials.accessKeyId') IS NOT NULL
  AND eventtime BETWEEN '{first}T00:00:00Z' AND '2023-07-11T23:59:59Z';

CREATE TEMPORARY TABLE uses AS
FOREACH k IN (SELECT * FROM role_keys)
  SELECT k.accesskeyid, c.eventid, c.region, c.day
  FROM cloudtrail c
  WHERE c.useridentity.accesskeyid = k.accesskeyid
    AND from_iso8601_timestamp(c.eventtime) BETWEEN from_iso8601_timestamp(k.issued)
                                                AND from_iso8601_timestamp(k.issued) + INTERVAL '12' HOUR;

SELECT k.accesskeyid, u.region, u.day, count(u.eventid) AS uses
FROM role_keys k LEFT JOIN uses u ON u.accesskeyid = k.accesskeyid
GROUP BY k.accesskeyid, u.region, u.day;"
    )
}

/// A copy of an archive with an unreadable file in each decoy folder, or the archive where it lies.
struct Archive {
    program: Program,
    directory: PathBuf,
    chains: Value,
}

impl Archive {
    fn in_place(name: &str) -> Option<Self> {
        let directory = shared_data(&format!("cloudtrail/{name}"))?;
        let text = fs::read_to_string(directory.join("CHAINS.json")).expect("the counts lie beside the archive");
        let chains = serde_json::from_str(&text).expect("the counts are JSON");
        let program = Program::new();
        program.file("spec.sql", spec("2023-07-10"));
        Some(Self { program, directory, chains })
    }

    fn with_decoys(name: &str) -> Option<Self> {
        let mut archive = Self::in_place(name)?;
        let copy = archive.program.folder().join("archive");
        copy_folder(&archive.directory.join("AWSLogs"), &copy.join("AWSLogs"));
        for decoy in DECOYS {
            archive.program.file(&format!("archive/{REGIONS}/{decoy}/decoy.json.gz"), "this is no gzip");
        }
        archive.directory = copy;
        Some(archive)
    }

    /// Runs the spec with further arguments; the exit code and standard error, the uses by key and folder, and the
    /// coverage.
    fn run(&self, arguments: &[&str]) -> (u8, String, Uses, Value) {
        let map = format!("s3://trail={}", self.directory.display());
        let fixed = "run spec.sql --now 2024-01-01 --format json --quiet --coverage coverage.json --map";
        let mut all: Vec<&str> = fixed.split(' ').collect();
        all.push(&map);
        all.extend(arguments);
        let coverage = self.program.folder().join("coverage.json");
        let _ = fs::remove_file(&coverage);
        let ended = self.program.call(&all);
        let text = String::from_utf8(ended.stdout).expect("results are text");
        let rows = text.lines().map(|line| serde_json::from_str(line).expect("each line is an object")).collect();
        let coverage =
            fs::read_to_string(coverage).map_or(Value::Null, |text| serde_json::from_str(&text).expect("JSON"));
        (ended.code, ended.stderr, uses(rows), coverage)
    }

    /// What `CHAINS.json` counts; keys that nobody used have no folders.
    fn counted(&self) -> Uses {
        let chains = self.chains["chains"].as_array().expect("a list of chains");
        let keys = chains.iter().map(|chain| {
            let folders = chain["use_folders"].as_object().expect("counts by folder");
            let folders: BTreeMap<String, u64> = folders
                .iter()
                .map(|(folder, count)| {
                    let (_, region_and_day) = folder.split_once('/').expect("account/region/day");
                    (region_and_day.replace('-', "/"), count.as_u64().expect("a count"))
                })
                .collect();
            assert_eq!(chain["uses"].as_u64(), Some(folders.values().sum()), "{chain}");
            (text(&chain["accessKeyId"]), folders)
        });
        keys.collect()
    }

    /// Holds a run to the counts: the keys that were used, as often and in the folders that are counted, and the keys
    /// that were handed out and not used.
    fn holds(&self, found: &Uses) {
        let used: Uses =
            found.iter().filter(|(_, folders)| !folders.is_empty()).map(|(k, f)| (k.clone(), f.clone())).collect();
        assert_eq!(used, self.counted());
        assert_eq!(found.len(), 36, "AssumeRole events with credentials");
    }
}

/// Per key: how often it was used, by `region/yyyy/MM/dd`.
type Uses = BTreeMap<String, BTreeMap<String, u64>>;

fn uses(rows: Vec<Value>) -> Uses {
    let mut uses = Uses::new();
    for row in rows {
        let folders = uses.entry(text(&row["accesskeyid"])).or_default();
        if !row["region"].is_null() {
            let folder = format!("{}/{}", text(&row["region"]), text(&row["day"])).replace('-', "/");
            let before = folders.insert(folder, row["uses"].as_u64().expect("a count"));
            assert_eq!(before, None, "rows are grouped");
        }
    }
    uses
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// The sum of a count over all scans of the trail in a step.
fn total(coverage: &Value, step: &str, what: &str) -> u64 {
    let scans = coverage["scans"].as_array().expect("a list of scans").iter();
    scans
        .filter(|scan| scan["step"] == step && scan["table"] == "cloudtrail")
        .map(|scan| scan[what].as_u64().expect("a count"))
        .sum()
}

fn files(root: &Path) -> usize {
    let entries = fs::read_dir(root).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.map(|path| if path.is_dir() { files(&path) } else { 1 }).sum()
}

#[test]
fn each_key_is_found_with_its_uses() {
    for name in ["invictus", "invictus-shifted"] {
        let Some(archive) = Archive::in_place(name) else { return };
        let (code, stderr, found, coverage) = archive.run(&[]);
        assert_eq!(code, exit::OK, "{stderr}");
        archive.holds(&found);
        // Every file of the archive lies in the window, and each is read once in each step.
        let all = files(&archive.directory.join(REGIONS)) as u64;
        assert_eq!((total(&coverage, "role_keys", "files"), total(&coverage, "uses", "files")), (all, all));
    }
}

#[test]
fn row_by_row_gives_the_same() {
    let Some(archive) = Archive::in_place("invictus") else { return };
    let (code, stderr, found, _) = archive.run(&["--no-merge"]);
    assert_eq!(code, exit::OK, "{stderr}");
    archive.holds(&found);
}

#[test]
fn row_by_row_gives_the_same_across_midnight_and_regions() {
    let Some(archive) = Archive::in_place("invictus-shifted") else { return };
    let (code, stderr, found, _) = archive.run(&["--no-merge"]);
    assert_eq!(code, exit::OK, "{stderr}");
    archive.holds(&found);
}

#[test]
fn decoys_are_never_opened() {
    for name in ["invictus", "invictus-shifted"] {
        let Some(archive) = Archive::with_decoys(name) else { return };
        let (code, stderr, found, coverage) = archive.run(&[]);
        assert_eq!(code, exit::OK, "{stderr}");
        archive.holds(&found);
        let all = files(&archive.directory.join(REGIONS)) - DECOYS.len();
        for step in ["role_keys", "uses"] {
            assert_eq!(total(&coverage, step, "files"), all as u64, "{step}");
        }
    }
}

#[test]
fn a_decoy_is_opened_when_the_spec_asks_for_its_day() {
    let Some(archive) = Archive::with_decoys("invictus-shifted") else { return };
    archive.program.file("spec.sql", spec("2023-07-09"));
    let (code, stderr, ..) = archive.run(&[]);
    assert_eq!(code, exit::FAILED);
    let asked: BTreeSet<String> = DECOYS
        .iter()
        .filter(|decoy| decoy.ends_with("2023/07/09"))
        .map(|decoy| format!("{decoy}/decoy.json.gz"))
        .collect();
    // The message is wrapped to the width of a terminal.
    let message: String = stderr.chars().filter(|character| !character.is_whitespace() && *character != '│').collect();
    assert!(asked.iter().any(|decoy| message.contains(decoy.as_str())), "{stderr}");

    let (code, stderr, found, coverage) = archive.run(&["--skip-bad-files"]);
    assert_eq!(code, exit::INCOMPLETE, "{stderr}");
    archive.holds(&found);
    assert_eq!(coverage["complete"], false);
    let scans = coverage["scans"].as_array().expect("a list of scans").iter();
    let skipped: BTreeSet<String> = scans
        .flat_map(|scan| scan["unreadable"].as_array().expect("a list of files"))
        .map(|entry| text(&entry[0]).rsplit_once("CloudTrail/").expect("a path of the archive").1.to_owned())
        .collect();
    assert_eq!(skipped, asked);
}
