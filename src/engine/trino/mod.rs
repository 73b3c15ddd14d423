//! A Trino of the user's own: statements through its client protocol, files through S3.
//!
//! The protocol is small, and spoken here (<https://trino.io/docs/current/develop/client-protocol.html>): the crate
//! that speaks it, trino-rust-client, brings a second HTTP client, a second cryptography library and a second kind of
//! decimal with it.
//!
//! What differs from Athena:
//!
//! - A query lives while somebody asks for its pages. So each statement has a task that asks (`follow`), and a process
//!   that has died takes its queries' rows with it: who takes the run up asks anew. What was stored stays.
//! - There are no request tokens. A statement that was posted does not begin before its first page is asked for, so that
//!   one whose answer was lost is posted again without harm; and what stores rows is refused where files lie already, so
//!   that two attempts never share a place. Each row comes once; a statement may run twice.
//! - A server that starts anew has forgotten its queries. Their attempts are lost, and begun anew elsewhere.
//! - Hive's DDL and UNLOAD become other statements, one or several (`translate`), that run under the id of the first.
//! - Nobody bills by the byte.

mod catalog;
mod client;
mod error;
mod find;
mod follow;
mod options;
mod protocol;
mod result;
mod session;
mod text;
mod tls;
mod translate;
mod value;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use aws_credential_types::provider::SharedCredentialsProvider;
use tokio::sync::Notify;
use tokio::task::JoinSet;

pub use options::{Authentication, SLOTS, TrinoOptions};

use self::client::Client;
use self::follow::Followed;
use self::translate::{Check, Script, string, translate};
use super::aws::credentials::Chain;
use super::aws::{Listing, Location, Sender, Store, listing, load, no_region, of_profile, s3_endpoint};
use super::{Engine, EngineError, ErrorClass, Kind, QueryId, ResultSet, State, Status, StoredFile, Submission};
use crate::catalog::{Table, with_slash};
use crate::types::Type;

/// How long those who wait for a statement's end do so before they look again.
const PAUSE: u32 = 2;

/// A Trino.
#[derive(Debug)]
pub struct TrinoEngine {
    options: TrinoOptions,
    client: Arc<Client>,
    store: Store,
    version: String,
    known: Mutex<Known>,
    news: Arc<Notify>,
}

/// The statements that this process has sent, and the tasks that follow them; dropped, the tasks end.
#[derive(Debug, Default)]
struct Known {
    by_token: HashMap<String, QueryId>,
    by_id: HashMap<QueryId, Arc<Followed>>,
    tasks: JoinSet<()>,
    /// Tables of whose partitions nobody knows where they lie.
    unplaced: BTreeSet<String>,
}

impl TrinoEngine {
    /// Finds the server, and who asks S3.
    ///
    /// # Errors
    ///
    /// The server is not there or does not believe who asks, the output is no location of S3, or there is no Region for it.
    pub async fn connect(options: TrinoOptions) -> Result<Self, EngineError> {
        Self::connect_as(options, None).await
    }

    /// Connects with credentials of the caller's for S3, in the place of those that the environment has.
    ///
    /// # Errors
    ///
    /// As [`TrinoEngine::connect`].
    pub async fn connect_as(
        options: TrinoOptions,
        credentials: Option<SharedCredentialsProvider>,
    ) -> Result<Self, EngineError> {
        let client = Client::new(&options)?;
        let version = client.version().await?;
        let output = options.output.as_deref().map(with_slash);
        if let Some(output) = &output {
            Location::parse(output)?;
        }
        let client = session::begin(client, &options.catalog).await?;
        let options = TrinoOptions { output, ..options };
        let store =
            store(&options, credentials).await.map_err(|error| of_profile(error, options.profile.as_deref()))?;
        let (client, known, news) = (Arc::new(client), Mutex::default(), Arc::default());
        Ok(Self { options, client, store, version, known, news })
    }

    /// The server's version.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// What it was made with.
    pub fn options(&self) -> &TrinoOptions {
        &self.options
    }

    /// The location under which the run writes, ending in `/`.
    ///
    /// # Errors
    ///
    /// None was given.
    pub fn output(&self) -> Result<&str, EngineError> {
        let none = || {
            EngineError::new(ErrorClass::Configuration, "no output location is known").with_help(
                "give --output-location s3://BUCKET/PREFIX/, under which the run's tables are written, by the server and by athplan",
            )
        };
        self.options.output.as_deref().ok_or_else(none)
    }

    /// What a table's folders hold, of some partitions or all of them.
    ///
    /// # Errors
    ///
    /// S3 cannot be reached, or does not let the table's bucket be listed.
    pub async fn listing(&self, table: &Table, wanted: Option<&BTreeSet<Vec<String>>>) -> Result<Listing, EngineError> {
        if self.known().unplaced.contains(&table.name) {
            return Ok(Listing { files: Vec::new(), has_others: true, is_unknown: true });
        }
        listing::list(&self.store, table, wanted).await
    }

    /// Runs a statement of Trino's own to its end, beside any plan.
    ///
    /// # Errors
    ///
    /// It fails, or the server cannot be reached.
    pub async fn execute(&self, sql: &str) -> Result<ResultSet, EngineError> {
        session::execute(&self.client, sql, Arc::clone(&self.news)).await
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn followed(&self, id: &QueryId) -> Option<Arc<Followed>> {
        self.known().by_id.get(id).map(Arc::clone)
    }

    async fn start(&self, submission: &Submission) -> Result<QueryId, EngineError> {
        if let Some(id) = self.known().by_token.get(&submission.token) {
            return Ok(id.clone());
        }
        let sql = submission.sql.as_str();
        let Script { work, checks, steps } = translate(sql, self.options.dialect, &find::scratch(sql))?;
        for check in &checks {
            self.hold(check).await?;
        }
        let mark = find::mark(work, sql, &submission.token);
        let Some(step) = steps.first() else {
            return Err(EngineError::new(ErrorClass::Statement, "the statement is empty"));
        };
        let first = self.client.post(step.text.as_str(), &mark).await?;
        let id = QueryId(first.id.clone());
        let followed = Arc::new(Followed::new(Arc::clone(&self.news)));
        let (client, own) = (Arc::clone(&self.client), Arc::clone(&followed));
        let mut known = self.known();
        known.by_token.insert(submission.token.clone(), id.clone());
        known.by_id.insert(id.clone(), followed);
        known.tasks.spawn(async move { own.follow(&client, &steps, &mark, first).await });
        Ok(id)
    }

    /// Sees to it that something holds.
    async fn hold(&self, check: &Check) -> Result<(), EngineError> {
        match check {
            Check::Empty(location) => {
                if self.list(location).await?.is_empty() {
                    return Ok(());
                }
                // As Athena says it.
                let message = format!("HIVE_PATH_ALREADY_EXISTS: files lie in {location} already");
                Err(EngineError::new(ErrorClass::Exists, message))
            }
            Check::External(table) => match self.place(table).await? {
                Some(place) if place.is_managed => {
                    let message =
                        format!("dropping the table `{table}` would delete its files: it is managed by the catalog");
                    let help = "drop or rename it yourself, or name another table";
                    Err(EngineError::new(ErrorClass::Statement, message).with_help(help))
                }
                _ => Ok(()),
            },
        }
    }
}

/// The S3 behind the tables.
async fn store(options: &TrinoOptions, credentials: Option<SharedCredentialsProvider>) -> Result<Store, EngineError> {
    let (region, profile) = (options.region.as_deref(), options.profile.as_deref());
    let configuration = load(region, profile, options.second, credentials).await;
    let endpoint = s3_endpoint(&configuration, options.s3_endpoint.as_deref());
    let region = match configuration.region() {
        Some(region) => region.to_string(),
        // What stands for S3 elsewhere has no Regions.
        None if endpoint.is_some() => "us-east-1".to_owned(),
        None => return Err(no_region()),
    };
    let owner = options.expected_bucket_owner.clone();
    let sender = Sender::new(Chain::new(&configuration), region, endpoint, owner, options.second / 10)?;
    Ok(Store::new(sender, options.encryption.clone()))
}

impl Engine for TrinoEngine {
    async fn submit(&self, submission: &Submission) -> Result<QueryId, EngineError> {
        self.start(submission).await
    }

    async fn find(&self, sql: &str, _since: SystemTime) -> Result<Option<QueryId>, EngineError> {
        find::find(self, sql).await
    }

    async fn poll(&self, ids: &[QueryId]) -> Result<Vec<Status>, EngineError> {
        let mut statuses = Vec::with_capacity(ids.len());
        for id in ids {
            statuses.push(match self.followed(id) {
                Some(followed) => followed.status(),
                None => find::orphaned(self, id).await?,
            });
        }
        Ok(statuses)
    }

    async fn wait(&self, ids: &[QueryId]) {
        let news = self.news.notified();
        tokio::pin!(news);
        news.as_mut().enable();
        let is_open = |id: &QueryId| self.followed(id).is_some_and(|followed| !followed.status().state.has_ended());
        if ids.iter().all(is_open) {
            let pause = (self.options.second / PAUSE).max(Duration::from_millis(1));
            // Whoever waits wants to know how far it is, too.
            let _ = tokio::time::timeout(pause, news).await;
        }
    }

    async fn result(&self, id: &QueryId, columns: &[Type]) -> Result<ResultSet, EngineError> {
        let Some(followed) = self.followed(id) else {
            return Err(error::lost(&id.0, "the process that asked for its rows has gone"));
        };
        match followed.status().state {
            State::Succeeded => result::typed(followed.rows(), columns),
            State::Failed(error) => Err(error),
            State::Cancelled => Err(error::lost(&id.0, "it was stopped")),
            State::Queued | State::Running => {
                Err(EngineError::new(ErrorClass::Transient, format!("the query {id} has not ended")))
            }
        }
    }

    async fn cancel(&self, id: &QueryId) -> Result<(), EngineError> {
        match self.followed(id) {
            Some(followed) => {
                followed.stop().await;
                Ok(())
            }
            None => find::stop(self, id).await,
        }
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
        Ok(self.place(table).await?.map(|place| place.location))
    }

    async fn tidy(&self, run: &str) -> Result<(), EngineError> {
        let beginning = find::scratch_of(run);
        let text = format!(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = {} AND substr(table_name, 1, {}) = {}",
            string(&self.options.schema),
            beginning.len(),
            string(&beginning)
        );
        for row in self.execute(&text).await?.rows {
            if let [crate::constant::Value::Varchar(name)] = row.as_slice() {
                self.execute(&format!("DROP TABLE IF EXISTS {}", translate::name(name))).await?;
            }
        }
        Ok(())
    }

    fn slots(&self, _kind: Kind) -> usize {
        self.options.slots.unwrap_or(SLOTS).max(1)
    }

    fn lacks(&self, statements: &[String]) -> Vec<Vec<EngineError>> {
        let lacks = |sql: &String| match translate(sql, self.options.dialect, &find::scratch(sql)) {
            Err(error) if error.class == ErrorClass::Unsupported => vec![error],
            _ => Vec::new(),
        };
        statements.iter().map(lacks).collect()
    }

    fn tags(&self) -> bool {
        true
    }

    /// A server hands the rows of a query to who asked for them, once.
    fn keeps_results(&self) -> bool {
        false
    }

    /// Each attempt's rows are stored by themselves, and a table is made over those of the attempt that succeeded.
    fn places_tables(&self) -> bool {
        false
    }

    fn carries(&self, ty: &Type) -> bool {
        value::is_readable(ty)
    }
}
