//! SQL text over small tables through binder, lowering and DataFusion.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::Schema;
use datafusion::catalog::TableProvider;
use datafusion::datasource::MemTable;
use datafusion::execution::context::SessionContext;

use super::super::arrow::{from_values, positional_fields};
use super::{TableSources, context, plan, rows};
use crate::bind::query::Query;
use crate::bind::{BindOptions, Tables, bind_query};
use crate::catalog::{Column, Format, Layout, Origin, Storage, Table};
use crate::constant::{Value, Zone};
use crate::engine::{EngineError, ErrorClass};
use crate::source::Source;
use crate::spec::parse_query;
use crate::types::{Dialect, Type};

mod answers;

struct Memory;

fn table(name: &str, columns: &[(&str, Type)]) -> Arc<Table> {
    let column = |(name, ty): &(&str, Type)| Column { name: (*name).to_owned(), ty: ty.clone(), comment: None };
    Arc::new(Table {
        name: name.to_owned(),
        columns: columns.iter().map(column).collect(),
        partition_keys: Vec::new(),
        storage: Storage {
            location: String::new(),
            format: Format::JsonLines,
            serde: None,
            classes: None,
            serde_properties: BTreeMap::new(),
        },
        layout: Layout::Flat,
        time: None,
        origin: Origin::Existing,
        properties: Vec::new(),
        comment: None,
    })
}

fn tables() -> [(Arc<Table>, Vec<Vec<Value>>); 2] {
    let text = |text: &str| if text == "-" { Value::Null } else { Value::varchar(text) };
    let number = |number: i64| if number < 0 { Value::Null } else { Value::Integer(number) };
    let calls = [(1, "a", "x"), (2, "b", "x"), (3, "a", "y"), (-1, "c", "-"), (5, "-", "y")];
    let calls = calls.map(|(id, key, name)| vec![number(id), text(key), text(name)]).to_vec();
    let keys = [("a", 1), ("a", 1), ("b", -1), ("-", 7), ("z", 9)];
    let keys = keys.map(|(key, at)| vec![text(key), number(at)]).to_vec();
    [
        (table("calls", &[("id", Type::BigInt), ("key", Type::VARCHAR), ("name", Type::VARCHAR)]), calls),
        (table("keys", &[("key", Type::VARCHAR), ("at", Type::BigInt)]), keys),
    ]
}

impl Tables for Memory {
    fn table(&self, name: &str) -> Option<Arc<Table>> {
        tables().into_iter().map(|(table, _)| table).find(|table| table.name == name)
    }

    fn names(&self) -> Vec<String> {
        Vec::new()
    }
}

impl TableSources for Memory {
    fn provider(&self, table: &Table) -> Result<Arc<dyn TableProvider>, EngineError> {
        let (_, rows) = tables().into_iter().find(|(known, _)| known.name == table.name).expect("the table is here");
        memory(table, &rows)
    }
}

/// A table's rows in memory.
fn memory(table: &Table, rows: &[Vec<Value>]) -> Result<Arc<dyn TableProvider>, EngineError> {
    let types: Vec<Type> = table.columns.iter().map(|column| column.ty.clone()).collect();
    let column = |at: usize| rows.iter().map(|row| row[at].clone()).collect::<Vec<Value>>();
    let arrays = types.iter().enumerate().map(|(at, ty)| from_values(&column(at), ty)).collect::<Result<_, _>>()?;
    let schema = Arc::new(Schema::new(positional_fields(types.iter())?));
    let batch = RecordBatch::try_new(Arc::clone(&schema), arrays).expect("the columns are of one length");
    Ok(Arc::new(MemTable::try_new(schema, vec![vec![batch]]).expect("the batch has the schema")))
}

/// A query bound in Trino's dialect.
fn bound(sql: &str) -> Result<Query, EngineError> {
    let source = Source::new("test", sql);
    let wrong = |error: &dyn std::fmt::Debug| EngineError::new(ErrorClass::Statement, format!("{error:?}"));
    let query = parse_query(&source).map_err(|errors| wrong(&errors))?;
    let now = Value::TimestampWithTimeZone(0, Zone::Offset(0));
    let options = BindOptions { dialect: Dialect::Trino, now, arguments: &BTreeMap::new(), catalog: &Memory };
    bind_query(&query, &source, &options).map_err(|errors| wrong(&errors))
}

/// The rows of a bound query.
fn run(query: &Query, tables: &dyn TableSources) -> Result<Vec<Vec<Value>>, EngineError> {
    let plan = plan(query, tables)?;
    let types: Vec<Type> = query.columns.iter().map(|column| column.ty.clone()).collect();
    thread_local! {
        static SESSION: (tokio::runtime::Runtime, SessionContext) =
            (tokio::runtime::Builder::new_current_thread().build().expect("a runtime can be made"), context());
    }
    SESSION.with(|(runtime, session)| runtime.block_on(rows(session, &plan, &types)))
}

/// What a query yields: rows as `a|b`, or its error.
fn answer(sql: &str) -> Result<Vec<String>, EngineError> {
    let rows = run(&bound(sql)?, &Memory)?;
    Ok(rows.iter().map(|row| row.iter().map(shown).collect::<Vec<_>>().join("|")).collect())
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Boolean(truth) => truth.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Double(number) => number.to_string(),
        Value::Decimal(number) => format!("{number}d"),
        Value::Varchar(text) => text.to_string(),
        Value::Array(items) | Value::Row(items) => {
            format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(","))
        }
        other => format!("{other:?}"),
    }
}

/// Runs cases of query and rows, in any order unless the query has an ORDER BY.
fn check(cases: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    for (sql, expected) in cases {
        let mut expected: Vec<String> = expected.split("; ").filter(|row| !row.is_empty()).map(str::to_owned).collect();
        let got = answer(sql).map(|mut rows| {
            if !sql.rsplit(')').next().is_some_and(|end| end.contains("ORDER BY")) {
                rows.sort();
                expected.sort();
            }
            rows
        });
        if got.as_ref().ok() != Some(&expected) {
            wrong.push(format!("{sql}\n  expected {expected:?}\n  got      {got:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn scan_filter_project_join_group() {
    check(&[
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
fn joins_of_every_kind() {
    check(&[
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
    check(&[
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
fn subqueries() {
    check(&[
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
    let several = answer("SELECT (SELECT id FROM calls)").expect_err("several rows are an error");
    assert_eq!(several.class, ErrorClass::Statement);
    assert!(several.message.starts_with("SUBQUERY_MULTIPLE_ROWS"), "{several}");
}

#[test]
fn lateral_takes_any_body() {
    check(&[
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

#[test]
fn aggregates() {
    check(&[
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
            "0|2; NaN|2",
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
    let overflow = answer("SELECT sum(x) FROM (VALUES 9223372036854775807, 1) t(x)").expect_err("the sum is too large");
    assert!(overflow.message.starts_with("NUMERIC_VALUE_OUT_OF_RANGE"), "{overflow}");
    let refused = answer("SELECT checksum(x) FROM (VALUES 1) t(x)").expect_err("checksum is not there");
    assert_eq!(refused.class, ErrorClass::Unsupported);
    assert!(refused.message.contains("checksum(integer)"), "{refused}");
    assert!(refused.span.is_some());
}

#[test]
fn windows() {
    let over = |call: &str| format!("SELECT i, {call} FROM (VALUES (1, 5), (2, 3), (3, 5), (4, NULL)) t(i, x)");
    let cases = [
        ("row_number() OVER (ORDER BY x, i)", "1|2; 2|1; 3|3; 4|4"),
        ("rank() OVER (ORDER BY x)", "1|2; 2|1; 3|2; 4|4"),
        ("dense_rank() OVER (ORDER BY x DESC NULLS FIRST)", "1|2; 2|3; 3|2; 4|1"),
        ("percent_rank() OVER (ORDER BY x)", "1|0.3333333333333333; 2|0; 3|0.3333333333333333; 4|1"),
        ("cume_dist() OVER (ORDER BY x)", "1|0.75; 2|0.25; 3|0.75; 4|1"),
        ("ntile(3) OVER (ORDER BY i)", "1|1; 2|1; 3|2; 4|3"),
        ("lag(x) OVER (ORDER BY i)", "1|NULL; 2|5; 3|3; 4|5"),
        ("lead(x, 2, 0) OVER (ORDER BY i)", "1|5; 2|NULL; 3|0; 4|0"),
        ("lag(x) IGNORE NULLS OVER (ORDER BY i DESC)", "1|3; 2|5; 3|NULL; 4|NULL"),
        ("first_value(x) OVER (ORDER BY i)", "1|5; 2|5; 3|5; 4|5"),
        ("last_value(x) IGNORE NULLS OVER (ORDER BY i)", "1|5; 2|3; 3|5; 4|5"),
        ("nth_value(x, 2) OVER (ORDER BY x)", "1|5; 2|NULL; 3|5; 4|5"),
        ("sum(x) OVER (ORDER BY i ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING)", "1|8; 2|13; 3|8; 4|5"),
        ("sum(x) OVER (ORDER BY x)", "1|13; 2|3; 3|13; 4|13"),
        ("count(*) OVER (PARTITION BY x)", "1|2; 2|1; 3|2; 4|1"),
        ("count(*) OVER (ORDER BY x GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW)", "1|3; 2|1; 3|3; 4|3"),
        ("array_agg(i) OVER (ORDER BY i ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING)", "1|NULL; 2|[1]; 3|[1,2]; 4|[2,3]"),
        ("count(*) FILTER (WHERE x = 5) OVER ()", "1|2; 2|2; 3|2; 4|2"),
    ];
    let cases: Vec<(String, &str)> = cases.iter().map(|(call, rows)| (over(call), *rows)).collect();
    check(&cases.iter().map(|(sql, rows)| (sql.as_str(), *rows)).collect::<Vec<_>>());
    check(&[
        ("SELECT k, sum(count(*)) OVER () FROM (VALUES 'a', 'a', 'b') t(k) GROUP BY k", "a|3; b|3"),
        ("SELECT x FROM (VALUES 3, 1, 2) t(x) ORDER BY row_number() OVER (ORDER BY x DESC)", "3; 2; 1"),
    ]);
}

#[test]
fn unnest() {
    check(&[
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
    check(&cases.iter().map(|(sql, rows)| (sql.as_str(), *rows)).collect::<Vec<_>>());
    for failing in ["SELECT 10 / x FROM (VALUES 0) t(x)", "SELECT 1 FROM (VALUES 0) t(x) WHERE 10 / x > 1"] {
        let error = answer(failing).expect_err("a division by zero");
        assert!(error.message.starts_with("DIVISION_BY_ZERO"), "{error}");
    }
}

/// The physical plan of a query, as text.
fn shown_plan(sql: &str) -> String {
    let plan = plan(&bound(sql).expect("it binds"), &Memory).expect("it lowers");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime can be made");
    let physical = runtime.block_on(context().state().create_physical_plan(&plan)).expect("it is planned");
    datafusion::physical_plan::displayable(physical.as_ref()).indent(false).to_string()
}

#[test]
fn equalities_become_hash_joins() {
    for sql in [
        "SELECT 1 FROM calls c JOIN keys k ON c.key = k.key AND c.id BETWEEN k.at AND k.at + 1",
        "SELECT 1 FROM calls c, keys k WHERE c.key = k.key",
        "SELECT 1 FROM calls c, keys k WHERE substr(c.key, 1, 3) = k.key",
        "SELECT 1 FROM calls c LEFT JOIN keys k ON lower(c.key) = upper(k.key)",
        "SELECT 1 FROM calls c JOIN keys k ON CAST(c.id AS double) = CAST(k.at AS double)",
        "SELECT 1 FROM calls c CROSS JOIN LATERAL (SELECT at FROM keys k WHERE k.key = c.key) b",
        "SELECT 1 FROM calls c WHERE EXISTS (SELECT 1 FROM keys k WHERE k.key = c.key AND k.at > c.id)",
        "SELECT 1 FROM calls c WHERE key IN (SELECT key FROM keys)",
    ] {
        let plan = shown_plan(sql);
        assert!(plan.contains("HashJoinExec") && !plan.contains("NestedLoop"), "{sql}\n{plan}");
    }
}

#[test]
fn filters_reach_their_relation() {
    let plan = shown_plan(
        "SELECT 1 FROM calls c JOIN keys k ON c.key = k.key WHERE c.name IN ('x', 'y') AND 10 / c.id > 1 AND k.at > 2",
    );
    let join = plan.find("HashJoinExec").expect("there is a join");
    let below = &plan[join..];
    assert!(below.contains("IN (SET)") && below.contains("evaluate(") && below.contains("> 2"), "{plan}");
}

/// Every type groups, joins, sorts and is compared by what Trino calls equal.
#[test]
fn values_of_every_type_are_compared() {
    let types = [
        ("true", "false", "false", "true"),
        ("TINYINT '1'", "TINYINT '-1'", "TINYINT '-1'", "TINYINT '1'"),
        ("BIGINT '10'", "BIGINT '9'", "BIGINT '9'", "BIGINT '10'"),
        ("REAL '1.5'", "REAL '-0.5'", "REAL '-0.5'", "REAL '1.5'"),
        ("0e0", "-0e0", "-0e0", "0e0"),
        ("DECIMAL '1.50'", "DECIMAL '0.25'", "DECIMAL '0.25'", "DECIMAL '1.50'"),
        ("'b'", "'a'", "'a'", "'b'"),
        ("CAST('a' AS char(3))", "CAST('b' AS char(3))", "CAST('a' AS char(3))", "CAST('b' AS char(3))"),
        ("X'00'", "X'FF'", "X'00'", "X'FF'"),
        ("DATE '2020-01-01'", "DATE '1969-01-01'", "DATE '1969-01-01'", "DATE '2020-01-01'"),
        ("TIME '10:00:00'", "TIME '09:00:00'", "TIME '09:00:00'", "TIME '10:00:00'"),
        (
            "TIMESTAMP '2020-01-01 00:00:00'",
            "TIMESTAMP '1969-12-31 23:59:59.999'",
            "TIMESTAMP '1969-12-31 23:59:59.999'",
            "TIMESTAMP '2020-01-01 00:00:00.000'",
        ),
        (
            "TIMESTAMP '2020-01-01 00:00:00.123456789'",
            "TIMESTAMP '2020-01-01 00:00:00.123456788'",
            "TIMESTAMP '2020-01-01 00:00:00.123456788'",
            "TIMESTAMP '2020-01-01 00:00:00.123456789'",
        ),
        (
            "TIMESTAMP '2020-01-01 02:00:00 +02:00'",
            "TIMESTAMP '2020-01-01 01:00:00 UTC'",
            "TIMESTAMP '2020-01-01 00:00:00 UTC'",
            "TIMESTAMP '2020-01-01 03:00:00 +02:00'",
        ),
        ("INTERVAL '1' DAY", "INTERVAL '23' HOUR", "INTERVAL '23' HOUR", "INTERVAL '24' HOUR"),
        ("INTERVAL '1' YEAR", "INTERVAL '13' MONTH", "INTERVAL '12' MONTH", "INTERVAL '13' MONTH"),
        (
            "UUID '12151fd2-7586-11e9-8f9e-2a86e4085a59'",
            "UUID '12151fd2-7586-11e9-8f9e-2a86e4085a58'",
            "UUID '12151fd2-7586-11e9-8f9e-2a86e4085a58'",
            "UUID '12151fd2-7586-11e9-8f9e-2a86e4085a59'",
        ),
        ("IPADDRESS '10.0.0.1'", "IPADDRESS '9.0.0.1'", "IPADDRESS '9.0.0.1'", "IPADDRESS '10.0.0.1'"),
        ("ARRAY[1, 2]", "ARRAY[1]", "ARRAY[1]", "ARRAY[1, 2]"),
        ("ROW(1, 'b')", "ROW(1, 'a')", "ROW(1, 'a')", "ROW(1, 'b')"),
    ];
    let mut wrong = Vec::new();
    for (one, other, least, greatest) in types {
        let same = one == "0e0";
        let values = format!("(VALUES ROW({one}), ROW({other}), ROW({one}), ROW(NULL)) t(x)");
        let distinct = if same { 2 } else { 3 };
        let pairs = if same { 9 } else { 5 };
        for (sql, expected) in [
            (format!("SELECT count(*) FROM (SELECT DISTINCT x FROM {values})"), distinct.to_string()),
            (format!("SELECT count(*) FROM (SELECT x FROM {values} GROUP BY x)"), distinct.to_string()),
            (format!("SELECT count(DISTINCT x) FROM {values}"), (distinct - 1).to_string()),
            (
                format!("SELECT count(*) FROM {values} JOIN {} ON t.x = u.x", values.replace("t(x)", "u(x)")),
                pairs.to_string(),
            ),
            (format!("SELECT min(x) = {least}, max(x) = {greatest} FROM {values}"), "true|true".to_owned()),
            (format!("SELECT x = {greatest} FROM {values} ORDER BY x DESC LIMIT 1"), "true".to_owned()),
            (format!("SELECT x = {least} FROM {values} ORDER BY x LIMIT 1"), "true".to_owned()),
            (
                format!("SELECT count(*) FROM {values} WHERE x IN (SELECT {other})"),
                if same { "3" } else { "1" }.to_owned(),
            ),
            (format!("SELECT count(*) FROM {values} WHERE x BETWEEN {least} AND {greatest}"), "3".to_owned()),
            (format!("SELECT count(*) FROM (SELECT x FROM {values} EXCEPT SELECT {one})"), (distinct - 1).to_string()),
            (
                format!("SELECT max(c) FROM (SELECT count(*) OVER (PARTITION BY x) c FROM {values})"),
                if same { "3" } else { "2" }.to_owned(),
            ),
        ] {
            let got = answer(&sql);
            if got.as_ref().ok().map(|rows| rows.join(";")) != Some(expected.clone()) {
                wrong.push(format!("{sql}: {got:?}, expected {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn long_lists_are_fast_enough() {
    let many: Vec<String> = (0..5000).map(|number| format!("({number}, 'v{number}')")).collect();
    check(&[(
        &format!("SELECT count(*), max(x) FROM (VALUES {}) t(x, y) WHERE y <> 'v7'", many.join(", ")),
        "4999|4999",
    )]);
    let unions: Vec<String> = (0..90).map(|number| format!("SELECT id FROM calls WHERE id = {}", number % 6)).collect();
    check(&[(&format!("SELECT count(*) FROM ({})", unions.join(" UNION ALL ")), "60")]);
}
