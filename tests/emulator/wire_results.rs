//! Athena, measured 2026-09: pages, header rows, counts, values and columns of GetQueryResults.

use serde_json::{Value, json};

use super::client::{error, ok, rows, run, start, succeed, texts};
use super::options::Latency;
use super::{Emulator, Options};

fn emulator() -> Emulator {
    let emulator = Emulator::start(Options::default());
    emulator.bucket("out");
    emulator
}

async fn page(emulator: &Emulator, id: &str, token: Option<&Value>, size: Option<usize>) -> Value {
    let mut body = json!({ "QueryExecutionId": id });
    if let Some(token) = token {
        body["NextToken"] = token.clone();
    }
    if let Some(size) = size {
        body["MaxResults"] = json!(size);
    }
    ok(emulator, "GetQueryResults", body).await
}

/// A thousand rows a page with the header among them; a full page has a token even if nothing follows.
#[tokio::test]
async fn a_full_page_always_has_a_token() {
    let emulator = emulator();
    let id = succeed(&emulator, "SELECT n FROM UNNEST(sequence(1, 1500)) AS t(n)").await;
    let first = page(&emulator, &id, None, None).await;
    let second = page(&emulator, &id, Some(&first["NextToken"]), None).await;
    assert_eq!((texts(&first).len(), texts(&second).len()), (1000, 501));
    assert_eq!((&texts(&first)[0], &texts(&second)[0]), (&"n".to_owned(), &"1000".to_owned()));
    assert!(second.get("NextToken").is_none());
    assert!(first["NextToken"].as_str().expect("a token").len() >= 96);

    let id = succeed(&emulator, "SELECT n FROM UNNEST(sequence(1, 999)) AS t(n)").await;
    let full = page(&emulator, &id, None, None).await;
    let rest = page(&emulator, &id, Some(&full["NextToken"]), None).await;
    assert_eq!((texts(&full).len(), texts(&rest).len(), rest.get("NextToken")), (1000, 0, None));

    let id = succeed(&emulator, "SELECT 1 AS n").await;
    let header = page(&emulator, &id, None, Some(1)).await;
    assert_eq!(texts(&header), ["n"]);
    assert_eq!(texts(&page(&emulator, &id, Some(&header["NextToken"]), Some(1)).await), ["1"]);
}

/// Framework, id, size, state, token: in this order.
#[tokio::test]
async fn arguments_are_checked_in_order() {
    let emulator = emulator();
    let fails = |body: Value| error(&emulator, "GetQueryResults", body);
    let missing = fails(json!({ "QueryExecutionId": "missing", "MaxResults": 1001 })).await;
    assert_eq!(
        (&missing["AthenaErrorCode"], &missing["Message"]),
        (&json!("QUERY_EXECUTION_NOT_FOUND"), &json!("QueryExecution missing was not found"))
    );
    let failed = run(&emulator, "SELECT 1 / 0").await;
    let large = fails(json!({ "QueryExecutionId": failed["QueryExecutionId"], "MaxResults": 1001 })).await;
    assert_eq!(large["Message"], "MaxResults is more than maximum allowed length 1000");
    let state = fails(json!({ "QueryExecutionId": failed["QueryExecutionId"], "NextToken": "x" })).await;
    assert_eq!(
        (&state["AthenaErrorCode"], &state["Message"]),
        (
            &json!("INVALID_QUERY_EXECUTION_STATE"),
            &json!("Query did not finish successfully. Final query state: FAILED")
        )
    );
    let id = succeed(&emulator, "SELECT 1").await;
    let token = fails(json!({ "QueryExecutionId": id, "NextToken": "x" })).await;
    assert_eq!(
        (&token["AthenaErrorCode"], &token["Message"]),
        (&json!("INVALID_INPUT"), &json!("Malformed nextPageToken x"))
    );
    // Where there are no rows, no token is looked at.
    succeed(&emulator, "CREATE EXTERNAL TABLE t (a int) PARTITIONED BY (k string) LOCATION 's3://out/t/'").await;
    let id = succeed(&emulator, "SHOW PARTITIONS t").await;
    let answer = ok(&emulator, "GetQueryResults", json!({ "QueryExecutionId": id, "NextToken": "x" })).await;
    assert_eq!(texts(&answer).len(), 0);
}

/// What is answered while it runs, when it was stopped, when Hive has failed.
#[tokio::test]
async fn states_have_their_answers() {
    let latency = Latency { query: 1e6, ..Latency::default() };
    let emulator = Emulator::start(Options { latency, ..Options::default() });
    emulator.bucket("out");
    let id = start(&emulator, "SELECT 1").await;
    while emulator.executions()[0].state().name() != "RUNNING" {
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    let running = error(&emulator, "GetQueryResults", json!({ "QueryExecutionId": id })).await;
    assert_eq!(running["Message"], "Query has not yet finished. Current state: RUNNING");
    ok(&emulator, "StopQueryExecution", json!({ "QueryExecutionId": id })).await;
    let status = super::client::ended(&emulator, &id).await["Status"].clone();
    assert_eq!(
        (&status["State"], &status["StateChangeReason"]),
        (&json!("CANCELLED"), &json!("Query cancelled by user"))
    );
    assert!(status.get("AthenaError").is_none());
    let stopped = error(&emulator, "GetQueryResults", json!({ "QueryExecutionId": id })).await;
    assert_eq!(
        (&stopped["AthenaErrorCode"], &stopped["Message"]),
        (&json!("RESULT_NOT_FOUND"), &json!("Could not find results"))
    );
    // It has ended: stopping it again changes nothing and is no error.
    ok(&emulator, "StopQueryExecution", json!({ "QueryExecutionId": id })).await;
    assert!(emulator.objects("out", "").is_empty(), "what was stopped leaves nothing");
    let failed = run(&emulator, "DROP TABLE missing").await;
    let answer = page(&emulator, failed["QueryExecutionId"].as_str().expect("an id"), None, None).await;
    assert_eq!(answer, json!({ "ResultSet": { "Rows": [], "ResultSetMetadata": null }, "UpdateCount": null }));
}

/// Zero for rows, the number for what was written, nothing for definitions and plans.
#[tokio::test]
async fn update_counts_have_rules() {
    let emulator = emulator();
    for (sql, count) in [
        ("CREATE EXTERNAL TABLE t (a int) PARTITIONED BY (k string) LOCATION 's3://out/t/'", None),
        ("SELECT 1", Some(0)),
        ("SHOW TABLES", Some(0)),
        ("SHOW PARTITIONS t", Some(0)),
        ("DESCRIBE t", None),
        ("SHOW CREATE TABLE t", None),
        ("EXPLAIN (TYPE VALIDATE) SELECT 1", None),
        ("CREATE TABLE made AS SELECT 1 AS a UNION ALL SELECT 2", Some(2)),
        ("CREATE TABLE empty AS SELECT 1 AS a WHERE false", Some(0)),
        ("INSERT INTO made SELECT 3 AS a", Some(1)),
        ("DROP TABLE t", None),
    ] {
        let id = succeed(&emulator, sql).await;
        let answer = page(&emulator, &id, None, None).await;
        assert_eq!(answer.get("UpdateCount").and_then(Value::as_u64), count, "{sql}");
        let writes = sql.starts_with("INSERT") || sql.contains(" AS SELECT");
        if writes {
            let columns = &answer["ResultSet"]["ResultSetMetadata"]["ColumnInfo"];
            assert_eq!(
                (texts(&answer).len(), &columns[0]["Name"], &columns[0]["Type"]),
                (0, &json!("rows"), &json!("bigint"))
            );
        }
    }
    assert_eq!(rows(&emulator, "SELECT * FROM made ORDER BY a").await, ["a", "1", "2", "3"]);
}

/// The text of each type.
#[tokio::test]
async fn values_have_their_texts() {
    let emulator = emulator();
    for (expression, text) in [
        ("true", "true"),
        ("0.1 + 0.2", "0.30000000000000004"),
        ("1e20", "1.0E20"),
        ("1e-7", "1.0E-7"),
        ("REAL '1.5'", "1.5"),
        ("DECIMAL '1.50'", "1.50"),
        ("DATE '2020-01-01'", "2020-01-01"),
        ("TIMESTAMP '2020-01-01 12:34:56'", "2020-01-01 12:34:56"),
        ("TIMESTAMP '2020-01-01 12:34:56.789123'", "2020-01-01 12:34:56.789123"),
        ("TIMESTAMP '2026-09-17 12:34:56.789 UTC'", "2026-09-17 12:34:56.789 UTC"),
        ("INTERVAL '1' DAY", "1 00:00:00.000"),
        ("INTERVAL '1' YEAR", "1-0"),
        ("X'0102'", "01 02"),
        ("ARRAY[1, 2, 3]", "[1, 2, 3]"),
        ("ARRAY['a', NULL]", "[a, null]"),
        ("ARRAY['a, b']", "[a, b]"),
        ("ARRAY[ARRAY[1], ARRAY[2, 3]]", "[[1], [2, 3]]"),
        ("ARRAY[1.5]", "[1.5]"),
        ("MAP(ARRAY[10, 9], ARRAY['b', 'a'])", "{9=a, 10=b}"),
        ("MAP(ARRAY['k'], ARRAY[1])", "{k=1}"),
        ("CAST(ROW(1, 'x') AS row(id integer, name varchar))", "{id=1, name=x}"),
        ("ROW(1, 'x')", "{1, x}"),
        ("CAST(NULL AS integer)", "NULL"),
    ] {
        assert_eq!(rows(&emulator, &format!("SELECT {expression}")).await, ["_col0", text], "{expression}");
    }
    let bytes = rows(&emulator, "SELECT ARRAY[X'00ff']").await;
    assert!(bytes[1].starts_with("[[B@") && bytes[1].ends_with(']'), "the bytes are lost: {}", bytes[1]);
}

/// Base names of types, with the precision that Athena gives them.
#[tokio::test]
async fn columns_are_described_by_base_names() {
    let emulator = emulator();
    for (expression, ty, precision, scale, case_sensitive) in [
        ("true", "boolean", 0, 0, false),
        ("TINYINT '1'", "tinyint", 3, 0, false),
        ("SMALLINT '1'", "smallint", 5, 0, false),
        ("1", "integer", 10, 0, false),
        ("BIGINT '1'", "bigint", 19, 0, false),
        ("1.5", "double", 17, 0, false),
        ("REAL '1.5'", "float", 17, 0, false),
        ("DECIMAL '1.50'", "decimal", 3, 2, false),
        ("'abc'", "varchar", 3, 0, true),
        ("CAST('abc' AS varchar)", "varchar", 2_147_483_647, 0, true),
        ("CAST('abc' AS char(5))", "char", 5, 0, true),
        ("X'00'", "varbinary", 1_073_741_824, 0, false),
        ("DATE '2020-01-01'", "date", 0, 0, false),
        ("TIMESTAMP '2020-01-01 00:00:00'", "timestamp", 3, 0, false),
        ("TIMESTAMP '2020-01-01 00:00:00 UTC'", "timestamp with time zone", 3, 0, false),
        ("ARRAY[1]", "array", 0, 0, false),
        ("MAP(ARRAY[1], ARRAY[1])", "map", 0, 0, false),
        ("ROW(1)", "row", 0, 0, false),
        ("JSON '1'", "json", 0, 0, false),
    ] {
        let id = succeed(&emulator, &format!("SELECT {expression} AS c")).await;
        let answer = page(&emulator, &id, None, None).await;
        let info = &answer["ResultSet"]["ResultSetMetadata"]["ColumnInfo"][0];
        let expected = json!({
            "CatalogName": "hive", "SchemaName": "", "TableName": "", "Name": "c", "Label": "c", "Type": ty,
            "Precision": precision, "Scale": scale, "Nullable": "UNKNOWN", "CaseSensitive": case_sensitive,
        });
        assert_eq!(*info, expected, "{expression}");
    }
}

/// A plan's header is a row; what Hive shows has one text a row, whatever the columns.
#[tokio::test]
async fn plans_and_descriptions_are_lines() {
    let emulator = emulator();
    assert_eq!(rows(&emulator, "EXPLAIN (TYPE VALIDATE) SELECT 1").await, ["Valid", "true", ""]);
    let failed = run(&emulator, "EXPLAIN (TYPE VALIDATE) SELECT x").await;
    assert_eq!(failed["Status"]["AthenaError"]["ErrorType"], 1006);
    succeed(
        &emulator,
        "CREATE EXTERNAL TABLE t (a int, b string COMMENT 'words') PARTITIONED BY (k string) LOCATION 's3://out/t/'",
    )
    .await;
    let description = rows(&emulator, "DESCRIBE t").await;
    assert_eq!(description[0], format!("{:<20}\t{:<20}\t{:<20}", "a", "int", ""));
    assert_eq!(description[1], format!("{:<20}\t{:<20}\t{:<20}", "b", "string", "words"));
    assert_eq!(description[2], format!("{:<20}\t{:<20}\t{:<20}", "k", "string", ""));
    assert!(description[4].starts_with("# Partition Information"));
    assert!(description[5].starts_with("# col_name "));
    assert_eq!(description[7], description[2]);
    assert_eq!(
        rows(&emulator, "SHOW COLUMNS IN t").await.iter().map(|row| row.trim_end().to_owned()).collect::<Vec<_>>(),
        ["a", "b", "k"]
    );
    assert_eq!(rows(&emulator, "SHOW PARTITIONS t").await, [""; 0]);
    succeed(
        &emulator,
        "ALTER TABLE t ADD IF NOT EXISTS PARTITION (k = 'x/y') PARTITION (k = 'a') LOCATION 's3://out/q/'",
    )
    .await;
    assert_eq!(rows(&emulator, "SHOW PARTITIONS t").await, ["k=a", "k=x%2Fy"]);
    assert_eq!(rows(&emulator, "SHOW TABLES").await, ["t"]);
    assert_eq!(rows(&emulator, "SHOW TABLES 's*|T'").await, ["t"]);
    assert_eq!(rows(&emulator, "SHOW TABLES LIKE 's*'").await, [""; 0]);
    assert_eq!(rows(&emulator, "SHOW DATABASES").await, ["default"]);
}
