//! LATERAL joins: the inner and the outer form, and the query they stand in.

use super::yields;

const USES: &str = "LATERAL (
    SELECT e.id, 'seen' AS mark, k.n AS again FROM events e
    WHERE e.who = k.who AND e.region = k.region AND e.at >= k.since AND e.at < '2020-01-03T00:00:00Z'
  ) u";

#[test]
fn the_inner_form_is_a_foreach() {
    yields(
        &format!("SELECT k.n, u.id FROM keys k CROSS JOIN {USES} WHERE k.n < 3"),
        &["1|1", "1|3", "1|5", "2|2", "2|4"],
    );
    yields(&format!("SELECT k.n, u.id FROM keys k, {USES} WHERE k.n = 2"), &["2|2", "2|4"]);
    yields(&format!("SELECT k.n, u.id FROM keys k JOIN {USES} ON TRUE WHERE k.n = 2"), &["2|2", "2|4"]);
}

#[test]
fn the_outer_form_keeps_rows_without_a_match() {
    yields(
        &format!("SELECT k.n, u.id, u.mark, u.again FROM keys k LEFT JOIN {USES} ON TRUE WHERE k.n IN (2, 4, 5, 6)"),
        &["2|2|seen|2", "2|4|seen|2", "4|NULL|NULL|NULL", "5|NULL|NULL|NULL", "6|NULL|NULL|NULL"],
    );
    yields(
        &format!("SELECT * FROM (SELECT n, who, region, since FROM keys) k LEFT JOIN {USES} ON TRUE WHERE k.n = 4"),
        &["4|nobody|b|2020-01-02T00:00:00Z|NULL|NULL|NULL"],
    );
}

#[test]
fn a_count_in_the_outer_form_is_zero() {
    yields(
        "SELECT k.n, u.c FROM keys k
         LEFT JOIN LATERAL (SELECT count(*) AS c FROM events e WHERE e.who = k.who AND e.day = '2020-01-01') u ON TRUE",
        &["1|2", "2|1", "3|2", "4|0", "5|0", "6|2"],
    );
}

#[test]
fn an_outer_body_that_does_not_use_the_row() {
    yields(
        "SELECT k.n, u.id FROM keys k
         LEFT JOIN LATERAL (SELECT id FROM events WHERE day = '2020-01-15') u ON TRUE WHERE k.n < 3",
        &["1|NULL", "2|NULL"],
    );
}

#[test]
fn the_query_around_it_orders_groups_and_names_as_written() {
    yields(
        &format!(
            "SELECT k.n, count(u.id) AS c, min(u.id) FROM keys k LEFT JOIN {USES} ON TRUE
                  GROUP BY k.n, GROUPING SETS ((), (k.n)) HAVING k.n < 5 ORDER BY k.n, count(u.id)"
        ),
        &["1|3|1", "1|3|1", "2|2|2", "2|2|2", "3|3|1", "3|3|1", "4|0|NULL", "4|0|NULL"],
    );
    yields(
        &format!(
            "SELECT n, upper(who) AS w, id FROM keys k CROSS JOIN {USES} WHERE n = 2 ORDER BY upper(who), u.id, n, again"
        ),
        &["2|BOB|2", "2|BOB|4"],
    );
    yields(&format!("SELECT DISTINCT k.who FROM keys k CROSS JOIN {USES} ORDER BY k.who"), &["ann", "bob"]);
}

#[test]
fn the_left_table_may_be_called_as_anything() {
    yields(
        "SELECT b.n, q.id FROM keys b
         LEFT JOIN LATERAL (SELECT e.id FROM events e WHERE e.who = b.who AND e.at >= b.since AND e.day < '2020-01-02') q
         ON TRUE WHERE b.n IN (2, 4)",
        &["2|2", "4|NULL"],
    );
    yields(
        "SELECT n, id FROM keys
         CROSS JOIN LATERAL (SELECT id FROM events e WHERE e.who = keys.who AND at >= since AND day < '2020-01-02') u
         WHERE n = 2",
        &["2|2"],
    );
}

#[test]
fn several_relations_to_the_left() {
    yields(
        "SELECT a.n, b.n AS m, u.id FROM keys a JOIN keys b ON b.who = a.who AND b.n > a.n
         CROSS JOIN LATERAL (SELECT e.id FROM events e WHERE e.who = a.who AND e.region = b.region AND e.day = '2020-01-01') u",
        &["1|3|1", "1|6|1", "3|6|1"],
    );
    yields(
        "SELECT n, who, u.id FROM keys a JOIN (SELECT DISTINCT who FROM keys) b USING (who)
         CROSS JOIN LATERAL (SELECT e.id FROM events e WHERE (e.who = a.region OR e.id = a.n) AND e.day = '2020-01-01') u
         WHERE n = 2 AND u.id > 0",
        &["2|bob|2"],
    );
}

#[test]
fn two_laterals_in_a_row() {
    yields(
        "SELECT k.n, u.id, v.id AS next FROM keys k
         CROSS JOIN LATERAL (SELECT e.id, e.at FROM events e WHERE e.who = k.who AND e.day = '2020-01-01') u
         LEFT JOIN LATERAL (SELECT e.id FROM events e
                            WHERE e.who = k.who AND e.at > u.at AND e.at < '2020-01-02T12:00:00Z' AND e.region = 'a') v ON TRUE
         WHERE k.n IN (1, 2)",
        &["1|1|3", "1|1|5", "1|7|3", "1|7|5", "2|2|4"],
    );
}

#[test]
fn a_filter_on_the_left_is_not_pushed_below_an_outer_join() {
    yields(
        "SELECT x.n, l.id FROM (SELECT 1 AS n) x
         LEFT JOIN (keys k CROSS JOIN LATERAL (SELECT e.id FROM events e WHERE e.who = k.who AND e.day = '2020-01-01') l)
         ON k.n = x.n AND l.id = 99 WHERE k.who IS NULL",
        &["1|NULL"],
    );
}

#[test]
fn joins_behind_the_lateral_one() {
    yields(
        "SELECT k.n, u.id, j.n AS m FROM keys k
         CROSS JOIN LATERAL (SELECT e.id FROM events e WHERE e.who = k.who AND e.day = '2020-01-01') u
         JOIN keys j ON j.n = u.id AND j.who = k.who
         WHERE k.n < 4",
        &["1|1|1", "2|2|2", "3|1|1"],
    );
}

#[test]
fn a_lateral_that_uses_nothing_stays_a_subquery() {
    yields(
        "SELECT k.n, u.c FROM keys k CROSS JOIN LATERAL (SELECT count(*) AS c FROM events WHERE day = '2020-01-03') u
         WHERE k.n < 3",
        &["1|1", "2|1"],
    );
}

#[test]
fn star_of_the_lateral_query_and_fields() {
    yields(
        "SELECT u.* FROM keys k
         CROSS JOIN LATERAL (SELECT e.id, CAST(ROW(k.n, e.kind) AS row(n integer, kind varchar)) AS pair FROM events e
                             WHERE e.who = k.who AND e.day = '2020-01-01') u WHERE k.n = 2",
        &["2|{n=2, kind=read}"],
    );
    yields(
        "SELECT u.pair.kind, pair.n FROM keys k
         CROSS JOIN LATERAL (SELECT CAST(ROW(k.n, e.kind) AS row(n integer, kind varchar)) AS pair FROM events e
                             WHERE e.who = k.who AND e.day = '2020-01-01') u WHERE k.n = 2",
        &["read|2"],
    );
}
