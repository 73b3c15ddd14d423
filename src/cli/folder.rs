//! The folder that a run writes to: tables that are kept, and what only the run needs.
//!
//! A table `t` that is kept lies in `tables/t/RUN/`, and `t.sql` says how another spec reads it. Of a run
//! that fails nothing is left.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use miette::{IntoDiagnostic, Report, miette};
use tempfile::TempDir;

use super::destination::Destination;
use crate::Compiled;
use crate::catalog::{Format, Layout, Table, create_statement};
use crate::emit::run_name;
use crate::engine::local::store::create_private_directory;
use crate::plan::{Lifetime, StepKind};
use crate::run::Kept;

/// The location by which `t.sql` names the folder; whoever reads it says with `--map` where that lies.
pub const LOCATION: &str = "s3://athplan-kept";

/// A run's folder.
#[derive(Debug)]
pub struct Folder {
    directory: PathBuf,
    run: String,
    kept: Vec<Arc<Table>>,
    /// Whether tables of earlier runs go.
    replace: bool,
    /// The files that describe the tables that are kept, with their content.
    descriptions: Vec<(Destination, String)>,
    /// Whether the run came to its end.
    is_done: bool,
    /// Folders that were not there before, outermost first.
    made: Vec<PathBuf>,
    /// The folder itself, if nothing is kept in it: it goes with this.
    _temporary: Option<TempDir>,
}

impl Folder {
    /// The folder that a compiled spec's run writes to: `output` if it keeps tables, else one that vanishes.
    /// Everything that will be written is tried now.
    ///
    /// # Errors
    ///
    /// A table exists already and is not to be replaced, or the folder cannot be written to.
    pub fn open(compiled: &Compiled, output: &Path, run: &str, replace: bool) -> Result<Self, Report> {
        let kept = kept_tables(compiled);
        if kept.is_empty() {
            let temporary = tempfile::Builder::new().prefix("athplan-").tempdir().into_diagnostic()?;
            let directory = temporary.path().to_path_buf();
            return Ok(Self::new(directory, run, kept, Some(temporary)));
        }
        let mut folder = Self::new(output.to_path_buf(), run, kept, None);
        folder.replace = replace;
        if !replace {
            folder.refuse_existing()?;
        }
        folder.make()?;
        Ok(folder)
    }

    fn new(directory: PathBuf, run: &str, kept: Vec<Arc<Table>>, temporary: Option<TempDir>) -> Self {
        Self {
            directory,
            run: run.to_owned(),
            kept,
            replace: false,
            descriptions: Vec::new(),
            is_done: false,
            made: Vec::new(),
            _temporary: temporary,
        }
    }

    /// Where it is.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Ends a run that has succeeded: earlier runs' tables of the same names go, and each table is described.
    ///
    /// # Errors
    ///
    /// A description cannot be written any more.
    pub fn finish(mut self) -> Result<(), Report> {
        self.is_done = true;
        for table in self.kept.iter().filter(|_| self.replace) {
            for entry in fs::read_dir(self.tables(table)).into_iter().flatten().flatten() {
                if entry.file_name() != self.run.as_str() {
                    let _ = fs::remove_dir_all(entry.path());
                }
            }
        }
        for (description, content) in std::mem::take(&mut self.descriptions) {
            description.write(content.as_bytes())?;
        }
        Ok(())
    }

    /// Where the runs' folders of a table lie.
    fn tables(&self, table: &Table) -> PathBuf {
        self.directory.join("tables").join(run_name(&table.name))
    }

    fn refuse_existing(&self) -> Result<(), Report> {
        for table in &self.kept {
            let folder = self.tables(table);
            if fs::read_dir(&folder).is_ok_and(|mut entries| entries.next().is_some()) {
                return Err(miette!(
                    help = "--replace puts the new rows in its place, --output names another folder",
                    "the table `{}` exists already, in {}",
                    table.name,
                    folder.display()
                ));
            }
        }
        Ok(())
    }

    fn make(&mut self) -> Result<(), Report> {
        self.make_folder(self.directory.clone())?;
        for table in self.kept.clone() {
            self.make_folder(self.tables(&table).join(&self.run))?;
            if let Some(content) = self.description(&table) {
                let place = Destination::open(&description_path(&self.directory, &table.name))?;
                self.descriptions.push((place, content));
            }
        }
        Ok(())
    }

    /// Makes a folder with those above it, and remembers which were not there.
    fn make_folder(&mut self, folder: PathBuf) -> Result<(), Report> {
        let missing = folder.ancestors().take_while(|path| !path.as_os_str().is_empty() && !path.exists());
        let mut missing: Vec<PathBuf> = missing.map(Path::to_path_buf).collect();
        missing.reverse();
        self.made.extend(missing);
        create_private_directory(&folder)
            .map_err(|error| miette!("cannot make the folder {}: {error}", folder.display()))
    }

    /// The statement by which another spec reads a table that is kept; none if Hive DDL has no way to say it.
    fn description(&self, table: &Table) -> Option<String> {
        let mut described = Table::clone(table);
        described.storage.format = Format::Parquet;
        described.storage.location = format!("{LOCATION}/tables/{}/{}/", run_name(&table.name), self.run);
        described.layout = Layout::Flat;
        let statement = create_statement(&described, &table.name).ok()?;
        Some(format!("-- Read it with --map {}\n{statement};\n", map(&self.directory)))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is left: the folders are private.
        for kind in ["steps", "files"] {
            let _ = fs::remove_dir_all(self.directory.join(kind).join(&self.run));
            let _ = fs::remove_dir(self.directory.join(kind));
        }
        if self.is_done {
            return;
        }
        for table in &self.kept {
            let _ = fs::remove_dir_all(self.tables(table).join(&self.run));
        }
        self.descriptions.clear();
        for made in self.made.iter().rev() {
            // Another run may have put something there.
            let _ = fs::remove_dir(made);
        }
    }
}

/// What to say of a table that was kept: where it lies, and how another spec reads it.
pub fn kept_lines(kept: &Kept, directory: &Path) -> Vec<String> {
    let folder = kept.location.rsplit("/tables/").next().unwrap_or_default();
    let rows = match kept.rows {
        Some(1) => " (1 row)".to_owned(),
        Some(rows) => format!(" ({rows} rows)"),
        None => String::new(),
    };
    let place = directory.join("tables").join(folder);
    let mut lines = vec![format!("kept {}{rows} in {}", kept.name, place.display())];
    let description = description_path(directory, &kept.name);
    if description.is_file() {
        lines.push(format!("  for another spec: {}, with --map {}", description.display(), map(directory)));
    }
    lines
}

fn description_path(directory: &Path, table: &str) -> PathBuf {
    directory.join(format!("{}.sql", run_name(table)))
}

/// What `--map` is given.
fn map(directory: &Path) -> String {
    format!("{LOCATION}={}", directory.display())
}

/// The tables that a plan keeps.
pub fn kept_tables(compiled: &Compiled) -> Vec<Arc<Table>> {
    compiled
        .plan
        .steps
        .iter()
        .filter_map(|step| match &step.kind {
            StepKind::Materialise(table, _, Lifetime::Kept) | StepKind::Foreach(_, table, Lifetime::Kept) => {
                Some(Arc::clone(table))
            }
            _ => None,
        })
        .collect()
}
