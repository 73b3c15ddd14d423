//! Generated archives: a few records in a few regions and days, in every layout that a table can have,
//! with late deliveries, duplicates, NULLs, and decoys: files that cannot be read, in folders that no
//! query asks for, so that opening one fails the run.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::rc::Rc;

use serde_json::{Map, Value};

use super::calendar::{DAY, HOUR, date, day_text, days, iso};
use super::cell::{Cell, Row};
use super::choices::Choices;
use super::naive::{Relation, Tables};

/// Regions that records lie in, most of them in the first two. Nothing lies in the last.
pub const REGIONS: [&str; 4] = ["eu-west-1", "us-east-1", "us-west-2", "ap-south-1"];

/// Positions in `REGIONS`, those of the first two more often.
const PLACES: [usize; 5] = [0, 1, 0, 1, 2];

/// A region that queries leave out where it holds decoys.
pub const DECOY_REGION: &str = "sa-east-1";

/// The events' names.
pub const NAMES: [&str; 4] = ["Get", "Put", "List", "Assume"];

/// Who acts.
pub const ACTORS: [&str; 3] = ["ann", "bob", "cat"];

/// Days that have records, counted from the archive's first. Few records in few places meet often.
pub const SPAN: i64 = 3;

/// Columns of the log table that are stored in its files.
const COLUMNS: [&str; 4] = ["eventtime", "eventname", "sourceipaddress", "errorcode"];

/// How the log table's files lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// The CloudTrail preset.
    Trail,
    /// Line JSON below region and day, projected.
    Lines,
    /// Line JSON below region, year, month and day, projected.
    Split,
    /// Line JSON in Hive folders that are registered one by one.
    Registered,
    /// The same folders, of which none is registered: a listing finds them.
    Found,
}

impl Layout {
    /// Whether partitions are `key=value` folders, of which only those that are there count.
    pub fn is_hive(self) -> bool {
        matches!(self, Layout::Registered | Layout::Found)
    }
}

/// A record with the place of its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The folder's region.
    pub region: &'static str,
    /// Event time; a record without one lies in the folder of its delivery.
    pub time: Option<i64>,
    /// Delivery time: the folder's day.
    pub delivered: i64,
    /// The event's name.
    pub name: &'static str,
    /// Who acted.
    pub who: Option<&'static str>,
    /// An error.
    pub code: Option<&'static str>,
}

/// A row of the table `keys`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// A number, not unique.
    pub id: i64,
    /// When it begins.
    pub issued: Option<i64>,
    /// When it ends.
    pub until: Option<i64>,
    /// Whose it is.
    pub who: Option<&'static str>,
    /// Where.
    pub place: Option<&'static str>,
}

/// An archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archive {
    /// How files lie.
    pub layout: Layout,
    /// The first second of the first day.
    pub start: i64,
    /// The table's slack in seconds.
    pub slack: i64,
    /// Whether decoys lie before the first day.
    pub decoys_before: bool,
    /// Whether decoys lie behind the last day.
    pub decoys_after: bool,
    /// Whether decoys lie in the decoy region.
    pub decoy_region: bool,
    /// The records.
    pub records: Vec<Record>,
    /// The rows of `keys`.
    pub keys: Vec<Key>,
    /// The rows of `labels`: who, and a text.
    pub labels: Vec<(Option<&'static str>, &'static str)>,
}

impl Archive {
    /// An archive of some choices.
    pub fn generate(choices: &mut Choices<'_>) -> Archive {
        let layout = choices.one(&[Layout::Lines, Layout::Trail, Layout::Split, Layout::Registered, Layout::Found]);
        let (year, month, day) = choices.one(&[(2024, 3, 5), (2024, 2, 28), (2023, 12, 30)]);
        let start = days(year, month, day) * DAY;
        let slack = if layout == Layout::Trail { HOUR } else { choices.one(&[HOUR, 0, 5 * HOUR]) };
        let mut archive = Archive {
            layout,
            start,
            slack,
            decoys_before: choices.below(2) == 1,
            decoys_after: choices.below(2) == 1,
            decoy_region: choices.below(3) == 1,
            records: Vec::new(),
            keys: Vec::new(),
            labels: Vec::new(),
        };
        let records = if choices.once_in(12) { 0 } else { choices.range(3, 16) };
        for _ in 0..records {
            let record = archive.record(choices);
            if choices.once_in(6) {
                archive.records.push(record.clone());
            }
            archive.records.push(record);
        }
        let keys = if choices.once_in(12) { 0 } else { choices.range(1, 4) };
        for _ in 0..keys {
            let key = archive.key(choices);
            if choices.once_in(5) {
                archive.keys.push(key.clone());
            }
            archive.keys.push(key);
        }
        for _ in 0..choices.below(4) {
            let who = choices.one(&[Some("ann"), Some("bob"), None, Some("dan")]);
            archive.labels.push((who, choices.one(&["red", "blue"])));
        }
        archive
    }

    fn record(&self, choices: &mut Choices<'_>) -> Record {
        let time = self.moment(choices);
        // Deliveries just before and just after midnight are where mistakes live.
        let lag = choices.one(&[0, 1, self.slack / 2, self.slack]).min(self.slack);
        Record {
            region: REGIONS[choices.one(&PLACES)],
            time: (!choices.once_in(16)).then_some(time),
            delivered: time + lag,
            name: choices.one(&["Get", "Get", "Put", "List", "Assume"]),
            who: choices.one(&[Some("ann"), Some("bob"), Some("cat"), None]),
            code: choices.one(&[None, Some("denied"), None]),
        }
    }

    fn key(&self, choices: &mut Choices<'_>) -> Key {
        // Most keys are about some record: else few would meet any.
        let about = (!self.records.is_empty() && !choices.once_in(3)).then(|| choices.one(&self.records));
        let time = about.as_ref().and_then(|record| record.time).unwrap_or_else(|| self.moment(choices));
        let issued = (time - choices.one(&[0, HOUR, 20 * HOUR])).max(self.start);
        let until = time + choices.one(&[30 * HOUR, 0, 60 * HOUR, HOUR, -HOUR]);
        let (who, place) = match about {
            Some(record) => (record.who, Some(record.region)),
            None => (Some("dan"), choices.one(&[Some(REGIONS[0]), Some(REGIONS[1]), Some(REGIONS[3]), None])),
        };
        Key {
            id: choices.range(1, 3),
            issued: (!choices.once_in(8)).then_some(issued),
            until: (!choices.once_in(8)).then_some(until.max(self.start).min(self.end() - 1)),
            who: who.filter(|_| !choices.once_in(8)),
            place: place.filter(|_| !choices.once_in(8)),
        }
    }

    /// A second of the archive's days, often that of a record.
    pub fn instant(&self, choices: &mut Choices<'_>) -> i64 {
        let known = |choices: &mut Choices<'_>| choices.one(&self.records).time;
        let time = if self.records.is_empty() || choices.below(2) == 1 { None } else { known(choices) };
        time.unwrap_or_else(|| self.moment(choices))
    }

    /// A second of the archive's days, often next to midnight.
    pub fn moment(&self, choices: &mut Choices<'_>) -> i64 {
        let day = self.start + choices.range(0, SPAN - 1) * DAY;
        let second = match choices.below(4) {
            0 => choices.range(0, 23) * HOUR,
            1 => choices.one(&[DAY - 1, 0, DAY - 1_800, 1_800]),
            2 => choices.range(0, 23) * HOUR + choices.range(0, 59) * 60,
            _ => choices.range(18, 23) * HOUR + 600,
        };
        day + second
    }

    /// The first second behind the archive's days.
    pub fn end(&self) -> i64 {
        self.start + SPAN * DAY
    }

    /// What counts as now: some days later, so that nothing is still open.
    pub fn now(&self) -> i64 {
        self.start + 12 * DAY
    }

    /// A partition's key values, for a region and the second of a delivery.
    pub fn partition(&self, region: &str, delivered: i64) -> Vec<String> {
        let (year, month, day) = date(delivered.div_euclid(DAY));
        match self.layout {
            Layout::Trail | Layout::Lines => vec![region.to_owned(), day_text(delivered, '/')],
            Layout::Split => vec![region.to_owned(), format!("{year:04}"), format!("{month:02}"), format!("{day:02}")],
            Layout::Registered | Layout::Found => vec![region.to_owned(), day_text(delivered, '-')],
        }
    }

    /// The folder of a partition, ending in a slash.
    fn folder(&self, region: &str, delivered: i64) -> String {
        let day = day_text(delivered, '/');
        match self.layout {
            Layout::Trail => format!("AWSLogs/111111111111/CloudTrail/{region}/{day}/"),
            Layout::Lines | Layout::Split => format!("logs/{region}/{day}/"),
            Layout::Registered | Layout::Found => format!("logs/region={region}/day={}/", day_text(delivered, '-')),
        }
    }

    /// The partition keys' names.
    pub fn keys(&self) -> &'static [&'static str] {
        if self.layout == Layout::Split { &["region", "year", "month", "day"] } else { &["region", "day"] }
    }

    /// Places of decoys: region and a second of the day.
    fn decoys(&self) -> Vec<(&'static str, i64)> {
        let mut places = Vec::new();
        for region in [REGIONS[0], REGIONS[3], DECOY_REGION] {
            if self.decoys_before {
                places.push((region, self.start - 2 * DAY));
            }
            if self.decoys_after {
                places.push((region, self.end() + 3 * DAY));
            }
        }
        if self.decoy_region {
            places.extend((0..=SPAN).map(|day| (DECOY_REGION, self.start + day * DAY)));
        }
        places
    }

    /// Writes all files below a folder that stands for `s3://bucket`.
    pub fn write(&self, bucket: &Path) {
        let mut files: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for record in &self.records {
            let late = record.time.is_some_and(|time| time / DAY != record.delivered / DAY);
            let name = if late { "late.json" } else { "events.json" };
            let file = format!("{}{name}", self.folder(record.region, record.delivered));
            files.entry(file).or_default().push(self.line(record));
        }
        for (name, lines) in files {
            let text = match self.layout {
                Layout::Trail => format!("{{\"Records\":[{}]}}", lines.join(",")),
                _ => lines.join("\n"),
            };
            put(&bucket.join(name), &text);
        }
        for (region, second) in self.decoys() {
            put(&bucket.join(self.folder(region, second)).join("decoy.json.gz"), "not to be opened");
        }
    }

    fn line(&self, record: &Record) -> String {
        let names = match self.layout {
            Layout::Trail => ["eventTime", "eventName", "sourceIPAddress", "errorCode"],
            _ => COLUMNS,
        };
        let time = record.time.map(iso);
        let values = [time.as_deref(), Some(record.name), record.who, record.code];
        let mut object = Map::new();
        for (name, value) in names.iter().zip(values) {
            // What is NULL is null in half of the records and missing in the others.
            if value.is_some() || record.delivered % 2 == 0 {
                object.insert((*name).to_owned(), value.map_or(Value::Null, Value::from));
            }
        }
        Value::Object(object).to_string()
    }

    /// Writes the CSV files that a spec brings in.
    pub fn write_files(&self, folder: &Path) {
        let text = |value: Option<String>| value.unwrap_or_default();
        let mut keys = "id,issued,until,who,place\n".to_owned();
        for key in &self.keys {
            let cells = [
                key.id.to_string(),
                text(key.issued.map(iso)),
                text(key.until.map(iso)),
                text(key.who.map(str::to_owned)),
                text(key.place.map(str::to_owned)),
            ];
            let _ = writeln!(keys, "{}", cells.join(","));
        }
        put(&folder.join("keys.csv"), &keys);
        let mut labels = "who,label\n".to_owned();
        for (who, label) in &self.labels {
            let _ = writeln!(labels, "{},{label}", who.unwrap_or_default());
        }
        put(&folder.join("labels.csv"), &labels);
    }

    /// The declarations of a spec's tables. Without a time mapping nothing is derived from time.
    pub fn declarations(&self, time_mapping: bool) -> String {
        let mut text = match self.layout {
            Layout::Trail if time_mapping => {
                "CREATE EXTERNAL TABLE logs USING cloudtrail\n  LOCATION 's3://bucket/AWSLogs/111111111111/CloudTrail/';\n"
                    .to_owned()
            }
            _ => self.declared(time_mapping),
        };
        text.push_str(
            "CREATE TEMPORARY TABLE keys (id integer, issued varchar, until varchar, who varchar, place varchar)\n  \
             FROM 'keys.csv';\nCREATE TEMPORARY TABLE labels (who varchar, label varchar) FROM 'labels.csv';\n\n",
        );
        text
    }

    fn declared(&self, time_mapping: bool) -> String {
        let columns: Vec<String> = COLUMNS.iter().map(|name| format!("{name} string")).collect();
        let keys: Vec<String> = self.keys().iter().map(|name| format!("{name} string")).collect();
        let serde = match self.layout {
            Layout::Trail => {
                "ROW FORMAT SERDE 'com.amazon.emr.hive.serde.CloudTrailSerde'\n\
                 STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'\n  \
                 OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'"
            }
            _ => "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'",
        };
        let location = match self.layout {
            Layout::Trail => "s3://bucket/AWSLogs/111111111111/CloudTrail/",
            _ => "s3://bucket/logs/",
        };
        let properties: Vec<String> = self
            .properties(location, time_mapping)
            .iter()
            .map(|(name, value)| format!("  '{name}' = '{value}'"))
            .collect();
        let mut text = format!(
            "CREATE EXTERNAL TABLE logs ({})\nPARTITIONED BY ({})\n{serde}\nLOCATION '{location}'",
            columns.join(", "),
            keys.join(", ")
        );
        if !properties.is_empty() {
            let _ = write!(text, "\nTBLPROPERTIES (\n{}\n)", properties.join(",\n"));
        }
        text.push_str(";\n");
        for (region, second) in self.folders().into_iter().filter(|_| self.layout == Layout::Registered) {
            let day = day_text(second, '-');
            let _ =
                writeln!(text, "ALTER TABLE logs ADD IF NOT EXISTS PARTITION (region = '{region}', day = '{day}');");
        }
        text
    }

    fn properties(&self, location: &str, time_mapping: bool) -> Vec<(String, String)> {
        let mut properties = Vec::new();
        let mut property = |name: &str, value: &str| properties.push((name.to_owned(), value.to_owned()));
        if !self.layout.is_hive() {
            let regions: Vec<&str> = REGIONS.iter().copied().chain([DECOY_REGION]).collect();
            property("projection.enabled", "true");
            property("projection.region.type", "enum");
            property("projection.region.values", &regions.join(","));
            if self.layout == Layout::Split {
                for (key, range, digits) in [("year", "2023,2024", "4"), ("month", "1,12", "2"), ("day", "1,31", "2")] {
                    property(&format!("projection.{key}.type"), "integer");
                    property(&format!("projection.{key}.range"), range);
                    property(&format!("projection.{key}.digits"), digits);
                }
                property("storage.location.template", &format!("{location}${{region}}/${{year}}/${{month}}/${{day}}/"));
            } else {
                property("projection.day.type", "date");
                property("projection.day.format", "yyyy/MM/dd");
                property("projection.day.range", "2023/12/01,NOW");
                property("storage.location.template", &format!("{location}${{region}}/${{day}}/"));
            }
        }
        if time_mapping {
            let keys = match self.layout {
                Layout::Trail | Layout::Lines => "day=yyyy/MM/dd",
                Layout::Split => "year=yyyy,month=MM,day=dd",
                Layout::Registered | Layout::Found => "day=yyyy-MM-dd",
            };
            property("athplan.time.column", "eventtime");
            property("athplan.time.format", "iso8601");
            property("athplan.time.keys", keys);
            property("athplan.time.slack", &format!("{} hours", self.slack / HOUR));
        }
        properties
    }

    /// Every folder that has files, decoys included: region and a second of the day.
    pub fn folders(&self) -> BTreeSet<(&'static str, i64)> {
        let records = self.records.iter().map(|record| (record.region, record.delivered / DAY * DAY));
        records.chain(self.decoys()).collect()
    }

    /// The names of the log table's columns, keys last.
    pub fn columns(&self) -> Vec<String> {
        COLUMNS.iter().chain(self.keys()).map(|name| (*name).to_owned()).collect()
    }

    /// A record as a row of the log table.
    pub fn row(&self, record: &Record) -> Row {
        let text = |value: Option<&str>| value.map_or(Cell::Null, Cell::text);
        let mut row = vec![
            record.time.map_or(Cell::Null, |time| Cell::Text(iso(time))),
            Cell::text(record.name),
            text(record.who),
            text(record.code),
        ];
        row.extend(self.partition(record.region, record.delivered).into_iter().map(Cell::Text));
        row
    }

    /// The tables as the naive evaluator reads them.
    pub fn tables(&self) -> Tables {
        let text = |value: Option<&str>| value.map_or(Cell::Null, Cell::text);
        let time = |value: Option<i64>| value.map_or(Cell::Null, |second| Cell::Text(iso(second)));
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let key =
            |key: &Key| vec![Cell::Number(key.id), time(key.issued), time(key.until), text(key.who), text(key.place)];
        let label = |(who, label): &(Option<&str>, &str)| vec![text(*who), Cell::text(*label)];
        let relations = [
            ("logs", self.columns(), self.records.iter().map(|record| self.row(record)).collect()),
            ("keys", names(&["id", "issued", "until", "who", "place"]), self.keys.iter().map(key).collect()),
            ("labels", names(&["who", "label"]), self.labels.iter().map(label).collect()),
        ];
        let filed = relations.map(|(name, columns, rows)| (name.to_owned(), Rc::new(Relation { columns, rows })));
        Tables { relations: filed.into_iter().collect(), ..Tables::default() }
    }
}

fn put(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("the folder can be made");
    fs::write(path, text).expect("the file can be written");
}
