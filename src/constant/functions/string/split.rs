//! Splitting a text into an array, a part of it, or a map.

use std::collections::HashMap;

use twox_hash::XxHash64;

use super::super::Function;
use super::super::argument::{array, integer, invalid, map, text};
use crate::constant::{EvalError, Value};

/// `split(text, delimiter[, limit])`: with a limit, the last part holds the rest.
pub(super) fn split(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let (whole, delimiter) = (text(&arguments[0]), text(&arguments[1]));
    let limit = match arguments.get(2).map(integer) {
        None => usize::MAX,
        Some(..=0) => return Err(invalid("Limit must be positive")),
        Some(limit) => i32::try_from(limit)
            .ok()
            .and_then(|limit| usize::try_from(limit).ok())
            .ok_or_else(|| invalid("Limit is too large"))?,
    };
    if delimiter.is_empty() {
        return Err(invalid("The delimiter may not be the empty string"));
    }
    Ok(array(whole.splitn(limit, delimiter).map(Value::varchar).collect()))
}

/// `split_part(text, delimiter, index)`: NULL beyond the last part; an empty delimiter parts every character.
pub(super) fn split_part(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let (whole, delimiter, index) = (text(&arguments[0]), text(&arguments[1]), integer(&arguments[2]));
    if index <= 0 {
        return Err(invalid("Index must be greater than zero"));
    }
    let place = usize::try_from(index - 1).unwrap_or(usize::MAX);
    if delimiter.is_empty() {
        if i32::try_from(index).is_err() {
            return Err(EvalError::refused("split_part by an empty delimiter at an index beyond 32 bits"));
        }
        let character = whole.chars().nth(place);
        return Ok(character.map_or(Value::Null, |character| Value::varchar(character.encode_utf8(&mut [0; 4]))));
    }
    Ok(whole.split(delimiter).nth(place).map_or(Value::Null, Value::varchar))
}

pub(super) fn split_to_map(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let mut known = HashMap::new();
    let mut keys = Vec::new();
    for (key, value) in pairs(arguments)? {
        if known.insert(key, value).is_some() {
            return Err(invalid(format!("Duplicate keys ({key}) are not allowed")));
        }
        keys.push(key);
    }
    Ok(map(in_hash_order(&keys).into_iter().map(|key| (Value::varchar(key), Value::varchar(known[key]))).collect()))
}

pub(super) fn split_to_multimap(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let mut known: HashMap<&str, Vec<Value>> = HashMap::new();
    let mut keys = Vec::new();
    for (key, value) in pairs(arguments)? {
        let values = known.entry(key).or_default();
        if values.is_empty() {
            keys.push(key);
        }
        values.push(Value::varchar(value));
    }
    Ok(map(in_hash_order(&keys)
        .into_iter()
        .map(|key| (Value::varchar(key), array(known.remove(key).unwrap_or_default())))
        .collect()))
}

/// The keys and values of the entries; an empty text has none, nor has what follows a last delimiter.
fn pairs(arguments: &[Value]) -> Result<Vec<(&str, &str)>, EvalError> {
    let (whole, between, within) = (text(&arguments[0]), text(&arguments[1]), text(&arguments[2]));
    if between.is_empty() {
        return Err(invalid("entryDelimiter is empty"));
    }
    if within.is_empty() {
        return Err(invalid("keyValueDelimiter is empty"));
    }
    if between == within {
        return Err(invalid("entryDelimiter and keyValueDelimiter must not be the same"));
    }
    let mut entries: Vec<&str> = whole.split(between).collect();
    if entries.last().is_some_and(|last| last.is_empty()) {
        entries.pop();
    }
    let pair = |entry: &'_ str| -> Option<(usize, usize)> {
        let (key, value) = entry.split_once(within)?;
        (!value.contains(within)).then_some((key.len(), entry.len() - value.len()))
    };
    entries
        .into_iter()
        .map(|entry| match pair(entry) {
            Some((key, value)) => Ok((&entry[..key], &entry[value..])),
            None => Err(invalid(format!(
                "Key-value delimiter must appear exactly once in each entry. Bad input: '{entry}'"
            ))),
        })
        .collect()
}

/// Distinct keys in the order in which Trino puts them into the map, which is that of Java's hash
/// table: by bucket, and within one by insertion. A text's hash is the low half of its XXH64.
fn in_hash_order<'a>(keys: &[&'a str]) -> Vec<&'a str> {
    let mut buckets = 16_u32;
    while keys.len() * 4 > buckets as usize * 3 {
        buckets *= 2;
    }
    let bucket = |key: &str| {
        let hash = XxHash64::oneshot(0, key.as_bytes()) as u32;
        (hash ^ (hash >> 16)) & (buckets - 1)
    };
    let mut ordered = keys.to_vec();
    ordered.sort_by_key(|key| bucket(key));
    ordered
}
