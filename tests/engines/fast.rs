//! Records that are searched before they are parsed: the same rows as when each of them is parsed.
//!
//! The slow path is the same query with its column wrapped in a function that changes nothing, so that neither a
//! predicate nor a join demands any text of a record. A record that nobody can parse fails the slow query; the fast one
//! fails too, or answers as if that record were not there.

use athplan::engine::{Engine, State};
use proptest::prelude::*;
use tokio::runtime::Runtime;

use super::bench::{Bench, gzip};
use crate::laws::property::{cases, hold};

/// A text that queries look for, or one that is nearly one.
const TEXTS: &[&str] =
    &["AKIA1234", "AKIA12345", "akia1234", "a/b:c", "</b", "true", "xyz", "1e5", "31", "E10", "\u{e9}t\u{e9}"];

/// A value of a member: how it is written, in a file.
fn value() -> impl Strategy<Value = String> {
    let text = prop::sample::select(TEXTS);
    prop_oneof![
        6 => (text.clone(), prop::collection::vec(0..6_u8, 12)).prop_map(|(text, how)| written(text, &how)),
        1 => text.prop_map(|text| format!(r#"{{"deep" : ["{text}", 1 ]}}"#)),
        2 => prop::sample::select(vec!["null", "true", "1e5", "31", "1E10", "123456789012345678901234567890", "-0.0", "[]"])
            .prop_map(str::to_owned),
    ]
}

/// A text as JSON, each character plain or in one of its other forms.
fn written(text: &str, how: &[u8]) -> String {
    let mut json = String::from("\"");
    for (character, how) in text.chars().zip(how.iter().cycle()) {
        match (character, how) {
            ('/', 1) => json.push_str("\\/"),
            (character, 0) => json.push_str(&format!("\\u{:04x}", u32::from(character))),
            (character, _) => json.push(character),
        }
    }
    json.push('"');
    json
}

/// A record, and whether it can be parsed.
fn record() -> impl Strategy<Value = (String, bool)> {
    let key = |names: &'static [&'static str]| prop::sample::select(names);
    let member = prop_oneof![
        3 => (key(&["eventName", "eventname", "\\u0065ventName"]), value()),
        3 => (key(&["userIdentity", "useridentity"]), (key(&["accessKeyId", "ACCESSKEYID", "other"]), value()).prop_map(|(key, value)| format!(r#"{{"{key}":{value}}}"#))),
        1 => (key(&["other", "x"]), value()),
    ];
    let good = prop::collection::vec(member, 0..5).prop_map(|members| {
        let members: Vec<String> = members.into_iter().map(|(key, value)| format!("\"{key}\": {value}")).collect();
        (format!("{{{}}}", members.join(", ")), true)
    });
    let broken = prop::sample::select(vec![
        r#"{"eventName":}"#,
        r#"{"eventName":"\q"}"#,
        r#"{"eventName":"AKIA1234" "x":1}"#,
        r#"{"userIdentity":{"accessKeyId":AKIA1234}}"#,
        r#"{"eventName":01}"#,
    ]);
    prop_oneof![12 => good, 1 => broken.prop_map(|text| (text.to_owned(), false))]
}

/// How a file is stored.
#[derive(Debug, Clone, Copy)]
enum Stored {
    Plain,
    Gzip,
    /// Two members, cut at this share of the text.
    Members(u8),
}

/// Records in a file.
type Case = (Vec<(String, bool)>, Stored);

fn case() -> impl Strategy<Value = Case> {
    let stored = prop_oneof![Just(Stored::Plain), Just(Stored::Gzip), any::<u8>().prop_map(Stored::Members)];
    (prop::collection::vec(record(), 0..12), stored)
}

fn bytes(text: &str, stored: Stored) -> Vec<u8> {
    match stored {
        Stored::Plain => text.as_bytes().to_vec(),
        Stored::Gzip => gzip(text),
        Stored::Members(share) => {
            let (first, second) = text.as_bytes().split_at(text.len() * usize::from(share) / 256);
            [gzip(first), gzip(second)].concat()
        }
    }
}

const COLUMNS: &str = "(eventname string, useridentity struct<accesskeyid: string>)";

/// Each reader of records, the words that choose it, and how a file holds them.
const READERS: &[(&str, &str, [&str; 3])] = &[
    (
        "trail",
        "ROW FORMAT SERDE 'com.amazon.emr.hive.serde.CloudTrailSerde'
         STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'
         OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'",
        [r#"{"Records":["#, ",", "]}"],
    ),
    ("openx", "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'", ["", "\n", "\n"]),
    ("hive", "ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'", ["", "\n", "\n"]),
];

/// Each query, with `{name}` and `{key}` for the two columns that it looks at and `{table}` for the table.
const QUERIES: &[&str] = &[
    "SELECT eventname, useridentity FROM {table} WHERE {name} = 'AKIA1234'",
    "SELECT eventname, useridentity FROM {table} WHERE {key} IN ('AKIA1234', 'a/b:c')",
    "SELECT eventname, useridentity FROM {table} WHERE ({key} = 'xyz' OR {name} = 'true') AND eventname IS NOT NULL",
    "SELECT eventname, useridentity FROM {table} WHERE {name} = '31' OR {name} = '1E10' OR {name} = 'E10'",
    "SELECT count(*) FROM {table} WHERE {name} = '\u{e9}t\u{e9}'",
    "SELECT k.key, eventname, useridentity FROM {table} JOIN keys k ON {key} = k.key",
    "SELECT k.key, t.n FROM keys k LEFT JOIN (SELECT {key} AS a, {name} AS n FROM {table} UNION ALL
        SELECT {name}, eventname FROM {table}) t ON t.a = k.key",
    "SELECT eventname FROM {table} WHERE {name} IN (SELECT key FROM keys)",
    "SELECT eventname FROM {table} WHERE {name} NOT IN (SELECT key FROM keys WHERE key IS NOT NULL)",
    "SELECT k.key, eventname FROM {table} JOIN keys k ON {key} = k.key AND {name} = k.other",
    "SELECT k.key, t.eventname FROM (SELECT eventname, {name} AS n FROM {table} LIMIT 3) t JOIN keys k ON t.n = k.key",
];

struct Readers {
    runtime: Runtime,
    bench: Bench,
}

impl Readers {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let bench = Bench::new();
        for (reader, words, _) in READERS {
            for table in [format!("{reader}_all"), format!("{reader}_good")] {
                let sql = format!("CREATE EXTERNAL TABLE {table} {COLUMNS} {words} LOCATION 's3://bucket/{table}/'");
                runtime.block_on(bench.ok(&sql));
            }
        }
        let keys = "CREATE EXTERNAL TABLE keys (key string, other string)
                    ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://bucket/keys/'";
        runtime.block_on(bench.ok(keys));
        let rows = r#"{"key":"AKIA1234","other":"xyz"} {"key":"a/b:c","other":"AKIA1234"} {"key":null} {"key":"AKIA1234"} {"key":"true"}"#;
        bench.file("keys/keys.json", rows.replace("} {", "}\n{"));
        Self { runtime, bench }
    }

    /// The rows of a query in an order of their own and how many records were looked at; or its error.
    fn ask(&self, sql: &str) -> Result<(Vec<String>, Vec<u64>), String> {
        let (id, status) = self.runtime.block_on(self.bench.run(sql)).map_err(|error| error.message)?;
        if let State::Failed(error) = status.state {
            return Err(error.message);
        }
        let result = self.runtime.block_on(self.bench.engine().result(&id, &[])).map_err(|error| error.message)?;
        let mut rows: Vec<String> = result.rows.iter().map(|row| format!("{row:?}")).collect();
        rows.sort();
        Ok((rows, status.scans.iter().map(|scan| scan.records).collect()))
    }

    fn holds(&self, (records, stored): &Case) -> Result<(), String> {
        for (reader, _, [before, between, after]) in READERS {
            // Hive's own SerDe refuses lists and objects where a text is declared.
            let good = |(text, parses): &(String, bool)| *parses && (*reader != "hive" || !text.contains('['));
            let text = |wanted: &dyn Fn(&(String, bool)) -> bool| {
                let texts: Vec<&str> =
                    records.iter().filter(|record| wanted(record)).map(|(text, _)| text.as_str()).collect();
                // An empty line is no record of Hive's.
                let after = if texts.is_empty() && before.is_empty() { "" } else { after };
                format!("{before}{}{after}", texts.join(between))
            };
            for ending in ["", ".gz"] {
                // A file is gzip if its name says so.
                let _ = std::fs::remove_file(self.bench.path(&format!("{reader}_all/file{ending}")));
            }
            let ending = if matches!(stored, Stored::Plain) { "" } else { ".gz" };
            self.bench.file(&format!("{reader}_all/file{ending}"), bytes(&text(&|_| true), *stored));
            self.bench.file(&format!("{reader}_good/file"), bytes(&text(&good), Stored::Plain));
            for query in QUERIES {
                let fast = |table: &str| {
                    query
                        .replace("{name}", "eventname")
                        .replace("{key}", "useridentity.accesskeyid")
                        .replace("{table}", table)
                };
                let slow = |table: &str| {
                    let query = query.replace("{name}", "concat(eventname, '')");
                    query.replace("{key}", "concat(useridentity.accesskeyid, '')").replace("{table}", table)
                };
                let fast = self.ask(&fast(&format!("{reader}_all")));
                let parsed = self.ask(&slow(&format!("{reader}_all")));
                let (whole, expected) = match parsed {
                    Ok(rows) => (true, Ok(rows)),
                    Err(_) => (false, self.ask(&slow(&format!("{reader}_good")))),
                };
                let same = match (&fast, &expected) {
                    // Under a LIMIT a scan may stop anywhere.
                    (Ok((rows, looked)), Ok((expected, all))) => {
                        rows == expected && (!whole || looked == all || query.contains("LIMIT"))
                    }
                    // Hive's SerDe refuses more records than those that are broken on purpose.
                    (Err(_), _) | (Ok(_), Err(_)) => !whole,
                };
                if !same {
                    return Err(format!("{reader}: {query}\nfast: {fast:?}\nslow: {expected:?}"));
                }
            }
        }
        Ok(())
    }
}

#[test]
fn records_that_are_searched_give_the_rows_of_records_that_are_parsed() {
    hold(
        cases(60),
        &case,
        &|| {
            let readers = Readers::new();
            move |case: &Case| readers.holds(case)
        },
        &|case| format!("{case:?}"),
    );
}
