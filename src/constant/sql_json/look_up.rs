//! JSON_EXISTS, JSON_VALUE and JSON_QUERY: a path followed, and what its items become.

use super::node::{Node, Unread};
use super::walk::{Failure, Item, Passed, follow};
use super::{Answer, Format, LookUp, Operands, Wrapper, input_error, read};
use crate::constant::{EvalError, Value, cast, supports_cast};
use crate::types::{Type, can_cast};

/// What following a path came to.
enum Found {
    /// The input is NULL, and so is the result.
    Null,
    Items(Vec<Item>),
    /// What ON ERROR answers for.
    Failed(EvalError),
}

/// JSON_EXISTS.
pub(super) fn exists(look_up: &LookUp, types: &[Type], operand: &mut Operands<'_>) -> Result<Value, EvalError> {
    match found(look_up, types, operand)? {
        Found::Null => Ok(Value::Null),
        Found::Items(items) => Ok(Value::Boolean(!items.is_empty())),
        Found::Failed(error) => match look_up.on_error {
            Answer::Error => Err(error),
            Answer::True => Ok(Value::Boolean(true)),
            Answer::False => Ok(Value::Boolean(false)),
            _ => Ok(Value::Null),
        },
    }
}

/// JSON_VALUE. Trino evaluates the defaults whether they are needed or not.
pub(super) fn value(
    look_up: &LookUp,
    on_empty: Answer,
    returning: &Type,
    types: &[Type],
    operand: &mut Operands<'_>,
) -> Result<Value, EvalError> {
    let found = found(look_up, types, operand)?;
    if matches!(found, Found::Null) {
        return Ok(Value::Null);
    }
    let mut at = 1 + look_up.passed.len();
    let mut default = |answer: Answer| {
        if answer != Answer::Default {
            return Ok(Value::Null);
        }
        at += 1;
        operand(at - 1)
    };
    let (empty, error) = (default(on_empty)?, default(look_up.on_error)?);
    let answered = |answer: Answer, default: Value, error: EvalError| match answer {
        Answer::Error => Err(error),
        _ => Ok(default),
    };
    let items = match found {
        Found::Items(items) => items,
        Found::Failed(cause) => return answered(look_up.on_error, error, cause),
        Found::Null => return Ok(Value::Null),
    };
    let item = match items.as_slice() {
        [] => return answered(on_empty, empty, result_error("the path found no items")),
        [item] => item,
        _ => return answered(look_up.on_error, error, result_error("the path found several items")),
    };
    let (ty, value) = match item {
        Item::Json(Node::Null) => return Ok(Value::Null),
        Item::Json(Node::Scalar(ty, value)) | Item::Sql(ty, value) => (ty, value),
        Item::Json(_) => {
            return answered(look_up.on_error, error, result_error("the path found an item that is no value of SQL"));
        }
    };
    if ty == returning {
        return Ok(value.clone());
    }
    let misfit = || result_error(&format!("a {ty} found by the path is no {returning}"));
    if !can_cast(ty, returning) {
        return answered(look_up.on_error, error, misfit());
    }
    if !supports_cast(ty, returning) {
        return Err(EvalError::refused(format!("a cast from {ty} to {returning}")));
    }
    match cast(value, ty, returning) {
        Err(refusal) if refusal.is_refusal() => Err(refusal),
        Err(_) => answered(look_up.on_error, error, misfit()),
        cast => cast,
    }
}

/// JSON_QUERY before it is written; none is NULL.
pub(super) fn query(
    look_up: &LookUp,
    on_empty: Answer,
    wrapper: Wrapper,
    types: &[Type],
    operand: &mut Operands<'_>,
) -> Result<Option<Node>, EvalError> {
    let answered = |answer: Answer, error: EvalError| match answer {
        Answer::Error => Err(error),
        Answer::EmptyArray => Ok(Some(Node::Array([].into()))),
        Answer::EmptyObject => Ok(Some(Node::Object([].into()))),
        _ => Ok(None),
    };
    let items = match found(look_up, types, operand)? {
        Found::Null => return Ok(None),
        Found::Items(items) => items,
        Found::Failed(error) => return answered(look_up.on_error, error),
    };
    if items.is_empty() {
        return answered(on_empty, output_error("the path found no items"));
    }
    let mut nodes = Vec::with_capacity(items.len());
    for item in items {
        match item {
            Item::Json(node) => nodes.push(node),
            Item::Sql(ty, value) => match Node::of(&ty, &value) {
                Some(node) => nodes.push(node),
                None => {
                    let message = format!("the path found a {ty}, which JSON does not have");
                    return answered(look_up.on_error, output_error(&message));
                }
            },
        }
    }
    let nests = matches!(nodes.as_slice(), [Node::Array(_) | Node::Object(_)]);
    if wrapper == Wrapper::Unconditional || (wrapper == Wrapper::Conditional && !nests) {
        return Ok(Some(Node::Array(nodes.into())));
    }
    if nodes.len() > 1 {
        return answered(look_up.on_error, output_error("the path found several items"));
    }
    Ok(nodes.pop())
}

fn found(look_up: &LookUp, types: &[Type], operand: &mut Operands<'_>) -> Result<Found, EvalError> {
    let value = operand(0)?;
    if value.is_null() {
        return Ok(Found::Null);
    }
    let mut malformed = None;
    // What is malformed fails at once where ON ERROR says so, and else once all values are there.
    let mut json = |value: &Value, format: Format, message: &str| match Node::read(value, format) {
        Ok(node) => Ok(node),
        Err(Unread::Refused(refusal)) => Err(refusal),
        Err(Unread::Malformed) if look_up.on_error == Answer::Error => read(value, format),
        Err(Unread::Malformed) => {
            malformed.get_or_insert(input_error(message));
            Ok(Node::Null)
        }
    };
    let input = json(&value, look_up.input, "the input is no JSON")?;
    let mut passed = Vec::with_capacity(look_up.passed.len());
    for (at, format) in look_up.passed.iter().enumerate() {
        let value = operand(1 + at)?;
        passed.push(match format {
            Some(_) if value.is_null() => Passed::Nothing,
            Some(format) => Passed::Item(Item::Json(json(&value, *format, "a value of PASSING is no JSON")?)),
            None if value.is_null() => Passed::Item(Item::Json(Node::Null)),
            None => Passed::Item(Item::Sql(types[1 + at].clone(), value)),
        });
    }
    if let Some(error) = malformed {
        return Ok(Found::Failed(error));
    }
    match follow(&look_up.path, &input, &passed) {
        Ok(items) => Ok(Found::Items(items)),
        Err(Failure::Path(message)) => Ok(Found::Failed(EvalError::new("PATH_EVALUATION_ERROR", message))),
        Err(Failure::Fatal(error)) => Err(error),
    }
}

fn result_error(message: &str) -> EvalError {
    EvalError::new("JSON_VALUE_RESULT_ERROR", message)
}

fn output_error(message: &str) -> EvalError {
    EvalError::new("JSON_OUTPUT_CONVERSION_ERROR", message)
}
