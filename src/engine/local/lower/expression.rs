//! Bound expressions to DataFusion's: natively only what is surely the same and cannot fail, the
//! whole of anything else through the evaluator.
//!
//! Whole trees, because laziness is part of the meaning: a CASE branch or the right side of an AND
//! that would fail must not be computed for rows that do not reach it, and DataFusion promises no such
//! thing.

use datafusion::common::ScalarValue;
use datafusion::logical_expr::{Case, Cast, Expr as Plan, Operator, binary_expr};

use super::super::arrow::{from_values, physical_type};
use super::connective::{MANY, conjunction, disjunction};
use super::evaluate::{OnError, evaluated};
use super::field::field;
use super::key::{equal_as_stored, sorted_as_stored};
use super::name::{bound_column, plan_column};
use super::walk::rewrite;
use super::{engine_error, unsupported};
use crate::bind;
use crate::bind::expr::{CastMode, ColumnRef, Expr, ExprKind};
use crate::bind::query::RelationId;
use crate::constant::Value;
use crate::engine::EngineError;
use crate::types::Type;

/// A lowered expression, and what its failing does.
pub(super) struct Lowered {
    pub(super) expr: Plan,
    pub(super) on_error: OnError,
}

/// Lowers an expression without subqueries, aggregates or windows.
///
/// # Errors
///
/// The engine lacks a function or type in it.
pub(super) fn lower(expr: &Expr) -> Result<Lowered, EngineError> {
    if let Some(native) = native(expr)? {
        return Ok(Lowered { expr: native, on_error: OnError::Never });
    }
    let on_error = if total(expr) { OnError::Never } else { OnError::Fail };
    Ok(Lowered { expr: evaluator(expr, on_error)?, on_error })
}

/// The plan's expression of a bound one.
///
/// # Errors
///
/// The engine lacks a function or type in it.
pub(super) fn lowered(expr: &Expr) -> Result<Plan, EngineError> {
    lower(expr).map(|lowered| lowered.expr)
}

/// A predicate that is also true where the given one fails.
///
/// # Errors
///
/// The engine lacks a function or type in it.
pub(super) fn softened(predicate: &Expr) -> Result<Plan, EngineError> {
    evaluator(predicate, OnError::Keep)
}

/// The value of an expression without columns.
///
/// # Errors
///
/// The engine lacks a function in it, or evaluating it fails.
pub(super) fn constant(expr: &Expr) -> Result<Value, EngineError> {
    let closed = bind::closed(expr, &mut |_| None).map_err(|missing| unsupported(&missing.what, missing.span))?;
    crate::constant::evaluate(&closed, &[]).map_err(|error| engine_error(super::raised(&error)).at(Some(expr.span)))
}

/// A value as a literal of its type.
///
/// # Errors
///
/// The engine cannot hold values of the type.
pub(super) fn literal(value: &Value, ty: &Type) -> Result<Plan, EngineError> {
    let array = from_values(std::slice::from_ref(value), ty)?;
    let scalar = ScalarValue::try_from_array(&array, 0).map_err(engine_error)?;
    Ok(Plan::Literal(scalar, None))
}

/// The relation that stands for an evaluator call's inputs.
const INPUTS: RelationId = RelationId(usize::MAX);

/// A call of the evaluator; columns and their fields are its inputs.
fn evaluator(expr: &Expr, on_error: OnError) -> Result<Plan, EngineError> {
    let mut inputs: Vec<Expr> = Vec::new();
    let over_inputs = rewrite::<EngineError>(expr, &mut |node| {
        if !is_path(node) {
            return Ok(None);
        }
        let at = inputs.iter().position(|input| input == node).unwrap_or_else(|| {
            inputs.push(node.clone());
            inputs.len() - 1
        });
        Ok(Some(bound_column(ColumnRef { relation: INPUTS, column: at }, &node.ty, node.span)))
    })?;
    let closed = bind::closed(&over_inputs, &mut |column| (column.relation == INPUTS).then_some(column.column))
        .map_err(|missing| unsupported(&missing.what, missing.span))?;
    let mut columns = Vec::with_capacity(inputs.len());
    for input in &inputs {
        let path = native(input)?.expect("a column and its fields are native");
        columns.push((path, input.ty.clone()));
    }
    evaluated(closed, columns, &expr.ty, on_error)
}

/// Whether this is a column, or a field of one.
fn is_path(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Column(_) => true,
        ExprKind::Field(row, _) => is_path(row),
        _ => false,
    }
}

/// The native form of an expression that cannot fail and means the same there; none if it has none.
///
/// # Errors
///
/// The engine cannot hold values of a type in it.
pub(super) fn native(expr: &Expr) -> Result<Option<Plan>, EngineError> {
    Ok(match &expr.kind {
        ExprKind::Literal(value) | ExprKind::Parameter(_, value) | ExprKind::Now(value) => {
            Some(literal(value, &expr.ty)?)
        }
        ExprKind::Column(column) => {
            physical_type(&expr.ty).map_err(|error| error.at(Some(expr.span)))?;
            Some(plan_column(*column))
        }
        ExprKind::Field(row, at) => native(row)?.map(|row| field(row, *at)),
        ExprKind::Call(name, operands) => match (comparison(name), operands.as_slice()) {
            (Some(operator), [left, right]) => compared(left, operator, right)?,
            _ => None,
        },
        ExprKind::And(parts) => natives(parts)?.and_then(conjunction),
        ExprKind::Or(parts) => natives(parts)?.and_then(disjunction),
        ExprKind::Not(part) => native(part)?.map(|part| Plan::Not(Box::new(part))),
        ExprKind::IsNull(part) if part.ty != Type::Unknown => native(part)?.map(Plan::is_null),
        ExprKind::Between(parts) => {
            let [value, low, high] = parts.as_ref();
            let low = compared(value, Operator::GtEq, low)?;
            let high = compared(value, Operator::LtEq, high)?;
            low.zip(high).map(|(low, high)| low.and(high))
        }
        ExprKind::InList(value, list) | ExprKind::InParameter(value, _, list) => in_list(value, list)?,
        ExprKind::Case(branches, otherwise) => case(branches, otherwise.as_deref(), &expr.ty)?,
        ExprKind::Coalesce(parts) if parts.len() <= MANY => {
            let Some((last, first)) = parts.split_last() else { return Ok(None) };
            let (Some(first), Some(last)) = (natives(first)?, native(last)?) else { return Ok(None) };
            Some(first.into_iter().rev().fold(last, |rest, part| {
                let branches = vec![(Box::new(part.clone().is_not_null()), Box::new(part))];
                Plan::Case(Case::new(None, branches, Some(Box::new(rest))))
            }))
        }
        ExprKind::Cast(input, mode) => cast(input, &expr.ty, *mode)?,
        _ => None,
    })
}

fn natives(parts: &[Expr]) -> Result<Option<Vec<Plan>>, EngineError> {
    let mut lowered = Vec::with_capacity(parts.len());
    for part in parts {
        match native(part)? {
            Some(part) => lowered.push(part),
            None => return Ok(None),
        }
    }
    Ok(Some(lowered))
}

fn comparison(name: &str) -> Option<Operator> {
    Some(match name {
        "=" => Operator::Eq,
        "<>" => Operator::NotEq,
        "<" => Operator::Lt,
        "<=" => Operator::LtEq,
        ">" => Operator::Gt,
        ">=" => Operator::GtEq,
        _ => return None,
    })
}

fn compared(left: &Expr, operator: Operator, right: &Expr) -> Result<Option<Plan>, EngineError> {
    let equality = matches!(operator, Operator::Eq | Operator::NotEq);
    let as_stored = if equality { equal_as_stored(&left.ty) } else { sorted_as_stored(&left.ty) };
    if !as_stored || physical_type(&left.ty)? != physical_type(&right.ty)? {
        return Ok(None);
    }
    let (Some(left), Some(right)) = (native(left)?, native(right)?) else { return Ok(None) };
    Ok(Some(binary_expr(left, operator, right)))
}

/// `value IN (constants)`; a list with other expressions is left to the evaluator.
fn in_list(value: &Expr, list: &[Expr]) -> Result<Option<Plan>, EngineError> {
    let constants = list.iter().all(|item| matches!(item.kind, ExprKind::Literal(_) | ExprKind::Parameter(..)));
    let alike = list.iter().all(|item| physical_type(&item.ty).ok() == physical_type(&value.ty).ok());
    if list.is_empty() || !constants || !alike || !equal_as_stored(&value.ty) {
        return Ok(None);
    }
    let (Some(value), Some(list)) = (native(value)?, natives(list)?) else { return Ok(None) };
    Ok(Some(value.in_list(list, false)))
}

fn case(branches: &[(Expr, Expr)], otherwise: Option<&Expr>, ty: &Type) -> Result<Option<Plan>, EngineError> {
    let mut lowered = Vec::with_capacity(branches.len());
    for (condition, result) in branches {
        if physical_type(&result.ty)? != physical_type(ty)? {
            return Ok(None);
        }
        let (Some(condition), Some(result)) = (native(condition)?, native(result)?) else { return Ok(None) };
        lowered.push((Box::new(condition), Box::new(result)));
    }
    let otherwise = match otherwise {
        None => Some(literal(&Value::Null, ty)?),
        Some(otherwise) if physical_type(&otherwise.ty)? == physical_type(ty)? => native(otherwise)?,
        Some(_) => None,
    };
    Ok(otherwise.map(|otherwise| Plan::Case(Case::new(None, lowered, Some(Box::new(otherwise))))))
}

/// Casts that change nothing but the type's name, or widen an integer.
fn cast(input: &Expr, ty: &Type, mode: CastMode) -> Result<Option<Plan>, EngineError> {
    let unchanged = match (&input.ty, ty) {
        (Type::Varchar(_), Type::Varchar(None)) => true,
        (Type::Varchar(Some(from)), Type::Varchar(Some(to))) => from <= to,
        (from, to) => from == to,
    };
    if unchanged {
        return native(input);
    }
    if input.ty == Type::Unknown && matches!(input.kind, ExprKind::Literal(Value::Null)) {
        return literal(&Value::Null, ty).map(Some);
    }
    let rank = |ty: &Type| [Type::TinyInt, Type::SmallInt, Type::Integer, Type::BigInt].iter().position(|at| at == ty);
    let widened = matches!((rank(&input.ty), rank(ty)), (Some(from), Some(to)) if from < to);
    if widened && mode != CastMode::Safe {
        let target = physical_type(ty)?;
        return Ok(native(input)?.map(|input| Plan::Cast(Cast::new(Box::new(input), target))));
    }
    Ok(None)
}

/// Whether evaluating the expression cannot fail, whatever the values.
fn total(expr: &Expr) -> bool {
    let here = match &expr.kind {
        ExprKind::Literal(_)
        | ExprKind::Parameter(..)
        | ExprKind::Now(_)
        | ExprKind::Column(_)
        | ExprKind::And(_)
        | ExprKind::Or(_)
        | ExprKind::Not(_)
        | ExprKind::IsNull(_)
        | ExprKind::Case(..)
        | ExprKind::Coalesce(_)
        | ExprKind::Field(..)
        | ExprKind::Row(_)
        | ExprKind::Array(_) => true,
        ExprKind::Between(parts) => scalar(&parts[0].ty),
        ExprKind::InList(value, _) | ExprKind::InParameter(value, ..) => scalar(&value.ty),
        ExprKind::NullIf(parts) => scalar(&parts[0].ty),
        ExprKind::Cast(input, mode) => {
            *mode == CastMode::Safe || (matches!(expr.ty, Type::Varchar(None)) && input.ty.is_text())
        }
        ExprKind::Call(name, operands) => match name.as_str() {
            "=" | "<>" | "<" | "<=" | ">" | ">=" | "is distinct from" => {
                operands.iter().all(|operand| scalar(&operand.ty))
            }
            "like" => matches!(operands.as_slice(), [_, pattern] if matches!(pattern.kind, ExprKind::Literal(_))),
            "lower" | "upper" | "length" | "trim" | "ltrim" | "rtrim" | "reverse" | "starts_with" | "strpos" => {
                operands.iter().all(|operand| operand.ty.is_text())
            }
            _ => false,
        },
        _ => false,
    };
    here && expr.children().into_iter().all(total)
}

/// Whether values of the type hold no others, so that comparing two cannot fail.
fn scalar(ty: &Type) -> bool {
    !matches!(ty, Type::Array(_) | Type::Map(..) | Type::Row(_))
}
