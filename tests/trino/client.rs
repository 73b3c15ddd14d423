//! A small client of Trino's REST protocol (<https://trino.io/docs/current/develop/client-protocol.html>).

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::Value as Json;

/// Where a server is, and what each query is asked with.
#[derive(Debug, Clone)]
pub struct Client {
    /// `host:port`.
    host: String,
    /// The catalog of plain names.
    catalog: &'static str,
    /// The schema of plain names.
    schema: String,
}

/// What became of a query.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// Its id.
    pub id: String,
    /// Names and types of the columns, as Trino writes them.
    pub columns: Vec<(String, String)>,
    /// Rows, as the protocol has them.
    pub rows: Vec<Vec<Json>>,
    /// Bytes read from storage.
    pub bytes: u64,
}

/// Why a query was refused, or failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// `TYPE_MISMATCH`.
    pub name: String,
    /// In words.
    pub message: String,
    /// Line and column, both from 1.
    pub place: Option<(usize, usize)>,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.name, self.message)
    }
}

impl Client {
    /// The server that the script has started.
    pub fn connect() -> Self {
        let url = std::env::var("ATHPLAN_TRINO").expect("ATHPLAN_TRINO names a server: run tests/trino/run");
        Self::at(&url, "files")
    }

    /// A server by its address, and the catalog of plain names.
    pub fn at(url: &str, catalog: &'static str) -> Self {
        let host = url.trim_start_matches("http://").trim_end_matches('/').to_owned();
        Self { host, catalog, schema: "default".to_owned() }
    }

    /// The same server with a schema of a caller's own, which is made if it is not there.
    pub fn in_schema(&self, schema: &str) -> Self {
        let client = Self { schema: schema.to_owned(), ..self.clone() };
        client.run(&format!("CREATE SCHEMA IF NOT EXISTS {schema}")).expect("schemas can be made");
        client
    }

    /// Runs a query to its end.
    pub fn run(&self, sql: &str) -> Result<Answer, Refusal> {
        let (mut answer, mut body) = (Answer::default(), self.call("POST", "/v1/statement", sql));
        loop {
            if let Some(columns) = body["columns"].as_array() {
                let text = |column: &Json, what: &str| column[what].as_str().unwrap_or_default().to_owned();
                let column = |column: &Json| (text(column, "name"), plain(&text(column, "type")));
                answer.columns = columns.iter().map(column).collect();
            }
            for row in body["data"].as_array().into_iter().flatten() {
                answer.rows.push(row.as_array().cloned().expect("a row is a list"));
            }
            if let Some(error) = body.get("error") {
                return Err(refusal(error));
            }
            let Some(next) = body["nextUri"].as_str() else { break };
            let path = next.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
            body = self.call("GET", path.expect("a location has a path"), "");
        }
        answer.id = body["id"].as_str().unwrap_or_default().to_owned();
        answer.bytes = body["stats"]["physicalInputBytes"].as_u64().unwrap_or_default();
        Ok(answer)
    }

    /// What the server tells of a query that has ended: its plan, and what each operator read.
    pub fn details(&self, id: &str) -> Json {
        self.call("GET", &format!("/v1/query/{id}"), "")
    }

    fn call(&self, method: &str, path: &str, body: &str) -> Json {
        // Partitions without files are no error, as on Athena, and a scan reads what the statement says, without what a
        // join's other side says later.
        let session = format!("{}.ignore_absent_partitions=true,enable_dynamic_filtering=false", self.catalog);
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nX-Trino-User: judge\r\nX-Trino-Catalog: {}\r\n\
             X-Trino-Schema: {}\r\nX-Trino-Time-Zone: UTC\r\nX-Trino-Client-Capabilities: PARAMETRIC_DATETIME\r\n\
             X-Trino-Session: {session}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\n\r\n",
            self.host,
            self.catalog,
            self.schema,
            body.len()
        );
        let mut stream = TcpStream::connect(&self.host).expect("the server listens");
        stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes())).expect("the server reads");
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).expect("the server answers");
        let at = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("an answer has a head");
        let head = String::from_utf8_lossy(&bytes[..at]).to_lowercase();
        let body = &bytes[at + 4..];
        let body = if head.contains("transfer-encoding: chunked") { whole(body) } else { body.to_vec() };
        if !head.starts_with("http/1.1 200") {
            panic!("{method} {path}: {head}\n{}", String::from_utf8_lossy(&body));
        }
        serde_json::from_slice(&body).expect("an answer is JSON")
    }
}

/// A type as EXPLAIN and messages write it: a result's columns have it in other letters, and decimals with a blank.
fn plain(ty: &str) -> String {
    let mut plain = String::with_capacity(ty.len());
    for (at, part) in ty.to_lowercase().split("decimal(").enumerate() {
        let (numbers, rest) = if at == 0 { ("", part) } else { part.split_at(part.find(')').unwrap_or(0)) };
        plain.push_str(if at == 0 { "" } else { "decimal(" });
        plain.extend(numbers.chars().filter(|character| *character != ' '));
        plain.push_str(rest);
    }
    plain
}

/// A body without the lengths of its chunks.
fn whole(mut chunks: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = chunks.windows(2).position(|two| two == b"\r\n") {
        let length = std::str::from_utf8(&chunks[..end]).ok().and_then(|text| usize::from_str_radix(text, 16).ok());
        let length = length.expect("a chunk has a length");
        if length == 0 {
            break;
        }
        body.extend_from_slice(&chunks[end + 2..end + 2 + length]);
        chunks = &chunks[end + 2 + length + 2..];
    }
    body
}

fn refusal(error: &Json) -> Refusal {
    let text = |what: &str| error[what].as_str().unwrap_or_default().to_owned();
    let number = |what: &str| error["errorLocation"][what].as_u64().and_then(|number| usize::try_from(number).ok());
    Refusal {
        name: text("errorName"),
        message: text("message"),
        place: number("lineNumber").zip(number("columnNumber")),
    }
}
