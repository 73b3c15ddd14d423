//! Parameters and now(): values in text, wherever they may stand.

use super::bench::{compiled_with, rows_of};
use super::yields;

#[test]
fn parameters_stand_anywhere() {
    yields(
        "DECLARE day varchar DEFAULT '2020-01-01'; DECLARE n integer DEFAULT -1; DECLARE few integer DEFAULT 2;
         DECLARE big bigint DEFAULT 1;
         SELECT id -:n AS next FROM events WHERE day = :day ORDER BY id OFFSET :big LIMIT :few",
        &["3", "7"],
    );
    yields(
        "DECLARE n integer DEFAULT 1; DECLARE none array(varchar) DEFAULT ARRAY[]; DECLARE r array(varchar) DEFAULT ARRAY['b', 'it''s'];
         SELECT :n + 1, count(*), max(id) FROM events
         WHERE day = '2020-01-01' AND region IN (:r) AND kind NOT IN (:none) GROUP BY :n, region ORDER BY :n",
        &["2|2|7"],
    );
    yields(
        "DECLARE none array(varchar) DEFAULT ARRAY[]; SELECT count(*) FROM events WHERE day = '2020-01-01' AND region IN (:none)",
        &["0"],
    );
    yields(
        "DECLARE ids array(integer) DEFAULT ARRAY[1, 2]; SELECT id FROM events WHERE day = '2020-01-01' AND id IN (:ids)",
        &["1", "2"],
    );
}

#[test]
fn parameters_stand_in_drivers_bodies_views_and_conditions() {
    yields(
        "DECLARE day varchar DEFAULT '2020-01-01'; DECLARE who varchar DEFAULT 'ann';
         CREATE VIEW v AS SELECT id, who, region FROM events WHERE day = :day;
         FOREACH k IN (SELECT n, :who AS who FROM keys WHERE who = :who AND n < 3)
           SELECT k.n, v.id, x.id AS x FROM v JOIN events x ON x.id > v.id AND x.day = :day AND x.who = :who
           WHERE v.who = k.who",
        &["1|1|7"],
    );
    yields(
        "DECLARE day varchar DEFAULT '2020-01-01';
         SELECT k.n, u.id FROM (SELECT n, who FROM keys WHERE region = 'a' AND :day < '2021') k
         CROSS JOIN LATERAL (SELECT e.id FROM events e WHERE e.who = k.who AND e.day = :day) u WHERE k.n = 2",
        &["2|2"],
    );
}

#[test]
fn hostile_values_change_nothing_but_the_literal() {
    let values =
        ["'", "''", "--", "*/ /*", "\\", "a\nb", "\u{202E}x", ":day", "${run}", "\u{0}", "U&'\\0041'", "é😀\u{FEFF}"];
    for value in values {
        let spec = "DECLARE v varchar;
            FOREACH k IN (SELECT :v AS v, 2 AS n) (SELECT k.v = :v AS same, length(k.v) AS l, count(*) AS c
                                                   FROM events e WHERE e.day = '2020-01-03' AND e.who <> k.v GROUP BY k.v)";
        let compiled = compiled_with(spec, true, &[("v", value)]).expect("it compiles");
        assert_eq!(rows_of(&compiled), [format!("true|{}|1", value.chars().count())], "{value:?}");
    }
}

#[test]
fn now_is_the_time_of_planning() {
    yields("SELECT now(), current_date", &["2020-01-20 12:00:00.000 UTC|2020-01-20"]);
    yields(
        "SELECT id FROM events WHERE from_iso8601_timestamp(at) > now() - INTERVAL '17' DAY - INTERVAL '13' HOUR",
        &["8"],
    );
}
