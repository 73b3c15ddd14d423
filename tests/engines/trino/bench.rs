//! A server of the protocol, an S3 beside it, and the engine in front of both.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use athplan::engine::trino::{TrinoEngine, TrinoOptions};
use athplan::engine::{Engine, EngineError, Kind, QueryId, State, Status, Submission};

use super::server::Server;
use crate::emulator::{Emulator, Options};
use crate::engines::athena::bench::credentials;

/// The location under which everything is written.
pub const OUTPUT: &str = "s3://out/run/";

/// A server and an engine in front of it.
pub struct Bench {
    /// The server.
    pub server: Server,
    /// S3.
    pub emulator: Emulator,
    /// The engine.
    pub engine: TrinoEngine,
    submitted: AtomicUsize,
}

/// What an engine in front of a server is made with.
pub fn options(server: &Server, emulator: &Emulator) -> TrinoOptions {
    TrinoOptions {
        output: Some(OUTPUT.to_owned()),
        region: Some("us-east-1".to_owned()),
        s3_endpoint: Some(emulator.s3_url()),
        second: Duration::from_millis(10),
        ..TrinoOptions::new(server.url(), "bob")
    }
}

impl Bench {
    /// A server that answers at once.
    pub async fn new() -> Self {
        let (server, emulator) = (Server::start(), Emulator::start(Options::default()));
        emulator.bucket("out");
        let engine = Self::connected(&server, &emulator).await;
        Self { server, emulator, engine, submitted: AtomicUsize::new(0) }
    }

    /// Another process in front of the same server.
    pub async fn another(&self) -> TrinoEngine {
        Self::connected(&self.server, &self.emulator).await
    }

    async fn connected(server: &Server, emulator: &Emulator) -> TrinoEngine {
        TrinoEngine::connect_as(options(server, emulator), credentials()).await.expect("the server is there")
    }

    /// A statement under a token of its own.
    pub fn submission(&self, sql: &str) -> Submission {
        let token = format!("athplan-r1-{}-attempt-1", self.submitted.fetch_add(1, Ordering::Relaxed));
        Submission { sql: sql.to_owned(), token, kind: Kind::Query }
    }

    /// Submits a statement and waits for its end.
    pub async fn run(&self, sql: &str) -> Result<(QueryId, Status), EngineError> {
        let id = self.engine.submit(&self.submission(sql)).await?;
        let status = ended(&self.engine, &id).await?;
        Ok((id, status))
    }

    /// A statement that must succeed.
    pub async fn ok(&self, sql: &str) -> (QueryId, Status) {
        let (id, status) = self.run(sql).await.expect("the statement is taken");
        assert_eq!(status.state, State::Succeeded, "{sql}");
        (id, status)
    }

    /// The error of a statement that must fail, when it is submitted or later.
    pub async fn fails(&self, sql: &str) -> EngineError {
        match self.run(sql).await {
            Err(error) => error,
            Ok((_, Status { state: State::Failed(error), .. })) => error,
            Ok((_, status)) => panic!("{sql}: {:?}", status.state),
        }
    }
}

/// Waits for a query's end.
pub async fn ended(engine: &TrinoEngine, id: &QueryId) -> Result<Status, EngineError> {
    loop {
        let status = engine.poll(std::slice::from_ref(id)).await?.remove(0);
        if status.state.has_ended() {
            return Ok(status);
        }
        engine.wait(std::slice::from_ref(id)).await;
    }
}
