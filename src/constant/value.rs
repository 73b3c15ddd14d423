//! A value of a Trino type, as the evaluator holds it.
//!
//! A value does not carry its type: the expression around it does. What the type fixes (a decimal's
//! scale, a timestamp's precision) is therefore not repeated here.

use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One value. `Null` belongs to every type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Value {
    /// SQL's NULL.
    Null,
    /// `boolean`.
    Boolean(bool),
    /// `tinyint`, `smallint`, `integer`, `bigint`; in the range of its type.
    Integer(i64),
    /// `real`.
    Real(f32),
    /// `double`.
    Double(f64),
    /// `decimal(p, s)`: the unscaled number, value × 10^s.
    Decimal(i128),
    /// `varchar` and `char` (the latter without its padding).
    Varchar(Arc<str>),
    /// `varbinary`; `uuid` and `ipaddress` as their 16 bytes in network order.
    Varbinary(Arc<[u8]>),
    /// `json`: its text as Trino holds it and `json_format` prints it, without white space. Object keys are
    /// sorted if it came from `json_parse` or a cast, and in their own order from `json_extract`.
    Json(Arc<str>),
    /// `date`: days since 1970-01-01.
    Date(i32),
    /// `time(p)`: picoseconds since midnight.
    Time(i64),
    /// `time(p) with time zone`: local picoseconds since midnight, and the offset in minutes.
    TimeWithTimeZone(i64, i16),
    /// `timestamp(p)`: picoseconds since 1970-01-01 00:00:00 on the local time line.
    Timestamp(i128),
    /// `timestamp(p) with time zone`: picoseconds since the epoch in UTC, and the zone it is shown in.
    TimestampWithTimeZone(i128, Zone),
    /// `interval day to second`: milliseconds.
    IntervalDayToSecond(i64),
    /// `interval year to month`: months.
    IntervalYearToMonth(i64),
    /// `array(T)`.
    Array(Arc<[Value]>),
    /// `map(K, V)`: the entries in insertion order, keys distinct and not NULL.
    Map(Arc<[(Value, Value)]>),
    /// `row(…)`.
    Row(Arc<[Value]>),
}

impl Value {
    /// A `varchar` value.
    pub fn varchar(text: impl AsRef<str>) -> Value {
        Value::Varchar(text.as_ref().into())
    }

    /// Whether this is SQL's NULL.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }
}

/// The time zone of a `timestamp with time zone`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Zone {
    /// A fixed offset from UTC in minutes, shown as `+02:00`; zero is shown as `UTC`.
    Offset(i16),
    /// A region of the time zone database, such as `Europe/Berlin`, spelled as that database spells it.
    Region(Arc<str>),
}
