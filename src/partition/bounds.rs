//! Whether what is derived of a scan bounds its time: the guard against full scans.
//!
//! It is decided by what is left of time, never by the words of a predicate: `eventtime > ''` and
//! `eventtime LIKE '%T23:%'` speak of time and leave all of it.

use super::derived::Derived;
use super::event_clock::{Clock, FIRST_SECOND, LAST_SECOND, event_time_text, sorts_as_time};
use super::folder_time::folder_times;
use super::intervals::{Cut, Intervals};
use super::key_value::KeyValue;
use super::region::{Predicate, Region};
use crate::catalog::clock::{SECOND, calendar};
use crate::catalog::{Pattern, Table, TimeFormat};
use crate::constant::{self, Value};
use crate::source::Span;
use crate::spec::ast::Comparison;

/// Instants in seconds at which functions of event time are tried; second, minute, hour, day, month and
/// year all differ.
pub const PROBES: [i64; 5] = [981_173_106, 1_356_998_399, 1_582_934_400, 1_709_210_096, 4_102_444_799];

/// A function of event time that fails for every event time, so that the query fails too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failing {
    /// The function's text.
    pub span: Span,
    /// An event time as the column holds it.
    pub example: String,
    /// What it fails with.
    pub reason: String,
}

/// Whether a predicate leaves a table's time open at both ends: then nothing bounds it. One end is
/// bound enough: `now` limits the other, or the table's first partition does.
pub fn leaves_all_time(predicate: &Predicate, table: &Table, now: i128) -> bool {
    let (mut from_start, mut to_end) = (false, false);
    for region in predicate.regions().parts() {
        let (before, behind) = open_ends(table, region, now);
        from_start |= before;
        to_end |= behind;
    }
    from_start && to_end
}

/// Whether a region reaches back without end, and forth: by event time, by the folders that its keys
/// name, and by the values of the coarsest time key.
fn open_ends(table: &Table, region: &Region, now: i128) -> (bool, bool) {
    let time = region.time.intersection(&folder_times(table, region, now));
    let (before, behind) = (time.parts().first(), time.parts().last());
    let before = before.is_some_and(|(from, _)| *from == Cut::Start);
    let behind = behind.is_some_and(|(_, to)| *to == Cut::End);
    let keys = table.time.as_ref().map_or(&[][..], |time| &time.keys);
    let Some((key, format)) = keys.first() else { return (before, behind) };
    let Some(allowed) = region.keys.get(key) else { return (before, behind) };
    let (least, greatest) = extremes(table, *key, format);
    let is_above =
        |from: &Cut<KeyValue>| from.value().is_some_and(|from| least.as_ref().is_none_or(|least| from > least));
    let is_below =
        |to: &Cut<KeyValue>| to.value().is_some_and(|to| greatest.as_ref().is_none_or(|greatest| to < greatest));
    (
        before && !allowed.parts().first().is_some_and(|(from, _)| is_above(from)),
        behind && !allowed.parts().last().is_some_and(|(_, to)| is_below(to)),
    )
}

/// The values that a time key has at the first and the last time that is looked at; none if its values do
/// not have the order of time.
fn extremes(table: &Table, key: usize, format: &str) -> (Option<KeyValue>, Option<KeyValue>) {
    let pattern = Pattern::new(format).ok().filter(sorts_as_time);
    let value = |second: i64| {
        let text = pattern.as_ref()?.format(calendar(i128::from(second) * SECOND));
        KeyValue::parse(&text, &table.partition_keys.get(key)?.ty)
    };
    (value(FIRST_SECOND), value(LAST_SECOND))
}

impl Derived {
    /// Whether it bounds a table's time, at one end at least, for driver rows that have values.
    pub fn bounds_time(&self, table: &Table, now: i128) -> bool {
        !leaves_all_time(&self.at_best(table), table, now)
    }

    /// What driver rows make of it at best: each bound that a row decides taken for one at some instant.
    fn at_best(&self, table: &Table) -> Predicate {
        let each = |parts: &[Derived]| parts.iter().map(|part| part.at_best(table)).collect();
        let Some(time) = &table.time else { return Predicate::Unknown };
        match self {
            Derived::And(parts) => Predicate::And(each(parts)),
            Derived::Or(parts) => Predicate::Or(each(parts)),
            Derived::Key { key, comparison, bound } if !bound.columns.is_empty() => {
                let coarsest = time.keys.first().is_some_and(|(first, _)| first == key);
                if coarsest { some_instant(*comparison) } else { Predicate::Unknown }
            }
            Derived::Time { function, column, comparison, bound, .. } if !bound.columns.is_empty() => {
                let clock = Clock::of(&time.format, column);
                let known = clock.is_some_and(|clock| PROBES.iter().any(|at| clock.evaluates(function, *at)));
                if known { some_instant(*comparison) } else { Predicate::Unknown }
            }
            Derived::Anything | Derived::Nothing | Derived::Key { .. } | Derived::Time { .. } => {
                // A constant that cannot be evaluated is an error of its own.
                let failed = Predicate::Time(Intervals::none());
                self.resolve(Some(&time.format), &|_| Value::Null).unwrap_or(failed)
            }
        }
    }

    /// Where event time is compared with something.
    pub fn comparisons_of_time(&self) -> Vec<Span> {
        let mut found: Vec<Span> = Vec::new();
        self.visit(&mut |atom| {
            if let Derived::Time { bound, subject, .. } = atom {
                let (first, last) =
                    if subject.start <= bound.span.start { (*subject, bound.span) } else { (bound.span, *subject) };
                let whole = first.to(last);
                if !found.contains(&whole) {
                    found.push(whole);
                }
            }
        });
        found
    }

    /// The functions of event time that fail whatever the time is.
    pub fn failing(&self, format: &TimeFormat) -> Vec<Failing> {
        let mut found = Vec::new();
        self.visit(&mut |atom| {
            let Derived::Time { function, column, subject, .. } = atom else { return };
            let errors = PROBES.iter().map(|at| {
                let value = event_time_text(*at, format)?;
                let error = constant::evaluate(function, std::slice::from_ref(&value)).err()?;
                Some((constant::format(&value, column), error.message))
            });
            let errors: Option<Vec<(String, String)>> = errors.collect();
            if let Some((example, reason)) = errors.and_then(|errors| errors.into_iter().next()) {
                found.push(Failing { span: *subject, example, reason });
            }
        });
        found
    }
}

/// The times on one side of an instant, or the instant: which one does not matter.
fn some_instant(comparison: Comparison) -> Predicate {
    match comparison {
        Comparison::Equal => Predicate::Time(Intervals::point(0)),
        Comparison::Less | Comparison::LessOrEqual => Predicate::Time(Intervals::at_most(0)),
        Comparison::Greater | Comparison::GreaterOrEqual => Predicate::Time(Intervals::at_least(0)),
        Comparison::NotEqual => Predicate::Unknown,
    }
}
