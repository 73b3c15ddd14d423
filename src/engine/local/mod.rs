//! The embedded engine: a small Athena over local folders.
//!
//! It takes the statements' text that Athena would get, parses and binds it with the compiler's own
//! front end, and lets DataFusion plan and execute what was bound. What it lacks it refuses by name.

pub mod arrow;
mod builder;
mod check;
mod functions;
mod jobs;
mod listing;
mod lower;
mod options;
mod own;
pub mod scan;
mod statements;
pub mod store;
mod tables;
mod write;

pub use builder::ColumnBuilder;
pub use check::lacks;
pub use functions::{Dependence, FunctionReport, functions};
pub use listing::{is_mapped, list};
pub use options::LocalOptions;
pub use write::parquet_file;

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::{Semaphore, watch};

use self::jobs::Job;
use self::scan::ScanContext;
use self::statements::Statement;
use self::store::{Mapping, Store};
use self::tables::Tables;
use super::{Engine, EngineError, ErrorClass, Kind, QueryId, ResultSet, State, Status, StoredFile, Submission};
use crate::bind;
use crate::catalog::TableRef;
use crate::types::Type;

/// How long [`Engine::wait`] waits at most.
const WAIT: Duration = Duration::from_secs(1);

/// The embedded engine.
#[derive(Debug)]
pub struct LocalEngine {
    shared: Arc<Shared>,
    jobs: Mutex<Jobs>,
    slots: Arc<Semaphore>,
    /// Names this engine's queries apart from those of other processes.
    session: u128,
    next: AtomicU64,
}

/// What all statements share.
#[derive(Debug)]
struct Shared {
    options: LocalOptions,
    store: Arc<Store>,
    tables: Tables,
    /// Counts statements that ended.
    ended: watch::Sender<u64>,
}

impl Shared {
    /// What the scans of one statement share.
    fn scan_context(&self) -> ScanContext {
        let options = &self.options;
        ScanContext::new(self.store.clone(), options.skip_bad_files, options.threads, options.now)
    }
}

#[derive(Debug, Default)]
struct Jobs {
    by_id: BTreeMap<QueryId, Arc<Job>>,
    by_token: HashMap<String, QueryId>,
}

impl LocalEngine {
    /// An engine over the mapped folders. The output folder is made if it is not there, private to
    /// the user.
    ///
    /// # Errors
    ///
    /// A location is none of S3, a mapped folder is not there, the output folder cannot be made, or two
    /// existing tables have one name.
    pub fn new(options: LocalOptions) -> Result<Self, EngineError> {
        let directory = &options.output.directory;
        store::create_private_directory(directory).map_err(|error| {
            let message = format!("{}: the output folder cannot be made: {error}", directory.display());
            EngineError::new(ErrorClass::Data, message)
        })?;
        let mappings: Vec<Mapping> = options.maps.iter().chain([&options.output]).cloned().collect();
        let store = Arc::new(Store::new(&mappings)?);
        let slots = Arc::new(Semaphore::new(options.slots));
        let tables = Tables::default();
        options.existing.iter().try_for_each(|table| tables.create(table.clone()))?;
        let shared = Shared { options, store, tables, ended: watch::Sender::new(0) };
        let session = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_nanos());
        Ok(Self { shared: Arc::new(shared), jobs: Mutex::default(), slots, session, next: AtomicU64::new(0) })
    }

    /// The folders that stand for locations, to list what a plan will read.
    pub fn store(&self) -> &Store {
        &self.shared.store
    }

    /// Lets statements read a table that none of them has created, such as one of a catalog that is
    /// kept elsewhere. A table of that name is replaced.
    pub fn put_table(&self, table: TableRef) {
        self.shared.tables.put(table);
    }

    /// A table as statements have left it.
    pub fn table(&self, name: &str) -> Option<TableRef> {
        bind::Tables::table(&self.shared.tables, name)
    }

    fn job(&self, id: &QueryId) -> Result<Arc<Job>, EngineError> {
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.by_id
            .get(id)
            .cloned()
            .ok_or_else(|| EngineError::new(ErrorClass::Lost, format!("QueryExecution {id} was not found")))
    }

    fn start(&self, statement: Statement, id: &QueryId) -> Arc<Job> {
        let context = Arc::new(self.shared.scan_context());
        let job = Arc::new(Job::new(statement.sql().to_owned(), context.clone()));
        let (shared, slots, own) = (self.shared.clone(), self.slots.clone(), job.clone());
        let id = id.clone();
        let work = tokio::spawn(async move {
            let slot = slots.acquire_owned().await;
            own.set(State::Running);
            let result = statement.execute(&shared, context, &id).await;
            drop(slot);
            result
        });
        job.abort_with(work.abort_handle());
        let (shared, own) = (self.shared.clone(), job.clone());
        tokio::spawn(async move {
            own.finish(work.await);
            shared.ended.send_modify(|ended| *ended += 1);
        });
        job
    }
}

impl Engine for LocalEngine {
    async fn submit(&self, submission: &Submission) -> Result<QueryId, EngineError> {
        let Submission { sql, token, .. } = submission;
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(id) = jobs.by_token.get(token) {
            let same = jobs.by_id.get(id).is_some_and(|job| job.sql() == sql.as_str());
            let mismatch = || EngineError::new(ErrorClass::Statement, "Idempotent parameters do not match");
            return if same { Ok(id.clone()) } else { Err(mismatch()) };
        }
        let statement = Statement::parse(sql)?;
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let id = QueryId(format!("local-{:x}-{number}", self.session));
        let job = self.start(statement, &id);
        jobs.by_id.insert(id.clone(), job);
        jobs.by_token.insert(token.clone(), id.clone());
        Ok(id)
    }

    async fn find(&self, sql: &str, since: SystemTime) -> Result<Option<QueryId>, EngineError> {
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        let rank = |job: &Job| match job.status().state {
            State::Succeeded => 2,
            State::Queued | State::Running => 1,
            State::Failed(_) | State::Cancelled => 0,
        };
        let found = jobs.by_id.iter().filter(|(_, job)| job.sql() == sql && job.submitted() >= since);
        Ok(found.max_by_key(|(_, job)| (rank(job), job.submitted())).map(|(id, _)| id.clone()))
    }

    async fn poll(&self, ids: &[QueryId]) -> Result<Vec<Status>, EngineError> {
        ids.iter().map(|id| self.job(id).map(|job| job.status())).collect()
    }

    async fn wait(&self, ids: &[QueryId]) {
        let mut ended = self.shared.ended.subscribe();
        let any_ended = ids.iter().any(|id| self.job(id).is_ok_and(|job| job.has_ended()));
        if !any_ended {
            let _ = tokio::time::timeout(WAIT, ended.changed()).await;
        }
    }

    async fn result(&self, id: &QueryId, _columns: &[Type]) -> Result<ResultSet, EngineError> {
        self.job(id)?.result()
    }

    async fn cancel(&self, id: &QueryId) -> Result<(), EngineError> {
        self.job(id)?.abort();
        Ok(())
    }

    async fn put(&self, location: &str, bytes: Vec<u8>) -> Result<(), EngineError> {
        write::put(&self.shared.store, location, &bytes)
    }

    async fn list(&self, location: &str) -> Result<Vec<StoredFile>, EngineError> {
        own::list(&self.shared.store, location)
    }

    async fn remove(&self, location: &str) -> Result<usize, EngineError> {
        own::remove(&self.shared.store, &self.shared.options.output, location)
    }

    async fn place_of(&self, table: &str) -> Result<Option<String>, EngineError> {
        Ok(self.table(table).map(|table| table.storage.location.clone()))
    }

    fn slots(&self, _kind: Kind) -> usize {
        self.shared.options.slots
    }

    fn lacks(&self, statements: &[String]) -> Vec<Vec<EngineError>> {
        let options = &self.shared.options;
        check::lacks(statements, &options.existing, options.dialect, options.now)
    }
}
