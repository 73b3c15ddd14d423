//! Stopping a query: StopQueryExecution, which also succeeds on one that has ended.

use super::AthenaEngine;
use super::error::of_call;
use crate::engine::{EngineError, QueryId};

/// Stops a query.
pub async fn cancel(engine: &AthenaEngine, id: &QueryId) -> Result<(), EngineError> {
    let stopped = engine.client.stop_query_execution().query_execution_id(&id.0).send().await;
    stopped.map(|_| ()).map_err(|error| of_call("athena:StopQueryExecution", &error))
}
