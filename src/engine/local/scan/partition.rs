//! The partitions of a table that a query needs, found without opening or listing a file.

use std::collections::BTreeSet;

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::Session;
use datafusion::logical_expr::Expr;

use super::data_error;
use super::json::append_plain;
use super::predicate::{KeyColumns, constants, kept, keys_used, never, over_keys};
use crate::catalog::{Column, Layout, MOST_VALUES, PartitionEntry, Projection, Table, unescape_folder};
use crate::engine::local::ColumnBuilder;
use crate::engine::local::store::Store;
use crate::engine::{EngineError, ErrorClass};
use crate::types::Type;

/// The value by which Hive's folders name a NULL key.
pub const NULL_FOLDER: &str = "__HIVE_DEFAULT_PARTITION__";

/// A partition of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    /// Its key values, as text.
    pub values: Vec<String>,
    /// Where its files lie, ending in `/`.
    pub location: String,
}

/// A table's keys and what a query says of them.
pub struct Pruning<'a> {
    /// The table.
    pub table: &'a Table,
    /// The fields of its scan.
    pub schema: &'a SchemaRef,
    /// Where the keys stand among them.
    pub keys: KeyColumns,
    /// The query's predicates.
    pub filters: &'a [Expr],
    /// Plans predicates for evaluation.
    pub session: &'a dyn Session,
}

impl Pruning<'_> {
    /// Each partition that may hold rows of the answer.
    ///
    /// # Errors
    ///
    /// There are too many, an injected key is bound to no constant, or a value is none of its key's
    /// type.
    pub fn partitions(&self, store: &Store, now: i128) -> Result<Vec<Partition>, EngineError> {
        let predicates: Vec<Expr> =
            self.filters.iter().filter_map(|filter| over_keys(filter, self.schema, &self.keys)).collect();
        if predicates.iter().any(never) {
            return Ok(Vec::new());
        }
        let located = |values: Vec<String>| Partition { location: self.table.partition_location(&values), values };
        let partitions = match &self.table.layout {
            Layout::Flat => return Ok(vec![located(Vec::new())]),
            Layout::Registered(entries) if entries.is_empty() => self.folders(store)?,
            Layout::Registered(entries) => {
                let located = |entry: &PartitionEntry| Partition {
                    values: entry.values.clone(),
                    location: entry.location.clone().unwrap_or_else(|| self.table.partition_location(&entry.values)),
                };
                entries.iter().map(located).collect()
            }
            Layout::Projection { keys, .. } => {
                self.projected(keys, &predicates, now)?.into_iter().map(located).collect()
            }
        };
        let all: Vec<usize> = (0..self.keys.count).collect();
        self.pruned(partitions, |partition| &partition.values, &all, &predicates)
    }

    /// The product of all keys' values, each key pruned by what is said of it alone.
    fn projected(
        &self,
        projections: &[Projection],
        predicates: &[Expr],
        now: i128,
    ) -> Result<Vec<Vec<String>>, EngineError> {
        let mut partitions = vec![Vec::new()];
        for (key, projection) in projections.iter().enumerate() {
            let values = match projection {
                Projection::Injected => self.injected(key, predicates)?,
                _ => match self.named(key, predicates) {
                    Some(named) => named.into_iter().filter(|value| projection.contains(value, now)).collect(),
                    None => projection.values(now).ok_or_else(|| self.too_many())?,
                },
            };
            let own: Vec<Expr> = predicates
                .iter()
                .filter(|predicate| keys_used(predicate, self.schema, &self.keys) == BTreeSet::from([key]))
                .cloned()
                .collect();
            let values = self.pruned(values, std::slice::from_ref, &[key], &own)?;
            if partitions.len().saturating_mul(values.len()) as u64 > MOST_VALUES {
                return Err(self.too_many());
            }
            partitions = partitions
                .iter()
                .flat_map(|partition: &Vec<String>| {
                    values.iter().map(|value| partition.iter().chain([value]).cloned().collect())
                })
                .collect();
        }
        Ok(partitions)
    }

    /// The values of an injected key: the constants to which the query binds it.
    fn injected(&self, key: usize, predicates: &[Expr]) -> Result<Vec<String>, EngineError> {
        self.constants(key, predicates).map(Vec::from_iter).ok_or_else(|| {
            let message = format!(
                "CONSTRAINT_VIOLATION: For the injected projected partition column {}, the WHERE clause must contain \
                 only static equality conditions, and at least one such condition must be present.",
                self.name(key)
            );
            EngineError::new(ErrorClass::Statement, message)
        })
    }

    /// The texts by which a query names a key's values, so that the others need not be counted out: an archive
    /// of ten years has thousands of days. Of numbers it is not known how the projection pads them.
    fn named(&self, key: usize, predicates: &[Expr]) -> Option<BTreeSet<String>> {
        let column = self.table.partition_keys.get(key)?;
        matches!(column.ty, Type::Varchar(_)).then(|| self.constants(key, predicates))?
    }

    /// The constants to which some predicate binds a key, as text.
    fn constants(&self, key: usize, predicates: &[Expr]) -> Option<BTreeSet<String>> {
        let bound = predicates.iter().find_map(|predicate| constants(predicate, key, self.schema, &self.keys))?;
        Some(bound.iter().filter(|value| !value.is_null()).map(ToString::to_string).collect())
    }

    /// `key=value/` folders under the table's location, where no partition is registered.
    fn folders(&self, store: &Store) -> Result<Vec<Partition>, EngineError> {
        let mut found = vec![Partition { values: Vec::new(), location: self.table.storage.location.clone() }];
        for key in &self.table.partition_keys {
            let mut next = Vec::new();
            for parent in found {
                for folder in store.folders(&store.place(&parent.location)?)? {
                    let Some((_, value)) = folder.split_once('=').filter(|(name, _)| *name == key.name) else {
                        continue;
                    };
                    let values = parent.values.iter().cloned().chain([unescape_folder(value)]).collect();
                    let location = format!("{}/{folder}/", parent.location.trim_end_matches('/'));
                    next.push(Partition { values, location });
                }
                if next.len() as u64 > MOST_VALUES {
                    return Err(self.too_many());
                }
            }
            found = next;
        }
        Ok(found)
    }

    /// What the predicates may keep, by the values of some keys.
    fn pruned<T>(
        &self,
        partitions: Vec<T>,
        values: impl Fn(&T) -> &[String],
        keys: &[usize],
        predicates: &[Expr],
    ) -> Result<Vec<T>, EngineError> {
        if predicates.is_empty() {
            return Ok(partitions);
        }
        let mut arrays = Vec::with_capacity(keys.len());
        for (position, key) in keys.iter().enumerate() {
            let column = self.table.partition_keys.get(*key).expect("a layout has as many keys as its table");
            let texts = partitions.iter().map(|item| values(item).get(position).map_or("", String::as_str));
            arrays.push((*key, key_values(column, texts)?));
        }
        let mut keep = vec![true; partitions.len()];
        for predicate in predicates {
            let kept = kept(predicate, &arrays, partitions.len(), self.schema, &self.keys, self.session)?;
            keep.iter_mut().zip(kept).for_each(|(keep, kept)| *keep &= kept);
        }
        Ok(partitions.into_iter().zip(keep).filter_map(|(item, keep)| keep.then_some(item)).collect())
    }

    fn name(&self, key: usize) -> &str {
        self.table.partition_keys.get(key).map_or("", |column| column.name.as_str())
    }

    fn too_many(&self) -> EngineError {
        let message =
            format!("{}: the query needs more than {MOST_VALUES} partitions; bind its keys to fewer", self.table.name);
        EngineError::new(ErrorClass::Statement, message)
    }
}

/// The values of a key as an array of its type.
///
/// # Errors
///
/// A text is no value of the type (`HIVE_INVALID_PARTITION_VALUE` on Athena).
pub fn key_values<'a>(key: &Column, texts: impl Iterator<Item = &'a str>) -> Result<ArrayRef, EngineError> {
    let mut builder = ColumnBuilder::new(&key.ty, texts.size_hint().0)?;
    for text in texts {
        if text == NULL_FOLDER {
            builder.append_null();
            continue;
        }
        let fits = append_plain(&mut builder, &key.ty, text);
        if !fits {
            return Err(data_error(format!(
                "HIVE_INVALID_PARTITION_VALUE: Invalid partition value '{text}' for {} partition key: {}",
                key.ty, key.name
            )));
        }
    }
    Ok(builder.finish())
}
