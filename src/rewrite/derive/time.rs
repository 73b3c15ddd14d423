//! Which expressions are increasing functions of event time.
//!
//! `f(time) < bound` says that time lies before some instant exactly if `f` never decreases as time
//! goes on. Then the instant is found by bisection over the evaluator itself, and no form of
//! expression needs a calculation of its own. This file knows which forms qualify.

use crate::bind::closed;
use crate::bind::expr::{CastMode, ColumnRef, Expr, ExprKind};
use crate::catalog::TimeFormat;
use crate::constant::{self, Value};
use crate::partition::{PROBES, event_time_text};
use crate::types::Type;

/// The expression as a closed function of the time column (input 0), if it never decreases in time.
pub fn increasing(expr: &Expr, column: ColumnRef, format: &TimeFormat) -> Option<constant::Expr> {
    if !is_increasing(expr, column, format) {
        return None;
    }
    closed(expr, &mut |used| (used == column).then_some(0)).ok()
}

fn is_increasing(expr: &Expr, column: ColumnRef, format: &TimeFormat) -> bool {
    let inner = |expr: &Expr| is_increasing(expr, column, format);
    match &expr.kind {
        ExprKind::Column(used) => *used == column && !matches!(format, TimeFormat::Pattern(_)),
        ExprKind::Cast(child, mode) => *mode != CastMode::Safe && keeps_order(&child.ty, &expr.ty) && inner(child),
        ExprKind::Call(name, arguments) => match (name.as_str(), arguments.as_slice()) {
            (
                "from_iso8601_timestamp" | "from_iso8601_date" | "date" | "to_unixtime" | "from_unixtime" | "year",
                [child],
            ) => inner(child),
            // The text before a fixed position of a canonical time sorts as the time does.
            ("substr" | "substring", [child, start, length @ ..]) => {
                let cuts = constant_integer(start) == Some(1) && length.iter().all(is_constant);
                *format == TimeFormat::Iso8601 && cuts && inner(child)
            }
            ("date_trunc", [unit, child]) => is_constant(unit) && inner(child),
            ("date_add", [unit, amount, child]) => {
                let moves = constant_text(unit).is_some_and(|unit| moves_evenly(&unit, &child.ty));
                moves && is_constant(amount) && inner(child)
            }
            ("+" | "-", [child, interval]) if is_interval(&interval.ty) => {
                shifts_evenly(&interval.ty, &child.ty) && is_constant(interval) && inner(child)
            }
            ("+", [interval, child]) if is_interval(&interval.ty) => {
                shifts_evenly(&interval.ty, &child.ty) && is_constant(interval) && inner(child)
            }
            ("+" | "-", [child, amount]) if child.ty.is_numeric() => is_constant(amount) && inner(child),
            // Milliseconds become seconds so.
            ("/" | "*", [child, factor]) if child.ty.is_numeric() => is_positive(factor) && inner(child),
            ("at time zone" | "at_timezone" | "with_timezone", [child, zone]) => {
                constant_text(zone).as_deref() == Some("UTC") && inner(child)
            }
            ("date_parse" | "parse_datetime", [child, pattern]) => {
                is_column(child, column) && is_constant(pattern) && reads_back(expr, column, format)
            }
            _ => false,
        },
        _ => false,
    }
}

/// Whether parsing the column's text by this call gives the instant that was written: a pattern
/// that exchanges day and month parses many texts and is not increasing.
fn reads_back(expr: &Expr, column: ColumnRef, format: &TimeFormat) -> bool {
    let Ok(function) = closed(expr, &mut |used| (used == column).then_some(0)) else { return false };
    PROBES.iter().all(|second| {
        let Some(value) = event_time_text(*second, format) else { return false };
        match constant::evaluate(&function, &[value]) {
            Ok(Value::Timestamp(picos) | Value::TimestampWithTimeZone(picos, _)) => {
                picos == i128::from(*second) * 1_000_000_000_000
            }
            _ => false,
        }
    })
}

fn keeps_order(from: &Type, to: &Type) -> bool {
    let temporal = |ty: &Type| matches!(ty, Type::Date | Type::Timestamp(_) | Type::TimestampWithTimeZone(_));
    match (from, to) {
        (Type::Varchar(_), Type::Varchar(None)) => true,
        (Type::Varchar(_), to) if temporal(to) => true,
        (from, to) if temporal(from) && temporal(to) => true,
        (from, to) => from.is_numeric() && matches!(to, Type::BigInt | Type::Double | Type::Decimal(..)),
    }
}

/// Whether an expression is the column, coercions that change no value aside.
pub(super) fn is_column(expr: &Expr, column: ColumnRef) -> bool {
    match &expr.kind {
        ExprKind::Column(used) => *used == column,
        ExprKind::Cast(child, CastMode::Implicit) => {
            matches!((&child.ty, &expr.ty), (Type::Varchar(_), Type::Varchar(None))) && is_column(child, column)
        }
        _ => false,
    }
}

fn is_interval(ty: &Type) -> bool {
    matches!(ty, Type::IntervalDayToSecond | Type::IntervalYearToMonth)
}

/// Whether adding months to a time keeps the order of times: the 30th and the 31st of January both
/// become the last of February, each with its own time of day. Dates have none.
fn moves_evenly(unit: &str, ty: &Type) -> bool {
    *ty == Type::Date || !matches!(unit.to_ascii_lowercase().as_str(), "month" | "quarter" | "year")
}

fn shifts_evenly(interval: &Type, ty: &Type) -> bool {
    *interval == Type::IntervalDayToSecond || *ty == Type::Date
}

fn is_positive(expr: &Expr) -> bool {
    match closed(expr, &mut |_| None).ok().and_then(|closed| constant::evaluate(&closed, &[]).ok()) {
        Some(Value::Integer(number)) => number > 0,
        Some(Value::Decimal(unscaled)) => unscaled > 0,
        Some(Value::Double(number)) => number > 0.0 && number.is_finite(),
        _ => false,
    }
}

fn constant_text(expr: &Expr) -> Option<String> {
    match constant::evaluate(&closed(expr, &mut |_| None).ok()?, &[]) {
        Ok(Value::Varchar(text)) => Some(text.to_string()),
        _ => None,
    }
}

fn is_constant(expr: &Expr) -> bool {
    closed(expr, &mut |_| None).is_ok()
}

fn constant_integer(expr: &Expr) -> Option<i64> {
    match constant::evaluate(&closed(expr, &mut |_| None).ok()?, &[]) {
        Ok(Value::Integer(number)) => Some(number),
        _ => None,
    }
}
