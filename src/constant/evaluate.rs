//! Evaluating a closed expression over a row.
//!
//! Rows come through here one by one, so nothing is allocated that need not be: few arguments stand
//! on the stack, and a lambda's parameters are looked up through the frames of the calls around it.

use super::cast::cast;
use super::expr::{EvalError, Expr, Lambda};
use super::functions::{Argument, Body, Function};
use super::value::Value;
use crate::types::Type;

/// The value of an expression over a row of inputs.
///
/// # Errors
///
/// What Trino would raise for this row, by Trino's name for it.
pub fn evaluate(expr: &Expr, row: &[Value]) -> Result<Value, EvalError> {
    Scope { row, parameters: &[], values: &[], outer: None }.evaluate(expr)
}

/// The value of a lambda's body without anything around it.
///
/// # Errors
///
/// What Trino would raise, by Trino's name for it.
#[cfg(feature = "local")]
pub(crate) fn apply(lambda: &Lambda, values: &[Value]) -> Result<Value, EvalError> {
    Scope { row: &[], parameters: &lambda.parameters, values, outer: None }.evaluate(&lambda.body)
}

/// Trino fuses `CAST(json_parse(x) AS …)` into one step where the target is an array, map or row, and
/// text that is no JSON is then an argument that cannot be cast.
fn of_cast(error: EvalError, input: &Expr, to: &Type) -> EvalError {
    let parses = matches!(input, Expr::Call(function, _) if &*function.name == "json_parse");
    let nested = matches!(to, Type::Array(_) | Type::Map(..) | Type::Row(_));
    if parses && nested && error.name == "INVALID_FUNCTION_ARGUMENT" {
        return EvalError::new("INVALID_CAST_ARGUMENT", error.message);
    }
    error
}

/// What an expression can see: the row, and the parameters of the lambdas around it.
struct Scope<'a> {
    row: &'a [Value],
    parameters: &'a [usize],
    values: &'a [Value],
    outer: Option<&'a Scope<'a>>,
}

impl Scope<'_> {
    fn evaluate(&self, expr: &Expr) -> Result<Value, EvalError> {
        match expr {
            Expr::Literal(value) => Ok(value.clone()),
            Expr::Input(at) => Ok(self.row.get(*at).expect("an input's position lies in the row").clone()),
            Expr::Parameter(slot) => Ok(self.parameter(*slot).clone()),
            Expr::Call(function, arguments) => self.call(function, arguments),
            Expr::SqlJson(function, operands) => function.evaluate(&mut |at| self.evaluate(&operands[at])),
            Expr::Lambda(_) => panic!("a lambda stands only as an argument"),
            Expr::And(operands) => self.logical(operands, false),
            Expr::Or(operands) => self.logical(operands, true),
            Expr::Not(operand) => Ok(match self.evaluate(operand)? {
                Value::Boolean(value) => Value::Boolean(!value),
                other => other,
            }),
            Expr::IsNull(operand) => Ok(Value::Boolean(self.evaluate(operand)?.is_null())),
            Expr::Coalesce(operands) => {
                for operand in operands {
                    let value = self.evaluate(operand)?;
                    if !value.is_null() {
                        return Ok(value);
                    }
                }
                Ok(Value::Null)
            }
            Expr::Case { branches, otherwise } => {
                for (condition, result) in branches {
                    if self.evaluate(condition)? == Value::Boolean(true) {
                        return self.evaluate(result);
                    }
                }
                self.evaluate(otherwise)
            }
            Expr::Try(operand) => match self.evaluate(operand) {
                Err(error) if error.is_caught_by_try() => Ok(Value::Null),
                result => result,
            },
            Expr::Cast { input, from, to, safe } => {
                let value = self.evaluate(input).map_err(|error| of_cast(error, input, to))?;
                match cast(&value, from, to) {
                    Err(error) if *safe && error.is_caught_by_try_cast() => Ok(Value::Null),
                    result => result,
                }
            }
            Expr::Row(fields) => Ok(Value::Row(self.all(fields)?.into())),
            Expr::Array(elements) => Ok(Value::Array(self.all(elements)?.into())),
            Expr::Field(row, at) => Ok(match self.evaluate(row)? {
                // Trino takes a lambda's parameter apart without asking whether it is NULL.
                Value::Null if matches!(**row, Expr::Parameter(_)) => {
                    return Err(EvalError::new(
                        "GENERIC_INTERNAL_ERROR",
                        "a field of a lambda's parameter that is NULL",
                    ));
                }
                Value::Row(fields) => fields.get(*at).expect("a field's position lies in the row's type").clone(),
                _ => Value::Null,
            }),
        }
    }

    fn all(&self, exprs: &[Expr]) -> Result<Vec<Value>, EvalError> {
        exprs.iter().map(|expr| self.evaluate(expr)).collect()
    }

    fn parameter(&self, slot: usize) -> &Value {
        let mut scope = Some(self);
        while let Some(frame) = scope {
            if let Some(at) = frame.parameters.iter().position(|parameter| *parameter == slot) {
                return frame.values.get(at).expect("a lambda is called with all its parameters");
            }
            scope = frame.outer;
        }
        panic!("a parameter stands only inside its lambda")
    }

    /// AND and OR: `decisive` is the operand that settles the result.
    fn logical(&self, operands: &[Expr], decisive: bool) -> Result<Value, EvalError> {
        let mut unknown = false;
        for (at, operand) in operands.iter().enumerate() {
            match self.evaluate(operand) {
                Ok(Value::Boolean(value)) if value == decisive => return Ok(Value::Boolean(decisive)),
                Ok(Value::Boolean(_)) => {}
                Ok(_) => unknown = true,
                Err(error) => {
                    // Trino's interpreter looks at all operands, wherever the one that settles it stands.
                    let settles = |later| self.evaluate(later) == Ok(Value::Boolean(decisive));
                    let settled = operands[at + 1..].iter().any(settles);
                    return if settled { Ok(Value::Boolean(decisive)) } else { Err(error) };
                }
            }
        }
        Ok(if unknown { Value::Null } else { Value::Boolean(!decisive) })
    }

    fn call(&self, function: &Function, arguments: &[Expr]) -> Result<Value, EvalError> {
        match function.body {
            Body::Strict(body) => {
                let result = self.with_arguments(arguments, true, |values| body(function, values));
                // Trino's interpreter looks for a NULL among all arguments before it minds that one failed.
                let folds = result.is_err() && !matches!(&*function.name, "greatest" | "least");
                let is_null = |argument| self.evaluate(argument) == Ok(Value::Null);
                if folds && arguments.iter().any(is_null) { Ok(Value::Null) } else { result }
            }
            Body::Nullable(body) => self.with_arguments(arguments, false, |values| body(function, values)),
            Body::HigherOrder(body) => self.call_with_lambdas(function, arguments, body),
        }
    }

    /// Evaluates arguments left to right and calls with them; a strict call ends at the first NULL.
    fn with_arguments(
        &self,
        arguments: &[Expr],
        strict: bool,
        body: impl FnOnce(&[Value]) -> Result<Value, EvalError>,
    ) -> Result<Value, EvalError> {
        const FEW: usize = 4;
        let mut few = [const { Value::Null }; FEW];
        let mut many = Vec::new();
        let values = if arguments.len() <= FEW {
            &mut few[..arguments.len()]
        } else {
            many.resize(arguments.len(), Value::Null);
            &mut many[..]
        };
        for (value, argument) in values.iter_mut().zip(arguments) {
            *value = self.evaluate(argument)?;
            if strict && value.is_null() {
                return Ok(Value::Null);
            }
        }
        body(values)
    }

    fn call_with_lambdas(
        &self,
        function: &Function,
        arguments: &[Expr],
        body: fn(&Function, &[Argument<'_>]) -> Result<Value, EvalError>,
    ) -> Result<Value, EvalError> {
        let closures: Vec<_> = arguments
            .iter()
            .map(|argument| match argument {
                Expr::Lambda(lambda) => Some(move |values: &[Value]| self.apply(lambda, values)),
                _ => None,
            })
            .collect();
        let mut given = Vec::with_capacity(arguments.len());
        for (argument, closure) in arguments.iter().zip(&closures) {
            given.push(match closure {
                Some(closure) => Argument::Lambda(closure),
                None => Argument::Value(self.evaluate(argument)?),
            });
        }
        body(function, &given)
    }

    fn apply(&self, lambda: &Lambda, values: &[Value]) -> Result<Value, EvalError> {
        Scope { row: self.row, parameters: &lambda.parameters, values, outer: Some(self) }.evaluate(&lambda.body)
    }
}
