//! String literals, names and types of Hive's DDL, written; `source` reads them.
//!
//! Athena hands DDL to Hive's grammar, in which a backslash escapes, unlike in a Trino query
//! (`org.apache.hadoop.hive.ql.parse.BaseSemanticAnalyzer.unescapeSQLString`). A quote is written as
//! `\047`: it is the one spelling of it that Hive's reader and a reader without escapes both cut at
//! the same place.

use crate::types::Type;

/// A Hive string literal. Control characters are written as escapes.
pub fn literal(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('\'');
    for letter in text.chars() {
        match letter {
            '\\' => quoted.push_str("\\\\"),
            '\t' => quoted.push_str("\\t"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\'' => quoted.push_str("\\047"),
            letter if letter.is_ascii_control() => quoted.push_str(&format!("\\{:03o}", u32::from(letter))),
            letter => quoted.push(letter),
        }
    }
    quoted.push('\'');
    quoted
}

/// Whether a text has a character that is not shown as itself: a control, or one that changes the
/// direction of the text around it.
pub fn hides_something(text: &str) -> bool {
    text.chars().any(|letter| {
        letter.is_control()
            || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    })
}

/// A name as Hive's DDL takes it: bare if it is a plain word that is not reserved, else in back ticks.
pub fn name(text: &str) -> String {
    let plain = text.starts_with(|letter: char| letter.is_ascii_lowercase())
        && text.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_')
        && RESERVED.binary_search(&text).is_err();
    if plain { text.to_owned() } else { format!("`{}`", text.replace('`', "``")) }
}

/// A table's name: each part as a name.
pub fn table_name(text: &str) -> String {
    text.split('.').map(name).collect::<Vec<_>>().join(".")
}

/// A type as Hive writes it; none if Hive's tables cannot hold it.
pub fn hive_type(ty: &Type) -> Option<String> {
    Some(match ty {
        Type::Boolean => "boolean".to_owned(),
        Type::TinyInt => "tinyint".to_owned(),
        Type::SmallInt => "smallint".to_owned(),
        Type::Integer => "int".to_owned(),
        Type::BigInt => "bigint".to_owned(),
        Type::Real => "float".to_owned(),
        Type::Double => "double".to_owned(),
        Type::Decimal(precision, scale) => format!("decimal({precision},{scale})"),
        Type::Varchar(None) => "string".to_owned(),
        Type::Varchar(Some(length)) if (1..=65_535).contains(length) => format!("varchar({length})"),
        Type::Varchar(Some(_)) => "string".to_owned(),
        Type::Char(length) if (1..=255).contains(length) => format!("char({length})"),
        Type::Varbinary => "binary".to_owned(),
        Type::Date => "date".to_owned(),
        Type::Timestamp(3) => "timestamp".to_owned(),
        Type::Array(element) => format!("array<{}>", hive_type(element)?),
        Type::Map(key, value) => format!("map<{},{}>", hive_type(key)?, hive_type(value)?),
        Type::Row(fields) => {
            let fields: Option<Vec<String>> = fields
                .iter()
                .map(|field| Some(format!("{}:{}", name(field.name.as_deref()?), hive_type(&field.ty)?)))
                .collect();
            format!("struct<{}>", fields?.join(","))
        }
        _ => return None,
    })
}

/// Words that Hive's DDL takes as names only in back ticks, sorted
/// (<https://docs.aws.amazon.com/athena/latest/ug/reserved-words.html>).
const RESERVED: &[&str] = &[
    "all",
    "alter",
    "and",
    "array",
    "as",
    "authorization",
    "between",
    "bigint",
    "binary",
    "boolean",
    "both",
    "by",
    "cache",
    "case",
    "cashe",
    "cast",
    "char",
    "column",
    "commit",
    "conf",
    "constraint",
    "create",
    "cross",
    "cube",
    "current",
    "current_date",
    "current_timestamp",
    "cursor",
    "database",
    "date",
    "dayofweek",
    "decimal",
    "delete",
    "describe",
    "distinct",
    "div",
    "double",
    "drop",
    "else",
    "end",
    "exchange",
    "exists",
    "extended",
    "external",
    "extract",
    "false",
    "fetch",
    "first",
    "float",
    "floor",
    "following",
    "for",
    "foreign",
    "from",
    "full",
    "function",
    "grant",
    "group",
    "grouping",
    "having",
    "if",
    "import",
    "in",
    "inner",
    "insert",
    "int",
    "integer",
    "intersect",
    "interval",
    "into",
    "is",
    "join",
    "lateral",
    "left",
    "less",
    "like",
    "local",
    "location",
    "macro",
    "map",
    "more",
    "none",
    "not",
    "null",
    "numeric",
    "of",
    "on",
    "only",
    "or",
    "order",
    "out",
    "outer",
    "over",
    "partialscan",
    "partition",
    "percent",
    "preceding",
    "precision",
    "preserve",
    "primary",
    "procedure",
    "range",
    "reads",
    "reduce",
    "references",
    "regexp",
    "revoke",
    "right",
    "rlike",
    "rollback",
    "rollup",
    "row",
    "rows",
    "select",
    "set",
    "smallint",
    "start",
    "sync",
    "table",
    "tablesample",
    "then",
    "time",
    "timestamp",
    "to",
    "transform",
    "trigger",
    "true",
    "truncate",
    "unbounded",
    "union",
    "uniquejoin",
    "update",
    "user",
    "using",
    "utc_timestamp",
    "values",
    "varchar",
    "views",
    "when",
    "where",
    "window",
    "with",
];

#[cfg(test)]
mod tests {
    use super::{RESERVED, hive_type, literal, name};
    use crate::source::{Source, TokenKind, lex};
    use crate::types::Type;

    #[test]
    fn literals_say_what_they_are_made_of() {
        for text in ["plain", "it's", r"\d+\.\d", "tab\tnew\nline", "\u{1}", "100%_", "\\", "ünïcode"] {
            let written = literal(text);
            assert!(!written[1..written.len() - 1].contains('\''), "{written}");
            let read = lex(&Source::new("", format!("DROP {written}")))
                .into_iter()
                .map(|token| token.kind)
                .collect::<Vec<_>>();
            assert!(read.contains(&TokenKind::Text(text.to_owned())), "{written}: {read:?}");
        }
    }

    #[test]
    fn names_and_types() {
        assert!(RESERVED.is_sorted());
        assert_eq!(name("timestamp"), "`timestamp`");
        assert_eq!(name("eventtime"), "eventtime");
        assert_eq!(name("aws-region"), "`aws-region`");
        let ty = Type::row([("a", Type::Integer), ("end", Type::map(Type::VARCHAR, Type::array(Type::Real)))]);
        assert_eq!(hive_type(&ty).as_deref(), Some("struct<a:int,`end`:map<string,array<float>>>"));
        assert_eq!(hive_type(&Type::Json), None);
    }
}
