//! A bound expression as the evaluator takes it: no names, no queries, functions found.
//!
//! Constants and bounds of driver rows are folded over no columns, the embedded engine evaluates
//! over the columns of a row; both come through here, so both mean the same.

use super::expr::{CastMode, ColumnRef, Expr, ExprKind};
use crate::constant::functions::function;
use crate::constant::sql_json::SqlJson;
use crate::constant::{self, Value};
use crate::source::Span;
use crate::types::{Type, common_super_type};

/// Why an expression is not closed: what the evaluator lacks, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct NotClosed {
    /// The function or construct, as one would name it in a sentence.
    pub what: String,
    /// Where it stands.
    pub span: Span,
}

/// More parts than any expression has that a person wrote. BETWEEN, IN and NULLIF name their
/// operand several times, so that piles of them would grow without bound.
const PARTS: usize = 200_000;

/// Turns a bound expression into the evaluator's form; `input` gives a column's position among the
/// inputs, or none if it has no value here.
///
/// # Errors
///
/// The first part that the evaluator cannot take: a query, an aggregate, a column without a value,
/// a function it lacks.
pub fn closed(expr: &Expr, input: &mut dyn FnMut(ColumnRef) -> Option<usize>) -> Result<constant::Expr, NotClosed> {
    Closing { input, slots: Vec::new(), parts: 0 }.expression(expr)
}

/// Turns a lambda that sees nothing but its parameters into the evaluator's form.
///
/// # Errors
///
/// The first part that the evaluator cannot take, a column among them.
#[cfg(feature = "local")]
pub(crate) fn closed_lambda(expr: &Expr) -> Result<constant::Lambda, NotClosed> {
    let ExprKind::Lambda(numbers, body) = &expr.kind else { return Err(lacks("no lambda", expr.span)) };
    let mut closing = Closing { input: &mut |_| None, slots: numbers.clone(), parts: 0 };
    Ok(constant::Lambda { parameters: (0..numbers.len()).collect(), body: closing.expression(body)? })
}

struct Closing<'i> {
    input: &'i mut dyn FnMut(ColumnRef) -> Option<usize>,
    /// The numbers of the lambda parameters in reach, outermost first: a position is a slot.
    slots: Vec<usize>,
    parts: usize,
}

impl Closing<'_> {
    fn expression(&mut self, expr: &Expr) -> Result<constant::Expr, NotClosed> {
        self.parts += 1;
        if self.parts > PARTS {
            return Err(lacks("an expression of this size", expr.span));
        }
        Ok(match &expr.kind {
            ExprKind::Literal(value) | ExprKind::Parameter(_, value) | ExprKind::Now(value) => {
                constant::Expr::Literal(value.clone())
            }
            ExprKind::Column(column) => match (self.input)(*column) {
                Some(at) => constant::Expr::Input(at),
                None => return Err(lacks("a column", expr.span)),
            },
            ExprKind::LambdaParameter(number) => {
                let slot = self.slots.iter().rposition(|own| own == number);
                constant::Expr::Parameter(slot.expect("a lambda's parameter stands inside the lambda"))
            }
            ExprKind::Call(name, arguments) => self.call(name, arguments, &expr.ty, expr.span)?,
            ExprKind::SqlJson(form, operands) => {
                let types = operands.iter().map(|operand| operand.ty.clone()).collect();
                constant::Expr::SqlJson(Box::new(SqlJson { form: form.clone(), types }), self.all(operands)?)
            }
            ExprKind::Lambda(..) => return Err(lacks("a lambda that is no argument", expr.span)),
            ExprKind::And(parts) => constant::Expr::And(self.all(parts)?),
            ExprKind::Or(parts) => constant::Expr::Or(self.all(parts)?),
            ExprKind::Not(part) => constant::Expr::Not(self.boxed(part)?),
            ExprKind::IsNull(part) => constant::Expr::IsNull(self.boxed(part)?),
            ExprKind::Between(parts) => {
                let [value, low, high] = &**parts;
                let above = self.compare(">=", value, low, expr.span)?;
                constant::Expr::And(vec![above, self.compare("<=", value, high, expr.span)?])
            }
            ExprKind::InList(value, list) | ExprKind::InParameter(value, _, list) => {
                let equal = list.iter().map(|item| self.compare("=", value, item, expr.span));
                constant::Expr::Or(equal.collect::<Result<_, _>>()?)
            }
            ExprKind::Coalesce(parts) => constant::Expr::Coalesce(self.all(parts)?),
            ExprKind::NullIf(parts) => {
                let [first, second] = &**parts;
                let Some(ty) = common_super_type(&first.ty, &second.ty) else {
                    return Err(lacks("NULLIF over these types", expr.span));
                };
                let (left, right) =
                    (super::coerce::coerced(first.clone(), &ty), super::coerce::coerced(second.clone(), &ty));
                let equal = self.compare("=", &left, &right, expr.span)?;
                constant::Expr::Case {
                    branches: vec![(equal, constant::Expr::Literal(Value::Null))],
                    otherwise: self.boxed(first)?,
                }
            }
            ExprKind::Case(branches, otherwise) => {
                let mut closed = Vec::with_capacity(branches.len());
                for (when, then) in branches {
                    closed.push((self.expression(when)?, self.expression(then)?));
                }
                let otherwise = match otherwise {
                    Some(otherwise) => self.boxed(otherwise)?,
                    None => Box::new(constant::Expr::Literal(Value::Null)),
                };
                constant::Expr::Case { branches: closed, otherwise }
            }
            ExprKind::Try(part) => constant::Expr::Try(self.boxed(part)?),
            ExprKind::Cast(part, mode) => {
                if !constant::supports_cast(&part.ty, &expr.ty) {
                    return Err(lacks(&format!("a cast from {} to {}", part.ty, expr.ty), expr.span));
                }
                constant::Expr::Cast {
                    input: self.boxed(part)?,
                    from: part.ty.clone(),
                    to: expr.ty.clone(),
                    safe: *mode == CastMode::Safe,
                }
            }
            ExprKind::Field(part, position) => constant::Expr::Field(self.boxed(part)?, *position),
            ExprKind::Row(parts) => constant::Expr::Row(self.all(parts)?),
            ExprKind::Array(parts) => constant::Expr::Array(self.all(parts)?),
            ExprKind::Aggregate(aggregate) => {
                return Err(lacks(&format!("the aggregate {}", aggregate.name), expr.span));
            }
            ExprKind::Window(call) => {
                return Err(lacks(&format!("the window function {}", call.name), expr.span));
            }
            ExprKind::Grouping(_) => return Err(lacks("GROUPING", expr.span)),
            ExprKind::ScalarQuery(_) | ExprKind::Exists(_) | ExprKind::InQuery(..) | ExprKind::Quantified(..) => {
                return Err(lacks("a subquery", expr.span));
            }
            ExprKind::Opaque(what, _) => return Err(lacks(what, expr.span)),
        })
    }

    fn call(&mut self, name: &str, arguments: &[Expr], result: &Type, span: Span) -> Result<constant::Expr, NotClosed> {
        let histogram = |expr: &Expr| matches!(&expr.kind, ExprKind::Call(name, _) if name == "array_histogram");
        if matches!(name, "map_keys" | "map_values" | "map_entries")
            && arguments.iter().any(|argument| argument.any(&mut |part| histogram(part)))
        {
            // Trino orders them by its own hashes.
            return Err(lacks("the order of entries in a map that a histogram makes", span));
        }
        let types: Vec<Type> = arguments.iter().map(|argument| argument.ty.clone()).collect();
        let Some(found) = function(name, &types, result) else {
            let named: Vec<String> = types.iter().map(Type::to_string).collect();
            return Err(lacks(&format!("{name}({})", named.join(", ")), span));
        };
        let mut closed = Vec::with_capacity(arguments.len());
        for argument in arguments {
            closed.push(match &argument.kind {
                ExprKind::Lambda(numbers, body) => {
                    let around = self.slots.len();
                    self.slots.extend(numbers);
                    let parameters = (around..self.slots.len()).collect();
                    let body = self.expression(body);
                    self.slots.truncate(around);
                    constant::Expr::Lambda(Box::new(constant::Lambda { parameters, body: body? }))
                }
                _ => self.expression(argument)?,
            });
        }
        Ok(constant::Expr::Call(found, closed))
    }

    /// A comparison of two expressions of one type.
    fn compare(&mut self, sign: &str, left: &Expr, right: &Expr, span: Span) -> Result<constant::Expr, NotClosed> {
        let types = [left.ty.clone(), right.ty.clone()];
        let Some(found) = function(sign, &types, &Type::Boolean) else {
            return Err(lacks(&format!("{} {sign} {}", left.ty, right.ty), span));
        };
        Ok(constant::Expr::Call(found, vec![self.expression(left)?, self.expression(right)?]))
    }

    fn all(&mut self, parts: &[Expr]) -> Result<Vec<constant::Expr>, NotClosed> {
        parts.iter().map(|part| self.expression(part)).collect()
    }

    fn boxed(&mut self, part: &Expr) -> Result<Box<constant::Expr>, NotClosed> {
        self.expression(part).map(Box::new)
    }
}

fn lacks(what: &str, span: Span) -> NotClosed {
    NotClosed { what: what.to_owned(), span }
}
