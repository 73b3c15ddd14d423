//! What is said of executions: GetQueryExecution, BatchGetQueryExecution, StopQueryExecution.
//!
//! Keys and their absence as measured on Athena in September 2026; the batch and the run-time
//! statistics follow the service's model.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::body::Body;
use super::error::WireError;
use super::timestamp;
use crate::emulator::Shared;
use crate::emulator::execution::{Execution, Progress, State};
use crate::emulator::results::Outcome;

/// GetQueryExecution.
pub fn get(shared: &Arc<Shared>, body: &Body) -> Result<Value, WireError> {
    let execution = find(shared, body)?;
    Ok(json!({ "QueryExecution": described(shared, &execution) }))
}

/// BatchGetQueryExecution.
pub fn batch(shared: &Arc<Shared>, body: &Body) -> Result<Value, WireError> {
    let (mut found, mut unprocessed) = (Vec::new(), Vec::new());
    for id in body.list("QueryExecutionIds") {
        match shared.executions.get(&id) {
            Some(execution) => found.push(described(shared, &execution)),
            None => unprocessed.push(json!({
                "QueryExecutionId": id,
                "ErrorCode": "QUERY_EXECUTION_NOT_FOUND",
                "ErrorMessage": format!("QueryExecution {id} was not found"),
            })),
        }
    }
    Ok(json!({ "QueryExecutions": found, "UnprocessedQueryExecutionIds": unprocessed }))
}

/// StopQueryExecution: it succeeds whatever the state, and changes nothing of what has ended.
pub fn stop(shared: &Arc<Shared>, body: &Body) -> Result<Value, WireError> {
    find(shared, body)?.stop();
    Ok(json!({}))
}

/// GetQueryRuntimeStatistics.
pub fn runtime_statistics(shared: &Arc<Shared>, body: &Body) -> Result<Value, WireError> {
    let execution = find(shared, body)?;
    let progress = execution.progress();
    let rows = match &progress.outcome {
        Outcome::Table { rows, .. } => rows.len() as u64,
        Outcome::Count(rows) => *rows,
        Outcome::Nothing | Outcome::Lines { .. } => 0,
    };
    let timeline = Value::Object(times(&execution, &progress));
    let rows = json!({ "InputBytes": progress.scanned, "OutputRows": rows });
    Ok(json!({ "QueryRuntimeStatistics": { "Timeline": timeline, "Rows": rows } }))
}

/// The execution that a request names.
pub fn find(shared: &Shared, body: &Body) -> Result<Arc<Execution>, WireError> {
    let id = body.text(&["QueryExecutionId"]).unwrap_or_default();
    let missing = || WireError::invalid("QUERY_EXECUTION_NOT_FOUND", format!("QueryExecution {id} was not found"));
    shared.executions.get(id).ok_or_else(missing)
}

fn described(shared: &Shared, execution: &Execution) -> Value {
    let progress = execution.progress();
    let (request, statement) = (&execution.request, &execution.statement);
    let mut context = Map::new();
    put(&mut context, "Database", request.database.as_ref().map(|database| json!(database)));
    put(&mut context, "Catalog", request.catalog.as_ref().map(|catalog| json!(catalog)));
    let mut result = Map::new();
    put(&mut result, "OutputLocation", request.location.as_ref().map(|location| json!(location)));
    put(&mut result, "EncryptionConfiguration", request.encryption.clone());
    let mut execution_json = json!({
        "EngineVersion": {
            "Category": "Presto",
            "EffectiveEngineVersion": "Athena engine version 3",
            "SelectedEngineVersion": "AUTO",
        },
        "Query": request.query,
        "QueryExecutionContext": context,
        "QueryExecutionId": execution.id,
        "ResultConfiguration": result,
        "ResultReuseConfiguration": { "ResultReuseByAgeConfiguration": { "Enabled": false } },
        "StatementType": statement.kind.statement_type(),
        "Statistics": statistics(execution, &progress),
        "Status": status(shared, execution, &progress),
        "SubstatementType": statement.kind.substatement(),
        "WorkGroup": request.workgroup,
    });
    if let Value::Object(members) = &mut execution_json {
        let parameters = Some(&request.parameters).filter(|parameters| !parameters.is_empty());
        put(members, "ExecutionParameters", parameters.map(|parameters| json!(parameters)));
        if request.location.is_none() {
            members.insert("ManagedQueryResultsConfiguration".to_owned(), json!({ "Enabled": true }));
        }
    }
    execution_json
}

fn status(shared: &Shared, execution: &Execution, progress: &Progress) -> Value {
    let mut status = Map::new();
    status.insert("State".to_owned(), json!(progress.state.name()));
    status.insert("SubmissionDateTime".to_owned(), timestamp(shared, execution.submitted));
    put(&mut status, "CompletionDateTime", progress.ended.map(|ended| timestamp(shared, ended)));
    put(&mut status, "StateChangeReason", progress.reason.as_ref().map(|reason| json!(reason)));
    let error = progress.failure.as_ref().map(|failure| {
        json!({
            "ErrorCategory": failure.category,
            "ErrorType": failure.kind,
            "Retryable": false,
            "ErrorMessage": failure.message.as_ref().unwrap_or(&failure.reason),
        })
    });
    put(&mut status, "AthenaError", error);
    Value::Object(status)
}

fn statistics(execution: &Execution, progress: &Progress) -> Value {
    let mut statistics = times(execution, progress);
    if progress.state.is_final() {
        statistics.insert("DataScannedInBytes".to_owned(), json!(progress.scanned));
        statistics.insert("ResultReuseInformation".to_owned(), json!({ "ReusedPreviousResult": false }));
    }
    // Without a table there is nothing to plan.
    let is_planned = matches!(&progress.outcome, Outcome::Table { literal_only: false, .. } | Outcome::Count(_));
    if is_planned && progress.state == State::Succeeded {
        statistics.insert("QueryPlanningTimeInMillis".to_owned(), json!(40));
    }
    put(&mut statistics, "DataManifestLocation", progress.manifest.as_ref().map(|manifest| json!(manifest)));
    Value::Object(statistics)
}

/// The times that are known so far.
#[allow(clippy::cast_possible_truncation, reason = "milliseconds of a test fit many times over")]
fn times(execution: &Execution, progress: &Progress) -> Map<String, Value> {
    let millis = |from: f64, to: f64| json!(((to - from) * 1000.0).max(0.0) as i64);
    let mut times = Map::new();
    let began = progress.began.or(progress.ended);
    put(&mut times, "QueryQueueTimeInMillis", began.map(|began| millis(execution.submitted, began)));
    if let (Some(began), Some(ended)) = (began, progress.ended) {
        times.insert("EngineExecutionTimeInMillis".to_owned(), millis(began, ended));
        times.insert("TotalExecutionTimeInMillis".to_owned(), millis(execution.submitted, ended));
        times.insert("ServiceProcessingTimeInMillis".to_owned(), json!(0));
    }
    times
}

fn put(members: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    if let Some(value) = value {
        members.insert(name.to_owned(), value);
    }
}
