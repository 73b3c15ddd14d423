//! String literals, names and types of Hive's DDL, read and written.
//!
//! Athena hands DDL to Hive's grammar, in which a backslash escapes, unlike in a Trino query
//! (`org.apache.hadoop.hive.ql.parse.BaseSemanticAnalyzer.unescapeSQLString`). A quote is written as
//! `\047`: it is the one spelling of it that Hive's reader and a reader without escapes both cut at
//! the same place.

use crate::types::Type;

/// What a Hive string literal says, given the text between its quotes.
pub fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, tail)) = rest.split_once('\\') {
        plain.push_str(before);
        if let Some((letter, length)) = coded(tail) {
            plain.push(letter);
            rest = &tail[length..];
            continue;
        }
        let mut letters = tail.chars();
        match letters.next() {
            Some('0') => plain.push('\0'),
            Some('b') => plain.push('\u{8}'),
            Some('n') => plain.push('\n'),
            Some('r') => plain.push('\r'),
            Some('t') => plain.push('\t'),
            Some('Z') => plain.push('\u{1a}'),
            Some(letter @ ('%' | '_')) => plain.extend(['\\', letter]),
            Some(letter) => plain.push(letter),
            None => plain.push('\\'),
        }
        rest = letters.as_str();
    }
    plain.push_str(rest);
    plain
}

/// `ooo` (octal, at most 177) or `uXXXX` behind a backslash: the character and its length.
fn coded(tail: &str) -> Option<(char, usize)> {
    if let Some(code) = tail.strip_prefix('u').and_then(|code| code.get(..4)) {
        let all_digits = code.bytes().all(|byte| byte.is_ascii_hexdigit());
        let letter = all_digits.then(|| u32::from_str_radix(code, 16).ok()).flatten().and_then(char::from_u32)?;
        return Some((letter, 5));
    }
    let code = tail.get(..3).filter(|code| code.starts_with(['0', '1']))?;
    let all_digits = code.bytes().all(|byte| (b'0'..=b'7').contains(&byte));
    let letter = all_digits.then(|| u32::from_str_radix(code, 8).ok()).flatten().and_then(char::from_u32)?;
    Some((letter, 3))
}

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
    use super::{RESERVED, hive_type, literal, name, unescape};
    use crate::types::Type;

    #[test]
    fn literals_say_what_they_are_made_of() {
        for text in ["plain", "it's", r"\d+\.\d", "tab\tnew\nline", "\u{1}", "100%_", "\\", "ünïcode"] {
            let written = literal(text);
            assert!(!written[1..written.len() - 1].contains('\''), "{written}");
            assert_eq!(unescape(&written[1..written.len() - 1]), text);
        }
    }

    #[test]
    fn hive_escapes() {
        assert_eq!(unescape(r"\t\001\u0041\\\d\%"), "\t\u{1}A\\d\\%");
        assert_eq!(unescape(r"\0"), "\0");
        assert_eq!(unescape("trailing\\"), "trailing\\");
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
