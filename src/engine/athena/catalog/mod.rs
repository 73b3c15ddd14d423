//! The live catalog: tables that exist, with the partitions they have registered.

mod definition;
mod partitions;

use aws_sdk_athena::types::TableMetadata;

use super::AthenaEngine;
use super::error::of_call;
use crate::catalog::{Layout, Table};
use crate::engine::EngineError;
use crate::engine::aws::answer::is_missing_entity;

/// The catalog that names without one belong to.
const DEFAULT_CATALOG: &str = "AwsDataCatalog";

impl AthenaEngine {
    /// A table by its name, `table` or `database.table`; none if there is none.
    ///
    /// # Errors
    ///
    /// The catalog cannot be asked, or the table is of a kind that athplan does not plan.
    pub async fn table(&self, called: &str) -> Result<Option<Table>, EngineError> {
        match self.metadata(called).await? {
            Some(metadata) => self.whole(&metadata, called).await.map(Some),
            None => Ok(None),
        }
    }

    /// Whether there is a table or view of a name.
    ///
    /// # Errors
    ///
    /// The catalog cannot be asked.
    pub async fn has_table(&self, called: &str) -> Result<bool, EngineError> {
        Ok(self.metadata(called).await?.is_some())
    }

    /// Where the rows of a table lie, as the catalog has it; none if there is none of that name.
    ///
    /// # Errors
    ///
    /// The catalog cannot be asked.
    pub(super) async fn location_of(&self, called: &str) -> Result<Option<String>, EngineError> {
        let location = |metadata: TableMetadata| metadata.parameters()?.get("location").cloned();
        Ok(self.metadata(called).await?.map(|metadata| location(metadata).unwrap_or_default()))
    }

    /// Whether the database is there, asked by listing its tables.
    ///
    /// # Errors
    ///
    /// The catalog cannot be asked.
    pub async fn has_database(&self) -> Result<bool, EngineError> {
        let asked = self
            .client
            .list_table_metadata()
            .catalog_name(self.catalog())
            .database_name(&self.options.database)
            .work_group(&self.options.workgroup)
            .max_results(1);
        match asked.send().await.map_err(|error| of_call("athena:ListTableMetadata", &error)) {
            Ok(_) => Ok(true),
            Err(error) if is_missing_entity(&error) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Every table and view of the database by its name; one that athplan does not plan with the reason.
    ///
    /// # Errors
    ///
    /// The catalog cannot be asked.
    pub async fn tables(&self) -> Result<Vec<(String, Result<Table, EngineError>)>, EngineError> {
        let mut tables = Vec::new();
        let mut next = None;
        loop {
            let asked = self
                .client
                .list_table_metadata()
                .catalog_name(self.catalog())
                .database_name(&self.options.database)
                .work_group(&self.options.workgroup)
                .set_next_token(next);
            let page = asked.send().await.map_err(|error| of_call("athena:ListTableMetadata", &error))?;
            for metadata in page.table_metadata_list() {
                let called = format!("{}.{}", self.options.database, metadata.name());
                let table = self.whole(metadata, &called).await;
                tables.push((called, table));
            }
            next = page.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
            if next.is_none() {
                tables.sort_by(|(left, _), (right, _)| left.cmp(right));
                return Ok(tables);
            }
        }
    }

    fn catalog(&self) -> &str {
        self.options.catalog.as_deref().unwrap_or(DEFAULT_CATALOG)
    }

    async fn metadata(&self, called: &str) -> Result<Option<TableMetadata>, EngineError> {
        let (database, name) = called.split_once('.').unwrap_or((&self.options.database, called));
        let answer = self
            .client
            .get_table_metadata()
            .catalog_name(self.catalog())
            .database_name(database)
            .table_name(name)
            .work_group(&self.options.workgroup)
            .send()
            .await;
        match answer {
            Ok(answer) => Ok(answer.table_metadata().cloned()),
            Err(error) => {
                let error = of_call("athena:GetTableMetadata", &error);
                if is_missing_entity(&error) { Ok(None) } else { Err(error) }
            }
        }
    }

    /// A table with its partitions.
    async fn whole(&self, metadata: &TableMetadata, called: &str) -> Result<Table, EngineError> {
        let mut table = definition::table(metadata, called)?;
        if matches!(table.layout, Layout::Registered(_)) {
            table.layout = Layout::Registered(partitions::partitions(self, &table, called).await?);
        }
        Ok(table)
    }
}
