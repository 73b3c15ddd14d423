//! Athena's JSON protocol: from a request to the operation that answers it.
//!
//! Envelopes as measured on Athena in September 2026: one POST for every operation, which the target
//! header names; the body's types are checked first, then its constraints, then what it asks for.

mod body;
pub mod error;
mod execution;
mod history;
mod metadata;
mod results;
mod start;
mod workgroups;

use std::str::FromStr as _;
use std::sync::Arc;

use serde_json::{Number, Value};

use self::body::{Body, Member, Shape, optional, required};
use self::error::{CONTENT_TYPE, WireError};
use super::Shared;
use super::calls::{Caller, Denied};
use super::execution::id;
use super::faults::CallFault;
use super::http::{Reply, Request, Response};

/// An operation of the service.
struct Operation {
    name: &'static str,
    members: &'static [Member],
    answer: fn(&Arc<Shared>, &Body) -> Result<Value, WireError>,
}

const ID: Shape = Shape::Text(1, 128);
const NAME: Shape = Shape::Text(1, 256);
const TOKEN: Shape = Shape::Text(1, 1024);
const OPERATIONS: &[Operation] = &[
    Operation { name: "StartQueryExecution", members: start::MEMBERS, answer: start::start },
    Operation { name: "GetQueryExecution", members: &[required("QueryExecutionId", ID)], answer: execution::get },
    Operation {
        name: "BatchGetQueryExecution",
        members: &[required("QueryExecutionIds", Shape::List(1, 50))],
        answer: execution::batch,
    },
    Operation { name: "StopQueryExecution", members: &[required("QueryExecutionId", ID)], answer: execution::stop },
    Operation {
        name: "GetQueryRuntimeStatistics",
        members: &[required("QueryExecutionId", ID)],
        answer: execution::runtime_statistics,
    },
    Operation {
        name: "GetQueryResults",
        members: &[
            required("QueryExecutionId", ID),
            optional("NextToken", TOKEN),
            optional("MaxResults", Shape::Integer(1, 100_000)),
        ],
        answer: results::results,
    },
    Operation {
        name: "ListQueryExecutions",
        members: &[
            optional("NextToken", TOKEN),
            optional("MaxResults", Shape::Integer(0, 50)),
            optional("WorkGroup", Shape::Text(1, 128)),
        ],
        answer: history::list,
    },
    Operation { name: "GetWorkGroup", members: &[required("WorkGroup", Shape::Text(1, 128))], answer: workgroups::get },
    Operation {
        name: "ListWorkGroups",
        members: &[optional("NextToken", TOKEN), optional("MaxResults", Shape::Integer(1, 50))],
        answer: workgroups::list,
    },
    Operation {
        name: "GetTableMetadata",
        members: &[
            required("CatalogName", NAME),
            required("DatabaseName", Shape::Text(1, 128)),
            required("TableName", Shape::Text(1, 128)),
            optional("WorkGroup", Shape::Text(1, 128)),
        ],
        answer: metadata::table,
    },
    Operation {
        name: "ListTableMetadata",
        members: &[
            required("CatalogName", NAME),
            required("DatabaseName", Shape::Text(1, 128)),
            optional("Expression", Shape::Text(0, 256)),
            optional("NextToken", TOKEN),
            optional("MaxResults", Shape::Integer(1, 50)),
            optional("WorkGroup", Shape::Text(1, 128)),
        ],
        answer: metadata::tables,
    },
    Operation {
        name: "GetDatabase",
        members: &[
            required("CatalogName", NAME),
            required("DatabaseName", Shape::Text(1, 128)),
            optional("WorkGroup", Shape::Text(1, 128)),
        ],
        answer: metadata::database,
    },
    Operation {
        name: "ListDatabases",
        members: &[
            required("CatalogName", NAME),
            optional("NextToken", TOKEN),
            optional("MaxResults", Shape::Integer(1, 50)),
            optional("WorkGroup", Shape::Text(1, 128)),
        ],
        answer: metadata::databases,
    },
    Operation {
        name: "GetDataCatalog",
        members: &[required("Name", NAME), optional("WorkGroup", Shape::Text(1, 128))],
        answer: metadata::catalog,
    },
];

/// Answers a request to Athena.
pub async fn handle(shared: Arc<Shared>, request: Request) -> Reply {
    match request.header("content-type") {
        Some(CONTENT_TYPE) => {}
        Some("application/json") => {
            let body = r#"{"Output":{"__type":"com.amazon.coral.service#UnknownOperationException"},"Version":"1.0"}"#;
            return Reply::Answer(finished(&shared, Response::new(200, "application/json", body)));
        }
        _ => {
            let body = "<UnknownOperationException/>\n";
            return Reply::Answer(finished(&shared, Response::new(404, "application/xml", body)));
        }
    }
    let name = request.header("x-amz-target").and_then(|target| target.strip_prefix("AmazonAthena."));
    let operation = OPERATIONS.iter().find(|operation| Some(operation.name) == name);
    let Some(operation) = operation.filter(|_| request.method == "POST") else {
        return Reply::Answer(finished(&shared, WireError::unknown_operation().response()));
    };
    let fault = shared.faults.call(operation.name);
    match fault {
        Some(CallFault::Reset) => return Reply::Cut,
        Some(CallFault::Slow(seconds)) => shared.clock.sleep_until(shared.clock.now() + seconds).await,
        _ => {}
    }
    let _standing = shared.clock.stand();
    let answer = match answer(&shared, operation, &request, fault) {
        Ok(value) => Response::new(200, CONTENT_TYPE, value.to_string()),
        Err(error) => error.response(),
    };
    if fault == Some(CallFault::Lost) {
        return Reply::Cut;
    }
    Reply::Answer(finished(&shared, answer))
}

fn answer(
    shared: &Arc<Shared>,
    operation: &Operation,
    request: &Request,
    fault: Option<CallFault>,
) -> Result<Value, WireError> {
    if request.header("authorization").and_then(signed_region).is_some_and(|region| region != shared.region) {
        return Err(WireError::wrong_region());
    }
    let action = format!("athena:{}", operation.name);
    match fault {
        Some(CallFault::Expired) => return Err(WireError::expired()),
        Some(CallFault::Unrecognised) => return Err(WireError::unrecognised()),
        Some(CallFault::Server(status)) => return Err(WireError::server(status)),
        Some(CallFault::Throttled) => return Err(WireError::throttled()),
        Some(CallFault::TooMany) => return Err(WireError::too_many()),
        Some(CallFault::Denied) => {
            return Err(WireError::denied(&Denied { action, resource: shared.calls.arn("athena", "*") }));
        }
        _ => {}
    }
    if !shared.rates.take(operation.name, shared.clock.unstopped()) {
        return Err(WireError::throttled());
    }
    let body = Body::read(&request.body, operation.members)?;
    let resource = shared.calls.arn("athena", &resource(shared, &body));
    let noted = shared.calls.note(shared.clock.now(), Caller::Client, &action, &resource);
    noted.map_err(|denied| WireError::denied(&denied))?;
    if fault == Some(CallFault::TooLate) {
        return Ok(Value::Object(serde_json::Map::new()));
    }
    (operation.answer)(shared, &body)
}

/// What IAM is asked about: a workgroup or a data catalog.
fn resource(shared: &Shared, body: &Body) -> String {
    if let Some(catalog) = body.text(&["CatalogName"]).or_else(|| body.text(&["Name"])) {
        return format!("datacatalog/{catalog}");
    }
    let first = body.list("QueryExecutionIds").into_iter().next();
    let id = body.text(&["QueryExecutionId"]).map(str::to_owned).or(first);
    let of_execution =
        id.and_then(|id| shared.executions.get(&id)).map(|execution| execution.request.workgroup.clone());
    let workgroup = body.text(&["WorkGroup"]).map(str::to_owned).or(of_execution);
    format!("workgroup/{}", workgroup.as_deref().unwrap_or("primary"))
}

/// The region of a signature's scope: `Credential=KEY/DATE/REGION/SERVICE/aws4_request`.
pub fn signed_region(authorization: &str) -> Option<&str> {
    authorization.split_once("Credential=")?.1.split('/').nth(2)
}

fn finished(shared: &Shared, response: Response) -> Response {
    response.with("connection", "keep-alive").with("x-amzn-requestid", id(shared.next_number()))
}

/// Seconds since the epoch as the service writes them: a number with an exponent.
fn timestamp(shared: &Shared, at: f64) -> Value {
    let seconds = (shared.clock.timestamp(at) * 1000.0).round() / 1000.0;
    let number = Number::from_str(&format!("{seconds:E}"));
    Value::Number(number.expect("a finite number in scientific form is one of JSON"))
}

/// A part of a list by a page's token, and the token of the next part.
fn page<T: Clone>(
    items: &[T],
    body: &Body,
    most: usize,
    malformed: impl Fn(&str) -> WireError,
) -> Result<(Vec<T>, Option<String>), WireError> {
    let start = match body.text(&["NextToken"]) {
        None => 0,
        Some(token) => token.strip_prefix("page-").and_then(|at| at.parse().ok()).ok_or_else(|| malformed(token))?,
    };
    let size = body.integer("MaxResults").and_then(|size| usize::try_from(size).ok()).filter(|size| *size > 0);
    let end = items.len().min(start + size.unwrap_or(most));
    let next = (end < items.len()).then(|| format!("page-{end}"));
    Ok((items.get(start..end).unwrap_or_default().to_vec(), next))
}
