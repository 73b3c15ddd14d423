//! Variance, standard deviation and the geometric mean, in doubles as Trino computes them.

use super::accumulate::{Accumulate, Function};
use crate::constant::{EvalError, Value};
use crate::types::Type;

/// Finds a function of this family.
pub(super) fn function(name: &str, arguments: &[Type]) -> Option<Function> {
    let [ty] = arguments else { return None };
    if !ty.is_integer() && *ty != Type::Double {
        return None;
    }
    let finish: fn(&Moments) -> Option<f64> = match name {
        "variance" | "var_samp" => Moments::sample,
        "var_pop" => Moments::population,
        "stddev" | "stddev_samp" => |moments| moments.sample().map(f64::sqrt),
        "stddev_pop" => |moments| moments.population().map(f64::sqrt),
        "geometric_mean" => {
            let states = vec![Type::Double, Type::Double];
            return Some(Function::new(states, || Logarithms { rows: 0.0, sum: 0.0 }));
        }
        _ => return None,
    };
    let states = vec![Type::Double, Type::Double, Type::Double];
    Some(Function::new(states, move || Moments { finish, rows: 0.0, mean: 0.0, squares: 0.0 }))
}

/// The number a row holds.
fn number(row: &[Value]) -> Option<f64> {
    match row {
        [Value::Double(number)] => Some(*number),
        #[expect(clippy::cast_precision_loss, reason = "Trino takes bigint as a double here")]
        [Value::Integer(number)] => Some(*number as f64),
        _ => None,
    }
}

/// Count, mean and the sum of squared distances from it (Welford's method).
#[derive(Debug)]
struct Moments {
    finish: fn(&Moments) -> Option<f64>,
    rows: f64,
    mean: f64,
    squares: f64,
}

impl Moments {
    fn sample(&self) -> Option<f64> {
        (self.rows >= 2.0).then(|| self.squares / (self.rows - 1.0))
    }

    fn population(&self) -> Option<f64> {
        (self.rows >= 1.0).then(|| self.squares / self.rows)
    }
}

impl Accumulate for Moments {
    fn add(&mut self, row: &[Value]) -> Result<(), EvalError> {
        if let Some(number) = number(row) {
            self.rows += 1.0;
            let distance = number - self.mean;
            self.mean += distance / self.rows;
            self.squares += distance * (number - self.mean);
        }
        Ok(())
    }

    fn state(&self) -> Vec<Value> {
        vec![Value::Double(self.rows), Value::Double(self.mean), Value::Double(self.squares)]
    }

    fn merge(&mut self, state: &[Value]) -> Result<(), EvalError> {
        if let [Value::Double(rows), Value::Double(mean), Value::Double(squares)] = state
            && *rows > 0.0
        {
            if self.rows == 0.0 {
                (self.rows, self.mean, self.squares) = (*rows, *mean, *squares);
                return Ok(());
            }
            let total = self.rows + rows;
            let distance = mean - self.mean;
            self.squares += squares + distance * distance * self.rows * rows / total;
            self.mean = (self.rows * self.mean + rows * mean) / total;
            self.rows = total;
        }
        Ok(())
    }

    fn result(&self) -> Result<Value, EvalError> {
        Ok((self.finish)(self).map_or(Value::Null, Value::Double))
    }
}

#[derive(Debug)]
struct Logarithms {
    rows: f64,
    sum: f64,
}

impl Accumulate for Logarithms {
    fn add(&mut self, row: &[Value]) -> Result<(), EvalError> {
        if let Some(number) = number(row) {
            self.rows += 1.0;
            self.sum += number.ln();
        }
        Ok(())
    }

    fn state(&self) -> Vec<Value> {
        vec![Value::Double(self.rows), Value::Double(self.sum)]
    }

    fn merge(&mut self, state: &[Value]) -> Result<(), EvalError> {
        if let [Value::Double(rows), Value::Double(sum)] = state {
            self.rows += rows;
            self.sum += sum;
        }
        Ok(())
    }

    fn result(&self) -> Result<Value, EvalError> {
        if self.rows == 0.0 {
            return Ok(Value::Null);
        }
        Ok(Value::Double((self.sum / self.rows).exp()))
    }
}
