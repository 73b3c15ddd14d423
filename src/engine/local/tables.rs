//! The tables that statements have created in this engine.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use datafusion::catalog::TableProvider;

use super::lower::TableSources;
use super::scan::{ScanContext, TableScan};
use crate::bind;
use crate::catalog::{Table, TableRef};
use crate::engine::{EngineError, ErrorClass};

/// Tables by name.
#[derive(Debug, Default)]
pub struct Tables {
    by_name: Mutex<BTreeMap<String, TableRef>>,
}

impl Tables {
    /// Puts a table in.
    ///
    /// # Errors
    ///
    /// There is one of that name.
    pub fn create(&self, table: TableRef) -> Result<(), EngineError> {
        let mut tables = self.by_name();
        if tables.contains_key(&table.name) {
            return Err(exists(&table.name));
        }
        tables.insert(table.name.clone(), table);
        Ok(())
    }

    /// Puts a table in, in the place of one of that name.
    pub fn put(&self, table: TableRef) {
        self.by_name().insert(table.name.clone(), table);
    }

    /// Whether there is a table of that name.
    pub fn contains(&self, name: &str) -> bool {
        self.by_name().contains_key(name)
    }

    /// Changes a table by what another statement may have made of it meanwhile.
    ///
    /// # Errors
    ///
    /// There is none of that name, or the change does not fit it.
    pub fn change(
        &self,
        name: &str,
        change: impl FnOnce(&Table) -> Result<Table, EngineError>,
    ) -> Result<(), EngineError> {
        let mut tables = self.by_name();
        let table = tables.get(name).ok_or_else(|| missing(name))?;
        let changed = Arc::new(change(table)?);
        tables.insert(name.to_owned(), changed);
        Ok(())
    }

    /// Takes a table out; its files stay.
    ///
    /// # Errors
    ///
    /// There is none of that name.
    pub fn remove(&self, name: &str) -> Result<(), EngineError> {
        self.by_name().remove(name).map(|_| ()).ok_or_else(|| missing(name))
    }

    fn by_name(&self) -> MutexGuard<'_, BTreeMap<String, TableRef>> {
        self.by_name.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl bind::Tables for Tables {
    fn table(&self, name: &str) -> Option<Arc<Table>> {
        self.by_name().get(name).cloned()
    }

    fn names(&self) -> Vec<String> {
        self.by_name().keys().cloned().collect()
    }
}

/// Scans of one statement.
pub struct StatementTables(pub Arc<ScanContext>);

impl TableSources for StatementTables {
    fn provider(&self, table: &Table) -> Result<Arc<dyn TableProvider>, EngineError> {
        Ok(Arc::new(TableScan::new(Arc::new(table.clone()), self.0.clone())?))
    }
}

/// The error of a name that is taken.
pub fn exists(name: &str) -> EngineError {
    let message = format!("TABLE_ALREADY_EXISTS: Destination table '{name}' already exists");
    EngineError::new(ErrorClass::Exists, message)
}

fn missing(name: &str) -> EngineError {
    EngineError::new(ErrorClass::Statement, format!("TABLE_NOT_FOUND: Table '{name}' does not exist"))
}
