//! `format`: Java's `String.format`, which takes numbers, texts, truth values, dates and times.
//!
//! What Java rejects is `INVALID_FUNCTION_ARGUMENT`; hexadecimal floating point (`%a`) is refused by name.

mod digits;
mod moment;
mod specifier;

use self::specifier::{Piece, Specifier, pieces};
use super::super::argument::{invalid, text};
use super::super::{Body, Function};
use crate::constant::cast::cast;
use crate::constant::float::{java_double, java_float};
use crate::constant::{EvalError, Value, decimal};
use crate::types::Type;

/// The function, if it knows the types of all arguments.
pub(super) fn lookup(arguments: &[Type]) -> Option<Body> {
    let known = |ty: &Type| !matches!(ty, Type::Function(..) | Type::Named(_) | Type::Opaque);
    arguments.iter().all(known).then_some(Body::Nullable(format))
}

fn format(function: &Function, arguments: &[Value]) -> Result<Value, EvalError> {
    if let Some(ty) = function.arguments.iter().find(|ty| is_unknown_to_java(ty)) {
        return Err(EvalError::new("NOT_SUPPORTED", format!("{ty} is no type that format takes")));
    }
    let Some(Value::Varchar(pattern)) = arguments.first() else { return Ok(Value::Null) };
    let mut result = String::new();
    let (mut next, mut last) = (0, None);
    for piece in pieces(pattern)? {
        let specifier = match piece {
            Piece::Text(text) => {
                result.push_str(text);
                continue;
            }
            Piece::Specifier(specifier) => specifier,
        };
        if specifier.is_literal() {
            result.push_str(&specifier.literal());
            continue;
        }
        let place = match specifier.place {
            specifier::Place::Next => {
                next += 1;
                Some(next)
            }
            specifier::Place::Last => last,
            specifier::Place::Number(number) => Some(number),
        };
        last = place;
        let place = place.filter(|place| *place < arguments.len());
        let place = place.ok_or_else(|| invalid("a format specifier without an argument"))?;
        let made = conversion(&specifier, &arguments[place], &function.arguments[place])?;
        result.push_str(&if specifier.upper { made.to_uppercase() } else { made });
    }
    Ok(Value::varchar(result))
}

fn is_unknown_to_java(ty: &Type) -> bool {
    matches!(ty, Type::Varbinary | Type::Array(_) | Type::Map(..) | Type::Row(_))
}

fn mismatch(specifier: &Specifier, ty: &Type) -> EvalError {
    invalid(format!("Invalid format: %{} of {ty}", specifier.letter))
}

/// What a specifier makes of a value.
fn conversion(specifier: &Specifier, value: &Value, ty: &Type) -> Result<String, EvalError> {
    let wrong = || mismatch(specifier, ty);
    if value.is_null() {
        return Ok(specifier.text(if specifier.letter == 'b' { "false" } else { "null" }));
    }
    Ok(match specifier.letter {
        'b' => specifier.text(&matches!(value, Value::Boolean(true)).to_string().replace("false", not_boolean(ty))),
        's' => specifier.text(&plain(value, ty)?),
        'h' => specifier.text(&format!("{:x}", hash(value, ty)?)),
        'd' | 'o' | 'x' => match value {
            Value::Integer(number) => integral(specifier, *number),
            _ => return Err(wrong()),
        },
        'e' | 'f' | 'g' => match (value, ty) {
            (Value::Double(number), _) => floating(specifier, *number),
            (Value::Real(number), _) => floating(specifier, f64::from(*number)),
            (Value::Decimal(unscaled), Type::Decimal(_, scale)) => {
                let digits = digits::Digits::of_decimal(unscaled.unsigned_abs(), *scale);
                specifier.number(*unscaled < 0, &specifier.written(&digits))
            }
            _ => return Err(wrong()),
        },
        'a' => match value {
            Value::Double(_) | Value::Real(_) => return Err(EvalError::refused("%a in a format")),
            _ => return Err(wrong()),
        },
        't' => specifier.text(&moment::written(specifier, value, ty)?),
        // Java knows characters and small integers here, which Trino has none of.
        _ => return Err(wrong()),
    })
}

/// What `%b` makes of a value that is not true: values of other types are true.
fn not_boolean(ty: &Type) -> &'static str {
    if *ty == Type::Boolean { "false" } else { "true" }
}

fn integral(specifier: &Specifier, number: i64) -> String {
    let prefix = |text: &'static str| if specifier.alternate { text } else { "" };
    match specifier.letter {
        'd' => specifier.number(number < 0, &number.unsigned_abs().to_string()),
        'o' => specifier.number(false, &format!("{}{number:o}", prefix("0"))),
        _ => specifier.prefixed(prefix("0x"), &format!("{number:x}")),
    }
}

fn floating(specifier: &Specifier, number: f64) -> String {
    if number.is_nan() {
        return specifier.special(false, "NaN");
    }
    if number.is_infinite() {
        return specifier.special(number < 0.0, "Infinity");
    }
    let digits = digits::Digits::of_double(number.abs());
    specifier.number(number.is_sign_negative(), &specifier.written(&digits))
}

/// What `%s` makes of a value: Java's `toString` of what Trino hands to it.
fn plain(value: &Value, ty: &Type) -> Result<String, EvalError> {
    Ok(match (value, ty) {
        (Value::Varchar(_), Type::Char(length)) => {
            let mut padded = text(value).to_owned();
            let missing = (*length as usize).saturating_sub(padded.chars().count());
            padded.extend(std::iter::repeat_n(' ', missing));
            padded
        }
        (Value::Varchar(text) | Value::Json(text), _) => text.to_string(),
        (Value::Double(number), _) => java_double(*number),
        (Value::Real(number), _) => java_float(*number),
        (Value::Decimal(unscaled), Type::Decimal(_, scale)) => decimal::java_text(*unscaled, *scale),
        (Value::Time(_) | Value::Timestamp(_) | Value::TimestampWithTimeZone(..), _) => moment::iso(value),
        _ => match cast(value, ty, &Type::VARCHAR)? {
            Value::Varchar(text) => text.to_string(),
            _ => return Err(EvalError::refused(format!("%s of {ty} in a format"))),
        },
    })
}

/// Java's hash code of a value.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "Java's hashes are what is left of 64 bits"
)]
fn hash(value: &Value, ty: &Type) -> Result<u32, EvalError> {
    let folded = |bits: u64| (bits ^ bits >> 32) as u32;
    Ok(match value {
        Value::Integer(number) => folded(*number as u64),
        Value::Double(number) => folded(number.to_bits()),
        Value::Real(number) => number.to_bits(),
        Value::Boolean(value) => [1237, 1231][usize::from(*value)],
        Value::Varchar(_) => plain(value, ty)?
            .encode_utf16()
            .fold(0_u32, |hash, unit| hash.wrapping_mul(31).wrapping_add(u32::from(unit))),
        _ => return Err(EvalError::refused(format!("%h of {ty} in a format"))),
    })
}
