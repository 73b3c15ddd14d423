//! The value of a partition key, compared by its type's own order.

use serde::{Deserialize, Serialize};

use super::intervals::{Cut, Intervals, after_prefix};
use crate::constant::Value;
use crate::types::Type;

/// A value of a partition key. The values of one key are all of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum KeyValue {
    /// Of an integer key.
    Integer(i64),
    /// Of a date key: days since 1970-01-01.
    Date(i32),
    /// Of a text key.
    Text(String),
}

impl KeyValue {
    /// The value that a folder's text stands for; none if a key's type gives none to this text, or
    /// is one whose order is not modelled. Such a partition is never left out.
    pub fn parse(text: &str, ty: &Type) -> Option<KeyValue> {
        match ty {
            ty if ty.is_integer() => text.parse().ok().map(KeyValue::Integer),
            Type::Varchar(_) => Some(KeyValue::Text(text.to_owned())),
            Type::Date => {
                let date: jiff::civil::Date = text.parse().ok()?;
                let days = date.duration_since(jiff::civil::date(1970, 1, 1)).as_hours() / 24;
                i32::try_from(days).ok().map(KeyValue::Date)
            }
            _ => None,
        }
    }

    /// The key's value for a constant that it is compared with, of the key's own type; none for NULL and
    /// for types whose order is not modelled: nothing follows from such a comparison.
    pub fn of(value: &Value) -> Option<KeyValue> {
        match value {
            Value::Integer(number) => Some(KeyValue::Integer(*number)),
            Value::Date(days) => Some(KeyValue::Date(*days)),
            Value::Varchar(text) => Some(KeyValue::Text(text.to_string())),
            _ => None,
        }
    }
}

impl Intervals<KeyValue> {
    /// The texts that begin with some text (`LIKE 'p%'`).
    pub fn starting_with(text: &str) -> Self {
        let end = after_prefix(text).map_or(Cut::End, |end| Cut::Before(KeyValue::Text(end)));
        Self::between(Cut::Before(KeyValue::Text(text.to_owned())), end)
    }
}
