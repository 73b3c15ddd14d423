//! The live catalog: tables that exist, with the partitions they have registered. `SHOW CREATE TABLE` says all of a
//! table that a statement could; `"table$partitions"` which partitions there are.

mod definition;
mod places;
mod shown;

use super::TrinoEngine;
use super::translate::{name, string, table_name};
use crate::catalog::{Layout, PartitionEntry, Table};
use crate::constant::{Value, format};
use crate::engine::{EngineError, ErrorClass};
use crate::types::Type;

/// Where a table's rows lie.
pub struct Place {
    /// The location; empty if the catalog does not say, as of a view.
    pub location: String,
    /// Whether it is a table whose files the catalog deletes with it.
    pub is_managed: bool,
}

impl TrinoEngine {
    /// A table by its name, `table` or `schema.table`; none if there is none.
    ///
    /// # Errors
    ///
    /// The catalog cannot be asked, or the table is of a kind that athplan does not plan.
    pub async fn table(&self, called: &str) -> Result<Option<Table>, EngineError> {
        match self.shown(called).await? {
            Some(text) => self.whole(&text, called).await.map(Some),
            None => Ok(None),
        }
    }

    /// Sees to it that the catalog and the schema are there in which a run makes its tables.
    ///
    /// # Errors
    ///
    /// One of them is not, or the server cannot be asked.
    pub async fn has_schema(&self) -> Result<(), EngineError> {
        let text = format!("SHOW TABLES FROM {} LIKE ''", name(&self.options().schema));
        self.execute(&text).await.map(drop)
    }

    /// Whether there is a table or view of a name.
    ///
    /// # Errors
    ///
    /// The catalog cannot be asked.
    pub async fn has_table(&self, called: &str) -> Result<bool, EngineError> {
        Ok(self.shown(called).await?.is_some())
    }

    /// Every table and view of the schema by its name; one that athplan does not plan with the reason.
    ///
    /// # Errors
    ///
    /// The catalog cannot be asked.
    pub async fn tables(&self) -> Result<Vec<(String, Result<Table, EngineError>)>, EngineError> {
        let schema = &self.options().schema;
        let text = format!(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = {} ORDER BY table_name",
            string(schema)
        );
        let mut tables = Vec::new();
        for row in self.execute(&text).await?.rows {
            let [Value::Varchar(own)] = row.as_slice() else { continue };
            let called = format!("{schema}.{own}");
            match self.table(&called).await {
                // Somebody has dropped it meanwhile.
                Ok(None) => {}
                Ok(Some(table)) => tables.push((called, Ok(table))),
                Err(error) if error.class.is_retryable() => return Err(error),
                Err(error) => tables.push((called, Err(error))),
            }
        }
        Ok(tables)
    }

    /// Where the rows of a table lie; none if there is none of that name.
    ///
    /// # Errors
    ///
    /// The catalog cannot be asked.
    pub(super) async fn place(&self, called: &str) -> Result<Option<Place>, EngineError> {
        let Some(text) = self.shown(called).await? else { return Ok(None) };
        Ok(Some(match shown::read(&text) {
            Some(shown) => match shown.text("external_location") {
                Some(location) => Place { location: location.to_owned(), is_managed: false },
                None => Place { location: String::new(), is_managed: true },
            },
            None => Place { location: String::new(), is_managed: false },
        }))
    }

    /// The statement that would make a table; none if there is no such table.
    async fn shown(&self, called: &str) -> Result<Option<String>, EngineError> {
        match self.execute(&format!("SHOW CREATE TABLE {}", table_name(called))).await {
            Ok(result) => match result.rows.first().map(Vec::as_slice) {
                Some([Value::Varchar(text)]) => Ok(Some(text.to_string())),
                _ => Ok(None),
            },
            Err(error)
                if error.message.starts_with("TABLE_NOT_FOUND") || error.message.starts_with("SCHEMA_NOT_FOUND") =>
            {
                Ok(None)
            }
            // A view is no table, but its name is taken.
            Err(error) if error.message.contains("is a view, not a table") => Ok(Some(String::new())),
            Err(error) => Err(error),
        }
    }

    /// A table with its partitions.
    async fn whole(&self, text: &str, called: &str) -> Result<Table, EngineError> {
        let mut table = definition::table(text, called)?;
        if matches!(table.layout, Layout::Registered(_)) {
            table.layout = Layout::Registered(self.partitions(&table, called).await?);
            if !self.place_partitions(&mut table, called).await? {
                self.known().unplaced.insert(table.name.clone());
            }
        }
        Ok(table)
    }

    /// The partitions of a table, under a name that the server knows it by; it does not say where they lie.
    async fn partitions(&self, table: &Table, called: &str) -> Result<Vec<PartitionEntry>, EngineError> {
        let own = match called.split_once('.') {
            Some((schema, own)) => format!("{}.{}", name(schema), name(&format!("{own}$partitions"))),
            None => name(&format!("{called}$partitions")),
        };
        let result = self.execute(&format!("SELECT * FROM {own}")).await?;
        if result.columns.len() != table.partition_keys.len() {
            let message = format!("the partitions of `{called}` are not those of its keys");
            return Err(EngineError::new(ErrorClass::Data, message));
        }
        let types: Vec<Type> = result.columns.iter().map(|(_, ty)| ty.clone()).collect();
        let value = |(value, ty): (&Value, &Type)| match value {
            // As a partition's folder says NULL.
            Value::Null => String::new(),
            value => format(value, ty),
        };
        let entry =
            |row: &Vec<Value>| PartitionEntry { values: row.iter().zip(&types).map(value).collect(), location: None };
        Ok(result.rows.iter().map(entry).collect())
    }
}
