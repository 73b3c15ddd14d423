//! Subqueries and LATERAL joins.

use super::bench::Bench;

/// A row is held against all columns at once; fields that are NULL match in a value, as in Trino, and
/// not in a condition.
#[test]
fn rows_in_queries_of_several_columns() {
    let pairs = "(VALUES (1, 'a'), (2, NULL), (3, 'c')) t(n, k)";
    Bench::new().check(&[
        (format!("SELECT n FROM {pairs} WHERE (k, n) IN (SELECT key, at FROM keys)"), "1"),
        (format!("SELECT n FROM {pairs} WHERE (k, n) NOT IN (SELECT key, at FROM keys)"), "2; 3"),
        (format!("SELECT n FROM {pairs} WHERE ROW(n, k) IN (SELECT id, key FROM calls WHERE id < t.n + 1)"), "1"),
        (format!("SELECT n FROM {pairs} WHERE (n, k) IN (SELECT 2, CAST(NULL AS varchar))"), ""),
        (format!("SELECT n, (n, k) IN (SELECT 2, CAST(NULL AS varchar)) FROM {pairs}"), "1|false; 2|true; 3|false"),
        (format!("SELECT n FROM {pairs} WHERE (n, k) IN (SELECT 2, CAST(NULL AS varchar)) OR n = 7"), "2"),
        ("SELECT x FROM (VALUES nan(), 1e0) t(x) WHERE x IN (SELECT nan() UNION SELECT 1e0)".to_owned(), "1.0"),
        ("SELECT x FROM (VALUES nan(), 1e0) t(x) WHERE x = ANY (SELECT nan() UNION SELECT 1e0)".to_owned(), "1.0"),
        (format!("SELECT n, (n, k) IN (SELECT 1.5, 'a') FROM {pairs}"), "1|false; 2|false; 3|false"),
        (format!("SELECT n, (n, k) IN (SELECT id, key FROM calls LIMIT 0) FROM {pairs}"), "1|false; 2|false; 3|false"),
        (format!("SELECT n FROM {pairs} WHERE (n, k) IN (VALUES (3, 'c'), (4, 'c'))"), "3"),
        (format!("SELECT n FROM {pairs} WHERE (n, k) IN (SELECT 3, 'c' UNION SELECT 1, 'b')"), "3"),
    ]);
}

#[test]
fn subqueries() {
    Bench::new().check(&[
        ("SELECT id FROM calls WHERE id = (SELECT max(id) FROM calls)", "5"),
        ("SELECT id FROM calls WHERE id < (SELECT max(id) FROM calls) AND id > (SELECT min(at) FROM keys)", "2; 3"),
        (
            "SELECT id, (SELECT min(k.at) FROM keys k WHERE k.key = c.key) FROM calls c",
            "1|1; 2|NULL; 3|1; NULL|NULL; 5|NULL",
        ),
        ("SELECT id, (SELECT count(*) FROM keys k WHERE k.key = c.key) FROM calls c", "1|2; 2|1; 3|2; NULL|0; 5|0"),
        ("SELECT id, (SELECT count(*) FROM keys k WHERE k.at > c.id) FROM calls c", "1|2; 2|2; 3|2; NULL|0; 5|2"),
        ("SELECT id FROM calls c WHERE EXISTS (SELECT 1 FROM keys k WHERE k.key = c.key)", "1; 2; 3"),
        ("SELECT id FROM calls c WHERE NOT EXISTS (SELECT 1 FROM keys k WHERE k.key = c.key)", "NULL; 5"),
        (
            "SELECT id, EXISTS (SELECT 1 FROM keys k WHERE k.at > c.id AND k.key <> 'z') FROM calls c",
            "1|false; 2|false; 3|false; NULL|false; 5|false",
        ),
        ("SELECT id FROM calls c WHERE EXISTS (SELECT 1 FROM keys k WHERE k.at > c.id) OR id = 3", "1; 2; 3; 5"),
        ("SELECT id FROM calls WHERE key IN (SELECT key FROM keys)", "1; 2; 3"),
        ("SELECT id FROM calls WHERE key NOT IN (SELECT key FROM keys)", ""),
        ("SELECT id FROM calls WHERE key NOT IN (SELECT key FROM keys WHERE key IS NOT NULL)", "NULL"),
        ("SELECT id FROM calls WHERE key NOT IN (SELECT key FROM keys WHERE false)", "1; 2; 3; NULL; 5"),
        ("SELECT id, key IN (SELECT key FROM keys) FROM calls", "1|true; 2|true; 3|true; NULL|NULL; 5|NULL"),
        (
            "SELECT id, id IN (SELECT k.at FROM keys k WHERE k.key = c.key) FROM calls c",
            "1|true; 2|NULL; 3|false; NULL|false; 5|false",
        ),
        ("SELECT id FROM calls WHERE id > ALL (SELECT at FROM keys WHERE at < 3)", "2; 3; 5"),
        ("SELECT id FROM calls WHERE id >= ANY (SELECT at FROM keys)", "1; 2; 3; 5"),
        (
            "SELECT name, count(*) FROM calls GROUP BY name HAVING count(*) > (SELECT count(*) FROM keys WHERE at = 9)",
            "x|2; y|2",
        ),
        (
            "SELECT name, (SELECT count(*) FROM calls d WHERE d.name = c.name AND d.id > 2) FROM calls c GROUP BY name",
            "x|0; y|2; NULL|0",
        ),
        ("SELECT id FROM calls c WHERE id = (SELECT max(d.id) FROM calls d WHERE d.name = c.name)", "2; 5"),
        (
            "SELECT id FROM calls c WHERE EXISTS (SELECT 1 FROM keys k WHERE k.key = c.key AND EXISTS (SELECT 1 FROM calls d WHERE d.key = k.key AND d.id > c.id))",
            "1",
        ),
    ]);
    Bench::new().fails("SELECT (SELECT id FROM calls)", "SUBQUERY_MULTIPLE_ROWS");
}

#[test]
fn lateral_takes_any_body() {
    Bench::new().check(&[
        (
            "SELECT k.key, b.id FROM keys k CROSS JOIN LATERAL (SELECT id FROM calls c WHERE c.key = k.key) b",
            "a|1; a|3; a|1; a|3; b|2",
        ),
        (
            "SELECT k.key, b.n FROM keys k CROSS JOIN LATERAL (SELECT count(*) n FROM calls c WHERE c.key = k.key) b",
            "a|2; a|2; b|1; NULL|0; z|0",
        ),
        (
            "SELECT k.key, b.id FROM keys k LEFT JOIN LATERAL (SELECT id FROM calls c WHERE c.key = k.key AND c.id > 1) b ON TRUE",
            "a|3; a|3; b|2; NULL|NULL; z|NULL",
        ),
        (
            "SELECT k.at, b.id FROM keys k CROSS JOIN LATERAL (SELECT id FROM calls c WHERE c.id <= k.at ORDER BY id DESC LIMIT 2) b",
            "1|1; 1|1; 7|5; 7|3; 9|5; 9|3",
        ),
        (
            "SELECT k.at, b.id FROM keys k CROSS JOIN LATERAL (SELECT id FROM calls c WHERE c.id <= k.at ORDER BY id OFFSET 3) b",
            "7|5; 9|5",
        ),
        (
            "SELECT k.at, b.x FROM keys k CROSS JOIN LATERAL (SELECT c.id x FROM calls c WHERE c.key = k.key UNION ALL SELECT 100) b WHERE k.at < 8",
            "1|1; 1|3; 1|100; 1|1; 1|3; 1|100; 7|100",
        ),
        (
            "SELECT k.at, b.x FROM keys k CROSS JOIN LATERAL (SELECT DISTINCT name x FROM calls c WHERE c.id < k.at) b WHERE k.at = 9",
            "9|x; 9|y",
        ),
        (
            "SELECT k.at, b.r FROM keys k CROSS JOIN LATERAL (SELECT id, row_number() OVER (ORDER BY id DESC) r FROM calls c WHERE c.id < k.at) b WHERE b.id = 1",
            "7|4; 9|4",
        ),
        (
            "SELECT k.at, b.name, b.n FROM keys k CROSS JOIN LATERAL (SELECT name, count(*) n FROM calls c WHERE c.id < k.at GROUP BY name) b WHERE k.at = 7",
            "7|x|2; 7|y|2",
        ),
        (
            "SELECT k.at, b.id, b.at FROM keys k CROSS JOIN LATERAL (SELECT c.id, j.at FROM calls c LEFT JOIN keys j ON j.key = c.key AND j.at = k.at WHERE c.id = 1) b WHERE k.at < 8",
            "1|1|1; 1|1|1; 1|1|1; 1|1|1; 7|1|NULL",
        ),
        (
            "SELECT a.x, b.y, c.z FROM (VALUES 1, 2) a(x) CROSS JOIN LATERAL (SELECT a.x = 1 y) b CROSS JOIN LATERAL (SELECT b.y OR a.x = 3 z) c",
            "1|true|true; 2|false|false",
        ),
    ]);
}
