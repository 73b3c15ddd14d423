//! What a session is begun with: who asks is held to be true before anything runs, and queries read as Athena does.
//!
//! Athena takes a registered partition without a folder for an empty one. The Hive connector does too on S3, where
//! there are no folders; elsewhere such a query fails unless the catalog, or the session, says otherwise.

use std::sync::Arc;

use tokio::sync::Notify;

use super::client::{Client, Mark};
use super::follow::Followed;
use super::{result, translate};
use crate::constant::Value;
use crate::engine::{EngineError, ErrorClass, ResultSet, State};

/// The property of a catalog.
const PROPERTY: &str = "ignore_absent_partitions";

/// Asks for it. It is the first question that needs proof of who asks.
const ASKED: &str = "SHOW SESSION LIKE '%ignore_absent_partitions'";

/// Begins a session.
///
/// # Errors
///
/// The server does not believe who asks, or cannot be reached.
pub async fn begin(client: Client, catalog: &str) -> Result<Client, EngineError> {
    let property = format!("{catalog}.{PROPERTY}");
    let rows = execute(&client, ASKED, Arc::default()).await?.rows;
    let is_unset = |row: &Vec<Value>| match row.as_slice() {
        [Value::Varchar(name), Value::Varchar(value), ..] => **name == property && &**value == "false",
        _ => false,
    };
    if !rows.iter().any(is_unset) {
        return Ok(client);
    }
    // Who may not set it would be refused every query: then the catalog's own setting counts.
    let client = client.with_session(&format!("{property}=true"));
    match execute(&client, ASKED, Arc::default()).await {
        Ok(_) => Ok(client),
        Err(_) => Ok(client.without_session()),
    }
}

/// Runs a statement of Trino's own to its end, beside any plan.
///
/// # Errors
///
/// It fails, or the server cannot be reached.
pub async fn execute(client: &Client, sql: &str, news: Arc<Notify>) -> Result<ResultSet, EngineError> {
    let mark = Mark { source: "athplan".to_owned(), tags: "athplan".to_owned() };
    let first = client.post_patiently(sql, &mark).await?;
    let followed = Followed::new(news);
    followed.follow(client, &[translate::Step::plain(sql)], &mark, first).await;
    match followed.status().state {
        State::Succeeded => result::typed(followed.rows(), &[]),
        State::Failed(error) => Err(error),
        State::Cancelled | State::Queued | State::Running => {
            Err(EngineError::new(ErrorClass::Transient, format!("somebody stopped {sql}")))
        }
    }
}
