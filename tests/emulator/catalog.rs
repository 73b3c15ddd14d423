//! The data catalog: databases, tables and views, and how a statement's context sees them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use athplan::bind;
use athplan::catalog::{Layout, PartitionEntry, Table, TableRef};

/// The only data catalog, as names fold it.
pub const CATALOG: &str = "awsdatacatalog";

/// The database that is always there.
pub const DEFAULT: &str = "default";

/// The location that stands for partitions nobody has registered: nothing lies there.
pub const NOWHERE: &str = "s3://emulated-nowhere/";

/// All databases.
#[derive(Debug)]
pub struct Catalog(Mutex<BTreeMap<String, Database>>);

/// A database's tables and views, by name.
type Database = BTreeMap<String, Entry>;

/// A table or view.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What it is; a view has columns and no location.
    pub table: TableRef,
    /// The text of a view's query.
    pub view: Option<String>,
    /// When it was made: emulated seconds since the start.
    pub created: f64,
}

/// A table's full name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TableName {
    /// The database.
    pub database: String,
    /// The table in it.
    pub table: String,
}

impl TableName {
    /// The name that a statement means by some parts, in the context of a database.
    pub fn resolve(parts: &[String], context: Option<&str>) -> Self {
        let (database, table) = match parts {
            [.., database, table] => (database.clone(), table.clone()),
            [table] => (context.unwrap_or(DEFAULT).to_lowercase(), table.clone()),
            [] => (DEFAULT.to_owned(), String::new()),
        };
        Self { database, table }
    }

    /// `database.table`.
    pub fn dotted(&self) -> String {
        format!("{}.{}", self.database, self.table)
    }
}

impl Default for Catalog {
    fn default() -> Self {
        Self(Mutex::new(BTreeMap::from([(DEFAULT.to_owned(), Database::new())])))
    }
}

impl Catalog {
    fn with<T>(&self, work: impl FnOnce(&mut BTreeMap<String, Database>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The databases' names.
    pub fn databases(&self) -> Vec<String> {
        self.with(|databases| databases.keys().cloned().collect())
    }

    /// Makes a database; false if it was there.
    pub fn create_database(&self, name: &str) -> bool {
        self.with(|databases| {
            let is_new = !databases.contains_key(name);
            databases.entry(name.to_owned()).or_default();
            is_new
        })
    }

    /// Drops a database with all in it; false if it was not there.
    pub fn drop_database(&self, name: &str) -> bool {
        self.with(|databases| databases.remove(name).is_some())
    }

    /// Whether there is such a database.
    pub fn has_database(&self, name: &str) -> bool {
        self.with(|databases| databases.contains_key(name))
    }

    /// The entries of a database, by name; none if there is no such database.
    pub fn entries(&self, database: &str) -> Option<Vec<(String, Entry)>> {
        self.with(|databases| {
            let entries = databases.get(database)?.iter();
            Some(entries.map(|(name, entry)| (name.clone(), entry.clone())).collect())
        })
    }

    /// An entry.
    pub fn entry(&self, name: &TableName) -> Option<Entry> {
        self.with(|databases| databases.get(&name.database)?.get(&name.table).cloned())
    }

    /// Puts an entry in; false if there is one of that name, or no such database.
    pub fn insert(&self, name: &TableName, entry: Entry, replace: bool) -> bool {
        self.with(|databases| {
            let Some(database) = databases.get_mut(&name.database) else { return false };
            if database.contains_key(&name.table) && !replace {
                return false;
            }
            database.insert(name.table.clone(), entry);
            true
        })
    }

    /// Takes an entry out; false if there was none.
    pub fn remove(&self, name: &TableName) -> bool {
        self.with(|databases| {
            databases.get_mut(&name.database).is_some_and(|tables| tables.remove(&name.table).is_some())
        })
    }

    /// Changes the registered partitions of a table; false if it has none to register.
    pub fn change_partitions(&self, name: &TableName, change: impl FnOnce(&mut Vec<PartitionEntry>)) -> bool {
        self.with(|databases| {
            let entry = databases.get_mut(&name.database).and_then(|tables| tables.get_mut(&name.table));
            let Some(entry) = entry else { return false };
            let mut table = Table::clone(&entry.table);
            let Layout::Registered(partitions) = &mut table.layout else { return false };
            change(partitions);
            entry.table = Arc::new(table);
            true
        })
    }

    /// The catalog as a statement sees it.
    pub fn session(&self, context: Option<&str>) -> SessionTables {
        let context = context.unwrap_or(DEFAULT).to_lowercase();
        let mut tables = BTreeMap::new();
        self.with(|databases| {
            for (database, entries) in databases.iter() {
                for (name, entry) in entries.iter().filter(|(_, entry)| entry.view.is_none()) {
                    let full = format!("{database}.{name}");
                    if *database == context {
                        tables.insert(name.clone(), seen_as(&entry.table, name));
                    }
                    tables.insert(full.clone(), seen_as(&entry.table, &full));
                }
            }
        });
        SessionTables { tables, used: Mutex::default() }
    }
}

/// A table as the embedded engine gets it, under the name by which a statement calls it. Where no
/// partition is registered, Athena finds none, while the embedded engine would look for folders.
fn seen_as(table: &Table, name: &str) -> TableRef {
    let mut seen = Table { name: name.to_owned(), ..table.clone() };
    if matches!(&seen.layout, Layout::Registered(partitions) if partitions.is_empty()) {
        NOWHERE.clone_into(&mut seen.storage.location);
    }
    Arc::new(seen)
}

/// The tables that a statement may name, and which of them it has named.
#[derive(Debug)]
pub struct SessionTables {
    tables: BTreeMap<String, TableRef>,
    used: Mutex<BTreeSet<String>>,
}

impl SessionTables {
    /// The tables that were asked for.
    pub fn used(&self) -> Vec<TableRef> {
        let used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.iter().filter_map(|name| self.tables.get(name)).cloned().collect()
    }
}

impl bind::Tables for SessionTables {
    fn table(&self, name: &str) -> Option<TableRef> {
        let table = self.tables.get(name)?;
        self.used.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned());
        Some(table.clone())
    }

    fn names(&self) -> Vec<String> {
        self.tables.keys().cloned().collect()
    }
}
