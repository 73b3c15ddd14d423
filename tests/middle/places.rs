//! Where a FOREACH may stand, and what may stand around and inside it.

use super::yields;

const IDS: &str = "FOREACH k IN (SELECT * FROM keys WHERE n IN (1, 2))
  SELECT k.n, e.id FROM events e WHERE e.who = k.who AND e.at >= k.since AND e.at < '2020-01-02T00:00:00Z'";

#[test]
fn in_from_in_a_cte_and_in_a_set_operation() {
    yields(&format!("SELECT n, count(*) FROM ({IDS}) f GROUP BY n"), &["1|3", "2|1"]);
    yields(&format!("WITH f AS ({IDS}) SELECT a.n, b.id FROM f a JOIN f b ON a.id = b.id WHERE b.n = 2"), &["2|2"]);
    yields(&format!("SELECT 0 AS n, 0 AS id UNION ALL {IDS}"), &["0|0", "1|1", "1|5", "1|7", "2|2"]);
    yields(&format!("({IDS}) EXCEPT SELECT 1, 5"), &["1|1", "1|7", "2|2"]);
    yields(
        &format!("SELECT id FROM events WHERE day = '2020-01-01' AND id IN (SELECT id FROM ({IDS}) f)"),
        &["1", "2", "7"],
    );
    yields("SELECT 7 IN (FOREACH k IN (SELECT n FROM keys) SELECT k.n + 1) AS x", &["true"]);
    yields(&format!("SELECT * FROM ({IDS}) ORDER BY n DESC, id LIMIT 2"), &["2|2", "1|1"]);
    yields(&format!("({IDS}) ORDER BY id DESC LIMIT 1"), &["1|7"]);
}

#[test]
fn a_foreach_table_is_read_without_its_hidden_key() {
    let made = format!("CREATE TEMPORARY TABLE f AS {IDS};");
    for query in
        ["SELECT * FROM f", "SELECT g.* FROM f AS g", "TABLE f", "SELECT * FROM (SELECT * FROM f)", "(TABLE f)"]
    {
        yields(&format!("{made} {query}"), &["1|1", "1|5", "1|7", "2|2"]);
    }
    yields(&format!("{made} SELECT * FROM f JOIN (SELECT 2 AS n) x USING (n)"), &["2|2"]);
    yields(
        &format!("{made} FOREACH k IN (SELECT * FROM f WHERE n = 2) SELECT k.* FROM keys WHERE keys.n = k.n"),
        &["2|2"],
    );
    yields(&format!("{made} FOREACH k IN (SELECT * FROM keys WHERE n = 2) SELECT * FROM f WHERE f.n = k.n"), &["2|2"]);
}

#[test]
fn a_cte_around_a_foreach_reaches_its_driver_and_its_body() {
    yields(
        "WITH few AS (SELECT * FROM keys WHERE n IN (1, 2)),
              log AS (SELECT id, who FROM events WHERE day = '2020-01-01')
         FOREACH k IN (SELECT * FROM few) SELECT k.n, l.id FROM log l WHERE l.who = k.who",
        &["1|1", "1|7", "2|2"],
    );
    yields(
        "WITH few (number, name) AS (SELECT n, who FROM keys WHERE n IN (1, 2)),
              fewer AS (SELECT * FROM few WHERE number = 2),
              log AS (SELECT id, who FROM events WHERE day = '2020-01-01')
         SELECT f.number, u.c FROM fewer f
         CROSS JOIN LATERAL (SELECT count(*) AS c FROM log WHERE log.who = f.name) u",
        &["2|1"],
    );
    yields(
        "WITH log AS (SELECT id, who FROM events WHERE day = '2020-01-01')
         SELECT (SELECT count(*) FROM log) AS c, f.id
         FROM (FOREACH k IN (SELECT * FROM keys WHERE n = 2) SELECT l.id FROM log l WHERE l.who = k.who) f",
        &["4|2"],
    );
}

#[test]
fn a_with_inside_the_body() {
    yields(
        "FOREACH k IN (SELECT * FROM keys WHERE n IN (1, 2))
         (WITH mine AS (SELECT id, kind FROM events WHERE who = k.who AND day = '2020-01-01')
          SELECT k.n, a.id, b.id AS b FROM mine a JOIN mine b ON a.kind <> b.kind)",
        &["1|1|7", "1|7|1"],
    );
}

#[test]
fn a_cte_read_twice_shares_its_scan() {
    yields(
        "WITH x AS (SELECT id, region FROM events WHERE region IN ('a', 'b') AND day IN ('2020-01-01', '2020-01-03'))
         SELECT a.id, b.id FROM x a JOIN x b ON a.id + 1 = b.id",
        &["1|2", "6|7", "7|8"],
    );
}

#[test]
fn chains_of_foreachs() {
    yields(
        "FOREACH k IN (SELECT * FROM keys WHERE n IN (1, 2))
           FOREACH e IN (SELECT id, at FROM events e WHERE e.who = k.who AND e.day = '2020-01-01')
             SELECT k.n, e.id, f.id AS next FROM events f
             WHERE f.who = k.who AND f.at > e.at AND f.at < '2020-01-02T12:00:00Z'",
        &["1|1|3", "1|1|5", "1|1|7", "1|7|3", "1|7|5", "2|2|4"],
    );
    yields(
        "SELECT count(*) FROM (
           FOREACH k IN (SELECT n, who FROM keys WHERE n IN (1, 2))
             FOREACH k2 IN (SELECT k.n * 10 AS m UNION ALL SELECT 7)
               FOREACH k3 IN (SELECT k2.m + 1 AS m WHERE k2.m <> 10)
                 SELECT k.n, k2.m, k3.m AS m3, e.id FROM events e WHERE e.who = k.who AND e.day = '2020-01-01')",
        &["4"],
    );
    yields(
        "FOREACH k IN (SELECT n FROM keys WHERE n < 3) FOREACH j IN (SELECT n AS m FROM keys WHERE n > 4) SELECT j.m",
        &["5", "5", "6", "6"],
    );
    yields(
        "FOREACH k IN (SELECT n FROM keys WHERE n < 3) FOREACH k IN (SELECT k.n + 1 AS n) SELECT k.n * 2 AS x",
        &["4", "6"],
    );
}

#[test]
fn a_foreach_in_a_driver_and_in_a_body() {
    yields(
        &format!("FOREACH f IN ({IDS}) SELECT f.n, e.kind FROM events e WHERE e.id = f.id AND e.day = '2020-01-01'"),
        &["1|login", "1|write", "2|read"],
    );
    yields(
        &format!("FOREACH f IN (SELECT n FROM keys WHERE n < 4) SELECT f.n, g.id FROM ({IDS}) g WHERE g.n = f.n"),
        &["1|1", "1|5", "1|7", "2|2"],
    );
}

#[test]
fn views_with_names_of_their_own() {
    yields(
        "CREATE VIEW v (number, name) AS SELECT id, who FROM events WHERE day = '2020-01-01';
         SELECT v.number, name, x.number AS m FROM v JOIN v AS x USING (name) WHERE x.number = 6",
        &["6|cat|6"],
    );
    yields("CREATE VIEW v (a, b) AS VALUES (1, 'x'), (2, 'y'); SELECT * FROM v AS w WHERE w.a = 2", &["2|y"]);
    yields(
        &format!(
            "CREATE VIEW v (a, b) AS {IDS}; SELECT b FROM v WHERE a = 2 UNION ALL SELECT w.a FROM v w WHERE w.b = 7"
        ),
        &["2", "1"],
    );
    yields(
        "CREATE VIEW v AS (SELECT * FROM events WHERE region = 'a');
         FOREACH k IN (SELECT * FROM keys WHERE n = 2) SELECT id FROM v WHERE v.who = k.who AND v.at >= k.since AND v.day < '2020-01-09'",
        &["2", "4"],
    );
}

#[test]
fn a_foreach_over_no_partition_yields_nothing() {
    yields(
        "FOREACH k IN (SELECT * FROM keys WHERE n = 1)
          SELECT k.n, e.id FROM events e WHERE e.who = k.who AND e.region = 'z' AND e.at >= k.since",
        &[],
    );
}

#[test]
fn steps_may_have_awkward_names() {
    yields(
        &format!("CREATE TEMPORARY TABLE answer AS {IDS}; SELECT count(*) FROM answer; SELECT max(id) FROM answer"),
        &["7"],
    );
    yields(
        &format!("CREATE TEMPORARY TABLE \"My Table\" AS {IDS}; SELECT \"My Table\".id FROM \"My Table\" WHERE n = 2"),
        &["2"],
    );
}
