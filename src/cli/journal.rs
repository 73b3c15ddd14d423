//! Where the ledgers of runs lie: one private folder for each, under the user's state.

use std::fs;
use std::path::PathBuf;

use miette::{IntoDiagnostic, Report, WrapErr, miette};

use super::execute::STOP;
use crate::run::ledger::{self, Known, LedgerError};

/// The variable that names another folder.
const VARIABLE: &str = "ATHPLAN_RUNS";

/// The folder of all runs.
pub struct Journal {
    folder: PathBuf,
}

/// A run that is kept.
pub struct KeptRun {
    /// Its id.
    pub id: String,
    /// Its folder.
    pub folder: PathBuf,
}

impl Journal {
    /// The folder that `ATHPLAN_RUNS` names, else `athplan/runs` in the user's state folder
    /// (<https://specifications.freedesktop.org/basedir-spec/latest/>).
    ///
    /// # Errors
    ///
    /// The environment names no home.
    pub fn open() -> Result<Self, Report> {
        let named = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let state = named("XDG_STATE_HOME").filter(|path| path.is_absolute());
        let folder = named(VARIABLE)
            .or_else(|| Some(state.or_else(|| Some(named("HOME")?.join(".local/state")))?.join("athplan/runs")))
            .ok_or_else(|| {
                let help = format!("set {VARIABLE} to a folder of your own");
                miette!(help = help, "nothing says where runs are kept: HOME is not set")
            })?;
        Ok(Self { folder })
    }

    /// The folder of a new run.
    pub fn folder(&self, run: &str) -> PathBuf {
        self.folder.join(run)
    }

    /// All runs that are kept, the latest last.
    ///
    /// # Errors
    ///
    /// The folder cannot be read.
    pub fn runs(&self) -> Result<Vec<KeptRun>, Report> {
        if !self.folder.exists() {
            return Ok(Vec::new());
        }
        let mut runs = Vec::new();
        let entries = fs::read_dir(&self.folder).into_diagnostic();
        for entry in entries.wrap_err_with(|| format!("cannot read {}", self.folder.display()))? {
            let entry = entry.into_diagnostic()?;
            if let Ok(id) = entry.file_name().into_string()
                && entry.path().is_dir()
            {
                runs.push(KeptRun { id, folder: entry.path() });
            }
        }
        // Ids grow with time, and longer ones are later.
        runs.sort_by(|one, other| (one.id.len(), &one.id).cmp(&(other.id.len(), &other.id)));
        Ok(runs)
    }

    /// The run of this name, or the only one whose name begins so.
    ///
    /// # Errors
    ///
    /// There is none, or several begin so.
    pub fn find(&self, name: &str) -> Result<KeptRun, Report> {
        let mut runs = self.runs()?;
        if let Some(at) = runs.iter().position(|run| run.id == name) {
            return Ok(runs.swap_remove(at));
        }
        runs.retain(|run| !name.is_empty() && run.id.starts_with(name));
        match runs.len() {
            1 => Ok(runs.swap_remove(0)),
            0 => Err(miette!(help = "athplan runs lists those that are", "no run `{name}` is kept")),
            several => Err(miette!(help = "athplan runs lists them", "{several} runs begin with `{name}`")),
        }
    }
}

impl KeptRun {
    /// What its ledger says.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub fn known(&self) -> Result<Known, LedgerError> {
        ledger::read(&self.folder)
    }

    /// Whether a process has it.
    pub fn is_running(&self) -> bool {
        ledger::is_held(&self.folder)
    }

    /// Asks its process to stop.
    ///
    /// # Errors
    ///
    /// The folder cannot be written.
    pub fn ask_to_stop(&self) -> Result<(), Report> {
        fs::write(self.folder.join(STOP), []).into_diagnostic().wrap_err("cannot ask the run to stop")
    }

    /// Forgets a folder in which no run has begun: nothing is submitted before the first line of a ledger is
    /// on disk. Gives whether it was one; a folder that holds anything else is left alone.
    ///
    /// # Errors
    ///
    /// Its files cannot be deleted.
    pub fn forget_unbegun(&self) -> Result<bool, Report> {
        if self.is_running() || !ledger::is_unbegun(&self.folder) {
            return Ok(false);
        }
        self.forget().map(|()| true)
    }

    /// Forgets the run.
    ///
    /// # Errors
    ///
    /// The folder cannot be deleted.
    pub fn forget(&self) -> Result<(), Report> {
        fs::remove_dir_all(&self.folder)
            .into_diagnostic()
            .wrap_err_with(|| format!("cannot delete {}", self.folder.display()))
    }
}
