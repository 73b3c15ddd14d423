//! Athena for the command line: connecting, planning against what S3 holds, and what is refused before
//! anything is paid for.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use miette::miette;
use tokio::runtime::Runtime;

use super::engine::{AthenaSettings, report};
use super::options::CompileOptions;
use super::session::{Failure, Session};
use crate::bind::Tables;
use crate::catalog::{Inventory, Layout, Table};
use crate::emit::run_name;
use crate::engine::athena::{AthenaEngine, AthenaOptions, PRIMARY};
use crate::engine::{Engine, EngineError, Kind};
use crate::expand::{Wanted, World, wanted};
use crate::plan::{Lifetime, StepKind};
use crate::{Compiled, compile, scanned_tables};

/// A connected engine, and what runs its calls.
pub struct Live {
    /// What runs calls.
    pub runtime: Runtime,
    /// The engine.
    pub engine: AthenaEngine,
    settings: AthenaSettings,
}

impl Live {
    /// Connects: from here on it is known who asks, where, and how the workgroup is set.
    ///
    /// # Errors
    ///
    /// Credentials, Region or workgroup are missing, or the settings make no sense.
    pub fn connect(settings: AthenaSettings) -> Result<Self, Failure> {
        let runtime = super::execute::runtime()?;
        let options = options(&settings)?;
        let engine = runtime.block_on(AthenaEngine::connect(options)).map_err(|error| report(&error))?;
        Ok(Self { runtime, engine, settings })
    }

    /// The settings with what the environment says besides: another shell may take up what this one began.
    pub fn settings_in_use(&self) -> AthenaSettings {
        let profile = std::env::var("AWS_PROFILE").ok().filter(|profile| !profile.is_empty());
        AthenaSettings {
            region: Some(self.engine.region().to_owned()),
            profile: self.settings.profile.clone().or(profile),
            // The workgroup's own may be another by then.
            output_location: self.engine.output().ok().map(str::to_owned),
            ..self.settings.clone()
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
        if !self.settings.no_listing {
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
                report(&EngineError { help: Some(help), ..error })
            })?;
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
        for step in &compiled.plan.steps {
            let StepKind::Answer(query) = &step.kind else { continue };
            if let Some(column) = query.columns.iter().find(|column| !self.engine.carries(&column.ty)) {
                let name = column.name.as_deref().unwrap_or("a column without a name");
                let error = miette!(
                    help = format!("select json_format(CAST({name} AS JSON)) AS {name} in its place"),
                    "`{name}` of {} is {}, and Athena's results do not carry such values whole",
                    step.name,
                    column.ty
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
                let error = miette!(
                    help = "--replace puts the run's own in its place once its rows are there (the old files stay), --database names another database",
                    "the table `{table}` exists already, in the database `{database}`"
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
            Err(_) if !writes && self.engine.workgroup().is_managed => Ok(String::new()),
            Err(error) => Err(report(&error).into()),
        }
    }

    /// Lets go of the connection.
    pub fn close(self) {
        self.runtime.shutdown_timeout(Duration::from_secs(1));
    }
}

/// The options of an engine as the settings say.
///
/// # Errors
///
/// The settings make no sense.
pub(super) fn options(settings: &AthenaSettings) -> Result<AthenaOptions, Failure> {
    let encryption = settings.encryption.as_deref().map(str::parse).transpose();
    let encryption = encryption.map_err(|expected: String| miette!(help = expected, "the encryption is not one"))?;
    Ok(AthenaOptions {
        region: settings.region.clone(),
        profile: settings.profile.clone(),
        workgroup: settings.workgroup.clone().unwrap_or_else(|| PRIMARY.to_owned()),
        catalog: settings.data_catalog.clone(),
        output: settings.output_location.clone(),
        encryption,
        expected_bucket_owner: settings.expected_bucket_owner.clone(),
        slots: settings.slots,
        ..AthenaOptions::new(settings.database())
    })
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
    /// The Athena settings of a command line over those of the configuration file.
    pub fn athena(&self, settings: &AthenaSettings) -> AthenaSettings {
        settings.or(&self.config.athena)
    }
}
