//! Where the rows of a spec's queries go, and in which format: standard output, a file, or a folder with
//! a file for each query.

use std::fs;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use miette::{IntoDiagnostic, Report, miette};

use super::destination::Destination;
use super::output;
use super::session::Failure;
use crate::engine::ResultSet;

/// How rows are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A table for people.
    Table,
    /// CSV; formulas of hostile data are made harmless.
    Csv,
    /// One JSON object a line.
    Json,
    /// Parquet, into --out.
    #[cfg(feature = "local")]
    Parquet,
}

impl Format {
    /// What the names of files in this format end with.
    fn suffix(self) -> &'static str {
        match self {
            Format::Table => "txt",
            Format::Csv => "csv",
            Format::Json => "json",
            #[cfg(feature = "local")]
            Format::Parquet => "parquet",
        }
    }
}

/// The rows' format and place.
#[derive(Debug)]
pub struct Answers {
    format: Format,
    to_terminal: bool,
    place: Place,
}

/// Where rows go.
#[derive(Debug)]
enum Place {
    Output,
    File(Destination),
    // The files go before their folder does, should the run fail.
    Folder(Vec<Destination>, Option<NewFolder>),
}

impl Answers {
    /// Decides and tries the place of each query's rows; `names` are the queries' steps.
    ///
    /// # Errors
    ///
    /// The place does not fit the number of queries, or cannot be written to.
    pub fn open(names: &[&str], format: Option<Format>, out: Option<&Path>) -> Result<Self, Failure> {
        let to_terminal = out.is_none() && std::io::stdout().is_terminal();
        let format = format.unwrap_or(if to_terminal { Format::Table } else { Format::Csv });
        let place = match out {
            None => Place::Output,
            Some(path) if path.is_dir() || is_folder_name(path) => {
                refuse_none(names, path)?;
                let folder = NewFolder::make(path)?;
                let files = names.iter().map(|name| Destination::open(&path.join(file_name(name, format))));
                Place::Folder(files.collect::<Result<_, _>>()?, folder)
            }
            Some(path) => {
                refuse_none(names, path)?;
                refuse_several(names, format, path)?;
                Place::File(Destination::open(path)?)
            }
        };
        Ok(Self { format, to_terminal, place })
    }

    /// Writes the rows of each query, by its step.
    ///
    /// # Errors
    ///
    /// The place cannot be written to, or the format has no way to write a column.
    pub fn write(self, answers: &[(String, ResultSet)], out: &mut dyn Write) -> Result<(), Failure> {
        let Self { format, to_terminal, place } = self;
        let several = answers.len() > 1;
        match place {
            Place::Output => {
                let mut bytes = Vec::new();
                for (at, (name, rows)) in answers.iter().enumerate() {
                    if at > 0 && format != Format::Json {
                        bytes.push(b'\n');
                    }
                    write_rows(rows, several.then_some(name), format, to_terminal, &mut bytes)?;
                }
                out.write_all(&bytes)?;
            }
            Place::File(file) => {
                let mut bytes = Vec::new();
                for (_, rows) in answers {
                    write_rows(rows, None, format, to_terminal, &mut bytes)?;
                }
                file.write(&bytes)?;
            }
            Place::Folder(files, folder) => {
                for ((_, rows), file) in answers.iter().zip(files) {
                    let mut bytes = Vec::new();
                    write_rows(rows, None, format, to_terminal, &mut bytes)?;
                    file.write(&bytes)?;
                }
                folder.into_iter().for_each(NewFolder::keep);
            }
        }
        Ok(())
    }
}

/// A folder that goes again if nothing comes to lie in it.
#[derive(Debug)]
struct NewFolder(Option<PathBuf>);

impl NewFolder {
    /// Makes a folder, unless it is there.
    fn make(path: &Path) -> Result<Option<Self>, Report> {
        if path.is_dir() {
            return Ok(None);
        }
        fs::create_dir(path).map_err(|error| miette!("cannot make the folder {}: {error}", path.display()))?;
        Ok(Some(Self(Some(path.to_path_buf()))))
    }

    fn keep(mut self) {
        self.0 = None;
    }
}

impl Drop for NewFolder {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            // One that is not empty is no longer ours alone.
            let _ = fs::remove_dir(path);
        }
    }
}

/// Whether a path that is not there is meant as a folder's.
fn is_folder_name(path: &Path) -> bool {
    path.as_os_str().to_string_lossy().ends_with(std::path::is_separator)
}

fn file_name(step: &str, format: Format) -> String {
    format!("{step}.{}", format.suffix())
}

/// Without a query there are no rows to write.
fn refuse_none(names: &[&str], path: &Path) -> Result<(), Failure> {
    if !names.is_empty() {
        return Ok(());
    }
    Err(Failure::Usage(miette!(
        help = "add a query to the spec: SELECT * FROM …, or leave --out away: tables that are kept lie under --output",
        "--out {}: the spec has no query whose rows could be written",
        path.display()
    )))
}

/// A file holds the rows of one query.
fn refuse_several(names: &[&str], format: Format, path: &Path) -> Result<(), Failure> {
    if names.len() == 1 {
        return Ok(());
    }
    let files: Vec<String> = names.iter().map(|name| file_name(name, format)).collect();
    Err(Failure::Usage(miette!(
        help = format!("--out {}/ makes a folder with a file for each: {}", path.display(), files.join(", ")),
        "--out {}: a file holds the rows of one query, and the spec has {}",
        path.display(),
        names.len()
    )))
}

/// Writes the rows of one query; `name` is its step, where there are several.
fn write_rows(
    rows: &ResultSet,
    name: Option<&String>,
    format: Format,
    to_terminal: bool,
    out: &mut Vec<u8>,
) -> Result<(), Report> {
    match (format, name) {
        (Format::Table, name) => {
            if let Some(name) = name {
                writeln!(out, "{name}:").into_diagnostic()?;
            }
            output::table::write(rows, to_terminal, out).into_diagnostic()
        }
        (Format::Csv, _) => output::csv::write(rows, out).into_diagnostic(),
        (Format::Json, None) => output::json::write(rows, out).into_diagnostic(),
        (Format::Json, Some(name)) => output::json::write_of(name, rows, out).into_diagnostic(),
        #[cfg(feature = "local")]
        (Format::Parquet, _) => output::parquet::write(rows, out).map_err(|error| miette!("{error}")),
    }
}
