//! What the engine lacks of statements, found before any of them runs: a refusal after minutes of other
//! statements would have cost those minutes.
//!
//! Each statement is read, bound and lowered as if it ran, against the tables that those before it make.
//! What is wrong with a statement in any other way is left to its run, which says it better.

use std::sync::Arc;

use datafusion::catalog::TableProvider;

use super::lower::{self, TableSources};
use super::scan::{ScanContext, TableReader};
use super::statements::{Statement, named};
use super::store::Store;
use super::tables::{StatementTables, Tables};
use super::write::Destination;
use crate::bind::query::Query;
use crate::bind::spec::BoundStatementKind;
use crate::catalog::{Table, TableRef};
use crate::engine::{EngineError, ErrorClass};
use crate::types::Dialect;

/// What the embedded engine lacks of statements that are to run one after the other, a list for each. They may
/// read tables that exist already.
pub fn lacks(statements: &[String], existing: &[TableRef], dialect: Dialect, now: i128) -> Vec<Vec<EngineError>> {
    let Ok(store) = Store::new(&[]) else { return vec![Vec::new(); statements.len()] };
    let store = Arc::new(store);
    let tables = Tables::default();
    for table in existing {
        // One that the engine cannot have is told when the engine is made.
        let _ = tables.create(table.clone());
    }
    statements
        .iter()
        .map(|sql| {
            let context = Arc::new(ScanContext::new(store.clone(), false, 1, now));
            let readable = Readable(StatementTables(context));
            let mut found = of_statement(sql, &tables, &readable, dialect, now);
            found.retain(|error| error.class == ErrorClass::Unsupported);
            found
        })
        .collect()
}

/// All that is wrong with queries that read no tables, a list for each.
pub(super) fn all(queries: &[String], dialect: Dialect) -> Vec<Vec<EngineError>> {
    let Ok(store) = Store::new(&[]) else { return vec![Vec::new(); queries.len()] };
    let readable = Readable(StatementTables(Arc::new(ScanContext::new(Arc::new(store), false, 1, 0))));
    let tables = Tables::default();
    queries.iter().map(|sql| of_statement(sql, &tables, &readable, dialect, 0)).collect()
}

fn of_statement(sql: &str, tables: &Tables, readable: &Readable, dialect: Dialect, now: i128) -> Vec<EngineError> {
    let bound = Statement::parse(sql).and_then(|statement| statement.bind(tables, dialect, now));
    let mut found = Vec::new();
    match bound {
        Err(error) => found.push(error),
        Ok(BoundStatementKind::Query(query)) => found = lower::lacks(&query, readable),
        Ok(BoundStatementKind::Unload { query, location, properties }) => {
            found = lower::lacks(&query, readable);
            let destination = Destination::of_unload(&properties, &location);
            found.extend(destination.and_then(|destination| accepted(&query, &destination)).err());
        }
        Ok(BoundStatementKind::Materialise { table, properties, query, .. }) => {
            found = lower::lacks(&query, readable);
            let destination = Destination::of_table(&properties, table.storage.format, String::new);
            found.extend(destination.and_then(|destination| accepted(&query, &destination)).err());
            found.extend(tables.create(table).err());
        }
        Ok(BoundStatementKind::DeclareTable(table)) => found.extend(tables.create(table).err()),
        Ok(
            BoundStatementKind::AddPartitions(..)
            | BoundStatementKind::DropTable { .. }
            | BoundStatementKind::FileTable(..)
            | BoundStatementKind::View(..),
        ) => {}
    }
    found
}

/// Whether a query's columns can be written.
fn accepted(query: &Query, destination: &Destination) -> Result<(), EngineError> {
    named(query).iter().try_for_each(|(name, ty)| destination.accepts(name, ty))
}

/// Tables, if the engine reads files of their kind.
struct Readable(StatementTables);

impl TableSources for Readable {
    fn provider(&self, table: &Table) -> Result<Arc<dyn TableProvider>, EngineError> {
        TableReader::new(table, &[])?;
        self.0.provider(table)
    }
}
