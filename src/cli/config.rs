//! `athplan.toml`: what every spec below a folder is compiled and run with.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use miette::{IntoDiagnostic, Report, WrapErr};
use serde::Deserialize;

use super::engine::{AthenaSettings, EngineName};
use super::session::read;
use super::trino::TrinoSettings;

/// The file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Locations and the folders they are read from, relative to the file.
    #[serde(default)]
    pub map: BTreeMap<String, PathBuf>,
    /// Where statements run.
    #[serde(default)]
    pub engine: Option<EngineName>,
    /// How Athena is reached.
    #[serde(default)]
    pub athena: AthenaSettings,
    /// How a Trino is reached.
    #[serde(default)]
    pub trino: TrinoSettings,
}

/// The nearest `athplan.toml`, beside the spec or in a folder above it, and the folder it lies in.
///
/// # Errors
///
/// It cannot be read.
pub fn nearest(spec: &Path) -> Result<Option<(PathBuf, Config)>, Report> {
    let absolute = std::path::absolute(spec).into_diagnostic()?;
    for folder in absolute.ancestors().skip(1) {
        let path = folder.join("athplan.toml");
        if path.is_file() {
            let config: Config = toml::from_str(&read(&path)?)
                .into_diagnostic()
                .wrap_err_with(|| format!("cannot read {}", path.display()))?;
            let config = Config { trino: config.trino.within(folder), ..config };
            return Ok(Some((folder.to_path_buf(), config)));
        }
    }
    Ok(None)
}
