//! Tables that exist, with the partitions they have registered.

use athplan::catalog::{Layout, create_statement};
use athplan::engine::Engine;
use serde_json::json;

use super::bench::Bench;
use super::server::Answer;

fn shown(text: &str) -> Answer {
    Answer::Rows(vec![("Create Table", "varchar")], vec![vec![json!([text])]])
}

const TRAIL: &str = "CREATE TABLE hive.logs.trail (\n   eventtime varchar,\n   n bigint,\n   day varchar,\n   hour integer\n)\nWITH (\n   \
                     external_location = 's3://b/trail/',\n   format = 'OPENX_JSON',\n   partitioned_by = ARRAY['day','hour']\n)";

#[tokio::test]
async fn a_table_has_its_partitions() {
    let bench = Bench::new().await;
    bench.server.answer("SHOW CREATE TABLE logs.trail", shown(TRAIL));
    let partitions = vec![vec![json!(["2024/01/01", 3]), json!([null, 4])]];
    bench
        .server
        .answer("\"trail$partitions\"", Answer::Rows(vec![("day", "varchar"), ("hour", "integer")], partitions));
    let table = bench.engine.table("logs.trail").await.expect("the server is there").expect("it is there");
    let Layout::Registered(entries) = &table.layout else { panic!("{:?}", table.layout) };
    let values: Vec<Vec<&str>> =
        entries.iter().map(|entry| entry.values.iter().map(String::as_str).collect()).collect();
    assert_eq!(values, [["2024/01/01", "3"], ["", "4"]]);
    assert!(create_statement(&table, "logs.trail").is_ok());
    assert_eq!(bench.engine.place_of("logs.trail").await.expect("it is asked").as_deref(), Some("s3://b/trail/"));
}

#[tokio::test]
async fn a_table_that_is_not_there_is_none_and_a_view_is_refused() {
    let bench = Bench::new().await;
    let missing = "line 1:1: Table 'hive.default.t' does not exist".to_owned();
    bench.server.answer("SHOW CREATE TABLE t", Answer::Fails("TABLE_NOT_FOUND", "USER_ERROR", missing, None));
    assert!(bench.engine.table("t").await.expect("the server is there").is_none());
    assert!(!bench.engine.has_table("t").await.expect("the server is there"));
    assert_eq!(bench.engine.place_of("t").await.expect("it is asked"), None);
    let view = "line 1:1: Relation 'hive.default.v' is a view, not a table".to_owned();
    bench.server.answer("SHOW CREATE TABLE v", Answer::Fails("NOT_SUPPORTED", "USER_ERROR", view, None));
    assert!(bench.engine.has_table("v").await.expect("its name is taken"));
    assert!(bench.engine.table("v").await.expect_err("a view").message.contains("is a view"));
    bench.server.answer(
        "information_schema.tables",
        Answer::Rows(vec![("table_name", "varchar")], vec![vec![json!(["t"]), json!(["v"])]]),
    );
    let refused = "is a view, not a table".to_owned();
    bench.server.answer("SHOW CREATE TABLE default.v", Answer::Fails("NOT_SUPPORTED", "USER_ERROR", refused, None));
    let missing = "Table does not exist".to_owned();
    bench.server.answer("SHOW CREATE TABLE default.t", Answer::Fails("TABLE_NOT_FOUND", "USER_ERROR", missing, None));
    let tables = bench.engine.tables().await.expect("the server is there");
    assert_eq!(tables.len(), 1, "{tables:?}");
}
