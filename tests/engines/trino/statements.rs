//! What is sent for a statement, and what is said of one that fails.

use athplan::engine::trino::{Authentication, TrinoEngine, TrinoOptions};
use athplan::engine::{Engine, ErrorClass, State};

use super::bench::{Bench, ended, options};
use super::server::{Answer, Fault};
use crate::engines::athena::bench::credentials;

#[tokio::test]
async fn a_query_goes_as_it_is_in_a_session_of_athenas_kind() {
    let bench = Bench::new().await;
    let sql = "-- athplan run=r1 statement=t attempt=1\nSELECT 1.5, 'é'";
    bench.ok(sql).await;
    let post = bench.server.posts().remove(0);
    assert_eq!(post.body, sql.replace("1.5", "1.5E0"));
    let header = |name: &str| post.headers.get(name).map_or("", String::as_str);
    assert_eq!(
        ["user", "catalog", "schema", "time-zone"].map(|name| header(&format!("x-trino-{name}"))),
        ["bob", "hive", "default", "UTC"]
    );
    assert_eq!(header("x-trino-client-capabilities"), "PARAMETRIC_DATETIME");
    assert!(header("x-trino-source").starts_with("athplan query "), "{}", header("x-trino-source"));
    assert!(header("x-trino-client-tags").contains("athplan-r1-"), "{}", header("x-trino-client-tags"));
    assert_eq!(header("authorization"), "");
}

#[tokio::test]
async fn the_same_submission_starts_once() {
    let bench = Bench::new().await;
    let submission = bench.submission("SELECT 1");
    let first = bench.engine.submit(&submission).await.expect("it is taken");
    let second = bench.engine.submit(&submission).await.expect("it is known");
    assert_eq!(first, second);
    ended(&bench.engine, &first).await.expect("it ends");
    assert_eq!(bench.engine.submit(&submission).await.expect("whatever became of it"), first);
    assert_eq!(bench.server.statements().len(), 1);
}

#[tokio::test]
async fn one_statement_may_become_several_that_run_in_order() {
    let bench = Bench::new().await;
    let exists = "Partition [k=1] is already registered with location s3://b/t/1/".to_owned();
    bench.server.answer("ARRAY['1']", Answer::Fails("ALREADY_EXISTS", "USER_ERROR", exists, None));
    bench.ok("ALTER TABLE t ADD IF NOT EXISTS PARTITION (k = '1') LOCATION 's3://b/t/1/' PARTITION (k = '2')").await;
    let sent = bench.server.statements();
    assert_eq!(sent.len(), 2, "{sent:?}");
    assert!(sent[0].ends_with("partition_values => ARRAY['1'], location => 's3://b/t/1/')"), "{}", sent[0]);
    assert!(sent[1].ends_with("partition_values => ARRAY['2'])"), "{}", sent[1]);
    let error = bench.fails("ALTER TABLE t ADD PARTITION (k = '1')").await;
    assert_eq!(error.class, ErrorClass::Exists);
}

/// Two attempts never share a place: whatever an earlier one may have stored unseen, its rows do not come twice.
#[tokio::test]
async fn rows_are_stored_only_where_no_file_lies() {
    let bench = Bench::new().await;
    let unload = "UNLOAD (SELECT 1 AS n) TO 's3://out/run/t/1/' WITH (format = 'PARQUET')";
    bench.ok(unload).await;
    bench.engine.put("s3://out/run/t/1/file", b"x".to_vec()).await.expect("the bucket is there");
    let error = bench.fails(unload).await;
    assert_eq!((error.class, error.message.contains("s3://out/run/t/1/")), (ErrorClass::Exists, true));
    let sent = bench.server.statements();
    assert_eq!(sent.len(), 2, "nothing was sent for the second: {sent:?}");
    assert!(sent[1].starts_with("DROP TABLE IF EXISTS athplan_unload_"), "{}", sent[1]);
}

#[tokio::test]
async fn a_table_is_not_dropped_with_its_files() {
    let bench = Bench::new().await;
    let shown = |with: &str| {
        let text = format!("CREATE TABLE hive.default.t (\n   a bigint\n)\nWITH (\n   {with}\n)");
        Answer::Rows(vec![("Create Table", "varchar")], vec![vec![serde_json::json!([text])]])
    };
    bench.server.answer("SHOW CREATE TABLE t", shown("format = 'PARQUET'"));
    let error = bench.fails("DROP TABLE IF EXISTS t").await;
    assert!(error.message.contains("would delete its files"), "{}", error.message);
    bench.server.answer("SHOW CREATE TABLE t", shown("external_location = 's3://b/t/', format = 'PARQUET'"));
    bench.ok("DROP TABLE IF EXISTS t").await;
}

#[tokio::test]
async fn a_failure_is_placed_in_the_statement_as_it_was_written() {
    let bench = Bench::new().await;
    let fails = |column| {
        let message = format!("line 4:{column}: Column 'nope' cannot be resolved");
        Answer::Fails("COLUMN_NOT_FOUND", "USER_ERROR", message, Some((4, column)))
    };
    bench.server.answer("nope", fails(13));
    let sql = "-- c\nUNLOAD (\nSELECT 1.5, nope FROM t) TO 's3://out/run/u/1/' WITH (format = 'PARQUET')";
    let error = bench.fails(sql).await;
    // The decimal before it has become longer.
    bench.server.answer("nope", fails(15));
    let placed = bench.fails(&sql.replace("/u/", "/v/")).await;
    assert_eq!(error.class, ErrorClass::Statement);
    let span = placed.span.expect("it stands in the statement");
    assert_eq!(&sql[span.start..span.start + 4], "nope");
    assert!(placed.message.starts_with("COLUMN_NOT_FOUND: line 4:15: Column 'nope'"), "{}", placed.message);
}

#[tokio::test]
async fn a_query_is_stopped_and_somebody_else_may_stop_one() {
    let bench = Bench::new().await;
    bench.server.answer("slow", Answer::Runs);
    let id = bench.engine.submit(&bench.submission("SELECT slow")).await.expect("it is taken");
    bench.engine.wait(std::slice::from_ref(&id)).await;
    bench.engine.cancel(&id).await.expect("the server is there");
    assert_eq!(ended(&bench.engine, &id).await.expect("it is known").state, State::Cancelled);
    assert_eq!(bench.server.stopped(), 1);
    bench.engine.cancel(&id).await.expect("it has ended");
    let killed = "Query killed. Message: enough".to_owned();
    bench.server.answer("killed", Answer::Fails("ADMINISTRATIVELY_KILLED", "INSUFFICIENT_RESOURCES", killed, None));
    let (_, status) = bench.run("SELECT killed").await.expect("it is taken");
    assert_eq!(status.state, State::Cancelled);
}

#[tokio::test]
async fn secrets_go_where_the_server_is_and_nowhere_else() {
    let bench = Bench::new().await;
    let asking = |authentication| TrinoOptions { authentication, ..options(&bench.server, &bench.emulator) };
    for (authentication, header) in [
        (Authentication::Password("secret".to_owned()), "Basic Ym9iOnNlY3JldA=="),
        (Authentication::Token("a.b.c".to_owned()), "Bearer a.b.c"),
    ] {
        let engine =
            TrinoEngine::connect_as(asking(authentication.clone()), credentials()).await.expect("it is loopback");
        engine.execute("SELECT 1").await.expect("it is taken");
        let seen = bench.server.seen().pop().expect("it was sent");
        assert_eq!(seen.headers.get("authorization").map(String::as_str), Some(header));
        assert!(!format!("{:?}", asking(authentication)).contains("secret"));
    }
    bench.server.says_it_is_at("http://192.0.2.1:8080");
    let error = bench.engine.execute("SELECT 2").await.expect_err("that is another server");
    assert_eq!(error.class, ErrorClass::Configuration);
    assert!(error.help.is_some_and(|help| help.contains("process-forwarded")), "{}", error.message);
}

/// A redirect is not followed, whatever it carries: where it leads to is told.
#[tokio::test]
async fn secrets_follow_no_redirect() {
    let bench = Bench::new().await;
    let other = Bench::new().await;
    let before = other.server.seen().len();
    for (place, named) in [("https://other.example/v1/statement", "https://other.example"), ("/elsewhere", "127.0.0.1")]
    {
        bench.server.fail([Fault::Elsewhere(place)]);
        let error = bench.engine.submit(&bench.submission("SELECT 1")).await.expect_err("it is elsewhere");
        assert_eq!(error.class, ErrorClass::Configuration, "{}", error.message);
        let help = error.help.expect("there is a way out");
        assert!(help.contains("--server") && help.contains(named), "{help}");
    }
    let leaked = Box::leak(other.server.url().into_boxed_str());
    bench.server.fail([Fault::Elsewhere(leaked)]);
    assert!(bench.engine.execute("SELECT 1").await.is_err());
    assert_eq!(other.server.seen().len(), before, "nothing was sent there");
}

/// Whoever is not believed learns so when the engine connects.
#[tokio::test]
async fn a_wrong_proof_is_told_before_anything_runs() {
    let bench = Bench::new().await;
    bench.server.fail([Fault::Status(401)]);
    let error = TrinoEngine::connect_as(options(&bench.server, &bench.emulator), credentials()).await;
    assert_eq!(error.expect_err("it is not believed").class, ErrorClass::Credentials);
}

/// Partitions without a folder are empty where the session may say so, and what may not be said is left out.
#[tokio::test]
async fn a_session_reads_absent_partitions_as_athena_does() {
    let property = |name: &str, value: &str| {
        let columns = ["Name", "Value", "Default", "Type", "Description"].map(|column| (column, "varchar"));
        Answer::Rows(columns.to_vec(), vec![vec![serde_json::json!([name, value, "false", "boolean", "x"])]])
    };
    let own = "hive.ignore_absent_partitions";
    for (name, value, expected) in [
        (own, "false", Some("hive.ignore_absent_partitions=true")),
        (own, "true", None),
        ("lake.ignore_absent_partitions", "false", None),
    ] {
        let bench = Bench::new().await;
        bench.server.answer("SHOW SESSION", property(name, value));
        bench.another().await.execute("SELECT 1").await.expect("it is taken");
        let post = bench.server.posts().pop().expect("it was sent");
        assert_eq!(post.headers.get("x-trino-session").map(String::as_str), expected, "{name} {value}");
    }
}

#[tokio::test]
async fn who_is_not_known_or_may_not_ask_is_told_what_to_do() {
    let bench = Bench::new().await;
    for (status, class, help) in [
        (401, ErrorClass::Credentials, "TRINO_PASSWORD"),
        (403, ErrorClass::Permission, "--user"),
        (400, ErrorClass::Configuration, "--server"),
    ] {
        bench.server.fail([Fault::Status(status)]);
        let error = bench.engine.submit(&bench.submission("SELECT 1")).await.expect_err("it is refused");
        assert_eq!(error.class, class, "{}", error.message);
        assert!(error.help.as_deref().is_some_and(|text| text.contains(help)), "{error:?}");
    }
    let nobody = TrinoOptions { server: "http://127.0.0.1:1".to_owned(), ..options(&bench.server, &bench.emulator) };
    let error = TrinoEngine::connect_as(nobody, credentials()).await.expect_err("nobody is there");
    assert_eq!(error.class, ErrorClass::Transient);
}
