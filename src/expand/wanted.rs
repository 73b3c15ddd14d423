//! What is worth listing before a plan is made in earnest: the partitions that its scans can need at
//! most. An archive of years holds more files than anybody wants to list for a window of days.

use std::collections::{BTreeMap, BTreeSet};

use super::{Need, World, at_most};
use crate::bind::query::RelationId;
use crate::catalog::{Layout, TableRef};
use crate::plan::Plan;

/// What is to be listed of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// Everything: which partitions there are is not known without.
    All,
    /// These partitions.
    Partitions(BTreeSet<Vec<String>>),
    /// Nothing: it takes driver rows to name a partition.
    Nothing,
}

/// What is to be listed of each table that a plan scans by partitions; `needs` are those of the scans
/// that no driver row decides, made without any listing.
pub fn wanted(plan: &Plan, needs: &BTreeMap<RelationId, Need>) -> BTreeMap<String, (TableRef, Wanted)> {
    let world = World::default();
    let mut tables: BTreeMap<String, (TableRef, Wanted)> = BTreeMap::new();
    for scan in plan.scans.values() {
        let need = match needs.get(&scan.relation) {
            Some(need) => Some(need.clone()),
            None if scan.foreach.is_some() => at_most(plan, scan, &world).ok(),
            None => None,
        };
        let own = match (&scan.table.layout, need) {
            (Layout::Registered(entries), _) if entries.is_empty() => Wanted::All,
            (Layout::Flat, _) => Wanted::All,
            (_, Some(need)) => Wanted::Partitions(need.set.tuples),
            (_, None) => Wanted::Nothing,
        };
        match tables.get_mut(&scan.table.name) {
            None => {
                tables.insert(scan.table.name.clone(), (scan.table.clone(), own));
            }
            Some((_, all)) => all.take_in(own),
        }
    }
    tables
}

impl Wanted {
    /// Takes in what another scan of the same table wants. What cannot be named keeps the rest from
    /// being told apart, so that nothing is listed.
    fn take_in(&mut self, other: Wanted) {
        match (&mut *self, other) {
            (Wanted::Partitions(own), Wanted::Partitions(other)) => own.extend(other),
            (Wanted::Nothing, _) | (_, Wanted::Nothing) => *self = Wanted::Nothing,
            (Wanted::All, _) | (_, Wanted::All) => *self = Wanted::All,
        }
    }
}
