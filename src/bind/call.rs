//! Function calls: scalar functions, aggregates, window functions, and the calls that are forms.

use std::borrow::Cow;

use super::binder::{Binder, Place};
use super::coerce::coerced;
use super::errors::BindError;
use super::expr::{Aggregate, Expr, ExprKind, WindowCall};
use super::function::Callee;
use super::query::SortKey;
use crate::source::Span;
use crate::spec::ast;
use crate::types::{FunctionKind, Type};

impl Binder<'_> {
    /// `f(arguments)` with whatever stands behind it.
    pub(super) fn call(&mut self, call: &ast::Call, span: Span, place: Place<'_>) -> Expr {
        let name = call.name.parts.iter().map(|part| part.name.as_str()).collect::<Vec<_>>().join(".");
        let plain = !call.star && !call.distinct && call.order_by.is_empty() && call.filter.is_none();
        if plain && call.over.is_none() {
            if let Some(form) = self.form(&name, &call.arguments, span, place) {
                return form;
            }
            match (name.as_str(), call.arguments.as_slice()) {
                ("now", []) => return self.current("now", None, span),
                ("current_date", []) => return self.current("current_date", None, span),
                ("grouping", [_, ..]) => {
                    let keys = call.arguments.iter().map(|key| self.expression(key, place)).collect();
                    return Expr { kind: ExprKind::Grouping(keys), ty: Type::Integer, span };
                }
                _ => {}
            }
        }
        if call.star && name != "count" {
            let help = "only count(*) takes a star".to_owned();
            let error = BindError::WrongArguments { name, given: "*".to_owned(), span, help };
            return self.reject(error, span);
        }
        if name == "count" && call.arguments.is_empty() {
            return self.aggregate(call, name, Vec::new(), Type::BigInt, span, place);
        }
        match self.callee(&name, &arguments(call), span, place) {
            Callee::Known(resolution, arguments) => {
                let ty = resolution.result;
                match resolution.kind {
                    FunctionKind::Scalar => self.scalar(call, name, arguments, ty, span),
                    FunctionKind::Aggregate => self.aggregate(call, name, arguments, ty, span, place),
                    FunctionKind::Window => self.window_call(call, name, arguments, ty, span, place),
                }
            }
            // Whether it is an aggregate is not known either: what stands behind it is passed on.
            Callee::Unknown(arguments) => {
                let what = format!("the function {name}");
                Expr { kind: ExprKind::Opaque(what, arguments), ty: Type::Opaque, span }
            }
            Callee::Wrong(expr) => expr,
        }
    }

    /// A call of a scalar function over bound arguments, as the special syntax for it means.
    pub(super) fn plain_call(&mut self, name: &str, arguments: Vec<Expr>, span: Span) -> Expr {
        match self.bound_callee(name, arguments, span) {
            Callee::Known(resolution, arguments) => {
                Expr { kind: ExprKind::Call(name.to_owned(), arguments), ty: resolution.result, span }
            }
            Callee::Unknown(arguments) => {
                let what = format!("the function {name}");
                Expr { kind: ExprKind::Opaque(what, arguments), ty: Type::Opaque, span }
            }
            Callee::Wrong(expr) => expr,
        }
    }

    fn scalar(&mut self, call: &ast::Call, name: String, arguments: Vec<Expr>, ty: Type, span: Span) -> Expr {
        let modifiers = [
            (call.distinct, "DISTINCT"),
            (!call.order_by.is_empty(), "ORDER BY"),
            (call.filter.is_some(), "FILTER"),
            (call.ignore_nulls.is_some(), "IGNORE NULLS"),
            (call.over.is_some(), "OVER"),
        ];
        if let Some((_, modifier)) = modifiers.into_iter().find(|(stands, _)| *stands) {
            return self.reject(BindError::NotAnAggregate { name, modifier, span }, span);
        }
        Expr { kind: ExprKind::Call(name, arguments), ty, span }
    }

    fn aggregate(
        &mut self,
        call: &ast::Call,
        name: String,
        arguments: Vec<Expr>,
        ty: Type,
        span: Span,
        place: Place<'_>,
    ) -> Expr {
        if call.ignore_nulls.is_some() {
            let what = format!("IGNORE NULLS or RESPECT NULLS on the aggregate `{name}`");
            let help = Some("leave NULLs out by FILTER (WHERE … IS NOT NULL)".to_owned());
            return self.reject(BindError::Unsupported { what, span, help }, span);
        }
        let order_by = self.sort_keys(&call.order_by, place);
        let filter = call.filter.as_ref().map(|filter| self.condition(filter, "FILTER", place));
        let over = call.over.as_ref().map(|over| self.window(over, span, place));
        for expr in arguments.iter().chain(&filter).chain(order_by.iter().filter_map(SortKey::expr)) {
            match over {
                None => self.forbid_aggregates(expr, "an aggregate's argument"),
                Some(_) => self.forbid_windows(expr, "a window function's argument"),
            }
        }
        let aggregate = Aggregate { name, arguments, distinct: call.distinct, order_by, filter, over };
        Expr { kind: ExprKind::Aggregate(Box::new(aggregate)), ty, span }
    }

    fn window_call(
        &mut self,
        call: &ast::Call,
        name: String,
        arguments: Vec<Expr>,
        ty: Type,
        span: Span,
        place: Place<'_>,
    ) -> Expr {
        let modifiers = [
            (call.distinct, "DISTINCT"),
            (!call.order_by.is_empty(), "ORDER BY inside its parentheses"),
            (call.filter.is_some(), "FILTER"),
        ];
        if let Some((_, modifier)) = modifiers.into_iter().find(|(stands, _)| *stands) {
            return self.reject(BindError::NotAnAggregate { name, modifier, span }, span);
        }
        let Some(over) = &call.over else {
            return self.reject(BindError::MissingOver { name, span }, span);
        };
        let over = self.window(over, span, place);
        for expr in arguments.iter().chain(over.children()) {
            self.forbid_windows(expr, "a window function's argument");
        }
        let ignore_nulls = call.ignore_nulls.unwrap_or(false);
        let window = WindowCall { name, arguments, ignore_nulls, over };
        Expr { kind: ExprKind::Window(Box::new(window)), ty, span }
    }

    /// Reports aggregates and window functions where none may stand.
    pub(super) fn forbid_aggregates(&mut self, expr: &Expr, clause: &'static str) {
        let help = match clause {
            "WHERE" => "filter groups with HAVING, or aggregate in a subquery and filter its column",
            _ => "compute it in a subquery and use its column here",
        };
        let mut found = Vec::new();
        let mut waiting = vec![expr];
        while let Some(expr) = waiting.pop() {
            let span = expr.span;
            match &expr.kind {
                ExprKind::Aggregate(aggregate) if aggregate.over.is_none() => {
                    let name = aggregate.name.clone();
                    found.push(BindError::AggregateNotAllowed { name, clause, help, span });
                }
                ExprKind::Aggregate(aggregate) => {
                    let name = aggregate.name.clone();
                    found.push(BindError::WindowNotAllowed { name, clause, span });
                }
                ExprKind::Window(call) => {
                    found.push(BindError::WindowNotAllowed { name: call.name.clone(), clause, span });
                }
                _ => waiting.extend(expr.children().into_iter().rev()),
            }
        }
        found.into_iter().for_each(|error| self.report(error));
    }
}

/// Arguments brought to the types that the resolved function takes.
pub(super) fn with_types(arguments: Vec<Expr>, types: &[Type]) -> Vec<Expr> {
    arguments.into_iter().zip(types).map(|(argument, ty)| coerced(argument, ty)).collect()
}

/// The arguments of a call; behind those of LISTAGG what its ON OVERFLOW TRUNCATE says: filler and whether to count.
fn arguments(call: &ast::Call) -> Cow<'_, [ast::Expr]> {
    let Some(overflow) = &call.overflow else { return Cow::Borrowed(&call.arguments) };
    let expr = |kind| ast::Expr { kind, span: overflow.span };
    let text = |text: &str| expr(ast::ExprKind::String(text.to_owned()));
    let mut arguments = call.arguments.clone();
    if arguments.len() == 1 {
        arguments.push(text(""));
    }
    arguments.push(text(overflow.filler.as_ref().map_or("...", |filler| &filler.value)));
    arguments.push(expr(ast::ExprKind::Boolean(overflow.counts)));
    Cow::Owned(arguments)
}
