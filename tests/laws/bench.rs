//! Compiling and running a spec as the command line does it, in a temporary folder.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use athplan::bind::spec::BoundStatementKind;
use athplan::bind::{BindOptions, Tables};
use athplan::catalog::{Inventory, ListedFile, Table, read_file};
use athplan::constant::{Value, Zone, format};
use athplan::engine::local::store::{Mapping, Store};
use athplan::engine::local::{LocalEngine, LocalOptions, list};
use athplan::engine::{Engine, ErrorClass, ResultSet};
use athplan::expand::World;
use athplan::plan::Settings;
use athplan::run::{Outcome, RunError, RunOptions, run};
use athplan::source::Source;
use athplan::types::Dialect;
use athplan::{Compiled, compile, front, scanned_tables};
use tempfile::TempDir;

use super::model::{Parameter, Spec};

/// The location that stands for the output folder.
pub const OUTPUT: &str = "s3://output/";

/// The id of every run.
pub const RUN: &str = "r1";

/// What a spec is compiled with.
#[derive(Debug, Clone)]
pub struct Options {
    /// Seconds since the epoch.
    pub now: i64,
    /// Whether driver rows are merged.
    pub merge: bool,
    /// `--slack`.
    pub slack: Option<i64>,
    /// How many statements may run side by side.
    pub slots: usize,
    /// What each file's size counts: with large figures partitions are spread over statements.
    pub bytes_a_byte: u64,
    /// Whether listed files come in another order.
    pub reversed_listing: bool,
    /// Parameters.
    pub arguments: BTreeMap<String, String>,
    /// How many threads a statement has.
    pub threads: usize,
    /// Whether CREATE TABLE AS says where its rows lie.
    pub places_tables: bool,
    /// Tables that exist already.
    pub existing: Vec<Arc<Table>>,
}

/// Existing tables as a catalog.
struct Existing<'a>(&'a [Arc<Table>]);

impl Tables for Existing<'_> {
    fn table(&self, name: &str) -> Option<Arc<Table>> {
        self.0.iter().find(|table| table.name == name).cloned()
    }

    fn names(&self) -> Vec<String> {
        self.0.iter().map(|table| table.name.clone()).collect()
    }
}

impl Options {
    /// As the command line has it without options.
    pub fn new(now: i64) -> Options {
        Options {
            now,
            merge: true,
            slack: None,
            slots: 2,
            bytes_a_byte: 1,
            reversed_listing: false,
            arguments: BTreeMap::new(),
            threads: 1,
            places_tables: true,
            existing: Vec::new(),
        }
    }

    /// With a generated spec's parameters.
    pub fn with_parameters(mut self, spec: &Spec) -> Options {
        let told = |value: &Parameter| match value {
            Parameter::Text(text) => text.clone(),
            Parameter::List(list) => serde_json::json!(list).to_string(),
        };
        self.arguments = spec.parameters.iter().map(|(name, value)| (name.clone(), told(value))).collect();
        self
    }

    /// One statement a row.
    pub fn row_by_row(mut self) -> Options {
        self.merge = false;
        self
    }
}

/// Why a spec gave no rows.
#[derive(Debug)]
pub enum Failure {
    /// A part that is refused by name, before or while it runs.
    Refused(String),
    /// Anything else: the spec was good.
    Broken(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Refused(message) => write!(f, "refused: {message}"),
            Failure::Broken(message) => write!(f, "broken: {message}"),
        }
    }
}

/// A bucket, the spec's local files, and room for output.
pub struct Bench {
    folder: TempDir,
    runs: AtomicUsize,
}

impl Bench {
    /// An empty one.
    pub fn new() -> Bench {
        Bench::under(&std::env::temp_dir())
    }

    /// An empty one in a folder of its own below another.
    pub fn under(root: &Path) -> Bench {
        let folder = tempfile::Builder::new().prefix("bench").tempdir_in(root).expect("a temporary folder");
        for name in ["bucket", "files"] {
            std::fs::create_dir(folder.path().join(name)).expect("the folder is new");
        }
        Bench { folder, runs: AtomicUsize::new(0) }
    }

    /// The folder that holds all of it.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The folder that stands for `s3://bucket`.
    pub fn bucket(&self) -> PathBuf {
        self.folder.path().join("bucket")
    }

    /// The folder that the spec's local files are relative to.
    pub fn files(&self) -> PathBuf {
        self.folder.path().join("files")
    }

    fn mappings(&self) -> Vec<Mapping> {
        vec![Mapping { location: "s3://bucket".to_owned(), directory: self.bucket() }]
    }

    /// Compiles a spec with what the bucket holds.
    pub fn compile(&self, text: &str, options: &Options) -> Result<Compiled, Failure> {
        let store = Store::new(&self.mappings()).expect("the folder is there");
        let list = |table: &Table| list(&store, table).expect("the folder can be read").unwrap_or_default();
        self.compile_listed(text, options, &list)
    }

    /// Compiles a spec with what somebody lists of its tables.
    pub fn compile_listed(
        &self,
        text: &str,
        options: &Options,
        list: &dyn Fn(&Table) -> Vec<ListedFile>,
    ) -> Result<Compiled, Failure> {
        let source = Arc::new(Source::new("spec.sql", text));
        let now = i128::from(options.now) * 1_000_000_000_000;
        let bind = BindOptions {
            dialect: Dialect::default(),
            now: Value::TimestampWithTimeZone(now, Zone::Offset(0)),
            arguments: &options.arguments,
            catalog: &Existing(&options.existing),
        };
        let bound = front(&source, &bind).map_err(|errors| Failure::Broken(shown(errors)))?;
        let (mut inventory, mut files) = (Inventory::default(), BTreeMap::new());
        for table in scanned_tables(&bound) {
            let mut listed = list(&table);
            if options.reversed_listing {
                listed.reverse();
            }
            let sized = listed.into_iter().map(|file| ListedFile { bytes: file.bytes * options.bytes_a_byte, ..file });
            inventory.merge(Inventory::from_listing(&table, sized, now));
        }
        for statement in &bound.statements {
            if let BoundStatementKind::FileTable(table, path, span) = &statement.kind {
                let bytes = std::fs::read(self.files().join(path)).expect("the file was written");
                let file = read_file(&bytes, table, path, *span).map_err(|error| Failure::Broken(error.to_string()))?;
                files.insert(path.clone(), file);
            }
        }
        let settings = Settings {
            now: options.now,
            slack: options.slack,
            allow_full_scan: Default::default(),
            merge: options.merge,
            places_tables: options.places_tables,
            add_partitions: false,
            replaces_tables: false,
        };
        compile(bound, settings, World { inventory, files, slots: options.slots }).map_err(|errors| {
            // Forms that no plan knows yet are refused by name; everything else ought to compile.
            let refused = errors
                .errors
                .iter()
                .all(|error| error.code().is_some_and(|code| REFUSALS.contains(&code.to_string().as_str())));
            let message = shown(errors);
            if refused { Failure::Refused(message) } else { Failure::Broken(message) }
        })
    }

    /// An embedded engine with an output folder of its own.
    pub fn engine(&self, options: &Options) -> LocalEngine {
        let output = self.folder.path().join(format!("out{}", self.runs.fetch_add(1, Ordering::Relaxed)));
        let mut local = LocalOptions::new(output, i128::from(options.now) * 1_000_000_000_000);
        local.maps = self.mappings();
        local.existing.clone_from(&options.existing);
        local.output.location = OUTPUT.to_owned();
        (local.threads, local.slots) = (options.threads, options.slots);
        LocalEngine::new(local).expect("the folders are there")
    }

    /// Runs a compiled spec on an engine of this bench.
    pub async fn run<E: Engine>(&self, compiled: &Compiled, engine: &E) -> Result<Outcome, Failure> {
        let options = RunOptions::new(RUN, OUTPUT);
        run(compiled, engine, &options, &|_| {}).await.map_err(|error| broken_or_refused(&error))
    }
}

/// Why a run stopped.
pub fn broken_or_refused(error: &RunError) -> Failure {
    match error {
        RunError::Statement { error: cause, .. } if cause.class == ErrorClass::Unsupported => {
            Failure::Refused(error.to_string())
        }
        _ => Failure::Broken(error.to_string()),
    }
}

/// Errors that refuse a form by name.
const REFUSALS: [&str; 1] = ["athplan::plan::nested_foreach"];

fn shown(errors: athplan::error::Errors) -> String {
    errors.reports().iter().map(|report| format!("{report:?}")).collect::<Vec<_>>().join("\n")
}

/// A runtime for one thread's runs.
pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .thread_stack_size(STACK)
        .enable_all()
        .build()
        .expect("a runtime")
}

/// Bytes of stack that planning takes in a debug build.
pub const STACK: usize = 32 << 20;

/// Rows as texts with bars between, sorted.
pub fn bag(rows: &ResultSet) -> Vec<String> {
    let value = |(value, (_, ty)): (&Value, &(String, athplan::types::Type))| match value {
        Value::Null => "NULL".to_owned(),
        value => format(value, ty),
    };
    let row = |row: &Vec<Value>| row.iter().zip(&rows.columns).map(value).collect::<Vec<_>>().join("|");
    let mut bag: Vec<String> = rows.rows.iter().map(row).collect();
    bag.sort();
    bag
}

/// Where a spec's own examples lie.
pub fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}
