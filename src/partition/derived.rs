//! What a scan's conjuncts say of its partitions, before the bounds are known.
//!
//! A formula of AND and OR over atoms `key op bound` and `f(event time) op bound`, where `f` never
//! decreases and a bound is a closed expression over constants and the columns of a FOREACH's driver
//! row. With a row's values it becomes a [`Predicate`] over plain intervals.

use super::intervals::Intervals;
use super::key_value::KeyValue;
use super::region::Predicate;
use crate::bind::expr::ColumnRef;
use crate::catalog::clock::calendar;
use crate::catalog::{Pattern, TimeFormat};
use crate::constant::{self, EvalError, Value};
use crate::source::Span;
use crate::spec::ast::Comparison;
use crate::types::Type;

/// What must hold of a row's partition if the scan's conjuncts are TRUE for it.
#[derive(Debug, Clone)]
pub enum Derived {
    /// Nothing is known.
    Anything,
    /// No row is kept.
    Nothing,
    /// All of these.
    And(Vec<Derived>),
    /// One of these.
    Or(Vec<Derived>),
    /// A key compared with a bound of its type.
    Key {
        /// The key's position.
        key: usize,
        /// How.
        comparison: Comparison,
        /// With what.
        bound: Bound,
    },
    /// A function of event time that never decreases, compared with a bound of its type.
    Time {
        /// The function, over the time column as input 0.
        function: constant::Expr,
        /// The time column's type.
        column: Type,
        /// The type of its result and of the bound.
        ty: Type,
        /// How; never `<>`.
        comparison: Comparison,
        /// With what.
        bound: Bound,
        /// The function's text.
        subject: Span,
    },
}

/// A bound: a closed expression over some columns of the driver row.
#[derive(Debug, Clone)]
pub struct Bound {
    /// The expression; its inputs are the columns below, in order.
    pub expr: constant::Expr,
    /// The driver's columns it uses.
    pub columns: Vec<ColumnRef>,
    /// Whether it is an increasing function of its one column, if that holds an event time: as canonical
    /// ISO text, or as a value in the order of time.
    pub increasing: bool,
    /// The text it comes from.
    pub span: Span,
}

/// A bound that could not be evaluated for a driver row.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{error}")]
pub struct UnresolvedBound {
    /// Where the bound stands.
    pub span: Span,
    /// Why.
    pub error: EvalError,
}

impl Derived {
    /// All of some formulas.
    pub fn all(parts: impl IntoIterator<Item = Derived>) -> Derived {
        let mut kept = Vec::new();
        for part in parts {
            match part {
                Derived::Anything => {}
                Derived::Nothing => return Derived::Nothing,
                Derived::And(inner) => kept.extend(inner),
                part => kept.push(part),
            }
        }
        match kept.len() {
            0 => Derived::Anything,
            1 => kept.remove(0),
            _ => Derived::And(kept),
        }
    }

    /// One of some formulas.
    pub fn any(parts: impl IntoIterator<Item = Derived>) -> Derived {
        let mut kept = Vec::new();
        for part in parts {
            match part {
                Derived::Anything => return Derived::Anything,
                Derived::Nothing => {}
                Derived::Or(inner) => kept.extend(inner),
                part => kept.push(part),
            }
        }
        match kept.len() {
            0 => Derived::Nothing,
            1 => kept.remove(0),
            _ => Derived::Or(kept),
        }
    }

    /// The driver's columns that the formula uses, each once, in order of appearance.
    pub fn columns(&self) -> Vec<ColumnRef> {
        let mut columns = Vec::new();
        self.visit(&mut |atom| {
            if let Derived::Key { bound, .. } | Derived::Time { bound, .. } = atom {
                for column in &bound.columns {
                    if !columns.contains(column) {
                        columns.push(*column);
                    }
                }
            }
        });
        columns
    }

    /// The spans of the bounds' texts, in order.
    pub fn spans(&self) -> Vec<Span> {
        let mut spans = Vec::new();
        self.visit(&mut |atom| {
            if let Derived::Key { bound, .. } | Derived::Time { bound, .. } = atom {
                spans.push(bound.span);
            }
        });
        spans
    }

    /// What holds for every driver row: the predicate with each bound that a row decides replaced by
    /// the least or greatest that it can be, or by nothing. `known` gives the least and the greatest
    /// value that a driver column can hold.
    pub fn at_most(
        &self,
        format: Option<&TimeFormat>,
        known: &dyn Fn(ColumnRef) -> Option<(Value, Value)>,
    ) -> Predicate {
        match self {
            Derived::And(parts) => Predicate::And(parts.iter().map(|part| part.at_most(format, known)).collect()),
            Derived::Or(parts) => Predicate::Or(parts.iter().map(|part| part.at_most(format, known)).collect()),
            Derived::Time { function, column, ty, comparison, bound, subject } if bound.increasing => {
                let Some((least, greatest)) = bound.columns.first().and_then(|column| known(*column)) else {
                    return Predicate::Unknown;
                };
                let end = |comparison: Comparison, value: Value| {
                    let (function, column, ty) = (function.clone(), column.clone(), ty.clone());
                    let bound = bound.clone();
                    let end = Derived::Time { function, column, ty, comparison, bound, subject: *subject };
                    end.resolve(format, &|_| value.clone()).unwrap_or(Predicate::Unknown)
                };
                match comparison {
                    Comparison::Greater | Comparison::GreaterOrEqual => end(*comparison, least),
                    Comparison::Less | Comparison::LessOrEqual => end(*comparison, greatest),
                    Comparison::Equal => Predicate::And(vec![
                        end(Comparison::GreaterOrEqual, least),
                        end(Comparison::LessOrEqual, greatest),
                    ]),
                    Comparison::NotEqual => Predicate::Unknown,
                }
            }
            Derived::Key { bound, .. } | Derived::Time { bound, .. } if !bound.columns.is_empty() => Predicate::Unknown,
            Derived::Anything | Derived::Nothing | Derived::Key { .. } | Derived::Time { .. } => {
                self.resolve(format, &|_| Value::Null).unwrap_or(Predicate::Unknown)
            }
        }
    }

    pub(super) fn visit<'a>(&'a self, visit: &mut dyn FnMut(&'a Derived)) {
        visit(self);
        if let Derived::And(parts) | Derived::Or(parts) = self {
            parts.iter().for_each(|part| part.visit(visit));
        }
    }

    /// The predicate for one driver row; `row` gives the value of a driver column, NULL if the scan
    /// stands in no FOREACH.
    ///
    /// # Errors
    ///
    /// A bound that cannot be evaluated, for example text in the data that is no time.
    pub fn resolve(
        &self,
        format: Option<&TimeFormat>,
        row: &dyn Fn(ColumnRef) -> Value,
    ) -> Result<Predicate, UnresolvedBound> {
        let each =
            |parts: &[Derived]| parts.iter().map(|part| part.resolve(format, row)).collect::<Result<Vec<_>, _>>();
        Ok(match self {
            Derived::Anything => Predicate::Unknown,
            Derived::Nothing => Predicate::False,
            Derived::And(parts) => Predicate::And(each(parts)?),
            Derived::Or(parts) => Predicate::Or(each(parts)?),
            Derived::Key { key, comparison, bound } => match bound.value(row)? {
                // A NULL bound: the comparison is never TRUE.
                Value::Null => Predicate::False,
                value => match KeyValue::of(&value) {
                    Some(value) => Predicate::Key { index: *key, values: compared(*comparison, value) },
                    None => Predicate::Unknown,
                },
            },
            Derived::Time { function, column, ty, comparison, bound, .. } => {
                let Some(format) = format else { return Ok(Predicate::Unknown) };
                let Some(clock) = Clock::of(format, column) else { return Ok(Predicate::Unknown) };
                match bound.value(row)? {
                    Value::Null => Predicate::False,
                    value => clock.times(function, ty, *comparison, &value),
                }
            }
        })
    }
}

impl Bound {
    fn value(&self, row: &dyn Fn(ColumnRef) -> Value) -> Result<Value, UnresolvedBound> {
        let inputs: Vec<Value> = self.columns.iter().map(|column| row(*column)).collect();
        constant::evaluate(&self.expr, &inputs).map_err(|error| UnresolvedBound { span: self.span, error })
    }
}

fn compared<T: Ord + Clone>(comparison: Comparison, value: T) -> Intervals<T> {
    match comparison {
        Comparison::Equal => Intervals::point(value),
        Comparison::NotEqual => Intervals::point(value).complement(),
        Comparison::Less => Intervals::less(value),
        Comparison::LessOrEqual => Intervals::at_most(value),
        Comparison::Greater => Intervals::greater(value),
        Comparison::GreaterOrEqual => Intervals::at_least(value),
    }
}

const PICOS_PER_SECOND: i128 = 1_000_000_000_000;

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
enum Edge {
    /// At the first time that is looked at, or before it.
    Before(i128),
    /// After this instant, in picoseconds since the epoch, and at the second one at the latest.
    Between(i128, i128),
    /// Not up to the last time that is looked at.
    After(i128),
}

impl<'a> Clock<'a> {
    /// The clock of a column; none for a type that has no such times.
    pub(super) fn of(format: &'a TimeFormat, column: &'a Type) -> Option<Self> {
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
    fn times(&self, function: &constant::Expr, ty: &Type, comparison: Comparison, bound: &Value) -> Predicate {
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
    fn first(&self, function: &constant::Expr, ty: &Type, bound: &Value, or_equal: bool) -> Option<Edge> {
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
    pub(super) fn evaluates(&self, function: &constant::Expr, second: i64) -> bool {
        let value = self.value(i128::from(second) * PICOS_PER_SECOND);
        value.is_some_and(|value| constant::evaluate(function, &[value]).is_ok())
    }

    /// The column's value at an instant; none if the column cannot hold it.
    fn value(&self, picos: i128) -> Option<Value> {
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

fn text_at(picos: i128, format: &TimeFormat) -> Option<Value> {
    match format {
        TimeFormat::Iso8601 => Some(Value::varchar(calendar(picos).strftime("%Y-%m-%dT%H:%M:%SZ").to_string())),
        TimeFormat::Pattern(pattern) => Some(Value::varchar(Pattern::new(pattern).ok()?.format(calendar(picos)))),
        TimeFormat::Unix | TimeFormat::UnixMillis | TimeFormat::Timestamp => None,
    }
}
