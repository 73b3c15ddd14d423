//! What the server remembers of queries: `system.runtime.queries`, where each of athplan's has a source that names its
//! statement. So a submission whose id was never recorded is found, and what became of the queries of a process that
//! has ended. The server forgets them a quarter of an hour after their end, and when it starts anew.

use sha2::{Digest, Sha256};

use super::client::Mark;
use super::translate::{Work, string};
use super::{TrinoEngine, error};
use crate::constant::Value;
use crate::engine::{EngineError, ErrorClass, QueryId, State, Status};

/// How often a query that was told to stop is looked at, until it has.
const LOOKS: u32 = 30;

/// What is remembered of a query.
#[derive(Debug, Clone)]
struct Past {
    id: String,
    state: String,
    source: String,
    failure: String,
}

/// The digits that stand for a statement's text.
pub fn digits(sql: &str) -> String {
    Sha256::digest(sql.as_bytes()).iter().take(10).map(|byte| format!("{byte:02x}")).collect()
}

/// The name of a table that only one statement's text has: what UNLOAD stores its rows by.
pub fn scratch(sql: &str) -> String {
    format!("{}{}", scratch_of(run_of(sql)), digits(sql))
}

/// How the names of such tables of a run begin.
pub fn scratch_of(run: &str) -> String {
    let run: String = run.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("athplan_unload_{}_", run.to_ascii_lowercase())
}

/// The run that the comment in front of a statement names.
fn run_of(sql: &str) -> &str {
    let named = sql.strip_prefix("-- athplan run=").and_then(|rest| rest.split_once(' '));
    named.map_or("", |(run, _)| run)
}

/// How a statement's queries are marked.
pub fn mark(work: Work, sql: &str, token: &str) -> Mark {
    let plain =
        |character: char| if character.is_ascii_alphanumeric() || "-_./".contains(character) { character } else { '_' };
    let token: String = token.chars().map(plain).collect();
    Mark { source: format!("athplan {} {}", work.word(), digits(sql)), tags: format!("athplan,{token}") }
}

/// The query of a statement's text: one that stored its rows comes first, then one that still runs.
pub async fn find(engine: &TrinoEngine, sql: &str) -> Result<Option<QueryId>, EngineError> {
    let sources = [Work::Store, Work::Query, Work::Define].map(|work| string(&mark(work, sql, "").source));
    let mut found = past(engine, &format!("source IN ({})", sources.join(", "))).await?;
    let rank = |past: &Past| match past.state.as_str() {
        "FINISHED" => 2,
        "FAILED" => 0,
        _ => 1,
    };
    // Of a statement that became several queries, the first is the one that counts; ids sort by time.
    found.sort_by(|left, right| (rank(right), &left.id).cmp(&(rank(left), &right.id)));
    Ok(found.into_iter().next().map(|past| QueryId(past.id)))
}

/// What became of a query that this process has not sent. Nobody asks for its pages any more, so that one that still
/// runs is stopped; its rows are gone, but not those that it stored.
///
/// # Errors
///
/// The query is lost: it is not known, or what it made is not to be had any more.
pub async fn orphaned(engine: &TrinoEngine, id: &QueryId) -> Result<Status, EngineError> {
    let by_id = format!("query_id = {}", string(&id.0));
    let mut told_to_stop = false;
    for _ in 0..LOOKS {
        let Some(past) = past(engine, &by_id).await?.into_iter().next() else {
            return Err(error::lost(&id.0, "the server does not know it any more"));
        };
        match past.state.as_str() {
            "FINISHED" if past.source.starts_with("athplan store ") => return Ok(Status::new(State::Succeeded)),
            "FINISHED" => {
                return Err(error::lost(&id.0, "it has ended, and the process that asked for its rows has gone"));
            }
            "FAILED" => {
                let why = if past.failure.is_empty() { "it failed" } else { past.failure.as_str() };
                return Err(error::lost(&id.0, &format!("{why}, when nobody asked for it any more")));
            }
            _ if !told_to_stop => {
                stop(engine, id).await?;
                told_to_stop = true;
            }
            _ => tokio::time::sleep(engine.options.second / 5).await,
        }
    }
    let message = format!("the query {id} of a process that has gone does not stop");
    Err(EngineError::new(ErrorClass::Transient, message))
}

/// Stops a query that this process has not sent; no error if it has ended, or is not known.
pub async fn stop(engine: &TrinoEngine, id: &QueryId) -> Result<(), EngineError> {
    let text = format!(
        "CALL system.runtime.kill_query(query_id => {}, message => 'athplan: who asked for its rows has gone')",
        string(&id.0)
    );
    match engine.execute(&text).await {
        Ok(_) => Ok(()),
        Err(error) if error.message.contains("not found") || error.message.contains("not running") => Ok(()),
        Err(error) => Err(error),
    }
}

async fn past(engine: &TrinoEngine, condition: &str) -> Result<Vec<Past>, EngineError> {
    let text = format!(
        "SELECT query_id, state, source, error_code FROM system.runtime.queries WHERE {condition} ORDER BY query_id"
    );
    let rows = engine.execute(&text).await?.rows;
    let text = |value: &Value| match value {
        Value::Varchar(text) => text.to_string(),
        _ => String::new(),
    };
    let past = rows.iter().filter_map(|row| match row.as_slice() {
        [id, state, source, failure] => {
            Some(Past { id: text(id), state: text(state), source: text(source), failure: text(failure) })
        }
        _ => None,
    });
    Ok(past.collect())
}

#[cfg(test)]
mod tests {
    use super::{mark, scratch};
    use crate::engine::trino::translate::Work;

    #[test]
    fn a_statement_is_found_by_its_text() {
        let sql =
            "-- athplan run=r1 statement=t/1 attempt=1\nUNLOAD (SELECT 1 AS a) TO 's3://o/' WITH (format = 'PARQUET')";
        let table = scratch(sql);
        assert!(table.starts_with("athplan_unload_r1_") && table.len() == 18 + 20, "{table}");
        assert_ne!(table, scratch(&sql.replace("attempt=1", "attempt=2")));
        assert!(scratch("UNLOAD").starts_with("athplan_unload__"));
        let mark = mark(Work::Store, sql, "athplan-r1-é,t/1-attempt-1");
        assert!(mark.source.starts_with("athplan store "));
        assert_eq!(mark.tags, "athplan,athplan-r1-__t/1-attempt-1");
    }
}
