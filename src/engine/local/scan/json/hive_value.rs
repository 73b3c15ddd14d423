//! JSON values as Hive's own SerDe takes them, which is stricter than OpenX's: a number is a number and no text that
//! looks like one, and what does not fit is an error and no NULL, but for decimals.

use super::decimal::DecimalText;
use super::decode::{Mismatch, kind};
use super::scalar::append_scalar;
use super::text::unescape;
use crate::engine::local::ColumnBuilder;
use crate::engine::local::scan::delimited_value::append_delimited;
use crate::types::Type;

/// Appends a value that is not `null`.
///
/// # Errors
///
/// It is none of the type's.
pub fn append_hive(builder: &mut ColumnBuilder, ty: &Type, raw: &str) -> Result<(), Mismatch> {
    let first = raw.as_bytes().first().copied().unwrap_or_default();
    let wrong = || Mismatch::new(format!("{} where {ty} is declared", kind(first)));
    let unfit = || Mismatch::new(format!("{} that is no {ty}", kind(first)));
    if matches!(first, b'{' | b'[') {
        return Err(wrong());
    }
    let is_number = first == b'-' || first.is_ascii_digit();
    let text = if first == b'"' { unescape(raw) } else { raw.into() };
    match ty {
        Type::Boolean => {
            append_scalar(builder, ty, &text);
        }
        Type::Decimal(..) => match DecimalText::parse(&text) {
            Some(_) if !append_scalar(builder, ty, &text) => return Err(unfit()),
            None if is_number => return Err(unfit()),
            Some(_) => {}
            None => builder.append_null(),
        },
        Type::Date | Type::Timestamp(_) => {
            if first != b'"' || !append_delimited(builder, ty, &text) {
                return Err(unfit());
            }
        }
        Type::Real | Type::Double => {
            if !is_number || !append_scalar(builder, ty, &text) {
                return Err(unfit());
            }
        }
        Type::Varchar(_) | Type::Char(_) => {
            append_scalar(builder, ty, &text);
        }
        _ => {
            let whole = is_number.then(|| DecimalText::parse(raw)?.at_scale(0, false)).flatten().ok_or_else(unfit)?;
            // A tinyint is read as the byte it is, signed or not.
            let whole = if *ty == Type::TinyInt && (128..256).contains(&whole) { whole - 256 } else { whole };
            if !append_scalar(builder, ty, &whole.to_string()) {
                return Err(unfit());
            }
        }
    }
    Ok(())
}
