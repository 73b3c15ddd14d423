//! Rows: pages, headers, NULL, types.

use athplan::constant::Value;
use athplan::engine::{Engine, ErrorClass};
use athplan::types::Type;

use super::bench::Bench;
use crate::emulator::{CallFault, Chance, FaultPlan};

/// Section 5: values of every type that is read.
#[tokio::test]
async fn values_come_in_their_types() {
    let bench = Bench::new().await;
    let sql =
        "SELECT true AS b, 42 AS i, BIGINT '-7' AS l, 1.5e0 AS d, REAL '1.5' AS r, DECIMAL '-1.20' AS c, 'x' AS s,
        X'01fe' AS x, DATE '2023-07-10' AS day, TIMESTAMP '2023-07-10 11:22:33.456' AS t,
        from_iso8601_timestamp('2023-07-10T11:22:33Z') AS z, json_parse('{\"a\": [1]}') AS j, INTERVAL '1' DAY AS iv";
    let result = bench.result(sql, &[]).await;
    let types: Vec<String> = result.columns.iter().map(|(_, ty)| ty.to_string()).collect();
    let expected = [
        "boolean",
        "integer",
        "bigint",
        "double",
        "real",
        "decimal(3,2)",
        "varchar(1)",
        "varbinary",
        "date",
        "timestamp(3)",
        "timestamp(3) with time zone",
        "json",
        "interval day to second",
    ];
    assert_eq!(types, expected);
    let rows = bench.rows(sql).await;
    assert_eq!(
        rows,
        [
            "true|42|-7|1.5|1.5|-1.20|x|X'01FE'|2023-07-10|2023-07-10 11:22:33.456|2023-07-10 11:22:33.000 UTC|{\"a\":[1]}|1 00:00:00.000"
        ]
    );
}

#[tokio::test]
async fn null_is_not_the_empty_string_and_a_header_is_no_row() {
    let bench = Bench::new().await;
    let sql = "SELECT s FROM (VALUES 's', '', CAST(NULL AS varchar)) AS v(s)";
    // The first row's value is the column's name: values do not tell a header.
    assert_eq!(bench.rows(sql).await, ["s", "", "NULL"]);
    assert_eq!(bench.rows("SELECT 1 AS n WHERE false").await, Vec::<String>::new());
}

/// Section 5: a full page names a next one even if that is empty.
#[tokio::test]
async fn long_results_are_read_whole_from_pages_or_from_the_file() {
    let bench = Bench::new().await;
    for count in [998, 999, 1000, 1998, 1999, 2500] {
        let sql = format!(
            "SELECT CAST(x AS bigint) AS n, IF(x % 2 = 0, 'a,\"b\"' || chr(10) || 'c', NULL) AS s FROM UNNEST(sequence(1, {count})) AS t(x)"
        );
        let (id, _) = bench.ok(&sql).await;
        let types = [Type::BigInt, Type::VARCHAR];
        let before = bench.emulator.count("athena:GetQueryResults");
        let from_file = bench.engine.result(&id, &types).await.expect("it has a result");
        assert_eq!(bench.emulator.count("athena:GetQueryResults") - before, 1, "{count}");
        bench.emulator.follow(FaultPlan::new(1).on_call("GetObject", Chance::Always, CallFault::Denied));
        let from_pages = bench.engine.result(&id, &types).await.expect("it has a result");
        bench.emulator.follow(FaultPlan::new(1));
        assert_eq!(from_pages, from_file, "{count}");
        assert_eq!(from_file.rows.len(), count);
        assert_eq!(from_file.rows[1], [Value::Integer(2), Value::varchar("a,\"b\"\nc")]);
        assert_eq!(from_file.rows[2], [Value::Integer(3), Value::Null]);
    }
}

#[tokio::test]
async fn types_are_held_against_what_the_statement_was_bound_to() {
    let bench = Bench::new().await;
    let (id, _) = bench.ok("SELECT 1 AS n, 'x' AS s").await;
    let bound = bench.engine.result(&id, &[Type::Integer, Type::VARCHAR]).await.expect("they agree");
    assert_eq!(bound.columns[1].1, Type::VARCHAR);
    let error = bench.engine.result(&id, &[Type::BigInt, Type::VARCHAR]).await.expect_err("they do not");
    assert_eq!(error.class, ErrorClass::Data);
    assert_eq!(error.message, "the column `n` is integer in the result, and bigint in the statement");
    assert!(bench.engine.result(&id, &[Type::Integer]).await.is_err());
}

#[tokio::test]
async fn arrays_are_refused_and_read_as_json() {
    let bench = Bench::new().await;
    let (id, _) = bench.ok("SELECT ARRAY['a, b'] AS l").await;
    let error = bench.engine.result(&id, &[]).await.expect_err("it is ambiguous");
    assert_eq!((error.class, error.help.is_some()), (ErrorClass::Unsupported, true));
    assert!(!bench.engine.carries(&Type::array(Type::VARCHAR)));
    assert_eq!(bench.rows("SELECT json_format(CAST(ARRAY['a, b'] AS json)) AS l").await, ["[\"a, b\"]"]);
}

/// Section 5: a failed statement of Hive's DDL answers a question for its rows with success.
#[tokio::test]
async fn statements_without_rows_have_none_and_failed_ones_an_error() {
    let bench = Bench::new().await;
    let create = "CREATE EXTERNAL TABLE t (n int) STORED AS PARQUET LOCATION 's3://out/t/'";
    assert!(bench.result(create, &[]).await.rows.is_empty());
    let (id, _) = bench.run(create).await.expect("taken");
    assert_eq!(bench.engine.result(&id, &[]).await.expect_err("it failed").class, ErrorClass::Exists);
    let made =
        bench.result("CREATE TABLE made WITH (external_location = 's3://out/made/') AS SELECT 1 AS n", &[]).await;
    assert_eq!(made.rows, [[Value::Integer(1)]]);
    bench
        .ok("CREATE EXTERNAL TABLE parts (n int) PARTITIONED BY (day string) STORED AS PARQUET LOCATION 's3://out/p/'")
        .await;
    bench.ok("ALTER TABLE parts ADD IF NOT EXISTS PARTITION (day = '2024/01/01') PARTITION (day = 'b')").await;
    assert_eq!(bench.rows("SHOW PARTITIONS parts").await, ["day=2024%2F01%2F01", "day=b"]);
}
