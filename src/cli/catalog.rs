//! `athplan catalog pull`: the tables of a live catalog as a file of DDL, which a spec is then compiled
//! with anywhere (`--catalog FILE`), and which a repository can keep.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use miette::{IntoDiagnostic, WrapErr, miette};

use super::engine::{EngineName, EngineOptions, report};
use super::live::{Live, LiveSettings};
use super::output::visible;
use super::session::Failure;
use crate::catalog::{Layout, Table, add_partition_statements, create_statement};
use crate::emit::TEXT_LIMIT;
use crate::engine::EngineError;
use crate::error::exit;

/// The live catalog.
#[derive(Debug, Args)]
pub struct Catalog {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Pull(Pull),
}

/// Writes the definitions of tables, with the partitions they have registered, as a catalog file.
#[derive(Debug, Args)]
struct Pull {
    /// The tables, as TABLE or DATABASE.TABLE (default: every table of the database)
    #[arg(value_name = "TABLE")]
    tables: Vec<String>,
    /// Writes to a file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    engine: EngineOptions,
}

impl Catalog {
    /// Pulls tables.
    ///
    /// # Errors
    ///
    /// The catalog cannot be asked, or a table that was named is not there or not understood.
    pub fn run(&self, out: &mut dyn Write) -> Result<u8, Failure> {
        let Command::Pull(pull) = &self.command;
        let text = pull.text()?;
        match &pull.out {
            Some(path) => {
                fs::write(path, text).into_diagnostic().wrap_err_with(|| format!("cannot write {}", path.display()))?;
            }
            None => out.write_all(text.as_bytes())?,
        }
        Ok(exit::OK)
    }
}

impl Pull {
    fn text(&self) -> Result<String, Failure> {
        let here = std::env::current_dir().into_diagnostic()?;
        let (_, config) = super::config::nearest(&here.join("spec"))?.unwrap_or_default();
        // The embedded engine has no catalog.
        let named = Some(self.engine.name(config.engine)).filter(|name| *name != EngineName::Local);
        let engine = EngineOptions { engine: named.or(Some(EngineName::Athena)), ..self.engine.clone() };
        let Some(settings) = LiveSettings::of(&engine, &config) else { return Ok(String::new()) };
        let database = settings.database().to_owned();
        let live = Live::connect(settings)?;
        let mut text = String::new();
        if self.tables.is_empty() {
            let tables = live.runtime.block_on(live.engine.tables()).map_err(|error| report(&error))?;
            for (name, table) in tables {
                // One table that is not understood is no reason to do without the others.
                match table.and_then(|table| ddl(&table)) {
                    Ok(ddl) => text.push_str(&ddl),
                    Err(error) => text.push_str(&format!("-- {}\n\n", visible(&error.message).replace('\n', " "))),
                }
                super::say(&name);
            }
        }
        for name in &self.tables {
            let called = if name.contains('.') { name.clone() } else { format!("{database}.{name}") };
            let called = called.to_lowercase();
            let found = live.runtime.block_on(live.engine.table(&called)).map_err(|error| report(&error))?;
            let table = found.ok_or_else(|| {
                miette!(
                    help = "--database, --data-catalog and --region say where to look; of a Trino, --schema and --trino-catalog",
                    "there is no table `{called}`"
                )
            })?;
            text.push_str(&ddl(&table).map_err(|error| report(&error))?);
        }
        live.close();
        Ok(text)
    }
}

/// A table's definition and its partitions, as statements.
fn ddl(table: &Table) -> Result<String, EngineError> {
    let unprintable = |error: crate::catalog::DdlError| {
        let message = format!("`{}` cannot be written as DDL: {error}", table.name);
        EngineError::new(crate::engine::ErrorClass::Unsupported, message)
    };
    let mut text = create_statement(table, &table.name).map_err(unprintable)? + ";\n\n";
    if let Layout::Registered(entries) = &table.layout {
        for statement in add_partition_statements(table, &table.name, entries, TEXT_LIMIT).map_err(unprintable)? {
            text.push_str(&format!("{statement};\n\n"));
        }
    }
    Ok(text)
}
