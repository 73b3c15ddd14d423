//! The guard against full scans: decided by what the predicates leave of time, never by the words they use.

use super::{holds, investigation};

/// The exit code and the codes of the errors that explaining a predicate gives.
fn refusal(predicate: &str) -> (u8, Vec<&'static str>) {
    let program = investigation(&format!("SELECT count(*) AS n FROM trail WHERE {predicate};"));
    let ended = program.call(&["explain", "spec.sql", "--now", "2024-06-01"]);
    let codes = ["athplan::plan::unbounded_scan", "athplan::plan::time_function"];
    (ended.code, codes.into_iter().filter(|code| ended.stderr.contains(code)).collect())
}

#[test]
fn what_leaves_time_open_at_both_ends_is_no_bound() {
    for predicate in [
        "eventtime LIKE '%T23:%'",
        "eventtime > ''",
        "'' <= eventtime AND eventtime < 'z'",
        "eventtime <> '2024-05-06T10:00:00Z'",
        "eventtime < '2024-05-02T00:00:00Z' OR eventtime > '2024-05-20T00:00:00Z'",
        "eventtime >= '2024-05-06T00:00:00Z' OR eventname = 'X'",
        "day <> '2024/05/06'",
        "day > ''",
        "day LIKE '%/06'",
        "region = 'us-east-1'",
        "try_cast(eventtime AS timestamp) >= timestamp '2024-05-06 00:00:00'",
    ] {
        assert_eq!(refusal(predicate), (3, vec!["athplan::plan::unbounded_scan"]), "{predicate}");
    }
}

#[test]
fn one_end_is_a_bound() {
    for predicate in [
        "eventtime >= '2024-05-06T00:00:00Z'",
        "eventtime < '2024-05-06T00:00:00Z'",
        "eventtime LIKE '2024-05%'",
        "day = '2024/05/06'",
        "day >= '2024/05/06'",
        "day LIKE '2024/05/0%'",
        "day = '2024/05/06' OR eventtime > '2024-05-20T00:00:00Z'",
        "eventtime > '2024-05-06T00:00:00Z' AND eventtime < '2024-05-01T00:00:00Z'",
        "date(from_iso8601_timestamp(eventtime)) = date '2024-05-06'",
        "CAST(from_iso8601_timestamp(eventtime) AS timestamp) > timestamp '2024-05-06 00:00:00'",
    ] {
        assert_eq!(refusal(predicate), (0, vec![]), "{predicate}");
    }
}

#[test]
fn a_function_that_fails_for_every_event_time_is_refused() {
    // A real Trino fails for each of these texts, as `tests/data/trino/answers.tsv` says.
    for predicate in [
        "date(eventtime) = date '2024-05-06'",
        "CAST(eventtime AS timestamp) > timestamp '2024-05-06 00:00:00'",
        "CAST(eventtime AS timestamp with time zone) > timestamp '2024-05-06 00:00:00 UTC'",
        "day = '2024/05/06' AND date_trunc('hour', CAST(eventtime AS timestamp)) = timestamp '2024-05-06 10:00:00'",
    ] {
        assert_eq!(refusal(predicate), (3, vec!["athplan::plan::time_function"]), "{predicate}");
    }
}

#[test]
fn refused_scans_are_shown() {
    let program =
        investigation("SELECT count(*) AS n FROM trail WHERE eventtime LIKE '%T23:%' AND region = 'us-east-1';");
    program.file("keys.csv", "since,day\n2024-05-06T00:00:00Z,2024/05/06\n");
    let table = super::TABLE;
    program
        .file("date.sql", format!("{table}SELECT count(*) AS n FROM trail WHERE date(eventtime) = date '2024-05-06';"));
    let foreach = |condition: &str| {
        format!(
            "{table}CREATE TEMPORARY TABLE keys (since varchar, day varchar) FROM 'keys.csv';
SELECT count(*) AS n FROM (FOREACH k IN (SELECT * FROM keys) SELECT c.eventname FROM trail c WHERE {condition});"
        )
    };
    program.file("rows.sql", foreach("c.eventtime >= k.since"));
    program.file("like.sql", foreach("c.eventtime LIKE '%' || k.day || '%'"));
    program.file("either.sql", foreach("c.eventtime >= k.since OR c.eventtime < k.day"));
    program.file("bound.sql", foreach("date(c.eventtime) = date(from_iso8601_timestamp(k.since))"));
    let commands = [
        "explain spec.sql --now 2024-06-01",
        "explain spec.sql --now 2024-06-01 --allow-full-scan=answer",
        "explain date.sql --now 2024-06-01",
        "explain like.sql --now 2024-06-01",
        "explain either.sql --now 2024-06-01",
        "explain bound.sql --now 2024-06-01",
        "run rows.sql --now 2024-06-01",
    ];
    holds("full_scans", &program, &commands);
    // A bound that a row has, and that bounds nothing.
    program.file("keys.csv", "since,day\n2024-05-06T00:00:00Z,x\n!,x\n");
    holds(
        "full_scans_of_rows",
        &program,
        &["run rows.sql --now 2024-06-01", "run rows.sql --now 2024-06-01 --allow-full-scan=foreach_1"],
    );
}
