//! Types that storage cannot keep, in drivers and in results.

use super::{refuses, yields};

#[test]
fn drivers_keep_their_types() {
    yields(
        "FOREACH k IN (SELECT TIMESTAMP '2020-01-01 12:00:00.123 +02:00' AS t, JSON '{\"a\":1}' AS j,
                              INTERVAL '90' MINUTE AS i, INTERVAL '14' MONTH AS m, NULL AS nothing,
                              TIME '10:11:12' AS c, DATE '2020-01-02' AS d, X'00FF' AS b)
          (SELECT typeof(k.t), k.t, json_extract_scalar(k.j, '$.a'), k.i, k.m, k.nothing IS NULL, k.c, k.d, k.b,
                  count(*) FROM events e WHERE from_iso8601_timestamp(e.at) >= k.t - k.i AND e.day = '2020-01-01')",
        &[
            "timestamp(3) with time zone|2020-01-01 12:00:00.123 +02:00|1|0 01:30:00.000|1-2|true|10:11:12|2020-01-02|X'00FF'|4",
        ],
    );
}

#[test]
fn json_keeps_the_text_it_has() {
    // Two JSON values are equal if their texts are. json_parse sorts keys; json_extract keeps their order, and
    // escapes what lies beyond the basic plane.
    let driver = r#"SELECT json_extract('{"b":1.50,"a":"😀","b":2}', '$') AS j
                    UNION ALL SELECT json_parse('{"b":"😀","a":2}') UNION ALL SELECT CAST(NULL AS json)"#;
    let texts = [r#"{"b":1.5,"a":"\uD83D\uDE00","b":2}"#, r#"{"a":2,"b":"\uD83D\uDE00"}"#, "NULL"];
    let body = "FROM events e WHERE e.day = '2020-01-03'";
    yields(&format!("FOREACH k IN ({driver}) SELECT json_format(k.j) AS t {body}"), &texts);
    // In a lambda the value stands as a literal.
    let literal = "transform(ARRAY[e.id], x -> json_format(k.j))[1] AS t";
    yields(&format!("FOREACH k IN ({driver}) (SELECT {literal} {body} LIMIT 1)"), &texts);
    let equal = r#"k.j = json_extract('{"b":1.5,"a":"😀","b":2}', '$')"#;
    yields(&format!("FOREACH k IN ({driver}) SELECT e.id {body} AND {equal}"), &["8"]);
}

#[test]
fn hidden_results_keep_their_types() {
    yields(
        "SELECT typeof(f.t), f.t, f.j, f.i, f.nothing FROM (
           FOREACH k IN (SELECT TIMESTAMP '2020-01-01 12:00:00.123 America/New_York' AS t)
             SELECT k.t, JSON '[1]' AS j, INTERVAL - '5' SECOND AS i, NULL AS nothing FROM events e WHERE e.day = '2020-01-03'
         ) f",
        &["timestamp(3) with time zone|2020-01-01 12:00:00.123 America/New_York|[1]|-0 00:00:05.000|NULL"],
    );
    yields(
        "SELECT u.t, k.t FROM (SELECT TIMESTAMP '2020-01-01 12:00:00 UTC' AS t, 1 AS n) k
         LEFT JOIN LATERAL (SELECT k.t + INTERVAL '1' DAY AS t FROM events e WHERE e.id = k.n AND e.day = '2020-01-01') u ON TRUE",
        &["2020-01-02 12:00:00.000 UTC|2020-01-01 12:00:00 UTC"],
    );
}

#[test]
fn kept_tables_have_the_types_that_storage_keeps() {
    yields(
        "CREATE TEMPORARY TABLE f AS FOREACH k IN (SELECT TIMESTAMP '2020-01-01 12:00:00 +02:00' AS t, JSON '[1, 2]' AS j)
           SELECT k.t, k.j, e.id FROM events e WHERE e.day = '2020-01-03';
         SELECT typeof(t), t, typeof(j), j, id FROM f",
        &["timestamp(3)|2020-01-01 10:00:00.000|varchar|[1,2]|8"],
    );
    yields(
        "CREATE TEMPORARY TABLE f AS SELECT TIMESTAMP '2020-01-01 12:00:00 +02:00' AS t, JSON '[1, 2]' AS j;
         SELECT typeof(t), t, typeof(j), j FROM f",
        &["timestamp(3)|2020-01-01 10:00:00.000|varchar|[1,2]"],
    );
}

#[test]
fn integers_in_group_by_are_no_positions() {
    yields(
        "FOREACH k IN (SELECT n FROM keys WHERE n IN (1, 2))
          (SELECT count(*) AS c, k.n FROM events e WHERE e.day = '2020-01-01' GROUP BY k.n ORDER BY k.n)",
        &["4|1", "4|2"],
    );
}

#[test]
fn what_cannot_be_kept_is_refused() {
    refuses(
        "FOREACH k IN (SELECT approx_set(n) AS h FROM keys) SELECT cardinality(k.h) AS c FROM events e WHERE e.day = '2020-01-03'",
        &["`h`", "hyperloglog"],
    );
    refuses(
        "CREATE TABLE t WITH (partitioned_by = ARRAY['day']) AS SELECT id, day FROM events WHERE day = '2020-01-01'",
        &["partitioned_by", "not supported"],
    );
}
