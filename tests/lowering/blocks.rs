//! Query blocks, joins, set operations, UNNEST, and errors that stay where they belong.

use super::bench::Bench;

#[test]
fn scan_filter_project_join_group() {
    Bench::new().check(&[
        ("SELECT 1", "1"),
        ("SELECT id FROM calls WHERE name = 'x'", "1; 2"),
        ("SELECT * FROM calls WHERE key = 'a' ORDER BY id DESC", "3|a|y; 1|a|x"),
        ("SELECT id FROM calls WHERE name IN ('y', NULL) OR id IS NULL", "3; 5; NULL"),
        ("SELECT c.id, k.at FROM calls c JOIN keys k ON c.key = k.key", "1|1; 1|1; 3|1; 3|1; 2|NULL"),
        (
            "SELECT c.id, k.at FROM calls c LEFT JOIN keys k ON c.key = k.key AND k.at > 0",
            "1|1; 1|1; 3|1; 3|1; 2|NULL; NULL|NULL; 5|NULL",
        ),
        ("SELECT key, count(*), count(id) FROM calls GROUP BY key", "a|2|2; b|1|1; c|1|0; NULL|1|1"),
        ("SELECT count(*) FROM calls WHERE id > 100", "0"),
        ("SELECT name, count(*) FROM calls GROUP BY name HAVING count(*) > 1 ORDER BY 2 DESC, 1", "x|2; y|2"),
        ("SELECT DISTINCT name FROM calls", "x; y; NULL"),
        ("SELECT id FROM calls ORDER BY id LIMIT 2", "1; 2"),
        ("SELECT id FROM calls ORDER BY id DESC OFFSET 1 LIMIT 2", "3; 2"),
        ("SELECT id FROM calls ORDER BY id NULLS FIRST LIMIT 1", "NULL"),
        ("SELECT name FROM calls ORDER BY name FETCH FIRST 1 ROW WITH TIES", "x; x"),
        ("SELECT a.id, b.id FROM calls a, calls b WHERE a.key = b.key AND a.id < b.id", "1|3"),
    ]);
}

#[test]
fn no_rows_are_asked_for() {
    Bench::new().check(&[
        ("SELECT id FROM calls LIMIT 0", ""),
        ("SELECT id FROM calls ORDER BY id LIMIT 0", ""),
        ("SELECT id FROM calls ORDER BY key, id OFFSET 1 LIMIT 0", ""),
        ("SELECT count(*) FROM (SELECT id FROM calls ORDER BY id LIMIT 0)", "0"),
        ("SELECT id FROM (SELECT id FROM calls ORDER BY id LIMIT 2) OFFSET 5", ""),
        ("SELECT id FROM (SELECT id FROM calls ORDER BY id DESC) ORDER BY id LIMIT 0", ""),
        ("SELECT id FROM calls WHERE key IN (SELECT key FROM keys ORDER BY at LIMIT 0)", ""),
        (
            "SELECT id, (SELECT k.at FROM keys k WHERE k.key = c.key ORDER BY 1 LIMIT 0) FROM calls c WHERE id = 2",
            "2|NULL",
        ),
        ("SELECT key FROM calls UNION SELECT key FROM keys ORDER BY 1 LIMIT 0", ""),
        ("(SELECT id FROM calls ORDER BY id LIMIT 0) UNION ALL (SELECT at FROM keys ORDER BY at LIMIT 1)", "1"),
    ]);
}

#[test]
fn joins_of_every_kind() {
    Bench::new().check(&[
        (
            "SELECT c.id, k.key FROM calls c RIGHT JOIN keys k ON c.key = k.key AND c.id > 1",
            "3|a; 3|a; 2|b; NULL|z; NULL|NULL",
        ),
        (
            "SELECT c.id, k.at FROM (SELECT * FROM calls WHERE id < 3) c FULL JOIN (VALUES ('a', 1), ('q', 2)) k(key, at) ON c.key = k.key",
            "1|1; 2|NULL; NULL|2",
        ),
        (
            "SELECT key, id, at FROM (VALUES ('a', 1), ('b', 2)) l(key, id) JOIN (VALUES ('a', 3)) r(key, at) USING (key)",
            "a|1|3",
        ),
        ("SELECT key FROM (VALUES ('a', 1)) l(key, id) FULL JOIN (VALUES ('b', 3)) r(key, at) USING (key)", "a; b"),
        ("SELECT count(*) FROM calls CROSS JOIN keys", "25"),
        ("SELECT c.id FROM calls c JOIN keys k ON c.id < k.at WHERE k.key = 'z'", "1; 2; 3; 5"),
    ]);
}

#[test]
fn set_operations_are_of_bags() {
    Bench::new().check(&[
        ("VALUES 1, 2, 2 UNION VALUES 2, 3", "1; 2; 3"),
        ("VALUES 1, 2, 2 UNION ALL VALUES 2, 3", "1; 2; 2; 2; 3"),
        ("VALUES 1, 2, 2, NULL INTERSECT VALUES 2, 2, 2, NULL", "2; NULL"),
        ("VALUES 1, 2, 2, 2, NULL INTERSECT ALL VALUES 2, 2, NULL, NULL", "2; 2; NULL"),
        ("VALUES 1, 2, 2, 2 EXCEPT VALUES 1", "2"),
        ("VALUES 1, 2, 2, 2 EXCEPT ALL VALUES 2, 5", "1; 2; 2"),
        ("SELECT x FROM (VALUES 3, 1) t(x) UNION ALL SELECT 2 ORDER BY 1", "1; 2; 3"),
        (
            "WITH q AS (SELECT key, id FROM calls WHERE id < 3) SELECT a.id, b.id FROM q a, q b WHERE a.id = b.id",
            "1|1; 2|2",
        ),
    ]);
}

#[test]
fn unnest() {
    Bench::new().check(&[
        ("SELECT x FROM UNNEST(ARRAY[1, 2, 3]) t(x)", "1; 2; 3"),
        (
            "SELECT x, y, n FROM UNNEST(ARRAY[1, 2, 3], ARRAY['a']) WITH ORDINALITY t(x, y, n)",
            "1|a|1; 2|NULL|2; 3|NULL|3",
        ),
        ("SELECT a, b FROM UNNEST(ARRAY[ROW(1, 'x'), ROW(2, NULL), NULL]) t(a, b)", "1|x; 2|NULL; NULL|NULL"),
        (
            "SELECT s.y, t.x FROM (VALUES (1, ARRAY['a', 'b']), (2, NULL), (3, ARRAY[])) s(y, v) CROSS JOIN UNNEST(v) t(x)",
            "1|a; 1|b",
        ),
        (
            "SELECT s.y, t.x FROM (VALUES (1, ARRAY['a', 'b']), (2, NULL), (3, ARRAY[])) s(y, v) LEFT JOIN UNNEST(v) t(x) ON TRUE",
            "1|a; 1|b; 2|NULL; 3|NULL",
        ),
        (
            "SELECT s.y, t.x FROM (VALUES (1, ARRAY['a', 'b']), (2, ARRAY['c'])) s(y, v), UNNEST(v) t(x) WHERE s.y = 2 AND t.x <> 'q'",
            "2|c",
        ),
        (
            "SELECT y, (SELECT count(*) FROM UNNEST(v) u(x) WHERE x <> y) FROM (VALUES ('a', ARRAY['a', 'b']), ('c', NULL)) s(y, v)",
            "a|1; c|0",
        ),
        (
            "SELECT y FROM (VALUES ('a', ARRAY['a', 'b']), ('c', ARRAY['d'])) s(y, v) WHERE y IN (SELECT x FROM UNNEST(v) u(x))",
            "a",
        ),
    ]);
}

/// What would fail is not computed for rows that Trino would not compute it for.
#[test]
fn guarded_errors_stay_away() {
    let t = "(VALUES (0, 'a'), (2, 'b'), (5, 'c')) t(x, k)";
    let u = "(VALUES ('b', 1), ('c', 0)) u(k, y)";
    let cases = [
        (format!("SELECT 10 / x FROM {t} WHERE x <> 0"), "5; 2"),
        (format!("SELECT k FROM {t} WHERE x <> 0 AND 10 / x > 2"), "b"),
        (format!("SELECT k FROM (SELECT k, 10 / x AS q FROM {t} WHERE x <> 0) s WHERE q > 2"), "b"),
        (format!("SELECT CASE WHEN x = 0 THEN -1 ELSE 10 / x END FROM {t}"), "-1; 5; 2"),
        (format!("SELECT coalesce(nullif(x, 0), 7), if(x > 0, 10 / x) FROM {t}"), "7|NULL; 2|5; 5|2"),
        (format!("SELECT t.k FROM {t} JOIN {u} ON t.k = u.k WHERE 10 / t.x > 1 AND t.k <> 'a'"), "b; c"),
        (format!("SELECT t.k FROM {t} JOIN {u} ON t.k = u.k WHERE 10 / t.x > 2"), "b"),
        (format!("SELECT t.k FROM {t} JOIN {u} ON t.k = u.k AND u.y <> 0 AND 10 / u.y > t.x"), "b"),
        (format!("SELECT t.k, u.y FROM {t} LEFT JOIN {u} ON t.k = u.k AND t.x / 2 > u.y"), "a|NULL; b|NULL; c|0"),
        (format!("SELECT k FROM {t} WHERE x IN (0, 2) AND (x = 0 OR 10 / x = 5)"), "a; b"),
        (format!("SELECT sum(10 / x) FROM {t} WHERE x > 0"), "7"),
        (format!("SELECT sum(10 / x) FILTER (WHERE x > 5) FROM {t} WHERE x > 0"), "NULL"),
        (format!("SELECT k, 10 / x FROM {t} WHERE EXISTS (SELECT 1 FROM {u} WHERE u.k = t.k)"), "b|5; c|2"),
        (format!("SELECT x / 2 FROM {t} WHERE x > 0 ORDER BY 10 / x LIMIT 1"), "2"),
    ];
    Bench::new().check(&cases);
    let bench = Bench::new();
    bench.fails("SELECT 10 / x FROM (VALUES 0) t(x)", "DIVISION_BY_ZERO");
    bench.fails("SELECT 1 FROM (VALUES 0) t(x) WHERE 10 / x > 1", "DIVISION_BY_ZERO");
}

#[test]
fn long_lists_are_fast_enough() {
    let many: Vec<String> = (0..5000).map(|number| format!("({number}, 'v{number}')")).collect();
    Bench::new().check(&[(
        &format!("SELECT count(*), max(x) FROM (VALUES {}) t(x, y) WHERE y <> 'v7'", many.join(", ")),
        "4999|4999",
    )]);
    let unions: Vec<String> = (0..90).map(|number| format!("SELECT id FROM calls WHERE id = {}", number % 6)).collect();
    Bench::new().check(&[(&format!("SELECT count(*) FROM ({})", unions.join(" UNION ALL ")), "60")]);
}

/// To learn whether a predicate rejects NULL, DataFusion calls functions with arrays of its own type Null.
#[test]
fn predicates_over_the_key_of_an_outer_joins_other_side() {
    let bench = Bench::new();
    let by_key = "SELECT a.id, b.at FROM calls a LEFT JOIN keys b ON a.key = b.key WHERE ";
    let by_number = "SELECT a.id, b.key FROM calls a LEFT JOIN keys b ON a.id = b.at WHERE ";
    let cases = [
        ("b.key LIKE '%a'", "1|1; 1|1; 3|1; 3|1"),
        ("lower(b.key) = 'b'", "2|NULL"),
        ("length(b.key) = 1 AND b.at IS NULL", "2|NULL"),
        ("b.key || 'x' = 'bx'", "2|NULL"),
        ("substr(b.key, 1, 1) = 'b'", "2|NULL"),
        ("strpos(b.key, 'b') > 0", "2|NULL"),
        ("regexp_like(b.key, '^b')", "2|NULL"),
        ("json_extract_scalar('{\"b\": \"c\"}', '$.' || b.key) = 'c'", "2|NULL"),
        ("contains(ARRAY['b'], b.key)", "2|NULL"),
        ("coalesce(upper(b.key), 'NONE') = 'NONE'", "NULL|NULL; 5|NULL"),
        ("b.key IN ('b', 'q') OR upper(b.key) = 'Q'", "2|NULL"),
        ("CASE b.key WHEN 'b' THEN true END", "2|NULL"),
        ("ROW(b.key, 1) = ROW('b', 1)", "2|NULL"),
        ("try_cast(b.key AS bigint) IS NULL AND b.key > 'a'", "2|NULL"),
        ("date_parse(b.key, '%Y') IS NULL AND b.key IS NULL", "NULL|NULL; 5|NULL"),
    ];
    bench.check(&cases.map(|(predicate, rows)| (format!("{by_key}{predicate}"), rows)));
    let cases = [
        ("b.at + 1 > 1", "1|a; 1|a"),
        ("abs(b.at) = 1", "1|a; 1|a"),
        ("CAST(b.at AS varchar) = '1'", "1|a; 1|a"),
        ("from_unixtime(b.at) > timestamp '1970-01-01 00:00:00 UTC'", "1|a; 1|a"),
        ("b.at BETWEEN 1 AND 2", "1|a; 1|a"),
        ("CAST(b.at AS decimal(10, 2)) = DECIMAL '1.00'", "1|a; 1|a"),
        ("coalesce(b.at, 0) % 2 = 0", "2|NULL; 3|NULL; 5|NULL; NULL|NULL"),
    ];
    bench.check(&cases.map(|(predicate, rows)| (format!("{by_number}{predicate}"), rows)));
    bench.check(&[
        ("SELECT a.key, b.at FROM calls a RIGHT JOIN keys b ON a.key = b.key WHERE a.key LIKE '%b'", "b|NULL"),
        ("SELECT a.id, b.at FROM calls a FULL JOIN keys b ON a.key = b.key WHERE b.key LIKE '%b'", "2|NULL"),
        ("SELECT a.id FROM calls a WHERE EXISTS (SELECT 1 FROM keys b LEFT JOIN calls c ON b.key = c.key WHERE upper(c.key) = a.key)", ""),
    ]);
}
