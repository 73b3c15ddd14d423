//! Asking for states: BatchGetQueryExecution, at most fifty at once.

use std::collections::HashMap;

use aws_sdk_athena::types::{QueryExecution, QueryExecutionState, UnprocessedQueryExecutionId};

use super::AthenaEngine;
use super::error::of_call;
use super::error::outcome::{Outcome, classify};
use super::result;
use crate::engine::aws::text::place;
use crate::engine::{EngineError, ErrorClass, QueryId, State, Status};

/// The most ids of one call
/// (<https://docs.aws.amazon.com/athena/latest/APIReference/API_BatchGetQueryExecution.html>).
pub const BATCH: usize = 50;

const ACTION: &str = "athena:BatchGetQueryExecution";

/// How often ids that a call left out are asked for again.
const ASKED_AGAIN: usize = 3;

/// The states of some queries, in the order asked.
pub async fn poll(engine: &AthenaEngine, ids: &[QueryId]) -> Result<Vec<Status>, EngineError> {
    let executions = executions(engine, ids).await?;
    for execution in executions.values() {
        result::remember(engine, execution);
    }
    // An answer that is short says nothing of what it leaves out: it may be running all the same.
    let untold =
        |id| EngineError::new(ErrorClass::Transient, format!("{ACTION} was answered, and does not tell of {id}"));
    ids.iter().map(|id| executions.get(&id.0).map(status).ok_or_else(|| untold(id))).collect()
}

/// What Athena says of some queries, by their ids.
pub async fn executions(
    engine: &AthenaEngine,
    ids: &[QueryId],
) -> Result<HashMap<String, QueryExecution>, EngineError> {
    let mut found = HashMap::new();
    for batch in ids.chunks(BATCH) {
        let mut open: Vec<String> = batch.iter().map(|id| id.0.clone()).collect();
        for round in 0..=ASKED_AGAIN {
            let asked = engine.client.batch_get_query_execution().set_query_execution_ids(Some(open.clone()));
            let answer = asked.send().await.map_err(|error| of_call(ACTION, &error))?;
            let known = answer.query_executions().iter().cloned();
            found.extend(known.filter_map(|execution| Some((execution.query_execution_id()?.to_owned(), execution))));
            let left = answer.unprocessed_query_execution_ids();
            open = left.iter().filter_map(|left| left.query_execution_id().map(str::to_owned)).collect();
            match left.iter().find(|left| round == ASKED_AGAIN || is_unknown(left)) {
                Some(left) => return Err(left_out(left)),
                None if open.is_empty() => break,
                None => tokio::time::sleep(engine.options.pause).await,
            }
        }
    }
    Ok(found)
}

/// Whether a query was left out since there is none of that id.
fn is_unknown(left: &UnprocessedQueryExecutionId) -> bool {
    left.error_code().is_some_and(|code| code.contains("NOT_FOUND"))
        || left.error_message().is_some_and(|message| message.contains("was not found"))
}

fn left_out(left: &UnprocessedQueryExecutionId) -> EngineError {
    let id = QueryId(left.query_execution_id().unwrap_or_default().to_owned());
    let said = left.error_message().or(left.error_code()).unwrap_or("Athena does not say why");
    if is_unknown(left) {
        return lost(&id, said);
    }
    EngineError::new(ErrorClass::Transient, format!("the state of {id} cannot be learnt: {said}"))
}

fn lost(id: &QueryId, said: &str) -> EngineError {
    EngineError::new(ErrorClass::Lost, format!("the query {id} is not known: {said}"))
}

/// What Athena says of a query as the trait's status.
pub fn status(execution: &QueryExecution) -> Status {
    let status = execution.status();
    let statistics = execution.statistics();
    let reason = status.and_then(|status| status.state_change_reason()).unwrap_or_default();
    let error = status.and_then(|status| status.athena_error());
    let message = error.and_then(|error| error.error_message()).filter(|message| *message != reason);
    let failed = || {
        let is_retryable = error.is_some_and(|error| error.retryable());
        let outcome = Outcome { reason, message, kind: error.and_then(|error| error.error_type()), is_retryable };
        // Positions in CREATE TABLE AS are those of a text that Athena has written anew.
        let sql = execution.query().filter(|_| execution.substatement_type() != Some("CREATE_TABLE_AS_SELECT"));
        let error = classify(outcome);
        let at = sql.and_then(|sql| place(sql, &error.message));
        State::Failed(error.at(at))
    };
    let state = match status.and_then(|status| status.state()) {
        Some(QueryExecutionState::Running) => State::Running,
        Some(QueryExecutionState::Succeeded) => State::Succeeded,
        Some(QueryExecutionState::Failed) => failed(),
        // Athena itself stops a query that scans or takes too much.
        Some(QueryExecutionState::Cancelled) if is_stopped_by_athena(reason) => failed(),
        Some(QueryExecutionState::Cancelled) => State::Cancelled,
        _ => State::Queued,
    };
    let said: Vec<&str> = [reason, message.unwrap_or_default()].into_iter().filter(|text| !text.is_empty()).collect();
    let milliseconds = |number: Option<i64>| number.and_then(|number| u64::try_from(number).ok());
    let types = [execution.statement_type().map(|ty| ty.as_str()), execution.substatement_type()];
    let types: Vec<&str> = types.into_iter().flatten().collect();
    Status {
        bytes_scanned: milliseconds(statistics.and_then(|statistics| statistics.data_scanned_in_bytes())).unwrap_or(0),
        queued: milliseconds(statistics.and_then(|statistics| statistics.query_queue_time_in_millis())),
        total: milliseconds(statistics.and_then(|statistics| statistics.total_execution_time_in_millis())),
        reason: (!said.is_empty()).then(|| said.join("; ")),
        output: execution
            .result_configuration()
            .and_then(|configuration| configuration.output_location())
            .map(str::to_owned),
        statement_type: (!types.is_empty()).then(|| types.join(" ")),
        ..Status::new(state)
    }
}

fn is_stopped_by_athena(reason: &str) -> bool {
    reason.contains("limit was exceeded") || reason.to_ascii_lowercase().contains("timeout")
}
