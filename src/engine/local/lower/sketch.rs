//! `approx_distinct`: Trino's HyperLogLog, register by register.
//!
//! Its estimate depends on the hashes of the values alone, not on the order of rows or on how they were
//! spread over workers, so that it can be given as it is. Only how a sketch of some 250 to 270 values is
//! held depends on that, and is refused. Values whose hash is not known here are counted as long as Trino
//! counts exactly too (`collect.rs`). (Flajolet and others, 2007; Heule, Nunkesser, Hall, 2013; the sketch
//! is io.airlift.stats.cardinality.HyperLogLog.)

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::accumulate::{Accumulate, Function};
use crate::constant::functions::xx_hash;
use crate::constant::{EvalError, Value};
use crate::types::Type;

/// Finds a function of this family, for types whose hash is known.
pub(super) fn function(name: &str, arguments: &[Type]) -> Option<Function> {
    match (name, arguments) {
        ("approx_distinct", [ty]) if has_hash(ty) => {
            let ty = ty.clone();
            let states = vec![Type::array(Type::BigInt), Type::Varbinary];
            Some(Function::new(states, move || Sketch { ty: ty.clone(), sparse: BTreeSet::new(), dense: None }))
        }
        _ => None,
    }
}

/// How many first bits of a hash a sketch of few values keeps, and one of many uses to choose a register.
const SPARSE_BITS: u32 = 26;
const DENSE_BITS: u32 = 11;
const REGISTERS: usize = 1 << DENSE_BITS;

/// As many values keep a sketch sparse, however it came about; and from as many on it is dense.
const SURELY_SPARSE: usize = 251;
const SURELY_DENSE: usize = 271;

/// Types whose values `approx_distinct` hashes as one number or as their text.
fn has_hash(ty: &Type) -> bool {
    match ty {
        Type::Timestamp(digits) => *digits <= 6,
        Type::Decimal(precision, _) => *precision <= 18,
        ty => ty.is_integer() || matches!(ty, Type::Varchar(_) | Type::Date | Type::Double | Type::Real),
    }
}

/// A value's hash as Trino's operators have it.
pub(super) fn hash(value: &Value) -> Option<u64> {
    let number = |number: i64| xx_hash(&number.to_le_bytes());
    Some(match value {
        Value::Varchar(text) => xx_hash(text.as_bytes()),
        Value::Integer(integer) | Value::IntervalDayToSecond(integer) | Value::IntervalYearToMonth(integer) => {
            number(*integer)
        }
        Value::Boolean(value) => number(i64::from(*value)),
        Value::Time(picos) => number(*picos),
        Value::Varbinary(bytes) => xx_hash(bytes),
        // NULL among the elements counts as zero.
        Value::Array(elements) => elements.iter().try_fold(0_u64, |combined, element| {
            let hashed = if element.is_null() { 0 } else { hash(element)? };
            Some(combined.wrapping_mul(31).wrapping_add(hashed))
        })?,
        Value::Date(days) => number(i64::from(*days)),
        Value::Timestamp(picos) => number(i64::try_from(picos.div_euclid(1_000_000)).ok()?),
        Value::Decimal(unscaled) => number(i64::try_from(*unscaled).ok()?),
        Value::Double(float) if float.is_nan() => xx_hash(&0x7ff8_0000_0000_0000_u64.to_le_bytes()),
        // Both zeros are one value.
        Value::Double(float) => xx_hash(&(float + 0.0).to_bits().to_le_bytes()),
        Value::Real(float) if float.is_nan() => number(0x7fc0_0000),
        Value::Real(float) => number(i64::from((float + 0.0).to_bits().cast_signed())),
        _ => return None,
    })
}

#[derive(Debug)]
struct Sketch {
    ty: Type,
    /// The first bits of the hashes seen, until there are too many.
    sparse: BTreeSet<u32>,
    /// For each register the longest run of zeros behind its bits, and one; none while nothing was seen.
    dense: Option<Vec<u8>>,
}

impl Sketch {
    fn registers(&mut self) -> &mut Vec<u8> {
        self.dense.get_or_insert_with(|| vec![0; REGISTERS])
    }

    fn see(&mut self, prefix: u32) {
        if self.sparse.len() < SURELY_DENSE {
            self.sparse.insert(prefix);
        }
    }

    fn estimate(&self) -> Result<f64, EvalError> {
        let Some(registers) = &self.dense else { return Ok(0.0) };
        match self.sparse.len() {
            seen if seen <= SURELY_SPARSE => {
                let all = f64::from(1 << SPARSE_BITS);
                Ok(linear(all - float(seen), all))
            }
            seen if seen < SURELY_DENSE => Err(EvalError::refused(format!(
                "approx_distinct of some {seen} values, which Trino estimates now so, now otherwise; write \
                 count(DISTINCT …) to count them exactly"
            ))),
            _ => Ok(dense_estimate(registers)),
        }
    }
}

/// How many values fill all but so many places.
fn linear(empty: f64, all: f64) -> f64 {
    all * (all / empty).ln()
}

fn dense_estimate(registers: &[u8]) -> f64 {
    let all = float(REGISTERS);
    let empty = float(registers.iter().filter(|register| **register == 0).count());
    // With many registers empty, counting those tells more than what stands in the others.
    if empty > 0.4 * all {
        return linear(empty, all);
    }
    let sum: f64 = registers.iter().map(|register| (-f64::from(*register)).exp2()).sum();
    let raw = 0.7213 / (1.0 + 1.079 / all) * all * all / sum;
    raw - bias(raw)
}

/// How far raw estimates lie above the truth, by estimate.
static BIAS: LazyLock<Vec<(f64, f64)>> = LazyLock::new(|| {
    let number = |text: &str| text.parse::<f64>().expect("the table holds numbers");
    let lines = include_str!("sketch.tsv").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once('\t')).map(|(raw, bias)| (number(raw), number(bias))).collect()
});

fn bias(raw: f64) -> f64 {
    let behind = BIAS.partition_point(|(known, _)| *known < raw);
    match (behind.checked_sub(1).and_then(|before| BIAS.get(before)), BIAS.get(behind)) {
        (_, Some((known, bias))) if *known == raw => *bias,
        (Some((low, from)), Some((high, to))) => (raw - low) * (to - from) / (high - low) + from,
        _ => 0.0,
    }
}

#[allow(clippy::cast_precision_loss, reason = "counts of registers and of few values")]
fn float(count: usize) -> f64 {
    count as f64
}

impl Accumulate for Sketch {
    #[allow(clippy::cast_possible_truncation, reason = "what is cut to is what is left of 64 bits")]
    fn add(&mut self, row: &[Value]) -> Result<(), EvalError> {
        let Some(value) = row.first().filter(|value| !value.is_null()) else { return Ok(()) };
        let Some(hash) = hash(value) else {
            return Err(EvalError::refused(format!("approx_distinct of such a value of {}", self.ty)));
        };
        self.see((hash >> (64 - SPARSE_BITS)) as u32);
        let zeros = (hash << DENSE_BITS | 1 << (DENSE_BITS - 1)).leading_zeros() as u8 + 1;
        let register = &mut self.registers()[(hash >> (64 - DENSE_BITS)) as usize];
        *register = zeros.max(*register);
        Ok(())
    }

    fn state(&self) -> Vec<Value> {
        let prefixes = self.sparse.iter().map(|prefix| Value::Integer(i64::from(*prefix)));
        let registers = self.dense.as_ref().map_or(Value::Null, |dense| Value::Varbinary(dense.as_slice().into()));
        vec![Value::Array(prefixes.collect()), registers]
    }

    fn merge(&mut self, state: &[Value]) -> Result<(), EvalError> {
        let [Value::Array(prefixes), Value::Varbinary(registers)] = state else { return Ok(()) };
        for prefix in prefixes.iter() {
            if let Value::Integer(prefix) = prefix {
                self.see(u32::try_from(*prefix).unwrap_or_default());
            }
        }
        for (own, other) in self.registers().iter_mut().zip(registers.iter()) {
            *own = (*own).max(*other);
        }
        Ok(())
    }

    #[allow(clippy::cast_possible_truncation, reason = "an estimate is far below the greatest integer")]
    fn result(&self) -> Result<Value, EvalError> {
        Ok(Value::Integer((self.estimate()? + 0.5).floor() as i64))
    }
}
