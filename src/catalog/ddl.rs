//! The DDL that Athena takes for a table: what `define` read, written again.
//!
//! Athena reads it with Hive's grammar: names in back ticks where needed, no comments (a comment
//! fails the statement), no property of athplan's own. Reading it again gives the same table.

use thiserror::Error;

use super::hive_text::{hides_something, hive_type, literal, name, table_name};
use super::storage::DELIMITED_CLAUSES;
use super::table::{Column, Format, Layout, PartitionEntry, Table};
use crate::types::Type;

/// Why a table has no DDL.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DdlError {
    /// A column's type cannot be stored.
    #[error("a Hive table cannot hold the column `{column}` of type {ty}")]
    ColumnType {
        /// The column.
        column: String,
        /// Its type.
        ty: Type,
    },
    /// A text has a character that is not shown as itself.
    #[error("{} stands in a name, location or value of the statement and hides a character", literal(text))]
    Hidden {
        /// The text.
        text: String,
    },
    /// A single clause is longer than a statement may be.
    #[error("one partition's clause of {length} bytes is longer than a statement may be ({limit} bytes)")]
    TooLong {
        /// The clause's length.
        length: usize,
        /// The limit.
        limit: usize,
    },
    /// A partition does not have one value for each key.
    #[error("a partition of `{table}` has {values} values for {keys} keys")]
    Values {
        /// The table.
        table: String,
        /// How many values there are.
        values: usize,
        /// How many keys there are.
        keys: usize,
    },
}

/// `CREATE EXTERNAL TABLE` for a table under a name of the caller's.
///
/// # Errors
///
/// A column's type that Hive cannot hold, or a text that hides a character.
pub fn create_statement(table: &Table, called: &str) -> Result<String, DdlError> {
    let mut lines = vec![format!("CREATE EXTERNAL TABLE {} (", table_name(shown(called)?))];
    lines.push(columns(&table.columns)?);
    lines.push(")".to_owned());
    if let Some(comment) = &table.comment {
        lines.push(format!("COMMENT {}", literal(shown(comment)?)));
    }
    if !table.partition_keys.is_empty() {
        lines.push(format!("PARTITIONED BY (\n{}\n)", columns(&table.partition_keys)?));
    }
    lines.extend(storage(table));
    lines.push(format!("LOCATION {}", literal(shown(&table.storage.location)?)));
    let mut properties = Vec::new();
    for (key, value) in table.properties.iter().filter(|(key, _)| !key.starts_with("athplan.")) {
        properties.push(format!("  {} = {}", literal(key), literal(value)));
    }
    if !properties.is_empty() {
        lines.push(format!("TBLPROPERTIES (\n{}\n)", properties.join(",\n")));
    }
    Ok(lines.join("\n"))
}

/// `ALTER TABLE … ADD IF NOT EXISTS PARTITION …` for some partitions, as few statements as fit into
/// `limit` bytes each.
///
/// # Errors
///
/// A partition that has not one value for each key, that hides a character, or whose clause alone is
/// longer than the limit.
pub fn add_partition_statements(
    table: &Table,
    called: &str,
    entries: &[PartitionEntry],
    limit: usize,
) -> Result<Vec<String>, DdlError> {
    let head = format!("ALTER TABLE {} ADD IF NOT EXISTS", table_name(shown(called)?));
    let mut statements: Vec<String> = Vec::new();
    for entry in entries {
        let clause = partition_clause(table, entry)?;
        if head.len() + clause.len() > limit {
            return Err(DdlError::TooLong { length: clause.len(), limit });
        }
        match statements.last_mut() {
            Some(statement) if statement.len() + clause.len() <= limit => statement.push_str(&clause),
            _ => statements.push(format!("{head}{clause}")),
        }
    }
    Ok(statements)
}

fn partition_clause(table: &Table, entry: &PartitionEntry) -> Result<String, DdlError> {
    let (values, keys) = (entry.values.len(), table.partition_keys.len());
    if values != keys {
        return Err(DdlError::Values { table: table.name.clone(), values, keys });
    }
    let mut pairs = Vec::new();
    for (key, value) in table.partition_keys.iter().zip(&entry.values) {
        let written =
            if key.ty.is_numeric() && value.parse::<i64>().is_ok() { value.clone() } else { literal(shown(value)?) };
        pairs.push(format!("{} = {written}", name(&key.name)));
    }
    let location = match (&entry.location, &table.layout) {
        (Some(location), _) => Some(location.clone()),
        (None, Layout::Projection { .. }) => Some(table.partition_location(&entry.values)),
        (None, _) => None,
    };
    let location = location.map(|at| Ok(format!(" LOCATION {}", literal(shown(&at)?)))).transpose()?;
    Ok(format!("\n  PARTITION ({}){}", pairs.join(", "), location.unwrap_or_default()))
}

/// A column list, one a line.
fn columns(columns: &[Column]) -> Result<String, DdlError> {
    let mut lines = Vec::new();
    for column in columns {
        let ty = hive_type(&column.ty)
            .ok_or_else(|| DdlError::ColumnType { column: column.name.clone(), ty: column.ty.clone() })?;
        let mut line = format!("  {} {ty}", name(shown(&column.name)?));
        if let Some(comment) = &column.comment {
            line.push_str(&format!(" COMMENT {}", literal(shown(comment)?)));
        }
        lines.push(line);
    }
    Ok(lines.join(",\n"))
}

/// `ROW FORMAT` and `STORED AS`.
fn storage(table: &Table) -> Vec<String> {
    let storage = &table.storage;
    let mut lines = Vec::new();
    let mut properties: Vec<String> = Vec::new();
    let mut clauses = String::new();
    for (key, value) in &storage.serde_properties {
        let clause = DELIMITED_CLAUSES.iter().find(|(_, property)| property == key).map(|(clause, _)| *clause);
        if storage.serde.is_some() || clause.is_none() {
            properties.push(format!("  {} = {}", literal(key), literal(value)));
        }
    }
    for (clause, property) in DELIMITED_CLAUSES.iter().filter(|_| storage.serde.is_none()) {
        if let Some(value) = storage.serde_properties.get(*property) {
            let verb = match *clause {
                "escaped" => " BY",
                "null defined as" => "",
                _ => " TERMINATED BY",
            };
            clauses.push_str(&format!("\n  {}{verb} {}", clause.to_uppercase(), literal(value)));
        }
    }
    match &storage.serde {
        Some(class) => lines.push(format!("ROW FORMAT SERDE {}", literal(class))),
        None if !clauses.is_empty() => lines.push(format!("ROW FORMAT DELIMITED{clauses}")),
        None => {}
    }
    if !properties.is_empty() {
        lines.push(format!("WITH SERDEPROPERTIES (\n{}\n)", properties.join(",\n")));
    }
    if let Some((input, output)) = &storage.classes {
        lines.push(format!("STORED AS INPUTFORMAT {}\nOUTPUTFORMAT {}", literal(input), literal(output)));
    } else if let Some(word) = stored_as(storage.format) {
        lines.push(format!("STORED AS {word}"));
    }
    lines
}

/// The word behind STORED AS; a text format needs none, and files of CloudTrail's own serde have none.
fn stored_as(format: Format) -> Option<&'static str> {
    match format {
        Format::Parquet => Some("PARQUET"),
        Format::Orc => Some("ORC"),
        Format::Avro => Some("AVRO"),
        Format::CloudTrail | Format::JsonLines | Format::Delimited | Format::Csv | Format::Regex | Format::Grok => None,
    }
}

/// A text that shows all it says.
fn shown(text: &str) -> Result<&str, DdlError> {
    if hides_something(text) { Err(DdlError::Hidden { text: text.to_owned() }) } else { Ok(text) }
}
