//! Where the files of registered partitions lie. The Hive connector does not tell, but of a file it tells the path: so a
//! partition without a folder named after its keys is asked for one of its files.
//!
//! Without this a plan would look for such a partition in a folder that is not there, announce no bytes, and say that no
//! file was looked at, while the server reads all of it.

use futures::stream::{self, StreamExt, TryStreamExt};

use super::super::TrinoEngine;
use super::super::translate::{name, string, table_name};
use crate::catalog::{Column, Layout, PartitionEntry, Table};
use crate::constant::Value;
use crate::engine::EngineError;
use crate::engine::aws::Location;
use crate::engine::aws::listing::folders_below;
use crate::types::Type;

/// How many partitions of a table are asked for a file of theirs; where more need it, their places stay unknown, and so do
/// the table's sizes.
const ASKED: usize = 200;

/// How many are asked side by side.
const SIDE_BY_SIDE: usize = 8;

impl TrinoEngine {
    /// Gives those of a table's partitions their locations that do not lie in folders named after their keys; whether all
    /// of them are known now.
    pub(super) async fn place_partitions(&self, table: &mut Table, called: &str) -> Result<bool, EngineError> {
        let Layout::Registered(entries) = &table.layout else { return Ok(true) };
        let location = &table.storage.location;
        if entries.is_empty() || Location::parse(location).is_err() {
            // What does not lie in S3 is not listed either.
            return Ok(true);
        }
        let Ok(folders) = folders_below(&self.store, location, table.partition_keys.len()).await else {
            // Whoever may not list the table is told so when it is to be listed.
            return Ok(true);
        };
        let is_elsewhere = |entry: &&PartitionEntry| !folders.contains(&table.partition_location(&entry.values));
        let elsewhere: Vec<PartitionEntry> = entries.iter().filter(is_elsewhere).cloned().collect();
        if elsewhere.len() > ASKED {
            return Ok(false);
        }
        let keys = &table.partition_keys;
        let placed: Result<Vec<PartitionEntry>, EngineError> = stream::iter(elsewhere)
            .map(|entry| async move {
                let location = self.folder_of_a_file(called, keys, &entry.values).await?;
                Ok::<_, EngineError>(PartitionEntry { location, ..entry })
            })
            .buffer_unordered(SIDE_BY_SIDE)
            .try_collect()
            .await;
        let placed = match placed {
            Ok(placed) => placed,
            Err(error) if error.class.is_retryable() => return Err(error),
            // A partition whose files cannot be read is no reason not to read others.
            Err(_) => return Ok(false),
        };
        if let Layout::Registered(entries) = &mut table.layout {
            for entry in entries {
                if let Some(found) = placed.iter().find(|placed| placed.values == entry.values) {
                    entry.location.clone_from(&found.location);
                }
            }
        }
        Ok(true)
    }

    /// The folder of whichever of a partition's files the server reads first; none if it has none.
    async fn folder_of_a_file(
        &self,
        called: &str,
        keys: &[Column],
        values: &[String],
    ) -> Result<Option<String>, EngineError> {
        let conditions: Vec<String> = keys.iter().zip(values).map(|(key, value)| is_value(key, value)).collect();
        let text = format!("SELECT \"$path\" FROM {} WHERE {} LIMIT 1", table_name(called), conditions.join(" AND "));
        let result = self.execute(&text).await?;
        Ok(match result.rows.first().map(Vec::as_slice) {
            Some([Value::Varchar(path)]) => path.rsplit_once('/').map(|(folder, _)| format!("{folder}/")),
            _ => None,
        })
    }
}

/// The condition that a key has a value; NULL is the empty text.
fn is_value(key: &Column, value: &str) -> String {
    let own = name(&key.name);
    match &key.ty {
        _ if value.is_empty() => format!("{own} IS NULL"),
        Type::Varchar(_) => format!("{own} = {}", string(value)),
        other => format!("{own} = CAST({} AS {other})", string(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::is_value;
    use crate::catalog::Column;
    use crate::types::Type;

    #[test]
    fn a_partition_is_asked_for_by_its_own_values() {
        let key = |ty| Column { name: "k".to_owned(), ty, comment: None };
        assert_eq!(is_value(&key(Type::VARCHAR), "it's"), "\"k\" = 'it''s'");
        assert_eq!(is_value(&key(Type::Integer), "7"), "\"k\" = CAST('7' AS integer)");
        assert_eq!(is_value(&key(Type::Date), ""), "\"k\" IS NULL");
    }
}
