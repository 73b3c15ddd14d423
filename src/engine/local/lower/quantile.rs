//! `approx_percentile`: Trino's t-digest, as long as that holds every value by itself.
//!
//! With many values the digest puts neighbours together. Which ones depends on how rows were spread over
//! workers, so that Trino itself gives now this answer, now that. As long as no two values can be put
//! together, however rows are spread, there is one answer, and it is given here; of more values only what
//! their extremes decide is. (Dunning, Ertl: Computing extremely accurate quantiles using t-digests,
//! <https://arxiv.org/abs/1902.04023>; the digest is io.airlift.stats.TDigest.)

use super::accumulate::{Accumulate, Function};
use crate::constant::{EvalError, Value};
use crate::types::Type;

/// Finds a function of this family.
pub(super) fn function(name: &str, arguments: &[Type]) -> Option<Function> {
    let (value, weighted, asked) = match (name, arguments) {
        ("approx_percentile", [value, asked]) => (value, false, asked),
        ("approx_percentile", [value, Type::Double, asked]) => (value, true, asked),
        _ => return None,
    };
    let several = match asked {
        Type::Double => false,
        Type::Array(element) if **element == Type::Double => true,
        _ => return None,
    };
    if !matches!(value, Type::BigInt | Type::Double | Type::Real) {
        return None;
    }
    let (value, list) = (value.clone(), || Type::array(Type::Double));
    Some(Function::new(vec![list(), list(), list()], move || Percentiles {
        value: value.clone(),
        weighted,
        several,
        asked: None,
        digest: Digest::default(),
    }))
}

/// The digest's compression, twice what Trino asks for, as its merging takes it.
const COMPRESSION: f64 = 200.0;

/// Of more values than this some are put together whatever their weights, which are one at least.
const MOST: usize = 200;

/// Values and their weights, and what is known of all of them.
#[derive(Debug, Clone)]
struct Digest {
    /// None as soon as there are too many.
    kept: Option<Vec<(f64, f64)>>,
    total: f64,
    least: f64,
    greatest: f64,
    /// Whether every weight is one.
    unweighted: bool,
}

impl Default for Digest {
    fn default() -> Self {
        let (least, greatest) = (f64::INFINITY, f64::NEG_INFINITY);
        Self { kept: Some(Vec::new()), total: 0.0, least, greatest, unweighted: true }
    }
}

impl Digest {
    fn add(&mut self, value: f64, weight: f64) {
        self.kept = self.kept.take().filter(|kept| kept.len() < MOST);
        self.kept.iter_mut().for_each(|kept| kept.push((value, weight)));
        self.total += weight;
        self.least = self.least.min(value);
        self.greatest = self.greatest.max(value);
        self.unweighted &= weight == 1.0;
    }

    fn take_in(&mut self, other: &Digest) {
        self.kept = match (self.kept.take(), &other.kept) {
            (Some(mut kept), Some(more)) if kept.len() + more.len() <= MOST => {
                kept.extend(more);
                Some(kept)
            }
            _ => None,
        };
        self.total += other.total;
        self.least = self.least.min(other.least);
        self.greatest = self.greatest.max(other.greatest);
        self.unweighted &= other.unweighted;
    }

    /// The values in order, if no two of them can be put together, in whatever parts they are seen. Two
    /// are if their weight is at most the total's share that a place in the middle may hold.
    fn apart(&self) -> Option<Vec<(f64, f64)>> {
        let mut kept = self.kept.clone()?;
        let mut weights: Vec<f64> = kept.iter().map(|(_, weight)| *weight).collect();
        weights.sort_by(f64::total_cmp);
        let share = (4.0 * (self.total / COMPRESSION).ln() + 24.0) / COMPRESSION / 4.0;
        // A hair of room for the order in which the digest multiplies.
        if let [first, second, ..] = weights[..]
            && first + second <= self.total * share * (1.0 + 1e-9)
        {
            return None;
        }
        kept.sort_by(|(left, _), (right, _)| left.total_cmp(right));
        Some(kept)
    }

    /// The values at quantiles in ascending order.
    fn values_at(&self, quantiles: &[f64]) -> Option<Vec<f64>> {
        if self.least == self.greatest {
            return Some(vec![self.least; quantiles.len()]);
        }
        match self.apart() {
            Some(kept) => Some(self.between(&kept, quantiles)),
            // The first value and the last are never put together with others.
            None if self.unweighted => quantiles
                .iter()
                .map(|quantile| match quantile * self.total {
                    offset if offset < 1.0 => Some(self.least),
                    offset if offset >= self.total - 1.0 => Some(self.greatest),
                    _ => None,
                })
                .collect(),
            None => None,
        }
    }

    /// The same over two or more values, by the digest's own steps: a quantile within a value of weight
    /// one is that value, else it lies between the middles of two.
    fn between(&self, kept: &[(f64, f64)], quantiles: &[f64]) -> Vec<f64> {
        let (first, last) = (kept[0], kept[kept.len() - 1]);
        let beyond =
            |offset: f64| self.greatest + interpolated(self.total - offset, 1.0, self.greatest, last.1 / 2.0, last.0);
        let is_beyond = |offset: f64| offset <= self.total - 1.0 && last.1 / 2.0 > 1.0;
        let mut values = Vec::with_capacity(quantiles.len());
        let mut offsets = quantiles.iter().map(|quantile| quantile * self.total).peekable();
        while offsets.next_if(|offset| *offset < 1.0).is_some() {
            values.push(self.least);
        }
        while let Some(offset) = offsets.next_if(|offset| *offset < first.1 / 2.0) {
            values.push(self.least + interpolated(offset, 1.0, self.least, first.1 / 2.0, first.0));
        }
        while let Some(offset) = offsets.next_if(|at| is_beyond(*at) && self.total - at <= last.1 / 2.0) {
            values.push(beyond(offset));
        }
        if offsets.peek().is_some_and(|offset| *offset >= self.total - 1.0) {
            values.resize(quantiles.len(), self.greatest);
            return values;
        }
        let (mut so_far, mut at) = (first.1 / 2.0, 0);
        while let Some(offset) = offsets.peek().copied() {
            while at < kept.len() - 1 && so_far + step(kept, at) <= offset {
                so_far += step(kept, at);
                at += 1;
            }
            if at == kept.len() - 1 {
                while let Some(offset) = offsets.next_if(|offset| is_beyond(*offset)) {
                    values.push(beyond(offset));
                }
                values.resize(quantiles.len(), self.greatest);
                return values;
            }
            offsets.next();
            let ((left, weight), (right, next)) = (kept[at], kept[at + 1]);
            values.push(if weight == 1.0 && offset - so_far < weight / 2.0 {
                left
            } else if next == 1.0 && offset - so_far >= weight / 2.0 {
                right
            } else {
                let (way, length) = match (weight == 1.0, next == 1.0) {
                    (true, _) => (offset - so_far - weight / 2.0, next / 2.0),
                    (false, true) => (offset - so_far, weight / 2.0),
                    (false, false) => (offset - so_far, step(kept, at)),
                };
                left + interpolated(way, 0.0, left, length, right)
            });
        }
        values
    }
}

/// From the middle of a value to the middle of the next.
fn step(kept: &[(f64, f64)], at: usize) -> f64 {
    kept.get(at + 1).map_or(0.0, |next| (kept[at].1 + next.1) / 2.0)
}

/// What lies `at` on the line from `from` to `to`, less what lies at `from`.
fn interpolated(at: f64, from: f64, value_from: f64, to: f64, value_to: f64) -> f64 {
    (at - from) / (to - from) * (value_to - value_from)
}

#[derive(Debug)]
struct Percentiles {
    value: Type,
    weighted: bool,
    /// Whether an array of percentiles is asked for.
    several: bool,
    asked: Option<Vec<f64>>,
    digest: Digest,
}

impl Percentiles {
    fn ask(&mut self, asked: Vec<f64>) -> Result<(), EvalError> {
        match &self.asked {
            Some(known) if known.iter().map(|at| at.to_bits()).ne(asked.iter().map(|at| at.to_bits())) => {
                Err(EvalError::refused("approx_percentile with percentiles that differ from row to row"))
            }
            Some(_) => Ok(()),
            None => {
                self.asked = Some(asked);
                Ok(())
            }
        }
    }
}

impl Accumulate for Percentiles {
    fn add(&mut self, row: &[Value]) -> Result<(), EvalError> {
        if row.iter().any(Value::is_null) {
            return Ok(());
        }
        let (Some(value), Some(asked)) = (row.first(), row.last()) else { return Ok(()) };
        let value = finite(value)?;
        let weight = if self.weighted { weight(&row[1])? } else { 1.0 };
        self.ask(percentiles(asked)?)?;
        self.digest.add(value, weight);
        Ok(())
    }

    fn state(&self) -> Vec<Value> {
        let list = |numbers: &[f64]| Value::Array(numbers.iter().map(|number| Value::Double(*number)).collect());
        let Digest { kept, total, least, greatest, unweighted } = &self.digest;
        let kept = kept.as_ref().map(|kept| kept.iter().flat_map(|(value, weight)| [*value, *weight]).collect());
        vec![
            kept.map_or(Value::Null, |kept: Vec<f64>| list(&kept)),
            list(&[*total, *least, *greatest, f64::from(u8::from(*unweighted))]),
            self.asked.as_deref().map_or(Value::Null, list),
        ]
    }

    fn merge(&mut self, state: &[Value]) -> Result<(), EvalError> {
        let [kept, known, asked] = state else { return Ok(()) };
        if let Some(asked) = numbers(asked) {
            self.ask(asked)?;
        }
        let known = numbers(known).unwrap_or_default();
        let &[total, least, greatest, unweighted] = known.as_slice() else { return Ok(()) };
        let kept = numbers(kept).map(|kept| kept.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect());
        self.digest.take_in(&Digest { kept, total, least, greatest, unweighted: unweighted == 1.0 });
        Ok(())
    }

    fn result(&self) -> Result<Value, EvalError> {
        let Some(asked) = &self.asked else { return Ok(Value::Null) };
        if asked.iter().any(|at| !(0.0..=1.0).contains(at)) {
            return Err(EvalError::new("INVALID_FUNCTION_ARGUMENT", "Percentile must be between 0 and 1"));
        }
        let mut order: Vec<usize> = (0..asked.len()).collect();
        order.sort_by(|left, right| asked[*left].total_cmp(&asked[*right]));
        let ascending: Vec<f64> = order.iter().map(|at| asked[*at]).collect();
        let Some(found) = self.digest.values_at(&ascending) else {
            return Err(EvalError::refused(
                "approx_percentile of so many values, which Trino estimates now so, now otherwise; sort them: \
                 array_sort(array_agg(x))",
            ));
        };
        let mut values = vec![Value::Null; asked.len()];
        for (at, number) in order.into_iter().zip(found) {
            values[at] = of_type(number, &self.value);
        }
        Ok(if self.several { Value::Array(values.into()) } else { values.pop().unwrap_or(Value::Null) })
    }
}

fn invalid(message: String) -> EvalError {
    EvalError::new("INVALID_FUNCTION_ARGUMENT", message)
}

/// A value as the digest takes it.
fn finite(value: &Value) -> Result<f64, EvalError> {
    let number = match value {
        Value::Integer(number) => {
            let exact = exact(*number);
            return exact.ok_or_else(|| invalid(format!("no exact double representation for long: {number}")));
        }
        Value::Double(number) => *number,
        Value::Real(number) => f64::from(*number),
        _ => return Err(EvalError::refused("approx_percentile of such a value")),
    };
    if number.is_finite() { Ok(number) } else { Err(invalid("value must be finite".to_owned())) }
}

#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "the result is held to the number")]
fn exact(number: i64) -> Option<f64> {
    let float = number as f64;
    (float as i64 == number).then_some(float)
}

/// A weight; of weights with fractions the sum depends on the order of rows.
fn weight(value: &Value) -> Result<f64, EvalError> {
    let Value::Double(weight) = value else { return Err(EvalError::refused("a weight of this type")) };
    if !weight.is_finite() {
        return Err(invalid(format!("weight must be finite, was {weight}")));
    }
    if *weight < 1.0 {
        return Err(invalid(format!("weight must be >= 1, was {weight}")));
    }
    if weight.fract() != 0.0 {
        return Err(EvalError::refused("approx_percentile with weights that are no whole numbers"));
    }
    Ok(*weight)
}

fn percentiles(asked: &Value) -> Result<Vec<f64>, EvalError> {
    match asked {
        Value::Double(at) => Ok(vec![*at]),
        asked => numbers(asked).ok_or_else(|| invalid("Percentile cannot be null".to_owned())),
    }
}

/// The numbers of an array of doubles; none if one is NULL.
fn numbers(list: &Value) -> Option<Vec<f64>> {
    let Value::Array(items) = list else { return None };
    let number = |item: &Value| match item {
        Value::Double(number) => Some(*number),
        _ => None,
    };
    items.iter().map(number).collect()
}

/// A number as a value of the type that went in: integers are rounded half up, as Java does.
#[allow(clippy::cast_possible_truncation, reason = "as Java casts: to the nearest that there is")]
fn of_type(number: f64, ty: &Type) -> Value {
    match ty {
        Type::BigInt => {
            let floor = number.floor();
            Value::Integer(if number - floor >= 0.5 { floor + 1.0 } else { floor } as i64)
        }
        Type::Real => Value::Real(number as f32),
        _ => Value::Double(number),
    }
}
