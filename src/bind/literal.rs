//! Literals: the type that a literal's text gives it, and its value.
//!
//! The value is made by the evaluator's own cast, so that `DATE '…'` and `CAST('…' AS date)` can
//! never differ.

use super::binder::Binder;
use super::errors::BindError;
use super::expr::{Expr, ExprKind};
use super::expression::literal;
use crate::constant::{self, Value};
use crate::source::Span;
use crate::spec::ast::{IntervalUnit, Text, TypeName};
use crate::spec::interval_in_words;
use crate::types::Type;

/// The most digits of a decimal.
const DECIMAL_DIGITS: usize = 38;

impl Binder<'_> {
    /// A number, a minus before it included.
    pub(super) fn number(&mut self, text: &str, span: Span) -> Expr {
        if text.contains(['e', 'E']) {
            return self.double(text, span);
        }
        if text.contains('.') {
            if self.options.dialect.bare_decimal_is_double() {
                return self.double(text, span);
            }
            return self.decimal(text, span);
        }
        match text.parse::<i64>() {
            Ok(value) => {
                let ty = if i32::try_from(value).is_ok() { Type::Integer } else { Type::BigInt };
                literal(Value::Integer(value), ty, span)
            }
            Err(_) => {
                let help = Some(format!("a bigint has at most 19 digits; for more write DECIMAL '{text}'"));
                self.invalid("number", "it does not fit a bigint", span, help)
            }
        }
    }

    fn double(&mut self, text: &str, span: Span) -> Expr {
        match text.parse::<f64>() {
            Ok(value) if value.is_finite() => literal(Value::Double(value), Type::Double, span),
            _ => self.invalid("double", "it is not a number of that size", span, None),
        }
    }

    fn decimal(&mut self, text: &str, span: Span) -> Expr {
        let text = text.trim();
        let (sign, digits) = match text.strip_prefix('-') {
            Some(digits) => (-1, digits),
            None => (1, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let whole = whole.trim_start_matches('0');
        let written = format!("{whole}{fraction}");
        let precision = written.len().max(1);
        let plain =
            written.bytes().all(|byte| byte.is_ascii_digit()) && digits.bytes().any(|byte| byte.is_ascii_digit());
        if !plain {
            return self.invalid("decimal", "it is not a number", span, None);
        }
        if precision > DECIMAL_DIGITS {
            return self.invalid("decimal", "a decimal has at most 38 digits", span, None);
        }
        let unscaled: i128 = if written.is_empty() { 0 } else { written.parse().expect("38 digits fit 128 bits") };
        let small = |length: usize| u8::try_from(length).expect("at most 38 digits");
        let ty = Type::Decimal(small(precision), small(fraction.len()));
        literal(Value::Decimal(sign * unscaled), ty, span)
    }

    /// `DATE '…'`, `TIMESTAMP '…'` and other `type 'text'`.
    pub(super) fn typed_literal(&mut self, name: &TypeName, text: &Text, span: Span) -> Expr {
        let ty = match &name.ty {
            Type::Decimal(..) => return self.decimal(&text.value, span),
            Type::Timestamp(_) | Type::TimestampWithTimeZone(_) => {
                let (digits, zoned) = time_shape(&text.value, true);
                if zoned { Type::TimestampWithTimeZone(digits) } else { Type::Timestamp(digits) }
            }
            Type::Time(_) | Type::TimeWithTimeZone(_) => {
                let (digits, zoned) = time_shape(&text.value, false);
                if zoned { Type::TimeWithTimeZone(digits) } else { Type::Time(digits) }
            }
            // Written without a length, a char is as long as its text; a varchar stays without a bound.
            Type::Char(1) if !self.text(name.span).contains('(') => {
                Type::Char(u32::try_from(text.value.chars().count()).unwrap_or(u32::MAX))
            }
            other => other.clone(),
        };
        let value = if ty == Type::Json {
            let from: &[Type] = &[Type::VARCHAR];
            let Some(parse) = constant::functions::function("json_parse", from, &ty) else {
                let what = "a JSON literal";
                return Expr { kind: ExprKind::Opaque(what.to_owned(), Vec::new()), ty, span };
            };
            constant::Expr::Call(parse, vec![constant::Expr::Literal(Value::varchar(&text.value))])
        } else {
            cast_of_text(&text.value, &ty)
        };
        match constant::evaluate(&value, &[]) {
            // A cast moves such a time on; a literal may not be one.
            Ok(_) if matches!(ty, Type::TimestampWithTimeZone(_)) && constant::is_skipped_time(&text.value) => {
                self.invalid(&ty.to_string(), "the clocks of its time zone skip this time", span, None)
            }
            Ok(value) => literal(value, ty, span),
            Err(error) => {
                let help = example(&ty).map(|example| format!("for example {example}"));
                self.invalid(&ty.to_string(), &error.message, span, help)
            }
        }
    }

    /// `INTERVAL [-] 'value' unit [TO unit]`.
    pub(super) fn interval(
        &mut self,
        negative: bool,
        text: &Text,
        from: IntervalUnit,
        to: Option<IntervalUnit>,
        span: Span,
    ) -> Expr {
        let to = to.unwrap_or(from);
        let by_months = |unit| matches!(unit, IntervalUnit::Year | IntervalUnit::Month);
        let (amount, ty) = if by_months(from) && by_months(to) {
            (months(&text.value, from, to), Type::IntervalYearToMonth)
        } else if !by_months(from) && !by_months(to) {
            (millis(&text.value, from, to), Type::IntervalDayToSecond)
        } else {
            (None, Type::IntervalDayToSecond)
        };
        let amount = amount.and_then(|amount| if negative { amount.checked_neg() } else { Some(amount) });
        match (amount, &ty) {
            (Some(amount), Type::IntervalYearToMonth) => literal(Value::IntervalYearToMonth(amount), ty, span),
            (Some(amount), _) => literal(Value::IntervalDayToSecond(amount), ty, span),
            (None, _) => {
                let help = Some(match interval_in_words(&text.value) {
                    Some(meant) => format!("write {meant}"),
                    None => "for example INTERVAL '12' HOUR or INTERVAL '1 02:30:00' DAY TO SECOND".to_owned(),
                });
                self.invalid("interval", "its value does not fit its units", span, help)
            }
        }
    }

    fn invalid(&mut self, ty: &str, reason: &str, span: Span, help: Option<String>) -> Expr {
        let (ty, reason) = (ty.to_owned(), reason.to_owned());
        self.reject(BindError::InvalidLiteral { ty, reason, span, help }, span)
    }
}

/// A cast of a text to a type, ready to be evaluated.
pub(super) fn cast_of_text(text: &str, to: &Type) -> constant::Expr {
    constant::Expr::Cast {
        input: Box::new(constant::Expr::Literal(Value::varchar(text))),
        from: Type::VARCHAR,
        to: to.clone(),
        safe: false,
    }
}

/// How many decimal digits of a second a time's text has, and whether a zone stands behind it.
fn time_shape(text: &str, dated: bool) -> (u8, bool) {
    let text = text.trim();
    let time = if dated { text.split_once([' ', 'T']).map_or("", |(_, time)| time.trim_start()) } else { text };
    let end = time.find(|c: char| !(c.is_ascii_digit() || c == ':' || c == '.')).unwrap_or(time.len());
    let (clock, zone) = time.split_at(end);
    let digits = clock.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    (u8::try_from(digits.min(12)).expect("at most 12"), !zone.trim().is_empty())
}

/// `y-m`, or a number of years or months.
fn months(text: &str, from: IntervalUnit, to: IntervalUnit) -> Option<i64> {
    let (sign, text) = signed(text);
    let number = |part: &str| part.parse::<u32>().ok().map(i64::from);
    let months = match (from, to) {
        (IntervalUnit::Year, IntervalUnit::Month) => {
            let (years, months) = text.split_once('-')?;
            number(years)?.checked_mul(12)?.checked_add(number(months)?)?
        }
        (IntervalUnit::Year, IntervalUnit::Year) => number(text)?.checked_mul(12)?,
        (IntervalUnit::Month, IntervalUnit::Month) => number(text)?,
        _ => return None,
    };
    i32::try_from(sign * months).ok().map(i64::from)
}

/// `d hh:mm:ss.fff` from one unit to a finer one, in milliseconds.
fn millis(text: &str, from: IntervalUnit, to: IntervalUnit) -> Option<i64> {
    const UNITS: [(IntervalUnit, i64); 4] = [
        (IntervalUnit::Day, 86_400_000),
        (IntervalUnit::Hour, 3_600_000),
        (IntervalUnit::Minute, 60_000),
        (IntervalUnit::Second, 1_000),
    ];
    let (sign, text) = signed(text);
    if from == IntervalUnit::Week {
        let weeks = if to == IntervalUnit::Week { text.parse::<u32>().ok()? } else { return None };
        return Some(sign * i64::from(weeks) * 7 * 86_400_000);
    }
    let first = UNITS.iter().position(|(unit, _)| *unit == from)?;
    let last = UNITS.iter().position(|(unit, _)| *unit == to)?;
    let units = UNITS.get(first..=last)?;
    let mut rest = text;
    let mut total = 0_i64;
    for (at, (unit, size)) in units.iter().enumerate() {
        let part = if at + 1 == units.len() {
            rest
        } else {
            let (part, behind) = rest.split_once(if *unit == IntervalUnit::Day { ' ' } else { ':' })?;
            rest = behind;
            part
        };
        let (whole, fraction) = match part.split_once('.') {
            Some((whole, fraction)) if *unit == IntervalUnit::Second => (whole, fraction),
            Some(_) => return None,
            None => (part, ""),
        };
        let whole = whole.parse::<i32>().ok().filter(|whole| *whole >= 0).map(i64::from)?;
        total = total.checked_add(whole.checked_mul(*size)?)?;
        if !fraction.is_empty() {
            if fraction.len() > 3 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            total = total.checked_add(format!("{fraction:0<3}").parse().ok()?)?;
        }
    }
    total.checked_mul(sign)
}

fn signed(text: &str) -> (i64, &str) {
    let text = text.trim();
    match text.strip_prefix('-') {
        Some(rest) => (-1, rest.trim_start()),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    }
}

/// A literal of the type, to learn from.
fn example(ty: &Type) -> Option<&'static str> {
    Some(match ty {
        Type::Date => "DATE '2019-03-01'",
        Type::Timestamp(_) => "TIMESTAMP '2019-03-01 12:30:00'",
        Type::TimestampWithTimeZone(_) => "TIMESTAMP '2019-03-01 12:30:00 UTC'",
        Type::Time(_) | Type::TimeWithTimeZone(_) => "TIME '12:30:00'",
        Type::Json => "JSON '{\"a\": 1}'",
        _ => return None,
    })
}
