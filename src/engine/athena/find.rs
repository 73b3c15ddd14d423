//! Looking for a query in the workgroup's history: what became of a submission whose answer never came.

use std::time::{Duration, SystemTime};

use aws_sdk_athena::types::QueryExecution;

use super::AthenaEngine;
use super::error::of_call;
use super::poll::{BATCH, executions, status};
use crate::engine::{EngineError, QueryId, State};

/// How far the clocks of this machine and of Athena may lie apart.
const CLOCKS: Duration = Duration::from_secs(600);

/// The latest query of a text, submitted at a time or later; one that has succeeded first.
pub async fn find(engine: &AthenaEngine, sql: &str, since: SystemTime) -> Result<Option<QueryId>, EngineError> {
    let since = since.checked_sub(CLOCKS).unwrap_or(SystemTime::UNIX_EPOCH);
    let wanted = trimmed(sql);
    let mut found: Vec<(u8, SystemTime, QueryId)> = Vec::new();
    let mut next = None;
    loop {
        let listed = engine
            .client
            .list_query_executions()
            .work_group(&engine.options.workgroup)
            .max_results(i32::try_from(BATCH).unwrap_or(50))
            .set_next_token(next);
        let page = listed.send().await.map_err(|error| of_call("athena:ListQueryExecutions", &error))?;
        let ids: Vec<QueryId> = page.query_execution_ids().iter().map(|id| QueryId(id.clone())).collect();
        let known = executions(engine, &ids).await?;
        let times: Vec<Option<SystemTime>> = ids.iter().map(|id| known.get(&id.0).and_then(submitted)).collect();
        for (id, at) in ids.iter().zip(&times) {
            let Some((execution, at)) = known.get(&id.0).zip(at.filter(|at| *at >= since)) else { continue };
            if execution.query().map(trimmed) == Some(wanted) {
                found.push((rank(&status(execution).state), at, id.clone()));
            }
        }
        // The latest come first; a page that holds nothing younger ends the search.
        let any_young = times.iter().any(|at| at.is_none_or(|at| at >= since));
        next = page.next_token().filter(|token| !token.is_empty() && any_young).map(str::to_owned);
        if next.is_none() {
            break;
        }
    }
    Ok(found.into_iter().max().map(|(.., id)| id))
}

/// A text as Athena keeps it: without white space and semicolons around it.
fn trimmed(sql: &str) -> &str {
    sql.trim_matches(|character: char| character.is_whitespace() || character == ';')
}

fn submitted(execution: &QueryExecution) -> Option<SystemTime> {
    SystemTime::try_from(*execution.status()?.submission_date_time()?).ok()
}

fn rank(state: &State) -> u8 {
    match state {
        State::Succeeded => 2,
        State::Queued | State::Running => 1,
        State::Failed(_) | State::Cancelled => 0,
    }
}
