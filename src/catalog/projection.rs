//! Partition projection, offline and exactly: which values a key has, without asking anybody.
//!
//! The rules are those of
//! <https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html>. A date
//! range is counted from its first value in whole steps, the first value cut to what the format
//! shows; `NOW` is the caller's, so that the answer is the same whenever it is computed.

use jiff::civil::DateTime;

use super::clock::{calendar, instant};
use super::pattern::Pattern;
use super::table::{DateBound, DateUnit, Projection};

/// More values than this are never listed: one scan reads at most so many partitions
/// (<https://docs.aws.amazon.com/athena/latest/ug/service-limits.html>).
pub const MOST_VALUES: u64 = 1_000_000;

impl Projection {
    /// How many values the key has at an instant; none if it is injected.
    pub fn count(&self, now: i128) -> Option<u64> {
        match self {
            Projection::Enum(values) => u64::try_from(values.len()).ok(),
            Projection::Integer { low, high, interval, .. } => {
                let steps = (i128::from(*high) - i128::from(*low)).div_euclid(i128::from(*interval)) + 1;
                Some(u64::try_from(steps.max(0)).unwrap_or(u64::MAX))
            }
            Projection::Date { .. } => Some(self.date_steps(now).map_or(0, |steps| steps.count())),
            Projection::Injected => None,
        }
    }

    /// The key's values at an instant, in their own order; none if it is injected or has more than
    /// [`MOST_VALUES`].
    pub fn values(&self, now: i128) -> Option<Vec<String>> {
        if self.count(now)? > MOST_VALUES {
            return None;
        }
        match self {
            Projection::Enum(values) => Some(values.clone()),
            Projection::Integer { low, high, interval, digits } => {
                let step = usize::try_from(*interval).ok()?;
                Some((*low..=*high).step_by(step).map(|value| padded(value, *digits)).collect())
            }
            Projection::Date { .. } => {
                let steps = self.date_steps(now);
                Some(steps.map_or_else(Vec::new, |steps| {
                    steps.between(i128::MIN, i128::MAX).into_iter().map(|(_, value)| value).collect()
                }))
            }
            Projection::Injected => None,
        }
    }

    /// Whether the key can have a value at an instant. An injected key can have any.
    pub fn contains(&self, value: &str, now: i128) -> bool {
        match self {
            Projection::Enum(values) => values.iter().any(|known| known == value),
            Projection::Integer { low, high, interval, digits } => value.parse().is_ok_and(|number: i64| {
                padded(number, *digits) == value
                    && (*low..=*high).contains(&number)
                    && (i128::from(number) - i128::from(*low)) % i128::from(*interval) == 0
            }),
            Projection::Date { .. } => self.date_steps(now).is_some_and(|steps| steps.contains(value)),
            Projection::Injected => true,
        }
    }

    /// The steps of a date range at an instant; none for other types and for an empty range.
    pub fn date_steps(&self, now: i128) -> Option<DateSteps> {
        let Projection::Date { low, high, format, interval, unit } = self else { return None };
        let pattern = Pattern::new(format).ok()?;
        let low = low.resolve(&pattern, now)?;
        let high = high.resolve(&pattern, now)?;
        let mut steps = DateSteps { pattern, low, interval: *interval, unit: *unit, last: 0 };
        steps.last = steps.index(high).filter(|last| *last >= 0)?;
        Some(steps)
    }
}

/// An integer as the projection writes it.
fn padded(value: i64, digits: Option<usize>) -> String {
    match digits {
        Some(digits) if value < 0 => format!("-{:0digits$}", value.unsigned_abs()),
        Some(digits) => format!("{value:0digits$}"),
        None => value.to_string(),
    }
}

impl DateBound {
    /// The time this bound stands for, cut to what the pattern shows.
    fn resolve(&self, pattern: &Pattern, now: i128) -> Option<DateTime> {
        match self {
            DateBound::At(text) => pattern.read(text)?.start(),
            DateBound::Now(offset, unit) => {
                let at = unit.add(calendar(now), *offset)?;
                pattern.read(&pattern.format(at))?.start()
            }
        }
    }
}

/// A projected date range with its bounds fixed: value `k` is `low + k · interval`, for `k` up to
/// and including `last`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateSteps {
    pattern: Pattern,
    low: DateTime,
    interval: i64,
    unit: DateUnit,
    last: i64,
}

impl DateSteps {
    /// The values whose time reaches into `[from, to]`, each with its beginning. A value stands for
    /// the time up to the next one.
    pub fn between(&self, from: i128, to: i128) -> Vec<(i128, String)> {
        if to < from || to < instant(self.low) {
            return Vec::new();
        }
        let first = self.index(calendar(from)).unwrap_or(0).clamp(0, self.last.saturating_add(1));
        let last = self.index(calendar(to)).unwrap_or(self.last).clamp(-1, self.last);
        if first > self.last || from >= self.end() {
            return Vec::new();
        }
        let mut values: Vec<(i128, String)> = Vec::new();
        for at in (first..=last).map_while(|index| self.at(index)) {
            let value = self.pattern.format(at);
            if values.last().is_none_or(|(_, before)| *before != value) {
                values.push((instant(at), value));
            }
        }
        values
    }

    /// Where the first value begins.
    pub fn start(&self) -> i128 {
        instant(self.low)
    }

    /// Where the last value ends.
    pub fn end(&self) -> i128 {
        let next_step = self.at(self.last.saturating_add(1));
        let next_unit = self.at(self.last).and_then(|at| self.pattern.unit().add(self.pattern.unit().floor(at), 1));
        next_step.max(next_unit).map_or(i128::MAX, instant)
    }

    /// The beginning and end of the time that a value stands for; none if the range has no such value,
    /// or if several steps have it.
    pub fn span(&self, value: &str) -> Option<(i128, i128)> {
        if self.finer_than_pattern() || !self.contains(value) {
            return None;
        }
        let index = self.index(self.pattern.read(value)?.start()?)?.min(self.last);
        let next = self.at(index + 1).map_or(i128::MAX, instant);
        Some((instant(self.at(index)?), if index == self.last { self.end() } else { next }))
    }

    /// The end of the step that a time lies in, if all began then.
    pub fn step_behind(&self, time: i128) -> i128 {
        self.unit.add(calendar(time), self.interval).map_or(i128::MAX, instant)
    }

    /// Whether several steps can give the same text, such as hours under a pattern of days.
    pub fn finer_than_pattern(&self) -> bool {
        self.unit > self.pattern.unit()
    }

    /// How many values there are.
    pub fn count(&self) -> u64 {
        let steps = u64::try_from(self.last.saturating_add(1)).unwrap_or(0);
        if self.finer_than_pattern() {
            u64::try_from(self.between(i128::MIN, i128::MAX).len()).unwrap_or(u64::MAX)
        } else {
            steps
        }
    }

    /// Whether the range has a value.
    pub fn contains(&self, value: &str) -> bool {
        let Some(at) = self.pattern.read(value).and_then(|fields| fields.start()) else { return false };
        let within = if self.finer_than_pattern() { self.end_of_unit(at) } else { at };
        self.index(within)
            .filter(|index| *index >= 0)
            .and_then(|index| self.at(index.min(self.last)))
            .is_some_and(|step| self.pattern.format(step) == value)
    }

    fn end_of_unit(&self, at: DateTime) -> DateTime {
        let unit = self.pattern.unit();
        unit.add(unit.floor(at), 1).and_then(|next| DateUnit::Millis.add(next, -1)).unwrap_or(DateTime::MAX)
    }

    /// The time of a step.
    fn at(&self, index: i64) -> Option<DateTime> {
        self.unit.add(self.low, index.checked_mul(self.interval)?)
    }

    /// The last step at or before a time; negative before the first, none if it cannot be counted.
    fn index(&self, at: DateTime) -> Option<i64> {
        let Some(length) = self.unit.length() else { return self.calendar_index(at) };
        let step = length * i128::from(self.interval);
        i64::try_from((instant(at) - instant(self.low)).div_euclid(step)).ok()
    }

    /// [`DateSteps::index`] where months and years decide a step's length: a guess by the calendar's
    /// fields, moved until it fits.
    fn calendar_index(&self, at: DateTime) -> Option<i64> {
        let months = |time: DateTime| i64::from(time.year()) * 12 + i64::from(time.month());
        let per_unit = if self.unit == DateUnit::Years { 12 } else { 1 };
        let mut index = (months(at) - months(self.low)).div_euclid(per_unit * self.interval);
        while self.at(index).is_some_and(|step| step > at) {
            index -= 1;
        }
        while self.at(index + 1).is_some_and(|step| step <= at) {
            index += 1;
        }
        Some(index)
    }
}
