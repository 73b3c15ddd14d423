//! How many bytes a statement is expected to read of the tables that were listed.
//!
//! Rows that the run itself stored are not counted: they are few, and nobody knows them before.

use std::collections::BTreeMap;

use super::{Need, World};
use crate::bind::query::RelationId;
use crate::catalog::{Figure, Tier};
use crate::emit::Portion;
use crate::partition::Rectangle;
use crate::plan::Plan;

/// What the statement of a step reads, a FOREACH's body aside; none if nobody knows.
pub fn step_bytes(plan: &Plan, needs: &BTreeMap<RelationId, Need>, at: usize) -> Option<u64> {
    let scans = plan.scans.values().filter(|scan| scan.step == at && scan.foreach.is_none());
    scans
        .map(|scan| needs.get(&scan.relation).and_then(|need| need.set.size).and_then(|size| known(size.bytes)))
        .try_fold(0_u64, |sum, bytes| Some(sum.saturating_add(bytes?)))
}

/// What one statement of a FOREACH reads, partitions that several of its parts read counted for each.
pub fn portion_bytes(needs: &BTreeMap<RelationId, Need>, portion: &Portion, world: &World) -> Option<u64> {
    let read =
        portion.parts.iter().flat_map(|part| needs.values().map(move |need| (need, part.scans.get(&need.relation))));
    read.map(|(need, rectangles)| match rectangles {
        Some(rectangles) => known(covered(world, need, rectangles)),
        None => known(world.inventory.measure(&need.table, &need.set.tuples).bytes),
    })
    .try_fold(0_u64, |sum, bytes| Some(sum.saturating_add(bytes?)))
}

/// The bytes of the partitions that some rectangles cover, coarser ones than needed included.
fn covered(world: &World, need: &Need, rectangles: &[Rectangle]) -> Figure {
    let Some(listed) = world.inventory.table(&need.table) else { return Figure::UNKNOWN };
    let bytes = listed
        .partitions
        .iter()
        .filter(|partition| rectangles.iter().any(|rectangle| rectangle.contains(&partition.values)))
        .map(|partition| partition.size.bytes)
        .sum();
    Figure { value: bytes, tier: listed.tier }
}

/// The bytes of a figure, if it says any.
fn known(figure: Figure) -> Option<u64> {
    (figure.tier != Tier::Unknown).then_some(figure.value)
}
