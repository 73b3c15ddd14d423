//! JSON_OBJECT and JSON_ARRAY: values of SQL, or JSON in text, put together.

use std::sync::Arc;

use super::node::{Member, Node};
use super::{Answer, Build, Format, Operands, read};
use crate::constant::{EvalError, Value};
use crate::types::Type;

/// JSON_OBJECT. All names are evaluated before all values.
pub(super) fn object(
    build: &Build,
    unique_keys: bool,
    types: &[Type],
    operand: &mut Operands<'_>,
) -> Result<Value, EvalError> {
    let count = build.values.len();
    let names: Vec<Value> = (0..count).map(|at| operand(2 * at)).collect::<Result<_, _>>()?;
    let mut values = Vec::with_capacity(count);
    for (at, format) in build.values.iter().enumerate() {
        let place = 2 * at + 1;
        values.push(node(&operand(place)?, &types[place], *format, build.absent_on_null)?);
    }
    let mut members: Vec<Member> = Vec::with_capacity(count);
    for (name, value) in names.into_iter().zip(values) {
        let Value::Varchar(name) = name else {
            return Err(EvalError::new("INVALID_FUNCTION_ARGUMENT", "a name of JSON_OBJECT is NULL"));
        };
        let Some(value) = value else { continue };
        if members.iter().any(|member| member.name == name) {
            let error = if unique_keys { "INVALID_FUNCTION_ARGUMENT" } else { "NOT_SUPPORTED" };
            return Err(EvalError::new(error, format!("JSON_OBJECT has the name {name} twice")));
        }
        members.push(Member { name, value });
    }
    in_java_order(&mut members)?;
    Node::Object(members.into()).written(build.output, Answer::Error, false)
}

/// JSON_ARRAY.
pub(super) fn array(build: &Build, types: &[Type], operand: &mut Operands<'_>) -> Result<Value, EvalError> {
    let mut elements = Vec::with_capacity(build.values.len());
    for (at, format) in build.values.iter().enumerate() {
        elements.extend(node(&operand(at)?, &types[at], *format, build.absent_on_null)?);
    }
    Node::Array(elements.into()).written(build.output, Answer::Error, false)
}

/// A value as JSON; none if it is NULL and to be left out.
fn node(value: &Value, ty: &Type, format: Option<Format>, absent_on_null: bool) -> Result<Option<Node>, EvalError> {
    if value.is_null() {
        return Ok((!absent_on_null).then_some(Node::Null));
    }
    match format {
        Some(format) => read(value, format).map(Some),
        // The binder lets only types through that JSON has.
        None => Ok(Some(Node::of(ty, value).unwrap_or(Node::Null))),
    }
}

/// Puts the members where Java's `HashMap` has them: Trino keeps them in one.
///
/// By the lower bits of their names' hashes, the earlier first where these are the same; as many bits as
/// the table has grown to.
fn in_java_order(members: &mut [Member]) -> Result<(), EvalError> {
    let hashes: Vec<u32> = members.iter().map(|member| spread_hash(&member.name)).collect();
    let mut buckets = 16_usize;
    for (at, hash) in hashes.iter().enumerate() {
        let mask = u32::try_from(buckets - 1).unwrap_or(u32::MAX);
        let alike = hashes[..at].iter().filter(|other| **other & mask == hash & mask).count();
        if alike >= 8 {
            // A crowded bucket makes a small table grow, and becomes a tree in a large one.
            if buckets >= 64 {
                return Err(EvalError::refused("a JSON object whose names have nearly the same hashes"));
            }
            buckets *= 2;
        }
        if at + 1 > buckets / 4 * 3 {
            buckets *= 2;
        }
    }
    let mask = u32::try_from(buckets - 1).unwrap_or(u32::MAX);
    members.sort_by_key(|member| spread_hash(&member.name) & mask);
    Ok(())
}

/// `String.hashCode`, its upper half mixed into its lower as `HashMap` does.
fn spread_hash(name: &Arc<str>) -> u32 {
    let hash = name.encode_utf16().fold(0_u32, |hash, unit| hash.wrapping_mul(31).wrapping_add(u32::from(unit)));
    hash ^ (hash >> 16)
}
