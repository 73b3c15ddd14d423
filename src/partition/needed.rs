//! From what a predicate leaves to the partitions that must be read.
//!
//! A record of time t lies in the folder of its delivery, at t or up to `slack` later. So the times
//! of a region, extended forward by the slack and only then, are cut into the folders' units; each
//! unit gives the values of all time keys together, never a cross product of years, months and
//! days. Only what the window reaches is enumerated.

use std::collections::BTreeSet;

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::folder_time::{folder_times, unreadable};
use super::intervals::{Cut, Intervals};
use super::key_value::KeyValue;
use super::region::{Region, Regions};
use crate::catalog::clock::{SECOND, calendar, instant};
use crate::catalog::{
    Column, DateSteps, DateUnit, Fields, Inventory, Layout, MOST_VALUES, Measure, PartitionEntry, Pattern, Projection,
    Table, TableInventory,
};

/// The partitions that a scan needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartitionSet {
    /// Their key values, in the order of the table's keys. A table without keys has one partition
    /// without values.
    pub tuples: BTreeSet<Vec<String>>,
    /// How many partitions the table has at all; none if a key is injected.
    pub total: Option<u64>,
    /// How many values each key has at all; none if it is injected.
    pub domain: Vec<Option<u64>>,
    /// The event times asked for, with the slack added.
    pub window: Intervals<i128>,
    /// What was asked for and is not covered by the table: not looked, rather than nothing there.
    pub outside: Vec<Outside>,
    /// Whether records of the window may still arrive: its end plus slack lies after now.
    pub open: bool,
    /// Files and bytes, if an inventory was given.
    pub size: Option<Measure>,
}

/// Something asked for that no partition of the table covers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Outside {
    /// From one time (picoseconds since the epoch, included) to another (not included).
    Time(i128, i128),
    /// A value of a key, by the key's position.
    Value(usize, String),
}

/// Why the partitions cannot be named.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NeedError {
    /// An injected key has no values of its own: the query must name them.
    #[error("the partition key `{key}` is injected, and the query does not say which values it has")]
    Injected {
        /// The key.
        key: String,
    },
    /// The time keys say no first or last value, and the query sets no bound.
    #[error("neither the query nor the partition key `{key}` says where time begins and ends")]
    Unbounded {
        /// The coarsest time key.
        key: String,
    },
    /// More partitions than a scan may read.
    #[error("{count} partitions are needed; Athena reads at most {MOST_VALUES} in one scan")]
    TooMany {
        /// How many.
        count: u64,
    },
}

/// The partitions of a table that hold every record of some regions, if each record lies in the
/// folder of its own time or of one up to `slack` seconds later.
///
/// # Errors
///
/// The partitions cannot be enumerated.
pub fn needed(
    regions: &Regions,
    table: &Table,
    slack: i64,
    now: i128,
    inventory: Option<&Inventory>,
) -> Result<PartitionSet, NeedError> {
    let slack = i128::from(slack) * SECOND;
    let padded = |time: &Intervals<i128>| time.extended(|end| end.saturating_add(slack));
    let window = padded(&regions.time());
    let asked: Vec<(&Region, Intervals<i128>)> = regions
        .parts()
        .iter()
        .map(|region| (region, padded(&region.time).intersection(&folder_times(table, region, now))))
        .collect();
    let reaches_past_now =
        |time: &Intervals<i128>| time.parts().last().is_some_and(|(_, to)| to.value().is_none_or(|end| *end > now));
    // A table without keys has no folders that could still fill.
    let open = table.time.is_some()
        && !table.partition_keys.is_empty()
        && asked.iter().any(|(_, time)| reaches_past_now(time));
    let mut set = PartitionSet {
        tuples: BTreeSet::new(),
        total: None,
        domain: Vec::new(),
        window,
        outside: Vec::new(),
        open,
        size: None,
    };
    match &table.layout {
        Layout::Flat => {
            set.total = Some(1);
            set.tuples.extend((!regions.is_empty()).then(Vec::new));
        }
        Layout::Registered(registered) => {
            // Hive folders of which none is registered by name: those that the listing found.
            let listed = inventory.and_then(|inventory| inventory.table(&table.name));
            let found = listed.filter(|_| registered.is_empty()).map(TableInventory::entries);
            let entries = found.as_ref().unwrap_or(registered);
            set.total = u64::try_from(entries.len()).ok();
            set.domain = domain_of(entries, table.partition_keys.len());
            for (region, time) in &asked {
                let wanted = entries.iter().filter(|entry| may_hold(table, &entry.values, region, time));
                set.tuples.extend(wanted.map(|entry| entry.values.clone()));
            }
            if found.is_none() {
                set.outside = unregistered(table, entries, regions, now).into_iter().collect();
            }
        }
        Layout::Projection { keys, .. } => {
            let space = Space::new(table, keys, now);
            set.domain = keys.iter().map(|key| key.count(now)).collect();
            set.total = set.domain.iter().try_fold(1_u64, |total, count| Some(total.saturating_mul((*count)?)));
            let mut outside = BTreeSet::new();
            for (region, time) in &asked {
                space.add(region, time, &mut set.tuples, &mut outside)?;
            }
            if let Some(listed) = inventory.and_then(|inventory| inventory.table(&table.name)) {
                outside.extend(overlooked(table, listed, &asked));
            }
            set.outside = outside.into_iter().collect();
        }
    }
    set.size = inventory.map(|inventory| inventory.measure(&table.name, &set.tuples));
    Ok(set)
}

/// How many values each key has among some partitions.
fn domain_of(entries: &[PartitionEntry], keys: usize) -> Vec<Option<u64>> {
    let count = |key: usize| entries.iter().filter_map(|entry| entry.values.get(key)).collect::<BTreeSet<_>>().len();
    (0..keys).map(|key| u64::try_from(count(key)).ok()).collect()
}

/// Folders that are there and asked for, but have a value for a key (other than time) that the table does not name.
fn overlooked(table: &Table, listed: &TableInventory, asked: &[(&Region, Intervals<i128>)]) -> Vec<Outside> {
    let time_keys = table.time.as_ref().map_or(&[][..], |time| &time.keys);
    let mut found = Vec::new();
    for uncovered in &listed.uncovered {
        let index = table.partition_keys.iter().position(|key| key.name == uncovered.key);
        let index = index.filter(|index| time_keys.iter().all(|(key, _)| key != index));
        let wanted = uncovered
            .partitions
            .iter()
            .any(|values| asked.iter().any(|(region, time)| may_hold(table, values, region, time)));
        found.extend(index.filter(|_| wanted).map(|index| Outside::Value(index, uncovered.value.clone())));
    }
    found
}

/// The event times asked for, up to now, for which no partition is registered: folders may well be there, but no
/// engine looks at them. What the slack adds is left out, since a table often ends with the last day it has.
fn unregistered(table: &Table, entries: &[PartitionEntry], regions: &Regions, now: i128) -> BTreeSet<Outside> {
    let mut outside = BTreeSet::new();
    let has_time_keys = table.time.as_ref().is_some_and(|time| !time.keys.is_empty());
    for region in regions.parts().iter().filter(|_| has_time_keys) {
        let asked = region.time.intersection(&folder_times(table, region, now)).intersection(&Intervals::less(now));
        let held = entries.iter().filter(|entry| may_hold(table, &entry.values, region, &Intervals::all()));
        let spans: Option<Vec<_>> = held.map(|entry| span_of(table, &entry.values)).collect();
        // A partition that does not say its time may hold any.
        let Some(spans) = spans else { continue };
        let held = spans.iter().fold(Intervals::none(), |held, span| held.union(span));
        note_times(&asked.minus(&held), &mut outside);
    }
    outside
}

/// Notes times that no partition covers. A window without beginning asks for nothing before the table's own.
fn note_times(uncovered: &Intervals<i128>, outside: &mut BTreeSet<Outside>) {
    for (from, to) in uncovered.parts() {
        let from = match from {
            Cut::Before(from) => *from,
            Cut::After(from) => from.saturating_add(1),
            Cut::Start | Cut::End => continue,
        };
        let to = match to {
            Cut::Before(to) => *to,
            Cut::After(to) => to.saturating_add(1),
            Cut::Start | Cut::End => i128::MAX,
        };
        outside.insert(Outside::Time(from, to));
    }
}

/// Whether a partition may hold records of a region. A value that cannot be read keeps it.
fn may_hold(table: &Table, values: &[String], region: &Region, time: &Intervals<i128>) -> bool {
    let keys_fit = region.keys.iter().all(|(index, allowed)| {
        let (column, value) = (table.partition_keys.get(*index), values.get(*index));
        column.zip(value).is_none_or(|(column, value)| is_allowed(value, column, Some(allowed)))
    });
    keys_fit && span_of(table, values).is_none_or(|span| !span.intersection(time).is_empty())
}

/// The times whose folder a partition is; none if its values do not say.
fn span_of(table: &Table, values: &[String]) -> Option<Intervals<i128>> {
    let keys = &table.time.as_ref()?.keys;
    let mut fields = Fields::default();
    let mut unit = DateUnit::Years;
    for (key, format) in keys {
        let pattern = Pattern::new(format).ok()?;
        fields = fields.or(pattern.read(values.get(*key)?)?);
        unit = unit.max(pattern.unit());
    }
    let start = fields.start()?;
    let end = unit.add(unit.floor(start), 1).map_or(Cut::End, |end| Cut::Before(instant(end)));
    Some(Intervals::between(Cut::Before(instant(start)), end))
}

/// Whether a folder's text is among the values allowed; one that is no value of its type is kept.
fn is_allowed(text: &str, column: &Column, allowed: Option<&Intervals<KeyValue>>) -> bool {
    let Some(allowed) = allowed else { return true };
    KeyValue::parse(text, &column.ty).is_none_or(|value| allowed.contains(&value))
}

/// The partitions of a projected table, ready to be enumerated.
struct Space<'a> {
    table: &'a Table,
    projections: &'a [Projection],
    steps: Vec<Option<DateSteps>>,
    time_keys: Vec<(usize, Pattern)>,
    now: i128,
}

/// Values for some of the keys, by the keys' positions.
type Partial = Vec<(usize, String)>;

impl<'a> Space<'a> {
    fn new(table: &'a Table, projections: &'a [Projection], now: i128) -> Self {
        let mapped = table.time.as_ref().map_or(&[][..], |time| &time.keys);
        let time_keys = mapped.iter().filter_map(|(key, format)| Some((*key, Pattern::new(format).ok()?))).collect();
        Self { table, projections, steps: projections.iter().map(|key| key.date_steps(now)).collect(), time_keys, now }
    }

    /// Adds the partitions of one region, its times already extended.
    fn add(
        &self,
        region: &Region,
        time: &Intervals<i128>,
        tuples: &mut BTreeSet<Vec<String>>,
        outside: &mut BTreeSet<Outside>,
    ) -> Result<(), NeedError> {
        let mut dimensions: Vec<Vec<Partial>> = Vec::new();
        if !self.time_keys.is_empty() {
            dimensions.push(self.times(region, time, outside)?);
        }
        for index in 0..self.projections.len() {
            if self.time_keys.iter().all(|(key, _)| *key != index) {
                dimensions.push(self.values(index, region.keys.get(&index), outside)?);
            }
        }
        let lengths = dimensions.iter().map(|dimension| u64::try_from(dimension.len()).unwrap_or(u64::MAX));
        let count = lengths.fold(1_u64, u64::saturating_mul);
        if count > MOST_VALUES {
            return Err(NeedError::TooMany { count });
        }
        let empty = vec![String::new(); self.projections.len()];
        let mut combined = vec![empty];
        for dimension in &dimensions {
            combined = combined
                .iter()
                .flat_map(|tuple| dimension.iter().map(move |values| with_values(tuple, values)))
                .collect();
        }
        tuples.extend(combined);
        Ok(())
    }

    /// The values of a key that does not follow from time.
    fn values(
        &self,
        index: usize,
        allowed: Option<&Intervals<KeyValue>>,
        outside: &mut BTreeSet<Outside>,
    ) -> Result<Vec<Partial>, NeedError> {
        let (Some(column), Some(projection)) = (self.table.partition_keys.get(index), self.projections.get(index))
        else {
            return Ok(Vec::new());
        };
        let points = allowed.and_then(Intervals::points);
        let texts = points.as_ref().and_then(|points| {
            let text = |point: &&KeyValue| match point {
                KeyValue::Text(text) => Some(text.clone()),
                KeyValue::Integer(_) | KeyValue::Date(_) => None,
            };
            points.iter().map(text).collect::<Option<Vec<String>>>()
        });
        if let Some(texts) = texts {
            let (known, unknown): (Vec<_>, Vec<_>) = texts.into_iter().partition(|text| self.contains(index, text));
            outside.extend(unknown.into_iter().map(|text| Outside::Value(index, text)));
            return Ok(known.into_iter().map(|text| vec![(index, text)]).collect());
        }
        if *projection == Projection::Injected {
            return Err(NeedError::Injected { key: column.name.clone() });
        }
        let count = projection.count(self.now).unwrap_or(u64::MAX);
        let values = projection.values(self.now).ok_or(NeedError::TooMany { count })?;
        let kept: Vec<String> = values.into_iter().filter(|value| is_allowed(value, column, allowed)).collect();
        let found: BTreeSet<Option<KeyValue>> = kept.iter().map(|value| KeyValue::parse(value, &column.ty)).collect();
        for point in points.into_iter().flatten().filter(|point| !found.contains(&Some((*point).clone()))) {
            let text = match point {
                KeyValue::Integer(number) => number.to_string(),
                KeyValue::Date(days) => calendar(i128::from(*days) * 86_400 * SECOND).date().to_string(),
                KeyValue::Text(text) => text.clone(),
            };
            outside.insert(Outside::Value(index, text));
        }
        Ok(kept.into_iter().map(|value| vec![(index, value)]).collect())
    }

    fn contains(&self, index: usize, value: &str) -> bool {
        match (self.steps.get(index), self.projections.get(index)) {
            (Some(Some(steps)), _) => steps.contains(value),
            (_, Some(projection)) => projection.contains(value, self.now),
            _ => false,
        }
    }

    /// The values of all time keys together, for the times of a region.
    fn times(
        &self,
        region: &Region,
        time: &Intervals<i128>,
        outside: &mut BTreeSet<Outside>,
    ) -> Result<Vec<Partial>, NeedError> {
        let extent = self.extent();
        self.note_outside(time, extent, outside);
        outside
            .extend(unreadable(self.table, region, self.now).into_iter().map(|(key, text)| Outside::Value(key, text)));
        let mut found: Vec<Partial> = Vec::new();
        for part in time.parts() {
            let (from, to) = self.bounds(part, extent)?;
            if let [(key, _)] = self.time_keys.as_slice()
                && let Some(Some(steps)) = self.steps.get(*key)
            {
                found.extend(steps.between(from, to).into_iter().map(|(_, value)| vec![(*key, value)]));
            } else {
                self.units(from, to, &mut found, outside)?;
            }
        }
        let allowed = |(key, value): &(usize, String)| {
            let column = self.table.partition_keys.get(*key);
            column.is_none_or(|column| is_allowed(value, column, region.keys.get(key)))
        };
        found.retain(|values| values.iter().all(allowed));
        Ok(found)
    }

    /// The first and last instant that an interval and the table have in common.
    fn bounds(&self, part: &(Cut<i128>, Cut<i128>), extent: Option<(i128, i128)>) -> Result<(i128, i128), NeedError> {
        let from = match part.0 {
            Cut::Before(from) => Some(from),
            Cut::After(from) => Some(from.saturating_add(1)),
            Cut::Start | Cut::End => None,
        };
        let to = match part.1 {
            Cut::Before(to) => Some(to.saturating_sub(1)),
            Cut::After(to) => Some(to),
            Cut::Start | Cut::End => None,
        };
        let (first, last) = (extent.map(|(start, _)| start), extent.map(|(_, end)| end.saturating_sub(1)));
        match (from.max(first), to.into_iter().chain(last).min()) {
            (Some(from), Some(to)) => Ok((from, to)),
            _ => {
                let key = self.time_keys.first().and_then(|(key, _)| self.table.partition_keys.get(*key));
                Err(NeedError::Unbounded { key: key.map(|key| key.name.clone()).unwrap_or_default() })
            }
        }
    }

    /// The folders of `[from, to]`, one for each unit of the finest key.
    fn units(
        &self,
        from: i128,
        to: i128,
        found: &mut Vec<Partial>,
        outside: &mut BTreeSet<Outside>,
    ) -> Result<(), NeedError> {
        let unit = self.time_keys.iter().map(|(_, pattern)| pattern.unit()).max().unwrap_or(DateUnit::Days);
        let mut next: Option<DateTime> = (from <= to).then(|| unit.floor(calendar(from)));
        while let Some(at) = next.filter(|at| instant(*at) <= to) {
            next = unit.add(at, 1);
            let values: Partial = self.time_keys.iter().map(|(key, pattern)| (*key, pattern.format(at))).collect();
            if values.iter().all(|(key, value)| self.contains(*key, value)) {
                found.push(values);
            } else if instant(at) <= self.now {
                outside.insert(Outside::Time(instant(at), next.map_or(i128::MAX, instant)));
            }
            let count = u64::try_from(found.len()).unwrap_or(u64::MAX);
            if count > MOST_VALUES {
                return Err(NeedError::TooMany { count });
            }
        }
        Ok(())
    }

    /// Where the table's time begins and ends (not included), as far as its coarsest time key says.
    fn extent(&self) -> Option<(i128, i128)> {
        let (key, pattern) = self.time_keys.first()?;
        if let Some(steps) = self.steps.get(*key)? {
            return Some((steps.start(), steps.end()));
        }
        let values = self.projections.get(*key)?.values(self.now)?;
        let starts: Vec<DateTime> = values.iter().filter_map(|value| pattern.read(value)?.start()).collect();
        let (first, last) = (starts.iter().min()?, starts.iter().max()?);
        Some((instant(*first), pattern.unit().add(*last, 1).map_or(i128::MAX, instant)))
    }

    /// Notes what was asked for, up to now, and lies before or behind the table's time.
    fn note_outside(&self, time: &Intervals<i128>, extent: Option<(i128, i128)>, outside: &mut BTreeSet<Outside>) {
        let Some((start, end)) = extent else { return };
        let covered = Intervals::between(Cut::Before(start), Cut::Before(end));
        note_times(&time.intersection(&Intervals::less(self.now)).minus(&covered), outside);
    }
}

/// A tuple with some of its values filled in.
fn with_values(tuple: &[String], values: &Partial) -> Vec<String> {
    let mut filled = tuple.to_vec();
    for (key, value) in values {
        if let Some(slot) = filled.get_mut(*key) {
            slot.clone_from(value);
        }
    }
    filled
}
