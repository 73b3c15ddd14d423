//! Executes one statement as Athena would.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::execution::SendableRecordBatchStream;
use datafusion::execution::context::SessionContext;
use miette::Diagnostic;

use super::Shared;
use super::lower;
use super::scan::ScanContext;
use super::tables::{StatementTables, Tables, exists};
use super::write::{Destination, write, write_partitioned};
use crate::bind::query::Query;
use crate::bind::spec::BoundStatementKind;
use crate::bind::{BindOptions, bind};
use crate::catalog::{Layout, Table, TableRef, with_slash};
use crate::constant::{Value, Zone};
use crate::engine::{EngineError, ErrorClass, QueryId, ResultSet};
use crate::source::{Source, Span};
use crate::spec::ast::{Spec, StatementKind};
use crate::spec::parse;
use crate::types::{Dialect, Type};

/// A statement that has been parsed.
#[derive(Debug)]
pub struct Statement {
    source: Arc<Source>,
    spec: Spec,
}

impl Statement {
    /// Reads a statement's text.
    ///
    /// # Errors
    ///
    /// It is no statement, or several.
    pub fn parse(sql: &str) -> Result<Self, EngineError> {
        let source = Source::new("statement", sql);
        let spec = parse(&source).map_err(|errors| wrong(&errors))?;
        if spec.statements.len() != 1 {
            let message = format!("Only one sql statement is allowed. Got: {}", spec.statements.len());
            return Err(EngineError::new(ErrorClass::Statement, message));
        }
        Ok(Self { source: Arc::new(source), spec })
    }

    /// Its text.
    pub fn sql(&self) -> &str {
        &self.source.text
    }

    /// Runs it to its end.
    ///
    /// # Errors
    ///
    /// It does not bind, uses something that the engine lacks, or data cannot be read or written.
    pub async fn execute(
        self,
        shared: &Arc<Shared>,
        context: Arc<ScanContext>,
        id: &QueryId,
    ) -> Result<ResultSet, EngineError> {
        let run = Run { shared, context };
        let if_not_exists = self.spec.statements.first().is_some_and(
            |statement| matches!(&statement.kind, StatementKind::CreateExternalTable(create) if create.if_not_exists),
        );
        match self.bind(&shared.tables, shared.options.dialect, shared.options.now)? {
            BoundStatementKind::Query(query) => run.rows(&query).await,
            BoundStatementKind::DeclareTable(table) => {
                run.declare(&table, if_not_exists)?;
                Ok(ResultSet::default())
            }
            BoundStatementKind::AddPartitions(table, entries) => {
                run.shared.tables.change(&table.name, |current| with_partitions(current, entries))?;
                Ok(ResultSet::default())
            }
            BoundStatementKind::DropTable { name, if_exists } => {
                if !if_exists || shared.tables.contains(&name) {
                    shared.tables.remove(&name)?;
                }
                Ok(ResultSet::default())
            }
            BoundStatementKind::Materialise { table, properties, query, .. } => {
                run.create_table_as(&table, &properties, &query, id).await
            }
            BoundStatementKind::Unload { query, location, properties } => {
                run.unload(&query, &location, &properties).await
            }
            BoundStatementKind::FileTable(..) | BoundStatementKind::View(..) => {
                let message = "athplan compiles this statement; no engine gets it";
                Err(EngineError::new(ErrorClass::Unsupported, message))
            }
        }
    }

    /// Binds it against tables.
    ///
    /// # Errors
    ///
    /// It does not bind, or is no statement of Athena's.
    pub fn bind(&self, tables: &Tables, dialect: Dialect, now: i128) -> Result<BoundStatementKind, EngineError> {
        if let Some(error) = self.spec.statements.iter().find_map(|statement| refused(&statement.kind, statement.span))
        {
            return Err(error);
        }
        let arguments = BTreeMap::new();
        let options = BindOptions {
            dialect,
            now: Value::TimestampWithTimeZone(now, Zone::Offset(0)),
            arguments: &arguments,
            catalog: tables,
        };
        let bound = bind(&self.spec, self.source.clone(), &options).map_err(|errors| wrong(&errors))?;
        let statement = bound.statements.into_iter().next();
        let unknown = || EngineError::new(ErrorClass::Statement, "Queries of this type are not supported");
        statement.map(|statement| statement.kind).ok_or_else(unknown)
    }
}

/// Statements of athplan's own language, which Athena would not take either.
fn refused(kind: &StatementKind, span: Span) -> Option<EngineError> {
    let what = match kind {
        StatementKind::Declare(_) => "DECLARE",
        StatementKind::Set(_) => "SET",
        StatementKind::CreateTableFromFile(_) => "CREATE TEMPORARY TABLE … FROM",
        StatementKind::CreateView(_) => "CREATE VIEW",
        StatementKind::CreateTableAs(create) if create.temporary => "CREATE TEMPORARY TABLE",
        _ => return None,
    };
    let message = format!("the embedded engine does not support {what}: athplan compiles it to other statements");
    Some(EngineError::new(ErrorClass::Unsupported, message).at(Some(span)))
}

/// A statement on its way.
struct Run<'a> {
    shared: &'a Shared,
    context: Arc<ScanContext>,
}

impl Run<'_> {
    fn session(&self) -> SessionContext {
        lower::context(self.shared.options.threads)
    }

    async fn rows(&self, query: &Query) -> Result<ResultSet, EngineError> {
        let plan = lower::plan(query, &StatementTables(self.context.clone()))?;
        let types: Vec<Type> = query.columns.iter().map(|column| column.ty.clone()).collect();
        let rows = lower::rows(&self.session(), &plan, &types).await?;
        Ok(ResultSet { columns: named(query), rows })
    }

    fn declare(&self, table: &TableRef, if_not_exists: bool) -> Result<(), EngineError> {
        if self.shared.tables.contains(&table.name) && if_not_exists {
            return Ok(());
        }
        self.shared.tables.create(table.clone())
    }

    async fn create_table_as(
        &self,
        table: &Table,
        properties: &[(String, Value)],
        query: &Query,
        id: &QueryId,
    ) -> Result<ResultSet, EngineError> {
        if self.shared.tables.contains(&table.name) {
            return Err(exists(&table.name));
        }
        let default = || format!("{}/tables/{id}/", self.shared.options.output.location.trim_end_matches('/'));
        let destination = Destination::of_table(properties, table.storage.format, default)?;
        let mut stored = table.clone();
        stored.storage.location = with_slash(&destination.location);
        stored.storage.serde_properties = destination.serde_properties();
        let (columns, batches) = self.batches(query, &destination).await?;
        let store = &self.shared.store;
        let count = if table.partition_keys.is_empty() {
            write(store, &destination, &columns, batches).await?
        } else {
            let (count, layout) = write_partitioned(store, &destination, &stored, &columns, batches).await?;
            stored.layout = layout;
            count
        };
        self.shared.tables.create(Arc::new(stored))?;
        Ok(count_of(count))
    }

    async fn unload(
        &self,
        query: &Query,
        location: &str,
        properties: &[(String, Value)],
    ) -> Result<ResultSet, EngineError> {
        let destination = Destination::of_unload(properties, location)?;
        let (columns, batches) = self.batches(query, &destination).await?;
        write(&self.shared.store, &destination, &columns, batches).await.map(count_of)
    }

    /// The columns and rows of a query that is to be written.
    async fn batches(
        &self,
        query: &Query,
        destination: &Destination,
    ) -> Result<(Vec<(String, Type)>, SendableRecordBatchStream), EngineError> {
        let columns = named(query);
        for (name, ty) in &columns {
            destination.accepts(name, ty)?;
        }
        let plan = lower::plan(query, &StatementTables(self.context.clone()))?;
        Ok((columns, lower::stream(&self.session(), &plan).await?))
    }
}

/// What a statement that writes rows answers with, as on Athena: how many there were.
fn count_of(rows: u64) -> ResultSet {
    let count = Value::Integer(i64::try_from(rows).unwrap_or(i64::MAX));
    ResultSet { columns: vec![("rows".to_owned(), Type::BigInt)], rows: vec![vec![count]] }
}

/// A query's columns; those without a name are called as Athena calls them.
pub(super) fn named(query: &Query) -> Vec<(String, Type)> {
    let name = |at: usize, name: &Option<String>| name.clone().unwrap_or_else(|| format!("_col{at}"));
    query.columns.iter().enumerate().map(|(at, column)| (name(at, &column.name), column.ty.clone())).collect()
}

fn with_partitions(table: &Table, entries: Vec<crate::catalog::PartitionEntry>) -> Result<Table, EngineError> {
    let Layout::Registered(registered) = &table.layout else {
        let message = format!("{}: partitions cannot be added to a table of this layout", table.name);
        return Err(EngineError::new(ErrorClass::Statement, message));
    };
    let mut all = registered.clone();
    for entry in entries {
        if !all.iter().any(|known| known.values == entry.values) {
            all.push(entry);
        }
    }
    Ok(Table { layout: Layout::Registered(all), ..table.clone() })
}

/// The errors of a stage as one, placed where the first is.
fn wrong<E: Diagnostic>(errors: &[E]) -> EngineError {
    let describe = |error: &E| match error.help() {
        Some(help) => format!("{error} ({help})"),
        None => error.to_string(),
    };
    let message = errors.iter().map(describe).collect::<Vec<_>>().join("; ");
    let span = errors.first().and_then(|error| error.labels()).and_then(|mut labels| labels.next());
    let span = span.map(|label| Span::new(label.offset(), label.offset() + label.len()));
    EngineError::new(ErrorClass::Statement, message).at(span)
}
