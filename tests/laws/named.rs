//! Named cases: the counter-examples that shaped the design, each a file of `tests/cases` that tells its
//! archive, its spec and its rows. Merged and row by row must give these rows.
//!
//! Above the spec stand comments: what the case shows; then `-- records:` with a line a record
//! (`time region name who code delivered`; `-` is NULL, and what is missing at the end is NULL or the
//! event's time; the time `broken` makes a file that cannot be read), `-- file NAME:` with a file's lines, `-- parameter NAME=VALUE`, `-- slack SECONDS`,
//! `-- rung NAME` for each FOREACH in order, and for each answer `-- rows:` with its rows, in any order.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde_json::{Map, Value};

use super::bench::{Bench, Options, bag, cases, runtime};
use super::calendar::{DAY, day_text, seconds};
use super::explained;
use super::recording::Recording;

/// A case as its file tells it.
#[derive(Debug, Default)]
pub struct Case {
    /// Its spec.
    pub spec: String,
    records: Vec<String>,
    files: Vec<(String, String)>,
    arguments: BTreeMap<String, String>,
    slack: Option<i64>,
    rungs: Vec<String>,
    answers: Vec<Vec<String>>,
}

/// What the indented comment lines belong to.
enum Part {
    Words,
    Records,
    File,
    Rows,
}

/// Reads a case from its file's text.
pub fn read(text: &str) -> Case {
    let mut case = Case { spec: text.to_owned(), ..Case::default() };
    let mut part = Part::Words;
    for line in text.lines().map_while(|line| line.strip_prefix("--")) {
        if let Some(item) = line.strip_prefix("   ") {
            match part {
                Part::Words => {}
                Part::Records => case.records.push(item.to_owned()),
                Part::File => {
                    let (_, text) = case.files.last_mut().expect("a file was named");
                    text.push_str(item);
                    text.push('\n');
                }
                Part::Rows => case.answers.last_mut().expect("an answer was named").push(item.to_owned()),
            }
            continue;
        }
        let line = line.trim();
        part = Part::Words;
        if line == "records:" {
            part = Part::Records;
        } else if line == "rows:" {
            part = Part::Rows;
            case.answers.push(Vec::new());
        } else if let Some(name) = line.strip_prefix("file ") {
            part = Part::File;
            case.files.push((name.trim_end_matches(':').to_owned(), String::new()));
        } else if let Some((name, value)) = line.strip_prefix("parameter ").and_then(|pair| pair.split_once('=')) {
            case.arguments.insert(name.to_owned(), value.to_owned());
        } else if let Some(slack) = line.strip_prefix("slack ") {
            case.slack = Some(slack.parse().expect("seconds"));
        } else if let Some(rung) = line.strip_prefix("rung ") {
            case.rungs.push(rung.to_owned());
        }
    }
    case
}

impl Case {
    /// Writes the records as CloudTrail files, each in the folder of its delivery.
    pub fn write(&self, bench: &Bench) {
        let mut folders: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for record in &self.records {
            let mut words = record.split_whitespace().map(|word| (word != "-").then_some(word));
            let mut word = || words.next().flatten();
            let (time, region) = (word(), word().expect("a region"));
            let names = ["eventName", "sourceIPAddress", "errorCode"];
            let mut object = Map::new();
            object.extend(time.map(|time| ("eventTime".to_owned(), Value::from(time))));
            for name in names {
                object.insert(name.to_owned(), word().map_or(Value::Null, Value::from));
            }
            let delivered = seconds(word().or(time).expect("a time of delivery")).expect("a canonical time");
            let folder = format!("AWSLogs/111111111111/CloudTrail/{region}/{}", day_text(delivered, '/'));
            if time == Some("broken") {
                let folder = bench.bucket().join(folder);
                fs::create_dir_all(&folder).expect("the folder can be made");
                fs::write(folder.join("broken.json.gz"), "no gzip").expect("the file can be written");
                continue;
            }
            folders.entry(folder).or_default().push(Value::Object(object).to_string());
        }
        for (folder, records) in folders {
            let folder = bench.bucket().join(folder);
            fs::create_dir_all(&folder).expect("the folder can be made");
            let text = format!("{{\"Records\":[{}]}}", records.join(","));
            fs::write(folder.join("events.json"), text).expect("the file can be written");
        }
        for (name, text) in &self.files {
            fs::write(bench.files().join(name), text).expect("the file can be written");
        }
    }

    /// What the case is compiled with, on the day after the last record.
    pub fn options(&self) -> Options {
        let mut options = Options::new(seconds("2024-03-20T00:00:00Z").expect("a time") + DAY);
        (options.arguments, options.slack) = (self.arguments.clone(), self.slack);
        options
    }

    /// Runs the case in one way.
    pub async fn hold(&self, bench: &Bench, options: &Options) -> Result<(), String> {
        let compiled = bench.compile(&self.spec, options).map_err(|failure| failure.to_string())?;
        let rungs: Vec<String> = compiled.plan.foreachs.values().map(|foreach| foreach.rung.to_string()).collect();
        if options.merge && !self.rungs.is_empty() && rungs != self.rungs {
            return Err(format!("the rungs are {rungs:?}"));
        }
        let engine = Recording::new(bench.engine(options));
        let outcome = bench.run(&compiled, &engine).await;
        let statements: String =
            engine.submitted().iter().map(|one| format!("-- {}\n{}\n", one.token, one.sql)).collect();
        let outcome = outcome.map_err(|failure| format!("{failure}\n{statements}"))?;
        explained::as_submitted(&compiled, &engine.submitted())?;
        for (at, expected) in self.answers.iter().enumerate() {
            let mut expected = expected.clone();
            expected.sort();
            let found = outcome.answers.get(at).map(|(_, rows)| bag(rows)).unwrap_or_default();
            if found != expected {
                let (found, expected) = (found.join("\n"), expected.join("\n"));
                return Err(format!("answer {}:\n{found}\nought to be:\n{expected}\n{statements}", at + 1));
            }
        }
        Ok(())
    }
}

#[test]
fn named_cases_give_their_rows_in_every_way() {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(cases()).expect("the cases").map(|entry| entry.expect("an entry").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "sql"));
    paths.sort();
    assert!(!paths.is_empty());
    let runtime = runtime();
    let mut errors = Vec::new();
    for path in paths {
        let case = read(&fs::read_to_string(&path).expect("a case"));
        assert!(!case.answers.is_empty(), "{} tells no rows", path.display());
        let bench = Bench::new();
        case.write(&bench);
        let merged = case.options();
        let mut spread = merged.clone();
        (spread.bytes_a_byte, spread.slots) = (1 << 30, 3);
        let ways = [("merged", merged.clone()), ("spread", spread), ("row by row", merged.row_by_row())];
        for (way, options) in ways {
            if let Err(error) = runtime.block_on(case.hold(&bench, &options)) {
                let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                errors.push(format!("{name}, {way}: {error}"));
            }
        }
    }
    assert!(errors.is_empty(), "{}", errors.join("\n\n"));
}
