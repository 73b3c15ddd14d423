//! What a FOREACH can need at most before its rows are known: driver columns followed to the window that their values
//! come from. That the bounds hold is a law, held for every generated spec; here they are held to be tight.

use athplan::expand::at_most;

use super::bench::{compiled, rows};

/// The days that the correlated scans may need at most in each of the three regions, by the order of FOREACHs.
#[track_caller]
fn most(spec: &str) -> Vec<usize> {
    let compiled = compiled(spec, true).unwrap_or_else(|error| panic!("{error}\n{spec}"));
    let scans = compiled.plan.scans.values().filter(|scan| !scan.derived.columns().is_empty());
    let mut found: Vec<_> = scans
        .map(|scan| (scan.step, at_most(&compiled.plan, scan, &compiled.world).expect("a bound").set.tuples.len() / 3))
        .collect();
    found.sort_unstable();
    found.into_iter().map(|(_, days)| days).collect()
}

/// From the first of January to noon of the second, with an hour of slack: two days.
const WINDOW: &str = "at BETWEEN '2020-01-01T00:00:00Z' AND '2020-01-02T12:00:00Z'";

/// All days of the table.
const ALL: usize = 22;

/// What happened within six hours of each driver row's `since`.
fn within(driver: &str) -> String {
    format!(
        "FOREACH k IN ({driver}) SELECT k.who, e.id FROM events e WHERE e.who = k.who
         AND from_iso8601_timestamp(e.at) BETWEEN from_iso8601_timestamp(k.since) AND from_iso8601_timestamp(k.since) + INTERVAL '6' HOUR"
    )
}

#[test]
fn aggregates_that_pick_a_value() {
    for picked in ["min(at)", "max(at)", "arbitrary(at)", "min_by(at, id)", "max_by(at, id)"] {
        let stored = format!(
            "CREATE TEMPORARY TABLE seen AS SELECT who, {picked} AS since FROM events WHERE {WINDOW} GROUP BY who;"
        );
        assert_eq!(most(&format!("{stored}{}", within("SELECT * FROM seen"))), [2], "{picked}");
    }
    let other = format!("SELECT who, max(concat(at, '')) AS since FROM events WHERE {WINDOW} GROUP BY who");
    assert_eq!(most(&within(&other)), [ALL]);
}

#[test]
fn set_operations() {
    let side = |window: &str| format!("SELECT who, at AS since FROM events WHERE {window}");
    let later = "at BETWEEN '2020-01-05T00:00:00Z' AND '2020-01-05T12:00:00Z'";
    assert_eq!(most(&within(&format!("{} UNION ALL {}", side(WINDOW), side(later)))), [5]);
    assert_eq!(most(&within(&format!("{} EXCEPT {}", side(WINDOW), side(later)))), [2]);
    assert_eq!(most(&within(&format!("{} INTERSECT SELECT who, since FROM keys", side(WINDOW)))), [2]);
    // Of one side nothing is known.
    assert_eq!(most(&within(&format!("{} UNION SELECT who, since FROM keys", side(WINDOW)))), [ALL]);
}

#[test]
fn common_table_expressions_and_views() {
    let view = format!("CREATE VIEW seen AS SELECT who, at AS since FROM events WHERE {WINDOW};");
    assert_eq!(most(&format!("{view}{}", within("SELECT * FROM seen"))), [2]);
    let with = format!("WITH seen AS (SELECT who, at AS since FROM events WHERE {WINDOW}) SELECT * FROM seen");
    assert_eq!(most(&within(&with)), [2]);
}

#[test]
fn foreachs_inside_each_other() {
    let inner = within(&format!("SELECT who, at AS since FROM events WHERE {WINDOW}"));
    let carrying = inner.replace("k.who, e.id", "k.who, e.at AS since");
    // The driver is a FOREACH: six hours after noon, and six more.
    assert_eq!(most(&within(&carrying)), [2, 3]);
    // The body gives back the row's own time.
    let own = inner.replace("k.who, e.id", "k.who, k.since");
    assert_eq!(most(&within(&own)), [2, 2]);
    // One is the body of the other.
    let chain = format!(
        "FOREACH a IN (SELECT who, at AS since FROM events WHERE {WINDOW})
         FOREACH b IN (SELECT e.who, e.at AS since FROM events e WHERE e.at >= a.since AND e.at < '2020-01-04T12:00:00Z')
           SELECT a.who, e.id FROM events e WHERE e.at >= a.since AND from_iso8601_timestamp(e.at) < from_iso8601_timestamp(b.since) + INTERVAL '1' DAY"
    );
    assert_eq!(most(&chain), [4, 5]);
}

#[test]
fn lateral_joins() {
    let spec = format!(
        "SELECT a.who, u.id FROM events a CROSS JOIN LATERAL (
           SELECT e.id, e.at AS since FROM events e WHERE e.at >= a.at AND from_iso8601_timestamp(e.at) < from_iso8601_timestamp(a.at) + INTERVAL '1' DAY
         ) u WHERE a.{WINDOW}"
    );
    assert_eq!(most(&spec), [3]);
    let stored = format!("CREATE TEMPORARY TABLE pairs AS {};", spec.replace("u.id", "u.since"));
    assert_eq!(most(&format!("{stored}{}", within("SELECT * FROM pairs"))), [3, 3]);
}

#[test]
fn times_that_are_no_texts() {
    let typed = |expr: &str, bound: &str| {
        format!(
            "CREATE TEMPORARY TABLE seen AS SELECT who, {expr} AS since FROM events WHERE {WINDOW} GROUP BY who;
             FOREACH k IN (SELECT * FROM seen) SELECT k.who, e.id FROM events e
             WHERE from_iso8601_timestamp(e.at) >= k.since AND from_iso8601_timestamp(e.at) < {bound}"
        )
    };
    assert_eq!(most(&typed("min(from_iso8601_timestamp(at))", "k.since + INTERVAL '6' HOUR")), [2]);
    assert_eq!(most(&typed("min(date(from_iso8601_timestamp(at)))", "k.since + INTERVAL '1' DAY")), [3]);
    let same_day = format!(
        "FOREACH k IN (SELECT who, at AS since FROM events WHERE {WINDOW}) SELECT k.who, e.id FROM events e
         WHERE date(from_iso8601_timestamp(e.at)) = date(from_iso8601_timestamp(k.since))"
    );
    assert_eq!(most(&same_day), [3]);
}

#[test]
fn what_is_followed_gives_its_rows() {
    // The ends of the bounds are reached: nothing that they leave out is found.
    let spec = format!(
        "SELECT who, id FROM ({})",
        within(&format!("SELECT who, min(at) AS since FROM events WHERE {WINDOW} GROUP BY who"))
    );
    assert_eq!(rows(&spec, true), ["ann|1", "bob|2", "cat|6"]);
}
