//! The times that a region names through its keys: `day = '2024/05/06'` asks for that day's folder and for nothing
//! before or after it, whatever the predicate says of event time.

use super::event_clock::sorts_as_time;
use super::intervals::{Cut, Intervals};
use super::key_value::KeyValue;
use super::region::Region;
use crate::catalog::clock::{SECOND, calendar, instant};
use crate::catalog::{DateSteps, DateUnit, Fields, Layout, Pattern, Projection, Table};

/// More folders than this are not told one by one.
const MOST_FOLDERS: usize = 1_000;

/// The times whose folders a region's time keys leave; all times where they do not say.
pub(super) fn folder_times(table: &Table, region: &Region, now: i128) -> Intervals<i128> {
    let keys = table.time.as_ref().map_or(&[][..], |time| &time.keys);
    if let Some(stepped) = Stepped::of(table, now) {
        return region.keys.get(&stepped.key).map_or_else(Intervals::all, |allowed| stepped.times(allowed));
    }
    let mut folders = vec![Fields::default()];
    let mut finest = None;
    // The coarsest key comes first: without values for it, those of the others name no time.
    for (key, format) in keys {
        let (Some(allowed), Ok(pattern)) = (region.keys.get(key), Pattern::new(format)) else { break };
        if !is_one_unit_a_folder(table, *key, &pattern) {
            break;
        }
        let Some(points) = allowed.points() else {
            return if keys.len() == 1 && sorts_as_time(&pattern) {
                span_of(allowed, &pattern)
            } else {
                Intervals::all()
            };
        };
        let mut named = Vec::new();
        for point in points {
            match read(point, &pattern) {
                Some(fields) => named.push(fields),
                // No folder has such a name.
                None if matches!(point, KeyValue::Text(_)) => {}
                None => return Intervals::all(),
            }
        }
        if named.len().saturating_mul(folders.len()) > MOST_FOLDERS {
            break;
        }
        folders = folders.iter().flat_map(|outer| named.iter().map(move |inner| outer.or(*inner))).collect();
        finest = Some(pattern.unit());
    }
    let Some(unit) = finest else { return Intervals::all() };
    let times = folders.into_iter().filter_map(|fields| folder(fields, unit));
    times.fold(Intervals::none(), |times, (from, to)| times.union(&Intervals::between(from, to)))
}

/// The only time key of a table, each of whose folders holds several units of its pattern: a week by
/// its first day.
struct Stepped {
    key: usize,
    pattern: Pattern,
    steps: DateSteps,
}

impl Stepped {
    /// That of a table; none if its time keys are of another kind.
    fn of(table: &Table, now: i128) -> Option<Self> {
        let [(key, format)] = table.time.as_ref()?.keys.as_slice() else { return None };
        let Layout::Projection { keys, .. } = &table.layout else { return None };
        let pattern = Pattern::new(format).ok()?;
        let steps = keys.get(*key)?.date_steps(now)?;
        let is_stepped = !is_one_unit_a_folder(table, *key, &pattern) && !steps.finer_than_pattern();
        is_stepped.then_some(Self { key: *key, pattern, steps })
    }

    /// The times of the folders whose names are among some values.
    fn times(&self, allowed: &Intervals<KeyValue>) -> Intervals<i128> {
        if let Some(points) = allowed.points() {
            let spans = points.into_iter().filter_map(|point| self.steps.span(&self.name(point)?));
            return spans.fold(Intervals::none(), |times, (from, to)| {
                times.union(&Intervals::between(Cut::Before(from), Cut::Before(to)))
            });
        }
        if !sorts_as_time(&self.pattern) {
            return Intervals::all();
        }
        // The last folder reaches further than its name says.
        span_of(allowed, &self.pattern).extended(|end| self.steps.step_behind(*end))
    }

    /// The folder's name that a value is.
    fn name(&self, value: &KeyValue) -> Option<String> {
        Some(match value {
            KeyValue::Text(text) => text.clone(),
            KeyValue::Integer(_) | KeyValue::Date(_) => self.pattern.format(read(value, &self.pattern)?.start()?),
        })
    }
}

/// The texts of the time keys' values that can be the name of no folder, by the key's position.
pub(super) fn unreadable(table: &Table, region: &Region, now: i128) -> Vec<(usize, String)> {
    if let Some(stepped) = Stepped::of(table, now) {
        let points = region.keys.get(&stepped.key).and_then(Intervals::points).into_iter().flatten();
        let names = points.filter_map(|point| stepped.name(point));
        return names.filter(|name| !stepped.steps.contains(name)).map(|name| (stepped.key, name)).collect();
    }
    let keys = table.time.as_ref().map_or(&[][..], |time| &time.keys);
    let mut found = Vec::new();
    for (key, format) in keys {
        let (Some(points), Ok(pattern)) = (region.keys.get(key).and_then(Intervals::points), Pattern::new(format))
        else {
            continue;
        };
        found.extend(points.into_iter().filter_map(|point| match point {
            KeyValue::Text(text) if pattern.read(text).is_none() => Some((*key, text.clone())),
            _ => None,
        }));
    }
    found
}

/// Whether a folder of this key holds one unit of the pattern, so that its name says where it ends.
fn is_one_unit_a_folder(table: &Table, key: usize, pattern: &Pattern) -> bool {
    let Layout::Projection { keys, .. } = &table.layout else { return true };
    match keys.get(key) {
        Some(Projection::Date { interval, unit, .. }) => *interval == 1 && *unit == pattern.unit(),
        _ => true,
    }
}

fn read(value: &KeyValue, pattern: &Pattern) -> Option<Fields> {
    match value {
        KeyValue::Text(text) => pattern.read(text),
        KeyValue::Integer(number) => {
            let text = number.to_string();
            pattern.read(&text).or_else(|| pattern.read(&format!("0{text}")))
        }
        KeyValue::Date(days) => pattern.read(&pattern.format(calendar(i128::from(*days) * 86_400 * SECOND))),
    }
}

/// The beginning and end of a folder.
fn folder(fields: Fields, unit: DateUnit) -> Option<(Cut<i128>, Cut<i128>)> {
    let start = fields.start()?;
    let end = unit.add(start, 1).map_or(Cut::End, |end| Cut::Before(instant(end)));
    Some((Cut::Before(instant(start)), end))
}

/// The times of ranges of names; an end that is no name is left open.
fn span_of(allowed: &Intervals<KeyValue>, pattern: &Pattern) -> Intervals<i128> {
    let folder_of = |cut: &Cut<KeyValue>| folder(read(cut.value()?, pattern)?, pattern.unit());
    let parts = allowed.parts().iter().map(|(from, to)| {
        let from = folder_of(from).map_or(Cut::Start, |(start, _)| start);
        let to = folder_of(to).map_or(Cut::End, |(_, end)| end);
        Intervals::between(from, to)
    });
    parts.fold(Intervals::none(), |times, part| times.union(&part))
}
