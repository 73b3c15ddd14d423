//! Queries of a process that has gone: their rows are lost, what they stored is not.

use athplan::engine::{Engine, EngineError, ErrorClass, QueryId, State};
use serde_json::json;

use super::bench::Bench;
use super::server::Answer;

const ID: &str = "20240101_000000_00001_gone";

fn remembered(state: &str, source: &str) -> Answer {
    let columns = vec![("query_id", "varchar"), ("state", "varchar"), ("source", "varchar"), ("error_code", "varchar")];
    Answer::Rows(columns, vec![vec![json!([ID, state, source, null])]])
}

async fn lost(bench: &Bench) -> EngineError {
    bench.another().await.poll(&[QueryId(ID.to_owned())]).await.expect_err("it is lost")
}

#[tokio::test]
async fn what_was_stored_stays() {
    let bench = Bench::new().await;
    bench.server.answer("system.runtime.queries", remembered("FINISHED", "athplan store 0123"));
    let statuses = bench.engine.poll(&[QueryId(ID.to_owned())]).await.expect("the server remembers it");
    assert_eq!(statuses[0].state, State::Succeeded);
}

#[tokio::test]
async fn rows_that_nobody_took_are_lost() {
    let bench = Bench::new().await;
    bench.server.answer("system.runtime.queries", remembered("FINISHED", "athplan query 0123"));
    assert_eq!(lost(&bench).await.class, ErrorClass::Lost);
    bench.server.answer("system.runtime.queries", remembered("FAILED", "athplan store 0123"));
    assert_eq!(lost(&bench).await.class, ErrorClass::Lost);
    bench.server.answer("system.runtime.queries", Answer::Rows(vec![("query_id", "varchar")], vec![]));
    let error = lost(&bench).await;
    assert!(error.message.contains("does not know it any more"), "{}", error.message);
    let result = bench.engine.result(&QueryId(ID.to_owned()), &[]).await.expect_err("there are none");
    assert_eq!(result.class, ErrorClass::Lost);
}

/// One that still runs is stopped before anything is begun anew in its place.
#[tokio::test]
async fn what_still_runs_is_stopped_first() {
    let bench = Bench::new().await;
    bench.server.answer("system.runtime.queries", remembered("RUNNING", "athplan store 0123"));
    let asked = async { lost(&bench).await };
    let ended = async {
        while !bench.server.statements().iter().any(|sql| sql.contains("kill_query")) {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
        bench.server.answer("system.runtime.queries", remembered("FAILED", "athplan store 0123"));
    };
    let (error, ()) = futures::future::join(asked, ended).await;
    assert_eq!(error.class, ErrorClass::Lost);
    let kills =
        bench.server.statements().iter().filter(|sql| sql.contains(&format!("'{ID}'")) && sql.contains("CALL")).count();
    assert_eq!(kills, 1);
}

#[tokio::test]
async fn a_submission_without_a_recorded_id_is_found_by_its_text() {
    let bench = Bench::new().await;
    let sql = "-- athplan run=r1 statement=t attempt=1\nSELECT 1";
    bench.ok(sql).await;
    let source = bench.server.posts().remove(0);
    let source = source.headers.get("x-trino-source").expect("it is marked").clone();
    bench.server.answer(&format!("'{source}'"), remembered("RUNNING", &source));
    let since = std::time::SystemTime::UNIX_EPOCH;
    let found = bench.another().await.find(sql, since).await.expect("the server remembers");
    assert_eq!(found, Some(QueryId(ID.to_owned())));
    assert_eq!(bench.engine.find("SELECT 2", since).await.expect("the server remembers"), None);
}

/// A table that UNLOAD stored its rows by goes when the run ends, if its statement did not live to drop it.
#[tokio::test]
async fn what_a_statement_did_not_live_to_drop_goes_in_the_end() {
    let bench = Bench::new().await;
    let name = "athplan_unload_r1_00ff";
    bench
        .server
        .answer("'athplan_unload_r1_'", Answer::Rows(vec![("table_name", "varchar")], vec![vec![json!([name])]]));
    bench.engine.tidy("r1").await.expect("the server is there");
    assert_eq!(bench.server.statements().pop(), Some(format!("DROP TABLE IF EXISTS \"{name}\"")));
}
