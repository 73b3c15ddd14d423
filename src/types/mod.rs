//! Trino's types, and the rules by which expressions get them.
//!
//! Types are written as Trino writes them (<https://trino.io/docs/current/language/types.html>).
//! The rules themselves, coercions and function signatures, are data beside this file; this file
//! owns the vocabulary. A type that athplan does not model stays a name ([`Type::Named`]), so that
//! a query over it can still be passed on to a live engine.

mod cast;
mod choose;
mod coercion;
mod computed;
mod dialect;
mod form;
mod function;
mod nearest;
mod operator;
mod parse;
mod pattern;
mod sample;
mod signature;
mod solver;

use std::fmt;
use std::sync::Arc;

pub use cast::can_cast;
pub use coercion::{can_coerce, common_super_type, common_super_type_of, is_comparable, is_orderable};
pub use dialect::{Dialect, UnknownDialect};
pub use function::{Argument, FunctionKind, Resolution, ResolveError, function_names, resolve};
pub use nearest::nearest;
pub use operator::resolve_operator;
pub use parse::parse_type;
pub use sample::{Sample, samples};
use serde::{Deserialize, Serialize};

/// A Trino type.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Type {
    /// The type of a bare `NULL`.
    Unknown,
    /// `boolean`.
    Boolean,
    /// `tinyint`, 8 bits signed.
    TinyInt,
    /// `smallint`, 16 bits signed.
    SmallInt,
    /// `integer`, 32 bits signed.
    Integer,
    /// `bigint`, 64 bits signed.
    BigInt,
    /// `real`, IEEE 754 single.
    Real,
    /// `double`, IEEE 754 double.
    Double,
    /// `decimal(precision, scale)`, at most 38 digits.
    Decimal(u8, u8),
    /// `varchar` or `varchar(n)`, n in characters.
    Varchar(Option<u32>),
    /// `char(n)`, n in characters.
    Char(u32),
    /// `varbinary`.
    Varbinary,
    /// `json`.
    Json,
    /// `date`.
    Date,
    /// `time(p)`, p decimal digits of a second.
    Time(u8),
    /// `time(p) with time zone`.
    TimeWithTimeZone(u8),
    /// `timestamp(p)`.
    Timestamp(u8),
    /// `timestamp(p) with time zone`.
    TimestampWithTimeZone(u8),
    /// `interval day to second`.
    IntervalDayToSecond,
    /// `interval year to month`.
    IntervalYearToMonth,
    /// `uuid`.
    Uuid,
    /// `ipaddress`.
    IpAddress,
    /// `array(T)`.
    Array(Arc<Type>),
    /// `map(K, V)`.
    Map(Arc<Type>, Arc<Type>),
    /// `row(name T, …)`.
    Row(Arc<[RowField]>),
    /// `function(A, …, R)`: the type of a lambda; only an argument has it.
    Function(Arc<[Type]>, Arc<Type>),
    /// A Trino type that athplan does not model (`hyperloglog`, `geometry`, …), by its name.
    Named(Arc<str>),
    /// What the binder could not type: it is passed on verbatim to a live engine.
    Opaque,
}

/// One field of a [`Type::Row`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RowField {
    /// The field's name, folded to lower case; an anonymous field has none.
    pub name: Option<Arc<str>>,
    /// The field's type.
    pub ty: Type,
}

impl Type {
    /// `varchar` without a bound.
    pub const VARCHAR: Type = Type::Varchar(None);

    /// `array(element)`.
    pub fn array(element: Type) -> Type {
        Type::Array(Arc::new(element))
    }

    /// `map(key, value)`.
    pub fn map(key: Type, value: Type) -> Type {
        Type::Map(Arc::new(key), Arc::new(value))
    }

    /// `row(…)` of named fields.
    pub fn row<'a>(fields: impl IntoIterator<Item = (&'a str, Type)>) -> Type {
        Type::Row(fields.into_iter().map(|(name, ty)| RowField { name: Some(name.into()), ty }).collect())
    }

    /// Whether this is `tinyint`, `smallint`, `integer` or `bigint`.
    pub fn is_integer(&self) -> bool {
        matches!(self, Type::TinyInt | Type::SmallInt | Type::Integer | Type::BigInt)
    }

    /// Whether arithmetic is defined on it as a number.
    pub fn is_numeric(&self) -> bool {
        self.is_integer() || matches!(self, Type::Real | Type::Double | Type::Decimal(..))
    }

    /// Whether this is `varchar` or `char`.
    pub fn is_text(&self) -> bool {
        matches!(self, Type::Varchar(_) | Type::Char(_))
    }

    /// Whether the type, or any type inside it, is one that athplan does not know.
    pub fn is_opaque(&self) -> bool {
        match self {
            Type::Opaque => true,
            Type::Array(element) => element.is_opaque(),
            Type::Map(key, value) => key.is_opaque() || value.is_opaque(),
            Type::Row(fields) => fields.iter().any(|field| field.ty.is_opaque()),
            _ => false,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Unknown => f.write_str("unknown"),
            Type::Boolean => f.write_str("boolean"),
            Type::TinyInt => f.write_str("tinyint"),
            Type::SmallInt => f.write_str("smallint"),
            Type::Integer => f.write_str("integer"),
            Type::BigInt => f.write_str("bigint"),
            Type::Real => f.write_str("real"),
            Type::Double => f.write_str("double"),
            Type::Decimal(precision, scale) => write!(f, "decimal({precision},{scale})"),
            Type::Varchar(None) => f.write_str("varchar"),
            Type::Varchar(Some(length)) => write!(f, "varchar({length})"),
            Type::Char(length) => write!(f, "char({length})"),
            Type::Varbinary => f.write_str("varbinary"),
            Type::Json => f.write_str("json"),
            Type::Date => f.write_str("date"),
            Type::Time(precision) => write!(f, "time({precision})"),
            Type::TimeWithTimeZone(precision) => write!(f, "time({precision}) with time zone"),
            Type::Timestamp(precision) => write!(f, "timestamp({precision})"),
            Type::TimestampWithTimeZone(precision) => write!(f, "timestamp({precision}) with time zone"),
            Type::IntervalDayToSecond => f.write_str("interval day to second"),
            Type::IntervalYearToMonth => f.write_str("interval year to month"),
            Type::Uuid => f.write_str("uuid"),
            Type::IpAddress => f.write_str("ipaddress"),
            Type::Array(element) => write!(f, "array({element})"),
            Type::Map(key, value) => write!(f, "map({key}, {value})"),
            Type::Row(fields) => {
                f.write_str("row(")?;
                for (at, field) in fields.iter().enumerate() {
                    if at > 0 {
                        f.write_str(", ")?;
                    }
                    if let Some(name) = &field.name {
                        write!(f, "{} ", quoted_if_needed(name))?;
                    }
                    write!(f, "{}", field.ty)?;
                }
                f.write_str(")")
            }
            Type::Function(arguments, result) => {
                f.write_str("function(")?;
                for argument in arguments.iter() {
                    write!(f, "{argument}, ")?;
                }
                write!(f, "{result})")
            }
            Type::Named(name) => f.write_str(name),
            Type::Opaque => f.write_str("(not known to athplan)"),
        }
    }
}

/// A row field's name as Trino prints it: bare if it is a plain lower-case identifier.
fn quoted_if_needed(name: &str) -> String {
    let plain = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}
