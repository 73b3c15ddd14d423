//! The functions of SQL/JSON: their types, and what Trino lets stand in them.

use std::sync::Arc;

use super::binder::{Binder, Place};
use super::coerce::coerced;
use super::errors::BindError;
use super::expr::{CastMode, Expr, ExprKind};
use crate::constant::sql_json::{Answer, Build, Form, Format, LookUp, Path, PathMistake, Wrapper};
use crate::source::Span;
use crate::spec::ast::{self, JsonCall, JsonLookUp, JsonOperand, JsonOtherwise, JsonOutput, Text};
use crate::types::{Type, can_cast};

/// A bound operand, and how it spells JSON if it does.
type Operand = (Expr, Option<Format>);

/// A value that is no JSON, in the words of messages.
const VALUES: &str = "a text, number, boolean or another type with a cast to varchar; for JSON in it write FORMAT JSON";

impl Binder<'_> {
    /// `JSON_EXISTS(…)` and its like.
    pub(super) fn json(&mut self, call: &JsonCall, span: Span, place: Place<'_>) -> Expr {
        let mistakes = self.mistakes();
        let (form, operands, ty) = match call {
            JsonCall::Exists { look_up, on_error } => {
                let answer = answer(on_error.as_ref(), Answer::False);
                let (look_up, operands) = self.look_up(look_up, answer, place);
                (look_up.map(Form::Exists), operands, Type::Boolean)
            }
            JsonCall::Value { look_up, returning, on_empty, on_error } => {
                let ty = returning.as_ref().map_or(Type::VARCHAR, |name| name.ty.clone());
                let (path, mut operands) = self.look_up(look_up, answer(on_error.as_ref(), Answer::Null), place);
                let defaults = [on_empty.as_ref(), on_error.as_ref()];
                for default in defaults.into_iter().flatten().filter_map(|otherwise| otherwise.default.as_ref()) {
                    let default = self.expression(default, place);
                    operands.push(self.expect(default, &ty, "the DEFAULT of JSON_VALUE"));
                }
                if let Some(name) = returning {
                    self.returns_scalar(&name.ty, name.span);
                }
                let path = path.filter(|found| self.path_returns(found, &ty, &look_up.path));
                let on_empty = answer(on_empty.as_ref(), Answer::Null);
                let form = path.map(|look_up| Form::Value { look_up, on_empty, returning: ty.clone() });
                (form, operands, ty)
            }
            JsonCall::Query { look_up, returning, wrapper, omit_quotes, on_empty, on_error } => {
                let (look_up, operands) = self.look_up(look_up, answer(on_error.as_ref(), Answer::Null), place);
                if omit_quotes.is_some() && *wrapper != Wrapper::Without {
                    let what = "KEEP or OMIT QUOTES together with an array wrapper".to_owned();
                    let help = Some("leave the QUOTES out: what stands in an array keeps its quotes".to_owned());
                    self.report(BindError::Unsupported { what, span, help });
                }
                let (output, ty) = self.output(returning.as_ref());
                let (on_empty, omit_quotes) = (answer(on_empty.as_ref(), Answer::Null), *omit_quotes == Some(true));
                let form =
                    look_up.map(|look_up| Form::Query { look_up, on_empty, wrapper: *wrapper, omit_quotes, output });
                (form, operands, ty)
            }
            JsonCall::Object { members, absent_on_null, unique_keys, returning } => {
                let mut operands = Vec::with_capacity(2 * members.len());
                let mut values = Vec::with_capacity(members.len());
                for (name, value) in members {
                    operands.push(self.member_name(name, place));
                    let (value, format) = self.json_value(value, place);
                    if format.is_some() && *unique_keys {
                        let what = "WITH UNIQUE KEYS over values with FORMAT JSON".to_owned();
                        let help = Some("leave it out: a name that stands twice fails anyway".to_owned());
                        self.report(BindError::Unsupported { what, span: value.span, help });
                    }
                    operands.push(value);
                    values.push(format);
                }
                let (output, ty) = self.output(returning.as_ref());
                let build = Build { values, absent_on_null: *absent_on_null, output };
                (Some(Form::Object { build, unique_keys: *unique_keys }), operands, ty)
            }
            JsonCall::Array { elements, absent_on_null, returning } => {
                let elements = elements.iter().map(|element| self.json_value(element, place));
                let (operands, values) = elements.unzip();
                let (output, ty) = self.output(returning.as_ref());
                (Some(Form::Array(Build { values, absent_on_null: *absent_on_null, output })), operands, ty)
            }
        };
        let Some(form) = form.filter(|_| self.mistakes() == mistakes) else {
            return Expr { kind: ExprKind::Opaque("this JSON function".to_owned(), operands), ty: Type::Opaque, span };
        };
        returned(form, operands, ty, span)
    }

    /// What the three functions over a path have in common: the input and the values of PASSING come first
    /// among the operands.
    fn look_up(&mut self, call: &JsonLookUp, on_error: Answer, place: Place<'_>) -> (Option<LookUp>, Vec<Expr>) {
        if let Some(name) = &call.name {
            let help = Some("leave AS out; names of values stand in PASSING".to_owned());
            self.report(BindError::Unsupported { what: "a name for a JSON path".to_owned(), span: name.span, help });
        }
        let input = self.expression(&call.input.value, place);
        let (input, format) = self.read_as_json(input, call.input.format.unwrap_or(Format::Json));
        let mut operands = vec![input];
        let mut names: Vec<(String, Option<Type>)> = Vec::new();
        let mut passed = Vec::new();
        for argument in &call.passing {
            let (value, format) = self.passed(&argument.operand, place);
            if names.iter().any(|(name, _)| *name == argument.name) {
                let what = format!("the name {} twice in PASSING", argument.name);
                self.report(BindError::Unsupported { what, span: argument.span, help: None });
            }
            names.push((argument.name.clone(), format.is_none().then(|| value.ty.clone())));
            passed.push(format);
            operands.push(value);
        }
        let path = match Path::parse(&call.path.value, &names) {
            Ok(path) => Some(LookUp { input: format, path, passed, on_error }),
            Err(mistake) => {
                self.wrong_path(mistake, &call.path);
                None
            }
        };
        (path, operands)
    }

    /// Whether the path's own type, if it has one, becomes the type that JSON_VALUE returns.
    fn path_returns(&mut self, look_up: &LookUp, ty: &Type, path: &Text) -> bool {
        match look_up.path.result_type() {
            Some(found) if !can_cast(found, ty) => {
                self.report(BindError::ImpossibleCast { from: found.clone(), to: ty.clone(), span: path.span });
                false
            }
            _ => true,
        }
    }

    fn wrong_path(&mut self, mistake: PathMistake, path: &Text) {
        // Only a plain literal has the path's characters where they stand in the path.
        let written = self.source.slice(path.span);
        let plain = written.get(1..written.len().saturating_sub(1)) == Some(path.value.as_str());
        let span = match mistake.at {
            Some(at) if plain => Span::new(path.span.start + 1 + at.start, path.span.start + 1 + at.end),
            _ => path.span,
        };
        let help = Some("for example 'lax $.name[0]' or 'strict $.list[*]?(@.size > 1)'".to_owned());
        self.report(BindError::InvalidLiteral { ty: "JSON path".to_owned(), reason: mistake.message, span, help });
    }

    /// A value that is read as JSON.
    fn read_as_json(&mut self, value: Expr, format: Format) -> (Expr, Format) {
        let wanted = match (&value.ty, format) {
            (Type::Varchar(_), Format::Json) => Type::VARCHAR,
            (Type::Unknown, Format::Json) => Type::VARCHAR,
            (Type::Varbinary | Type::Unknown, _) => Type::Varbinary,
            (Type::Opaque, _) => Type::Opaque,
            (ty, _) => {
                let help = match ty {
                    Type::Json => "JSON is read from text here: json_format(…) gives it",
                    Type::Varchar(_) => "an ENCODING is one of bytes: leave it out for text",
                    _ => "JSON is read from varchar, or from varbinary with an ENCODING",
                };
                let (operator, operands) = ("FORMAT JSON".to_owned(), ty.to_string());
                let (span, help) = (value.span, Some(help.to_owned()));
                self.report(BindError::WrongOperands { operator, operands, span, help });
                Type::Opaque
            }
        };
        (coerced(value, &wanted), format)
    }

    /// A value of PASSING.
    fn passed(&mut self, operand: &JsonOperand, place: Place<'_>) -> Operand {
        let value = self.expression(&operand.value, place);
        if let Some(format) = format_of(operand) {
            let (value, format) = self.read_as_json(value, format);
            return (value, Some(format));
        }
        let as_it_is = is_scalar(&value.ty) || is_moment(&value.ty);
        (if as_it_is { value } else { self.as_text(value, "PASSING") }, None)
    }

    /// A value of JSON_OBJECT or JSON_ARRAY.
    fn json_value(&mut self, operand: &JsonOperand, place: Place<'_>) -> Operand {
        let value = self.expression(&operand.value, place);
        if let Some(format) = format_of(operand) {
            let (value, format) = self.read_as_json(value, format);
            return (value, Some(format));
        }
        let as_it_is = is_scalar(&value.ty);
        (if as_it_is { value } else { self.as_text(value, "JSON") }, None)
    }

    /// A value of another type as the text that a cast gives.
    fn as_text(&mut self, value: Expr, operator: &str) -> Expr {
        if value.ty.is_opaque() || (value.ty != Type::Varbinary && can_cast(&value.ty, &Type::VARCHAR)) {
            return coerced(value, &Type::VARCHAR);
        }
        let (operands, span) = (value.ty.to_string(), value.span);
        let help = Some(format!("give it {VALUES}"));
        self.reject(BindError::WrongOperands { operator: operator.to_owned(), operands, span, help }, span)
    }

    fn member_name(&mut self, name: &ast::Expr, place: Place<'_>) -> Expr {
        let name = self.expression(name, place);
        if !name.ty.is_text() && !name.ty.is_opaque() {
            let (operands, span) = (name.ty.to_string(), name.span);
            let help = Some("the names of JSON_OBJECT are texts".to_owned());
            self.report(BindError::WrongOperands { operator: "JSON_OBJECT".to_owned(), operands, span, help });
        }
        name
    }

    /// How a result is written, and its type.
    fn output(&mut self, returning: Option<&JsonOutput>) -> (Option<Format>, Type) {
        let Some(JsonOutput { ty, format }) = returning else { return (None, Type::VARCHAR) };
        let output = match (&ty.ty, format.unwrap_or(Format::Json)) {
            (Type::Varbinary, format) => Some(format),
            (text, Format::Json) if text.is_text() => None,
            _ => {
                let help = "JSON is returned as varchar, or as varbinary with an ENCODING; CAST what it returns";
                let (operator, operands) = ("RETURNING".to_owned(), ty.ty.to_string());
                let help = Some(help.to_owned());
                self.report(BindError::WrongOperands { operator, operands, span: ty.span, help });
                None
            }
        };
        (output, ty.ty.clone())
    }

    fn returns_scalar(&mut self, ty: &Type, span: Span) {
        if !(is_scalar(ty) || is_moment(ty)) {
            let help = Some("JSON_VALUE returns texts, numbers, booleans, dates and times; for JSON take JSON_QUERY");
            let (operator, operands) = ("RETURNING".to_owned(), ty.to_string());
            let help = help.map(str::to_owned);
            self.report(BindError::WrongOperands { operator, operands, span, help });
        }
    }
}

/// The call, cast to the type that is to be returned.
fn returned(form: Form, operands: Vec<Expr>, ty: Type, span: Span) -> Expr {
    let own = match &form {
        Form::Exists(_) => Type::Boolean,
        Form::Value { returning, .. } => returning.clone(),
        Form::Query { output, .. }
        | Form::Object { build: Build { output, .. }, .. }
        | Form::Array(Build { output, .. }) => {
            if output.is_some() {
                Type::Varbinary
            } else {
                Type::VARCHAR
            }
        }
    };
    let call = Expr { kind: ExprKind::SqlJson(Arc::new(form), operands), ty: own, span };
    if call.ty == ty {
        return call;
    }
    Expr { kind: ExprKind::Cast(Box::new(call), CastMode::Explicit), ty, span }
}

/// The FORMAT of a value: of the functions that make JSON it needs not be written.
fn format_of(operand: &JsonOperand) -> Option<Format> {
    let makes_json = match &operand.value.kind {
        ast::ExprKind::Json(call) => {
            matches!(**call, JsonCall::Query { .. } | JsonCall::Object { .. } | JsonCall::Array { .. })
        }
        _ => false,
    };
    operand.format.or(makes_json.then_some(Format::Json))
}

fn answer(otherwise: Option<&JsonOtherwise>, usual: Answer) -> Answer {
    otherwise.map_or(usual, |otherwise| otherwise.answer)
}

/// Types that are values of JSON.
fn is_scalar(ty: &Type) -> bool {
    ty.is_text() || ty.is_numeric() || *ty == Type::Boolean
}

fn is_moment(ty: &Type) -> bool {
    matches!(
        ty,
        Type::Date | Type::Time(_) | Type::TimeWithTimeZone(_) | Type::Timestamp(_) | Type::TimestampWithTimeZone(_)
    )
}
