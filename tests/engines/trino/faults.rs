//! What goes wrong on the way: requests that are lost, a server that says "not now", one that starts anew.

use athplan::constant::Value;
use athplan::engine::{Engine, EngineError, ErrorClass, State};
use serde_json::json;

use super::bench::{Bench, ended};
use super::server::{Answer, Fault};

fn numbers() -> Answer {
    let page = |from: i64| (from..from + 10).map(|n| json!([n])).collect();
    Answer::Rows(vec![("n", "bigint")], vec![page(0), page(10), page(20)])
}

/// Whatever happens to single requests, every row comes once.
#[tokio::test]
async fn each_row_comes_once_whatever_is_lost_on_its_way() {
    let faults =
        [Fault::Cut, Fault::Lost, Fault::Status(502), Fault::Status(503), Fault::Status(504), Fault::Status(429)];
    for fault in faults {
        for before in 0..7 {
            let bench = Bench::new().await;
            bench.server.answer("FROM t", numbers());
            let id = bench.engine.submit(&bench.submission("SELECT n FROM t")).await.expect("it is taken");
            // The task that follows may have asked for a page already: then it is another that is lost.
            bench.server.fail(std::iter::repeat_n(fault, before));
            let status = ended(&bench.engine, &id).await.expect("it is known");
            assert_eq!(status.state, State::Succeeded, "{fault:?} after {before}");
            let rows = bench.engine.result(&id, &[]).await.expect("it has rows").rows;
            let expected: Vec<Vec<Value>> = (0..30).map(|n| vec![Value::Integer(n)]).collect();
            assert_eq!(rows, expected, "{fault:?} after {before}");
        }
    }
}

/// A statement whose answer is lost never begins, so that it is sent again as it was.
#[tokio::test]
async fn a_submission_that_is_lost_is_worth_sending_again() {
    let bench = Bench::new().await;
    bench.server.answer("FROM t", numbers());
    let submission = bench.submission("SELECT n FROM t");
    for (fault, class) in [
        (Fault::Cut, ErrorClass::Transient),
        (Fault::Lost, ErrorClass::Transient),
        (Fault::Status(503), ErrorClass::Transient),
        (Fault::Status(429), ErrorClass::Throttled),
    ] {
        bench.server.fail([fault]);
        let error: EngineError = bench.engine.submit(&submission).await.expect_err("it is lost");
        assert_eq!(error.class, class, "{fault:?}");
    }
    let id = bench.engine.submit(&submission).await.expect("it is taken");
    ended(&bench.engine, &id).await.expect("it ends");
    assert_eq!(bench.engine.result(&id, &[]).await.expect("it has rows").rows.len(), 30);
}

#[tokio::test]
async fn a_server_that_starts_anew_has_lost_its_queries() {
    let bench = Bench::new().await;
    bench.server.answer("slow", Answer::Runs);
    let id = bench.engine.submit(&bench.submission("SELECT slow")).await.expect("it is taken");
    bench.server.fail([Fault::Cut, Fault::Status(503), Fault::Restart]);
    match ended(&bench.engine, &id).await.expect("this process knows it").state {
        State::Failed(error) => assert_eq!(error.class, ErrorClass::Lost, "{}", error.message),
        other => panic!("{other:?}"),
    }
    bench.ok("SELECT 1").await;
}

/// What is done once, however often it is sent, is sent again; rows are not stored twice for it.
#[tokio::test]
async fn what_stands_behind_stored_rows_is_sent_again() {
    let bench = Bench::new().await;
    let starting = "Trino server is still initializing".to_owned();
    let unload = "UNLOAD (SELECT 1 AS n) TO 's3://out/run/t/1/' WITH (format = 'PARQUET')";
    bench.server.answer("DROP TABLE", Answer::Fails("SERVER_STARTING_UP", "INTERNAL_ERROR", starting, None));
    let id = bench.engine.submit(&bench.submission(unload)).await.expect("it is taken");
    while bench.server.statements().len() < 3 {
        bench.engine.wait(std::slice::from_ref(&id)).await;
    }
    bench.server.answer("DROP TABLE", Answer::Done("DROP TABLE"));
    assert_eq!(ended(&bench.engine, &id).await.expect("it is known").state, State::Succeeded);
    let stored = bench.server.statements().iter().filter(|sql| sql.starts_with("CREATE TABLE")).count();
    assert_eq!(stored, 1);
}
