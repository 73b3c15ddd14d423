//! How a hidden table keeps a column whose type Hive tables cannot hold.
//!
//! What storage cannot keep is taken apart and put together again, so that a hidden step changes no
//! type. Types that Athena cannot store are listed at
//! <https://docs.aws.amazon.com/athena/latest/ug/data-types.html>; its timestamps have three digits.

use crate::types::Type;

/// What is put behind a column's name for its instant and its zone.
pub const INSTANT: &str = "__athplan_instant";
/// See [`INSTANT`].
pub const ZONE: &str = "__athplan_zone";

/// How a column is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// As it is.
    Plain,
    /// A timestamp with time zone: its instant and its zone.
    InstantAndZone,
    /// JSON: its text.
    JsonText,
    /// An interval day to second: its milliseconds.
    Milliseconds,
    /// An interval year to month: its months.
    Months,
    /// A type with a text form that reads back: that text.
    Text,
    /// The type of a bare NULL: as a boolean.
    Null,
}

/// How a column of a type is kept; none if it cannot be.
pub fn stored(ty: &Type) -> Option<Stored> {
    match ty {
        Type::TimestampWithTimeZone(0..=3) => Some(Stored::InstantAndZone),
        Type::Json => Some(Stored::JsonText),
        Type::IntervalDayToSecond => Some(Stored::Milliseconds),
        Type::IntervalYearToMonth => Some(Stored::Months),
        Type::Time(_) | Type::Uuid | Type::IpAddress => Some(Stored::Text),
        Type::Unknown => Some(Stored::Null),
        ty if plain(ty) => Some(Stored::Plain),
        _ => None,
    }
}

fn plain(ty: &Type) -> bool {
    match ty {
        Type::Boolean
        | Type::TinyInt
        | Type::SmallInt
        | Type::Integer
        | Type::BigInt
        | Type::Real
        | Type::Double
        | Type::Decimal(..)
        | Type::Varchar(_)
        | Type::Char(_)
        | Type::Varbinary
        | Type::Date
        | Type::Timestamp(0..=3) => true,
        Type::Array(element) => plain(element),
        Type::Map(key, value) => plain(key) && plain(value),
        Type::Row(fields) => fields.iter().all(|field| field.name.is_some() && plain(&field.ty)),
        _ => false,
    }
}

/// The columns that keep a column, with their types.
pub fn stored_columns(name: &str, ty: &Type) -> Option<Vec<(String, Type)>> {
    Some(match stored(ty)? {
        Stored::Plain => vec![(name.to_owned(), ty.clone())],
        Stored::InstantAndZone => {
            vec![(format!("{name}{INSTANT}"), Type::Timestamp(3)), (format!("{name}{ZONE}"), Type::VARCHAR)]
        }
        Stored::JsonText | Stored::Text => vec![(name.to_owned(), Type::VARCHAR)],
        Stored::Milliseconds | Stored::Months => vec![(name.to_owned(), Type::BigInt)],
        Stored::Null => vec![(name.to_owned(), Type::Boolean)],
    })
}
