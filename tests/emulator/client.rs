//! A client that speaks HTTP to the emulator as bytes, so that what is sent and what comes back is
//! exactly what a test says.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::handle::Emulator;

/// How long a test waits for a statement at most.
const PATIENCE: Duration = Duration::from_secs(60);

/// What came back.
#[derive(Debug, Clone)]
pub struct Received {
    /// The status.
    pub status: u16,
    /// The headers, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: Vec<u8>,
}

impl Received {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a body of JSON")
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("a body of text")
    }
}

/// Sends a request; nothing comes back if the connection is cut.
pub async fn send(url: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Option<Received> {
    let address = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.expect("the emulator listens");
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes()).await.expect("the emulator reads");
    stream.write_all(body).await.expect("the emulator reads");
    received(&mut stream, method == "HEAD").await
}

async fn received(stream: &mut TcpStream, is_head: bool) -> Option<Received> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        let mut chunk = vec![0; 4096];
        let count = stream.read(&mut chunk).await.ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&chunk[..count]);
    };
    let head = String::from_utf8(bytes[..head_end].to_vec()).expect("a head of text");
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok());
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let length = headers.get("content-length").and_then(|length| length.parse::<usize>().ok()).unwrap_or(0);
    let mut body = bytes[head_end + 4..].to_vec();
    let expected = if is_head { 0 } else { length };
    while body.len() < expected {
        let mut chunk = vec![0; 65_536];
        let count = stream.read(&mut chunk).await.ok().filter(|count| *count > 0)?;
        body.extend_from_slice(&chunk[..count]);
    }
    Some(Received { status: status.expect("a status line"), headers, body })
}

/// Calls an operation with a body of any bytes.
pub async fn call_raw(emulator: &Emulator, operation: &str, body: &[u8]) -> Option<Received> {
    let target = format!("AmazonAthena.{operation}");
    let headers = [("Content-Type", "application/x-amz-json-1.1"), ("X-Amz-Target", target.as_str())];
    send(&emulator.athena_url(), "POST", "/", &headers, body).await
}

/// Calls an operation.
pub async fn call(emulator: &Emulator, operation: &str, body: Value) -> Received {
    call_raw(emulator, operation, body.to_string().as_bytes()).await.expect("the connection holds")
}

/// The answer of a call that must succeed.
pub async fn ok(emulator: &Emulator, operation: &str, body: Value) -> Value {
    let received = call(emulator, operation, body).await;
    assert_eq!(received.status, 200, "{operation}: {}", received.text());
    received.json()
}

/// The error of a call that must fail.
pub async fn error(emulator: &Emulator, operation: &str, body: Value) -> Value {
    let received = call(emulator, operation, body).await;
    assert_eq!(received.status, 400, "{operation}: {}", received.text());
    received.json()
}

/// The request that starts a statement with results under `s3://out/r/`.
pub fn starting(sql: &str, token: &str) -> Value {
    json!({
        "QueryString": sql,
        "ClientRequestToken": format!("{token:-<32}"),
        "ResultConfiguration": { "OutputLocation": "s3://out/r/" },
    })
}

/// Starts a statement under a token of its own and gives its id.
pub async fn start(emulator: &Emulator, sql: &str) -> String {
    let token = format!("token-{}", emulator.executions().len());
    let answer = ok(emulator, "StartQueryExecution", starting(sql, &token)).await;
    answer["QueryExecutionId"].as_str().expect("an id").to_owned()
}

/// What is said of an execution once it has ended.
pub async fn ended(emulator: &Emulator, id: &str) -> Value {
    let waited = tokio::time::Instant::now();
    loop {
        let answer = ok(emulator, "GetQueryExecution", json!({ "QueryExecutionId": id })).await;
        let execution = answer["QueryExecution"].clone();
        if !matches!(execution["Status"]["State"].as_str(), Some("QUEUED" | "RUNNING")) {
            return execution;
        }
        assert!(waited.elapsed() < PATIENCE, "{id} does not end");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Runs a statement to its end.
pub async fn run(emulator: &Emulator, sql: &str) -> Value {
    let id = start(emulator, sql).await;
    ended(emulator, &id).await
}

/// Runs a statement that must succeed, and gives its id.
pub async fn succeed(emulator: &Emulator, sql: &str) -> String {
    let execution = run(emulator, sql).await;
    assert_eq!(execution["Status"]["State"], "SUCCEEDED", "{sql}: {}", execution["Status"]);
    execution["QueryExecutionId"].as_str().expect("an id").to_owned()
}

/// The first page of a statement's rows, each as its texts with `|` between them, NULL as `NULL`.
pub async fn rows(emulator: &Emulator, sql: &str) -> Vec<String> {
    let id = succeed(emulator, sql).await;
    let answer = ok(emulator, "GetQueryResults", json!({ "QueryExecutionId": id })).await;
    texts(&answer)
}

/// The rows of a page.
pub fn texts(answer: &Value) -> Vec<String> {
    let datum = |datum: &Value| {
        datum.get("VarCharValue").map_or("NULL".to_owned(), |text| text.as_str().expect("text").to_owned())
    };
    let row = |row: &Value| {
        let data = row["Data"].as_array().expect("a row has data");
        data.iter().map(datum).collect::<Vec<_>>().join("|")
    };
    answer["ResultSet"]["Rows"].as_array().expect("a page has rows").iter().map(row).collect()
}
