//! Writing and reading columns that storage takes apart (see [`crate::plan::Stored`]).

use super::literal::identifier;
use crate::plan::{INSTANT, Stored, ZONE, stored};
use crate::types::Type;

/// The select items that read logical columns from a hidden table, `qualifier.` in front of each.
pub fn read_stored(columns: &[(String, Type)], qualifier: Option<&str>) -> Vec<String> {
    columns
        .iter()
        .map(|(name, ty)| {
            let part = |suffix: &str| {
                let name = identifier(&format!("{name}{suffix}"));
                qualifier.map_or_else(|| name.clone(), |qualifier| format!("{}.{name}", identifier(qualifier)))
            };
            let whole = match stored(ty) {
                None | Some(Stored::Plain) => return part(""),
                Some(Stored::InstantAndZone) => {
                    let zoned = format!("at_timezone(with_timezone({}, 'UTC'), {})", part(INSTANT), part(ZONE));
                    if *ty == Type::TimestampWithTimeZone(3) { zoned } else { format!("CAST({zoned} AS {ty})") }
                }
                // json_parse would sort the keys and drop those that stand twice.
                Some(Stored::JsonText) => format!("json_extract({}, '$')", part("")),
                Some(Stored::Text) => format!("CAST({} AS {ty})", part("")),
                Some(Stored::Milliseconds) => format!("{} * INTERVAL '0.001' SECOND", part("")),
                Some(Stored::Months) => format!("{} * INTERVAL '1' MONTH", part("")),
                Some(Stored::Null) => "NULL".to_owned(),
            };
            format!("{whole} AS {}", identifier(name))
        })
        .collect()
}

/// The select items that write logical columns of a query named `qualifier` into a hidden table.
pub fn write_stored(columns: &[(String, Type)], qualifier: &str) -> Vec<String> {
    columns
        .iter()
        .flat_map(|(name, ty)| {
            let value = format!("{}.{}", identifier(qualifier), identifier(name));
            let named = |expr: String, suffix: &str| format!("{expr} AS {}", identifier(&format!("{name}{suffix}")));
            match stored(ty) {
                None | Some(Stored::Plain) => vec![value],
                Some(Stored::InstantAndZone) => vec![
                    named(format!("CAST(at_timezone({value}, 'UTC') AS timestamp(3))"), INSTANT),
                    named(format!("format_datetime({value}, 'ZZZ')"), ZONE),
                ],
                Some(Stored::JsonText) => vec![named(format!("json_format({value})"), "")],
                Some(Stored::Text) => vec![named(format!("CAST({value} AS varchar)"), "")],
                Some(Stored::Null) => vec![named(format!("CAST({value} AS boolean)"), "")],
                Some(Stored::Milliseconds) => vec![named(format!("to_milliseconds({value})"), "")],
                Some(Stored::Months) => {
                    vec![named(format!("CAST(year({value}) * 12 + month({value}) AS bigint)"), "")]
                }
            }
        })
        .collect()
}

/// The select items that write a query's columns into a table that users see, in the types that
/// storage keeps: a timestamp with time zone becomes a UTC timestamp(3), JSON its text.
pub fn write_visible(columns: &[(String, Type)], kept: &[Type], qualifier: &str) -> Vec<String> {
    columns
        .iter()
        .zip(kept)
        .map(|((name, ty), kept)| {
            let name = identifier(name);
            let value = format!("{}.{name}", identifier(qualifier));
            match ty {
                _ if ty == kept => value,
                Type::TimestampWithTimeZone(_) => format!("CAST(at_timezone({value}, 'UTC') AS {kept}) AS {name}"),
                Type::Json => format!("json_format({value}) AS {name}"),
                _ => format!("CAST({value} AS {kept}) AS {name}"),
            }
        })
        .collect()
}
