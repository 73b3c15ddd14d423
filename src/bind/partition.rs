//! `ALTER TABLE … ADD PARTITION`: keys and values held against the table.

use std::sync::Arc;

use super::binder::{Binder, Declared};
use super::errors::BindError;
use super::spec::BoundStatementKind;
use super::table::full_name;
use crate::catalog::{Layout, PartitionEntry, Table, with_slash};
use crate::source::Span;
use crate::spec::ast;

impl Binder<'_> {
    /// Adds partitions to a declared table; later statements see the table with them.
    pub(super) fn add_partitions(&mut self, written: &ast::AddPartitions) -> Option<BoundStatementKind> {
        let name = full_name(&written.table);
        let declared = match self.declared.get(&name) {
            Some(Declared::Table(table, span)) => Some((Arc::clone(table), *span)),
            Some(Declared::View(_)) => None,
            None => self.catalog().table(&name).map(|table| (table, written.table.span)),
        };
        let Some((table, declared_at)) = declared else {
            self.unknown_table(name, written.table.span);
            return None;
        };
        let Layout::Registered(registered) = &table.layout else {
            let (reason, help) = match table.layout {
                Layout::Projection { .. } => {
                    ("its partitions are projected", "projected partitions need not be added: drop this statement")
                }
                _ => ("it has no partition keys", "declare them: PARTITIONED BY (day string)"),
            };
            self.wrong_partition(&name, reason.to_owned(), written.table.span, help.to_owned());
            return None;
        };
        if self.queried.contains(&table.name) {
            // Which of the partitions the query sees would depend on what runs first.
            let reason = "a query above reads the table without these partitions".to_owned();
            let help = "move this statement in front of the first query that reads the table".to_owned();
            self.wrong_partition(&name, reason, written.table.span, help);
        }
        let mut all = registered.clone();
        let mut added = Vec::with_capacity(written.partitions.len());
        for clause in &written.partitions {
            let Some(entry) = self.partition_entry(&table, clause) else { continue };
            if all.iter().any(|known| known.values == entry.values) {
                if !written.if_not_exists {
                    let reason = "this partition is there already".to_owned();
                    let span = clause.values.first().map_or(written.table.span, |(key, _)| key.span);
                    self.wrong_partition(
                        &name,
                        reason,
                        span,
                        "write ADD IF NOT EXISTS PARTITION, or drop it".to_owned(),
                    );
                }
                continue;
            }
            all.push(entry.clone());
            added.push(entry);
        }
        let table = Arc::new(Table { layout: Layout::Registered(all), ..Table::clone(&table) });
        self.declared.insert(name, Declared::Table(Arc::clone(&table), declared_at));
        Some(BoundStatementKind::AddPartitions(table, added))
    }

    /// The values of one clause in the order of the table's keys.
    fn partition_entry(&mut self, table: &Table, clause: &ast::PartitionClause) -> Option<PartitionEntry> {
        let keys = table.partition_keys.iter().map(|key| key.name.as_str()).collect::<Vec<_>>();
        let listed = keys.join(", ");
        let mut values: Vec<Option<String>> = vec![None; keys.len()];
        let mut fits = true;
        for (key, value) in &clause.values {
            let slot = table.key(&key.name).and_then(|at| values.get_mut(at));
            let reason = match slot {
                None => format!("`{}` is no partition key", key.name),
                Some(Some(_)) => format!("`{}` is given twice", key.name),
                Some(slot) => {
                    *slot = Some(value.value.clone());
                    continue;
                }
            };
            fits = false;
            self.wrong_partition(&table.name, reason, key.span, format!("its keys are {listed}"));
        }
        let whole = clause.values.iter().map(|(key, value)| key.span.to(value.span)).reduce(Span::to)?;
        if fits && values.contains(&None) {
            let reason = "some keys have no value".to_owned();
            self.wrong_partition(&table.name, reason, whole, format!("its keys are {listed}"));
        }
        let location = clause.location.as_ref().map(|location| with_slash(&location.value));
        Some(PartitionEntry { values: values.into_iter().collect::<Option<_>>()?, location })
    }

    fn wrong_partition(&mut self, table: &str, reason: String, span: Span, help: String) {
        self.report(BindError::WrongPartition { table: table.to_owned(), reason, span, help });
    }
}
