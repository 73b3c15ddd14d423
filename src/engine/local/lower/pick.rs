//! Aggregates that pick values out of those they see: the least, the greatest, any, the only one.

use super::accumulate::{Accumulate, Function};
use super::key::order_key;
use crate::constant::{EvalError, Value};
use crate::types::Type;

/// Finds a function of this family.
pub(super) fn function(name: &str, arguments: &[Type]) -> Option<Function> {
    let greatest = matches!(name, "max" | "max_by");
    Some(match (name, arguments) {
        ("min" | "max", [ty]) if orderable(ty) => extreme(greatest, ty, ty),
        ("min_by" | "max_by", [value, key]) if orderable(key) => extreme(greatest, value, key),
        ("min" | "max", [ty, Type::BigInt]) if orderable(ty) => extremes(greatest, ty, ty),
        ("min_by" | "max_by", [value, key, Type::BigInt]) if orderable(key) => extremes(greatest, value, key),
        ("arbitrary" | "any_value", [ty]) => {
            let states = vec![ty.clone()];
            Function::new(states, || Any { value: Value::Null })
        }
        _ => return None,
    })
}

/// The first value seen, NULL or not.
pub(super) fn first(ty: &Type) -> Function {
    Function::new(vec![Type::array(ty.clone())], || Only { several: false, value: None })
}

/// The only value; several are an error.
pub(super) fn single(ty: &Type) -> Function {
    Function::new(vec![Type::array(ty.clone())], || Only { several: true, value: None })
}

fn extreme(greatest: bool, value: &Type, key: &Type) -> Function {
    let states = vec![Type::array(Type::Row([field(key), field(value)].into()))];
    let key = key.clone();
    Function::new(states, move || Extremes {
        ranks: Ranks { greatest, key: key.clone() },
        wanted: None,
        kept: Vec::new(),
    })
}

fn extremes(greatest: bool, value: &Type, key: &Type) -> Function {
    let pairs = Type::array(Type::Row([field(key), field(value)].into()));
    let states = vec![pairs, Type::BigInt];
    let key = key.clone();
    Function::new(states, move || Extremes {
        ranks: Ranks { greatest, key: key.clone() },
        wanted: Some(None),
        kept: Vec::new(),
    })
}

fn field(ty: &Type) -> crate::types::RowField {
    crate::types::RowField { name: None, ty: ty.clone() }
}

/// Whether Trino orders values of the type.
fn orderable(ty: &Type) -> bool {
    match ty {
        Type::Array(element) => orderable(element),
        Type::Row(fields) => fields.iter().all(|field| orderable(&field.ty)),
        Type::Map(..) | Type::Json | Type::Function(..) | Type::Named(_) | Type::Opaque => false,
        _ => true,
    }
}

#[derive(Debug)]
struct Any {
    value: Value,
}

impl Accumulate for Any {
    fn add(&mut self, row: &[Value]) -> Result<(), EvalError> {
        if let ([value], true) = (row, self.value.is_null()) {
            self.value = value.clone();
        }
        Ok(())
    }

    fn state(&self) -> Vec<Value> {
        vec![self.value.clone()]
    }

    fn merge(&mut self, state: &[Value]) -> Result<(), EvalError> {
        self.add(state)
    }

    fn result(&self) -> Result<Value, EvalError> {
        Ok(self.value.clone())
    }
}

#[derive(Debug)]
struct Only {
    several: bool,
    value: Option<Value>,
}

impl Accumulate for Only {
    fn add(&mut self, row: &[Value]) -> Result<(), EvalError> {
        if self.value.is_none() {
            self.value = row.first().cloned();
            return Ok(());
        }
        if self.several {
            let message = "Scalar sub-query has returned multiple rows";
            return Err(EvalError::new("SUBQUERY_MULTIPLE_ROWS", message));
        }
        Ok(())
    }

    fn state(&self) -> Vec<Value> {
        vec![Value::Array(self.value.iter().cloned().collect())]
    }

    fn merge(&mut self, state: &[Value]) -> Result<(), EvalError> {
        match state {
            [Value::Array(values)] if !values.is_empty() => self.add(values),
            _ => Ok(()),
        }
    }

    fn result(&self) -> Result<Value, EvalError> {
        Ok(self.value.clone().unwrap_or(Value::Null))
    }
}

/// What decides which of two values is picked.
#[derive(Debug)]
struct Ranks {
    greatest: bool,
    key: Type,
}

impl Ranks {
    /// The rank of a key: lower is better. NaN is worst either way, as in Trino.
    fn rank(&self, key: &Value) -> Result<Vec<u8>, EvalError> {
        let bytes = order_key(key, &self.key, self.greatest)?;
        // The keys of two values are no prefixes of each other, so that complements sort in reverse.
        Ok(bytes.into_iter().map(|byte| if self.greatest { !byte } else { byte }).collect())
    }
}

/// The best `wanted` pairs of key and value, best first; one, if none are wanted in an array.
#[derive(Debug)]
struct Extremes {
    ranks: Ranks,
    /// None: the plain form. Otherwise how many, once a row has said so.
    wanted: Option<Option<usize>>,
    kept: Vec<(Vec<u8>, Value, Value)>,
}

impl Extremes {
    fn keep(&mut self, key: &Value, value: &Value) -> Result<(), EvalError> {
        let rank = self.ranks.rank(key)?;
        let limit = self.wanted.flatten().unwrap_or(1);
        let at = self.kept.partition_point(|(other, ..)| *other <= rank);
        if at < limit {
            self.kept.insert(at, (rank, key.clone(), value.clone()));
            self.kept.truncate(limit);
        }
        Ok(())
    }

    fn want(&mut self, count: &Value) -> Result<(), EvalError> {
        let Value::Integer(count) = count else { return Ok(()) };
        let count = usize::try_from(*count).ok().filter(|count| (1..=10_000).contains(count));
        let count = count.ok_or_else(|| {
            EvalError::new("INVALID_FUNCTION_ARGUMENT", "the number of values must be between 1 and 10000")
        })?;
        self.wanted = Some(Some(count));
        Ok(())
    }
}

impl Accumulate for Extremes {
    fn add(&mut self, row: &[Value]) -> Result<(), EvalError> {
        let row = if self.wanted.is_some() {
            let Some((count, row)) = row.split_last() else { return Ok(()) };
            if count.is_null() {
                return Ok(());
            }
            self.want(count)?;
            row
        } else {
            row
        };
        let (value, key) = match row {
            [value] => (value, value),
            [value, key] => (value, key),
            _ => return Ok(()),
        };
        if key.is_null() {
            return Ok(());
        }
        self.keep(key, value)
    }

    fn state(&self) -> Vec<Value> {
        let pairs = self.kept.iter().map(|(_, key, value)| Value::Row([key.clone(), value.clone()].into()));
        let mut state = vec![Value::Array(pairs.collect())];
        if let Some(wanted) = self.wanted {
            state.push(wanted.map_or(Value::Null, |wanted| Value::Integer(wanted.try_into().unwrap_or(i64::MAX))));
        }
        state
    }

    fn merge(&mut self, state: &[Value]) -> Result<(), EvalError> {
        if let Some(count) = state.get(1).filter(|count| !count.is_null()) {
            self.want(count)?;
        }
        let Some(Value::Array(pairs)) = state.first() else { return Ok(()) };
        for pair in pairs.iter() {
            if let Value::Row(parts) = pair
                && let [key, value] = parts.as_ref()
            {
                self.keep(key, value)?;
            }
        }
        Ok(())
    }

    fn result(&self) -> Result<Value, EvalError> {
        let mut values = self.kept.iter().map(|(_, _, value)| value.clone());
        Ok(match self.wanted {
            None => values.next().unwrap_or(Value::Null),
            Some(_) if self.kept.is_empty() => Value::Null,
            Some(_) => Value::Array(values.collect()),
        })
    }
}
