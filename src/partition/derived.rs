//! What a scan's conjuncts say of its partitions, before the bounds are known.
//!
//! A formula of AND and OR over atoms `key op bound` and `f(event time) op bound`, where `f` never
//! decreases and a bound is a closed expression over constants and the columns of a FOREACH's driver
//! row. With a row's values it becomes a [`Predicate`] over plain intervals.

use serde::{Deserialize, Serialize};

use super::event_clock::Clock;
use super::intervals::Intervals;
use super::key_value::KeyValue;
use super::region::Predicate;
use crate::bind::expr::ColumnRef;
use crate::catalog::TimeFormat;
use crate::constant::{self, EvalError, Value};
use crate::source::Span;
use crate::spec::ast::Comparison;
use crate::types::Type;

/// What must hold of a row's partition if the scan's conjuncts are TRUE for it.
#[derive(Debug, Clone, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Serialize, Deserialize)]
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
    /// Whether it uses no column of the row: it fails for every row, and without one.
    pub is_constant: bool,
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

    /// The first bound that no row decides and that cannot be evaluated, if there is one.
    pub fn failing_constant(&self) -> Option<UnresolvedBound> {
        let mut failing = None;
        self.visit(&mut |atom| {
            if let Derived::Key { bound, .. } | Derived::Time { bound, .. } = atom
                && bound.columns.is_empty()
                && failing.is_none()
            {
                failing = bound.value(&|_| Value::Null).err();
            }
        });
        failing
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

    /// The atoms, in order.
    pub fn atoms(&self) -> Vec<&Derived> {
        let mut atoms = Vec::new();
        self.visit(&mut |part| {
            if matches!(part, Derived::Key { .. } | Derived::Time { .. }) {
                atoms.push(part);
            }
        });
        atoms
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
    /// Its value for one driver row.
    ///
    /// # Errors
    ///
    /// It cannot be evaluated.
    pub fn value(&self, row: &dyn Fn(ColumnRef) -> Value) -> Result<Value, UnresolvedBound> {
        let inputs: Vec<Value> = self.columns.iter().map(|column| row(*column)).collect();
        constant::evaluate(&self.expr, &inputs).map_err(|error| UnresolvedBound {
            span: self.span,
            is_constant: self.columns.is_empty(),
            error,
        })
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
