//! Rows: page by page, in the types that Trino tells.

use athplan::constant::Value;
use athplan::engine::{Engine, ErrorClass};
use athplan::types::Type;
use serde_json::json;

use super::bench::Bench;
use super::server::Answer;

#[tokio::test]
async fn rows_come_page_by_page_in_the_types_that_are_told() {
    let bench = Bench::new().await;
    let columns =
        vec![("n", "bigint"), ("d", "decimal(4, 2)"), ("r", "row(\"a\" integer, b varchar)"), ("x", "double")];
    let pages = vec![
        vec![json!([1, "1.50", [1, "a"], "NaN"]), json!([2, null, null, 0.5])],
        vec![],
        vec![json!([3, "-1.00", [2, null], "-Infinity"])],
    ];
    bench.server.answer("FROM t", Answer::Rows(columns, pages));
    let (id, status) = bench.ok("SELECT * FROM t").await;
    assert_eq!((status.bytes_scanned, status.queued), (100, Some(0)));
    let bound = [Type::BigInt, Type::Decimal(4, 2), Type::Opaque, Type::Double];
    let result = bench.engine.result(&id, &bound).await.expect("it has rows");
    assert_eq!(result.columns[2], ("r".to_owned(), Type::row([("a", Type::Integer), ("b", Type::VARCHAR)])));
    assert_eq!(result.rows.len(), 3);
    assert_eq!(result.rows[0][1], Value::Decimal(150));
    assert_eq!(result.rows[1][2], Value::Null);
    assert_eq!(result.rows[2][2], Value::Row([Value::Integer(2), Value::Null].into()));
    // The same rows are there as often as they are asked for.
    assert_eq!(bench.engine.result(&id, &[]).await.expect("once more").rows.len(), 3);
    let wrong = bench.engine.result(&id, &[Type::BigInt]).await.expect_err("another number of columns");
    assert_eq!(wrong.class, ErrorClass::Data);
    let bound = [Type::Integer, Type::Decimal(4, 2), Type::Opaque, Type::Double];
    let wrong = bench.engine.result(&id, &bound).await.expect_err("another type");
    assert_eq!(wrong.message, "the column `n` is bigint in the result, and integer in the statement");
}

#[tokio::test]
async fn what_stores_rows_says_how_many() {
    let bench = Bench::new().await;
    bench.server.answer("CREATE TABLE athplan_unload", Answer::Rows(vec![("rows", "bigint")], vec![vec![json!([7])]]));
    let (id, status) = bench.ok("UNLOAD (SELECT 1 AS n) TO 's3://out/run/t/1/' WITH (format = 'PARQUET')").await;
    assert_eq!(status.bytes_scanned, 110, "of both statements");
    let result = bench.engine.result(&id, &[]).await.expect("a count");
    assert_eq!(result.rows, [[Value::Integer(7)]]);
}

#[tokio::test]
async fn types_that_are_not_read_are_refused_by_name() {
    let bench = Bench::new().await;
    bench.server.answer("approx_set", Answer::Rows(vec![("h", "HyperLogLog")], vec![]));
    let (id, _) = bench.ok("SELECT approx_set(1) AS h").await;
    let error = bench.engine.result(&id, &[]).await.expect_err("nobody reads it");
    assert_eq!(error.class, ErrorClass::Unsupported);
    assert!(error.help.is_some_and(|help| help.contains("json_format")), "{}", error.message);
}
