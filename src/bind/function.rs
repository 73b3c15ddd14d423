//! Which function a call means, lambdas among its arguments included.
//!
//! A lambda's body can only be bound once its parameters have types, and these follow from the
//! other arguments. So the resolver asks for the body's type while it resolves, and the body bound
//! for the types it settles on is kept.

use std::cell::RefCell;

use super::binder::{Binder, Place};
use super::call::with_types;
use super::coerce::coerced;
use super::errors::BindError;
use super::expr::{Expr, ExprKind};
use super::scope::{LambdaName, Level, Scope};
use crate::source::Span;
use crate::spec::ast;
use crate::types::{Argument, Resolution, ResolveError, Type, can_cast, resolve};

/// What a call's name and arguments were found to mean.
pub(super) enum Callee {
    /// A function, its arguments coerced to what it takes.
    Known(Resolution, Vec<Expr>),
    /// No function that athplan knows, or one over types it does not know; the arguments bound.
    Unknown(Vec<Expr>),
    /// A mistake, reported.
    Wrong(Expr),
}

/// An argument before the function is known.
enum Written<'a> {
    Value(Expr),
    Lambda(&'a [ast::Ident], &'a ast::Expr, Span),
}

/// A lambda bound for parameters of these types.
struct Attempt {
    types: Vec<Type>,
    numbers: Vec<usize>,
    body: Expr,
    mistakes: Vec<BindError>,
}

impl Binder<'_> {
    /// The function that a call with these arguments means.
    pub(super) fn callee(&mut self, name: &str, arguments: &[ast::Expr], span: Span, place: Place<'_>) -> Callee {
        let written = arguments
            .iter()
            .map(|argument| match &argument.kind {
                ast::ExprKind::Lambda(parameters, body) => Written::Lambda(parameters, body, argument.span),
                _ => Written::Value(self.expression(argument, place)),
            })
            .collect();
        self.written_callee(name, written, span, place)
    }

    /// The function that a call over bound arguments means.
    pub(super) fn bound_callee(&mut self, name: &str, arguments: Vec<Expr>, span: Span) -> Callee {
        let written = arguments.into_iter().map(Written::Value).collect();
        self.written_callee(name, written, span, Place::new(None))
    }

    fn written_callee(&mut self, name: &str, written: Vec<Written<'_>>, span: Span, place: Place<'_>) -> Callee {
        let attempts: Vec<RefCell<Vec<Attempt>>> = written.iter().map(|_| RefCell::new(Vec::new())).collect();
        let dialect = self.options.dialect;
        let resolved = {
            let binder = RefCell::new(&mut *self);
            let mut typers: Vec<_> = written
                .iter()
                .zip(&attempts)
                .map(|(argument, attempts)| {
                    let binder = &binder;
                    move |types: &[Type]| -> Option<Type> {
                        let Written::Lambda(parameters, body, _) = argument else { return None };
                        let attempt = binder.borrow_mut().attempt(parameters, body, types, place);
                        let ty = attempt.mistakes.is_empty().then(|| attempt.body.ty.clone());
                        attempts.borrow_mut().push(attempt);
                        ty
                    }
                })
                .collect();
            let mut arguments: Vec<Argument<'_>> = written
                .iter()
                .zip(&mut typers)
                .map(|(argument, typer)| match argument {
                    Written::Value(value) => Argument::Type(value.ty.clone()),
                    Written::Lambda(parameters, ..) => Argument::Lambda { parameters: parameters.len(), result: typer },
                })
                .collect();
            resolve(name, &mut arguments, dialect)
        };
        let attempts: Vec<Vec<Attempt>> = attempts.into_iter().map(RefCell::into_inner).collect();
        match resolved {
            Ok(resolution) => {
                let bound = written
                    .into_iter()
                    .zip(attempts)
                    .zip(&resolution.arguments)
                    .map(|((argument, attempts), ty)| self.settle(argument, attempts, ty))
                    .collect();
                let arguments = with_types(bound, &resolution.arguments);
                let prints = name.eq_ignore_ascii_case("format");
                match arguments.iter().skip(1).find(|argument| prints && !is_printable(&argument.ty)) {
                    Some(argument) => {
                        let (from, span) = (argument.ty.clone(), argument.span);
                        Callee::Wrong(self.reject(BindError::ImpossibleCast { from, to: Type::VARCHAR, span }, span))
                    }
                    None => Callee::Known(resolution, arguments),
                }
            }
            Err(error) => self.unresolved(name, &error, written, attempts, span),
        }
    }

    /// Binds a lambda's body for parameters of these types, its mistakes kept apart.
    fn attempt(&mut self, parameters: &[ast::Ident], body: &ast::Expr, types: &[Type], place: Place<'_>) -> Attempt {
        let before = self.mistakes();
        let names: Vec<LambdaName> = parameters
            .iter()
            .zip(types)
            .map(|(parameter, ty)| LambdaName {
                name: parameter.name.clone(),
                number: self.lambda_parameter(),
                ty: ty.clone(),
            })
            .collect();
        let scope = Scope { level: Level::Lambda(&names), outer: place.scope };
        let body = self.expression(body, Place { scope: Some(&scope), windows: &[] });
        self.forbid_aggregates(&body, "a lambda");
        let mistakes = self.take_mistakes(before);
        Attempt { types: types.to_vec(), numbers: names.iter().map(|name| name.number).collect(), body, mistakes }
    }

    /// The argument as the resolved function takes it.
    fn settle(&mut self, argument: Written<'_>, attempts: Vec<Attempt>, ty: &Type) -> Expr {
        let (span, attempt) = match argument {
            Written::Value(value) => return value,
            Written::Lambda(_, _, span) => {
                let wanted = match ty {
                    Type::Function(parameters, _) => &**parameters,
                    _ => &[],
                };
                let fits = attempts.iter().rposition(|attempt| attempt.types == wanted);
                let mut attempts = attempts;
                let attempt = match fits {
                    Some(at) => Some(attempts.swap_remove(at)),
                    None => attempts.pop(),
                };
                (span, attempt)
            }
        };
        let Some(attempt) = attempt else {
            let what = "a lambda here".to_owned();
            let help = Some("no parameter of this function is a lambda".to_owned());
            return self.reject(BindError::Unsupported { what, span, help }, span);
        };
        attempt.mistakes.into_iter().for_each(|mistake| self.report(mistake));
        let body = match ty {
            Type::Function(_, result) => coerced(attempt.body, result),
            _ => attempt.body,
        };
        Expr { kind: ExprKind::Lambda(attempt.numbers, Box::new(body)), ty: ty.clone(), span }
    }

    fn unresolved(
        &mut self,
        name: &str,
        error: &ResolveError,
        written: Vec<Written<'_>>,
        attempts: Vec<Vec<Attempt>>,
        span: Span,
    ) -> Callee {
        // A mistake inside a lambda is why nothing fitted, and says more than that nothing did.
        let mut inside = attempts.into_iter().flatten().filter(|attempt| !attempt.mistakes.is_empty());
        if let Some(attempt) = inside.next() {
            let mut mistakes = attempt.mistakes.into_iter();
            if let Some(first) = mistakes.next() {
                let expr = self.reject(first, span);
                mistakes.for_each(|mistake| self.report(mistake));
                return Callee::Wrong(expr);
            }
        }
        let given: Vec<String> = written
            .iter()
            .map(|argument| match argument {
                Written::Value(value) => value.ty.to_string(),
                Written::Lambda(parameters, ..) => format!("lambda of {}", parameters.len()),
            })
            .collect();
        let given = given.join(", ");
        let is_opaque =
            written.iter().any(|argument| matches!(argument, Written::Value(value) if value.ty.is_opaque()));
        let values = |written: Vec<Written<'_>>| {
            written
                .into_iter()
                .filter_map(|argument| match argument {
                    Written::Value(value) => Some(value),
                    Written::Lambda(..) => None,
                })
                .collect()
        };
        let help = match error {
            ResolveError::UnknownFunction { nearest: None } => return Callee::Unknown(values(written)),
            ResolveError::UnknownFunction { nearest: Some(nearest) } => {
                let (name, nearest) = (name.to_owned(), nearest.clone());
                return Callee::Wrong(self.reject(BindError::UnknownFunction { name, nearest, span }, span));
            }
            _ if is_opaque => return Callee::Unknown(values(written)),
            ResolveError::NoMatch { candidates } if candidates.is_empty() => "it takes none".to_owned(),
            ResolveError::NoMatch { candidates } => {
                let shown: Vec<&str> = candidates.iter().take(6).map(String::as_str).collect();
                format!("it takes {}", shown.join(", or "))
            }
            other => other.to_string(),
        };
        let name = name.to_owned();
        Callee::Wrong(self.reject(BindError::WrongArguments { name, given, span, help }, span))
    }
}

/// Whether FORMAT takes a value: what it has no directive for, it casts to a text.
fn is_printable(ty: &Type) -> bool {
    ty.is_opaque() || can_cast(ty, &Type::VARCHAR)
}
