//! Statements that change the catalog and read no data.
//!
//! Failures as measured on Athena in September 2026: their reason begins with `FAILED: `, and the
//! message is often another text.

use std::sync::Arc;

use athplan::bind::BindError;
use athplan::bind::spec::BoundStatementKind;
use athplan::catalog::{Column, Format, Layout, Origin, PartitionEntry, Storage, Table};

use super::data::target_name;
use super::life::Done;
use super::session::Session;
use super::{Execution, Failure};
use crate::emulator::Shared;
use crate::emulator::catalog::{Entry, TableName};
use crate::emulator::results::Outcome;
use crate::emulator::statement::Kind;

/// Runs a statement that changes the catalog.
pub fn work(shared: &Shared, execution: &Execution) -> Result<Done, Failure> {
    let statement = &execution.statement;
    match statement.kind {
        Kind::CreateTable => create_table(shared, execution)?,
        Kind::DropTable => drop_table(shared, execution)?,
        Kind::CreateView => create_view(shared, execution)?,
        Kind::DropView => drop_view(shared, execution)?,
        Kind::CreateDatabase => {
            let name = database(execution);
            if !shared.catalog.create_database(&name) && !statement.conditional {
                let reason = format!(
                    "FAILED: Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. Database \
                     {name} already exists"
                );
                return Err(Failure::new(2, 1006, reason));
            }
        }
        Kind::DropDatabase => {
            let name = database(execution);
            if !shared.catalog.drop_database(&name) && !statement.conditional {
                return Err(missing_database(&name));
            }
        }
        Kind::AddPartition => add_partitions(shared, execution)?,
        Kind::DropPartition => drop_partitions(shared, execution)?,
        _ => {
            let what = statement.kind.substatement();
            return Err(Failure::new(2, 1200, format!("FAILED: the emulator does not support {what}")));
        }
    }
    Ok(Done { outcome: Outcome::Nothing, scanned: 0, stored: None })
}

fn create_table(shared: &Shared, execution: &Execution) -> Result<(), Failure> {
    let session = Session::new(shared, execution);
    let parsed = execution.statement.parsed.as_ref().expect("the front end reads CREATE EXTERNAL TABLE");
    let bound = session.bind_definition(parsed, semantic)?;
    let BoundStatementKind::DeclareTable(table) = bound else {
        return Err(Failure::new(2, 1200, "FAILED: the emulator makes external tables alone"));
    };
    let name = target_name(execution);
    shared.glue("CreateTable", &name).map_err(|denied| Failure::denied(&denied.resource))?;
    if !shared.catalog.has_database(&name.database) {
        return Err(missing_database(&name.database));
    }
    let made = Table { name: name.dotted(), origin: Origin::Existing, ..Table::clone(&table) };
    let entry = Entry { table: Arc::new(made), view: None, created: shared.clock.now() };
    if shared.catalog.insert(&name, entry, false) || execution.statement.conditional {
        return Ok(());
    }
    let reason = format!(
        "FAILED: Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. \
         AlreadyExistsException(message:Table {} already exist)",
        name.table
    );
    let message = Some(format!("Table {} already exists.", name.table));
    Err(Failure { message, ..Failure::new(2, 1006, reason) })
}

fn drop_table(shared: &Shared, execution: &Execution) -> Result<(), Failure> {
    let name = target_name(execution);
    let entry = shared.catalog.entry(&name);
    let has_partitions = entry.is_some_and(|entry| !entry.table.partition_keys.is_empty());
    let of_partitions = ["GetPartitions", "GetPartition", "DeletePartition"].into_iter().filter(|_| has_partitions);
    for operation in ["GetTable", "DeleteTable"].into_iter().chain(of_partitions) {
        shared.glue(operation, &name).map_err(|denied| Failure::denied(&denied.resource))?;
    }
    if shared.catalog.remove(&name) || execution.statement.conditional {
        return Ok(());
    }
    Err(missing_table(&name))
}

fn create_view(shared: &Shared, execution: &Execution) -> Result<(), Failure> {
    let session = Session::new(shared, execution);
    let parsed = execution.statement.parsed.as_ref().expect("the front end reads CREATE VIEW");
    let BoundStatementKind::View(_, query) = session.bind(parsed)? else {
        return Err(Failure::new(2, 1200, "NOT_SUPPORTED: Queries of this type are not supported"));
    };
    let name = target_name(execution);
    let columns = query.columns.iter().map(|column| Column {
        name: column.name.clone().unwrap_or_default(),
        ty: column.ty.clone(),
        comment: None,
    });
    let table = Table {
        name: name.dotted(),
        columns: columns.collect(),
        partition_keys: Vec::new(),
        storage: Storage {
            location: String::new(),
            format: Format::Parquet,
            serde: None,
            classes: None,
            serde_properties: std::collections::BTreeMap::new(),
        },
        layout: Layout::Flat,
        time: None,
        origin: Origin::Existing,
        properties: Vec::new(),
        comment: Some("Presto View".to_owned()),
    };
    let text = execution.statement.text.clone();
    let entry = Entry { table: Arc::new(table), view: Some(text), created: shared.clock.now() };
    shared.glue("CreateTable", &name).map_err(|denied| Failure::denied(&denied.resource))?;
    if shared.catalog.insert(&name, entry, execution.statement.text.to_lowercase().contains("or replace")) {
        Ok(())
    } else {
        Err(Failure::new(2, 1110, format!("VIEW_ALREADY_EXISTS: line 1:1: View already exists: '{}'", name.dotted())))
    }
}

fn drop_view(shared: &Shared, execution: &Execution) -> Result<(), Failure> {
    let name = target_name(execution);
    shared.glue("DeleteTable", &name).map_err(|denied| Failure::denied(&denied.resource))?;
    if shared.catalog.remove(&name) || execution.statement.conditional {
        return Ok(());
    }
    Err(Failure::new(2, 1301, format!("View 'awsdatacatalog.{}' does not exist", name.dotted())))
}

fn add_partitions(shared: &Shared, execution: &Execution) -> Result<(), Failure> {
    let session = Session::new(shared, execution);
    let name = target_name(execution);
    let parsed = execution.statement.parsed.as_ref().expect("the front end reads ADD PARTITION");
    let bound = session.bind_definition(parsed, |errors| match errors.first() {
        Some(BindError::UnknownTable { .. }) => missing_table(&name),
        Some(BindError::WrongPartition { reason, .. }) if reason.contains("there already") => {
            let reason = "FAILED: Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. \
                          AlreadyExistsException(message:Partition already exists.)";
            Failure::new(2, 1006, reason)
        }
        _ => semantic(errors),
    })?;
    let BoundStatementKind::AddPartitions(_, entries) = bound else {
        return Err(Failure::new(2, 1200, "FAILED: the emulator adds partitions to external tables alone"));
    };
    for operation in ["GetTable", "GetPartition", "BatchCreatePartition"] {
        shared.glue(operation, &name).map_err(|denied| Failure::denied(&denied.resource))?;
    }
    shared.catalog.change_partitions(&name, |known| {
        for entry in entries {
            if !known.iter().any(|partition| partition.values == entry.values) {
                known.push(entry);
            }
        }
    });
    Ok(())
}

fn drop_partitions(shared: &Shared, execution: &Execution) -> Result<(), Failure> {
    let name = target_name(execution);
    let entry = shared.catalog.entry(&name).ok_or_else(|| missing_table(&name))?;
    shared.glue("DeletePartition", &name).map_err(|denied| Failure::denied(&denied.resource))?;
    let keys = &entry.table.partition_keys;
    let wanted = |partition: &PartitionEntry| {
        execution.statement.partitions.iter().any(|values| {
            values.iter().all(|(key, value)| {
                let at = keys.iter().position(|known| known.name == *key);
                at.and_then(|at| partition.values.get(at)) == Some(value)
            })
        })
    };
    let mut dropped = 0;
    shared.catalog.change_partitions(&name, |known| {
        dropped = known.len();
        known.retain(|partition| !wanted(partition));
        dropped -= known.len();
    });
    if dropped == 0 && !execution.statement.conditional {
        let reason = "FAILED: SemanticException [Error 10006]: Partition not found".to_owned();
        return Err(Failure::new(2, 1006, reason));
    }
    Ok(())
}

/// The database that a statement makes or drops.
fn database(execution: &Execution) -> String {
    let parts = execution.statement.name.iter().flat_map(|name| &name.parts);
    parts.last().map(|(part, _)| part.clone()).unwrap_or_default()
}

/// Hive's word for a definition that does not hold together.
fn semantic(errors: &[BindError]) -> Failure {
    let text = errors.first().map(ToString::to_string).unwrap_or_default();
    Failure::new(1, 1003, format!("FAILED: SemanticException {text}"))
}

/// Hive's word for a table that is not there.
pub fn missing_table(name: &TableName) -> Failure {
    Failure::new(2, 1301, format!("FAILED: SemanticException [Error 10001]: Table not found {}", name.dotted()))
}

fn missing_database(name: &str) -> Failure {
    let reason = format!("FAILED: SemanticException [Error 10072]: Database does not exist: {name}");
    Failure { message: Some(format!("Database {name} not found.")), ..Failure::new(2, 1301, reason) }
}
