//! Aggregates that keep one number: counts, sums, averages, truth and bits.

use super::accumulate::{Accumulate, Function};
use crate::constant::{EvalError, Value};
use crate::types::Type;

/// Finds a function of this family.
pub(super) fn function(name: &str, arguments: &[Type], result: &Type) -> Option<Function> {
    Some(match (name, arguments) {
        ("count", [] | [_]) => count(),
        ("count_if", [Type::Boolean]) => Function::new(vec![Type::BigInt], || Count { only_true: true, rows: 0 }),
        ("bool_and" | "every", [Type::Boolean]) => truth(true),
        ("bool_or", [Type::Boolean]) => truth(false),
        ("bitwise_and_agg" | "bitwise_or_agg" | "bitwise_xor_agg", [ty]) if ty.is_integer() => {
            let combine: fn(i64, i64) -> i64 = match name {
                "bitwise_and_agg" => |left, right| left & right,
                "bitwise_or_agg" => |left, right| left | right,
                _ => |left, right| left ^ right,
            };
            Function::new(vec![Type::BigInt], move || Bits { combine, value: None })
        }
        ("sum", [Type::Real | Type::Double]) => floats(Average::No, result),
        ("avg", [Type::Real | Type::Double | Type::IntervalDayToSecond | Type::IntervalYearToMonth]) => {
            floats(Average::Yes, result)
        }
        ("avg", [ty]) if ty.is_integer() => floats(Average::Yes, result),
        ("sum", [ty]) if ty.is_integer() => exact(Exact::Integer),
        ("sum", [Type::IntervalDayToSecond]) => exact(Exact::Milliseconds),
        ("sum", [Type::IntervalYearToMonth]) => exact(Exact::Months),
        ("sum", [Type::Decimal(..)]) => decimals(Average::No),
        ("avg", [Type::Decimal(..)]) => decimals(Average::Yes),
        _ => return None,
    })
}

/// `count`, of rows or of values.
pub(super) fn count() -> Function {
    Function::new(vec![Type::BigInt], || Count { only_true: false, rows: 0 })
}

fn truth(all: bool) -> Function {
    Function::new(vec![Type::Boolean], move || Truth { all, value: None })
}

fn exact(kind: Exact) -> Function {
    Function::new(vec![Type::BigInt], move || Sum { kind, total: None })
}

fn floats(average: Average, result: &Type) -> Function {
    let ty = result.clone();
    Function::new(vec![Type::Double, Type::BigInt], move || Floats { average, ty: ty.clone(), total: 0.0, rows: 0 })
}

fn decimals(average: Average) -> Function {
    Function::new(vec![Type::Decimal(38, 0), Type::BigInt], move || Decimals { average, total: 0, rows: 0 })
}

/// The error of a sum that its type cannot hold.
fn overflow(message: impl Into<String>) -> EvalError {
    EvalError::new("NUMERIC_VALUE_OUT_OF_RANGE", message)
}

#[derive(Debug)]
struct Count {
    only_true: bool,
    rows: i64,
}

impl Accumulate for Count {
    fn add(&mut self, row: &[Value]) -> Result<(), EvalError> {
        let counts = match row.first() {
            None => true,
            Some(value) if self.only_true => *value == Value::Boolean(true),
            Some(value) => !value.is_null(),
        };
        self.rows += i64::from(counts);
        Ok(())
    }

    fn state(&self) -> Vec<Value> {
        vec![Value::Integer(self.rows)]
    }

    fn merge(&mut self, state: &[Value]) -> Result<(), EvalError> {
        if let [Value::Integer(rows)] = state {
            self.rows += rows;
        }
        Ok(())
    }

    fn result(&self) -> Result<Value, EvalError> {
        Ok(Value::Integer(self.rows))
    }
}

#[derive(Debug)]
struct Truth {
    all: bool,
    value: Option<bool>,
}

impl Accumulate for Truth {
    fn add(&mut self, row: &[Value]) -> Result<(), EvalError> {
        if let [Value::Boolean(truth)] = row {
            let before = self.value.unwrap_or(self.all);
            self.value = Some(if self.all { before && *truth } else { before || *truth });
        }
        Ok(())
    }

    fn state(&self) -> Vec<Value> {
        vec![self.value.map_or(Value::Null, Value::Boolean)]
    }

    fn merge(&mut self, state: &[Value]) -> Result<(), EvalError> {
        self.add(state)
    }

    fn result(&self) -> Result<Value, EvalError> {
        Ok(self.value.map_or(Value::Null, Value::Boolean))
    }
}

#[derive(Debug)]
struct Bits {
    combine: fn(i64, i64) -> i64,
    value: Option<i64>,
}

impl Accumulate for Bits {
    fn add(&mut self, row: &[Value]) -> Result<(), EvalError> {
        if let [Value::Integer(bits)] = row {
            self.value = Some(self.value.map_or(*bits, |before| (self.combine)(before, *bits)));
        }
        Ok(())
    }

    fn state(&self) -> Vec<Value> {
        vec![self.value.map_or(Value::Null, Value::Integer)]
    }

    fn merge(&mut self, state: &[Value]) -> Result<(), EvalError> {
        self.add(state)
    }

    fn result(&self) -> Result<Value, EvalError> {
        Ok(self.value.map_or(Value::Null, Value::Integer))
    }
}

/// What an exact 64-bit sum is of.
#[derive(Debug, Clone, Copy)]
enum Exact {
    Integer,
    Milliseconds,
    Months,
}

#[derive(Debug)]
struct Sum {
    kind: Exact,
    total: Option<i64>,
}

impl Accumulate for Sum {
    fn add(&mut self, row: &[Value]) -> Result<(), EvalError> {
        if let [Value::Integer(number) | Value::IntervalDayToSecond(number) | Value::IntervalYearToMonth(number)] = row
        {
            let before = self.total.unwrap_or(0);
            let total = before.checked_add(*number);
            self.total = Some(total.ok_or_else(|| overflow(format!("bigint addition overflow: {before} + {number}")))?);
        }
        Ok(())
    }

    fn state(&self) -> Vec<Value> {
        vec![self.total.map_or(Value::Null, Value::Integer)]
    }

    fn merge(&mut self, state: &[Value]) -> Result<(), EvalError> {
        self.add(state)
    }

    fn result(&self) -> Result<Value, EvalError> {
        let typed = match self.kind {
            Exact::Integer => Value::Integer,
            Exact::Milliseconds => Value::IntervalDayToSecond,
            Exact::Months => Value::IntervalYearToMonth,
        };
        Ok(self.total.map_or(Value::Null, typed))
    }
}

/// Whether the mean or the sum is asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Average {
    No,
    Yes,
}

/// Sums and means in doubles; Trino keeps those of `real` in doubles too, and means of whole numbers and intervals.
#[derive(Debug)]
struct Floats {
    average: Average,
    /// The type of the result.
    ty: Type,
    total: f64,
    rows: i64,
}

impl Accumulate for Floats {
    fn add(&mut self, row: &[Value]) -> Result<(), EvalError> {
        let number = match row {
            [Value::Double(number)] => *number,
            [Value::Real(number)] => f64::from(*number),
            #[expect(clippy::cast_precision_loss, reason = "Trino averages these in doubles")]
            [Value::Integer(number) | Value::IntervalDayToSecond(number) | Value::IntervalYearToMonth(number)] => {
                *number as f64
            }
            _ => return Ok(()),
        };
        self.total += number;
        self.rows += 1;
        Ok(())
    }

    fn state(&self) -> Vec<Value> {
        vec![Value::Double(self.total), Value::Integer(self.rows)]
    }

    fn merge(&mut self, state: &[Value]) -> Result<(), EvalError> {
        if let [Value::Double(total), Value::Integer(rows)] = state {
            self.total += total;
            self.rows += rows;
        }
        Ok(())
    }

    fn result(&self) -> Result<Value, EvalError> {
        if self.rows == 0 {
            return Ok(Value::Null);
        }
        #[expect(clippy::cast_precision_loss, reason = "a count of rows is far below 2^53")]
        let number = if self.average == Average::Yes { self.total / self.rows as f64 } else { self.total };
        // Java rounds half up.
        #[expect(clippy::cast_possible_truncation, reason = "a mean lies among its values")]
        let rounded = (number + 0.5).floor() as i64;
        #[expect(clippy::cast_possible_truncation, reason = "the result is a real")]
        Ok(match self.ty {
            Type::Real => Value::Real(number as f32),
            Type::IntervalDayToSecond => Value::IntervalDayToSecond(rounded),
            Type::IntervalYearToMonth => Value::IntervalYearToMonth(rounded),
            _ => Value::Double(number),
        })
    }
}

/// Sums and means of decimals: the sum has 38 digits, the mean the scale of the values, rounded half up.
#[derive(Debug)]
struct Decimals {
    average: Average,
    total: i128,
    rows: i64,
}

/// 10^38, which no decimal reaches.
const DECIMAL_LIMIT: i128 = 10_i128.pow(38);

impl Accumulate for Decimals {
    fn add(&mut self, row: &[Value]) -> Result<(), EvalError> {
        if let [Value::Decimal(number)] = row {
            self.merge(&[Value::Decimal(*number), Value::Integer(1)])?;
        }
        Ok(())
    }

    fn state(&self) -> Vec<Value> {
        vec![Value::Decimal(self.total), Value::Integer(self.rows)]
    }

    fn merge(&mut self, state: &[Value]) -> Result<(), EvalError> {
        if let [Value::Decimal(total), Value::Integer(rows)] = state {
            let sum = self.total.checked_add(*total).filter(|sum| sum.abs() < DECIMAL_LIMIT);
            self.total = sum.ok_or_else(|| overflow("Decimal overflow"))?;
            self.rows += rows;
        }
        Ok(())
    }

    fn result(&self) -> Result<Value, EvalError> {
        if self.rows == 0 {
            return Ok(Value::Null);
        }
        if self.average == Average::No {
            return Ok(Value::Decimal(self.total));
        }
        let rows = i128::from(self.rows);
        let (quotient, rest) = (self.total / rows, self.total % rows);
        let away = if rest.abs() * 2 >= rows { self.total.signum() } else { 0 };
        Ok(Value::Decimal(quotient + away))
    }
}
