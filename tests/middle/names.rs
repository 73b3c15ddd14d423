//! Names that are apart in a FOREACH and stand beside each other in its statements.

use athplan::plan::Rung;

use super::{stands_on, yields};

#[test]
fn an_unqualified_column_may_have_the_name_of_a_driver_column() {
    let spec = "
        FOREACH k IN (SELECT * FROM keys WHERE n IN (1, 2))
          SELECT k.n, id, region FROM events WHERE who = k.who AND at >= k.since AND day = '2020-01-01'";
    stands_on(spec, Rung::Join);
    yields(spec, &["1|1|a", "1|7|b", "2|2|a"]);
}

#[test]
fn a_star_spreads_the_body_alone() {
    let spec = "
        FOREACH k IN (SELECT * FROM keys WHERE n IN (1, 2))
          SELECT * FROM events e WHERE e.who = k.who AND e.at >= k.since AND e.day = '2020-01-01' AND e.region = 'a'";
    stands_on(spec, Rung::Join);
    yields(
        spec,
        &["2020-01-01T10:00:00Z|1|ann|login|[x, y]|a|2020-01-01", "2020-01-01T23:50:00Z|2|bob|read|[x]|a|2020-01-01"],
    );
    yields(
        "FOREACH k IN (SELECT n, who FROM keys WHERE n = 2)
          SELECT *, k.* FROM (SELECT id, who FROM events WHERE day = '2020-01-01') e WHERE e.who = k.who",
        &["2|bob|2|bob"],
    );
    yields(
        "FOREACH k IN (SELECT n, who FROM keys WHERE n = 2)
          SELECT * FROM (SELECT id, who FROM events WHERE day = '2020-01-01') WHERE who = k.who",
        &["2|bob"],
    );
}

#[test]
fn the_row_may_have_the_name_of_a_relation_of_the_body() {
    yields(
        "FOREACH e IN (SELECT n, who AS name FROM keys WHERE n = 2)
          SELECT e.n, e.id FROM events e WHERE e.who = e.name AND e.day = '2020-01-01'",
        &["2|2"],
    );
}

#[test]
fn names_that_need_quotes() {
    yields(
        "FOREACH \"order\" IN (SELECT n AS \"select\", who AS \"my who\" FROM keys WHERE n = 2)
          SELECT \"order\".\"select\" AS \"group\", e.id AS \"a\"\"b\" FROM events e
          WHERE e.who = \"order\".\"my who\" AND e.day = '2020-01-01'",
        &["2|2"],
    );
}

#[test]
fn using_merges_columns_of_the_body() {
    yields(
        "FOREACH k IN (SELECT n, who AS name FROM keys WHERE n = 2)
          SELECT k.n, who, x.id, y.id FROM events x JOIN events y USING (who, day)
          WHERE who = k.name AND day = '2020-01-02'",
        &["2|bob|4|4"],
    );
    yields(
        "FOREACH k IN (SELECT n, who FROM keys WHERE n = 2)
          SELECT * FROM (SELECT id AS x, who FROM events WHERE day = '2020-01-01') a
          JOIN (SELECT id AS y, who FROM events WHERE day = '2020-01-02') b USING (who)
          WHERE who = k.who",
        &["bob|2|4"],
    );
}

#[test]
fn comma_lists_are_joined_in_where() {
    yields(
        "FOREACH k IN (SELECT * FROM keys WHERE n = 2)
          SELECT x.id, y.id AS y FROM events x /* two */ , events y
          WHERE x.who = k.who AND y.who = x.who AND x.day = '2020-01-01' AND y.day = '2020-01-02'",
        &["2|4"],
    );
}

#[test]
fn an_or_of_parentheses_stays_one_condition() {
    yields(
        "FOREACH k IN (SELECT * FROM keys WHERE n IN (1, 2))
          SELECT k.n, e.id FROM events e
          WHERE (e.day = '2020-01-01' AND e.id = 1) OR (e.day = '2020-01-01' AND e.id = 2 AND e.who = k.who)",
        &["1|1", "2|1", "2|2"],
    );
    yields(
        "SELECT id FROM events WHERE (day = '2020-01-01' AND id = 1) OR (day = '2020-01-01' AND id = 2)",
        &["1", "2"],
    );
}

#[test]
fn comments_swallow_nothing() {
    yields(
        "FOREACH k IN (SELECT * -- all of them
                       FROM keys -- of the file
                       WHERE n IN (1, 2) -- but few
                      ) -- done
          SELECT k.n, -- a number
                 e.id -- an id
          FROM events e -- the log
          WHERE e.who = k.who -- the key
            AND e.day = '2020-01-01' -- a day
            -- and nothing else",
        &["1|1", "1|7", "2|2"],
    );
    yields(
        "SELECT id -- an id
         FROM events -- the log
         -- WHERE id = 1
         WHERE (day = '2020-01-01' -- a day
           OR day = '2020-01-03') -- another
         ORDER BY id -- in order",
        &["1", "2", "6", "7", "8"],
    );
}

#[test]
fn a_table_alias_may_rename_columns() {
    yields(
        "SELECT e.i, e.r FROM events AS e (a, i, w, kd, t, r, d) WHERE e.d = '2020-01-01' AND e.r = 'b'",
        &["6|b", "7|b"],
    );
    yields(
        "FOREACH k IN (SELECT * FROM keys WHERE n = 2)
          SELECT e.i, e.r FROM events AS e (a, i, w, kd, t, r, d)
          WHERE e.w = k.who AND e.a >= k.since AND e.d < '2020-01-10'",
        &["2|a", "4|a"],
    );
}

#[test]
fn hidden_columns_are_there_and_no_star_spreads_them() {
    yields(
        "SELECT id, regexp_extract(\"$path\", '[^/]+/[^/]+/[^/]+$') FROM events
         WHERE (region = 'a' AND day = '2020-01-02') OR (region = 'b' AND day = '2020-01-03')",
        &[
            "3|a/2020-01-02/events.json",
            "4|a/2020-01-02/events.json",
            "5|a/2020-01-02/events.json",
            "8|b/2020-01-03/events.json",
        ],
    );
    yields(
        "SELECT *, length(\"$path\") > 5 FROM events
         WHERE (region = 'b' AND day = '2020-01-01' AND id = 7) OR (region = 'b' AND day = '2020-01-03')",
        &[
            "2020-01-01T23:55:00Z|7|ann|write|[z]|b|2020-01-01|true",
            "2020-01-03T00:00:00Z|8|ann|read|[z]|b|2020-01-03|true",
        ],
    );
    yields(
        "FOREACH k IN (SELECT * FROM keys WHERE n IN (1, 4))
          SELECT k.n, e.id, \"$path\" LIKE '%/b/%' AS in_b FROM events e
          WHERE e.who = 'ann' AND e.region = k.region AND e.at >= k.since AND e.at < '2020-01-10T00:00:00Z'",
        &["1|1|false", "1|3|false", "1|5|false", "4|8|true"],
    );
}

#[test]
fn a_hidden_row_number_clashes_with_nothing() {
    yields(
        "FOREACH k IN (SELECT n AS athplan_row, who FROM keys WHERE n = 2)
          (SELECT k.athplan_row, count(*) AS c FROM events e WHERE e.who = k.who AND e.day = '2020-01-01')",
        &["2|1"],
    );
}

#[test]
fn tables_of_another_database_stand_under_their_last_name() {
    yields(
        "CREATE TEMPORARY TABLE logs.more AS SELECT id FROM events WHERE day = '2020-01-01';
         SELECT logs.more.id FROM logs.more WHERE logs.more.id < 3 AND more.id <> 1",
        &["2"],
    );
}
