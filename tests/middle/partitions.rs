//! Which partitions statements read: what the predicates leave, each once, and nothing else.

use std::collections::BTreeMap;

use super::bench::{compiled, outcome};
use super::yields;

/// How many partitions the scans of a table were asked for, by step.
#[track_caller]
fn asked(spec: &str, merge: bool) -> BTreeMap<String, u64> {
    let outcome = outcome(&compiled(spec, merge).expect("it compiles")).expect("it runs");
    let of_events = outcome.coverage.into_iter().filter(|coverage| coverage.table == "events");
    of_events.map(|coverage| (coverage.step, coverage.partitions_asked)).collect()
}

#[track_caller]
pub fn asks(spec: &str, partitions: u64) {
    let asked = asked(spec, true);
    assert_eq!(asked.values().sum::<u64>(), partitions, "{asked:?}");
}

#[test]
fn a_window_with_its_slack() {
    // From 23:30 to 23:40 and an hour of slack: two days of three regions.
    asks("SELECT id FROM events WHERE at BETWEEN '2020-01-01T23:30:00Z' AND '2020-01-01T23:40:00Z'", 6);
    asks("SELECT id FROM events WHERE at BETWEEN '2020-01-01T20:30:00Z' AND '2020-01-01T21:40:00Z'", 3);
    asks("SELECT id FROM events WHERE at LIKE '2020-01-01T2%' AND region = 'a'", 2);
    asks("SELECT id FROM events WHERE substr(at, 1, 10) = '2020-01-01' AND region = 'a'", 2);
    asks("SELECT id FROM events WHERE date(from_iso8601_timestamp(at)) = DATE '2020-01-01' AND region <> 'a'", 4);
}

#[test]
fn months_of_different_lengths_prune_nothing_that_is_needed() {
    // The 30th at noon plus a month is later than the 31st at six plus a month.
    yields(
        "SELECT id FROM events WHERE from_iso8601_timestamp(at) + INTERVAL '1' MONTH >= TIMESTAMP '2020-02-01 10:00:00 UTC'
         AND day BETWEEN '2020-01-01' AND '2020-01-01' AND region = 'a'",
        &["1", "2"],
    );
    let derived = asked(
        "SELECT id FROM events WHERE from_iso8601_timestamp(at) + INTERVAL '1' MONTH >= TIMESTAMP '2020-02-03 00:00:00 UTC'
         AND day >= '2020-01-01'",
        true,
    );
    assert_eq!(derived.values().sum::<u64>(), 60, "from the first to the twentieth, in three regions");
}

#[test]
fn merged_reads_each_partition_once() {
    let spec = "
        FOREACH k IN (SELECT * FROM keys WHERE n IN (1, 3))
          SELECT k.n, e.id FROM events e
          WHERE e.who = k.who AND e.region = k.region AND e.at >= k.since AND e.at < '2020-01-01T12:00:00Z'";
    assert_eq!(asked(spec, true).values().sum::<u64>(), 1);
    assert_eq!(asked(spec, false).values().sum::<u64>(), 2);
}

#[test]
fn outer_joins_and_or_is_null_prune_what_is_safe() {
    yields(
        "SELECT k.n, e.id FROM (SELECT n, who FROM keys WHERE n IN (2, 4)) k
         LEFT JOIN events e ON e.who = k.who AND e.day = '2020-01-01' WHERE e.region = 'b' OR e.region IS NULL",
        &["4|NULL"],
    );
    yields(
        "SELECT e.id, f.id AS f FROM (SELECT id FROM events WHERE day = '2020-01-03') e
         FULL JOIN (SELECT id, day FROM events WHERE day IN ('2020-01-02', '2020-01-03')) f ON e.id = f.id AND f.day = '2020-01-02'",
        &["8|NULL", "NULL|3", "NULL|4", "NULL|5", "NULL|8", "NULL|9"],
    );
}

#[test]
fn conditions_reach_through_subqueries_groups_and_set_operations() {
    asks("SELECT id FROM (SELECT id, day AS d, region AS r FROM events) WHERE d = '2020-01-01' AND r = 'a'", 1);
    asks("SELECT c FROM (SELECT day AS d, count(*) AS c FROM events GROUP BY day) WHERE d = '2020-01-01'", 3);
    asks(
        "SELECT id FROM (SELECT id, day FROM events WHERE region = 'a' UNION ALL SELECT id, day FROM events WHERE region = 'b')
         WHERE day = '2020-01-01'",
        2,
    );
    // A window or a limit chooses among rows that a condition above it never saw.
    yields(
        "SELECT id FROM (SELECT id, region, row_number() OVER (ORDER BY id) AS r FROM events WHERE day = '2020-01-01')
         WHERE region = 'b' AND r = 3",
        &["6"],
    );
    yields(
        "SELECT id FROM (SELECT id, region FROM events WHERE day = '2020-01-01' ORDER BY id LIMIT 2) WHERE region = 'b'",
        &[],
    );
}

#[test]
fn rows_without_partitions_still_count() {
    yields(
        "FOREACH k IN (SELECT * FROM keys WHERE n IN (5, 6))
          (SELECT k.n, count(*) AS c FROM events e WHERE e.region = k.region AND e.at >= k.since AND e.who = k.who
           AND e.at < '2020-01-05T00:00:00Z')",
        &["5|0", "6|0"],
    );
}
