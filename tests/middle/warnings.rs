//! Warnings of what means most likely something else than was meant. The rows stay those of Trino, which
//! compares texts letter by letter.

use miette::Diagnostic;

use super::bench::{compiled, compiled_with};
use super::{refuses, yields};

/// Tables whose times are no canonical ISO text.
const OTHERS: &str = "
CREATE EXTERNAL TABLE flows (starts bigint, id bigint) PARTITIONED BY (day string)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://bucket/flows/'
TBLPROPERTIES ('projection.enabled' = 'true', 'projection.day.type' = 'date', 'projection.day.range' = '2019-01-01,NOW',
  'projection.day.format' = 'yyyy-MM-dd', 'storage.location.template' = 's3://bucket/flows/${day}/',
  'athplan.time.column' = 'starts', 'athplan.time.format' = 'unix', 'athplan.time.keys' = 'day=yyyy-MM-dd');
CREATE EXTERNAL TABLE waf (at bigint, id bigint) PARTITIONED BY (day string)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://bucket/waf/'
TBLPROPERTIES ('projection.enabled' = 'true', 'projection.day.type' = 'date', 'projection.day.range' = '2019-01-01,NOW',
  'projection.day.format' = 'yyyy-MM-dd', 'storage.location.template' = 's3://bucket/waf/${day}/',
  'athplan.time.column' = 'at', 'athplan.time.format' = 'unix_ms', 'athplan.time.keys' = 'day=yyyy-MM-dd');
CREATE EXTERNAL TABLE access (asked string, id bigint) PARTITIONED BY (day string)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://bucket/access/'
TBLPROPERTIES ('projection.enabled' = 'true', 'projection.day.type' = 'date', 'projection.day.range' = '2019-01-01,NOW',
  'projection.day.format' = 'yyyy-MM-dd', 'storage.location.template' = 's3://bucket/access/${day}/',
  'athplan.time.column' = 'asked', 'athplan.time.format' = 'dd/MMM/yyyy:HH:mm:ss', 'athplan.time.keys' = 'day=yyyy-MM-dd');
CREATE EXTERNAL TABLE proxy (asked string, id bigint) PARTITIONED BY (day string)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://bucket/proxy/'
TBLPROPERTIES ('projection.enabled' = 'true', 'projection.day.type' = 'date', 'projection.day.range' = '2019-01-01,NOW',
  'projection.day.format' = 'yyyy-MM-dd', 'storage.location.template' = 's3://bucket/proxy/${day}/',
  'athplan.time.column' = 'asked', 'athplan.time.format' = 'yyyy-MM-dd HH:mm:ss', 'athplan.time.keys' = 'day=yyyy-MM-dd');
";

/// What a spec is warned of, each with its help.
fn warnings(spec: &str) -> Vec<String> {
    let compiled = compiled(spec, true).unwrap_or_else(|error| panic!("{error}\n{spec}"));
    let told = |warning: &athplan::plan::Warning| {
        format!("{warning}; {}", warning.help().map(|help| help.to_string()).unwrap_or_default())
    };
    compiled.plan.warnings.iter().map(told).collect()
}

/// Asserts what conditions on a table are warned of, each beside a bound that is in order.
#[track_caller]
fn warned(table: &str, cases: &[(&str, &[&str])]) {
    let mut wrong = Vec::new();
    for (condition, expected) in cases {
        let spec = format!("{OTHERS}SELECT id FROM {table} WHERE ({condition}) AND day = '2020-01-01'");
        let found = warnings(&spec);
        if found != *expected {
            wrong.push(format!("{condition}\n  expected {expected:#?}\n  found    {found:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn times_and_their_beginnings_are_in_order() {
    warned(
        "events",
        &[
            ("at BETWEEN '2020-01-01T00:00:00Z' AND '2020-01-31T23:59:59Z'", &[]),
            // There is no 31st of April, and all of April lies before it.
            ("at <= '2020-04-31T23:59:59Z'", &[]),
            ("at >= '2020-01-01' AND at < '2020-01-02'", &[]),
            ("at > '2020-01' AND at < '2021'", &[]),
            ("at >= '2020-01-01T1' AND at < '2020-01-01T10:30:00'", &[]),
            ("at LIKE '2020-01-0%' OR at LIKE '2020-01-01T1_:%'", &[]),
            ("starts_with(at, '2020-01-01T')", &[]),
            ("substr(at, 1, 10) BETWEEN '2020-01-01' AND '2020-01-02' AND substr(at, 1, 7) = '2020-01'", &[]),
            ("at > '' AND at <> ''", &[]),
            ("at LIKE '%T03:%'", &[]),
            // In another form, and yet what it says: midnight comes before all of its day.
            ("at >= '2020-01-01 00:00:00' AND at < '2020-01-02 00:00'", &[]),
            ("at >= '2020-01-01T00:00:00.000Z' AND at < '2020-01-02T00:00:00+00:00'", &[]),
            ("from_iso8601_timestamp(at) <= from_iso8601_timestamp('2020-01-01')", &[]),
        ],
    );
}

#[test]
fn texts_of_another_form() {
    warned(
        "events",
        &[
            (
                "at <= '2020-01-01'",
                &[
                    "`at <= '2020-01-01'` keeps times before 2020-01-01T00:00:00Z only; write '2020-01-01T23:59:59Z' to keep the whole of it",
                ],
            ),
            (
                "at BETWEEN '2020-01' AND '2020-01'",
                &[
                    "`at <= '2020-01'` keeps times before 2020-01-01T00:00:00Z only; write '2020-01-31T23:59:59Z' to keep the whole of it",
                ],
            ),
            (
                "at <= '2020-01-01T23:59:59'",
                &[
                    "`at <= '2020-01-01T23:59:59'` keeps times before 2020-01-01T23:59:59Z only; write '2020-01-01T23:59:59Z' to keep the whole of it",
                ],
            ),
            ("at = '2020-01-01'", &["`at = '2020-01-01'` is never true; write LIKE '2020-01-01%'"]),
            (
                "at IN ('2020-01-01T10:00:00Z', '2020-01-01 10:00:00')",
                &["`at = '2020-01-01 10:00:00'` is never true; write '2020-01-01T10:00:00Z'"],
            ),
            (
                "at < '2020-01-01 12:00'",
                &[
                    "`at < '2020-01-01 12:00'` keeps times before 2020-01-01T00:00:00Z only; write '2020-01-01T12:00:00Z'",
                ],
            ),
            (
                "at >= '2020-01-01 12:00' AND at <= '2020-01-02 00:00:00'",
                &[
                    "`at >= '2020-01-01 12:00'` keeps times from 2020-01-01T00:00:00Z on; write '2020-01-01T12:00:00Z'",
                    "`at <= '2020-01-02 00:00:00'` keeps times before 2020-01-02T00:00:00Z only; write '2020-01-02T00:00:00Z'",
                ],
            ),
            (
                "at >= '2020-01-01T00:00:00+02:00'",
                &[
                    "`at >= '2020-01-01T00:00:00+02:00'` keeps times from 2020-01-01T00:00:00Z on; write '2019-12-31T22:00:00Z'",
                ],
            ),
            (
                "at BETWEEN '2020-01-01T00:00:00.000Z' AND '2020-01-01T23:59:59.999Z'",
                &[
                    "`at <= '2020-01-01T23:59:59.999Z'` keeps times before 2020-01-01T23:59:59Z only; write '2020-01-01T23:59:59Z'",
                ],
            ),
            (
                "at >= '2020-01-01t00:00:00z'",
                &[
                    "`at >= '2020-01-01t00:00:00z'` keeps times from 2020-01-02T00:00:00Z on; write '2020-01-01T00:00:00Z'",
                ],
            ),
            (
                "at >= '2020/01/01' AND at <= '20200102'",
                &[
                    "`at >= '2020/01/01'` keeps times from 2021-01-01T00:00:00Z on; write '2020-01-01T00:00:00Z'",
                    "`at <= '20200102'` keeps times before 2021-01-01T00:00:00Z only; write '2020-01-02T23:59:59Z' to keep the whole of it",
                ],
            ),
            ("at > 'yesterday'", &["`at > 'yesterday'` is never true; write times like '2001-02-03T04:05:06Z'"]),
            (
                "NOT at > 'o''clock\u{202e}'",
                &["`at <= 'o'clock\\u{202e}'` is always true; write times like '2001-02-03T04:05:06Z'"],
            ),
            ("at LIKE '2020/01/01%'", &["`at LIKE '2020/01/01%'` is never true; write LIKE '2020-01-01%'"]),
            (
                "at LIKE '2020-01-01 1%'",
                &["`at LIKE '2020-01-01 1%'` is never true; write times like '2001-02-03T04:05:06Z'"],
            ),
            ("at LIKE '2020-01-01'", &["`at = '2020-01-01'` is never true; write LIKE '2020-01-01%'"]),
            (
                "substr(at, 1, 10) >= '2020-01-01T00:00:00Z'",
                &[
                    "`substr(at, 1, 10) >= '2020-01-01T00:00:00Z'` keeps times from 2020-01-02T00:00:00Z on; write '2020-01-01'",
                ],
            ),
            // Beside a condition from which nothing follows.
            (
                "kind = 'x' OR '2020-01-01 12:00' > at",
                &[
                    "`at < '2020-01-01 12:00'` keeps times before 2020-01-01T00:00:00Z only; write '2020-01-01T12:00:00Z'",
                ],
            ),
        ],
    );
}

#[test]
fn through_names_parameters_and_queries() {
    let spec = "DECLARE until varchar;
        CREATE VIEW v AS SELECT at AS moment, id FROM events WHERE day = '2020-01-01';
        WITH c AS (SELECT moment AS m FROM v) SELECT count(*) AS n FROM c WHERE m <= :until;
        FOREACH k IN (SELECT * FROM keys) SELECT e.id FROM events e WHERE e.at >= k.since AND e.at <= '2020-01-02';";
    let compiled = compiled_with(spec, true, &[("until", "2020-01-02")]).expect("it compiles");
    let found: Vec<String> = compiled.plan.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        found,
        [
            "`m <= '2020-01-02'` keeps times before 2020-01-02T00:00:00Z only",
            "`e.at <= '2020-01-02'` keeps times before 2020-01-02T00:00:00Z only"
        ]
    );
    let shown: Vec<&str> =
        compiled.plan.warnings.iter().map(|warning| compiled.plan.spec.source.slice(warning.span())).collect();
    assert_eq!(shown, [":until", "'2020-01-02'"]);
}

/// What a warning says of the rows is what the engine does.
#[test]
fn the_rows_are_what_the_order_of_text_says() {
    yields("SELECT id FROM events WHERE at >= '2020-01-01 12:00' AND at <= '2020-01-02'", &["1", "2", "5", "6", "7"]);
    yields("SELECT id FROM events WHERE at < '2020-01-02 12:00' AND at >= '2020'", &["1", "2", "5", "6", "7"]);
    yields("SELECT id FROM events WHERE at LIKE '2020/01/01%'", &[]);
    yields("SELECT id FROM events WHERE at = '2020-01-03' OR at >= '2020-01-02T24'", &["8"]);
}

#[test]
fn seconds_and_milliseconds() {
    warned(
        "flows",
        &[
            ("starts BETWEEN 1577836800 AND 1577923199 AND starts > 0 AND starts < 9999999999", &[]),
            ("from_unixtime(starts) < TIMESTAMP '2020-01-01 12:00:00 UTC'", &[]),
            (
                "starts >= 1577836800000",
                &[
                    "`starts >= 1577836800000` is never true: `starts` counts seconds; divide by 1000 for 2020-01-01T00:00:00Z",
                ],
            ),
            (
                "starts < 1577836800000",
                &[
                    "`starts < 1577836800000` is always true: `starts` counts seconds; divide by 1000 for 2020-01-01T00:00:00Z",
                ],
            ),
        ],
    );
    warned(
        "waf",
        &[
            ("at BETWEEN 1577836800000 AND 1577923199999 AND at > 0 AND at < 9999999999999", &[]),
            ("from_unixtime(at / 1000) < TIMESTAMP '2020-01-01 12:00:00 UTC'", &[]),
            (
                "at >= 1577836800",
                &[
                    "`at >= 1577836800` keeps times from 1970-01-19T06:17:16Z on: `at` counts milliseconds; multiply by 1000 for 2020-01-01T00:00:00Z",
                ],
            ),
            (
                "from_unixtime(at) < TIMESTAMP '2020-01-01 00:00:00 UTC'",
                &[
                    "`from_unixtime(at) < TIMESTAMP '2020-01-01 00:00:00 UTC'` keeps times before 1970-01-19T06:17:16Z only: `at` counts milliseconds; multiply by 1000 for 2020-01-01T00:00:00Z",
                ],
            ),
        ],
    );
}

/// A comparison that says nothing of time is no bound on it.
#[test]
fn what_is_always_true_bounds_nothing() {
    for (table, condition) in [
        ("events", "at > ''"),
        ("events", "at <= 'z'"),
        ("flows", "starts < 1577836800000"),
        // No such time has a calendar, so that nothing can be derived.
        ("waf", "from_unixtime(at) < TIMESTAMP '2020-01-01 00:00:00 UTC'"),
    ] {
        let spec = format!("{OTHERS}SELECT id FROM {table} WHERE {condition}");
        refuses(&spec, &["no predicate bounds its time"]);
    }
}

#[test]
fn times_by_a_pattern() {
    let parse = "times are written dd/MMM/yyyy:HH:mm:ss there: read them with parse_datetime(asked, 'dd/MMM/yyyy:HH:mm:ss') or date_parse";
    let by_letter = format!("`asked >= '01/Jan/2020:00:00:00'` compares by the alphabet, not by time; {parse}");
    warned(
        "access",
        &[
            ("parse_datetime(asked, 'dd/MMM/yyyy:HH:mm:ss') >= TIMESTAMP '2020-01-01 00:00:00 UTC'", &[]),
            ("asked = '01/Jan/2020:00:00:00' OR asked LIKE '01/Jan/2020:%'", &[]),
            ("asked >= '01/Jan/2020:00:00:00'", &[&by_letter]),
        ],
    );
    warned(
        "proxy",
        &[
            ("asked BETWEEN '2020-01-01 00:00:00' AND '2020-01-01 23:59:59' AND asked < '2020-01-02'", &[]),
            (
                "asked < '2020-01-01T12:00:00Z'",
                &[
                    "`asked < '2020-01-01T12:00:00Z'` keeps times before 2020-01-02T00:00:00Z only; write '2020-01-01 12:00:00'",
                ],
            ),
            (
                "asked <= '2020-01-01'",
                &[
                    "`asked <= '2020-01-01'` keeps times before 2020-01-01T00:00:00Z only; write '2020-01-01 23:59:59' to keep the whole of it",
                ],
            ),
        ],
    );
}

#[test]
fn more_scans_than_an_engine_has_stages() {
    let branch = |at: usize| format!("SELECT id FROM events WHERE id = {at} AND day = '2020-01-01'");
    let union = |count| (0..count).map(branch).collect::<Vec<_>>().join(" UNION ALL ");
    assert_eq!(warnings(&union(149)), Vec::<String>::new());
    let found = warnings(&union(150));
    assert!(matches!(found.as_slice(), [one] if one.contains("scans tables in 150 places")), "{found:#?}");
}
