//! Aggregates that keep what they see: arrays, maps, histograms, distinct counts.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::iter;

use super::accumulate::{Accumulate, Function};
use super::key::group_key;
use crate::constant::{EvalError, Value};
use crate::types::{RowField, Type};

/// Finds a function of this family.
pub(super) fn function(name: &str, arguments: &[Type]) -> Option<Function> {
    let kind = match (name, arguments) {
        ("array_agg", [ty]) => {
            return Some(Function::new(vec![Type::array(ty.clone())], || Items { items: Vec::new() }));
        }
        ("approx_distinct", [_]) => Kind::DistinctCount,
        ("histogram", [_]) => Kind::Histogram,
        ("map_agg", [_, _]) => Kind::First,
        ("multimap_agg", [_, _]) => Kind::All,
        ("map_union", [Type::Map(key, value)]) => return Some(groups(Kind::First, key, value)),
        (
            "listagg",
            [Type::Varchar(_)]
            | [Type::Varchar(_), Type::Varchar(_)]
            | [Type::Varchar(_), Type::Varchar(_), Type::Varchar(_), Type::Boolean],
        ) => {
            let mut states = vec![Type::array(Type::VARCHAR)];
            states.extend(arguments[1..].iter().cloned());
            let settings = arguments.len() - 1;
            return Some(Function::new(states, move || Text {
                texts: Vec::new(),
                settings: vec![Value::Null; settings],
            }));
        }
        _ => return None,
    };
    let key = arguments.first()?.clone();
    let values = arguments.get(1).cloned().unwrap_or(Type::BigInt);
    Some(groups(kind, &key, &values))
}

fn groups(kind: Kind, key: &Type, values: &Type) -> Function {
    let field = |ty: Type| RowField { name: None, ty };
    let entry = Type::Row([field(key.clone()), field(Type::array(values.clone()))].into());
    let key = key.clone();
    Function::new(vec![Type::array(entry)], move || Groups {
        kind,
        key: key.clone(),
        places: HashMap::new(),
        groups: Vec::new(),
    })
}

#[derive(Debug)]
struct Items {
    items: Vec<Value>,
}

impl Accumulate for Items {
    fn add(&mut self, row: &[Value]) -> Result<(), EvalError> {
        self.items.extend(row.first().cloned());
        Ok(())
    }

    fn state(&self) -> Vec<Value> {
        vec![Value::Array(self.items.as_slice().into())]
    }

    fn merge(&mut self, state: &[Value]) -> Result<(), EvalError> {
        if let [Value::Array(items)] = state {
            self.items.extend(items.iter().cloned());
        }
        Ok(())
    }

    fn result(&self) -> Result<Value, EvalError> {
        Ok(if self.items.is_empty() { Value::Null } else { Value::Array(self.items.as_slice().into()) })
    }
}

/// What is made of the groups of values by key.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    /// How many keys there are.
    DistinctCount,
    /// How often each key occurs.
    Histogram,
    /// The first value of each key.
    First,
    /// All values of each key.
    All,
}

/// Up to so many distinct values Trino's sketch counts exactly; beyond, it depends on their hashes, and those
/// of some types are not known here (`sketch.rs` has the others).
const EXACT_DISTINCT: usize = 64;

/// Why more distinct values are not counted, and what counts them.
const TOO_MANY: &str =
    "approx_distinct of more than 64 values of this type, an estimate; write count(DISTINCT …) to count them exactly";

/// Values by key, in the order the keys were first seen. A histogram holds counts as single values.
#[derive(Debug)]
struct Groups {
    kind: Kind,
    key: Type,
    places: HashMap<Vec<u8>, usize>,
    groups: Vec<(Value, Vec<Value>)>,
}

impl Groups {
    fn put(&mut self, key: &Value, values: &[Value]) -> Result<(), EvalError> {
        let place = match self.places.entry(group_key(key, &self.key)) {
            Entry::Occupied(place) => *place.get(),
            Entry::Vacant(place) => {
                if self.kind == Kind::DistinctCount && self.groups.len() == EXACT_DISTINCT {
                    return Err(EvalError::refused(TOO_MANY));
                }
                self.groups.push((key.clone(), Vec::new()));
                *place.insert(self.groups.len() - 1)
            }
        };
        let held = &mut self.groups[place].1;
        match (self.kind, values) {
            (Kind::All, values) => held.extend(values.iter().cloned()),
            (Kind::Histogram, [Value::Integer(more)]) => match held.first_mut() {
                Some(Value::Integer(count)) => *count += more,
                _ => held.push(Value::Integer(*more)),
            },
            (_, values) if held.is_empty() => held.extend(values.first().cloned()),
            _ => {}
        }
        Ok(())
    }
}

impl Accumulate for Groups {
    fn add(&mut self, row: &[Value]) -> Result<(), EvalError> {
        match row {
            [key, ..] if key.is_null() => Ok(()),
            [Value::Map(entries)] if self.kind == Kind::First => {
                entries.iter().try_for_each(|(key, value)| self.put(key, std::slice::from_ref(value)))
            }
            [key] => self.put(key, &[Value::Integer(1)]),
            [key, value] => self.put(key, std::slice::from_ref(value)),
            _ => Ok(()),
        }
    }

    fn state(&self) -> Vec<Value> {
        let entries = self.groups.iter();
        let entries =
            entries.map(|(key, values)| Value::Row([key.clone(), Value::Array(values.as_slice().into())].into()));
        vec![Value::Array(entries.collect())]
    }

    fn merge(&mut self, state: &[Value]) -> Result<(), EvalError> {
        let [Value::Array(entries)] = state else { return Ok(()) };
        for entry in entries.iter() {
            if let Value::Row(parts) = entry
                && let [key, Value::Array(values)] = parts.as_ref()
            {
                self.put(key, values)?;
            }
        }
        Ok(())
    }

    fn result(&self) -> Result<Value, EvalError> {
        if self.kind == Kind::DistinctCount {
            return Ok(Value::Integer(self.groups.len().try_into().unwrap_or(i64::MAX)));
        }
        if self.groups.is_empty() {
            return Ok(Value::Null);
        }
        let entries = self.groups.iter().map(|(key, values)| {
            let value = match self.kind {
                Kind::All => Value::Array(values.as_slice().into()),
                _ => values.first().cloned().unwrap_or(Value::Null),
            };
            (key.clone(), value)
        });
        Ok(Value::Map(entries.collect()))
    }
}

/// The longest text that `listagg` makes, in bytes.
const LONGEST_TEXT: usize = 1_048_576;

#[derive(Debug)]
struct Text {
    texts: Vec<Value>,
    /// The separator, and of `ON OVERFLOW TRUNCATE` the filler and whether to count: the same in every row.
    settings: Vec<Value>,
}

impl Text {
    fn setting(&self, position: usize) -> Option<&str> {
        match self.settings.get(position) {
            Some(Value::Varchar(text)) => Some(text),
            _ => None,
        }
    }

    /// What stands for a text that is too long: what of it there is room for, and how many are left out.
    fn truncated(&self, begin: String, left: usize) -> Result<Value, EvalError> {
        let Some(filler) = self.setting(1) else {
            let message = format!(
                "Concatenated string has the length in bytes larger than the maximum output length {LONGEST_TEXT}"
            );
            return Err(EvalError::new("EXCEEDED_FUNCTION_MEMORY_LIMIT", message));
        };
        let count =
            if self.settings.get(2) == Some(&Value::Boolean(true)) { format!("({left})") } else { String::new() };
        Ok(Value::varchar(format!("{begin}{filler}{count}")))
    }
}

impl Accumulate for Text {
    fn add(&mut self, row: &[Value]) -> Result<(), EvalError> {
        if let Some((text, settings)) = row.split_first() {
            self.settings.clone_from_slice(settings);
            self.texts.extend(Some(text).filter(|text| !text.is_null()).cloned());
        }
        Ok(())
    }

    fn state(&self) -> Vec<Value> {
        let texts = Value::Array(self.texts.as_slice().into());
        iter::once(texts).chain(self.settings.iter().cloned()).collect()
    }

    fn merge(&mut self, state: &[Value]) -> Result<(), EvalError> {
        if let [Value::Array(texts), settings @ ..] = state {
            self.texts.extend(texts.iter().cloned());
            // Of a part without rows nothing is known.
            if settings.iter().any(|setting| !setting.is_null()) {
                self.settings.clone_from_slice(settings);
            }
        }
        Ok(())
    }

    fn result(&self) -> Result<Value, EvalError> {
        if self.texts.is_empty() {
            return Ok(Value::Null);
        }
        let separator = self.setting(0).unwrap_or_default();
        let mut joined = String::new();
        for (position, text) in self.texts.iter().enumerate() {
            let Value::Varchar(text) = text else { continue };
            let separator = if position == 0 { "" } else { separator };
            if joined.len() + separator.len() + text.len() > LONGEST_TEXT {
                let left = self.texts.len() - position;
                joined.push_str(separator);
                return self.truncated(joined, left);
            }
            joined.push_str(separator);
            joined.push_str(text);
        }
        Ok(Value::varchar(joined))
    }
}
