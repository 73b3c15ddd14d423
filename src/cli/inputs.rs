//! What a command reads, so that it overwrites none of it: the spec and its files, and the folders that stand for
//! buckets. Those hold evidence.

use std::path::{Path, PathBuf};

use miette::miette;

use super::options::CompileOptions;
use super::session::{Failure, Session};
use crate::Compiled;
use crate::bind::spec::BoundStatementKind;

/// What must not be written to.
#[derive(Debug, Default)]
pub struct Inputs {
    files: Vec<PathBuf>,
    /// Folders, and the locations that they stand for.
    folders: Vec<(PathBuf, String)>,
}

impl Inputs {
    /// What a run of a spec reads.
    pub fn of(session: &Session, options: &CompileOptions, compiled: &Compiled) -> Self {
        let own = compiled.plan.spec.statements.iter().filter_map(|statement| match &statement.kind {
            BoundStatementKind::FileTable(_, path, _) => Some(session.base.join(path)),
            _ => None,
        });
        let files = own.chain([options.spec.clone()]).chain(options.catalog.clone());
        let folders = session.maps.iter().map(|(location, folder)| (resolved(folder), location.clone()));
        Self { files: files.map(|file| resolved(&file)).collect(), folders: folders.collect() }
    }

    /// Refuses a place that is an input, or lies in a folder of inputs; `option` names it.
    ///
    /// # Errors
    ///
    /// The option's value would overwrite what the run reads, or put something beside it.
    pub fn spare(&self, option: &str, place: &Path) -> Result<(), Failure> {
        let resolved = resolved(place);
        let shown = place.display();
        if self.files.contains(&resolved) {
            let help = format!("give {option} another name");
            return Err(Failure::Usage(miette!(help = help, "{option} {shown} would overwrite what the run reads")));
        }
        match self.folders.iter().find(|(folder, _)| resolved.starts_with(folder)) {
            Some((_, location)) => {
                let help = format!("give {option} a place outside of it: nothing is written beside the logs");
                Err(Failure::Usage(miette!(help = help, "{option} {shown} lies in the folder mapped to {location}")))
            }
            None => Ok(()),
        }
    }

    /// As [`Inputs::spare`] for the folder that kept tables go to: it may stand for a location of its own.
    ///
    /// # Errors
    ///
    /// As [`Inputs::spare`].
    #[cfg(feature = "local")]
    pub fn spare_but(&self, own: &str, option: &str, place: &Path) -> Result<(), Failure> {
        let folders = self.folders.iter().filter(|(_, location)| location.trim_end_matches('/') != own);
        Self { files: Vec::new(), folders: folders.cloned().collect() }.spare(option, place)
    }
}

/// A path with the links of what is there of it followed.
pub fn resolved(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let mut there = absolute.as_path();
    let mut rest = Vec::new();
    loop {
        if let Ok(found) = there.canonicalize() {
            return rest.iter().rev().fold(found, |path, name| path.join(name));
        }
        match (there.parent(), there.file_name()) {
            (Some(parent), Some(name)) => {
                rest.push(name.to_owned());
                there = parent;
            }
            _ => return absolute,
        }
    }
}
