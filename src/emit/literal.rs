//! The one renderer of values into SQL text (law 5).
//!
//! Every value that comes from data or from a parameter reaches a statement through [`literal`], in
//! its own type. Control and bidirectional characters become `U&'\202E'` escapes, so that a
//! reviewed statement cannot show other text than it has.

use crate::constant::{Value, Zone, format};
use crate::types::Type;

/// A value that has no literal of its type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a value of type {0} cannot be written as a literal")]
pub struct NoLiteral(pub Type);

/// Writes a value as a Trino literal of its type.
///
/// # Errors
///
/// A value of a type that athplan does not model.
pub fn literal(value: &Value, ty: &Type) -> Result<String, NoLiteral> {
    let refused = || NoLiteral(ty.clone());
    let text = |value: &Value| format(value, ty);
    Ok(match (value, ty) {
        (Value::Null, Type::Unknown) => "NULL".to_owned(),
        (Value::Null, _) => format!("CAST(NULL AS {ty})"),
        (Value::Boolean(true), Type::Boolean) => "TRUE".to_owned(),
        (Value::Boolean(false), Type::Boolean) => "FALSE".to_owned(),
        (Value::Integer(number), Type::Integer) if *number >= 0 => number.to_string(),
        // A minus sign behind another one begins a comment.
        (Value::Integer(number), _) => format!("{} '{number}'", integer_name(ty).ok_or_else(refused)?),
        (Value::Double(number), Type::Double) if number.is_finite() => format!("DOUBLE '{number:e}'"),
        (Value::Double(_), Type::Double) => format!("DOUBLE '{}'", text(value)),
        (Value::Real(number), Type::Real) if number.is_finite() => format!("REAL '{number:e}'"),
        (Value::Real(_), Type::Real) => format!("REAL '{}'", text(value)),
        (Value::Decimal(_), Type::Decimal(precision, scale)) => {
            format!("CAST(DECIMAL '{}' AS decimal({precision},{scale}))", text(value))
        }
        (Value::Varchar(value), Type::Varchar(length)) => match length {
            Some(length) if value.chars().count() < *length as usize => format!("CAST({} AS {ty})", string(value)),
            _ => string(value),
        },
        (Value::Varchar(value), Type::Char(_)) => format!("CAST({} AS {ty})", string(value)),
        (Value::Varbinary(bytes), Type::Varbinary) => {
            format!("X'{}'", bytes.iter().map(|byte| format!("{byte:02X}")).collect::<String>())
        }
        // JSON '…' would sort the keys and drop those that stand twice.
        (Value::Json(value), Type::Json) => format!("json_extract({}, '$')", string(value)),
        (Value::Date(_), Type::Date) => format!("DATE '{}'", text(value)),
        (Value::Time(_), Type::Time(_)) | (Value::TimeWithTimeZone(..), Type::TimeWithTimeZone(_)) => {
            format!("TIME '{}'", text(value))
        }
        (Value::Timestamp(_), Type::Timestamp(_)) => format!("TIMESTAMP '{}'", text(value)),
        (Value::TimestampWithTimeZone(picos, zone), Type::TimestampWithTimeZone(_)) => match zone {
            Zone::Offset(_) => format!("TIMESTAMP '{}'", text(value)),
            // A region's clock shows some hours twice, so that the instant goes by itself.
            Zone::Region(name) => {
                let instant = text(&Value::TimestampWithTimeZone(*picos, Zone::UTC));
                format!("at_timezone(TIMESTAMP '{instant}', {})", string(name))
            }
        },
        (Value::IntervalDayToSecond(millis), Type::IntervalDayToSecond) => interval_seconds(*millis),
        (Value::IntervalYearToMonth(months), Type::IntervalYearToMonth) => interval_months(*months),
        (Value::Varbinary(_), Type::Uuid) => format!("UUID '{}'", text(value)),
        (Value::Varbinary(_), Type::IpAddress) => format!("IPADDRESS '{}'", text(value)),
        (Value::Array(values), Type::Array(element)) => {
            let values = values.iter().map(|value| literal(value, element)).collect::<Result<Vec<_>, _>>()?;
            format!("CAST(ARRAY[{}] AS {ty})", values.join(", "))
        }
        (Value::Map(entries), Type::Map(key_type, value_type)) => {
            let keys = entries.iter().map(|(key, _)| literal(key, key_type)).collect::<Result<Vec<_>, _>>()?;
            let values = entries.iter().map(|(_, value)| literal(value, value_type)).collect::<Result<Vec<_>, _>>()?;
            format!("CAST(MAP(ARRAY[{}], ARRAY[{}]) AS {ty})", keys.join(", "), values.join(", "))
        }
        (Value::Row(values), Type::Row(fields)) => {
            let values = values
                .iter()
                .zip(fields.iter())
                .map(|(value, field)| literal(value, &field.ty))
                .collect::<Result<Vec<_>, _>>()?;
            format!("CAST(ROW({}) AS {ty})", values.join(", "))
        }
        _ => return Err(refused()),
    })
}

/// Whether every value of a type can be written as a literal.
pub fn has_literal(ty: &Type) -> bool {
    match ty {
        Type::Function(..) | Type::Named(_) | Type::Opaque => false,
        Type::Array(element) => has_literal(element),
        Type::Map(key, value) => has_literal(key) && has_literal(value),
        Type::Row(fields) => fields.iter().all(|field| has_literal(&field.ty)),
        _ => true,
    }
}

/// Writes a text as a string literal: plain quotes where every character shows itself, else
/// `U&'…'` with the hidden ones escaped.
pub fn string(text: &str) -> String {
    if !text.chars().any(hidden) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let mut literal = String::from("U&'");
    for character in text.chars() {
        match character {
            '\'' => literal.push_str("''"),
            '\\' => literal.push_str("\\\\"),
            _ if hidden(character) && u32::from(character) > 0xFFFF => {
                literal.push_str(&format!("\\+{:06X}", u32::from(character)));
            }
            _ if hidden(character) => literal.push_str(&format!("\\{:04X}", u32::from(character))),
            _ => literal.push(character),
        }
    }
    literal.push('\'');
    literal
}

/// Writes a name, quoted unless it is plain.
pub fn identifier(name: &str) -> String {
    let plain = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !crate::spec::is_reserved(name);
    if plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

/// Whether a character does not show itself, or changes how others show: controls, bidirectional
/// marks, zero-width and other format characters, line separators, private use.
pub fn hidden(character: char) -> bool {
    character.is_control()
        || matches!(u32::from(character),
            0xAD | 0x61C | 0x180E | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0xFEFF
            | 0xFFF9..=0xFFFB | 0xE000..=0xF8FF | 0xE0000..=0xE007F | 0xF0000..=0x10_FFFF)
}

fn integer_name(ty: &Type) -> Option<&'static str> {
    match ty {
        Type::TinyInt => Some("TINYINT"),
        Type::SmallInt => Some("SMALLINT"),
        Type::Integer => Some("INTEGER"),
        Type::BigInt => Some("BIGINT"),
        _ => None,
    }
}

/// The greatest number that Trino reads in an interval's literal.
const INTERVAL_NUMBER: u64 = 2_147_483_647;

fn interval_seconds(millis: i64) -> String {
    let size = millis.unsigned_abs();
    let fraction = size % 1000;
    let sign = if millis < 0 { "- " } else { "" };
    if size / 1000 > INTERVAL_NUMBER {
        format!("(BIGINT '{millis}' * INTERVAL '0.001' SECOND)")
    } else if fraction == 0 {
        format!("INTERVAL {sign}'{}' SECOND", size / 1000)
    } else {
        format!("INTERVAL {sign}'{}.{fraction:03}' SECOND", size / 1000)
    }
}

fn interval_months(months: i64) -> String {
    let size = months.unsigned_abs();
    let sign = if months < 0 { "- " } else { "" };
    if size > INTERVAL_NUMBER {
        format!("(BIGINT '{months}' * INTERVAL '1' MONTH)")
    } else {
        format!("INTERVAL {sign}'{size}' MONTH")
    }
}
