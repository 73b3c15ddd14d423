//! What a scan needs: the partitions that its derived predicate leaves, for one row or for all.

use std::collections::BTreeMap;

use super::{ExpandError, World};
use crate::bind::expr::ColumnRef;
use crate::bind::query::RelationId;
use crate::catalog::clock::calendar;
use crate::constant::Value;
use crate::partition::{Derived, Outside, PartitionSet, Predicate, Rectangle, coarsen, cover, needed};
use crate::plan::{Plan, Scan};

/// A scanning branch is a stage, and a statement of more than 150 stages fails
/// (QUERY_HAS_TOO_MANY_STAGES, measured on a Trino 476); a third is left for everything else.
pub const STAGE_BUDGET: usize = 100;

/// The partitions that a scan needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Need {
    /// The scan.
    pub relation: RelationId,
    /// The table's name.
    pub table: String,
    /// Its partition keys' names.
    pub keys: Vec<String>,
    /// The partitions.
    pub set: PartitionSet,
}

/// What a scan needs for a row's values; `row` gives NULL for a scan in no FOREACH.
///
/// # Errors
///
/// A bound that cannot be evaluated, or partitions that cannot be named.
pub fn need(plan: &Plan, scan: &Scan, row: &dyn Fn(ColumnRef) -> Value, world: &World) -> Result<Need, ExpandError> {
    let step = plan.step(scan.step).name.clone();
    let allowed = plan.settings.allow_full_scan.contains(&step);
    let format = scan.table.time.as_ref().map(|time| &time.format);
    let predicate = match scan.derived.resolve(format, row) {
        Ok(predicate) => predicate,
        Err(_) if allowed => Predicate::Unknown,
        Err(error) => {
            let reason = error.error.message.clone();
            return Err(ExpandError::Bound { step, row: String::new(), reason, span: error.span });
        }
    };
    named(plan, scan, &predicate, world)
}

/// The partitions of a scan that a predicate leaves.
pub(super) fn named(plan: &Plan, scan: &Scan, predicate: &Predicate, world: &World) -> Result<Need, ExpandError> {
    let slack = plan.settings.slack.or(scan.table.time.as_ref().map(|time| time.slack)).unwrap_or(0);
    let set = needed(&predicate.regions(), &scan.table, slack, plan.settings.now_picos(), Some(&world.inventory))
        .map_err(|error| ExpandError::Partitions {
            step: plan.step(scan.step).name.clone(),
            table: scan.table.name.clone(),
            reason: error.to_string(),
            span: scan.span,
        })?;
    Ok(Need {
        relation: scan.relation,
        table: scan.table.name.clone(),
        keys: scan.table.partition_keys.iter().map(|key| key.name.clone()).collect(),
        set,
    })
}

/// What the scans need that no driver row decides.
///
/// # Errors
///
/// All scans whose partitions cannot be named.
pub fn static_needs(plan: &Plan, world: &World) -> Result<BTreeMap<RelationId, Need>, Vec<ExpandError>> {
    let mut needs = BTreeMap::new();
    let mut errors = Vec::new();
    for scan in plan.scans.values().filter(|scan| scan.derived.columns().is_empty()) {
        match need(plan, scan, &|_| Value::Null, world) {
            Ok(need) => {
                needs.insert(scan.relation, need);
            }
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(needs) } else { Err(errors) }
}

/// The rectangles of the scans whose predicate says something of partitions.
pub fn rectangles(plan: &Plan, needs: &BTreeMap<RelationId, Need>) -> BTreeMap<RelationId, Vec<Rectangle>> {
    needs
        .iter()
        .filter(|(relation, _)| plan.scans.get(relation).is_some_and(|scan| !matches!(scan.derived, Derived::Anything)))
        .map(|(relation, need)| (*relation, need.rectangles(STAGE_BUDGET)))
        .collect()
}

impl Need {
    /// Disjoint rectangles that cover the partitions, at most so many; beyond that a coarser cover.
    pub fn rectangles(&self, budget: usize) -> Vec<Rectangle> {
        let exact = cover(&self.set);
        if exact.len() <= budget { exact } else { coarsen(&exact, budget, &self.set.domain).0 }
    }

    /// The same scan with other partitions.
    pub fn with(&self, tuples: impl IntoIterator<Item = Vec<String>>) -> Need {
        let mut need = self.clone();
        need.set.tuples = tuples.into_iter().collect();
        need
    }

    /// Takes in what another row needs of the same scan.
    pub fn take_in(&mut self, other: &Need) {
        self.set.tuples.extend(other.set.tuples.iter().cloned());
        self.set.window = self.set.window.union(&other.set.window);
        self.set.open |= other.set.open;
        for outside in &other.set.outside {
            if !self.set.outside.contains(outside) {
                self.set.outside.push(outside.clone());
            }
        }
        self.set.outside.sort();
    }

    /// What was asked for and is not covered by the table, in words.
    pub fn not_covered(&self) -> Vec<String> {
        self.set
            .outside
            .iter()
            .map(|outside| match outside {
                Outside::Value(key, value) => format!("{} = '{value}'", self.keys[*key]),
                Outside::Time(from, to) => format!("{} to {}", instant_text(*from), instant_text(*to)),
            })
            .collect()
    }
}

/// An instant for people: to the second, in UTC.
pub fn instant_text(picos: i128) -> String {
    if picos == i128::MAX {
        return "the end of time".to_owned();
    }
    calendar(picos).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
