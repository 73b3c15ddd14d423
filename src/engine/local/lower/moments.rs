//! Variance, standard deviation, skewness, kurtosis and the geometric mean, in doubles as Trino computes them.

use super::accumulate::{Accumulate, Function};
use crate::constant::{EvalError, Value};
use crate::types::Type;

/// Finds a function of this family.
pub(super) fn function(name: &str, arguments: &[Type]) -> Option<Function> {
    let [ty] = arguments else { return None };
    if *ty == Type::Real && name == "geometric_mean" {
        let states = vec![Type::Double, Type::Double];
        return Some(Function::new(states, || Logarithms { single: true, rows: 0.0, sum: 0.0 }));
    }
    if !ty.is_integer() && *ty != Type::Double {
        return None;
    }
    let finish: fn(&Moments) -> Option<f64> = match name {
        "variance" | "var_samp" => Moments::sample,
        "var_pop" => Moments::population,
        "stddev" | "stddev_samp" => |moments| moments.sample().map(f64::sqrt),
        "stddev_pop" => |moments| moments.population().map(f64::sqrt),
        "skewness" => Moments::skewness,
        "kurtosis" => Moments::kurtosis,
        "geometric_mean" => {
            let states = vec![Type::Double, Type::Double];
            return Some(Function::new(states, || Logarithms { single: false, rows: 0.0, sum: 0.0 }));
        }
        _ => return None,
    };
    let (states, higher) = (vec![Type::Double; 5], name.to_owned());
    Some(Function::new(states, move || Moments {
        finish,
        higher: matches!(higher.as_str(), "skewness" | "kurtosis"),
        rows: 0.0,
        mean: 0.0,
        squares: 0.0,
        cubes: 0.0,
        fourths: 0.0,
    }))
}

/// The number a row holds.
fn number(row: &[Value]) -> Option<f64> {
    match row {
        [Value::Double(number)] => Some(*number),
        [Value::Real(number)] => Some(f64::from(*number)),
        #[expect(clippy::cast_precision_loss, reason = "Trino takes bigint as a double here")]
        [Value::Integer(number)] => Some(*number as f64),
        _ => None,
    }
}

/// Count, mean and the sums of powers of distances from it (Welford's method, and Terriberry's for higher powers).
#[derive(Debug)]
struct Moments {
    finish: fn(&Moments) -> Option<f64>,
    /// Trino sums squares in another way where it needs higher powers too.
    higher: bool,
    rows: f64,
    mean: f64,
    squares: f64,
    cubes: f64,
    fourths: f64,
}

impl Moments {
    fn sample(&self) -> Option<f64> {
        (self.rows >= 2.0).then(|| self.squares / (self.rows - 1.0))
    }

    fn skewness(&self) -> Option<f64> {
        (self.rows >= 3.0).then(|| self.rows.sqrt() * self.cubes / self.squares.powf(1.5))
    }

    fn kurtosis(&self) -> Option<f64> {
        let n = self.rows;
        (n >= 4.0).then(|| {
            let scaled = (n - 1.0) * n * (n + 1.0) / ((n - 2.0) * (n - 3.0));
            scaled * self.fourths / (self.squares * self.squares)
                - 3.0 * ((n - 1.0) * (n - 1.0)) / ((n - 2.0) * (n - 3.0))
        })
    }

    fn population(&self) -> Option<f64> {
        (self.rows >= 1.0).then(|| self.squares / self.rows)
    }
}

impl Accumulate for Moments {
    fn add(&mut self, row: &[Value]) -> Result<(), EvalError> {
        if let Some(number) = number(row) {
            let before = self.rows;
            self.rows += 1.0;
            let n = self.rows;
            let distance = number - self.mean;
            let part = distance / n;
            let square = distance * part * before;
            self.mean += part;
            let part_squared = part * part;
            self.fourths =
                self.fourths + square * part_squared * (n * n - 3.0 * n + 3.0) + 6.0 * part_squared * self.squares
                    - 4.0 * part * self.cubes;
            self.cubes = self.cubes + square * part * (n - 2.0) - 3.0 * part * self.squares;
            self.squares += if self.higher { square } else { distance * (number - self.mean) };
        }
        Ok(())
    }

    fn state(&self) -> Vec<Value> {
        [self.rows, self.mean, self.squares, self.cubes, self.fourths].into_iter().map(Value::Double).collect()
    }

    fn merge(&mut self, state: &[Value]) -> Result<(), EvalError> {
        let numbers =
            state.iter().filter_map(|value| if let Value::Double(number) = value { Some(*number) } else { None });
        if let [rows, mean, squares, cubes, fourths] = numbers.collect::<Vec<f64>>()[..]
            && rows > 0.0
        {
            if self.rows == 0.0 {
                (self.rows, self.mean, self.squares) = (rows, mean, squares);
                (self.cubes, self.fourths) = (cubes, fourths);
                return Ok(());
            }
            let total = self.rows + rows;
            let distance = mean - self.mean;
            let (own, part) = (self.rows, distance / total);
            self.fourths += fourths
                + distance * part.powi(3) * own * rows * (own * own - own * rows + rows * rows)
                + 6.0 * part * part * (own * own * squares + rows * rows * self.squares)
                + 4.0 * part * (own * cubes - rows * self.cubes);
            self.cubes += cubes
                + distance * part * part * own * rows * (own - rows)
                + 3.0 * part * (own * squares - rows * self.squares);
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
    /// Whether the values and the result are of type real.
    single: bool,
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
        let mean = (self.sum / self.rows).exp();
        #[expect(clippy::cast_possible_truncation, reason = "the result is a real")]
        Ok(if self.single { Value::Real(mean as f32) } else { Value::Double(mean) })
    }
}
