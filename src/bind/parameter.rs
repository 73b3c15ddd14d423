//! Parameters: `DECLARE`, the text of `-p name=text`, and constants in general.

use serde_json::value::RawValue;

use super::binder::{Binder, Place};
use super::closed::closed;
use super::errors::BindError;
use super::expr::Expr;
use super::literal::cast_of_text;
use super::spec::Parameter;
use super::warnings::BindWarning;
use crate::constant::{self, Value};
use crate::source::Span;
use crate::spec::ast;
use crate::types::{Type, nearest};

impl Binder<'_> {
    /// `DECLARE name type [DEFAULT expression]`.
    pub(super) fn declare(&mut self, declare: &ast::Declare) {
        let name = declare.name.name.clone();
        let (ty, span) = (declare.ty.ty.clone(), declare.name.span);
        if let Some(first) = self.parameters.get(&name).map(|first| first.span) {
            self.report(BindError::DeclaredTwice { what: "the parameter", name, span, first });
            return;
        }
        let default = declare.default.as_ref().map(|default| {
            let place = format!("the default of `{name}`");
            let bound = self.lone_expression(default);
            let bound = self.expect(bound, &ty, &place);
            self.constant(&bound, &place)
        });
        let arguments = self.options.arguments;
        let value = match (arguments.get(&name), default) {
            (Some(text), _) => self.argument(&name, text, &ty, declare.ty.span),
            (None, Some(value)) => value,
            (None, None) => {
                self.report(BindError::MissingArgument { name: name.clone(), span });
                None
            }
        };
        let value = value.unwrap_or(Value::Null);
        self.parameters.insert(name.clone(), Parameter { name, ty, value, span });
    }

    /// Reports `-p` names that nothing declares.
    pub(super) fn check_arguments(&mut self) {
        let arguments = self.options.arguments;
        for name in arguments.keys().filter(|name| !self.parameters.contains_key(*name)).collect::<Vec<_>>() {
            let help = match nearest(name, self.parameters.keys().map(String::as_str)) {
                Some(near) => format!("did you mean -p {near}=…?"),
                None if self.parameters.is_empty() => "the spec declares no parameters".to_owned(),
                None => {
                    format!("it declares {}", super::name::list(self.parameters.keys().map(String::as_str)))
                }
            };
            self.report(BindError::UnknownArgument { name: name.clone(), help });
        }
    }

    /// Warns of parameters that nothing uses; of one that stands in quotes, that was said.
    pub(super) fn warn_of_unused(&mut self) {
        let unused = self.parameters.values().filter(|parameter| !self.used.contains(&parameter.name));
        let unused: Vec<_> = unused.map(|parameter| (parameter.name.clone(), parameter.span)).collect();
        unused.into_iter().for_each(|(name, span)| self.warn(BindWarning::UnusedParameter { name, span }));
    }

    /// Warns of a text that is a parameter's name with its colon, `%` around it or not.
    pub(super) fn warn_of_quoted(&mut self, text: &str, span: Span) {
        let Some(name) = text.trim_matches('%').strip_prefix(':') else { return };
        if !self.parameters.contains_key(name) {
            return;
        }
        let mut meant = format!(":{name}");
        if text.starts_with('%') {
            meant = format!("'%' || {meant}");
        }
        if text.ends_with('%') {
            meant = format!("{meant} || '%'");
        }
        self.used.insert(name.to_owned());
        let (text, name) = (self.text(span), name.to_owned());
        self.warn(BindWarning::QuotedParameter { text, name, meant, span });
    }

    /// The value that a text on the command line is in a type. An array is a JSON array, or texts
    /// with commas between.
    fn argument(&mut self, name: &str, text: &str, ty: &Type, span: Span) -> Option<Value> {
        let value = match ty {
            Type::Array(element) => elements(text).and_then(|texts| {
                texts
                    .iter()
                    .map(|text| text.as_ref().map_or(Ok(Value::Null), |text| scalar(text, element)))
                    .collect::<Result<Vec<_>, _>>()
                    .map(|values| Value::Array(values.into()))
            }),
            _ => scalar(text, ty),
        };
        value
            .map_err(|help| {
                let (name, text, ty) = (name.to_owned(), text.to_owned(), ty.clone());
                self.report(BindError::InvalidArgument { name, text, ty, span, help });
            })
            .ok()
    }

    /// The value of an expression over no columns.
    pub(super) fn constant(&mut self, expr: &Expr, place: &str) -> Option<Value> {
        if expr.ty.is_opaque() {
            // Either a mistake was reported already, or it is a function that no evaluator knows.
            if self.mistakes() == 0 {
                let reason = "athplan cannot evaluate it".to_owned();
                self.report(BindError::NotConstant { place: place.to_owned(), reason, span: expr.span });
            }
            return None;
        }
        match closed(expr, &mut |_| None) {
            Err(lack) => {
                let reason = format!("athplan cannot evaluate {}", lack.what);
                self.report(BindError::NotConstant { place: place.to_owned(), reason, span: lack.span });
                None
            }
            Ok(closed) => constant::evaluate(&closed, &[])
                .map_err(|error| {
                    let (place, reason) = (place.to_owned(), error.to_string());
                    self.report(BindError::ConstantFails { place, reason, span: expr.span });
                })
                .ok(),
        }
    }

    /// Binds and evaluates a constant as written.
    pub(super) fn written_constant(&mut self, expr: &ast::Expr, place: &str) -> Option<Value> {
        let bound = self.expression(expr, Place::new(None));
        self.constant(&bound, place)
    }
}

/// A text as a value of a type that is no array, by CAST's rules.
fn scalar(text: &str, ty: &Type) -> Result<Value, String> {
    match ty {
        Type::Varchar(None) => Ok(Value::varchar(text)),
        // A CAST cuts a text that is too long; a parameter that was cut is not what the user gave.
        Type::Varchar(Some(length)) | Type::Char(length) if text.chars().count() > *length as usize => {
            Err(format!("the text has more than {length} characters"))
        }
        Type::Array(_) | Type::Map(..) | Type::Row(_) => {
            Err("parameters are single values, or arrays of single values".to_owned())
        }
        _ => constant::evaluate(&cast_of_text(text, ty), &[]).map_err(|error| format!("{}{}", error.message, form(ty))),
    }
}

/// How values of types are written whose form is easily missed.
fn form(ty: &Type) -> &'static str {
    match ty {
        Type::Date => "; write it like 2024-05-06",
        Type::Timestamp(_) => "; write it like '2024-05-06 07:08:09', without T and zone",
        Type::TimestampWithTimeZone(_) => "; write it like '2024-05-06 07:08:09 UTC'",
        _ => "",
    }
}

/// The texts of an array's elements; none stands for NULL.
fn elements(text: &str) -> Result<Vec<Option<String>>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(Vec::new());
    }
    if !text.starts_with('[') {
        return Ok(text.split(',').map(|element| Some(element.trim().to_owned())).collect());
    }
    // Numbers keep the digits they are written with.
    let raw: Vec<&RawValue> = serde_json::from_str(text).map_err(|error| format!("no JSON array: {error}"))?;
    raw.into_iter()
        .map(|element| match element.get() {
            "null" => Ok(None),
            text if text.starts_with('"') => {
                serde_json::from_str(text).map(Some).map_err(|error| format!("no JSON string: {error}"))
            }
            text if text.starts_with(['[', '{']) => Err("an element must be a single value".to_owned()),
            text => Ok(Some(text.to_owned())),
        })
        .collect()
}
