//! What is refused, by name.

use super::refuses;

#[test]
fn rows_used_out_of_reach() {
    refuses(
        "FOREACH k IN (SELECT * FROM keys)
          SELECT * FROM (FOREACH j IN (SELECT k.n AS m) SELECT j.m FROM keys WHERE keys.n = j.m) x",
        &["must be the whole body"],
    );
    refuses(
        "SELECT * FROM keys k CROSS JOIN LATERAL (
           SELECT * FROM keys j CROSS JOIN LATERAL (SELECT * FROM keys i WHERE i.n = j.n + k.n) u) v",
        &["must be the whole body"],
    );
    refuses(
        "FOREACH k IN (SELECT * FROM keys) (WITH x AS (SELECT * FROM keys WHERE n = k.n)
           SELECT * FROM (FOREACH j IN (SELECT * FROM x) SELECT j.n FROM keys WHERE keys.n = j.n) y)",
        &["must be the whole body"],
    );
    refuses(
        "FOREACH k IN (SELECT * FROM keys) (
           SELECT * FROM (SELECT n FROM keys WHERE keys.n = k.n) a CROSS JOIN LATERAL (SELECT a.n + 1 AS m) b)",
        &["must be the whole body"],
    );
}

#[test]
fn lateral_columns_that_using_merges() {
    refuses(
        "SELECT * FROM keys k CROSS JOIN LATERAL (SELECT k.n + 1 AS m) l JOIN (SELECT 1 AS m) x USING (m)",
        &["USING", "LATERAL"],
    );
}

#[test]
fn text_that_names_a_row_and_is_not_known() {
    refuses(
        "FOREACH k IN (SELECT who AS doc FROM keys) SELECT j.v FROM keys, JSON_TABLE(k.doc, 'lax $' COLUMNS(v varchar PATH 'lax $.a')) AS j WHERE keys.who = k.doc",
        &["JSON_TABLE", "row of a FOREACH"],
    );
}

#[test]
fn scans_without_a_bound() {
    refuses("SELECT count(*) FROM events", &["no predicate bounds its time"]);
    refuses("SELECT count(*) FROM events WHERE day = '2020-01-01' OR id = 7", &["no predicate bounds its time"]);
    // What every time fulfils is no bound.
    refuses("SELECT count(*) FROM events WHERE at LIKE '%Z'", &["no predicate bounds its time"]);
    refuses("SELECT count(*) FROM events WHERE starts_with(at, '')", &["no predicate bounds its time"]);
    refuses(
        "SELECT x.id FROM keys k LEFT JOIN events x ON x.id = k.n AND k.since > '2020'",
        &["no predicate bounds its time"],
    );
    refuses(
        "SELECT k.n FROM keys k JOIN (SELECT id FROM events) e ON e.id = k.n
         CROSS JOIN LATERAL (SELECT 1 AS one WHERE k.n = 1) u",
        &["no predicate bounds its time"],
    );
}

#[test]
fn names_that_a_run_could_not_tell_apart() {
    refuses(
        "CREATE TEMPORARY TABLE \"a-b\" AS SELECT 1 AS n; CREATE TEMPORARY TABLE a_b AS SELECT 2 AS n; SELECT 1",
        &["a-b", "a_b"],
    );
}
