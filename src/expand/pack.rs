//! Packing partitions and rows into statements: each partition once per scan, then few statements.
//!
//! A statement costs a start and a floor of 10 MB, and one of hundreds of gigabytes may run into the
//! 30-minute limit: so partitions are spread over as many statements as their bytes ask for, at most
//! one a slot; what has no known size goes into one.

use std::collections::BTreeMap;

use super::need::STAGE_BUDGET;
use super::{DriverRow, Need, World, merge};
use crate::bind::query::RelationId;
use crate::emit::{Part, Portion};
use crate::partition::Rectangle;
use crate::plan::{ForeachPlan, Plan, literal_keys};

/// Bytes that one statement is meant to read: half an hour of a slow scan of compressed text is
/// several times as much.
const STATEMENT_BYTES: u64 = 16 << 30;

type Rectangles = BTreeMap<RelationId, Vec<Rectangle>>;

/// The partitions of one scan spread over statements; every statement is about all rows, and reads
/// the other scans whole.
pub(super) fn apart(
    apart: RelationId,
    needs: &BTreeMap<RelationId, Need>,
    fixed: &Rectangles,
    world: &World,
) -> Vec<Portion> {
    let Some(need) = needs.get(&apart) else { return Vec::new() };
    let mut others = fixed.clone();
    for (relation, other) in needs.iter().filter(|(relation, _)| **relation != apart) {
        others.entry(*relation).or_insert_with(|| other.rectangles(STAGE_BUDGET));
    }
    let stages: usize = others.values().map(Vec::len).sum();
    let budget = STAGE_BUDGET.saturating_sub(stages).max(1);
    // Without any partition there is still one statement: it finds no rows, and says so.
    let chunks = split(need, world, budget);
    chunks
        .into_iter()
        .map(|chunk| {
            let mut scans = others.clone();
            scans.insert(apart, chunk.rectangles(budget));
            Portion { parts: vec![Part { rows: Vec::new(), scans, literals: BTreeMap::new() }], selects_rows: false }
        })
        .collect()
}

/// A scan's partitions in chunks of about the same bytes, whole rectangles where possible.
fn split(need: &Need, world: &World, budget: usize) -> Vec<Need> {
    let size = |tuple: &Vec<String>| -> u64 {
        let listed = world.inventory.table(&need.table);
        listed.and_then(|listed| listed.partition(tuple)).map_or(0, |size| size.bytes)
    };
    let total: u64 = need.set.tuples.iter().map(size).sum();
    let by_bytes = usize::try_from(total.div_ceil(STATEMENT_BYTES)).unwrap_or(usize::MAX);
    let by_stages = crate::partition::cover(&need.set).len().div_ceil(budget);
    let count = by_bytes.min(world.slots.max(1)).max(by_stages).max(1);
    if count == 1 {
        return vec![need.clone()];
    }
    let target = total / count as u64;
    let (mut chunks, mut chunk, mut bytes) = (Vec::new(), Vec::new(), 0);
    let per_chunk = need.set.tuples.len().div_ceil(count);
    for tuple in &need.set.tuples {
        chunk.push(tuple.clone());
        bytes += size(tuple);
        let full = if total > 0 { bytes >= target } else { chunk.len() >= per_chunk };
        if full && chunks.len() + 1 < count {
            chunks.push(need.with(std::mem::take(&mut chunk)));
            bytes = 0;
        }
    }
    if !chunk.is_empty() {
        chunks.push(need.with(chunk));
    }
    chunks
}

/// Rows kept whole: each in one statement with all it needs. Rows that share partitions share a
/// statement, so that none is read twice.
pub(super) fn together(
    rows: &[&DriverRow],
    per_row: &[BTreeMap<RelationId, Need>],
    fixed: &Rectangles,
    world: &World,
) -> Vec<Portion> {
    if rows.is_empty() {
        return Vec::new();
    }
    let all: Vec<usize> = (0..rows.len()).collect();
    let whole = combined(&all, per_row);
    let stages: usize = whole.values().chain(fixed.values()).map(Vec::len).sum();
    let bytes: u64 = bytes_of(&all, per_row, world);
    if stages <= STAGE_BUDGET && bytes <= STATEMENT_BYTES {
        let mut scans = whole;
        scans.extend(fixed.clone());
        let part = Part { rows: numbers(rows, &all), scans, literals: BTreeMap::new() };
        return vec![Portion { parts: vec![part], selects_rows: false }];
    }
    let mut portions: Vec<Vec<usize>> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    for group in merge::groups(per_row) {
        let mut grown = open.clone();
        grown.extend(&group);
        let stages: usize = combined(&grown, per_row).values().chain(fixed.values()).map(Vec::len).sum();
        let fits = stages <= STAGE_BUDGET && bytes_of(&grown, per_row, world) <= STATEMENT_BYTES;
        if fits || open.is_empty() {
            open = grown;
        } else {
            portions.push(std::mem::replace(&mut open, group));
        }
    }
    if !open.is_empty() {
        portions.push(open);
    }
    portions
        .into_iter()
        .map(|members| {
            let mut scans = combined(&members, per_row);
            scans.extend(fixed.clone());
            let mut numbers = numbers(rows, &members);
            numbers.sort_unstable();
            let part = Part { rows: numbers, scans, literals: BTreeMap::new() };
            Portion { parts: vec![part], selects_rows: true }
        })
        .collect()
}

fn numbers(rows: &[&DriverRow], members: &[usize]) -> Vec<i64> {
    members.iter().filter_map(|at| rows[*at].number).collect()
}

fn union_of(members: &[usize], per_row: &[BTreeMap<RelationId, Need>]) -> BTreeMap<RelationId, Need> {
    let mut union: BTreeMap<RelationId, Need> = BTreeMap::new();
    for at in members {
        for (relation, need) in &per_row[*at] {
            match union.get_mut(relation) {
                Some(known) => known.take_in(need),
                None => {
                    union.insert(*relation, need.clone());
                }
            }
        }
    }
    union
}

fn combined(members: &[usize], per_row: &[BTreeMap<RelationId, Need>]) -> Rectangles {
    let budget = STAGE_BUDGET;
    union_of(members, per_row).into_iter().map(|(relation, need)| (relation, need.rectangles(budget))).collect()
}

fn bytes_of(members: &[usize], per_row: &[BTreeMap<RelationId, Need>], world: &World) -> u64 {
    union_of(members, per_row)
        .values()
        .map(|need| world.inventory.measure(&need.table, &need.set.tuples).bytes.value)
        .sum()
}

/// One branch a row; without merging one statement a row, else as many branches in a statement as
/// the stage budget and the text limit allow.
pub(super) fn substituted(
    plan: &Plan,
    foreach: &ForeachPlan,
    rows: &[&DriverRow],
    per_row: &[BTreeMap<RelationId, Need>],
    fixed: &Rectangles,
) -> Vec<Portion> {
    let literals = literal_keys(foreach);
    let parts = rows.iter().zip(per_row).map(|(row, needs)| {
        let mut scans = fixed.clone();
        scans.extend(needs.iter().map(|(relation, need)| (*relation, need.rectangles(STAGE_BUDGET))));
        let values = foreach.keys.iter().zip(&row.values).filter(|(key, _)| literals.contains(key));
        Part {
            rows: row.number.into_iter().collect(),
            scans,
            literals: values.map(|(key, value)| (*key, value.clone())).collect(),
        }
    });
    let mut portions: Vec<Portion> = Vec::new();
    let mut stages = 0;
    for part in parts {
        // A branch that joins and groups takes three stages a scan, and its subqueries one each.
        let own = 3 * part.scans.values().map(|list| list.len().max(1)).sum::<usize>() + foreach.columns.len() + 1;
        match portions.last_mut() {
            Some(portion) if plan.settings.merge && stages + own <= STAGE_BUDGET => {
                portion.parts.push(part);
                stages += own;
            }
            _ => {
                portions.push(Portion { parts: vec![part], selects_rows: true });
                stages = own;
            }
        }
    }
    portions
}
