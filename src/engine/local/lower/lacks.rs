//! Everything in a query that the engine lacks, by name, not only the first that lowering meets.

use super::super::EngineError;
use super::accumulate::Call;
use super::window_function::WindowKind;
use super::{TableSources, unsupported};
use crate::bind;
use crate::bind::expr::{Expr, ExprKind};
use crate::bind::query::{Query, RelationKind};
use crate::constant::functions::function;
use crate::constant::{self, Value};
use crate::plan::{expressions, queries, relations, visit_expression};
use crate::types::Type;

/// What the engine lacks in a query, in the order of the text; of its form, the first thing only.
pub(crate) fn lacks(query: &Query, tables: &dyn TableSources) -> Vec<EngineError> {
    let mut found = Vec::new();
    named_in(query, &mut found);
    if found.is_empty() {
        found.extend(super::plan(query, tables).err());
    }
    found.sort_by_key(|error| error.span);
    found
}

/// The functions, casts and relations that it lacks, which stand by name in the text.
fn named_in(query: &Query, found: &mut Vec<EngineError>) {
    for relation in relations(query) {
        if let RelationKind::Opaque(what) = &relation.kind {
            found.push(unsupported(what, relation.span));
        }
    }
    for expr in expressions(query) {
        visit_expression(expr, &mut |expr| {
            let error = lacking(expr);
            // Text that was not read hides what is in it.
            let seen = !matches!(expr.kind, ExprKind::Opaque(..));
            found.extend(error);
            seen
        });
    }
    queries(query).into_iter().for_each(|inner| named_in(inner, found));
}

fn lacking(expr: &Expr) -> Option<EngineError> {
    // What stands above something that nobody knows is not to blame.
    if expr.children().iter().any(|child| child.ty.is_opaque()) && !matches!(expr.kind, ExprKind::Opaque(..)) {
        return None;
    }
    match &expr.kind {
        ExprKind::Call(name, arguments) => {
            let types: Vec<Type> = arguments.iter().map(|argument| argument.ty.clone()).collect();
            if function(name, &types, &expr.ty).is_none() {
                let named: Vec<String> = types.iter().map(Type::to_string).collect();
                return Some(unsupported(format!("{name}({})", named.join(", ")), expr.span));
            }
            if takes_pattern(name) { refused_pattern(arguments, expr) } else { None }
        }
        ExprKind::Cast(input, _) if !constant::supports_cast(&input.ty, &expr.ty) => {
            Some(unsupported(format!("a cast from {} to {}", input.ty, expr.ty), expr.span))
        }
        ExprKind::Aggregate(aggregate) => {
            if aggregate.name == "reduce_agg" {
                return super::reduce::call(aggregate, expr).err();
            }
            let types: Vec<Type> = aggregate.arguments.iter().map(|argument| argument.ty.clone()).collect();
            Call::new(&aggregate.name, &types, &expr.ty, expr.span).err()
        }
        ExprKind::Window(call) if WindowKind::of(&call.name, call.ignore_nulls).is_none() => {
            Some(unsupported(format!("the window function {}", call.name), expr.span))
        }
        ExprKind::Opaque(what, _) => Some(unsupported(what, expr.span)),
        _ => None,
    }
}

fn takes_pattern(name: &str) -> bool {
    name.starts_with("regexp_")
        || matches!(name, "date_format" | "date_parse" | "format_datetime" | "parse_datetime" | "format")
}

/// Whether the evaluator lacks something in a constant pattern, whatever it is applied to.
fn refused_pattern(arguments: &[Expr], call: &Expr) -> Option<EngineError> {
    let tried: Option<Vec<Expr>> = arguments.iter().map(sample).collect();
    let ExprKind::Call(name, _) = &call.kind else { return None };
    let tried = Expr { kind: ExprKind::Call(name.clone(), tried?), ty: call.ty.clone(), span: call.span };
    let closed = bind::closed(&tried, &mut |_| None).ok()?;
    let error = constant::evaluate(&closed, &[]).err().filter(constant::EvalError::is_refusal)?;
    Some(unsupported(error.message, call.span))
}

/// A constant as it is, a harmless value for anything else; none for types of which none comes to mind.
fn sample(expr: &Expr) -> Option<Expr> {
    if bind::closed(expr, &mut |_| None).is_ok() {
        return Some(expr.clone());
    }
    let value = match &expr.ty {
        Type::Varchar(_) => Value::varchar(String::new()),
        Type::Timestamp(_) => Value::Timestamp(0),
        Type::TimestampWithTimeZone(_) => Value::TimestampWithTimeZone(0, constant::Zone::Offset(0)),
        Type::Date => Value::Date(0),
        Type::Double => Value::Double(0.0),
        ty if ty.is_integer() => Value::Integer(0),
        _ => return None,
    };
    Some(Expr { kind: ExprKind::Literal(value), ty: expr.ty.clone(), span: expr.span })
}
