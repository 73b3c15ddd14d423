//! Athena: statements through the AWS SDK, files through S3.
//!
//! What Athena does was measured, and stands in the comments where it decides something. Each call has
//! its file; every error comes out of one place, classified, with a way out where there is one.
//!
//! # Permissions
//!
//! Whoever asks needs, of what each call here does:
//!
//! | action | on | for |
//! |---|---|---|
//! | `athena:GetWorkGroup` | workgroup | [`AthenaEngine::connect`]: where results go, and whether requests may say |
//! | `athena:StartQueryExecution` | workgroup | [`Engine::submit`] |
//! | `athena:BatchGetQueryExecution` | workgroup | [`Engine::poll`] |
//! | `athena:GetQueryResults` | workgroup | [`Engine::result`] |
//! | `athena:StopQueryExecution` | workgroup | [`Engine::cancel`] |
//! | `athena:ListQueryExecutions` | workgroup | [`Engine::find`]: a submission whose answer was lost |
//! | `athena:GetTableMetadata` | data catalog | [`AthenaEngine::table`], [`AthenaEngine::has_table`], [`Engine::place_of`] |
//! | `athena:ListTableMetadata` | data catalog | [`AthenaEngine::tables`], [`AthenaEngine::has_database`] |
//! | `s3:ListBucket` | the tables' buckets | [`AthenaEngine::listing`] |
//! | `s3:PutObject`, `s3:GetObject`, `s3:DeleteObject`, `s3:ListBucket` | the output location | [`Engine::put`], [`Engine::list`], [`Engine::remove`], long results |
//!
//! Athena itself asks Glue, S3 and the Key Management Service with the rights of whoever asks, so that they need those
//! permissions too: which ones follows from a plan's statements, and `explain --iam` says so
//! (<https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html>,
//! <https://docs.aws.amazon.com/athena/latest/ug/s3-permissions.html>).

mod cancel;
mod catalog;
mod client;
mod error;
mod examine;
mod file;
mod find;
mod finding;
mod options;
mod poll;
mod result;
mod submit;
mod token;
mod value;
mod workgroup;

use std::collections::{BTreeSet, HashMap};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::SystemTime;

use aws_config::SdkConfig;
use aws_sdk_athena::Client;
use aws_sdk_athena::config::SharedCredentialsProvider;

pub use examine::examine;
pub use finding::{Finding, Verdict};
pub use options::{AthenaOptions, PRIMARY};
pub use workgroup::Workgroup;

use super::aws::credentials::Chain;
pub use super::aws::{Encryption, Listing};
use super::aws::{Location, Sender, Store, listing, of_profile, s3_endpoint};
use super::{Engine, EngineError, ErrorClass, Kind, QueryId, ResultSet, State, Status, StoredFile, Submission};
use crate::catalog::{Table, with_slash};
use crate::types::Type;

/// The folder of the output for the files that Athena itself writes: results, and what goes with them.
const RESULTS: &str = "results/";

/// Athena.
#[derive(Debug)]
pub struct AthenaEngine {
    options: AthenaOptions,
    client: Client,
    store: Store,
    workgroup: Workgroup,
    region: String,
    /// The location under which the run writes, ending in `/`.
    output: Option<String>,
    /// What reading a result needs to know of queries that have succeeded: asking again would take from what the account
    /// may ask of all others.
    succeeded: Mutex<HashMap<QueryId, result::Succeeded>>,
    /// How many callers wait; the more there are, the longer each waits, since all of them ask.
    waiting: AtomicU32,
}

impl AthenaEngine {
    /// Finds out who asks, and asks the workgroup how it is set.
    ///
    /// # Errors
    ///
    /// There are no credentials or no Region, or the workgroup is not there or may not be looked at.
    pub async fn connect(options: AthenaOptions) -> Result<Self, EngineError> {
        Self::connect_as(options, None).await
    }

    /// Connects with credentials of the caller's, in the place of those that the environment has.
    ///
    /// # Errors
    ///
    /// As [`AthenaEngine::connect`].
    pub async fn connect_as(
        options: AthenaOptions,
        credentials: Option<SharedCredentialsProvider>,
    ) -> Result<Self, EngineError> {
        let configuration = client::configuration(&options, credentials).await?;
        Self::assembled(options, &configuration).await
    }

    /// An engine of a configuration that has a Region.
    async fn assembled(options: AthenaOptions, configuration: &SdkConfig) -> Result<Self, EngineError> {
        let client = client::athena(configuration, &options);
        let region = configuration.region().map(ToString::to_string).unwrap_or_default();
        let endpoint = s3_endpoint(configuration, options.s3_endpoint.as_deref());
        let owner = options.expected_bucket_owner.clone();
        let sender = Sender::new(Chain::new(configuration), region.clone(), endpoint, owner, options.second / 10)?;
        let store = Store::new(sender, options.encryption.clone());
        let workgroup = workgroup::workgroup(&client, &options.workgroup).await;
        let workgroup = workgroup.map_err(|error| of_profile(error, options.profile.as_deref()))?;
        let output = options.output.as_deref().map(with_slash).or_else(|| workgroup.output.clone());
        if let Some(output) = &output {
            Location::parse(output)?;
        }
        Ok(Self {
            options,
            region,
            client,
            store,
            workgroup,
            output,
            succeeded: Mutex::default(),
            waiting: AtomicU32::new(0),
        })
    }

    /// The workgroup's settings.
    pub fn workgroup(&self) -> &Workgroup {
        &self.workgroup
    }

    /// The Region.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The account that asks, as far as its credentials tell.
    ///
    /// # Errors
    ///
    /// There are none.
    pub async fn account(&self) -> Result<Option<String>, EngineError> {
        self.store.account().await
    }

    /// The location under which the run writes, ending in `/`: the one it was told, or else the
    /// workgroup's.
    ///
    /// # Errors
    ///
    /// There is neither.
    pub fn output(&self) -> Result<&str, EngineError> {
        let none = || {
            EngineError::new(ErrorClass::Configuration, "no output location is known").with_help(
                "give --output-location s3://BUCKET/PREFIX/, under which the run's tables and results are written",
            )
        };
        self.output.as_deref().ok_or_else(none)
    }

    /// What a table's folders hold, of some partitions or all of them.
    ///
    /// # Errors
    ///
    /// S3 cannot be reached, or does not let the table's bucket be listed.
    pub async fn listing(&self, table: &Table, wanted: Option<&BTreeSet<Vec<String>>>) -> Result<Listing, EngineError> {
        listing::list(&self.store, table, wanted).await
    }

    /// The texts of a query's rows as its result's file has them, which a long result is read from; none if there is no
    /// file, or it may not be read.
    ///
    /// # Errors
    ///
    /// Athena cannot be reached, or does not know the query.
    pub async fn result_file(&self, id: &QueryId) -> Result<Option<Vec<Vec<Option<String>>>>, EngineError> {
        result::in_file(self, id).await
    }

    /// Runs a statement of DDL to its end, beside any plan; one that was run before is run again.
    ///
    /// # Errors
    ///
    /// It fails, or Athena cannot be reached.
    pub async fn execute(&self, sql: &str) -> Result<QueryId, EngineError> {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let token = format!("beside any plan, at {}", now.as_nanos());
        let id = self.submit(&Submission { sql: sql.to_owned(), token, kind: Kind::Definition }).await?;
        let ids = [id];
        loop {
            let status = self.poll(&ids).await?.into_iter().next();
            match status.map(|status| status.state) {
                Some(State::Queued | State::Running) => self.wait(&ids).await,
                Some(State::Succeeded) => break,
                Some(State::Failed(error)) => return Err(error),
                Some(State::Cancelled) | None => {
                    return Err(EngineError::new(ErrorClass::Transient, format!("somebody cancelled {sql}")));
                }
            }
        }
        let [id] = ids;
        Ok(id)
    }

    /// Where results go; none where that is not for a request to say.
    fn results(&self) -> Option<String> {
        if self.workgroup.is_enforced || self.workgroup.is_managed {
            return None;
        }
        self.output.as_ref().map(|output| format!("{output}{RESULTS}"))
    }
}

/// One of those who wait, until it is dropped.
struct Waiting<'a> {
    all: &'a AtomicU32,
    count: u32,
}

impl<'a> Waiting<'a> {
    fn one_more(all: &'a AtomicU32) -> Self {
        Self { all, count: all.fetch_add(1, Ordering::Relaxed) + 1 }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.all.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Engine for AthenaEngine {
    async fn submit(&self, submission: &Submission) -> Result<QueryId, EngineError> {
        submit::submit(self, submission).await
    }

    async fn find(&self, sql: &str, since: SystemTime) -> Result<Option<QueryId>, EngineError> {
        find::find(self, sql, since).await
    }

    async fn poll(&self, ids: &[QueryId]) -> Result<Vec<Status>, EngineError> {
        poll::poll(self, ids).await
    }

    async fn wait(&self, _ids: &[QueryId]) {
        let waiting = Waiting::one_more(&self.waiting);
        // Ten questions a second are what every account has.
        tokio::time::sleep(self.options.pause * waiting.count.div_ceil(4)).await;
    }

    async fn result(&self, id: &QueryId, columns: &[Type]) -> Result<ResultSet, EngineError> {
        result::result(self, id, columns).await
    }

    async fn cancel(&self, id: &QueryId) -> Result<(), EngineError> {
        cancel::cancel(self, id).await
    }

    async fn put(&self, location: &str, bytes: Vec<u8>) -> Result<(), EngineError> {
        self.store.put(location, bytes).await
    }

    async fn list(&self, location: &str) -> Result<Vec<StoredFile>, EngineError> {
        self.store.files(location).await
    }

    async fn remove(&self, location: &str) -> Result<usize, EngineError> {
        self.store.remove_inside(location, self.output()?).await
    }

    async fn place_of(&self, table: &str) -> Result<Option<String>, EngineError> {
        self.location_of(table).await
    }

    fn slots(&self, kind: Kind) -> usize {
        match kind {
            // Definitions have a quota of their own, which is the least one wherever the other is more.
            Kind::Definition => self.options.slots().min(options::LEAST_QUOTA),
            Kind::Query | Kind::Store => self.options.slots(),
        }
    }

    fn batch(&self) -> usize {
        poll::BATCH
    }

    fn tags(&self) -> bool {
        true
    }

    fn places_tables(&self) -> bool {
        !self.workgroup.is_enforced && !self.workgroup.is_managed
    }

    fn carries(&self, ty: &Type) -> bool {
        value::is_readable(ty)
    }
}
