//! Partition projection as properties of the keys' columns
//! (<https://trino.io/docs/current/connector/hive.html#table-properties>).
//!
//! The connector counts dates in days and shorter units alone, and knows no other beside NOW; a range in longer ones
//! becomes the list of its values, as they are when the table is made.

use std::time::SystemTime;

use super::literal::{array, string};
use super::refused;
use crate::catalog::{Column, DateBound, DateUnit, Projection};
use crate::engine::EngineError;

/// The properties of a projected key.
///
/// # Errors
///
/// Its values are too many for a list.
pub fn properties(key: &Column, projection: &Projection) -> Result<Vec<String>, EngineError> {
    let kind = |kind: &str| format!("partition_projection_type = '{kind}'");
    Ok(match projection {
        Projection::Enum(values) => listed(values),
        Projection::Integer { low, high, interval, digits } => {
            let mut all = vec![
                kind("INTEGER"),
                format!("partition_projection_range = {}", array(&[low.to_string(), high.to_string()])),
                format!("partition_projection_interval = {interval}"),
            ];
            all.extend(digits.map(|digits| format!("partition_projection_digits = {digits}")));
            all
        }
        Projection::Date { low, high, format, interval, unit } => {
            let range = bound(low).zip(bound(high)).zip(unit_word(*unit));
            let Some(((low, high), unit)) = range else { return values(key, projection) };
            vec![
                kind("DATE"),
                format!("partition_projection_format = {}", string(format)),
                format!("partition_projection_range = {}", array(&[low, high])),
                format!("partition_projection_interval = {interval}"),
                format!("partition_projection_interval_unit = '{unit}'"),
            ]
        }
        Projection::Injected => vec![kind("INJECTED")],
    })
}

fn listed(values: &[String]) -> Vec<String> {
    vec!["partition_projection_type = 'ENUM'".to_owned(), format!("partition_projection_values = {}", array(values))]
}

/// A range as the list of its values now.
fn values(key: &Column, projection: &Projection) -> Result<Vec<String>, EngineError> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let picoseconds = i128::try_from(now.as_millis()).unwrap_or_default() * 1_000_000_000;
    projection.values(picoseconds).map(|values| listed(&values)).ok_or_else(|| {
        refused(format!("the range of the projected key `{}` has too many values for a list: shorten it", key.name))
    })
}

fn bound(bound: &DateBound) -> Option<String> {
    match bound {
        DateBound::At(text) => Some(text.clone()),
        DateBound::Now(0, _) => Some("NOW".to_owned()),
        DateBound::Now(offset, unit) => {
            let sign = if *offset < 0 { '-' } else { '+' };
            Some(format!("NOW{sign}{}{}", offset.unsigned_abs(), unit_word(*unit)?))
        }
    }
}

fn unit_word(unit: DateUnit) -> Option<&'static str> {
    match unit {
        DateUnit::Days => Some("DAYS"),
        DateUnit::Hours => Some("HOURS"),
        DateUnit::Minutes => Some("MINUTES"),
        DateUnit::Seconds => Some("SECONDS"),
        DateUnit::Years | DateUnit::Months | DateUnit::Weeks | DateUnit::Millis => None,
    }
}

#[cfg(test)]
mod tests {
    use super::properties;
    use crate::catalog::{Column, DateBound, DateUnit, Projection};
    use crate::types::Type;

    #[test]
    fn a_range_of_months_is_a_list() {
        let key = Column { name: "month".to_owned(), ty: Type::VARCHAR, comment: None };
        let projection = Projection::Date {
            low: DateBound::At("2024/01".to_owned()),
            high: DateBound::At("2024/03".to_owned()),
            format: "yyyy/MM".to_owned(),
            interval: 1,
            unit: DateUnit::Months,
        };
        let written = properties(&key, &projection).expect("three values").join(", ");
        assert_eq!(
            written,
            "partition_projection_type = 'ENUM', partition_projection_values = ARRAY['2024/01', '2024/02', '2024/03']"
        );
    }
}
