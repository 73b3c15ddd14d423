//! Submitting, asking for states, finding, cancelling.

use std::time::{Duration, SystemTime};

use athplan::engine::{Engine, ErrorClass, QueryId, State, Submission};

use super::bench::Bench;
use crate::emulator::{CallFault, Chance, FaultPlan, Options, QueryFault};

#[tokio::test]
async fn a_submission_is_one_query_however_often_it_is_sent() {
    let bench = Bench::new().await;
    let submission = bench.submission("SELECT 1 AS n");
    let first = bench.engine.submit(&submission).await.expect("well formed");
    assert_eq!(bench.engine.submit(&submission).await.expect("the same"), first);
    let again = Submission { token: "another attempt".to_owned(), ..submission.clone() };
    assert_ne!(bench.engine.submit(&again).await.expect("another"), first);
    // Another text is another submission, since it is in the token too.
    let other = Submission { sql: "SELECT 2 AS n".to_owned(), ..submission };
    assert_ne!(bench.engine.submit(&other).await.expect("another"), first);
    assert_eq!(bench.emulator.executions().len(), 3);
}

/// Section 2: the SDK keeps the token over its own attempts.
#[tokio::test]
async fn a_submission_whose_answer_is_lost_is_no_second_query() {
    let bench = Bench::new().await;
    bench.emulator.follow(FaultPlan::new(1).on_call("StartQueryExecution", Chance::First(2), CallFault::Lost));
    let (_, status) = bench.ok("SELECT 1 AS n").await;
    assert_eq!(status.state, State::Succeeded);
    assert_eq!(bench.emulator.executions().len(), 1);
    assert_eq!(bench.emulator.count("athena:StartQueryExecution"), 3);
    // Lost more often than the SDK tries, it is sent again by the caller, or found.
    bench.emulator.follow(FaultPlan::new(1).on_call("StartQueryExecution", Chance::First(3), CallFault::Lost));
    let since = SystemTime::now();
    let submission = bench.submission("-- athplan run=r statement=s attempt=1\nSELECT 2 AS n");
    let error = bench.engine.submit(&submission).await.expect_err("no answer came");
    assert_eq!(error.class, ErrorClass::Transient, "{}", error.message);
    let found = bench.engine.find(&submission.sql, since).await.expect("a history").expect("it was submitted");
    assert_eq!(bench.engine.submit(&submission).await.expect("the answer comes"), found);
    assert_eq!(bench.emulator.executions().len(), 2);
}

#[tokio::test]
async fn a_query_is_found_by_its_exact_text() {
    let bench = Bench::new().await;
    let begin = SystemTime::now();
    for number in 0..60 {
        bench.engine.submit(&bench.submission(&format!("SELECT {number} AS n"))).await.expect("well formed");
    }
    let (failed, _) = bench.run("SELECT 1 / (3 - 3) AS n").await.expect("taken");
    let found = bench.engine.find("SELECT 0 AS n", begin).await.expect("a history");
    assert_eq!(found, Some(QueryId(bench.emulator.executions()[0].id.clone())));
    assert_eq!(bench.engine.find("SELECT 1 / (3 - 3) AS n", begin).await.expect("a history"), Some(failed));
    assert_eq!(bench.engine.find("SELECT 60 AS n", begin).await.expect("a history"), None);
    let later = SystemTime::now() + Duration::from_secs(3600);
    assert_eq!(bench.engine.find("SELECT 0 AS n", later).await.expect("a history"), None);
}

#[tokio::test]
async fn many_states_are_asked_for_at_once() {
    let bench = Bench::new().await;
    let mut ids = Vec::new();
    for number in 0..51 {
        ids.push(bench.engine.submit(&bench.submission(&format!("SELECT {number} AS n"))).await.expect("taken"));
    }
    let before = bench.emulator.count("athena:BatchGetQueryExecution");
    let states = bench.engine.poll(&ids).await.expect("known");
    assert_eq!((states.len(), bench.emulator.count("athena:BatchGetQueryExecution") - before), (51, 2));
    let unknown = QueryId("00000000-0000-0000-0000-000000000000".to_owned());
    let error = bench.engine.poll(&[ids[0].clone(), unknown.clone()]).await.expect_err("one is unknown");
    assert_eq!(error.class, ErrorClass::Lost, "{}", error.message);
    assert_eq!(bench.engine.cancel(&unknown).await.expect_err("unknown").class, ErrorClass::Lost);
}

#[tokio::test]
async fn a_status_says_what_the_engine_says() {
    let bench = Bench::new().await;
    let (id, status) = bench.ok("SELECT 1 AS n").await;
    assert_eq!(status.statement_type.as_deref(), Some("DML SELECT"));
    assert_eq!(status.output, Some(format!("s3://out/run/results/{id}.csv")));
    assert_eq!((status.bytes_scanned, status.reason), (0, None));
    assert!(status.queued.is_some() && status.total.is_some());
}

/// Sections 2 and 4: what is wrong is said when it is submitted, or once it runs.
#[tokio::test]
async fn errors_have_a_class_a_place_and_no_tails() {
    let bench = Bench::new().await;
    let sql = "-- athplan run=r\nSELECT x FROM nowhere";
    let error = bench.fails(sql).await;
    assert_eq!(error.class, ErrorClass::Statement);
    assert!(error.message.starts_with("TABLE_NOT_FOUND: line 2:15: "), "{}", error.message);
    assert_eq!(error.span.map(|at| &sql[at.start..]), Some("nowhere"));
    let syntax = bench.fails("SELECT * FROM t WHERE").await;
    assert_eq!((syntax.class, syntax.span.is_some()), (ErrorClass::Statement, true), "{}", syntax.message);
    let stored = "CREATE TABLE made WITH (format = 'PARQUET', external_location = 's3://out/made/') AS SELECT 1 AS n";
    bench.ok(stored).await;
    let again = bench.fails(stored).await;
    assert_eq!(again.class, ErrorClass::Exists, "{}", again.message);
    assert!(!again.message.contains("manually"), "{}", again.message);
    assert_eq!(again.span, None, "Athena writes such statements anew");
    let comment = bench.fails("MSCK REPAIR TABLE /* c */ made").await;
    assert_eq!(comment.class, ErrorClass::Statement, "1/1003 is no error of the system: {}", comment.message);
}

#[tokio::test]
async fn failures_are_told_apart_by_what_is_to_be_done() {
    let bench = Bench::new().await;
    let cases = [
        (QueryFault::Internal, ErrorClass::Transient),
        (QueryFault::Exhausted, ErrorClass::Exhausted),
        (QueryFault::Memory, ErrorClass::Exhausted),
        (QueryFault::SlowDown, ErrorClass::Throttled),
        (QueryFault::Denied, ErrorClass::Permission),
        (QueryFault::Timeout, ErrorClass::Exhausted),
    ];
    for (fault, class) in cases {
        bench.emulator.follow(FaultPlan::new(1).on_statement("n", Chance::Always, fault));
        let error = bench.fails("SELECT 1 AS n").await;
        assert_eq!(error.class, class, "{fault:?}: {}", error.message);
    }
}

/// Whoever paces all calls has to see each refusal: the SDK must not wait in its place.
#[tokio::test]
async fn throttling_reaches_the_caller_at_once() {
    let bench = Bench::new().await;
    for fault in [CallFault::Throttled, CallFault::TooMany] {
        bench.emulator.follow(FaultPlan::new(1).on_call("StartQueryExecution", Chance::First(1), fault));
        let error = bench.fails("SELECT 1 AS n").await;
        assert_eq!(error.class, ErrorClass::Throttled, "{}", error.message);
        bench.ok("SELECT 1 AS n").await;
    }
    // What the network or the service lost is tried again by the SDK, but not for ever.
    let lost = |times| FaultPlan::new(1).on_call("StartQueryExecution", Chance::First(times), CallFault::Server(500));
    bench.emulator.follow(lost(2));
    bench.ok("SELECT 1 AS n").await;
    bench.emulator.follow(lost(3));
    assert_eq!(bench.fails("SELECT 1 AS n").await.class, ErrorClass::Transient);
}

#[tokio::test]
async fn a_query_is_stopped_and_one_that_has_ended_may_be() {
    let mut options = Options::default();
    options.latency.query = 1000.0;
    let bench = Bench::with(options, |_| {}).await;
    let id = bench.engine.submit(&bench.submission("SELECT 1 AS n")).await.expect("taken");
    let ids = [id.clone()];
    assert!(!bench.engine.poll(&ids).await.expect("known")[0].state.has_ended());
    assert_eq!(bench.engine.result(&id, &[]).await.expect_err("it runs").class, ErrorClass::Transient);
    bench.engine.cancel(&id).await.expect("known");
    while !bench.engine.poll(&ids).await.expect("known")[0].state.has_ended() {
        bench.engine.wait(&ids).await;
    }
    let status = bench.engine.poll(&ids).await.expect("known").remove(0);
    assert_eq!(status.state, State::Cancelled);
    assert_eq!(status.reason.as_deref(), Some("Query cancelled by user"));
    bench.engine.cancel(&id).await.expect("an ended query may be stopped");
    assert_eq!(bench.engine.result(&id, &[]).await.expect_err("it was stopped").class, ErrorClass::Lost);
}
