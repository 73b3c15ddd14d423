//! ALTER TABLE ADD PARTITION: each partition is registered by a call of its own.

use super::super::text::Text;
use super::literal::{array, string};
use super::{Step, full_name};
use crate::engine::EngineError;
use crate::spec::ast::AddPartitions;

/// The calls that register partitions.
pub fn register(added: &AddPartitions) -> Result<Vec<Step>, EngineError> {
    let full = full_name(&added.table);
    let (schema, table) = match full.split_once('.') {
        Some((schema, table)) => (string(schema), table),
        None => ("current_schema".to_owned(), full.as_str()),
    };
    let call = |partition: &crate::spec::ast::PartitionClause| {
        let keys: Vec<&str> = partition.values.iter().map(|(key, _)| key.name.as_str()).collect();
        let values: Vec<&str> = partition.values.iter().map(|(_, value)| value.value.as_str()).collect();
        let location = partition.location.as_ref().map(|at| format!(", location => {}", string(&at.value)));
        let text = format!(
            "CALL system.register_partition(schema_name => {schema}, table_name => {}, partition_columns => {}, \
             partition_values => {}{})",
            string(table),
            array(&keys),
            array(&values),
            location.unwrap_or_default()
        );
        Step { text: Text::new(text), done_if: added.if_not_exists.then_some("ALREADY_EXISTS") }
    };
    Ok(added.partitions.iter().map(call).collect())
}
