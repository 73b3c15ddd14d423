//! The event time column as a clock: which value it shows at an instant, and from which instant on an
//! increasing function of it reaches a bound.

use jiff::civil::Time;

use super::intervals::Intervals;
use super::region::Predicate;
use crate::catalog::clock::calendar;
use crate::catalog::{DateUnit, Pattern, TimeFormat};
use crate::constant::{self, Value};
use crate::spec::ast::Comparison;
use crate::types::Type;

pub(super) const PICOS_PER_SECOND: i128 = 1_000_000_000_000;

/// Times are looked at from the year 1000 to the year 9000, so that adding an interval to one stays
/// within the calendar. Of times beyond, nothing is claimed.
pub(super) const FIRST_SECOND: i64 = -30_610_224_000;
pub(super) const LAST_SECOND: i64 = 221_845_392_000;

/// How the event time column counts time.
pub(super) struct Clock<'a> {
    format: &'a TimeFormat,
    column: &'a Type,
    steps_per_second: i64,
    /// Whether the column can hold no time between two steps.
    exact: bool,
}

/// Where an increasing function of time first reaches a bound.
pub(super) enum Edge {
    /// At the first time that is looked at, or before it.
    Before(i128),
    /// After this instant, in picoseconds since the epoch, and at the second one at the latest.
    Between(i128, i128),
    /// Not up to the last time that is looked at.
    After(i128),
}

impl<'a> Clock<'a> {
    /// The clock of a column; none for a type that has no such times.
    pub fn of(format: &'a TimeFormat, column: &'a Type) -> Option<Self> {
        let (steps_per_second, exact) = match (format, column) {
            (TimeFormat::Iso8601 | TimeFormat::Pattern(_), ty) if ty.is_text() => (1, true),
            (TimeFormat::Unix, ty) if ty.is_integer() => (1, true),
            (TimeFormat::UnixMillis, ty) if ty.is_integer() => (1000, true),
            (TimeFormat::Unix | TimeFormat::UnixMillis, Type::Double | Type::Decimal(..)) => (1000, false),
            (TimeFormat::Timestamp, Type::Timestamp(digits)) => (1000, *digits <= 3),
            _ => return None,
        };
        Some(Self { format, column, steps_per_second, exact })
    }

    /// The instants at which `function(time) comparison bound` can hold.
    pub fn times(&self, function: &constant::Expr, ty: &Type, comparison: Comparison, bound: &Value) -> Predicate {
        let reaches = |or_equal: bool| self.first(function, ty, bound, or_equal);
        let set = match comparison {
            Comparison::GreaterOrEqual => reaches(true).map(|edge| self.onwards(&edge)),
            Comparison::Greater => reaches(false).map(|edge| self.onwards(&edge)),
            Comparison::Less => reaches(true).map(|edge| until(&edge)),
            Comparison::LessOrEqual => reaches(false).map(|edge| until(&edge)),
            Comparison::Equal => {
                reaches(true).and_then(|low| Some(self.onwards(&low).intersection(&until(&reaches(false)?))))
            }
            Comparison::NotEqual => None,
        };
        set.map_or(Predicate::Unknown, Predicate::Time)
    }

    /// The times at which an edge may have been reached.
    fn onwards(&self, edge: &Edge) -> Intervals<i128> {
        match edge {
            Edge::Before(_) => Intervals::all(),
            Edge::Between(_, reached) if self.exact => Intervals::at_least(*reached),
            Edge::Between(missed, _) => Intervals::greater(*missed),
            Edge::After(last) => Intervals::greater(*last),
        }
    }

    /// Bisects for the first step at which the function is at least (`or_equal`) or above the bound;
    /// none if the function cannot be evaluated at some step that was tried.
    pub fn first(&self, function: &constant::Expr, ty: &Type, bound: &Value, or_equal: bool) -> Option<Edge> {
        let picos = |step: i64| i128::from(step) * (PICOS_PER_SECOND / i128::from(self.steps_per_second));
        let reached = |step: i64| -> Option<bool> {
            let value = constant::evaluate(function, &[self.value(picos(step))?]).ok()?;
            let order = constant::compare(&value, bound, ty)?;
            Some(order.is_gt() || (or_equal && order.is_eq()))
        };
        let (mut low, mut high) = (FIRST_SECOND * self.steps_per_second, LAST_SECOND * self.steps_per_second);
        if reached(low)? {
            return Some(Edge::Before(picos(low)));
        }
        if !reached(high)? {
            return Some(Edge::After(picos(high)));
        }
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if reached(middle)? {
                high = middle;
            } else {
                low = middle;
            }
        }
        Some(Edge::Between(picos(low), picos(high)))
    }

    /// Whether a function of time has a value at an instant, in seconds.
    pub fn evaluates(&self, function: &constant::Expr, second: i64) -> bool {
        let value = self.value(i128::from(second) * PICOS_PER_SECOND);
        value.is_some_and(|value| constant::evaluate(function, &[value]).is_ok())
    }

    /// The column's value at an instant; none if the column cannot hold it.
    pub fn value(&self, picos: i128) -> Option<Value> {
        let steps = || i64::try_from(picos.div_euclid(PICOS_PER_SECOND / 1000)).ok();
        match (self.format, self.column) {
            (TimeFormat::Iso8601 | TimeFormat::Pattern(_), _) => text_at(picos, self.format),
            (TimeFormat::Timestamp, _) => Some(Value::Timestamp(picos)),
            (TimeFormat::Unix, Type::Double) => Some(Value::Double(float(steps()?) / 1e3)),
            (TimeFormat::UnixMillis, Type::Double) => Some(Value::Double(float(steps()?))),
            (format, Type::Decimal(precision, scale)) => {
                let digits = if *format == TimeFormat::Unix { 3 } else { 0 };
                let scaled = i128::from(steps()?).checked_mul(10_i128.checked_pow(u32::from(*scale))?)?;
                let unscaled = scaled.div_euclid(10_i128.pow(digits));
                let fits = unscaled.unsigned_abs() < 10_u128.checked_pow(u32::from(*precision))?;
                fits.then_some(Value::Decimal(unscaled))
            }
            (TimeFormat::Unix, _) => Some(Value::Integer(i64::try_from(picos.div_euclid(PICOS_PER_SECOND)).ok()?)),
            (TimeFormat::UnixMillis, _) => Some(Value::Integer(steps()?)),
        }
    }
}

/// The times at which an edge may not have been reached yet.
fn until(edge: &Edge) -> Intervals<i128> {
    match edge {
        Edge::Before(first) => Intervals::less(*first),
        Edge::Between(_, reached) => Intervals::less(*reached),
        Edge::After(_) => Intervals::all(),
    }
}

#[allow(clippy::cast_precision_loss, reason = "milliseconds of the years looked at are exact in a double")]
fn float(number: i64) -> f64 {
    number as f64
}

/// The value of a text column of event times for an instant in whole seconds since the epoch; none if
/// the format is not one of texts.
pub fn event_time_text(second: i64, format: &TimeFormat) -> Option<Value> {
    text_at(i128::from(second) * PICOS_PER_SECOND, format)
}

pub(super) fn text_at(picos: i128, format: &TimeFormat) -> Option<Value> {
    match format {
        TimeFormat::Iso8601 => Some(Value::varchar(calendar(picos).strftime("%Y-%m-%dT%H:%M:%SZ").to_string())),
        TimeFormat::Pattern(pattern) => Some(Value::varchar(Pattern::new(pattern).ok()?.format(calendar(picos)))),
        TimeFormat::Unix | TimeFormat::UnixMillis | TimeFormat::Timestamp => None,
    }
}

/// Whether the pattern's texts have the order of their times: coarse before fine, every number padded, and
/// months by number.
pub fn sorts_as_time(pattern: &Pattern) -> bool {
    let units: Vec<DateUnit> = pattern.units().collect();
    let day = |month, day| pattern.format(jiff::civil::date(2001, month, day).to_datetime(Time::midnight()));
    let months: Vec<String> = (1..=12).map(|month| day(month, 1)).collect();
    units.first() == Some(&DateUnit::Years)
        && units.is_sorted()
        && months.is_sorted()
        && day(1, 1).len() == day(12, 31).len()
}
