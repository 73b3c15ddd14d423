//! Athena, measured 2026-09: how statements are typed, where their results go, which files lie there.

use super::client::{error, run, start, starting, succeed};
use super::{Emulator, Options};
use serde_json::json;

fn emulator() -> Emulator {
    let emulator = Emulator::start(Options::default());
    emulator.bucket("out");
    emulator
}

/// What is expected of a statement: text, type, substatement, the suffix of its result.
type Expected = (&'static str, &'static str, &'static str, &'static str);

/// Types and places, whatever becomes of the statement; comments and missing blanks change nothing.
#[tokio::test]
async fn statements_are_typed_by_their_first_words() {
    let emulator = emulator();
    let expected: &[Expected] = &[
        ("CREATE DATABASE db", "DDL", "CREATE_DATABASE", "ID.txt"),
        ("CREATE EXTERNAL TABLE db.t (a int) LOCATION 's3://out/t/'", "DDL", "CREATE_TABLE", "ID.txt"),
        (
            "CREATE EXTERNAL TABLE p (a int) PARTITIONED BY (k string) LOCATION 's3://out/p/'",
            "DDL",
            "CREATE_TABLE",
            "ID.txt",
        ),
        ("SELECT(1)", "DML", "SELECT", "ID.csv"),
        ("(SELECT 1)", "DML", "SELECT", "ID.csv"),
        ("VALUES 1", "DML", "SELECT", "ID.csv"),
        ("TABLE db.t", "DML", "SELECT", "ID.csv"),
        ("/* c */ WITH a AS (SELECT 1 AS x) SELECT * FROM a", "DML", "SELECT", "ID.csv"),
        ("SELECT * FROM missing", "DML", "SELECT", "ID.csv"),
        ("EXPLAIN(TYPE VALIDATE) SELECT 1", "DML", "EXPLAIN", "ID.txt"),
        ("CREATE TABLE db.made AS SELECT 1 AS a", "DDL", "CREATE_TABLE_AS_SELECT", "tables/ID"),
        ("CREATE TABLE db.also AS(SELECT 1 AS a)", "DDL", "CREATE_TABLE_AS_SELECT", "tables/ID"),
        ("CREATE TABLE\"quoted\" AS SELECT 1 AS a", "DDL", "CREATE_TABLE_AS_SELECT", "tables/ID"),
        ("INSERT INTO db.made SELECT 2 AS a", "DML", "INSERT", "ID"),
        ("UNLOAD (SELECT 1 AS a) TO 's3://out/u/' WITH (format = 'PARQUET')", "DML", "UNLOAD", "ID"),
        ("CREATE VIEW v AS SELECT 1 AS a", "DDL", "CREATE_VIEW", "ID.txt"),
        ("DROP VIEW v", "DDL", "DROP_VIEW", "ID.txt"),
        (
            "ALTER TABLE p ADD PARTITION (k = 'a') LOCATION 's3://out/p/a/'",
            "DDL",
            "ALTER_TABLE_ADD_PARTITION",
            "ID.txt",
        ),
        ("SHOW PARTITIONS p", "UTILITY", "SHOW_PARTITIONS", "ID.txt"),
        ("ALTER TABLE p DROP PARTITION (k = 'a')", "DDL", "ALTER_TABLE_DROP_PARTITION", "ID.txt"),
        ("ALTER TABLE p ADD COLUMNS (b int)", "DDL", "ALTER_TABLE_ADD_COLUMN", "ID.txt"),
        ("ALTER TABLE p REPLACE COLUMNS (b int)", "DDL", "ALTER_TABLE_REPLACE_COLUMN", "ID.txt"),
        ("ALTER TABLE p DROP COLUMN b", "DDL", "ALTER_TABLE_DROP_COLUMN", "ID.txt"),
        ("ALTER TABLE p CHANGE COLUMN a b int", "DDL", "ALTER_TABLE_CHANGE_COLUMN", "ID.txt"),
        ("ALTER TABLE p SET TBLPROPERTIES ('a' = 'b')", "DDL", "ALTER_TABLE_PROPERTIES", "ID.txt"),
        ("ALTER TABLE p SET LOCATION 's3://out/q/'", "DDL", "ALTER_TABLE_SET_LOCATION", "ID.txt"),
        ("ALTER TABLE p RENAME TO q", "DDL", "ALTER_TABLE_RENAME", "ID.txt"),
        ("MSCK REPAIR TABLE p", "DDL", "MSCK_REPAIR", "ID.txt"),
        ("SHOW /* c */ TABLES", "UTILITY", "SHOW_TABLES", "ID.txt"),
        ("SHOW SCHEMAS", "UTILITY", "SHOW_DATABASES", "ID.txt"),
        ("SHOW COLUMNS IN p", "UTILITY", "SHOW_COLUMNS", "ID.txt"),
        ("SHOW TBLPROPERTIES p", "UTILITY", "SHOW_TABLE_PROPERTIES", "ID.txt"),
        ("SHOW CREATE TABLE p", "UTILITY", "SHOW_CREATE_TABLE", "ID.txt"),
        ("SHOW VIEWS", "UTILITY", "SHOW_VIEWS", "ID.txt"),
        ("DESC p", "UTILITY", "DESCRIBE_TABLE", "ID.txt"),
        ("DROP TABLE p", "DDL", "DROP_TABLE", "ID.txt"),
        ("DROP SCHEMA db", "DDL", "DROP_DATABASE", "ID.txt"),
    ];
    for (sql, ty, substatement, suffix) in expected {
        let execution = run(&emulator, sql).await;
        let id = execution["QueryExecutionId"].as_str().expect("an id");
        assert_eq!(
            (&execution["StatementType"], &execution["SubstatementType"]),
            (&json!(ty), &json!(substatement)),
            "{sql}"
        );
        let location = format!("s3://out/r/{}", suffix.replace("ID", id));
        assert_eq!(execution["ResultConfiguration"]["OutputLocation"], location, "{sql}");
    }
    for sql in [
        "SHOW SESSION",
        "SHOW STATS FOR p",
        "ALTER TABLE p ADD COLUMN b int",
        "ALTER TABLE IF EXISTS p RENAME TO q",
        "GRANT x",
    ] {
        let refused = error(&emulator, "StartQueryExecution", starting(sql, "a")).await;
        assert_eq!(refused["AthenaErrorCode"], "MALFORMED_QUERY", "{sql}");
    }
}

/// The keys under the result prefix that hold an id, the id put as `ID`.
async fn files(emulator: &Emulator, sql: &str) -> Vec<String> {
    let execution = run(emulator, sql).await;
    let id = execution["QueryExecutionId"].as_str().expect("an id");
    let keys = emulator.objects("out", "r/").into_iter().filter(|key| key.contains(id));
    keys.map(|key| key[2..].replace(id, "ID")).collect()
}

/// Which statement leaves which files, and how many bytes there are of those that have a size.
#[tokio::test]
async fn each_statement_leaves_its_files() {
    let emulator = emulator();
    let table = "CREATE EXTERNAL TABLE t (a int) PARTITIONED BY (k string) LOCATION 's3://out/t/'";
    assert_eq!(files(&emulator, table).await, ["ID.txt"]);
    assert_eq!(files(&emulator, "SELECT 1").await, ["ID.csv", "ID.csv.metadata"]);
    assert_eq!(files(&emulator, "EXPLAIN (TYPE VALIDATE) SELECT 1").await, ["ID.txt", "ID.txt.metadata"]);
    assert_eq!(files(&emulator, "SHOW TABLES").await, ["ID.txt", "ID.txt.metadata"]);
    assert_eq!(files(&emulator, "ALTER TABLE t ADD PARTITION (k = 'a')").await, ["ID.txt"]);
    let made = files(&emulator, "CREATE TABLE made AS SELECT 1 AS a").await;
    let (data, beside): (Vec<_>, Vec<_>) = made.into_iter().partition(|key| key.starts_with("tables/ID/"));
    assert_eq!(
        (data.len(), beside),
        (1, ["ID/", "tables/ID-manifest.csv", "tables/ID.metadata"].map(str::to_owned).to_vec())
    );
    assert_eq!(files(&emulator, "INSERT INTO made SELECT 2 AS a").await, ["ID-manifest.csv", "ID.metadata"]);
    assert_eq!(files(&emulator, "INSERT INTO made SELECT 2 AS a WHERE false").await, ["ID.metadata"]);
    assert_eq!(files(&emulator, "DROP TABLE IF EXISTS missing").await, ["ID.txt"]);
    // What has failed leaves nothing, unless it is Hive's.
    for sql in [
        "SELECT * FROM missing",
        "SELECT 1 / 0",
        "CREATE TABLE made AS SELECT 1 AS a",
        "INSERT INTO made SELECT 'x' AS a",
    ] {
        assert_eq!(files(&emulator, sql).await, [""; 0], "{sql}");
    }
    for sql in ["DROP TABLE missing", "SHOW TABLES IN missing", "SHOW PARTITIONS missing"] {
        assert_eq!(files(&emulator, sql).await, ["ID.txt"], "{sql}");
    }
    // A result's bucket that is not there is no failure.
    let mut body = starting("SELECT 1", "elsewhere");
    body["ResultConfiguration"]["OutputLocation"] = json!("s3://missing/r/");
    let answer = super::client::ok(&emulator, "StartQueryExecution", body).await;
    let ended = super::client::ended(&emulator, answer["QueryExecutionId"].as_str().expect("an id")).await;
    assert_eq!(ended["Status"]["State"], "SUCCEEDED");
}

/// NULL is nothing between commas, the empty text is quoted, line ends are line feeds.
#[tokio::test]
async fn the_csv_tells_null_from_empty() {
    let emulator = emulator();
    let id = succeed(&emulator, "SELECT 'a\"b' AS x, NULL AS y, '' AS z, 'l\nm' AS w").await;
    let object =
        super::client::send(&emulator.s3_url(), "GET", &format!("/out/r/{id}.csv"), &[], b"").await.expect("an answer");
    assert_eq!(object.text(), "\"x\",\"y\",\"z\",\"w\"\n\"a\"\"b\",,\"\",\"l\nm\"\n");
    assert_eq!(object.headers["content-type"], "binary/octet-stream", "no table was read");
    let id = succeed(&emulator, "SELECT 1 AS a WHERE false").await;
    let object =
        super::client::send(&emulator.s3_url(), "GET", &format!("/out/r/{id}.csv"), &[], b"").await.expect("an answer");
    assert_eq!(object.text(), "\"a\"\n");
    succeed(&emulator, "CREATE TABLE t AS SELECT 1 AS a").await;
    let id = succeed(&emulator, "SELECT * FROM t").await;
    let object =
        super::client::send(&emulator.s3_url(), "GET", &format!("/out/r/{id}.csv"), &[], b"").await.expect("an answer");
    assert_eq!(object.headers["content-type"], "application/octet-stream");
}

/// Field 1 the id, 2 the change, 3 the rows even if none, 4 the columns with what their types have.
#[tokio::test]
async fn metadata_files_are_protobuf() {
    let emulator = emulator();
    let id = succeed(&emulator, "SELECT true AS a").await;
    let path = emulator.bucket("out").join(format!("r/{id}.csv.metadata"));
    let bytes = std::fs::read(path).expect("it was written");
    let column = b"\x0a\x04hive\x22\x01a\x2a\x01a\x32\x07boolean\x48\x03\x50\x00";
    let mut expected = [&b"\x0a\x24"[..], id.as_bytes(), &[0x22, column.len() as u8]].concat();
    expected.extend_from_slice(column);
    assert_eq!(bytes, expected);
    let id = start(&emulator, "CREATE TABLE none AS SELECT 1 AS a WHERE false").await;
    super::client::ended(&emulator, &id).await;
    let bytes = std::fs::read(emulator.bucket("out").join(format!("r/tables/{id}.metadata"))).expect("it was written");
    let change = b"\x12\x0cCREATE TABLE\x18\x00";
    assert!(bytes.windows(change.len()).any(|part| part == change));
}
