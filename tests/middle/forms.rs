//! The forms of a FOREACH's body, each on its rung.

use athplan::plan::Rung;

use super::{stands_on, yields};

const JOIN: &str = "
FOREACH k IN (SELECT * FROM keys)
  SELECT k.n, e.id FROM events e
  WHERE e.who = k.who AND e.region = k.region AND e.at >= k.since AND e.at < '2020-01-03T00:00:00Z'";

#[test]
fn a_join_keeps_duplicates_and_drops_nulls() {
    stands_on(JOIN, Rung::Join);
    yields(JOIN, &["1|1", "1|3", "1|5", "2|2", "2|4", "3|1", "3|3", "3|5"]);
}

#[test]
fn a_body_that_does_not_use_the_row_runs_once() {
    let spec = "FOREACH k IN (SELECT n FROM keys WHERE n < 3) SELECT e.id FROM events e WHERE e.day = '2020-01-03'";
    stands_on(spec, Rung::Uncorrelated);
    yields(spec, &["8", "8"]);
}

#[test]
fn no_driver_row_no_row() {
    yields(
        "FOREACH k IN (SELECT * FROM keys WHERE n > 100)
         (SELECT count(*) AS c FROM events e WHERE e.who = k.who AND e.day = '2020-01-01')",
        &[],
    );
    yields("FOREACH k IN (SELECT * FROM keys WHERE n > 100) SELECT e.id FROM events e WHERE e.day = '2020-01-01'", &[]);
}

#[test]
fn a_count_of_nothing_is_zero() {
    let spec = "
        FOREACH k IN (SELECT * FROM keys)
        (SELECT k.n, count(*) AS c FROM events e
         WHERE e.who = k.who AND e.region = k.region AND e.at >= k.since AND e.at < '2020-01-03T00:00:00Z')";
    stands_on(spec, Rung::Substituted);
    yields(spec, &["1|3", "2|2", "3|3", "4|0", "5|0", "6|0"]);
}

#[test]
fn a_limit_is_per_row() {
    yields(
        "FOREACH k IN (SELECT * FROM keys WHERE n IN (1, 2))
         (SELECT k.n, e.id FROM events e WHERE e.who = k.who AND e.at >= k.since ORDER BY e.at DESC, e.id LIMIT 2)",
        &["1|8", "1|3", "2|4", "2|2"],
    );
}

#[test]
fn a_marker_by_union_all_stands_once_a_row() {
    yields(
        "FOREACH k IN (SELECT * FROM keys WHERE n IN (1, 4))
         (SELECT e.id FROM events e WHERE e.who = k.who AND e.at >= k.since UNION ALL SELECT -k.n)",
        &["1", "3", "5", "7", "8", "-1", "-4"],
    );
}

#[test]
fn distinct_and_grouping_are_per_row() {
    yields(
        "FOREACH k IN (SELECT * FROM keys WHERE n IN (1, 3))
         (SELECT DISTINCT k.who, e.region FROM events e WHERE e.who = k.who AND e.at >= k.since)",
        &["ann|a", "ann|b", "ann|a", "ann|b"],
    );
    yields(
        "FOREACH k IN (SELECT * FROM keys WHERE n IN (1, 2))
         (SELECT k.n, e.region, k.who, count(*) AS c FROM events e WHERE e.who = k.who AND e.at >= k.since
          GROUP BY k.n, e.region, k.who, k.n ORDER BY k.n)",
        &["1|a|ann|3", "1|b|ann|2", "2|a|bob|2"],
    );
}

#[test]
fn a_pair_across_midnight_is_found() {
    let spec = "
        FOREACH k IN (SELECT * FROM keys WHERE n = 2)
          SELECT x.id AS x, y.id AS y FROM events x JOIN events y ON y.who = x.who AND y.id > x.id
          WHERE x.who = k.who AND x.region = k.region AND y.region = k.region
            AND x.at >= k.since AND y.at >= k.since AND x.at < '2020-01-10T00:00:00Z' AND y.at < '2020-01-10T00:00:00Z'";
    stands_on(spec, Rung::Join);
    yields(spec, &["2|4"]);
}

#[test]
fn a_left_join_in_the_body_keeps_its_rows() {
    let spec = "
        FOREACH k IN (SELECT * FROM keys WHERE n IN (1, 2))
          SELECT k.n, x.id AS x, y.id AS y FROM events x
          LEFT JOIN events y ON y.who = x.who AND y.kind = 'login' AND y.day = '2020-01-01'
          WHERE x.who = k.who AND x.at >= k.since AND x.region = 'a'";
    stands_on(spec, Rung::Join);
    yields(spec, &["1|1|1", "1|3|1", "1|5|1", "2|2|NULL", "2|4|NULL"]);
}

#[test]
fn the_on_of_an_outer_join_may_use_the_row() {
    let spec = "
        FOREACH k IN (SELECT * FROM keys WHERE n IN (1, 2))
          SELECT k.n, x.id AS x, y.id AS y FROM events x
          LEFT JOIN events y ON y.who = k.who AND y.kind = 'login' AND y.day = '2020-01-01'
          WHERE x.id = 4 AND x.day = '2020-01-02'";
    stands_on(spec, Rung::Substituted);
    yields(spec, &["1|4|1", "2|4|NULL"]);
}

#[test]
fn the_on_of_an_inner_join_may_use_the_row() {
    let spec = "
        FOREACH k IN (SELECT * FROM keys WHERE n IN (1, 2))
          SELECT k.n, x.id AS x, y.id AS y FROM events x
          JOIN events y ON y.who = k.who AND y.id < x.id AND y.day = '2020-01-01'
          WHERE x.id = 4 AND x.day = '2020-01-02'";
    stands_on(spec, Rung::Join);
    yields(spec, &["1|4|1", "2|4|2"]);
}

#[test]
fn right_and_full_joins_preserve_rows_for_each_row() {
    yields(
        "FOREACH k IN (SELECT * FROM keys WHERE n IN (1, 4))
          SELECT k.n, x.id AS x, y.id AS y
          FROM (SELECT id FROM events WHERE who = k.who AND day = '2020-01-01' AND region = 'a') x
          FULL JOIN (SELECT id FROM events WHERE day = '2020-01-03') y ON x.id = y.id",
        &["1|1|NULL", "1|NULL|8", "4|NULL|8"],
    );
}

#[test]
fn exists_and_in_over_a_scan_that_the_row_decides() {
    yields(
        "FOREACH k IN (SELECT * FROM keys)
          SELECT k.n, x.id FROM events x
          WHERE x.day = '2020-01-03' AND EXISTS (SELECT 1 FROM events y WHERE y.who = k.who AND y.region = k.region
                                                  AND y.kind = 'login' AND y.day = '2020-01-01')",
        &["1|8", "3|8", "6|8"],
    );
    yields(
        "FOREACH k IN (SELECT * FROM keys WHERE n IN (1, 2))
          SELECT k.n, x.id FROM events x
          WHERE x.day = '2020-01-03' AND k.who IN (SELECT who FROM events WHERE kind = 'login' AND day = '2020-01-01')",
        &["1|8"],
    );
}

#[test]
fn a_volatile_body_runs_for_each_row() {
    let spec = "
        FOREACH k IN (SELECT * FROM keys) (SELECT CAST(uuid() AS varchar) AS u FROM events e WHERE e.day = '2020-01-03')";
    stands_on(spec, Rung::Substituted);
}

#[test]
fn a_lambda_may_use_the_row() {
    yields(
        "FOREACH k IN (SELECT 1 AS n, 'x' AS tag UNION ALL SELECT 2, 'y')
          SELECT k.n, e.id FROM events e WHERE e.day = '2020-01-01' AND any_match(e.tags, t -> t = k.tag)",
        &["1|1", "1|2", "1|6", "2|1"],
    );
    yields(
        "FOREACH k IN (SELECT 1 AS n, 'x' AS tag UNION ALL SELECT 2, 'y')
          (SELECT k.n, count(*) AS c FROM events e WHERE e.day = '2020-01-01' AND any_match(e.tags, t -> t = k.tag))",
        &["1|3", "2|1"],
    );
}

#[test]
fn unnest_may_use_the_row() {
    yields(
        "FOREACH k IN (SELECT 1 AS n, 'x,y' AS list UNION ALL SELECT 2, 'z')
          SELECT k.n, u.tag FROM UNNEST(split(k.list, ',')) AS u (tag)",
        &["1|x", "1|y", "2|z"],
    );
    yields(
        "FOREACH k IN (SELECT 1 AS n, 'ann' AS who)
          SELECT k.n, e.id, u.tag FROM events e CROSS JOIN UNNEST(e.tags) AS u (tag)
          WHERE e.who = k.who AND e.day = '2020-01-01'",
        &["1|1|x", "1|1|y", "1|7|z"],
    );
}

#[test]
fn values_and_no_from_may_use_the_row() {
    yields("FOREACH k IN (SELECT n FROM keys WHERE n < 3) SELECT k.n * 10 AS x", &["10", "20"]);
    yields("FOREACH k IN (SELECT n FROM keys WHERE n < 3) (VALUES (k.n, 'v'))", &["1|v", "2|v"]);
}

#[test]
fn windows_are_per_row() {
    yields(
        "FOREACH k IN (SELECT * FROM keys WHERE n IN (1, 3))
          SELECT k.n, e.id, row_number() OVER (ORDER BY e.id) AS r FROM events e
          WHERE e.who = k.who AND e.day = '2020-01-01'",
        &["1|1|1", "1|7|2", "3|1|1", "3|7|2"],
    );
}
