//! Grouping and aggregate functions.

use athplan::engine::ErrorClass;

use super::bench::Bench;

#[test]
fn aggregates() {
    Bench::new().check(&[
        ("SELECT sum(x), avg(x), min(x), max(x) FROM (VALUES 1, 2, 3, NULL, 3) t(x)", "9|2.25|1|3"),
        ("SELECT sum(x), avg(x), count(x), max(x) FROM (SELECT 1 WHERE false) t(x)", "NULL|NULL|0|NULL"),
        (
            "SELECT count(DISTINCT x), array_agg(DISTINCT x ORDER BY x DESC) FROM (VALUES 1, 2, 2, NULL) t(x)",
            "2|[2,1,NULL]",
        ),
        (
            "SELECT array_agg(x ORDER BY y DESC, x), array_agg(x) FILTER (WHERE y = 1) FROM (VALUES (1, 1), (2, 2), (3, 1)) t(x, y)",
            "[2,1,3]|[1,3]",
        ),
        (
            "SELECT k, max_by(x, y), min_by(x, y), max(y, 2) FROM (VALUES ('a', 1, 5), ('a', 2, 7), ('b', 3, NULL)) t(k, x, y) GROUP BY k",
            "a|2|1|[7,5]; b|NULL|NULL|NULL",
        ),
        (
            "SELECT bool_and(x > 1), bool_or(x > 1), count_if(x > 1), every(x > 0) FROM (VALUES 1, 2) t(x)",
            "false|true|1|true",
        ),
        (
            "SELECT k, x, count(*) FROM (VALUES ('a', 1), ('a', 2), ('b', 1)) t(k, x) GROUP BY ROLLUP (k, x)",
            "a|1|1; a|2|1; b|1|1; a|NULL|2; b|NULL|1; NULL|NULL|3",
        ),
        (
            "SELECT k, x, grouping(k, x), count(*) FROM (VALUES ('a', 1), ('a', 2)) t(k, x) GROUP BY GROUPING SETS ((k), (x), ())",
            "a|NULL|1|2; NULL|1|2|1; NULL|2|2|1; NULL|NULL|3|2",
        ),
        ("SELECT count(*) FROM (SELECT 1 WHERE false) t(x) GROUP BY ROLLUP (x)", "0"),
        ("SELECT count(*) FROM (SELECT 1 WHERE false) t(x) GROUP BY x", ""),
        (
            "SELECT x, count(*) FROM (VALUES 0e0, -0e0, CAST('NaN' AS double), CAST('NaN' AS double)) t(x) GROUP BY x",
            "0.0|2; NaN|2",
        ),
        (
            "SELECT count(*) FROM (SELECT DISTINCT x FROM (VALUES TIMESTAMP '2020-01-01 00:00:00 UTC', TIMESTAMP '2020-01-01 01:00:00 +01:00') t(x))",
            "1",
        ),
        (
            "SELECT count(*) FROM (VALUES TIMESTAMP '2020-01-01 00:00:00 UTC') a(x) JOIN (VALUES TIMESTAMP '2020-01-01 01:00:00 +01:00') b(x) ON a.x = b.x",
            "1",
        ),
        (
            "SELECT count(*) FROM (VALUES CAST('NaN' AS double)) a(x) JOIN (VALUES CAST('NaN' AS double)) b(x) ON a.x = b.x",
            "0",
        ),
        ("SELECT sum(n) FROM (SELECT k, count(*) n FROM (VALUES 'a', 'a', 'b') t(k) GROUP BY k) GROUP BY ()", "3"),
        ("SELECT listagg(x, ',') WITHIN GROUP (ORDER BY x DESC) FROM (VALUES 'a', 'c', 'b') t(x)", "c,b,a"),
        ("SELECT k FROM (VALUES 'b', 'a', 'b') t(k) GROUP BY k ORDER BY count(*) DESC, k", "b; a"),
        (
            "SELECT array_agg(DISTINCT r) FROM (VALUES ROW(1, NULL), ROW(1, NULL)) t(a, b) CROSS JOIN LATERAL (SELECT ROW(a, b) r)",
            "[[1,NULL]]",
        ),
    ]);
    Bench::new().fails("SELECT sum(x) FROM (VALUES 9223372036854775807, 1) t(x)", "NUMERIC_VALUE_OUT_OF_RANGE");
    let refused = Bench::new().rows("SELECT approx_set(x) FROM (VALUES 1) t(x)").expect_err("approx_set is not there");
    assert_eq!(refused.class, ErrorClass::Unsupported);
    assert!(refused.message.contains("approx_set(bigint)"), "{refused}");
    assert!(refused.span.is_some());
}

/// What Trino estimates now so, now otherwise, by how rows are spread over workers, has no answer here.
#[test]
fn percentiles_that_depend_on_the_order_of_rows_are_refused() {
    let bench = Bench::empty();
    let many = |count: usize| format!("SELECT approx_percentile(x, 0.5) FROM UNNEST(sequence(1, {count})) t(x)");
    assert_eq!(bench.rows(&many(78)).expect("each is held by itself"), ["40"]);
    for (sql, what) in [
        (many(79).as_str(), "of so many values"),
        ("SELECT approx_percentile(x, ARRAY[0e0, 0.5e0]) FROM UNNEST(sequence(1, 500)) t(x)", "of so many values"),
        ("SELECT approx_percentile(x, x, 0.5e0) FROM UNNEST(sequence(1, 100)) t(x)", "of so many values"),
        ("SELECT approx_percentile(x, p) FROM (VALUES (1, 0.1e0), (2, 0.9e0)) t(x, p)", "differ from row to row"),
        ("SELECT approx_percentile(x, 1.5e0, 0.5e0) FROM (VALUES 1, 2) t(x)", "no whole numbers"),
        (
            "SELECT approx_percentile(x, 1e0, 0.5e0, 0.01e0) FROM (VALUES 1, 2) t(x)",
            "approx_percentile(bigint, double, double, double)",
        ),
    ] {
        let refused = bench.rows(sql).expect_err(sql);
        assert_eq!(refused.class, ErrorClass::Unsupported, "{sql}: {refused}");
        assert!(refused.message.contains(what), "{sql}: {refused}");
    }
}

/// A sketch of so many values is held now so, now otherwise; below and above it is not.
#[test]
fn distinct_counts_are_estimated_as_trino_does() {
    let bench = Bench::empty();
    let distinct = |count: usize| format!("SELECT approx_distinct(x) FROM UNNEST(sequence(1, {count})) t(x)");
    for count in [252, 260, 270] {
        let refused = bench.rows(&distinct(count)).expect_err("it is not known how it is held");
        assert_eq!(refused.class, ErrorClass::Unsupported, "{refused}");
        assert!(refused.message.contains("approx_distinct of some"), "{refused}");
    }
    assert_eq!(bench.rows(&distinct(251)).expect("few are counted"), ["251"]);
    let rows = "SELECT approx_distinct(ROW(x)) FROM UNNEST(sequence(1, 100)) t(x)";
    assert_eq!(bench.rows(rows).expect_err("the hash of rows is not known").class, ErrorClass::Unsupported);
    // However rows are spread over partitions and groups, the sketch is the same.
    let grouped =
        "SELECT sum(n) FROM (SELECT approx_distinct(x) AS n FROM UNNEST(sequence(1, 9000)) t(x) GROUP BY x % 3)";
    assert_eq!(bench.rows(grouped).expect("it runs"), ["9025"]);
}
