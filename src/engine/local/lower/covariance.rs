//! Covariance, correlation and the line of regression, in doubles as Trino computes them.

use super::accumulate::{Accumulate, Function};
use crate::constant::{EvalError, Value};
use crate::types::Type;

/// Finds a function of this family.
pub(super) fn function(name: &str, arguments: &[Type]) -> Option<Function> {
    let single = match arguments {
        [Type::Double, Type::Double] => false,
        [Type::Real, Type::Real] => true,
        _ => return None,
    };
    let finish: fn(&Pairs) -> Option<f64> = match name {
        "covar_pop" => |pairs| (pairs.rows > 0.0).then(|| pairs.products / pairs.rows),
        "covar_samp" => |pairs| (pairs.rows > 1.0).then(|| pairs.products / (pairs.rows - 1.0)),
        "corr" => |pairs| finite(pairs.products / pairs.x_squares.sqrt() / pairs.y_squares.sqrt()),
        "regr_slope" => |pairs| finite(pairs.products / pairs.x_squares),
        "regr_intercept" => |pairs| finite(pairs.y - pairs.products / pairs.x_squares * pairs.x),
        _ => return None,
    };
    let states = vec![Type::Double; 6];
    let (rows, x, y, products, x_squares, y_squares) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
    Some(Function::new(states, move || Pairs { finish, single, rows, x, y, products, x_squares, y_squares }))
}

fn finite(number: f64) -> Option<f64> {
    number.is_finite().then_some(number)
}

/// What is kept of pairs of which neither is NULL; `y` depends on `x`: the means, and the sums of products and squares
/// of the distances from them.
#[derive(Debug)]
struct Pairs {
    finish: fn(&Pairs) -> Option<f64>,
    /// Whether the values and the result are of type real.
    single: bool,
    rows: f64,
    x: f64,
    y: f64,
    products: f64,
    x_squares: f64,
    y_squares: f64,
}

impl Accumulate for Pairs {
    fn add(&mut self, row: &[Value]) -> Result<(), EvalError> {
        let number = |value: &Value| match value {
            Value::Double(number) => Some(*number),
            Value::Real(number) => Some(f64::from(*number)),
            _ => None,
        };
        if let [y, x] = row
            && let (Some(y), Some(x)) = (number(y), number(x))
        {
            self.rows += 1.0;
            let (from_x, from_y) = (x - self.x, y - self.y);
            self.x += from_x / self.rows;
            self.y += from_y / self.rows;
            self.products += from_x * (y - self.y);
            self.x_squares += from_x * (x - self.x);
            self.y_squares += from_y * (y - self.y);
        }
        Ok(())
    }

    fn state(&self) -> Vec<Value> {
        let numbers = [self.rows, self.x, self.y, self.products, self.x_squares, self.y_squares];
        numbers.into_iter().map(Value::Double).collect()
    }

    fn merge(&mut self, state: &[Value]) -> Result<(), EvalError> {
        let numbers =
            state.iter().filter_map(|value| if let Value::Double(number) = value { Some(*number) } else { None });
        let [rows, x, y, products, x_squares, y_squares] = numbers.collect::<Vec<f64>>()[..] else { return Ok(()) };
        if rows > 0.0 {
            let (own, total) = (self.rows, self.rows + rows);
            let (from_x, from_y) = (x - self.x, y - self.y);
            self.products += products + own / total * rows * from_x * from_y;
            self.x_squares += x_squares + own / total * rows * from_x * from_x;
            self.y_squares += y_squares + own / total * rows * from_y * from_y;
            self.x = (own * self.x + rows * x) / total;
            self.y = (own * self.y + rows * y) / total;
            self.rows = total;
        }
        Ok(())
    }

    fn result(&self) -> Result<Value, EvalError> {
        #[expect(clippy::cast_possible_truncation, reason = "the result is a real")]
        let typed = |number: f64| if self.single { Value::Real(number as f32) } else { Value::Double(number) };
        Ok((self.finish)(self).map_or(Value::Null, typed))
    }
}
