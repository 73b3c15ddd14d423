//! ListQueryExecutions: the executions of a workgroup, the newest first.

use std::sync::Arc;

use serde_json::{Value, json};

use super::body::Body;
use super::error::WireError;
use super::page;
use crate::emulator::Shared;

/// ListQueryExecutions.
pub fn list(shared: &Arc<Shared>, body: &Body) -> Result<Value, WireError> {
    let workgroup = body.text(&["WorkGroup"]).unwrap_or("primary");
    if shared.workgroup(workgroup).is_none() {
        return Err(WireError::input("WorkGroup is not found."));
    }
    let all = shared.executions.all().into_iter().rev();
    let ids: Vec<String> = all
        .filter(|execution| execution.request.workgroup == workgroup)
        .map(|execution| execution.id.clone())
        .collect();
    let (ids, next) = page(&ids, body, 50, |token| WireError::input(format!("Malformed nextPageToken {token}")))?;
    let mut answer = json!({ "QueryExecutionIds": ids });
    if let (Some(next), Value::Object(members)) = (next, &mut answer) {
        members.insert("NextToken".to_owned(), json!(next));
    }
    Ok(answer)
}
