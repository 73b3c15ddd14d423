//! `reduce_agg`: a state that a lambda makes of itself and each value, and another of two states.

use super::accumulate::{Accumulate, Call, Function};
use super::unsupported;
use crate::bind::closed_lambda;
use crate::bind::expr::{Aggregate, Expr};
use crate::constant::{self, EvalError, Lambda, Value};
use crate::engine::EngineError;
use crate::types::Type;

/// The call, its lambdas closed: they see no columns in Trino either.
///
/// # Errors
///
/// The engine lacks something in a lambda.
pub(super) fn call(aggregate: &Aggregate, expr: &Expr) -> Result<Call, EngineError> {
    let [value, first, input, combine] = aggregate.arguments.as_slice() else {
        return Err(unsupported("such a call of reduce_agg", expr.span));
    };
    let closed = |lambda| closed_lambda(lambda).map_err(|missing| unsupported(&missing.what, missing.span));
    Ok(Call::reduction(&[value.ty.clone(), first.ty.clone()], &expr.ty, closed(input)?, closed(combine)?))
}

/// The function of two lambdas over a type of states.
pub(super) fn function(state: &Type, input: Lambda, combine: Lambda) -> Function {
    Function::new(vec![state.clone(), Type::Boolean], move || Reduction {
        input: input.clone(),
        combine: combine.clone(),
        state: None,
    })
}

#[derive(Debug)]
struct Reduction {
    input: Lambda,
    combine: Lambda,
    /// None before the first value; NULL only if it began so.
    state: Option<Value>,
}

/// What a lambda makes of a state, which must not be NULL.
fn applied(lambda: &Lambda, state: &Value, other: &Value) -> Result<Value, EvalError> {
    if state.is_null() {
        return Ok(Value::Null);
    }
    match constant::apply(lambda, &[state.clone(), other.clone()])? {
        Value::Null => Err(EvalError::new("GENERIC_INTERNAL_ERROR", "a state of reduce_agg is NULL")),
        state => Ok(state),
    }
}

impl Accumulate for Reduction {
    fn add(&mut self, row: &[Value]) -> Result<(), EvalError> {
        if let [value, first] = row
            && !value.is_null()
        {
            let state = self.state.take().unwrap_or_else(|| first.clone());
            self.state = Some(applied(&self.input, &state, value)?);
        }
        Ok(())
    }

    fn state(&self) -> Vec<Value> {
        vec![self.state.clone().unwrap_or(Value::Null), Value::Boolean(self.state.is_some())]
    }

    fn merge(&mut self, state: &[Value]) -> Result<(), EvalError> {
        if let [other, Value::Boolean(true)] = state {
            self.state = Some(match &self.state {
                None => other.clone(),
                Some(own) => applied(&self.combine, own, other)?,
            });
        }
        Ok(())
    }

    fn result(&self) -> Result<Value, EvalError> {
        Ok(self.state.clone().unwrap_or(Value::Null))
    }
}
