//! Which conversions CAST takes. Whether a value survives one is the evaluator's business.

use super::coercion::can_coerce;
use super::{RowField, Type};

/// Whether `CAST(x AS to)` is allowed for an `x` of type `from`.
pub fn can_cast(from: &Type, to: &Type) -> bool {
    if can_coerce(from, to) {
        return true;
    }
    match (from, to) {
        (_, Type::Unknown) => false,
        (_, Type::Json) => is_json_value(from),
        (Type::Json, _) => is_read_from_json(to),
        (Type::Array(from), Type::Array(to)) => can_cast(from, to),
        (Type::Map(from_key, from_value), Type::Map(to_key, to_value)) => {
            can_cast(from_key, to_key) && can_cast(from_value, to_value)
        }
        (Type::Row(from), Type::Row(to)) => fields_pair(from, to),
        _ => is_scalar_cast(from, to),
    }
}

fn fields_pair(from: &[RowField], to: &[RowField]) -> bool {
    from.len() == to.len() && from.iter().zip(to).all(|(from, to)| can_cast(&from.ty, &to.ty))
}

fn is_scalar_cast(from: &Type, to: &Type) -> bool {
    match from {
        Type::Boolean => *to == Type::Boolean || to.is_numeric() || is_varchar(to),
        _ if from.is_numeric() => *to == Type::Boolean || to.is_numeric() || is_varchar(to),
        Type::Varchar(_) => {
            to.is_text()
                || to.is_numeric()
                || is_moment(to)
                || matches!(to, Type::Boolean | Type::Varbinary | Type::IpAddress | Type::Uuid)
        }
        Type::Char(_) => to.is_text(),
        Type::Varbinary => matches!(to, Type::IpAddress | Type::Uuid) || is_digest(to),
        Type::Date => is_varchar(to) || matches!(to, Type::Timestamp(_) | Type::TimestampWithTimeZone(_)),
        Type::Time(_) | Type::TimeWithTimeZone(_) => is_varchar(to) || (is_moment(to) && *to != Type::Date),
        Type::Timestamp(_) | Type::TimestampWithTimeZone(_) => is_varchar(to) || is_moment(to),
        Type::IntervalDayToSecond | Type::IntervalYearToMonth => is_varchar(to),
        // Their text has one length, so Trino takes no bound for it.
        Type::IpAddress | Type::Uuid => matches!(to, Type::Varchar(None) | Type::Varbinary),
        Type::Named(_) => is_digest(from) && *to == Type::Varbinary,
        _ => false,
    }
}

fn is_varchar(ty: &Type) -> bool {
    matches!(ty, Type::Varchar(_))
}

fn is_moment(ty: &Type) -> bool {
    matches!(
        ty,
        Type::Date | Type::Time(_) | Type::TimeWithTimeZone(_) | Type::Timestamp(_) | Type::TimestampWithTimeZone(_)
    )
}

/// The sketches that Trino stores as bytes: <https://trino.io/docs/current/language/types.html>.
fn is_digest(ty: &Type) -> bool {
    let Type::Named(name) = ty else { return false };
    matches!(&**name, "hyperloglog" | "p4hyperloglog" | "setdigest" | "tdigest") || name.starts_with("qdigest(")
}

/// Whether a value becomes JSON; a map's keys become texts.
fn is_json_value(ty: &Type) -> bool {
    match ty {
        Type::Date | Type::Timestamp(_) => true,
        Type::Array(element) => is_json_value(element),
        Type::Map(key, value) => is_json_key(key) && is_json_value(value),
        Type::Row(fields) => fields.iter().all(|field| is_json_value(&field.ty)),
        _ => *ty == Type::Json || is_json_key(ty),
    }
}

fn is_read_from_json(ty: &Type) -> bool {
    match ty {
        Type::Array(element) => is_read_from_json(element),
        Type::Map(key, value) => is_json_key(key) && is_read_from_json(value),
        Type::Row(fields) => fields.iter().all(|field| is_read_from_json(&field.ty)),
        _ => *ty == Type::Json || is_json_key(ty),
    }
}

fn is_json_key(ty: &Type) -> bool {
    ty.is_numeric() || matches!(ty, Type::Unknown | Type::Boolean | Type::Varchar(_))
}
