//! Quotas, the clock, the journal, and everything that goes wrong on purpose. The bodies of throttling
//! and of wrong credentials follow the service's model: they were not measured.

use std::time::{Duration, Instant};

use serde_json::json;

use super::calls::Caller;
use super::client::{call, call_raw, ended, error, ok, run, send, start, starting, succeed};
use super::faults::{CallFault, Chance, FaultPlan, QueryFault};
use super::options::{Latency, Quotas};
use super::{Emulator, Options};

const LIST: &str = "ListQueryExecutions";

fn emulator_with(change: impl FnOnce(&mut Options)) -> Emulator {
    let mut options = Options::default();
    change(&mut options);
    let emulator = Emulator::start(options);
    emulator.bucket("out");
    emulator
}

/// Queued and running statements count, each class on its own; a known token needs no room.
#[tokio::test]
async fn active_statements_are_limited() {
    let emulator = emulator_with(|options| {
        options.latency = Latency { query: 1e6, definition: 1e6, ..Latency::default() };
        options.quotas = Quotas { dml: Some(2), ddl: Some(1), ..Quotas::default() };
    });
    let first = start(&emulator, "SELECT 1").await;
    start(&emulator, "CREATE TABLE t AS SELECT 1 AS a").await;
    let refused = error(&emulator, "StartQueryExecution", starting("SELECT 3", "third")).await;
    assert_eq!(
        (&refused["__type"], &refused["Reason"]),
        (&json!("TooManyRequestsException"), &json!("CONCURRENT_QUERY_LIMIT_EXCEEDED"))
    );
    assert_eq!(refused.as_object().expect("an object").len(), 3);
    start(&emulator, "SHOW TABLES").await;
    let refused = error(&emulator, "StartQueryExecution", starting("SHOW TABLES", "fourth")).await;
    assert_eq!(refused["__type"], "TooManyRequestsException");
    let again = ok(&emulator, "StartQueryExecution", starting("SELECT 1", "token-0")).await;
    assert_eq!(again["QueryExecutionId"], json!(first));
    assert_eq!(emulator.running(), 3);
    ok(&emulator, "StopQueryExecution", json!({ "QueryExecutionId": first })).await;
    ended(&emulator, &first).await;
    start(&emulator, "SELECT 3").await;
}

/// Each operation has a rate and a burst.
#[tokio::test]
async fn calls_are_limited() {
    let emulator = emulator_with(|options| {
        options.quotas = Quotas::of_us_east_1();
        options.second = Duration::from_secs(1000);
    });
    for _ in 0..10 {
        ok(&emulator, LIST, json!({})).await;
    }
    let refused = error(&emulator, LIST, json!({})).await;
    assert_eq!(refused, json!({ "__type": "ThrottlingException", "Message": "Rate exceeded" }));
    ok(&emulator, "ListWorkGroups", json!({})).await;
}

/// Calls fail as the plan says: always, at first, once, or with a probability that the seed decides.
#[tokio::test]
async fn calls_fail_as_planned() {
    let emulator = emulator_with(|_| {});
    for (fault, status, kind) in [
        (CallFault::Throttled, 400, "ThrottlingException"),
        (CallFault::TooMany, 400, "TooManyRequestsException"),
        (CallFault::Server(500), 500, "InternalServerException"),
        (CallFault::Server(503), 503, "InternalServerException"),
        (CallFault::Expired, 400, "ExpiredTokenException"),
        (CallFault::Unrecognised, 400, "UnrecognizedClientException"),
        (CallFault::Denied, 400, "AccessDeniedException"),
    ] {
        emulator.follow(FaultPlan::new(1).on_call(LIST, Chance::Nth(2), fault));
        let mut seen = Vec::new();
        for _ in 0..3 {
            let received = call(&emulator, LIST, json!({})).await;
            seen.push((received.status, received.json()["__type"].as_str().unwrap_or_default().to_owned()));
        }
        assert_eq!(seen, [(200, String::new()), (status, kind.to_owned()), (200, String::new())]);
    }
    let outcomes = |seed: u64| {
        emulator.follow(FaultPlan::new(seed).on_call("*", Chance::Of(0.5), CallFault::Throttled));
        async {
            let mut outcomes = Vec::new();
            for _ in 0..40 {
                outcomes.push(call(&emulator, LIST, json!({})).await.status == 200);
            }
            outcomes
        }
    };
    let first = outcomes(1).await;
    assert_eq!(first, outcomes(1).await);
    assert_ne!(first, outcomes(2).await);
    let well = first.iter().filter(|well| **well).count();
    assert!((10..=30).contains(&well), "{well}");
}

/// A connection that is cut leaves the execution there or not, which only the history tells.
#[tokio::test]
async fn answers_are_lost() {
    let emulator = emulator_with(|_| {});
    let plan = FaultPlan::new(1).on_call("StartQueryExecution", Chance::Nth(1), CallFault::Reset).on_call(
        "StartQueryExecution",
        Chance::Nth(1),
        CallFault::Lost,
    );
    emulator.follow(plan);
    let body = starting("SELECT 1", "lost").to_string();
    assert!(call_raw(&emulator, "StartQueryExecution", body.as_bytes()).await.is_none());
    assert_eq!(emulator.executions().len(), 0, "it was cut before anything was done");
    assert!(call_raw(&emulator, "StartQueryExecution", body.as_bytes()).await.is_none());
    assert_eq!(emulator.executions().len(), 1, "it was done, and not said");
    let answer = ok(&emulator, "StartQueryExecution", starting("SELECT 1", "lost")).await;
    let history = ok(&emulator, LIST, json!({})).await;
    assert_eq!(history["QueryExecutionIds"], json!([answer["QueryExecutionId"]]));
}

/// A stop that comes too late is answered like any other.
#[tokio::test]
async fn a_stop_may_come_too_late() {
    let emulator = emulator_with(|options| {
        options.latency.query = 50.0;
        options.second = Duration::from_millis(2);
    });
    emulator.follow(FaultPlan::new(1).on_call("StopQueryExecution", Chance::Always, CallFault::TooLate));
    let id = start(&emulator, "SELECT 1").await;
    assert_eq!(ok(&emulator, "StopQueryExecution", json!({ "QueryExecutionId": id })).await, json!({}));
    assert_eq!(ended(&emulator, &id).await["Status"]["State"], "SUCCEEDED");
}

/// A signature for another region is refused by both services.
#[tokio::test]
async fn the_region_must_be_right() {
    let emulator = emulator_with(|options| options.region = "eu-west-1".to_owned());
    for (region, well) in [("us-east-1", false), ("eu-west-1", true)] {
        let signed =
            format!("AWS4-HMAC-SHA256 Credential=AKIA/20230710/{region}/athena/aws4_request, SignedHeaders=host");
        let headers = [
            ("Content-Type", "application/x-amz-json-1.1"),
            ("X-Amz-Target", "AmazonAthena.ListWorkGroups"),
            ("Authorization", signed.as_str()),
        ];
        let received = send(&emulator.athena_url(), "POST", "/", &headers, b"{}").await.expect("an answer");
        let listed = send(&emulator.s3_url(), "GET", "/out?list-type=2", &headers[2..], b"").await.expect("an answer");
        assert_eq!((received.status == 200, listed.status == 200), (well, well));
        if !well {
            assert_eq!(received.json()["__type"], "InvalidSignatureException");
            assert_eq!(super::s3::texts(&listed.text(), "Code"), ["AuthorizationHeaderMalformed"]);
            assert_eq!(listed.headers["x-amz-bucket-region"], "eu-west-1");
        }
    }
}

/// S3 fails as the plan says, and lists slowly.
#[tokio::test]
async fn storage_fails_as_planned() {
    let emulator = emulator_with(|options| options.second = Duration::from_millis(10));
    for (fault, status, code) in [
        (CallFault::Throttled, 503, "SlowDown"),
        (CallFault::Server(500), 500, "InternalError"),
        (CallFault::Expired, 400, "ExpiredToken"),
        (CallFault::Unrecognised, 403, "InvalidAccessKeyId"),
        (CallFault::Denied, 403, "AccessDenied"),
    ] {
        emulator.follow(FaultPlan::new(1).on_call("ListObjectsV2", Chance::Always, fault));
        let received = send(&emulator.s3_url(), "GET", "/out?list-type=2", &[], b"").await.expect("an answer");
        assert_eq!((received.status, super::s3::texts(&received.text(), "Code")), (status, vec![code.to_owned()]));
    }
    emulator.follow(FaultPlan::new(1).on_call("ListObjectsV2", Chance::Always, CallFault::Slow(10.0)));
    let begun = Instant::now();
    assert_eq!(send(&emulator.s3_url(), "GET", "/out?list-type=2", &[], b"").await.expect("an answer").status, 200);
    assert!(begun.elapsed() >= Duration::from_millis(100));
    emulator.follow(FaultPlan::new(1).on_call("PutObject", Chance::Always, CallFault::Lost));
    assert!(send(&emulator.s3_url(), "PUT", "/out/x", &[], b"x").await.is_none());
    assert_eq!(emulator.objects("out", ""), ["x"]);
}

/// How long a statement takes follows from the bytes it reads, in emulated time.
#[tokio::test]
async fn time_follows_from_bytes() {
    let emulator = emulator_with(|options| {
        options.second = Duration::from_millis(2);
        options.clock_stands = true;
        options.latency = Latency { queue: 3.0, query: 5.0, bytes_per_second: 10.0, ..Latency::default() };
    });
    let folder = emulator.bucket("logs");
    std::fs::write(folder.join("a"), "1\n".repeat(100)).expect("a file");
    succeed(&emulator, "CREATE EXTERNAL TABLE logs (n int) LOCATION 's3://logs/'").await;
    let statistics = run(&emulator, "SELECT count(*) FROM logs").await["Statistics"].clone();
    assert_eq!(statistics["DataScannedInBytes"], 200);
    let millis = |name: &str| statistics[name].as_i64().expect("a time");
    assert!((3_000..6_000).contains(&millis("QueryQueueTimeInMillis")), "{statistics}");
    assert!((25_000..40_000).contains(&millis("EngineExecutionTimeInMillis")), "{statistics}");
    assert!(statistics.get("QueryPlanningTimeInMillis").is_some());
    let id = start(&emulator, "SELECT sum(n) FROM logs").await;
    while emulator.executions().last().is_some_and(|last| last.progress().scanned == 0) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    ok(&emulator, "StopQueryExecution", json!({ "QueryExecutionId": id })).await;
    let scanned = ended(&emulator, &id).await["Statistics"]["DataScannedInBytes"].as_u64().expect("a number");
    assert!(scanned < 200, "what was read until the stop is billed: {scanned}");
}

/// Every call is noted with what IAM would be asked, Athena's own on the client's behalf too.
#[tokio::test]
async fn the_journal_names_actions_and_resources() {
    let emulator = emulator_with(|_| {});
    std::fs::write(emulator.bucket("logs").join("a"), "1\n").expect("a file");
    succeed(&emulator, "CREATE EXTERNAL TABLE logs (n int) LOCATION 's3://logs/x/'").await;
    succeed(&emulator, "SELECT n FROM logs").await;
    send(&emulator.s3_url(), "GET", "/out?list-type=2", &[], b"").await.expect("an answer");
    assert_eq!(emulator.count("athena:StartQueryExecution"), 2);
    let calls = emulator.calls();
    for (caller, action, resource) in [
        (Caller::Client, "athena:StartQueryExecution", "arn:aws:athena:us-east-1:111122223333:workgroup/primary"),
        (Caller::Client, "s3:ListBucket", "arn:aws:s3:::out"),
        (Caller::Athena, "glue:CreateTable", "arn:aws:glue:us-east-1:111122223333:table/default/logs"),
        (Caller::Athena, "glue:GetTable", "arn:aws:glue:us-east-1:111122223333:table/default/logs"),
        (Caller::Athena, "s3:GetObject", "arn:aws:s3:::logs/x/"),
        (Caller::Athena, "s3:ListBucket", "arn:aws:s3:::logs"),
    ] {
        let is =
            |call: &&super::calls::Call| call.caller == caller && call.action == action && call.resource == resource;
        assert!(calls.iter().any(|call| is(&call)), "{action} on {resource}");
    }
    assert!(calls.iter().any(|call| call.action == "s3:PutObject" && call.resource.starts_with("arn:aws:s3:::out/r/")));
    assert!(calls.windows(2).all(|two| two[0].at <= two[1].at + 1.0));
}

/// What is denied is refused with the action and the resource, to the client or in the statement.
#[tokio::test]
async fn actions_are_denied() {
    let denied = [
        ("athena:GetWorkGroup", "arn:aws:athena"),
        ("s3:GetObject", "arn:aws:s3:::logs"),
        ("glue:GetTables", "arn:aws:glue"),
    ];
    let denied = denied.map(|(action, resource)| (action.to_owned(), resource.to_owned())).to_vec();
    let emulator = emulator_with(|options| options.denied = denied);
    emulator.bucket("logs");
    let refused = error(&emulator, "GetWorkGroup", json!({ "WorkGroup": "primary" })).await;
    assert_eq!(refused["__type"], "AccessDeniedException");
    let message = refused["Message"].as_str().expect("a message");
    assert!(message.contains("is not authorized to perform: athena:GetWorkGroup on resource: arn:aws:athena:us-east-1:111122223333:workgroup/primary"), "{message}");
    let listing = json!({ "CatalogName": "AwsDataCatalog", "DatabaseName": "default" });
    let refused = error(&emulator, "ListTableMetadata", listing).await;
    assert_eq!(refused["__type"], "MetadataException");
    assert!(refused["Message"].as_str().expect("a message").contains("Error Code: AccessDeniedException"));
    let got = send(&emulator.s3_url(), "GET", "/logs/x", &[], b"").await.expect("an answer");
    assert_eq!((got.status, super::s3::texts(&got.text(), "Code")), (403, vec!["AccessDenied".to_owned()]));
    succeed(&emulator, "CREATE EXTERNAL TABLE logs (n int) LOCATION 's3://logs/'").await;
    let status = run(&emulator, "SELECT n FROM logs").await["Status"].clone();
    assert_eq!((&status["State"], &status["AthenaError"]["ErrorType"]), (&json!("FAILED"), &json!(1500)));
}

/// A statement that fails on purpose has read its bytes all the same.
#[tokio::test]
async fn failures_are_billed() {
    let emulator = emulator_with(|_| {});
    std::fs::write(emulator.bucket("logs").join("a"), "1\n").expect("a file");
    succeed(&emulator, "CREATE EXTERNAL TABLE logs (n int) LOCATION 's3://logs/'").await;
    emulator.follow(FaultPlan::new(1).on_statement("logs", Chance::Always, QueryFault::SlowDown));
    let execution = run(&emulator, "SELECT n FROM logs").await;
    assert_eq!(
        (&execution["Status"]["State"], &execution["Statistics"]["DataScannedInBytes"]),
        (&json!("FAILED"), &json!(2))
    );
}

/// The run-time statistics say how many rows came and how many bytes went.
#[tokio::test]
async fn runtime_statistics_are_there() {
    let emulator = emulator_with(|_| {});
    let id = succeed(&emulator, "SELECT 1 UNION ALL SELECT 2").await;
    let answer = ok(&emulator, "GetQueryRuntimeStatistics", json!({ "QueryExecutionId": id })).await;
    assert_eq!(answer["QueryRuntimeStatistics"]["Rows"], json!({ "InputBytes": 0, "OutputRows": 2 }));
}

/// A statement may wait longer, and go back to the queue.
#[tokio::test]
async fn statements_wait_and_go_back() {
    let emulator = emulator_with(|options| {
        options.second = Duration::from_millis(5);
        options.latency = Latency { queue: 20.0, query: 40.0, ..Latency::default() };
    });
    emulator.follow(FaultPlan::new(1).on_statement("", Chance::Always, QueryFault::Requeued));
    start(&emulator, "SELECT 1").await;
    let mut states: Vec<&str> = Vec::new();
    while emulator.running() > 0 {
        let state = emulator.executions()[0].state().name();
        if states.last() != Some(&state) {
            states.push(state);
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    states.retain(|state| *state != "SUCCEEDED");
    assert_eq!(states, ["QUEUED", "RUNNING", "QUEUED", "RUNNING"]);
    emulator.follow(FaultPlan::new(1).on_statement("", Chance::Always, QueryFault::Queued(30.0)));
    let statistics = run(&emulator, "SELECT 2").await["Statistics"].clone();
    assert!(statistics["QueryQueueTimeInMillis"].as_i64().expect("a time") >= 50_000, "{statistics}");
}

/// A result that may not be written, or whose bucket is another account's, fails the statement.
#[tokio::test]
async fn results_need_permission() {
    let denied = vec![("s3:PutObject".to_owned(), "arn:aws:s3:::out/r/".to_owned())];
    let emulator = emulator_with(|options| options.denied = denied);
    let mut body = starting("SELECT 1", "owner");
    body["ResultConfiguration"] = json!({ "OutputLocation": "s3://out/q/", "ExpectedBucketOwner": "999999999999" });
    let id = ok(&emulator, "StartQueryExecution", body).await["QueryExecutionId"].clone();
    let of_another = ended(&emulator, id.as_str().expect("an id")).await;
    for execution in [run(&emulator, "SELECT 1").await, of_another] {
        let status = &execution["Status"];
        assert_eq!((&status["State"], &status["AthenaError"]["ErrorType"]), (&json!("FAILED"), &json!(401)));
        let reason = status["StateChangeReason"].as_str().expect("a reason");
        assert!(reason.starts_with("Access denied when writing output to url: s3://out/"), "{reason}");
    }
}
