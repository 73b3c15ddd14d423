//! One statement's way through the compiler's front end and the embedded engine.
//!
//! Every execution has an engine of its own, with the tables that it names and a folder for what it
//! writes: what a statement leaves is seen by nobody before the execution has succeeded.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use athplan::bind::spec::{BoundSpec, BoundStatementKind};
use athplan::bind::{BindError, BindOptions, bind};
use athplan::catalog::{Layout, TableRef};
use athplan::compile;
use athplan::constant::{Value, Zone};
use athplan::engine::local::store::Mapping;
use athplan::engine::local::{LocalEngine, LocalOptions};
use athplan::engine::{self, Engine, EngineError, ErrorClass, ResultSet, State, Submission};
use athplan::expand::{Need, World};
use athplan::plan::Settings;
use athplan::source::Span;
use athplan::types::Dialect;

use super::{Execution, Failure};
use crate::emulator::Shared;
use crate::emulator::calls::{Caller, Denied};
use crate::emulator::catalog::{CATALOG, NOWHERE, SessionTables, TableName};
use crate::emulator::statement::{Kind, Parsed};

/// Where the embedded engine writes, under the execution's own folder.
pub const STAGING: &str = "s3://emulated-staging/";

/// A statement and what it sees.
pub struct Session<'a> {
    /// The emulator.
    pub shared: &'a Shared,
    /// The execution.
    pub execution: &'a Execution,
    /// The tables it may name.
    pub tables: SessionTables,
    /// The folder that it writes to.
    pub staging: PathBuf,
}

/// What the embedded engine made of a text.
pub struct Ran {
    /// The engine, with the tables that the text made.
    pub engine: LocalEngine,
    /// The rows.
    pub result: ResultSet,
    /// Bytes read.
    pub scanned: u64,
}

impl<'a> Session<'a> {
    /// A session for an execution.
    pub fn new(shared: &'a Shared, execution: &'a Execution) -> Self {
        let tables = shared.catalog.session(execution.request.database.as_deref());
        let staging = shared.folders.staging.join(&execution.id);
        Self { shared, execution, tables, staging }
    }

    /// Binds what the front end read.
    ///
    /// # Errors
    ///
    /// As Athena finds it wrong, or the caller may not see the tables.
    pub fn bind(&self, parsed: &Parsed) -> Result<BoundStatementKind, Failure> {
        if let Some(catalog) = self.unknown_catalog() {
            return Err(match self.execution.statement.kind {
                Kind::CreateTableAs | Kind::Insert => {
                    Failure::new(2, 1300, format!("NOT_FOUND: Session property catalog does not exist: {catalog}. "))
                }
                _ => {
                    let reason = format!("CATALOG_NOT_FOUND: line 1:1: Catalog '{catalog}' does not exist");
                    Failure::new(2, 1006, reason)
                }
            });
        }
        self.bind_definition(parsed, |errors| {
            Failure::of_binding(&self.execution.statement.text, errors, |name| self.missing(name))
        })
    }

    /// Binds a statement of Hive's: a catalog that does not exist is taken for the default one.
    ///
    /// # Errors
    ///
    /// As the caller finds it wrong, or the caller of Athena may not see the tables.
    pub fn bind_definition(
        &self,
        parsed: &Parsed,
        wrong: impl FnOnce(&[BindError]) -> Failure,
    ) -> Result<BoundStatementKind, Failure> {
        let arguments = BTreeMap::new();
        let options = BindOptions {
            dialect: Dialect::Athena,
            now: Value::TimestampWithTimeZone(self.now(), Zone::Offset(0)),
            arguments: &arguments,
            catalog: &self.tables,
        };
        let bound = bind(&parsed.spec, parsed.source.clone(), &options).map_err(|errors| wrong(&errors))?;
        self.permit(&bound).map_err(|denied| Failure::denied(&denied.resource))?;
        let statement = bound.statements.into_iter().next();
        statement
            .map(|statement| statement.kind)
            .ok_or_else(|| Failure::new(2, 1200, "NOT_SUPPORTED: Queries of this type are not supported"))
    }

    /// Runs a text whose named tables have been bound.
    ///
    /// # Errors
    ///
    /// As Athena finds it wrong while it runs.
    pub async fn run(&self, text: &str) -> Result<Ran, (Failure, u64)> {
        let failed = |error: &EngineError| Failure::of_engine(text, error);
        let engine = self.engine().map_err(|error| (failed(&error), 0))?;
        for table in self.tables.used() {
            engine.put_table(table);
        }
        let token = self.execution.id.clone();
        let submission = Submission { sql: text.to_owned(), token, kind: engine::Kind::Query };
        let id = engine.submit(&submission).await.map_err(|error| (failed(&error), 0))?;
        let ids = [id.clone()];
        loop {
            let status = engine.poll(&ids).await.map_err(|error| (failed(&error), 0))?.remove(0);
            let scanned = status.bytes_scanned;
            match status.state {
                State::Queued | State::Running => engine.wait(&ids).await,
                State::Failed(error) => return Err((failed(&error), scanned)),
                State::Cancelled => {
                    let error = EngineError::new(ErrorClass::Transient, "the embedded engine was stopped");
                    return Err((failed(&error), scanned));
                }
                State::Succeeded => {
                    let result = engine.result(&id, &[]).await.map_err(|error| (failed(&error), scanned))?;
                    return Ok(Ran { engine, result, scanned });
                }
            }
        }
    }

    fn engine(&self) -> Result<LocalEngine, EngineError> {
        let mut options = LocalOptions::new(&self.staging, self.now());
        options.output.location = STAGING.to_owned();
        options.threads = 2;
        options.slots = 1;
        options.maps = vec![Mapping { location: NOWHERE.to_owned(), directory: self.shared.folders.nowhere.clone() }];
        let buckets = self.shared.folders.buckets().into_iter();
        options.maps.extend(buckets.map(|(name, directory)| Mapping { location: format!("s3://{name}"), directory }));
        LocalEngine::new(options)
    }

    /// The time of the statement, in picoseconds since the epoch and whole milliseconds.
    #[allow(clippy::cast_possible_truncation, reason = "milliseconds of this century fit many times over")]
    fn now(&self) -> i128 {
        if let Some(now) = self.shared.now {
            return i128::from(now) * 1_000_000_000_000;
        }
        let seconds = self.shared.clock.timestamp(self.execution.submitted);
        (seconds * 1000.0).floor() as i128 * 1_000_000_000
    }

    /// The context's catalog, if there is none of that name: queries fail by it.
    pub fn unknown_catalog(&self) -> Option<&str> {
        self.execution.request.catalog.as_deref().filter(|catalog| !catalog.eq_ignore_ascii_case(CATALOG))
    }

    /// What is missing, if a table is.
    fn missing(&self, name: &str) -> String {
        let parts: Vec<String> = name.split('.').map(str::to_owned).collect();
        let name = TableName::resolve(&parts, self.execution.request.database.as_deref());
        if self.shared.catalog.entry(&name).is_some() {
            format!("the emulator does not read views: {}", name.dotted())
        } else if self.shared.catalog.has_database(&name.database) {
            format!("Table '{CATALOG}.{}' does not exist", name.dotted())
        } else {
            format!("Schema '{}' does not exist", name.database)
        }
    }

    /// Notes what reading the named tables needs.
    fn permit(&self, bound: &BoundSpec) -> Result<(), Denied> {
        let folders = self.folders(bound);
        let is_definition = |kind: &BoundStatementKind| {
            matches!(kind, BoundStatementKind::DeclareTable(_) | BoundStatementKind::AddPartitions(..))
        };
        let reads = !bound.statements.iter().all(|statement| is_definition(&statement.kind));
        for table in self.tables.used() {
            let parts: Vec<String> = table.name.split('.').map(str::to_owned).collect();
            let name = TableName::resolve(&parts, self.execution.request.database.as_deref());
            self.shared.glue("GetTable", &name)?;
            if matches!(table.layout, Layout::Registered(_)) {
                self.shared.glue("GetPartitions", &name)?;
            }
            let read = folders.get(&table.name).cloned().unwrap_or_else(|| locations(&table));
            for location in read.iter().filter(|_| reads) {
                self.shared.note_read(location)?;
            }
        }
        Ok(())
    }

    /// The partitions of each table that the statement's own predicates leave, where they leave not all.
    fn folders(&self, bound: &BoundSpec) -> BTreeMap<String, Vec<String>> {
        let seconds = self.now().div_euclid(1_000_000_000_000);
        let settings = Settings {
            now: i64::try_from(seconds).unwrap_or_default(),
            slack: None,
            allow_full_scan: BTreeSet::new(),
            merge: true,
            places_tables: true,
            add_partitions: false,
            replaces_tables: false,
        };
        let mut bound = bound.clone();
        for statement in &mut bound.statements {
            // What a spec does not write itself, athplan's statements do: the query in them is what reads.
            if let BoundStatementKind::Unload { query, .. } | BoundStatementKind::Materialise { query, .. } =
                &statement.kind
            {
                statement.kind = BoundStatementKind::Query(query.clone());
            }
        }
        let Ok(compiled) = compile(bound, settings, World::default()) else { return BTreeMap::new() };
        let mut folders: BTreeMap<String, Option<Vec<String>>> = BTreeMap::new();
        for scan in compiled.plan.scans.values() {
            let need = compiled.needs.get(&scan.relation).filter(|need| need.is_restricted);
            let tuples = |need: &Need| {
                let tuples = need.set.tuples.iter();
                tuples.map(|values| scan.table.partition_location(values)).collect::<Vec<_>>()
            };
            match (folders.get_mut(&scan.table.name), need.map(tuples)) {
                (Some(Some(all)), Some(own)) => all.extend(own),
                (_, own) => drop(folders.insert(scan.table.name.clone(), own)),
            }
        }
        folders.into_iter().filter_map(|(name, folders)| Some((name, folders?))).collect()
    }
}

impl Shared {
    /// Notes a call of Athena's to the data catalog: on the table, and on all that is above it
    /// (<https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html>).
    pub fn glue(&self, operation: &str, name: &TableName) -> Result<(), Denied> {
        let TableName { database, table } = name;
        let above = ["catalog".to_owned(), format!("database/{database}")];
        let note = |action: &str, resource: &str| {
            self.calls.note(self.clock.now(), Caller::Athena, action, &self.calls.arn("glue", resource))
        };
        for resource in &above {
            note("glue:GetDatabase", resource)?;
        }
        let action = format!("glue:{operation}");
        above.iter().chain([&format!("table/{database}/{table}")]).try_for_each(|resource| note(&action, resource))
    }

    /// Notes that Athena reads what lies under a location.
    fn note_read(&self, location: &str) -> Result<(), Denied> {
        let path = location.trim_start_matches("s3://");
        let bucket = path.split('/').next().unwrap_or_default();
        let now = self.clock.now();
        let prefix = path.split_once('/').map_or("", |(_, prefix)| prefix);
        self.calls.note(now, Caller::Athena, "s3:GetBucketLocation", &format!("arn:aws:s3:::{bucket}"))?;
        self.calls.note_listing(now, Caller::Athena, bucket, prefix)?;
        self.calls.note(now, Caller::Athena, "s3:GetObject", &format!("arn:aws:s3:::{path}"))
    }
}

/// Where the files of a table lie.
fn locations(table: &TableRef) -> Vec<String> {
    let mut locations: Vec<String> = match &table.layout {
        Layout::Registered(entries) => entries.iter().filter_map(|entry| entry.location.clone()).collect(),
        Layout::Flat | Layout::Projection { .. } => Vec::new(),
    };
    if table.storage.location != NOWHERE {
        locations.push(table.listing_prefix().to_owned());
    }
    locations.retain(|location| !location.is_empty());
    locations
}

/// A text with another in the place of a part.
pub fn replaced(text: &str, span: Span, by: &str) -> String {
    format!("{}{by}{}", &text[..span.start], &text[span.end..])
}
