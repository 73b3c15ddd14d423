//! Values as text for people: result tables, CSV, messages.
//!
//! Scalars read as `CAST(x AS varchar)` writes them, but `double` and `real` as Athena's results show
//! them (`339.0`, where the cast says `3.39E2`); what cannot be cast (arrays, maps, rows, binary) reads
//! as Trino's command line shows it.

use super::value::Value;
use super::{cast, float, temporal_text};
use crate::types::Type;

/// A value of a type as text; NULL is `NULL`.
pub fn format(value: &Value, ty: &Type) -> String {
    let mut text = String::new();
    write(&mut text, value, ty);
    text
}

fn write(out: &mut String, value: &Value, ty: &Type) {
    match (value, ty) {
        (Value::Null, _) => out.push_str("NULL"),
        (Value::Varchar(text), Type::Char(length)) => {
            out.push_str(text);
            // A value is held without the blanks that fill it up.
            let missing = (*length as usize).saturating_sub(text.chars().count());
            out.extend(std::iter::repeat_n(' ', missing));
        }
        (Value::Varchar(text), _) | (Value::Json(text), _) => out.push_str(text),
        (Value::Varbinary(bytes), Type::Varbinary) => {
            out.push_str("X'");
            bytes.iter().for_each(|byte| out.push_str(&format!("{byte:02X}")));
            out.push('\'');
        }
        (Value::Array(elements), Type::Array(element)) => {
            write_all(out, ['[', ']'], elements.iter(), |out, value| write(out, value, element));
        }
        (Value::Map(entries), Type::Map(key, value)) => write_all(out, ['{', '}'], entries.iter(), |out, entry| {
            write(out, &entry.0, key);
            out.push('=');
            write(out, &entry.1, value);
        }),
        (Value::Row(values), Type::Row(fields)) => {
            write_all(out, ['{', '}'], values.iter().zip(fields.iter()).enumerate(), |out, (at, (value, field))| {
                match &field.name {
                    Some(name) => out.push_str(name),
                    None => out.push_str(&format!("field{at}")),
                }
                out.push('=');
                write(out, value, &field.ty);
            });
        }
        (Value::Double(number), _) => out.push_str(&float::java_double(*number)),
        (Value::Real(number), _) => out.push_str(&float::java_float(*number)),
        (Value::Timestamp(picos), Type::Timestamp(precision)) => {
            out.push_str(&temporal_text::timestamp(*picos, *precision));
        }
        _ => match cast::scalar_text(value, ty) {
            Some(text) => out.push_str(&text),
            // A value that is not of its type is a mistake of the caller; it is shown, not hidden.
            None => out.push_str(&format!("{value:?}")),
        },
    }
}

fn write_all<T>(
    out: &mut String,
    brackets: [char; 2],
    items: impl Iterator<Item = T>,
    mut write_one: impl FnMut(&mut String, T),
) {
    out.push(brackets[0]);
    for (at, item) in items.enumerate() {
        if at > 0 {
            out.push_str(", ");
        }
        write_one(out, item);
    }
    out.push(brackets[1]);
}
