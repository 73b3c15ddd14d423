//! Athena, measured 2026-09: the checks of StartQueryExecution in their order, tokens, what comes back
//! of a text.

use serde_json::{Value, json};

use super::client::{call, ended, error, ok, rows, run, start, starting};
use super::workgroup::Workgroup;
use super::{Emulator, Options};

/// An emulator with a bucket for results.
fn emulator() -> Emulator {
    let emulator = Emulator::start(Options::default());
    emulator.bucket("out");
    emulator
}

/// A statement that is refused: its code and message.
async fn refused(emulator: &Emulator, body: Value) -> (String, String) {
    let error = error(emulator, "StartQueryExecution", body).await;
    let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
    (text("AthenaErrorCode"), text("Message"))
}

/// Five headers, an id alone, a header row, NULL without a value.
#[tokio::test]
async fn a_select_comes_to_rows() {
    let emulator = emulator();
    let sql = "SELECT 1 AS a, CAST(NULL AS varchar) AS b, '' AS c";
    let received = call(&emulator, "StartQueryExecution", starting(sql, "first")).await;
    assert_eq!(received.status, 200);
    let names: Vec<&str> = received.headers.keys().map(String::as_str).collect();
    assert_eq!(names, ["connection", "content-length", "content-type", "date", "x-amzn-requestid"]);
    assert_eq!(received.headers["content-type"], "application/x-amz-json-1.1");
    assert_eq!(received.body.len(), 59);
    assert_eq!(received.json().as_object().expect("an object").len(), 1);
    assert_eq!(rows(&emulator, sql).await, ["a|b|c", "1|NULL|"]);
}

/// Token, location, statement, grammar: the first mistake in this order is reported.
#[tokio::test]
async fn checks_have_an_order() {
    let emulator = emulator();
    let mut body = json!({ "QueryString": "SELEC 1; SELECT 2", "ResultConfiguration": { "OutputLocation": "s3://" } });
    assert_eq!(
        refused(&emulator, body.clone()).await,
        ("INVALID_INPUT".into(), "clientRequestToken is null or empty".into())
    );
    body["ClientRequestToken"] = json!("x".repeat(31));
    let message = refused(&emulator, body.clone()).await.1;
    assert!(
        message.ends_with(
            "'clientRequestToken' failed to satisfy constraint: Member must have length greater than or equal to 32"
        ),
        "{message}"
    );
    body["ClientRequestToken"] = json!("x".repeat(129));
    assert!(refused(&emulator, body.clone()).await.1.ends_with("less than or equal to 128"));
    body["ClientRequestToken"] = json!("ä".repeat(65));
    assert_eq!(refused(&emulator, body.clone()).await.1, "clientRequestToken exceeds maximum allowed length 128");
    body["ClientRequestToken"] = json!("x".repeat(32));
    assert_eq!(
        refused(&emulator, body.clone()).await,
        ("INVALID_INPUT".into(), "outputLocation is not a valid S3 path.".into())
    );
    body["ResultConfiguration"]["OutputLocation"] = json!("s3://out/r");
    let message = "Only one sql statement is allowed. Got: SELEC 1; SELECT 2";
    assert_eq!(refused(&emulator, body.clone()).await, ("MALFORMED_QUERY".into(), message.into()));
    body["QueryString"] = json!("SELEC 1");
    let (code, message) = refused(&emulator, body.clone()).await;
    assert_eq!(code, "MALFORMED_QUERY");
    assert!(message.starts_with("line 1:1: mismatched input 'SELEC'. Expecting: "), "{message}");
    // What was refused has not used the token up.
    body["QueryString"] = json!("SELECT 1");
    ok(&emulator, "StartQueryExecution", body).await;
    assert_eq!(emulator.executions().len(), 1);
}

/// Semicolons in texts and comments separate nothing; a comment of its own is a statement.
#[tokio::test]
async fn one_statement_is_cut_out() {
    let emulator = emulator();
    for (sent, kept) in [
        ("-- c\nSELECT 1;", "-- c\nSELECT 1"),
        ("SELECT 1;;", "SELECT 1"),
        (";SELECT 1", "SELECT 1"),
        ("SELECT 1 -- c\n;", "SELECT 1 -- c"),
        ("  SELECT ';' /* ; */ ;\n", "SELECT ';' /* ; */"),
    ] {
        let execution = run(&emulator, sent).await;
        assert_eq!((&execution["Query"], &execution["Status"]["State"]), (&json!(kept), &json!("SUCCEEDED")), "{sent}");
    }
    assert_eq!(
        refused(&emulator, starting("SELECT 1; -- c  ", "a")).await.1,
        "Only one sql statement is allowed. Got: SELECT 1; -- c"
    );
    assert_eq!(refused(&emulator, starting(";", "a")).await.1, "Empty sql statement: ;");
    let (code, message) = refused(&emulator, starting("-- only", "a")).await;
    assert_eq!(code, "MALFORMED_QUERY");
    assert!(message.starts_with("line 1:8: mismatched input '<EOF>'"), "{message}");
    for sql in ["SELECT * FROM", "SELECT FROM", "SELECT `a` FROM t"] {
        assert_eq!(refused(&emulator, starting(sql, "a")).await.1, "Queries of this type are not supported", "{sql}");
    }
    let message = refused(&emulator, starting("CREATE OR REPLACE TABLE t AS SELECT 1 AS a", "a")).await.1;
    assert!(message.starts_with("line 1:19: mismatched input 'TABLE'"), "{message}");
}

/// athplan's own language is no engine's.
#[tokio::test]
async fn the_compilers_language_is_refused() {
    let emulator = emulator();
    for sql in [
        "FOREACH k IN (SELECT 1 AS a) SELECT k.a",
        "SELECT :x",
        "SELECT * FROM (FOREACH k IN (SELECT 1 AS a) SELECT k.a)",
        "DECLARE x integer DEFAULT 1",
        "CREATE TEMPORARY TABLE t AS SELECT 1 AS a",
        "CREATE EXTERNAL TABLE t USING cloudtrail LOCATION 's3://b/AWSLogs/1/CloudTrail/'",
    ] {
        assert_eq!(refused(&emulator, starting(sql, "a")).await.0, "MALFORMED_QUERY", "{sql}");
    }
}

/// The same token answers the same id, whatever became of the execution; text, catalog, database and
/// place are compared as they were sent, parameters and workgroup are not.
#[tokio::test]
async fn tokens_are_compared_raw() {
    let mut options = Options::default();
    options.workgroups.push(Workgroup::named("other"));
    let emulator = Emulator::start(options);
    emulator.bucket("out");
    let mut body = starting("SELECT 1 / 0", "t");
    body["QueryExecutionContext"] = json!({ "Catalog": "AwsDataCatalog", "Database": "default" });
    let id = ok(&emulator, "StartQueryExecution", body.clone()).await["QueryExecutionId"].clone();
    assert_eq!(ended(&emulator, id.as_str().expect("an id")).await["Status"]["State"], "FAILED");
    assert_eq!(ok(&emulator, "StartQueryExecution", body.clone()).await["QueryExecutionId"], id);
    for (member, value) in [("ExecutionParameters", json!(["1"])), ("WorkGroup", json!("other"))] {
        let mut same = body.clone();
        same[member] = value;
        assert_eq!(ok(&emulator, "StartQueryExecution", same).await["QueryExecutionId"], id, "{member}");
    }
    for (pointer, value) in [
        ("/QueryString", "SELECT 1 / 0;"),
        ("/QueryString", "SELECT 1 / 0 "),
        ("/QueryExecutionContext/Catalog", "AWSDATACATALOG"),
        ("/QueryExecutionContext/Database", "other"),
        ("/ResultConfiguration/OutputLocation", "s3://out/other/"),
    ] {
        let mut other = body.clone();
        *other.pointer_mut(pointer).expect("the member is there") = json!(value);
        let mismatch = ("IDEMPOTENT_PARAMETER_MISMATCH".to_owned(), "Idempotent parameters do not match".to_owned());
        assert_eq!(refused(&emulator, other).await, mismatch, "{pointer}");
    }
    // The grammar is looked at before the token.
    body["QueryString"] = json!("SELEC 1");
    assert_eq!(refused(&emulator, body).await.0, "MALFORMED_QUERY");
    assert_eq!(emulator.executions().len(), 1);
}

/// A workgroup that enforces its place gives one id whether or not the same place is asked for.
#[tokio::test]
async fn an_enforced_place_is_one_place() {
    let workgroups = vec![Workgroup::enforcing("primary", "s3://out/enforced/")];
    let emulator = Emulator::start(Options { workgroups, ..Options::default() });
    emulator.bucket("out");
    let mut body = starting("SELECT 1", "t");
    let id = ok(&emulator, "StartQueryExecution", body.clone()).await["QueryExecutionId"].clone();
    body.as_object_mut().expect("an object").remove("ResultConfiguration");
    assert_eq!(ok(&emulator, "StartQueryExecution", body).await["QueryExecutionId"], id);
    let id = id.as_str().expect("an id");
    let execution = ended(&emulator, id).await;
    assert_eq!(execution["ResultConfiguration"]["OutputLocation"], format!("s3://out/enforced/{id}.csv"));
}

/// Without a workgroup of that name, or a place for the result, nothing starts.
#[tokio::test]
async fn workgroup_and_place_must_be_known() {
    let emulator = emulator();
    let mut body = starting("SELECT 1", "t");
    body["WorkGroup"] = json!("missing");
    assert_eq!(refused(&emulator, body.clone()).await, ("INVALID_INPUT".into(), "WorkGroup is not found.".into()));
    body["WorkGroup"] = json!("primary");
    body.as_object_mut().expect("an object").remove("ResultConfiguration");
    let message = refused(&emulator, body).await.1;
    assert!(
        message.starts_with("No output location provided. You did not provide an output location for  your query"),
        "{message}"
    );
}

/// The text that comes back is trimmed, and in some statements loses parts of a name.
#[tokio::test]
async fn the_echo_is_not_faithful() {
    let emulator = emulator();
    emulator.database("db");
    run(&emulator, "CREATE EXTERNAL TABLE db.t (a int) LOCATION 's3://out/t/'").await;
    for (sent, query, database) in [
        ("DESCRIBE db.t", "DESCRIBE t", json!("db")),
        ("SHOW COLUMNS IN awsdatacatalog.db.t", "SHOW COLUMNS IN db.t", json!("db")),
        ("SHOW COLUMNS IN `awsdatacatalog`.db.t", "SHOW COLUMNS IN `awsdatacatalog`.db.t", json!("db")),
        ("SHOW CREATE TABLE AwsDataCatalog.db.t", "SHOW CREATE TABLE db.t", json!("db")),
        ("SHOW TABLES IN awsdatacatalog.db", "SHOW TABLES IN db", json!("db")),
        ("SELECT * FROM awsdatacatalog.db.t", "SELECT * FROM awsdatacatalog.db.t", Value::Null),
        ("DROP TABLE awsdatacatalog.db.t", "DROP TABLE db.t", json!("db")),
    ] {
        let execution = run(&emulator, sent).await;
        assert_eq!(execution["Status"]["State"], "SUCCEEDED", "{sent}: {}", execution["Status"]);
        assert_eq!(execution["Query"], query, "{sent}");
        assert_eq!(execution["QueryExecutionContext"]["Database"], database, "{sent}");
    }
}

/// The context comes back with the catalog in lower case and absent members absent.
#[tokio::test]
async fn an_execution_is_described() {
    let emulator = emulator();
    let mut body = starting("SELECT 1", "t");
    body["QueryExecutionContext"] = json!({ "Catalog": "AwsDataCatalog" });
    let id = ok(&emulator, "StartQueryExecution", body).await["QueryExecutionId"].clone();
    let execution = ended(&emulator, id.as_str().expect("an id")).await;
    assert_eq!(execution["QueryExecutionContext"], json!({ "Catalog": "awsdatacatalog" }));
    let keys: Vec<&str> = execution.as_object().expect("an object").keys().map(String::as_str).collect();
    let expected = [
        "EngineVersion",
        "Query",
        "QueryExecutionContext",
        "QueryExecutionId",
        "ResultConfiguration",
        "ResultReuseConfiguration",
        "StatementType",
        "Statistics",
        "Status",
        "SubstatementType",
        "WorkGroup",
    ];
    assert_eq!(keys, expected);
    assert_eq!(execution["EngineVersion"]["Category"], "Presto");
    assert!(execution["Statistics"].get("QueryPlanningTimeInMillis").is_none(), "nothing was planned");
}

/// A value that reads as an expression is one; any other is a text.
#[tokio::test]
async fn parameters_are_expressions() {
    let emulator = emulator();
    let mut body = starting("SELECT ? AS a, '?' AS b, ? AS c, ? AS d -- ?\n", "t");
    body["ExecutionParameters"] = json!(["2024-01-02", "it's", "'x'"]);
    let id = ok(&emulator, "StartQueryExecution", body.clone()).await["QueryExecutionId"].clone();
    let execution = ended(&emulator, id.as_str().expect("an id")).await;
    assert_eq!(execution["Query"], "SELECT ? AS a, '?' AS b, ? AS c, ? AS d -- ?");
    assert_eq!(execution["ExecutionParameters"], json!(["2024-01-02", "it's", "'x'"]));
    let answer = ok(&emulator, "GetQueryResults", json!({ "QueryExecutionId": id })).await;
    assert_eq!(super::client::texts(&answer), ["a|b|c|d", "2021|?|it's|x"]);
    body["ClientRequestToken"] = json!("u".repeat(32));
    body["ExecutionParameters"] = json!(["1"]);
    let id = ok(&emulator, "StartQueryExecution", body).await["QueryExecutionId"].clone();
    let status = ended(&emulator, id.as_str().expect("an id")).await["Status"].clone();
    assert!(status["StateChangeReason"].as_str().expect("a reason").starts_with("INVALID_PARAMETER_USAGE"));
    assert_eq!(
        (&status["AthenaError"]["ErrorCategory"], &status["AthenaError"]["ErrorType"]),
        (&json!(2), &json!(1100))
    );
}

/// A page of the history is the newest first.
#[tokio::test]
async fn the_history_is_newest_first() {
    let emulator = emulator();
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(start(&emulator, "SELECT 1").await);
    }
    ids.reverse();
    let first = ok(&emulator, "ListQueryExecutions", json!({ "MaxResults": 2 })).await;
    assert_eq!(first["QueryExecutionIds"], json!(ids[..2]));
    let next = ok(&emulator, "ListQueryExecutions", json!({ "MaxResults": 2, "NextToken": first["NextToken"] })).await;
    assert_eq!((&next["QueryExecutionIds"], next.get("NextToken")), (&json!(ids[2..]), None));
    let batch = json!({ "QueryExecutionIds": [ids[0], "missing"] });
    let batch = ok(&emulator, "BatchGetQueryExecution", batch).await;
    assert_eq!(batch["QueryExecutions"][0]["QueryExecutionId"], ids[0]);
    assert_eq!(batch["UnprocessedQueryExecutionIds"][0]["QueryExecutionId"], "missing");
}
