//! The predicates of filters: true, false or unknown, and never an error.
//!
//! A comparison compares every item of one side with every item of the other and is true if any pair
//! is. `null` equals only itself and can be compared with everything; arrays and objects can be compared with
//! nothing else. In lax mode the first that is true settles it, in strict mode an error anywhere makes it
//! unknown.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::node::Node;
use super::number::{Typed, operation};
use super::path::{Comparison, PathExpr, Predicate};
use super::walk::{Failure, Item, Place, Walk, Walked};
use crate::constant::Value;
use crate::constant::cast::padded;
use crate::types::Type;

/// Whether a predicate holds; none is unknown.
pub(super) fn holds(walk: &mut Walk<'_>, predicate: &Predicate, place: Place<'_>) -> Walked<Option<bool>> {
    Ok(match predicate {
        Predicate::Compare(comparison, left, right) => compare(walk, *comparison, left, right, place)?,
        Predicate::StartsWith(whole, prefix) => starts_with(walk, whole, prefix, place)?,
        Predicate::Exists(path) => items(walk, path, place)?.map(|items| !items.is_empty()),
        Predicate::IsUnknown(inner) => Some(holds(walk, inner, place)?.is_none()),
        Predicate::Not(inner) => holds(walk, inner, place)?.map(|value| !value),
        Predicate::And(parts) => joined(walk, parts, false, place)?,
        Predicate::Or(parts) => joined(walk, parts, true, place)?,
    })
}

/// AND and OR: `decisive` is the part that settles the result.
fn joined(walk: &mut Walk<'_>, parts: &[Predicate], decisive: bool, place: Place<'_>) -> Walked<Option<bool>> {
    let mut result = Some(!decisive);
    for part in parts {
        match holds(walk, part, place)? {
            Some(value) if value == decisive => return Ok(Some(decisive)),
            Some(_) => {}
            None => result = None,
        }
    }
    Ok(result)
}

/// The items of a path; none if it fails, which makes the predicate unknown.
fn items(walk: &mut Walk<'_>, path: &PathExpr, place: Place<'_>) -> Walked<Option<Vec<Item>>> {
    match walk.sequence(path, place) {
        Ok(items) => Ok(Some(items)),
        Err(Failure::Path(_)) => Ok(None),
        Err(fatal) => Err(fatal),
    }
}

/// What kinds of items are among some.
#[derive(Default)]
struct Kinds {
    null: bool,
    scalar: bool,
    nested: bool,
}

impl Kinds {
    fn of(items: &[Item]) -> Kinds {
        let mut kinds = Kinds::default();
        for item in items {
            match item {
                Item::Json(Node::Null) => kinds.null = true,
                Item::Json(node) if !node.is_scalar() => kinds.nested = true,
                _ => kinds.scalar = true,
            }
        }
        kinds
    }
}

fn compare(
    walk: &mut Walk<'_>,
    comparison: Comparison,
    left: &PathExpr,
    right: &PathExpr,
    place: Place<'_>,
) -> Walked<Option<bool>> {
    let Some(left) = items(walk, left, place)? else { return Ok(None) };
    let Some(right) = items(walk, right, place)? else { return Ok(None) };
    let (left, right) = (walk.unwrapped(left)?, walk.unwrapped(right)?);
    if left.is_empty() || right.is_empty() {
        return Ok(Some(false));
    }
    let (one, other) = (Kinds::of(&left), Kinds::of(&right));
    if (one.nested && (other.nested || other.scalar)) || (one.scalar && other.nested) {
        return Ok(None);
    }
    let mut found = match comparison {
        Comparison::Equal => one.null && other.null,
        Comparison::NotEqual => one.null && (other.scalar || other.nested) || other.null && (one.scalar || one.nested),
        _ => false,
    };
    if (found && walk.lax) || !one.scalar || !other.scalar {
        return Ok(Some(found));
    }
    let (Some(left), Some(right)) = (scalars(&left), scalars(&right)) else { return Ok(None) };
    for left in &left {
        walk.spend(right.len())?;
        for right in &right {
            match compared(comparison, left, right)? {
                None => return Ok(None),
                Some(true) if walk.lax => return Ok(Some(true)),
                Some(value) => found |= value,
            }
        }
    }
    Ok(Some(found))
}

/// The scalars among items; none if one of them is no value of SQL.
fn scalars(items: &[Item]) -> Option<Vec<Typed>> {
    let scalar = |item: &Item| match item {
        Item::Json(Node::Huge(_)) => Some(None),
        Item::Json(Node::Scalar(ty, value)) | Item::Sql(ty, value) => Some(Some((ty.clone(), value.clone()))),
        Item::Json(_) => None,
    };
    items.iter().filter_map(scalar).collect()
}

fn compared(comparison: Comparison, left: &Typed, right: &Typed) -> Walked<Option<bool>> {
    let (sign, swapped) = match comparison {
        Comparison::Equal | Comparison::NotEqual => ("=", false),
        Comparison::Less => ("<", false),
        Comparison::LessOrEqual => ("<=", false),
        Comparison::Greater => ("<", true),
        Comparison::GreaterOrEqual => ("<=", true),
    };
    let (first, second) = if swapped { (right, left) } else { (left, right) };
    if let Some(order) = order(&first.1, &second.1) {
        let holds = match sign {
            "=" => order.is_eq(),
            "<" => order.is_lt(),
            _ => order.is_le(),
        };
        return Ok(Some(holds != (comparison == Comparison::NotEqual)));
    }
    Ok(match operation(sign, first.clone(), second.clone()) {
        Ok(Some((_, Value::Boolean(value)))) => Some(value != (comparison == Comparison::NotEqual)),
        Ok(_) | Err(Failure::Path(_)) => None,
        Err(fatal) => return Err(fatal),
    })
}

/// The order of two values for which no operator has to be looked up: whole numbers, whatever their types.
fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Integer(left), Value::Integer(right)) => Some(left.cmp(right)),
        _ => None,
    }
}

fn starts_with(walk: &mut Walk<'_>, whole: &PathExpr, prefix: &PathExpr, place: Place<'_>) -> Walked<Option<bool>> {
    let Some(whole) = items(walk, whole, place)? else { return Ok(None) };
    let Some(prefix) = items(walk, prefix, place)? else { return Ok(None) };
    let [prefix] = prefix.as_slice() else { return Ok(None) };
    let Some(prefix) = text(prefix) else { return Ok(None) };
    let mut found = false;
    for item in walk.unwrapped(whole)? {
        let Some(text) = text(&item) else { return Ok(None) };
        found |= text.starts_with(&*prefix);
        if found && walk.lax {
            break;
        }
    }
    Ok(Some(found))
}

/// The text of an item that is one.
fn text(item: &Item) -> Option<Cow<'_, str>> {
    match item {
        Item::Json(Node::Scalar(Type::Varchar(_), Value::Varchar(text)))
        | Item::Sql(Type::Varchar(_), Value::Varchar(text)) => Some(Cow::Borrowed(text)),
        Item::Sql(Type::Char(width), Value::Varchar(text)) => Some(Cow::Owned(padded(text, *width))),
        _ => None,
    }
}
