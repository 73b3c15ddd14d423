//! From a command line to a compiled spec: files are read, folders listed, the clock asked, here and
//! nowhere to the left.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use std::{fs, io};

use miette::{IntoDiagnostic, Report, WrapErr, miette};

use super::config::{self, Config};
use super::options::CompileOptions;
use crate::bind::spec::{BoundSpec, BoundStatementKind};
use crate::bind::{BindOptions, NoTables, Tables};
use crate::catalog::{Inventory, LocalFile, LocalFileError, Origin, Table, read_file};
use crate::constant::{Value, Zone};
use crate::error::Errors;
use crate::expand::World;
use crate::source::Source;
use crate::{Compiled, compile, front};

#[cfg(feature = "local")]
use crate::engine::local::{
    list,
    store::{Mapping, Store},
};

/// Why no compiled spec came out.
pub enum Failure {
    /// The spec is wrong.
    Spec(Errors),
    /// The command line is wrong, or does not fit the spec.
    Usage(Report),
    /// Something around it is.
    Other(Report),
    /// Nobody reads the output any more.
    Closed,
}

impl From<Report> for Failure {
    fn from(report: Report) -> Self {
        Failure::Other(report)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::Closed,
            _ => Failure::Other(miette!("{error}")),
        }
    }
}

impl From<Errors> for Failure {
    fn from(errors: Errors) -> Self {
        Failure::Spec(errors)
    }
}

/// A spec with everything it is compiled with.
pub struct Session {
    /// The spec's text.
    pub source: Arc<Source>,
    /// The time that counts as now, in seconds since the epoch.
    pub now: i64,
    /// Local folders that stand for locations.
    pub maps: Vec<(String, PathBuf)>,
    /// The folder that the spec's files are relative to.
    pub base: PathBuf,
    /// The configuration file.
    pub config: Config,
}

/// The tables of a catalog file, and behind them those of a live catalog.
struct Catalog<'a> {
    file: BTreeMap<String, Arc<Table>>,
    live: Option<&'a dyn Tables>,
}

impl Tables for Catalog<'_> {
    fn table(&self, name: &str) -> Option<Arc<Table>> {
        self.file.get(name).cloned().or_else(|| self.live?.table(name))
    }

    fn names(&self) -> Vec<String> {
        let live = self.live.map(Tables::names).unwrap_or_default();
        self.file.keys().cloned().chain(live).collect()
    }
}

impl Session {
    /// Reads the spec and the configuration beside it.
    ///
    /// # Errors
    ///
    /// A file that cannot be read.
    pub fn open(options: &CompileOptions) -> Result<Self, Failure> {
        options.check().map_err(Failure::Usage)?;
        let text = read(&options.spec)?;
        let base = options.spec.parent().map(Path::to_path_buf).unwrap_or_default();
        let mut maps: Vec<(String, PathBuf)> =
            options.maps.iter().map(|(location, folder)| (location.clone(), PathBuf::from(folder))).collect();
        let (folder, config) = config::nearest(&options.spec)?.unwrap_or_default();
        for (location, mapped) in &config.map {
            if !maps.iter().any(|(known, _)| known == location) {
                maps.push((location.clone(), folder.join(mapped)));
            }
        }
        let now = options.now.unwrap_or_else(unix_now);
        let source = Arc::new(Source::new(options.spec.display().to_string(), text));
        Ok(Self { source, now, maps, base, config })
    }

    /// Compiles the spec, with what the mapped folders hold.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the spec, or what could not be read.
    pub fn compile(&self, options: &CompileOptions) -> Result<Compiled, Failure> {
        let bound = self.bind(options, None)?;
        let inventory = self.inventory(&bound)?;
        let files = self.files(&bound)?;
        let world = World { inventory, files, slots: std::thread::available_parallelism().map_or(1, usize::from) };
        Ok(compile(bound, options.settings(self.now), world)?)
    }

    /// Compiles the spec with nothing listed: what it needs then follows from the spec alone.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the spec, or a file of its that cannot be read.
    pub fn compile_unlisted(&self, options: &CompileOptions) -> Result<Compiled, Failure> {
        let bound = self.bind(options, None)?;
        let files = self.files(&bound)?;
        let world = World { inventory: Inventory::default(), files, slots: 1 };
        Ok(compile(bound, options.settings(self.now), world)?)
    }

    /// Reads and binds the spec, with the tables of the catalog file and, where it names none, those of
    /// a live catalog.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the spec or the catalog file.
    pub(super) fn bind(&self, options: &CompileOptions, live: Option<&dyn Tables>) -> Result<BoundSpec, Failure> {
        let arguments = options.arguments();
        let now = Value::TimestampWithTimeZone(i128::from(self.now) * 1_000_000_000_000, Zone::Offset(0));
        let none = BTreeMap::new();
        let mut catalog = Catalog { file: BTreeMap::new(), live };
        match &options.catalog {
            None => {}
            Some(path) => {
                let source = Arc::new(Source::new(path.display().to_string(), read(path)?));
                let options =
                    BindOptions { dialect: options.dialect, now: now.clone(), arguments: &none, catalog: &NoTables };
                for statement in front(&source, &options)?.statements {
                    // Partitions that are added come with the whole table, and take its place.
                    if let BoundStatementKind::DeclareTable(table) | BoundStatementKind::AddPartitions(table, _) =
                        statement.kind
                    {
                        let existing = Table { origin: Origin::Existing, ..Table::clone(&table) };
                        catalog.file.insert(existing.name.clone(), Arc::new(existing));
                    }
                }
            }
        }
        let options = BindOptions { dialect: options.dialect, now, arguments: &arguments, catalog: &catalog };
        Ok(front(&self.source, &options)?)
    }

    /// Reads the local files that the spec brings in.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, or does not fit its table.
    pub(super) fn files(&self, bound: &BoundSpec) -> Result<BTreeMap<String, LocalFile>, Failure> {
        let mut files = BTreeMap::new();
        let mut errors = Vec::new();
        for statement in &bound.statements {
            if let BoundStatementKind::FileTable(table, path, span) = &statement.kind {
                let place = self.base.join(path);
                let shown = place.display().to_string();
                let read = fs::read(&place).map_err(|error| LocalFileError::Unreadable {
                    file: shown.clone(),
                    reason: error.to_string(),
                    span: *span,
                });
                match read.and_then(|bytes| read_file(&bytes, table, &shown, *span)) {
                    Ok(file) => drop(files.insert(path.clone(), file)),
                    Err(error) => errors.push(error),
                }
            }
        }
        if errors.is_empty() { Ok(files) } else { Err(Failure::Spec(Errors::new(&self.source, errors))) }
    }

    #[cfg(feature = "local")]
    fn inventory(&self, bound: &BoundSpec) -> Result<Inventory, Failure> {
        let store = Store::new(&self.mappings()).map_err(|error| Failure::Usage(miette!("{error}")))?;
        let now = i128::from(self.now) * 1_000_000_000_000;
        let mut inventory = Inventory::default();
        for table in crate::scanned_tables(bound) {
            // A table that no folder stands for is not listed: its sizes are unknown.
            let Some(files) = list(&store, &table).map_err(|error| miette!("{error}"))? else { continue };
            inventory.merge(Inventory::from_listing(&table, files, now));
        }
        Ok(inventory)
    }

    #[cfg(not(feature = "local"))]
    #[allow(clippy::unnecessary_wraps, reason = "the embedded engine's listing can fail")]
    fn inventory(&self, _bound: &BoundSpec) -> Result<Inventory, Failure> {
        Ok(Inventory::default())
    }

    /// The local folders as the embedded engine takes them.
    #[cfg(feature = "local")]
    pub fn mappings(&self) -> Vec<Mapping> {
        self.maps
            .iter()
            .map(|(location, directory)| Mapping { location: location.clone(), directory: directory.clone() })
            .collect()
    }
}

/// The clock, in seconds since the epoch.
pub fn unix_now() -> i64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(elapsed.as_secs()).unwrap_or(i64::MAX)
}

/// A file's text.
///
/// # Errors
///
/// It cannot be read, or is not UTF-8.
pub fn read(path: &Path) -> Result<String, Report> {
    let bytes = fs::read(path).into_diagnostic().wrap_err_with(|| format!("cannot read {}", path.display()))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        miette!("{} is not UTF-8 text: byte {at} begins no character", path.display())
    })?;
    // Some editors put a byte order mark in front of UTF-8 text.
    Ok(text.strip_prefix('\u{FEFF}').map(str::to_owned).unwrap_or(text))
}
