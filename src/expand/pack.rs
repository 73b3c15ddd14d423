//! Packing partitions and rows into statements: each partition once per scan, then few statements.
//!
//! A statement costs a start and a floor of 10 MB, and one of hundreds of gigabytes may run into the
//! 30-minute limit: so partitions are spread over as many statements as their bytes ask for, at most
//! one a slot; what has no known size goes into one. Stages and the length of the text may ask for
//! more.

use std::collections::BTreeMap;

use super::stage::{Rectangles, Repeats, STAGE_BUDGET, fit};
use super::{DriverRow, ExpandError, Need, World, merge};
use crate::bind::query::RelationId;
use crate::constant::Value;
use crate::emit::{Part, Portion, TEXT_ROOM, portion_query};
use crate::plan::{ForeachPlan, Plan, literal_keys, visit_query_columns};

/// Bytes that one statement is meant to read: half an hour of a slow scan of compressed text is
/// several times as much.
const STATEMENT_BYTES: u64 = 16 << 30;

/// What a FOREACH's statements are packed of.
pub(super) struct Pack<'a> {
    pub plan: &'a Plan,
    pub foreach: &'a ForeachPlan,
    pub world: &'a World,
    /// What the scans need that no row decides.
    pub fixed: Vec<&'a Need>,
    pub repeats: Repeats,
}

impl Pack<'_> {
    /// One statement about all rows, whose scans no row decides.
    pub fn once(&self) -> Result<Vec<Portion>, ExpandError> {
        Ok(vec![self.fitted(&|budget| Portion {
            parts: vec![part(Vec::new(), fit(self.fixed.iter().copied(), &self.repeats, budget))],
            selects_rows: false,
        })?])
    }

    /// The partitions of one scan spread over statements; every statement is about all rows, and reads
    /// the other scans whole.
    pub fn apart(&self, apart: RelationId, needs: &BTreeMap<RelationId, Need>) -> Result<Vec<Portion>, ExpandError> {
        // Without a row there is nothing to read.
        let Some(need) = needs.get(&apart) else { return Ok(Vec::new()) };
        let others: Vec<&Need> = needs.values().filter(|other| other.relation != apart).collect();
        let own = need.exact().len().clamp(1, STAGE_BUDGET / 2);
        let others = fit(others, &self.repeats, STAGE_BUDGET - own);
        let budget = STAGE_BUDGET.saturating_sub(self.repeats.stages(&others)).max(1);
        let portion = |chunk: &Need, budget: usize| {
            let mut scans = others.clone();
            scans.extend(fit([chunk], &self.repeats, budget));
            Portion { parts: vec![part(Vec::new(), scans)], selects_rows: false }
        };
        let mut portions = Vec::new();
        let mut waiting = self.chunks(need);
        waiting.reverse();
        while let Some(chunk) = waiting.pop() {
            // Chunks must not overlap: what does not fit is read in two, never coarser.
            let made = portion(&chunk, usize::MAX);
            let fits = chunk.exact().len() <= budget && self.length(&made) <= TEXT_ROOM;
            if fits || !need.is_restricted {
                portions.push(made);
                continue;
            }
            match halves(&chunk) {
                Some((first, second)) => waiting.extend([second, first]),
                None => portions.push(self.fitted(&|_| made.clone())?),
            }
        }
        Ok(portions)
    }

    /// A scan's partitions in chunks of about the same bytes.
    fn chunks(&self, need: &Need) -> Vec<Need> {
        let listed = self.world.inventory.table(&need.table);
        let size = |tuple: &Vec<String>| listed.and_then(|listed| listed.partition(tuple)).map_or(0, |size| size.bytes);
        let total: u64 = need.set.tuples.iter().map(size).sum();
        let by_bytes = usize::try_from(total.div_ceil(STATEMENT_BYTES)).unwrap_or(usize::MAX);
        let count = by_bytes.clamp(1, self.world.slots.max(1));
        if count == 1 {
            return vec![need.clone()];
        }
        let target = total / count as u64;
        let (mut chunks, mut chunk, mut bytes) = (Vec::new(), Vec::new(), 0);
        for tuple in &need.set.tuples {
            chunk.push(tuple.clone());
            bytes += size(tuple);
            if bytes >= target && chunks.len() + 1 < count {
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
    pub fn together(
        &self,
        rows: &[&DriverRow],
        per_row: &[BTreeMap<RelationId, Need>],
    ) -> Result<Vec<Portion>, ExpandError> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let all: Vec<usize> = (0..rows.len()).collect();
        let portion = |members: &[usize], budget: usize| {
            let union = union_of(members, per_row);
            let scans = fit(union.values().chain(self.fixed.iter().copied()), &self.repeats, budget);
            let mut numbers: Vec<i64> = members.iter().filter_map(|at| rows[*at].number).collect();
            numbers.sort_unstable();
            Portion { parts: vec![part(numbers, scans)], selects_rows: members.len() < rows.len() }
        };
        let fits = |members: &[usize]| {
            let union = union_of(members, per_row);
            let scans = fit(union.values().chain(self.fixed.iter().copied()), &self.repeats, usize::MAX);
            self.repeats.stages(&scans) <= STAGE_BUDGET && self.bytes(&union) <= STATEMENT_BYTES
        };
        let mut waiting: Vec<Vec<usize>> = Vec::new();
        if fits(&all) {
            waiting.push(all);
        } else {
            let mut open: Vec<usize> = Vec::new();
            for group in merge::groups(per_row) {
                let mut grown = open.clone();
                grown.extend(&group);
                if open.is_empty() || fits(&grown) {
                    open = grown;
                } else {
                    waiting.push(std::mem::replace(&mut open, group));
                }
            }
            waiting.push(open);
            waiting.reverse();
        }
        let mut portions = Vec::new();
        while let Some(members) = waiting.pop() {
            let made = portion(&members, STAGE_BUDGET);
            if self.length(&made) <= TEXT_ROOM {
                portions.push(made);
            } else if members.len() > 1 {
                let (first, second) = members.split_at(members.len() / 2);
                waiting.extend([second.to_vec(), first.to_vec()]);
            } else {
                portions.push(self.fitted(&|budget| portion(&members, budget))?);
            }
        }
        Ok(portions)
    }

    fn bytes(&self, needs: &BTreeMap<RelationId, Need>) -> u64 {
        let measured =
            needs.values().map(|need| self.world.inventory.measure(&need.table, &need.set.tuples).bytes.value);
        measured.fold(0, u64::saturating_add)
    }

    /// One branch a row; without merging one statement a row, else as many branches in a statement as
    /// the stage budget and the text limit allow.
    pub fn substituted(
        &self,
        rows: &[&DriverRow],
        per_row: &[BTreeMap<RelationId, Need>],
    ) -> Result<Vec<Portion>, ExpandError> {
        let literals = literal_keys(self.foreach);
        let subqueries = self.subqueries(&literals);
        let mut portions: Vec<Portion> = Vec::new();
        let (mut stages, mut length) = (0, 0);
        for (row, needs) in rows.iter().zip(per_row) {
            let values: BTreeMap<usize, Value> = self
                .foreach
                .keys
                .iter()
                .zip(&row.values)
                .filter(|(key, _)| literals.contains(key))
                .map(|(key, value)| (*key, value.clone()))
                .collect();
            let single = self.fitted(&|budget| {
                // A branch that joins and groups takes three stages a scan, and its subqueries one each.
                let scans_budget = (budget.saturating_sub(subqueries) / 3).max(1);
                let scans = fit(needs.values().chain(self.fixed.iter().copied()), &self.repeats, scans_budget);
                let literals = values.clone();
                Portion {
                    parts: vec![Part { rows: row.number.into_iter().collect(), scans, literals }],
                    selects_rows: true,
                }
            })?;
            let own_length = self.length(&single);
            for part in single.parts {
                let own = 3 * self.repeats.stages(&part.scans) + subqueries + 1;
                match portions.last_mut() {
                    Some(portion)
                        if self.plan.settings.merge
                            && stages + own <= STAGE_BUDGET
                            && length + own_length <= TEXT_ROOM =>
                    {
                        portion.parts.push(part);
                        stages += own;
                        length += own_length;
                    }
                    _ => {
                        portions.push(Portion { parts: vec![part], selects_rows: true });
                        (stages, length) = (own, own_length);
                    }
                }
            }
        }
        Ok(portions)
    }

    /// How many scalar subqueries a branch has for values of its row.
    fn subqueries(&self, literals: &[usize]) -> usize {
        let mut places = std::collections::BTreeSet::new();
        visit_query_columns(&self.foreach.body, &mut |column, expr| {
            if self.foreach.column(column).is_some_and(|at| !literals.contains(&at)) {
                places.insert(expr.span);
            }
        });
        places.len()
    }

    fn length(&self, portion: &Portion) -> usize {
        portion_query(self.plan, self.foreach, portion).len()
    }

    /// A statement with as many rectangles as its text has room for.
    fn fitted(&self, portion: &dyn Fn(usize) -> Portion) -> Result<Portion, ExpandError> {
        let mut budget = STAGE_BUDGET;
        loop {
            let made = portion(budget);
            let bytes = self.length(&made);
            if bytes <= TEXT_ROOM {
                return Ok(made);
            }
            if budget == 1 {
                let step = self.foreach.name.clone();
                return Err(ExpandError::TooLong { step, bytes, span: self.foreach.span });
            }
            budget /= 2;
        }
    }
}

fn part(rows: Vec<i64>, scans: Rectangles) -> Part {
    Part { rows, scans, literals: BTreeMap::new() }
}

/// The first and the second half of a scan's partitions; none of a single one.
fn halves(need: &Need) -> Option<(Need, Need)> {
    let half = need.set.tuples.len() / 2;
    let tuples = || need.set.tuples.iter().cloned();
    (half > 0).then(|| (need.with(tuples().take(half)), need.with(tuples().skip(half))))
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
