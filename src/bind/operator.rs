//! Operators: calls by their sign, typed like functions.

use super::binder::{Binder, Place};
use super::coerce::coerced;
use super::errors::BindError;
use super::expr::{Expr, ExprKind};
use super::expression::literal;
use super::form::{advice, array_parameter};
use crate::constant::Value;
use crate::source::Span;
use crate::spec::ast::{self, Arithmetic};
use crate::types::{Type, resolve_operator};

/// The sign by which an arithmetic operator is called.
pub(super) fn arithmetic_sign(operator: Arithmetic) -> &'static str {
    match operator {
        Arithmetic::Add => "+",
        Arithmetic::Subtract => "-",
        Arithmetic::Multiply => "*",
        Arithmetic::Divide => "/",
        Arithmetic::Modulus => "%",
        Arithmetic::Concat => "||",
    }
}

impl Binder<'_> {
    /// An operator over bound operands.
    pub(super) fn operator(&mut self, sign: &str, operands: Vec<Expr>, span: Span) -> Expr {
        let types: Vec<Type> = operands.iter().map(|operand| operand.ty.clone()).collect();
        if types.iter().any(Type::is_opaque) {
            let ty = if is_predicate(sign) { Type::Boolean } else { Type::Opaque };
            return Expr { kind: ExprKind::Call(sign.to_owned(), operands), ty, span };
        }
        match resolve_operator(sign, &types) {
            Ok(resolution) => {
                let operands = operands.into_iter().zip(&resolution.arguments);
                let operands = operands.map(|(operand, ty)| coerced(operand, ty)).collect();
                Expr { kind: ExprKind::Call(sign.to_owned(), operands), ty: resolution.result, span }
            }
            Err(_) => {
                let help = match operands.as_slice() {
                    [left, _] if sign == "at time zone" && left.ty == Type::Date => {
                        Some(format!("a date has no time of day: CAST({} AS timestamp)", self.text(left.span)))
                    }
                    [left, right] if sign == "=" && matches!(right.ty, Type::Array(_)) => {
                        array_parameter(&self.text(left.span), right)
                    }
                    [left, right] if sign == "=" && matches!(left.ty, Type::Array(_)) => {
                        array_parameter(&self.text(right.span), left)
                    }
                    [left, right] if matches!(left.kind, ExprKind::Literal(_)) => advice(left, &left.ty, &right.ty),
                    [left, right] => advice(right, &right.ty, &left.ty),
                    _ => None,
                };
                let named: Vec<String> = types.iter().map(Type::to_string).collect();
                let operands = named.join(" and ");
                let operator = if sign == "negate" { "-" } else { sign }.to_owned();
                self.reject(BindError::WrongOperands { operator, operands, span, help }, span)
            }
        }
    }

    /// `-x` and `+x`. A minus before a number belongs to the number, so that the smallest bigint
    /// can be written.
    pub(super) fn sign(&mut self, negative: bool, value: &ast::Expr, span: Span, place: Place<'_>) -> Expr {
        if let ast::ExprKind::Number(text) = &value.kind
            && negative
            && !self.text(value.span).starts_with('(')
        {
            return self.number(&format!("-{text}"), span);
        }
        let value = self.expression(value, place);
        if negative {
            return self.operator("negate", vec![value], span);
        }
        if value.ty.is_numeric() || value.ty.is_opaque() {
            return Expr { span, ..value };
        }
        let operands = value.ty.to_string();
        self.reject(BindError::WrongOperands { operator: "+".to_owned(), operands, span, help: None }, span)
    }

    /// `x[i]`: an array's element, a map's value, or a row's field by a number.
    pub(super) fn subscript(&mut self, base: &ast::Expr, index: &ast::Expr, span: Span, place: Place<'_>) -> Expr {
        let base = self.expression(base, place);
        let index = self.expression(index, place);
        let Type::Row(fields) = &base.ty else {
            return self.operator("[]", vec![base, index], span);
        };
        let position = match &index.kind {
            ExprKind::Literal(Value::Integer(position)) => usize::try_from(*position).ok(),
            _ => None,
        };
        match position.and_then(|position| Some((position.checked_sub(1)?, fields.get(position.checked_sub(1)?)?))) {
            Some((position, field)) => {
                let ty = field.ty.clone();
                Expr { kind: ExprKind::Field(Box::new(base), position), ty, span }
            }
            None => {
                let error = BindError::OrdinalOutOfRange {
                    clause: "a row's subscript",
                    position: self.text(index.span),
                    columns: fields.len(),
                    span: index.span,
                };
                self.reject(error, span)
            }
        }
    }

    /// `x AT TIME ZONE zone`.
    pub(super) fn at_time_zone(&mut self, value: &ast::Expr, zone: &ast::Expr, span: Span, place: Place<'_>) -> Expr {
        let operands = vec![self.expression(value, place), self.expression(zone, place)];
        self.operator("at time zone", operands, span)
    }

    /// `EXTRACT(field FROM x)`: a call of the field's function.
    pub(super) fn extract(&mut self, field: &str, value: &ast::Expr, span: Span, place: Place<'_>) -> Expr {
        let value = self.expression(value, place);
        if !value.ty.is_opaque() && !has_field(&value.ty, field) {
            let (operator, operands) = (format!("EXTRACT({field})"), value.ty.to_string());
            let help = match field {
                "timezone_hour" | "timezone_minute" => Some("give it a zone first: … AT TIME ZONE 'UTC'".to_owned()),
                _ => None,
            };
            return self.reject(BindError::WrongOperands { operator, operands, span, help }, span);
        }
        let function = match field {
            "dow" => "day_of_week",
            "doy" => "day_of_year",
            "yow" => "year_of_week",
            other => other,
        };
        self.plain_call(function, vec![value], span)
    }

    /// `CURRENT_TIMESTAMP[(p)]` and its like: `--now`, rounded down to the precision.
    pub(super) fn current(&mut self, name: &str, precision: Option<u8>, span: Span) -> Expr {
        let Value::TimestampWithTimeZone(instant, zone) = &self.options.now else {
            return literal(Value::Null, Type::Unknown, span);
        };
        let precision = precision.unwrap_or(3);
        if precision > 12 {
            let reason = "a time has at most 12 decimal digits".to_owned();
            let error = BindError::InvalidLiteral { ty: name.to_owned(), reason, span, help: None };
            return self.reject(error, span);
        }
        let unit = 10_i128.pow(12 - u32::from(precision));
        let instant = instant.div_euclid(unit) * unit;
        let of_day = i64::try_from(instant.rem_euclid(PICOS_A_DAY)).expect("a day's picoseconds fit 64 bits");
        let (value, ty) = match name {
            "current_date" => {
                let day = i32::try_from(instant.div_euclid(PICOS_A_DAY)).expect("the clock's year has few digits");
                (Value::Date(day), Type::Date)
            }
            "current_timestamp" | "now" => {
                (Value::TimestampWithTimeZone(instant, zone.clone()), Type::TimestampWithTimeZone(precision))
            }
            "localtimestamp" => (Value::Timestamp(instant), Type::Timestamp(precision)),
            "current_time" => (Value::TimeWithTimeZone(of_day, 0), Type::TimeWithTimeZone(precision)),
            "localtime" => (Value::Time(of_day), Type::Time(precision)),
            _ => {
                return Expr { kind: ExprKind::Opaque(name.to_owned(), Vec::new()), ty: Type::Opaque, span };
            }
        };
        Expr { kind: ExprKind::Now(value), ty, span }
    }
}

/// Whether EXTRACT finds a field in values of a type. The fields' functions take more: a date as its midnight, a time
/// without zone as one in the session's.
fn has_field(ty: &Type, field: &str) -> bool {
    let is_timestamp = matches!(ty, Type::Timestamp(_) | Type::TimestampWithTimeZone(_));
    let is_time = matches!(ty, Type::Time(_) | Type::TimeWithTimeZone(_));
    match field {
        "timezone_hour" | "timezone_minute" => {
            matches!(ty, Type::TimestampWithTimeZone(_) | Type::TimeWithTimeZone(_))
        }
        "hour" | "minute" | "second" => is_timestamp || is_time || *ty == Type::IntervalDayToSecond,
        "year" | "month" => is_timestamp || *ty == Type::Date || *ty == Type::IntervalYearToMonth,
        "day" => is_timestamp || *ty == Type::Date || *ty == Type::IntervalDayToSecond,
        _ => is_timestamp || *ty == Type::Date,
    }
}

const PICOS_A_DAY: i128 = 86_400 * 1_000_000_000_000;

/// Whether the operator's result is boolean whatever its operands are.
fn is_predicate(sign: &str) -> bool {
    matches!(sign, "=" | "<>" | "<" | "<=" | ">" | ">=" | "is distinct from" | "like")
}
