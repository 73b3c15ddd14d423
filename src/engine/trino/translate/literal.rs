//! Names, texts and types in Trino's grammar.

use crate::emit::{identifier, string as text_literal};
use crate::types::Type;

/// A text as a literal.
pub fn string(text: &str) -> String {
    text_literal(text)
}

/// A name in quotes: words that one grammar reserves, the other does not.
pub fn name(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// A table's name, `schema.` in front if it has one.
pub fn table_name(text: &str) -> String {
    text.split('.').map(identifier).collect::<Vec<_>>().join(".")
}

/// Texts as an array's literal.
pub fn array<T: AsRef<str>>(texts: &[T]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| string(text.as_ref())).collect();
    format!("ARRAY[{}]", texts.join(", "))
}

/// A column's type: as Trino writes it, with every field of a row in quotes.
pub fn column_type(ty: &Type) -> String {
    match ty {
        Type::Array(element) => format!("array({})", column_type(element)),
        Type::Map(key, value) => format!("map({}, {})", column_type(key), column_type(value)),
        Type::Row(fields) => {
            let field = |field: &crate::types::RowField| match &field.name {
                Some(own) => format!("{} {}", name(own), column_type(&field.ty)),
                None => column_type(&field.ty),
            };
            format!("row({})", fields.iter().map(field).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}
