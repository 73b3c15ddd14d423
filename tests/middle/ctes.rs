//! Common table expressions: what their references say of event time reaches their scans, and no row that
//! any reference needs is left out.

use super::partitions::asks;
use super::{refuses, yields};

#[test]
fn one_reference_hands_in_what_it_says() {
    let spec =
        "WITH c AS (SELECT * FROM events) SELECT id FROM c WHERE at < '2020-01-01T12:30:00Z' AND at >= '2020-01-01'";
    yields(spec, &["1", "6"]);
    asks(spec, 3);
    // Through names of its own, an expression on another, and a view.
    let spec = "WITH c(moment, number, place) AS (SELECT at, id, region FROM events), d AS (SELECT * FROM c WHERE place <> 'b')
         SELECT number FROM d WHERE moment LIKE '2020-01-02T0%'";
    yields(spec, &["3", "4", "9"]);
    asks(spec, 2);
    let spec =
        "CREATE VIEW v AS WITH c AS (SELECT * FROM events WHERE kind = 'read') SELECT at, id, region AS place FROM c;
         SELECT id FROM v WHERE at BETWEEN '2020-01-02T23:30:00Z' AND '2020-01-03T00:00:00Z' AND place = 'b'";
    yields(spec, &["8"]);
    asks(spec, 2);
}

#[test]
fn several_references_hand_in_what_one_of_them_says() {
    let spec = "WITH c AS (SELECT * FROM events)
         SELECT a.id AS first, b.id AS second FROM c a JOIN c b ON a.who = b.who
         WHERE a.at BETWEEN '2020-01-01T10:00:00Z' AND '2020-01-01T11:00:00Z'
           AND b.at BETWEEN '2020-01-03T00:00:00Z' AND '2020-01-03T01:00:00Z'";
    yields(spec, &["1|8"]);
    // An engine reads the expression once for each reference: two days of three regions, twice.
    asks(spec, 12);
    let spec = "WITH c AS (SELECT * FROM events)
         SELECT id FROM c WHERE day = '2020-01-03' UNION ALL SELECT id FROM c WHERE at < '2020-01-01T11:00:00Z' AND day >= '2020-01-01'
         UNION ALL SELECT -id FROM c WHERE region = 'c' AND at BETWEEN '2020-01-02T05:00:00Z' AND '2020-01-02T05:00:00Z'";
    yields(spec, &["8", "1", "-9"]);
    asks(spec, 13);
    // Equal to a column that has a bound is a bound.
    yields(
        "WITH c AS (SELECT * FROM events)
         SELECT a.id FROM (SELECT * FROM events WHERE at < '2020-01-01T11:00:00Z' AND day >= '2020-01-01') e
         JOIN c a ON a.day = e.day JOIN c b ON b.id = a.id AND b.at LIKE '2020-01-0%' WHERE e.day = '2020-01-01' AND a.region = 'b'",
        &["6", "7"],
    );
}

#[test]
fn a_reference_without_a_bound_needs_the_whole() {
    refuses(
        "WITH c AS (SELECT * FROM events) SELECT id FROM c WHERE at < '2020-01-02' UNION ALL SELECT id FROM c",
        &["no predicate bounds its time", "`events`"],
    );
    refuses(
        "WITH c AS (SELECT * FROM events LIMIT 3) SELECT id FROM c WHERE at LIKE '2020-01-0%'",
        &["no predicate bounds its time"],
    );
    refuses(
        "WITH c AS (SELECT max(at) AS at FROM events GROUP BY who) SELECT * FROM c WHERE at LIKE '2020-01-0%'",
        &["no predicate bounds its time"],
    );
    let grouped =
        "WITH c AS (SELECT day, count(*) AS n FROM events GROUP BY day) SELECT n FROM c WHERE day = '2020-01-03'";
    yields(grouped, &["1"]);
    asks(grouped, 3);
    // Nobody reads what such text stands for.
    refuses(
        "WITH c AS (SELECT * FROM events)
         SELECT c.id FROM c, c MATCH_RECOGNIZE (MEASURES A.id AS first PATTERN (A) DEFINE A AS true) m WHERE c.at LIKE '2020-01-0%'",
        &["no predicate bounds its time"],
    );
}

#[test]
fn outer_joins_hand_in_what_is_safe() {
    let spec = "WITH c AS (SELECT * FROM events)
         SELECT k.n, c.id FROM keys k LEFT JOIN c ON c.who = k.who AND c.at BETWEEN '2020-01-02T00:30:00Z' AND '2020-01-02T22:00:00Z'
         WHERE k.n IN (1, 2, 4)";
    yields(spec, &["1|NULL", "2|4", "4|NULL"]);
    asks(spec, 3);
    refuses(
        "WITH c AS (SELECT * FROM events)
         SELECT k.n, c.id FROM keys k LEFT JOIN c ON c.who = k.who WHERE c.at LIKE '2020-01-0%' OR c.at IS NULL",
        &["no predicate bounds its time"],
    );
    refuses(
        "WITH c AS (SELECT * FROM events)
         SELECT k.n, c.id FROM c LEFT JOIN keys k ON c.who = k.who AND c.at LIKE '2020-01-0%'",
        &["no predicate bounds its time"],
    );
    yields(
        "WITH c AS (SELECT * FROM events)
         SELECT k.n FROM keys k WHERE NOT EXISTS (SELECT 1 FROM c WHERE c.who = k.who AND c.at LIKE '2020-01-03%')
         AND k.who IN (SELECT who FROM c WHERE c.day = '2020-01-01')",
        &["2"],
    );
}

#[test]
fn in_the_body_of_a_foreach() {
    // Of the body itself: bounded by the row.
    yields(
        "FOREACH k IN (SELECT * FROM keys WHERE n IN (1, 2, 6))
         (WITH c AS (SELECT * FROM events)
          SELECT k.n, c.id FROM c WHERE c.who = k.who AND c.at >= k.since AND c.at < '2020-01-01T23:57:00Z')",
        &["1|1", "1|7", "2|2"],
    );
    let counted = "FOREACH k IN (SELECT * FROM keys WHERE n IN (1, 4))
         (WITH c AS (SELECT * FROM events WHERE who = k.who)
          SELECT k.n, (SELECT count(*) FROM c WHERE at BETWEEN k.since AND '2020-01-01T12:00:00Z') AS early,
                 (SELECT count(*) FROM c WHERE at >= '2020-01-02T23:00:00Z' AND at < '2020-01-03T00:30:00Z') AS late)";
    yields(counted, &["1|1|1", "4|0|0"]);
    // Around it: the body and the query behind it have windows of their own.
    let spec = "WITH c AS (SELECT * FROM events), f AS (
           FOREACH k IN (SELECT DISTINCT who FROM c WHERE at BETWEEN '2020-01-01T11:00:00Z' AND '2020-01-01T23:52:00Z')
             SELECT c.id FROM c WHERE c.who = k.who AND c.at LIKE '2020-01-02%')
         SELECT id FROM f UNION ALL SELECT -id FROM c WHERE at >= '2020-01-03' AND at < '2020-01-03T22:00:00Z'";
    yields(spec, &["4", "-8"]);
    // The row of a FOREACH is no bound for what is read without it.
    refuses(
        "WITH c AS (SELECT * FROM events)
         FOREACH k IN (SELECT * FROM keys) SELECT c.id FROM c WHERE c.who = k.who AND c.at = k.since",
        &["no predicate bounds its time"],
    );
}
