//! Maps made of arrays, of entries, and of other maps.

use std::collections::{HashMap, HashSet};

use super::super::Function;
use super::super::argument::{array, elements, entries, fields, invalid, map};
use crate::constant::compare::Key;
use crate::constant::{EvalError, Value};

/// Entries under construction, which refuse NULL and repeated keys.
#[derive(Default)]
pub(super) struct Builder {
    known: HashSet<Key>,
    entries: Vec<(Value, Value)>,
}

impl Builder {
    /// Adds an entry.
    pub(super) fn insert(&mut self, key: Value, value: Value) -> Result<(), EvalError> {
        check(&key)?;
        if !self.known.insert(Key(key.clone())) {
            return Err(invalid("Duplicate map keys are not allowed"));
        }
        self.entries.push((key, value));
        Ok(())
    }

    /// The map.
    pub(super) fn finish(self) -> Value {
        map(self.entries)
    }
}

/// A key must not be NULL. One with NULLs inside is refused too, which Trino does in some functions only.
fn check(key: &Value) -> Result<(), EvalError> {
    match key {
        Value::Null => Err(invalid("map key cannot be null")),
        Value::Array(inner) | Value::Row(inner) if inner.iter().any(|value| check(value).is_err()) => {
            Err(EvalError::refused("a map key with NULLs in it"))
        }
        _ => Ok(()),
    }
}

pub(super) fn empty(_: &Function, _: &[Value]) -> Result<Value, EvalError> {
    Ok(map(Vec::new()))
}

pub(super) fn from_arrays(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let (keys, values) = (elements(&arguments[0]), elements(&arguments[1]));
    if keys.len() != values.len() {
        return Err(invalid("Key and value arrays must be the same length"));
    }
    let mut builder = Builder::default();
    for (key, value) in keys.iter().zip(values) {
        builder.insert(key.clone(), value.clone())?;
    }
    Ok(builder.finish())
}

/// Key and value of an entry, which must not be NULL.
fn entry(entry: &Value) -> Result<(&Value, &Value), EvalError> {
    if entry.is_null() {
        return Err(invalid("map entry cannot be null"));
    }
    let [key, value] = fields(entry) else { unreachable!("the binder asked for rows of two fields") };
    Ok((key, value))
}

pub(super) fn from_entries(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let mut builder = Builder::default();
    for each in elements(&arguments[0]) {
        let (key, value) = entry(each)?;
        builder.insert(key.clone(), value.clone())?;
    }
    Ok(builder.finish())
}

/// All values of each key, in the order of the keys' first places.
pub(super) fn multimap_from_entries(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let mut places = HashMap::new();
    let mut all: Vec<(Value, Vec<Value>)> = Vec::new();
    for each in elements(&arguments[0]) {
        let (key, value) = entry(each)?;
        check(key)?;
        let place = *places.entry(Key(key.clone())).or_insert_with(|| {
            all.push((key.clone(), Vec::new()));
            all.len() - 1
        });
        all[place].1.push(value.clone());
    }
    Ok(map(all.into_iter().map(|(key, values)| (key, array(values))).collect()))
}

/// The entries of the last map, then those of the maps before it whose keys are not yet there.
pub(super) fn concat(_: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    let mut known = HashSet::new();
    let later_first = arguments.iter().rev().flat_map(entries);
    Ok(map(later_first.filter(|(key, _)| known.insert(Key(key.clone()))).cloned().collect()))
}
