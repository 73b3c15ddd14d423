//! GetQueryResults: pages of rows, and what is said where there are none.
//!
//! The order of checks, the answers by state and kind, and the paging are as measured on Athena in
//! September 2026: a page that is exactly full always carries a token.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::body::Body;
use super::error::WireError;
use super::execution::find;
use crate::emulator::Shared;
use crate::emulator::execution::{Execution, State};
use crate::emulator::results::Outcome;

/// The most rows of a page.
const PAGE: usize = 1000;

/// GetQueryResults.
pub fn results(shared: &Arc<Shared>, body: &Body) -> Result<Value, WireError> {
    let execution = find(shared, body)?;
    let size = body.integer("MaxResults").and_then(|size| usize::try_from(size).ok()).unwrap_or(PAGE);
    if size > PAGE {
        return Err(WireError::input("MaxResults is more than maximum allowed length 1000"));
    }
    let progress = execution.progress();
    let no_results = || WireError::invalid("RESULT_NOT_FOUND", "Could not find results");
    let wrong_state = |message: String| WireError::invalid("INVALID_QUERY_EXECUTION_STATE", message);
    match progress.state {
        State::Queued | State::Running => {
            let state = progress.state.name();
            return Err(wrong_state(format!("Query has not yet finished. Current state: {state}")));
        }
        State::Failed if execution.statement.kind.is_query() => {
            return Err(wrong_state("Query did not finish successfully. Final query state: FAILED".to_owned()));
        }
        State::Failed => {
            return Ok(json!({ "ResultSet": { "Rows": [], "ResultSetMetadata": null }, "UpdateCount": null }));
        }
        State::Cancelled => return Err(no_results()),
        State::Succeeded => {}
    }
    let outcome = &progress.outcome;
    let rows = outcome.paged_rows();
    let is_empty = rows.is_empty() && matches!(outcome, Outcome::Lines { .. });
    let start = match body.text(&["NextToken"]).filter(|_| !is_empty) {
        None => 0,
        Some(token) => {
            let malformed = || WireError::input(format!("Malformed nextPageToken {token}"));
            read_token(&execution, token).ok_or_else(malformed)?
        }
    };
    let end = rows.len().min(start + size);
    let page = rows.get(start..end).unwrap_or_default();
    let next = (end - start.min(end) == size).then(|| written_token(&execution, end));
    Ok(answer(outcome, page, next))
}

fn answer(outcome: &Outcome, page: &[Vec<Option<String>>], next: Option<String>) -> Value {
    let datum = |text: &Option<String>| match text {
        Some(text) => json!({ "VarCharValue": text }),
        None => json!({}),
    };
    let rows = page.iter().map(|row| json!({ "Data": row.iter().map(datum).collect::<Vec<_>>() }));
    let columns: Vec<Value> = outcome.columns().iter().map(crate::emulator::results::Column::info).collect();
    // The first two are not in the service's model, and are sent all the same.
    let mut answer = json!({
        "ResultSet": {
            "ColumnInfos": columns,
            "ResultRows": page.iter().map(|row| json!({ "Data": row })).collect::<Vec<_>>(),
            "ResultSetMetadata": { "ColumnInfo": columns },
            "Rows": rows.collect::<Vec<_>>(),
        },
    });
    if let Value::Object(members) = &mut answer {
        if let Some(count) = outcome.update_count() {
            members.insert("UpdateCount".to_owned(), json!(count));
        }
        if let Some(next) = next {
            members.insert("NextToken".to_owned(), json!(next));
        }
    }
    answer
}

fn written_token(execution: &Execution, start: usize) -> String {
    STANDARD.encode(format!("{}/{start:038}", execution.id))
}

fn read_token(execution: &Execution, token: &str) -> Option<usize> {
    let text = String::from_utf8(STANDARD.decode(token).ok()?).ok()?;
    text.strip_prefix(&execution.id)?.strip_prefix('/')?.parse().ok()
}
