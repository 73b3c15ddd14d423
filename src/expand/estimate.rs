//! How many bytes a statement reads of the tables whose files were listed: what explain prices, and what a
//! run is held to.
//!
//! Rows that the run itself stores are not counted: they are few, and nobody knows them before.

use std::collections::BTreeMap;

use super::{Need, Repeats, World, step_reads};
use crate::bind::query::RelationId;
use crate::catalog::{Figure, Tier};
use crate::emit::Portion;
use crate::partition::Rectangle;
use crate::plan::Plan;

/// Bytes that are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Estimate {
    /// How many, as far as they are known.
    pub bytes: u64,
    /// Whether that is all.
    pub is_known: bool,
}

impl Estimate {
    const NOTHING: Estimate = Estimate { bytes: 0, is_known: true };

    /// The bytes, if all are known.
    pub fn known(self) -> Option<u64> {
        self.is_known.then_some(self.bytes)
    }

    fn and(self, more: Estimate) -> Estimate {
        Estimate { bytes: self.bytes.saturating_add(more.bytes), is_known: self.is_known && more.is_known }
    }
}

/// What a step's own statement reads; of a FOREACH it is the one that stores its driver.
pub fn step_bytes(plan: &Plan, needs: &BTreeMap<RelationId, Need>, at: usize) -> Estimate {
    let reads = step_reads(plan, at).into_iter();
    reads.fold(Estimate::NOTHING, |sum, (relation, times)| sum.and(scan_bytes(needs.get(&relation), times)))
}

/// What a scan reads that is read so often: common table expressions on each other are read very often.
pub fn scan_bytes(need: Option<&Need>, times: usize) -> Estimate {
    times_over(need.and_then(|need| need.set.size).map_or(Figure::UNKNOWN, |size| size.bytes), times)
}

/// What one statement of a FOREACH reads, partitions that several of its parts read counted for each.
pub fn portion_bytes(
    needs: &BTreeMap<RelationId, Need>,
    portion: &Portion,
    repeats: &Repeats,
    world: &World,
) -> Estimate {
    let read =
        portion.parts.iter().flat_map(|part| needs.values().map(move |need| (need, part.scans.get(&need.relation))));
    read.fold(Estimate::NOTHING, |sum, (need, rectangles)| {
        let bytes = match rectangles {
            Some(rectangles) => covered(world, need, rectangles),
            None => world.inventory.measure(&need.table, &need.set.tuples).bytes,
        };
        sum.and(times_over(bytes, repeats.get(need.relation)))
    })
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

fn times_over(figure: Figure, times: usize) -> Estimate {
    let bytes = figure.value.saturating_mul(u64::try_from(times).unwrap_or(u64::MAX));
    Estimate { bytes, is_known: figure.tier != Tier::Unknown }
}
