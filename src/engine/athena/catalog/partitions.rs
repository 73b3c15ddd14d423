//! The partitions that a table has registered: SHOW PARTITIONS, which costs nothing.

use super::super::AthenaEngine;
use crate::catalog::{PartitionEntry, Table, hive_name, unescape_folder};
use crate::constant::Value;
use crate::engine::{Engine, EngineError, ErrorClass};

/// The partitions of a table, under a name that the engine knows it by. Where they lie it does not say.
pub async fn partitions(
    engine: &AthenaEngine,
    table: &Table,
    called: &str,
) -> Result<Vec<PartitionEntry>, EngineError> {
    let sql = format!("SHOW PARTITIONS {}", hive_name(called));
    let id = engine.execute(&sql).await?;
    let rows = engine.result(&id, &[]).await?.rows;
    rows.iter()
        .map(|row| match row.as_slice() {
            [Value::Varchar(text)] => entry(table, text),
            _ => None,
        })
        .collect::<Option<Vec<_>>>()
        .ok_or_else(|| {
            let message = format!("the partitions of `{called}` are not those of its keys");
            EngineError::new(ErrorClass::Data, message)
        })
}

/// `key=value/key=value`, with Hive's escapes.
fn entry(table: &Table, text: &str) -> Option<PartitionEntry> {
    let mut folders = text.split('/');
    let value = |key: &crate::catalog::Column| {
        let (name, value) = folders.next()?.split_once('=')?;
        unescape_folder(name).eq_ignore_ascii_case(&key.name).then(|| unescape_folder(value))
    };
    let values = table.partition_keys.iter().map(value).collect::<Option<Vec<String>>>()?;
    folders.next().is_none().then_some(PartitionEntry { values, location: None })
}
