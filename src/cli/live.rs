//! Engines somewhere else for the command line: connecting, planning against what S3 holds, and what is refused
//! before anything is paid for.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use miette::miette;
use tokio::runtime::Runtime;

use super::config::Config;
use super::engine::{AthenaSettings, EngineName, EngineOptions, report};
use super::options::CompileOptions;
use super::remote::Remote;
use super::session::{Failure, Session};
use super::trino::TrinoSettings;
use crate::bind::Tables;
use crate::catalog::{Inventory, Layout, Table};
use crate::cost::Price;
use crate::emit::run_name;
#[cfg(feature = "athena")]
use crate::engine::athena::AthenaEngine;
#[cfg(feature = "trino")]
use crate::engine::trino::TrinoEngine;
use crate::engine::{Engine, EngineError, Kind};
use crate::expand::{Wanted, World, wanted};
use crate::plan::{Lifetime, StepKind};
use crate::types::Dialect;
use crate::{Compiled, compile, scanned_tables};

/// How an engine somewhere else is reached.
#[derive(Debug, Clone)]
pub enum LiveSettings {
    /// Amazon Athena.
    Athena(AthenaSettings),
    /// A Trino, and whose SQL it is sent.
    Trino(TrinoSettings, Dialect),
}

/// Under which name a ledger keeps whose SQL a run's is, and which engine it is on, if that is not Athena.
const DIALECT: &str = "dialect";
pub const ENGINE: &str = "engine";

impl LiveSettings {
    /// The settings of a command line over those of a configuration file; none of the embedded engine.
    pub fn of(options: &EngineOptions, config: &Config) -> Option<Self> {
        match options.name(config.engine) {
            EngineName::Local => None,
            EngineName::Athena => Some(LiveSettings::Athena(options.athena.or(&config.athena))),
            EngineName::Trino => {
                let settings = options.trino.over(&options.athena, &config.trino);
                Some(LiveSettings::Trino(settings, Dialect::default()))
            }
        }
    }

    /// The same settings for SQL of a dialect.
    #[must_use]
    pub fn in_dialect(self, spoken: Dialect) -> Self {
        match self {
            LiveSettings::Trino(settings, _) => LiveSettings::Trino(settings, spoken),
            athena @ LiveSettings::Athena(_) => athena,
        }
    }

    /// The settings that a run is taken up with, by name.
    pub fn pairs(&self) -> Vec<(String, String)> {
        match self {
            LiveSettings::Athena(settings) => settings.pairs(),
            LiveSettings::Trino(settings, dialect) => {
                let own = [(ENGINE, "trino"), (DIALECT, dialect.name())];
                let own = own.map(|(name, value)| (name.to_owned(), value.to_owned()));
                own.into_iter().chain(settings.pairs()).collect()
            }
        }
    }

    /// The settings of [`LiveSettings::pairs`].
    pub fn from_pairs(pairs: &[(String, String)]) -> Self {
        let named = |wanted: &str| pairs.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
        match named(ENGINE) {
            Some("trino") => {
                let dialect = named(DIALECT).and_then(|dialect| dialect.parse().ok()).unwrap_or_default();
                LiveSettings::Trino(TrinoSettings::from_pairs(pairs), dialect)
            }
            _ => LiveSettings::Athena(AthenaSettings::from_pairs(pairs)),
        }
    }

    /// The database or schema for tables named without one.
    pub fn database(&self) -> &str {
        match self {
            LiveSettings::Athena(settings) => settings.database(),
            LiveSettings::Trino(settings, _) => settings.schema(),
        }
    }

    /// What reading costs there.
    pub fn price(&self) -> Price {
        match self {
            LiveSettings::Athena(_) => Price::default(),
            LiveSettings::Trino(settings, _) => settings.price(),
        }
    }

    fn no_listing(&self) -> bool {
        match self {
            LiveSettings::Athena(settings) => settings.no_listing,
            LiveSettings::Trino(settings, _) => settings.no_listing,
        }
    }

    async fn connected(&self) -> Result<Result<Remote, EngineError>, Failure> {
        match self {
            #[cfg(feature = "athena")]
            LiveSettings::Athena(settings) => {
                let options = super::athena::options(settings)?;
                Ok(AthenaEngine::connect(options).await.map(|engine| Remote::Athena(Box::new(engine))))
            }
            #[cfg(not(feature = "athena"))]
            LiveSettings::Athena(_) => Err(super::engine::missing("athena").into()),
            #[cfg(feature = "trino")]
            LiveSettings::Trino(settings, dialect) => {
                let options = super::trino::options(settings, *dialect)?;
                let price = settings.price();
                Ok(TrinoEngine::connect(options).await.map(|engine| Remote::Trino(Box::new(engine), price)))
            }
            #[cfg(not(feature = "trino"))]
            LiveSettings::Trino(..) => Err(super::engine::missing("trino").into()),
        }
    }
}

/// A connected engine, and what runs its calls.
pub struct Live {
    /// What runs calls.
    pub runtime: Runtime,
    /// The engine.
    pub engine: Remote,
    settings: LiveSettings,
}

impl Live {
    /// Connects: from here on it is known who asks, and where.
    ///
    /// # Errors
    ///
    /// Nobody is there, or knows who asks; or the settings make no sense.
    pub fn connect(settings: LiveSettings) -> Result<Self, Failure> {
        let runtime = super::execute::runtime()?;
        let engine = runtime.block_on(settings.connected())?.map_err(|error| report(&error))?;
        Ok(Self { runtime, engine, settings })
    }

    /// The settings with what the environment says besides: another shell may take up what this one began.
    pub fn settings_in_use(&self) -> LiveSettings {
        match &self.settings {
            #[cfg(feature = "athena")]
            LiveSettings::Athena(settings) => {
                let region = self.engine.athena().map(AthenaEngine::region).unwrap_or_default();
                LiveSettings::Athena(super::athena::in_use(settings, region, self.engine.output().ok()))
            }
            LiveSettings::Trino(settings, dialect) => LiveSettings::Trino(settings.in_use(), *dialect),
            #[cfg(not(feature = "athena"))]
            settings @ LiveSettings::Athena(_) => settings.clone(),
        }
    }

    /// The account that asks, as far as its credentials tell.
    pub fn account(&self) -> Option<String> {
        // Without credentials nothing else works either, and says so.
        self.runtime.block_on(self.engine.account()).ok().flatten()
    }

    /// Compiles a spec against the live catalog and what S3 holds of the partitions that it can need.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the spec, or what cannot be listed.
    pub fn compile(&self, session: &Session, options: &CompileOptions, replace: bool) -> Result<Compiled, Failure> {
        let tables = LiveTables { live: self, kept: Mutex::default(), failed: Mutex::default() };
        let bound = session.bind(options, Some(&tables));
        // A table that could not be asked for is no unknown table.
        if let Some(error) = tables.failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
            return Err(report(&error).into());
        }
        let bound = bound?;
        let files = session.files(&bound)?;
        let mut settings = options.settings(session.now);
        settings.places_tables = self.engine.places_tables();
        settings.replaces_tables = replace;
        let slots = self.engine.slots(Kind::Store);
        let mut world = World { inventory: Inventory::default(), files, slots };
        if !self.settings.no_listing() {
            // What is worth listing follows from a plan that knows of no listing.
            let first = compile(bound.clone(), settings.clone(), world.clone())?;
            world.inventory = self.inventory(&first)?;
        }
        Ok(compile(bound, settings, world)?)
    }

    fn inventory(&self, compiled: &Compiled) -> Result<Inventory, Failure> {
        let plan = &compiled.plan;
        let mut tables = wanted(plan, &compiled.needs);
        for table in scanned_tables(&plan.spec) {
            if table.layout == Layout::Flat {
                tables.insert(table.name.clone(), (table, Wanted::All));
            }
        }
        let now = plan.settings.now_picos();
        let mut inventory = Inventory::default();
        for (table, wanted) in tables.values() {
            let wanted = match wanted {
                Wanted::Nothing => continue,
                Wanted::All => None,
                Wanted::Partitions(wanted) => Some(wanted),
            };
            let listing = self.runtime.block_on(self.engine.listing(table, wanted)).map_err(|error| {
                let help = "--no-listing plans without the sizes of files";
                let help = error.help.map_or(help.to_owned(), |own| format!("{own}; {help}"));
                let message = format!("the files of `{}` cannot be listed: {}", table.name, error.message);
                report(&EngineError { message, help: Some(help), ..error })
            })?;
            if listing.is_unknown {
                continue;
            }
            inventory.merge(Inventory::from_listing(table, listing.files, now));
            if listing.has_others {
                inventory.has_others(&table.name);
            }
        }
        Ok(inventory)
    }

    /// Refuses what would fail once it is paid for: values that results do not carry, deliverables that
    /// are there already and are not to be replaced.
    ///
    /// # Errors
    ///
    /// What is refused, or the catalog cannot be asked.
    pub fn prepare(&self, compiled: &Compiled, replace: bool) -> Result<(), Failure> {
        if compiled.plan.steps.iter().any(|step| !matches!(step.kind, StepKind::Answer(_))) {
            self.runtime.block_on(self.engine.has_schema()).map_err(|error| report(&error))?;
        }
        if let (LiveSettings::Trino(..), Ok(output)) = (&self.settings, self.engine.output()) {
            // A Trino writes there late, or never; athplan tidies up there in any case.
            let nothing = format!("{output}steps/tried/");
            self.runtime.block_on(self.engine.list(&nothing)).map_err(|error| report(&error))?;
        }
        for step in &compiled.plan.steps {
            let StepKind::Answer(query) = &step.kind else { continue };
            if let Some(column) = query.columns.iter().find(|column| !self.engine.carries(&column.ty)) {
                let name = column.name.as_deref().unwrap_or("a column without a name");
                let error = miette!(
                    help = format!("select json_format(CAST({name} AS JSON)) AS {name} in its place"),
                    "`{name}` of {} is {}, and the results of {} do not carry such values whole",
                    step.name,
                    column.ty,
                    self.engine.name()
                );
                return Err(error.into());
            }
        }
        for step in &compiled.plan.steps {
            let (StepKind::Materialise(table, _, Lifetime::Kept) | StepKind::Foreach(_, table, Lifetime::Kept)) =
                &step.kind
            else {
                continue;
            };
            let table = &run_name(&table.name);
            let there = self.runtime.block_on(self.engine.has_table(table)).map_err(|error| report(&error))?;
            if there && !replace {
                let database = self.settings.database();
                let (option, word) = match self.settings {
                    LiveSettings::Athena(_) => ("--database", "database"),
                    LiveSettings::Trino(..) => ("--schema", "schema"),
                };
                let error = miette!(
                    help = format!(
                        "--replace puts the run's own in its place once its rows are there (the old files stay), {option} names another {word}"
                    ),
                    "the table `{table}` exists already, in the {word} `{database}`"
                );
                return Err(error.into());
            }
        }
        Ok(())
    }

    /// The location under which a run of this plan writes; empty if it writes nothing.
    ///
    /// # Errors
    ///
    /// It writes something, and no location is known.
    pub fn output(&self, compiled: &Compiled) -> Result<String, Failure> {
        let writes = compiled.plan.steps.iter().any(|step| match &step.kind {
            StepKind::File(..) | StepKind::Materialise(..) | StepKind::Foreach(..) => true,
            StepKind::Declare(_) | StepKind::AddPartitions(..) | StepKind::Answer(_) => false,
        });
        match self.engine.output() {
            Ok(output) => Ok(output.to_owned()),
            Err(_) if !writes && self.engine.keeps_results() => Ok(String::new()),
            Err(error) => Err(report(&error).into()),
        }
    }

    /// Lets go of the connection.
    pub fn close(self) {
        self.runtime.shutdown_timeout(Duration::from_secs(1));
    }
}

/// The tables of the live catalog, each asked for once.
struct LiveTables<'a> {
    live: &'a Live,
    kept: Mutex<BTreeMap<String, Option<Arc<Table>>>>,
    /// The first that could not be asked for.
    failed: Mutex<Option<EngineError>>,
}

impl Tables for LiveTables<'_> {
    fn table(&self, name: &str) -> Option<Arc<Table>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept.get(name) {
            return known.clone();
        }
        let found = self.live.runtime.block_on(self.live.engine.table(name)).unwrap_or_else(|error| {
            self.failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
            None
        });
        let found = found.map(Arc::new);
        kept.insert(name.to_owned(), found.clone());
        found
    }

    fn names(&self) -> Vec<String> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().filter(|(_, table)| table.is_some()).map(|(name, _)| name.clone()).collect()
    }
}

impl Session {
    /// The settings of a command line over those of the configuration file; none of the embedded engine, which runs
    /// here.
    pub fn live(&self, options: &EngineOptions) -> Option<LiveSettings> {
        LiveSettings::of(options, &self.config)
    }
}
