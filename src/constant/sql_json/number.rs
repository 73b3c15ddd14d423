//! Numbers in a path: signs, operators, methods and indexes.
//!
//! JSON's numbers are SQL's `integer`, `bigint` or `double` here, and operators and functions are SQL's own.
//! Whatever fails in them is an error of the path.

use super::node::Node;
use super::path::Operator;
use super::walk::{Failure, Item, Walked, failed, kind};
use crate::constant::functions::function;
use crate::constant::{EvalError, Value, cast, supports_cast};
use crate::types::{Argument, Dialect, Type, resolve, resolve_operator};

/// A value with its type.
pub(super) type Typed = (Type, Value);

/// An item as a number of SQL, or another value that only its type makes unfit.
fn number(item: &Item) -> Walked<Typed> {
    match item {
        Item::Json(Node::Scalar(ty, value)) if ty.is_numeric() => Ok((ty.clone(), value.clone())),
        Item::Json(Node::Huge(_)) => failed("a number of more than 64 bits"),
        Item::Json(_) => failed(format!("expected a number, found {}", kind(item))),
        Item::Sql(ty, value) => Ok((ty.clone(), value.clone())),
    }
}

/// What becomes of an error while computing.
fn of_path(error: EvalError) -> Failure {
    if error.is_refusal() { Failure::Fatal(error) } else { Failure::Path(error.message) }
}

/// `-x` and `+x`.
pub(super) fn signed(negative: bool, item: &Item) -> Walked<Item> {
    let (ty, value) = number(item)?;
    if !ty.is_numeric() {
        return failed(format!("expected a number, found {}", kind(item)));
    }
    if negative { applied("negate", &ty, value, &ty) } else { Ok(Item::Sql(ty, value)) }
}

/// `a + b` and its like.
pub(super) fn arithmetic(operator: Operator, left: &Item, right: &Item) -> Walked<Item> {
    let (left, right) = (number(left)?, number(right)?);
    match operation(operator.sign(), left, right)? {
        Some((ty, Value::Null)) => failed(format!("a {ty} that is NULL")),
        Some((ty, value)) => Ok(Item::Sql(ty, value)),
        None => failed("there is no such operator for these types"),
    }
}

/// An operator's result with its type; none if there is no such operator for the operands' types.
pub(super) fn operation(sign: &str, left: Typed, right: Typed) -> Walked<Option<Typed>> {
    let Ok(resolution) = resolve_operator(sign, &[left.0.clone(), right.0.clone()]) else { return Ok(None) };
    let operands: Vec<Value> = [left, right]
        .into_iter()
        .zip(&resolution.arguments)
        .map(|((from, value), to)| if from == *to { Ok(value) } else { converted(&value, &from, to) })
        .collect::<Walked<_>>()?;
    let result = resolution.result;
    let Some(found) = function(sign, &resolution.arguments, &result) else {
        return Err(lacks(sign, &result));
    };
    let value = found.call_strict(&operands).map_err(of_path)?;
    Ok(Some((result, value)))
}

/// A cast whose failing is an error of the path.
fn converted(value: &Value, from: &Type, to: &Type) -> Walked<Value> {
    if !supports_cast(from, to) {
        return Err(lacks("a cast", to));
    }
    cast(value, from, to).map_err(of_path)
}

fn lacks(what: &str, ty: &Type) -> Failure {
    Failure::Fatal(EvalError::refused(format!("{what} of {ty} in a JSON path")))
}

/// `abs`, `ceiling` and `floor` of a number.
pub(super) fn called(name: &str, item: &Item) -> Walked<Item> {
    let (ty, value) = number(item)?;
    if !ty.is_numeric() {
        return failed(format!("expected a number, found {}", kind(item)));
    }
    // Trino asks only whether the number is below zero, which minus zero is not.
    if name == "abs" && matches!(value, Value::Double(number) if number >= 0.0) {
        return Ok(Item::Sql(ty, value));
    }
    let resolution = resolve(name, &mut [Argument::Type(ty.clone())], Dialect::Trino);
    let result = resolution.expect("these functions take every number").result;
    applied(name, &ty, value, &result)
}

fn applied(name: &str, ty: &Type, value: Value, result: &Type) -> Walked<Item> {
    let Some(found) = function(name, std::slice::from_ref(ty), result) else { return Err(lacks(name, ty)) };
    let value = found.call_strict(&[value]).map_err(of_path)?;
    Ok(Item::Sql(result.clone(), value))
}

/// `double()` of a number or a text.
pub(super) fn double(item: &Item) -> Walked<Item> {
    let (ty, value) = match item {
        Item::Json(Node::Scalar(ty @ Type::Varchar(_), value)) => (ty.clone(), value.clone()),
        other => number(other)?,
    };
    if !(ty.is_numeric() || ty.is_text()) {
        return failed(format!("expected a number or a text, found {}", kind(item)));
    }
    // Trino reads a char as it reads a varchar.
    let from = if ty.is_text() { Type::VARCHAR } else { ty };
    Ok(Item::Sql(Type::Double, converted(&value, &from, &Type::Double)?))
}

/// An index into an array: a double of JSON is cut off, one of SQL rounded.
pub(super) fn index(item: &Item) -> Walked<i64> {
    let (ty, value) = match item {
        Item::Json(Node::Scalar(Type::Double, Value::Double(number))) => {
            return match cut(*number) {
                Some(index) => Ok(index),
                None => failed("a number of more than 64 bits"),
            };
        }
        other => number(other)?,
    };
    if !ty.is_numeric() {
        return failed(format!("expected a number, found {}", kind(item)));
    }
    match converted(&value, &ty, &Type::BigInt)? {
        Value::Integer(index) => Ok(index),
        _ => failed("a number that is NULL"),
    }
}

/// A double without its fraction, if 64 bits hold it.
fn cut(number: f64) -> Option<i64> {
    // Jackson compares with Long.MAX_VALUE as a double, which is the next power of two.
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    #[allow(clippy::cast_possible_truncation)]
    (-LIMIT..=LIMIT).contains(&number).then_some(number as i64)
}
