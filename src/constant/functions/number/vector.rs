//! Distances and similarities of vectors, and the bounds of a proportion.

use super::{Body, EvalError, Type, Value, invalid, mismatch};
use crate::constant::functions::map;

/// Finds a function of this file.
pub(super) fn lookup(name: &str, arguments: &[Type]) -> Option<Body> {
    let doubles = |ty: &Type| matches!(ty, Type::Array(element) if **element == Type::Double);
    let sparse = |ty: &Type| matches!(ty, Type::Map(_, value) if **value == Type::Double);
    Some(match (name, arguments) {
        ("cosine_similarity", [left, right]) if sparse(left) && sparse(right) => Body::Strict(sparse_similarity),
        ("wilson_interval_lower", [Type::BigInt, Type::BigInt, Type::Double]) => {
            Body::Strict(|_, values| wilson(values, -1.0))
        }
        ("wilson_interval_upper", [Type::BigInt, Type::BigInt, Type::Double]) => {
            Body::Strict(|_, values| wilson(values, 1.0))
        }
        (_, [left, right]) if doubles(left) && doubles(right) => match name {
            "cosine_similarity" => Body::Strict(|_, values| similarity(values).map(optional)),
            "cosine_distance" => Body::Strict(|_, values| Ok(optional(similarity(values)?.map(|cosine| 1.0 - cosine)))),
            "euclidean_distance" => Body::Strict(|_, values| Ok(Value::Double(distance(values)?))),
            "dot_product" => Body::Strict(|_, values| {
                let (left, right) = vectors(values)?;
                Ok(Value::Double(dot(&present(&left), &present(&right))))
            }),
            _ => return None,
        },
        _ => return None,
    })
}

fn optional(number: Option<f64>) -> Value {
    number.map_or(Value::Null, Value::Double)
}

type Vector = Vec<Option<f64>>;

fn vectors(values: &[Value]) -> Result<(Vector, Vector), EvalError> {
    let vector = |value: &Value| -> Result<Vector, EvalError> {
        let Value::Array(elements) = value else { return Err(mismatch(value)) };
        let number = |element: &Value| if let Value::Double(number) = element { Some(*number) } else { None };
        Ok(elements.iter().map(number).collect())
    };
    let (left, right) = (vector(&values[0])?, vector(&values[1])?);
    if left.len() != right.len() {
        return Err(invalid("The arguments must have the same length"));
    }
    Ok((left, right))
}

/// Trino reads what is NULL as zero where it does not ask.
fn present(vector: &Vector) -> Vec<f64> {
    vector.iter().map(|element| element.unwrap_or(0.0)).collect()
}

fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).fold(0.0, |sum, (left, right)| sum + left * right)
}

fn distance(values: &[Value]) -> Result<f64, EvalError> {
    let (left, right) = vectors(values)?;
    let pairs = present(&left).into_iter().zip(present(&right));
    Ok(pairs.fold(0.0, |sum, (left, right)| sum + (left - right) * (left - right)).sqrt())
}

/// None if an element is NULL.
fn similarity(values: &[Value]) -> Result<Option<f64>, EvalError> {
    let (left, right) = vectors(values)?;
    if left.iter().chain(&right).any(Option::is_none) {
        return Ok(None);
    }
    let (left, right) = (present(&left), present(&right));
    let (square, other) = (dot(&left, &left), dot(&right, &right));
    if square == 0.0 || other == 0.0 {
        return Err(invalid("Vector magnitude cannot be zero"));
    }
    Ok(Some(dot(&left, &right) / (square * other).sqrt()))
}

/// Of vectors whose elements have names.
fn sparse_similarity(_: &crate::constant::functions::Function, values: &[Value]) -> Result<Value, EvalError> {
    let (Value::Map(left), Value::Map(right)) = (&values[0], &values[1]) else { return Err(mismatch(&values[0])) };
    let number = |value: &Value| if let Value::Double(number) = value { Some(*number) } else { None };
    let all = |entries: &[(Value, Value)]| entries.iter().map(|(_, value)| number(value)).collect::<Option<Vec<f64>>>();
    let (Some(of_left), Some(of_right)) = (all(left), all(right)) else { return Ok(Value::Null) };
    let shared = left.iter().fold(0.0, |sum, (key, value)| {
        let other = map::get(right, key).and_then(number);
        sum + other.zip(number(value)).map_or(0.0, |(left, right)| left * right)
    });
    Ok(Value::Double(shared / (dot(&of_left, &of_left).sqrt() * dot(&of_right, &of_right).sqrt())))
}

/// A bound of the interval that a proportion of successes lies in (Wilson, 1927).
#[expect(clippy::cast_precision_loss, reason = "Trino takes counts as doubles here")]
fn wilson(values: &[Value], side: f64) -> Result<Value, EvalError> {
    let (Value::Integer(successes), Value::Integer(trials), Value::Double(z)) = (&values[0], &values[1], &values[2])
    else {
        return Err(mismatch(&values[0]));
    };
    if *successes < 0 {
        return Err(invalid("number of successes must not be negative"));
    }
    if *trials <= 0 {
        return Err(invalid("number of trials must be positive"));
    }
    if successes > trials {
        return Err(invalid("number of successes must not be larger than number of trials"));
    }
    if *z < 0.0 {
        return Err(invalid("z-score must not be negative"));
    }
    let (n, p) = (*trials as f64, *successes as f64 / *trials as f64);
    let center = p + z * z / (2.0 * n);
    let spread = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    Ok(Value::Double((center + side * spread) / (1.0 + z * z / n)))
}
