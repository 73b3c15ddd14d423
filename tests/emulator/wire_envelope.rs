//! Athena, measured 2026-09: transport, bodies that cannot be read, constraints, the shapes of errors.

use serde_json::{Value, json};

use super::client::{call, call_raw, error, send, starting};
use super::{Emulator, Options};

const CONTENT: (&str, &str) = ("Content-Type", "application/x-amz-json-1.1");

/// The kind of an error, its keys beside that, and its message.
fn shape(error: &Value) -> (String, Vec<String>, String) {
    let members = error.as_object().expect("an object");
    let keys = members.keys().filter(|key| *key != "__type").cloned().collect();
    let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
    (text("__type"), keys, text("Message"))
}

/// Only the exact target is known, and the kind of an error stands in the body alone.
#[tokio::test]
async fn the_target_must_be_exact() {
    let emulator = Emulator::start(Options::default());
    let url = emulator.athena_url();
    for target in ["AmazonAthena.NoSuch", "amazonathena.ListWorkGroups", "ListWorkGroups", ""] {
        let received = send(&url, "POST", "/", &[CONTENT, ("X-Amz-Target", target)], b"{}").await.expect("an answer");
        assert_eq!(received.status, 400, "{target}");
        assert_eq!(received.text(), r#"{"__type":"UnknownOperationException"}"#);
        assert!(!received.headers.contains_key("x-amzn-errortype"));
    }
    let received = send(&url, "POST", "/", &[CONTENT], b"{}").await.expect("an answer");
    assert_eq!(received.json()["__type"], "UnknownOperationException");
}

/// Another content type is another protocol.
#[tokio::test]
async fn the_content_type_decides() {
    let emulator = Emulator::start(Options::default());
    let target = ("X-Amz-Target", "AmazonAthena.ListWorkGroups");
    let url = emulator.athena_url();
    let foreign = [("Content-Type", "application/json"), target];
    let received = send(&url, "POST", "/", &foreign, b"{}").await.expect("an answer");
    assert_eq!(received.status, 200);
    assert!(received.json().get("Output").is_some() && received.json().get("Version").is_some());
    let older = [("Content-Type", "application/x-amz-json-1.0"), target];
    for headers in [&older[..], &[target][..]] {
        let received = send(&url, "POST", "/", headers, b"{}").await.expect("an answer");
        assert_eq!((received.status, received.headers["content-type"].as_str()), (404, "application/xml"));
    }
}

/// Types are checked before anything else, each with its own words.
#[tokio::test]
async fn bodies_are_typed_first() {
    let emulator = Emulator::start(Options::default());
    let cases = [
        (r#"{"QueryExecutionId":"x","MaxResults":"5"}"#, "STRING_VALUE can not be converted to an Integer"),
        (r#"{"QueryExecutionId":5}"#, "NUMBER_VALUE can not be converted to a String"),
        (r#"{"QueryExecutionId":true}"#, "TRUE_VALUE can not be converted to a String"),
        (r#"{"QueryExecutionId":false}"#, "FALSE_VALUE can not be converted to a String"),
        (r#"{"QueryExecutionId":["x"]}"#, "Start of list found where not expected"),
        (r#"{"QueryExecutionId":{}}"#, "Start of structure or map found where not expected."),
        (r"[]", "Start of list found where not expected"),
        ("", ""),
        ("null", ""),
        (r#""x""#, ""),
        (r#"{"QueryExecutionId":"x",}"#, ""),
    ];
    for (body, message) in cases {
        let received = call_raw(&emulator, "GetQueryResults", body.as_bytes()).await.expect("an answer");
        assert_eq!(received.status, 400, "{body}");
        let keys = if message.is_empty() { vec![] } else { vec!["Message".to_owned()] };
        assert_eq!(shape(&received.json()), ("SerializationException".to_owned(), keys, message.to_owned()), "{body}");
    }
    let lists = [
        (r#"{"QueryExecutionIds":"x"}"#, "Expected list or null"),
        (r#"{"QueryExecutionIds":[5]}"#, "NUMBER_VALUE can not be converted to a String"),
    ];
    for (body, message) in lists {
        let received = call_raw(&emulator, "BatchGetQueryExecution", body.as_bytes()).await.expect("an answer");
        assert_eq!(shape(&received.json()).2, message);
    }
    let mut body = starting("SELECT 1", "t");
    body["QueryExecutionContext"] = json!("default");
    assert_eq!(shape(&error(&emulator, "StartQueryExecution", body).await).2, "Expected null");
}

/// Violated constraints come with the code twice, and together, the one of the token first.
#[tokio::test]
async fn constraints_are_reported_together() {
    let emulator = Emulator::start(Options::default());
    let keys = ["AthenaErrorCode", "ErrorCode", "Message"].map(str::to_owned).to_vec();
    let missing = error(&emulator, "GetQueryExecution", json!({})).await;
    let message = "1 validation error detected: Value null at 'queryExecutionId' failed to satisfy constraint: Member must not be null";
    assert_eq!(shape(&missing), ("InvalidRequestException".to_owned(), keys, message.to_owned()));
    assert_eq!(missing["AthenaErrorCode"], "INVALID_INPUT");
    assert_eq!(missing["ErrorCode"], "INVALID_INPUT");
    assert_eq!(error(&emulator, "GetQueryExecution", json!({ "QueryExecutionId": null })).await, missing);

    let both = json!({ "QueryExecutionId": "x", "MaxResults": 0, "NextToken": "" });
    let message = shape(&error(&emulator, "GetQueryResults", both).await).2;
    assert!(message.starts_with("2 validation errors detected: Value '' at 'nextToken'"), "{message}");
    assert!(
        message.ends_with(
            "Value '0' at 'maxResults' failed to satisfy constraint: Member must have value greater than or equal to 1"
        ),
        "{message}"
    );
    for (most, constraint) in
        [(json!(51), "less than or equal to 50"), (json!(4_294_967_296_i64), "less than or equal to 50")]
    {
        let message = shape(&error(&emulator, "ListWorkGroups", json!({ "MaxResults": most })).await).2;
        assert!(message.ends_with(&format!("Member must have value {constraint}")), "{message}");
    }
    let long = "x".repeat(262_145);
    let message = shape(&error(&emulator, "StartQueryExecution", starting(&long, "t")).await).2;
    assert!(
        message.contains(
            "at 'queryString' failed to satisfy constraint: Member must have length less than or equal to 262144"
        ),
        "{message}"
    );
}

/// Null is absence, unknown members are ignored, a decimal is cut to a whole number.
#[tokio::test]
async fn what_does_not_matter_is_taken() {
    let emulator = Emulator::start(Options::default());
    let body = json!({ "MaxResults": 1.5, "NextToken": null, "Unknown": [1] });
    let received = call(&emulator, "ListWorkGroups", body).await;
    assert_eq!(received.status, 200);
    assert_eq!(received.json()["WorkGroups"][0]["Name"], "primary");
    assert!(received.json().get("NextToken").is_none(), "no token on the last page");
    let text = received.text();
    let (_, time) = text.split_once(r#""CreationTime":"#).expect("a time");
    let (digits, exponent) = time.split_once(['e', 'E']).expect("times have an exponent");
    assert!(digits.starts_with("1.") && exponent.trim_start_matches('+').starts_with('9'), "{time}");
}
