//! An emulator, and the Athena engine in front of it: through the AWS SDK, as a run has it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use athplan::constant::{Value, format};
use athplan::engine::athena::{AthenaEngine, AthenaOptions};
use athplan::engine::{Engine, EngineError, Kind, QueryId, ResultSet, State, Status, Submission};
use athplan::types::Type;
use aws_sdk_athena::config::{Credentials, SharedCredentialsProvider};

use crate::emulator::{Emulator, Options};

/// The location under which everything is written.
pub const OUTPUT: &str = "s3://out/run/";

/// An emulator and an engine over it.
pub struct Bench {
    /// The emulator.
    pub emulator: Emulator,
    /// The engine.
    pub engine: AthenaEngine,
    submitted: AtomicUsize,
}

/// Credentials that the emulator takes.
pub fn credentials() -> Option<SharedCredentialsProvider> {
    Some(SharedCredentialsProvider::new(Credentials::new("AKIATEST", "secret", None, None, "test")))
}

/// What an engine over an emulator is made with.
pub fn options(emulator: &Emulator) -> AthenaOptions {
    AthenaOptions {
        region: Some("us-east-1".to_owned()),
        athena_endpoint: Some(emulator.athena_url()),
        s3_endpoint: Some(emulator.s3_url()),
        output: Some(OUTPUT.to_owned()),
        pause: Duration::from_millis(2),
        ..AthenaOptions::new("default")
    }
}

impl Bench {
    /// An emulator that answers at once.
    pub async fn new() -> Self {
        Self::with(Options::default(), |_| {}).await
    }

    /// An emulator of some kind, and an engine that is changed before it connects.
    pub async fn with(options: Options, change: impl FnOnce(&mut AthenaOptions)) -> Self {
        let emulator = Emulator::start(options);
        emulator.bucket("out");
        let mut own = self::options(&emulator);
        change(&mut own);
        let engine = AthenaEngine::connect_as(own, credentials()).await.expect("the emulator is there");
        Self { emulator, engine, submitted: AtomicUsize::new(0) }
    }

    /// A statement under a token of its own.
    pub fn submission(&self, sql: &str) -> Submission {
        let token = self.submitted.fetch_add(1, Ordering::Relaxed).to_string();
        Submission { sql: sql.to_owned(), token, kind: Kind::Query }
    }

    /// Submits a statement and waits for its end.
    pub async fn run(&self, sql: &str) -> Result<(QueryId, Status), EngineError> {
        let id = self.engine.submit(&self.submission(sql)).await?;
        loop {
            let status = self.engine.poll(std::slice::from_ref(&id)).await?.remove(0);
            if status.state.has_ended() {
                return Ok((id, status));
            }
            self.engine.wait(std::slice::from_ref(&id)).await;
        }
    }

    /// A statement that must succeed.
    pub async fn ok(&self, sql: &str) -> (QueryId, Status) {
        let (id, status) = self.run(sql).await.expect("the statement is taken");
        assert_eq!(status.state, State::Succeeded, "{sql}");
        (id, status)
    }

    /// The result of a query that must succeed.
    pub async fn result(&self, sql: &str, columns: &[Type]) -> ResultSet {
        let (id, _) = self.ok(sql).await;
        self.engine.result(&id, columns).await.expect("it has a result")
    }

    /// The rows of a query, each as its values' texts with `|` between them.
    pub async fn rows(&self, sql: &str) -> Vec<String> {
        let result = self.result(sql, &[]).await;
        let text = |row: &Vec<Value>| {
            let values = row.iter().zip(&result.columns).map(|(value, (_, ty))| match value {
                Value::Null => "NULL".to_owned(),
                value => format(value, ty),
            });
            values.collect::<Vec<_>>().join("|")
        };
        result.rows.iter().map(text).collect()
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
