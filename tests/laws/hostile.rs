//! Law 5: a value from data or from a parameter reaches SQL text only as a literal of its own type, and
//! comes back as it was. Hostile values change nothing else of any statement.

use std::collections::BTreeMap;

use athplan::explain::{Explaining, statements};
use proptest::prelude::{Strategy, any, prop_oneof};
use serde_json::json;

use super::bench::{Bench, Options, bag, runtime};
use super::calendar::seconds;
use super::property::{cases, hold};
use super::recording::Recording;

/// A value that hides nothing.
const HARMLESS: &str = "harmless0value";

/// Values that have broken programs like this one.
const HOSTILE: &[&str] = &[
    "'",
    "''",
    "\"",
    "`",
    "\\",
    "\\'",
    "-- x",
    "/* x",
    "*/ x",
    "'; DROP TABLE logs; --",
    "') OR ('1' = '1",
    "' || (SELECT 1) || '",
    "\u{0}",
    "a\u{0}b",
    "\u{202e}live\u{2066}",
    "\u{200b}zero\u{2060}width",
    "\u{1b}[31mred\u{1b}[0m",
    "one\r\ntwo\nthree\u{2028}four",
    "\ttab ",
    "\u{7f}\u{85}\u{9f}",
    "\u{feff}mark",
    "${run}${output}${attempt}",
    ":v $1 ?",
    "%s {} {0}",
    "U&'\\0041'",
    "\\0041 \\+000041",
    "é𝄞\u{10FFFF}\u{E000}\u{E0041}",
    "=cmd|' /C calc'!A0",
    "NULL",
    "{\"a\": \"'\"}",
];

const TABLE: &str = "CREATE EXTERNAL TABLE logs USING cloudtrail
  LOCATION 's3://bucket/AWSLogs/111111111111/CloudTrail/';
";

fn options() -> Options {
    Options::new(seconds("2024-03-20T00:00:00Z").expect("a time"))
}

/// A text as long as few logs have it, of all that needs an escape.
fn long(bytes: usize) -> String {
    "ab'\\\"\u{202e}--\u{0}/*".chars().cycle().take(bytes / 2).collect()
}

/// What a literal of a text says, read by a reader of the tests' own; none if it is no single literal,
/// or shows what it should hide.
fn decoded(literal: &str) -> Option<String> {
    let (escapes, inner) = match literal.strip_prefix("U&") {
        Some(rest) => (true, rest),
        None => (false, literal),
    };
    let inner = inner.strip_prefix('\'')?.strip_suffix('\'')?;
    let mut text = String::new();
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        match character {
            '\'' => text.push(characters.next().filter(|next| *next == '\'')?),
            '\\' if escapes => {
                let mut rest = characters.clone();
                let digits = match rest.next()? {
                    '\\' => 0,
                    '+' => 6,
                    _ => 4,
                };
                if digits == 0 {
                    text.push('\\');
                    characters.next();
                    continue;
                }
                if digits == 6 {
                    characters.next();
                }
                let code: String = characters.by_ref().take(digits).collect();
                text.push(char::from_u32(u32::from_str_radix(&code, 16).ok()?)?);
            }
            hidden if hidden.is_control() || ('\u{200b}'..='\u{206f}').contains(&hidden) || hidden == '\u{feff}' => {
                return None;
            }
            character => text.push(character),
        }
    }
    Some(text)
}

/// Whether two texts differ only in a literal, which is that of a value where the other has a harmless
/// one.
fn differs_in_the_literal(harmless: &str, hostile: &str, value: &str) -> Result<(), String> {
    let parts: Vec<&str> = harmless.split(&format!("'{HARMLESS}'")).collect();
    let places = parts.len() - 1;
    if places == 0 {
        return if harmless == hostile { Ok(()) } else { Err(format!("{hostile}\nought to be\n{harmless}")) };
    }
    let around: usize = parts.iter().map(|part| part.len()).sum();
    let start = parts[0].len();
    let literal = hostile
        .len()
        .checked_sub(around)
        .and_then(|rest| hostile.get(start..start + rest / places))
        .ok_or_else(|| format!("{hostile}\nis cut otherwise than\n{harmless}"))?;
    if parts.join(literal) != hostile {
        return Err(format!("{hostile}\ndiffers in more than a literal from\n{harmless}"));
    }
    match decoded(literal) {
        Some(text) if text == value => Ok(()),
        other => Err(format!("{literal} says {other:?}, not {value:?}")),
    }
}

/// All statements of a spec without driver rows.
fn text_of(bench: &Bench, spec: &str, value: &str) -> Result<String, String> {
    let arguments = BTreeMap::from([("v".to_owned(), value.to_owned())]);
    let options = Options { arguments, ..options() };
    let compiled = bench.compile(spec, &options).map_err(|failure| failure.to_string())?;
    let found = statements(&compiled, &Explaining::default()).map_err(|error| error.to_string())?;
    Ok(found.iter().map(|one| format!("-- {}\n{}\n", one.id, one.sql)).collect())
}

#[test]
fn a_parameter_changes_nothing_but_its_literal() {
    let spec = format!(
        "DECLARE v varchar;\n{TABLE}
         CREATE VIEW seen AS SELECT * FROM logs WHERE useragent = :v;
         SELECT :v AS value, eventname FROM seen
         WHERE eventtime LIKE '2024-03-05%' AND sourceipaddress IN (:v, 'x') AND eventname LIKE :v || '%';"
    );
    let any_text = || {
        let soup = proptest::collection::vec(
            prop_oneof![
                any::<char>(),
                proptest::sample::select(
                    "'\"\\`-/*;%_$:{}U&\u{0}\u{7f}\u{202e}\u{2067}\u{200d}\u{feff}\u{1b}\r\n"
                        .chars()
                        .collect::<Vec<char>>()
                )
            ],
            0..24,
        );
        soup.prop_map(|characters| characters.into_iter().collect::<String>())
    };
    let bench = Bench::new();
    let harmless = text_of(&bench, &spec, HARMLESS).expect("a harmless value compiles");
    let law = |value: &String| differs_in_the_literal(&harmless, &text_of(&bench, &spec, value)?, value);
    for value in HOSTILE.iter().map(|value| (*value).to_owned()).chain([long(40_000)]) {
        law(&value).unwrap_or_else(|error| panic!("{error}"));
    }
    hold(cases(300), &any_text, &|| law, &|value| format!("{value:?}"));
}

#[test]
fn parameters_come_back_as_they_were() {
    let bench = Bench::new();
    let mut values: Vec<String> = HOSTILE.iter().map(|value| (*value).to_owned()).collect();
    values.push(long(60_000));
    let names: Vec<String> = (0..values.len()).map(|at| format!("v{at}")).collect();
    let mut spec: String = names.iter().map(|name| format!("DECLARE {name} varchar;\n")).collect();
    spec.push_str("DECLARE list array(varchar);\n");
    let selected: Vec<String> = names.iter().map(|name| format!("SELECT :{name} AS value")).collect();
    spec.push_str(&format!("SELECT value FROM ({}) t WHERE value IN (:list);", selected.join(" UNION ALL ")));
    let mut arguments: BTreeMap<String, String> = names.into_iter().zip(values.iter().cloned()).collect();
    arguments.insert("list".to_owned(), json!(values).to_string());
    let options = Options { arguments, ..options() };
    let compiled = bench.compile(&spec, &options).expect("it compiles");
    let outcome = runtime().block_on(async { bench.run(&compiled, &bench.engine(&options)).await }).expect("it runs");
    values.sort();
    assert_eq!(bag(&outcome.answers[0].1), values);
}

/// Runs a spec and gives what was submitted, with each answer's rows.
fn submitted(bench: &Bench, spec: &str, options: &Options) -> (Vec<String>, Vec<Vec<String>>) {
    let compiled = bench.compile(spec, options).expect("it compiles");
    let engine = Recording::new(bench.engine(options));
    let outcome = runtime().block_on(async { bench.run(&compiled, &engine).await }).expect("it runs");
    let mut texts: Vec<String> = engine.submitted().into_iter().map(|one| one.sql).collect();
    texts.sort();
    (texts, outcome.answers.iter().map(|(_, rows)| bag(rows)).collect())
}

/// The bodies of rungs that join the driver, and of those that take its values one by one.
const BODIES: &str = "
    CREATE TEMPORARY TABLE found AS
    FOREACH k IN (SELECT * FROM keys)
      SELECT k.value AS given, c.errormessage AS seen
      FROM logs c
      WHERE c.errormessage = k.value AND c.region = k.place
        AND c.eventtime BETWEEN k.issued AND '2024-03-06T00:00:00Z';
    SELECT given, seen FROM found;
    FOREACH k IN (SELECT * FROM keys)
      SELECT k.value AS given, count(*) AS n, max(c.errormessage) AS seen
      FROM logs c
      WHERE c.errormessage = k.value AND c.region = k.place
        AND c.eventtime BETWEEN k.issued AND '2024-03-06T00:00:00Z';
";

/// A log whose records hold some values.
fn write_log(bench: &Bench, values: &[String]) {
    let folder = bench.bucket().join("AWSLogs/111111111111/CloudTrail/us-east-1/2024/03/05");
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    let record = |value: &String| json!({"eventTime": "2024-03-05T10:00:00Z", "errorMessage": value});
    let records: Vec<_> = values.iter().map(record).collect();
    std::fs::write(folder.join("events.json"), json!({ "Records": records }).to_string()).expect("it can be written");
}

#[test]
fn values_of_driver_rows_never_stand_in_a_text() {
    let mut values: Vec<String> = HOSTILE.iter().map(|value| (*value).to_owned()).collect();
    values.push(long(1 << 20));
    let harmless: Vec<String> = (0..values.len()).map(|at| format!("{HARMLESS}{at:03}")).collect();
    let from_file = format!(
        "{TABLE}CREATE TEMPORARY TABLE keys (issued varchar, place varchar, value varchar) FROM 'keys.csv';{BODIES}"
    );
    let from_log = format!(
        "{TABLE}CREATE TEMPORARY TABLE keys AS SELECT eventtime AS issued, region AS place, errormessage AS value
         FROM logs WHERE eventtime LIKE '2024-03-05%';{BODIES}"
    );
    for spec in [from_file, from_log] {
        for options in [options(), options().row_by_row()] {
            let run = |values: &[String]| {
                let bench = Bench::new();
                write_log(&bench, values);
                let mut file = csv::Writer::from_path(bench.files().join("keys.csv")).expect("it can be written");
                file.write_record(["issued", "place", "value"]).expect("it can be written");
                for value in values {
                    file.write_record(["2024-03-05T09:00:00Z", "us-east-1", value]).expect("it can be written");
                }
                file.flush().expect("it can be written");
                submitted(&bench, &spec, &options)
            };
            let (expected, _) = run(&harmless);
            let (texts, answers) = run(&values);
            for (text, expected) in texts.iter().zip(&expected) {
                assert_eq!(text, expected);
            }
            assert_eq!(texts.len(), expected.len());
            let sorted = |mut rows: Vec<String>| {
                rows.sort();
                rows
            };
            let pairs = sorted(values.iter().map(|value| format!("{value}|{value}")).collect());
            let counts = sorted(values.iter().map(|value| format!("{value}|1|{value}")).collect());
            assert!(answers == [pairs, counts], "the values did not come back as they were");
        }
    }
}

/// Bodies that use a driver's value where no subquery may stand: in a lambda, in GROUP BY, in UNNEST, and in
/// the ON of an outer join. The last item is 1 for each record that holds the value.
const LITERAL_BODIES: [&str; 4] = [
    "SELECT k.value AS given, cardinality(filter(ARRAY['x', c.errormessage], e -> e = k.value)) AS n
     FROM logs c WHERE c.eventtime BETWEEN k.issued AND '2024-03-06T00:00:00Z'",
    "SELECT k.value AS given, count(*) AS n
     FROM logs c WHERE c.errormessage = k.value AND c.eventtime BETWEEN k.issued AND '2024-03-06T00:00:00Z'
     GROUP BY k.value",
    "SELECT t.given, 1 AS n
     FROM logs c CROSS JOIN UNNEST(ARRAY[k.value]) AS t (given)
     WHERE c.errormessage = t.given AND c.eventtime BETWEEN k.issued AND '2024-03-06T00:00:00Z'",
    "SELECT d.errormessage AS given, 1 AS n
     FROM logs c LEFT JOIN logs d ON d.errormessage = k.value AND d.eventtime BETWEEN k.issued AND '2024-03-06T00:00:00Z'
     WHERE c.eventtime BETWEEN k.issued AND '2024-03-06T00:00:00Z'",
];

#[test]
fn where_no_subquery_may_stand_a_value_is_a_literal() {
    for body in LITERAL_BODIES {
        let spec = format!(
            "{TABLE}CREATE TEMPORARY TABLE keys (issued varchar, value varchar) FROM 'keys.csv';
             FOREACH k IN (SELECT * FROM keys) {body};"
        );
        let run = |value: &str, options: &Options| {
            let bench = Bench::new();
            write_log(&bench, &[value.to_owned()]);
            let mut file = csv::Writer::from_path(bench.files().join("keys.csv")).expect("it can be written");
            file.write_record(["issued", "value"]).expect("it can be written");
            file.write_record(["2024-03-05T09:00:00Z", value]).expect("it can be written");
            file.flush().expect("it can be written");
            submitted(&bench, &spec, options)
        };
        // Merged, a body may be a join that needs no literal; row by row it is always taken as it stands.
        for (options, by_row) in [(options(), false), (options().row_by_row(), true)] {
            let (expected, _) = run(HARMLESS, &options);
            for value in HOSTILE.iter().map(|value| (*value).to_owned()).chain([long(40_000)]) {
                let (texts, answers) = run(&value, &options);
                assert_eq!(answers, [[format!("{value}|1")]]);
                assert_eq!(texts.len(), expected.len());
                for (harmless, hostile) in expected.iter().zip(&texts) {
                    differs_in_the_literal(harmless, hostile, &value).unwrap_or_else(|error| panic!("{error}"));
                }
            }
            let literal = expected.iter().any(|text| text.contains(HARMLESS));
            assert!(literal || !by_row, "no literal was needed for {body}");
        }
    }
}

#[test]
fn the_tests_own_reader_reads_literals() {
    assert_eq!(decoded("'it''s'"), Some("it's".to_owned()));
    assert_eq!(decoded("U&'\\0041\\+01D11E\\\\''z'"), Some("A𝄞\\'z".to_owned()));
    assert_eq!(decoded("'a' || 'b'"), None);
    assert_eq!(decoded("'a\u{202e}'"), None);
}
