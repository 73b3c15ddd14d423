//! How statements fail: Athena's categories, types and texts, measured 2026-09 or as documented.

use serde_json::json;

use super::client::{run, succeed};
use super::faults::{Chance, FaultPlan, QueryFault};
use super::{Emulator, Options};

fn emulator() -> Emulator {
    let emulator = Emulator::start(Options::default());
    emulator.bucket("out");
    emulator
}

/// Categories and types of failures; the message of what Trino runs is the reason.
#[tokio::test]
async fn failures_have_categories() {
    let emulator = emulator();
    emulator.database("db");
    succeed(&emulator, "CREATE TABLE made AS SELECT 1 AS a").await;
    for (sql, category, kind, reason) in [
        (
            "SELECT * FROM db.missing",
            2,
            1301,
            "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.db.missing' does not exist",
        ),
        (
            "SELECT x FROM made",
            2,
            1006,
            "COLUMN_NOT_FOUND: line 1:8: Column 'x' cannot be resolved or requester is not authorized to access requested resources",
        ),
        ("SELECT 1 / 0", 2, 1001, "DIVISION_BY_ZERO: "),
        ("SELECT 1 + 'x'", 2, 1002, "TYPE_MISMATCH: line 1:"),
        ("SELECT CAST('x' AS integer)", 2, 1100, "INVALID_CAST_ARGUMENT: Cannot cast 'x' to INT"),
        (
            "SELECT jsn_extract('x', '$')",
            2,
            1303,
            "FUNCTION_NOT_FOUND: line 1:8: Function 'jsn_extract' not registered",
        ),
        (
            "CREATE TABLE made AS SELECT 1 AS a",
            2,
            1110,
            "TABLE_ALREADY_EXISTS: line 1:1: Destination table 'awsdatacatalog.default.made' already exists. You may need to manually clean the data at location 's3://out/r/tables/",
        ),
        (
            "CREATE TABLE t AS SELECT 1",
            2,
            1100,
            "MISSING_COLUMN_NAME: line 1:1: Column name not specified at position 1",
        ),
        ("CREATE TABLE t AS SELECT JSON '1' AS j", 2, 1200, "NOT_SUPPORTED: "),
        (
            "INSERT INTO made SELECT 'x' AS a",
            2,
            1002,
            "TYPE_MISMATCH: line 1:1: Insert query has mismatched column types. If a data manifest file was generated at 's3://out/r/",
        ),
        ("DROP TABLE missing", 2, 1301, "FAILED: SemanticException [Error 10001]: Table not found default.missing"),
        (
            "SHOW TABLES IN missing",
            1,
            1502,
            "FAILED: SemanticException [Error 10072]: Database does not exist: missing",
        ),
    ] {
        let execution = run(&emulator, sql).await;
        let status = &execution["Status"];
        assert_eq!(status["State"], "FAILED", "{sql}");
        let text = status["StateChangeReason"].as_str().expect("a reason");
        assert!(text.starts_with(reason), "{sql}: {text}");
        let error = &status["AthenaError"];
        assert_eq!(
            (&error["ErrorCategory"], &error["ErrorType"], &error["Retryable"]),
            (&json!(category), &json!(kind), &json!(false)),
            "{sql}"
        );
        if execution["StatementType"] == "DML" {
            assert_eq!(error["ErrorMessage"], status["StateChangeReason"], "{sql}");
        }
    }
}

/// What a fault plan lets fail comes with the documented types, as often as it says.
#[tokio::test]
async fn failures_on_purpose_have_documented_types() {
    let emulator = emulator();
    for (fault, category, kind, word) in [
        (QueryFault::Internal, 1, 200, "GENERIC_INTERNAL_ERROR"),
        (QueryFault::Exhausted, 2, 0, "Query exhausted resources at this scale factor"),
        (QueryFault::Memory, 2, 3, "EXCEEDED_LOCAL_MEMORY_LIMIT"),
        (QueryFault::SlowDown, 2, 1403, "SlowDown"),
        (QueryFault::Denied, 2, 1500, "Access denied"),
        (QueryFault::Timeout, 2, 206, "timeout"),
    ] {
        emulator.follow(FaultPlan::new(1).on_statement("AS marked", Chance::First(2), fault));
        for attempt in 1..=3 {
            succeed(&emulator, "SELECT 1 AS other").await;
            let status = run(&emulator, &format!("/* attempt {attempt} */ SELECT 1 AS marked")).await["Status"].clone();
            assert_eq!(status["State"], if attempt <= 2 { "FAILED" } else { "SUCCEEDED" });
            if attempt <= 2 {
                assert_eq!(
                    (&status["AthenaError"]["ErrorCategory"], &status["AthenaError"]["ErrorType"]),
                    (&json!(category), &json!(kind))
                );
                assert!(status["StateChangeReason"].as_str().expect("a reason").contains(word));
            }
        }
    }
}
