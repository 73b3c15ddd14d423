//! What a scan needs: the partitions that its derived predicate leaves, for one row or for all.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::constant_bound::constant_bound;
use super::stage::STAGE_BUDGET;
use super::{ExpandError, World};
use crate::bind::expr::ColumnRef;
use crate::bind::query::RelationId;
use crate::catalog::clock::instant_text;
use crate::catalog::{Layout, Table};
use crate::constant::Value;
use crate::partition::{
    Derived, KeySet, Outside, PartitionSet, Predicate, Rectangle, coarsen, cover, hint, leaves_all_time, needed,
};
use crate::plan::{Plan, Scan};
use crate::types::Type;

/// The most values of an injected key that Athena takes in one scan
/// (<https://docs.aws.amazon.com/athena/latest/ug/partition-projection-dynamic-id-partitioning.html>).
const INJECTED_VALUES: usize = 1000;

/// The partitions that a scan needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Need {
    /// The scan.
    pub relation: RelationId,
    /// The table's name.
    pub table: String,
    /// Its partition keys' names.
    pub keys: Vec<String>,
    /// Their types.
    pub types: Vec<Type>,
    /// The partitions.
    pub set: PartitionSet,
    /// Whether statements hold the scan to these partitions; otherwise it reads what the user's own
    /// predicates leave, since they say nothing of partitions, or it is not known which there are.
    pub is_restricted: bool,
    /// Remarks about what was asked for and is not covered.
    pub hints: BTreeMap<Outside, String>,
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
        Err(error) if error.is_constant => {
            return Err(constant_bound(plan, step, &error.error.message, error.span));
        }
        Err(error) => {
            let reason = error.error.message.clone();
            return Err(ExpandError::Bound { step, row: String::new(), reason, span: error.span });
        }
    };
    // A table without partitions is read whole whatever is said of time.
    let is_guarded = scan.table.time.is_some() && !scan.table.partition_keys.is_empty() && !allowed;
    if is_guarded && leaves_all_time(&predicate, &scan.table, plan.settings.now_picos()) {
        let reason = "it leaves time open at both ends, so that every partition would be read".to_owned();
        let span = scan.derived.spans().first().copied().unwrap_or(scan.span);
        return Err(ExpandError::Bound { step, row: String::new(), reason, span });
    }
    named(plan, scan, &predicate, world)
}

/// Refuses a scan with a constant bound that fails, unless its step may do without bounds.
///
/// # Errors
///
/// The first such bound.
pub(super) fn check_constants(plan: &Plan, scan: &Scan) -> Result<(), ExpandError> {
    let step = plan.step(scan.step).name.clone();
    match scan.derived.failing_constant() {
        Some(failing) if !plan.settings.allow_full_scan.contains(&step) => {
            Err(constant_bound(plan, step, &failing.error.message, failing.span))
        }
        _ => Ok(()),
    }
}

/// The partitions of a scan that a predicate leaves.
pub(super) fn named(plan: &Plan, scan: &Scan, predicate: &Predicate, world: &World) -> Result<Need, ExpandError> {
    let now = plan.settings.now_picos();
    let slack = plan.settings.slack.or(scan.table.time.as_ref().map(|time| time.slack)).unwrap_or(0);
    let set = needed(&predicate.regions(), &scan.table, slack, now, Some(&world.inventory)).map_err(|error| {
        ExpandError::Partitions {
            step: plan.step(scan.step).name.clone(),
            table: scan.table.name.clone(),
            reason: error.to_string(),
            span: scan.span,
        }
    })?;
    let listed = world.inventory.table(&scan.table.name);
    let remark = |outside: &Outside| Some((outside.clone(), hint(outside, &scan.table, listed, now)?));
    Ok(Need {
        hints: set.outside.iter().filter_map(remark).collect(),
        relation: scan.relation,
        table: scan.table.name.clone(),
        keys: scan.table.partition_keys.iter().map(|key| key.name.clone()).collect(),
        types: scan.table.partition_keys.iter().map(|key| key.ty.clone()).collect(),
        set,
        is_restricted: !matches!(scan.derived, Derived::Anything) && are_known(&scan.table, world),
    })
}

/// Whether it is known which partitions a table has.
fn are_known(table: &Table, world: &World) -> bool {
    match &table.layout {
        Layout::Registered(entries) => !entries.is_empty() || world.inventory.table(&table.name).is_some(),
        Layout::Flat | Layout::Projection { .. } => true,
    }
}

impl Need {
    /// Disjoint rectangles that are exactly the partitions, none with more values of an injected key
    /// than Athena takes.
    pub fn exact(&self) -> Vec<Rectangle> {
        let mut set = self.set.clone();
        if self.types.iter().any(Type::is_integer) {
            // Folders `7` and `07` of a number are one value, and must not be read twice.
            set.tuples = set.tuples.iter().map(|tuple| self.canonical(tuple)).collect();
        }
        self.split(cover(&set))
    }

    /// The rectangles to which a statement with one scan would hold this one.
    pub fn rectangles(&self) -> Vec<Rectangle> {
        self.within(&self.exact(), STAGE_BUDGET)
    }

    /// At most so many disjoint rectangles that cover the exact ones, as far as injected keys allow.
    pub fn within(&self, exact: &[Rectangle], budget: usize) -> Vec<Rectangle> {
        if exact.len() <= budget {
            return exact.to_vec();
        }
        self.split(coarsen(exact, budget, &self.set.domain).0)
    }

    /// Whether the predicates leave none of the table's partitions.
    pub fn is_left_empty(&self) -> bool {
        self.is_restricted && self.set.tuples.is_empty()
    }

    fn canonical(&self, tuple: &[String]) -> Vec<String> {
        let number = |text: &String| text.parse::<i64>().ok().map(|number| number.to_string());
        tuple
            .iter()
            .zip(&self.types)
            .map(|(text, ty)| number(text).filter(|_| ty.is_integer()).unwrap_or_else(|| text.clone()))
            .collect()
    }

    fn split(&self, rectangles: Vec<Rectangle>) -> Vec<Rectangle> {
        let injected: Vec<usize> =
            (0..self.keys.len()).filter(|key| self.set.domain.get(*key) == Some(&None)).collect();
        let mut split = rectangles;
        for key in injected {
            split = split
                .into_iter()
                .flat_map(|rectangle| match &rectangle.keys[key] {
                    KeySet::Values(values) if values.len() > INJECTED_VALUES => values
                        .chunks(INJECTED_VALUES)
                        .map(|chunk| {
                            let mut part = rectangle.clone();
                            part.keys[key] = KeySet::Values(chunk.to_vec());
                            part
                        })
                        .collect(),
                    _ => vec![rectangle],
                })
                .collect();
        }
        split
    }

    /// Measures the partitions again, after others have been taken in.
    pub fn measure(&mut self, world: &World) {
        self.set.size = Some(world.inventory.measure(&self.table, &self.set.tuples));
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
        self.hints.extend(other.hints.iter().map(|(outside, hint)| (outside.clone(), hint.clone())));
    }

    /// What was asked for and is not covered by the table, in words; times that follow each other as one.
    pub fn not_covered(&self) -> Vec<String> {
        let mut times: Vec<(i128, i128)> = Vec::new();
        let mut values = Vec::new();
        for outside in &self.set.outside {
            match outside {
                Outside::Time(from, to) => match times.last_mut() {
                    Some((_, end)) if from <= end => *end = (*end).max(*to),
                    _ => times.push((*from, *to)),
                },
                Outside::Value(key, value) => {
                    let hint = self.hints.get(outside).map(|hint| format!(" ({hint})")).unwrap_or_default();
                    values.push(format!("{} = '{value}'{hint}", self.keys[*key]));
                }
            }
        }
        let times = times.into_iter().map(|(from, to)| format!("{} to {}", instant_text(from), instant_text(to)));
        times.chain(values).collect()
    }
}
