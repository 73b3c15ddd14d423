//! How values of Trino's types lie in Arrow arrays.
//!
//! Arrow's types are fewer and mean other things (its timestamps know no picoseconds, its intervals
//! count days apart from milliseconds), so the engine never lets DataFusion infer a type: every array
//! has the physical type that this file gives its Trino type, and what DataFusion computes natively
//! is only what is right on that physical type.

use std::sync::Arc;

use datafusion::arrow::array::types::{
    Date32Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType,
};
use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Fields, TimeUnit};

use super::ColumnBuilder;
use crate::constant::{Value, Zone};
use crate::engine::{EngineError, ErrorClass};
use crate::types::Type;

/// Picoseconds in a microsecond, the finest unit that Arrow's own timestamps are used for.
const PICOSECONDS_PER_MICROSECOND: i128 = 1_000_000;

/// The Arrow type that holds a Trino type's values. All fields are nullable but a map's keys.
///
/// # Errors
///
/// The engine cannot hold values of this type.
pub fn physical_type(ty: &Type) -> Result<DataType, EngineError> {
    Ok(match ty {
        Type::Unknown => DataType::Null,
        Type::Boolean => DataType::Boolean,
        Type::TinyInt => DataType::Int8,
        Type::SmallInt => DataType::Int16,
        Type::Integer => DataType::Int32,
        Type::BigInt | Type::Time(_) | Type::IntervalDayToSecond | Type::IntervalYearToMonth => DataType::Int64,
        Type::Real => DataType::Float32,
        Type::Double => DataType::Float64,
        Type::Decimal(precision, scale) => DataType::Decimal128(*precision, i8::try_from(*scale).unwrap_or(i8::MAX)),
        Type::Varchar(_) | Type::Char(_) | Type::Json => DataType::Utf8,
        Type::Varbinary => DataType::Binary,
        Type::Date => DataType::Date32,
        Type::Timestamp(precision) => instant_type(*precision),
        Type::TimestampWithTimeZone(precision) => DataType::Struct(zoned_fields(*precision)),
        Type::TimeWithTimeZone(_) => DataType::Struct(time_with_zone_fields()),
        Type::Uuid | Type::IpAddress => DataType::FixedSizeBinary(16),
        Type::Array(element) => DataType::List(item_field(element)?),
        Type::Map(key, value) => DataType::Map(entries_field(key, value)?, false),
        Type::Row(fields) => DataType::Struct(row_fields(fields.iter().map(|field| &field.ty))?),
        Type::Function(..) | Type::Named(_) | Type::Opaque => {
            let message = format!("the embedded engine has no type {ty}");
            return Err(EngineError::new(ErrorClass::Unsupported, message));
        }
    })
}

/// The Arrow schema fields of columns by position: `c0`, `c1`, …. Names may repeat or be missing in a
/// query's result, so the engine never finds a column by its name.
///
/// # Errors
///
/// The engine cannot hold values of one of the types.
pub fn positional_fields<'a>(types: impl Iterator<Item = &'a Type>) -> Result<Fields, EngineError> {
    types.enumerate().map(|(at, ty)| Ok(Field::new(format!("c{at}"), physical_type(ty)?, true))).collect()
}

/// The value in a row of an array of the type's physical type, or of an array of nothing but NULL: to
/// learn whether a predicate rejects NULL, DataFusion's planner calls a function with such an array in
/// the place of any other.
///
/// # Panics
///
/// The array is of yet another type, or has no such row.
pub fn to_value(array: &dyn Array, row: usize, ty: &Type) -> Value {
    // An array of nothing but NULL has no mask of its own that could say so.
    if array.data_type().is_null() || array.is_null(row) {
        return Value::Null;
    }
    match ty {
        Type::Unknown | Type::Function(..) | Type::Named(_) | Type::Opaque => Value::Null,
        Type::Boolean => Value::Boolean(array.as_boolean().value(row)),
        Type::TinyInt => Value::Integer(array.as_primitive::<Int8Type>().value(row).into()),
        Type::SmallInt => Value::Integer(array.as_primitive::<Int16Type>().value(row).into()),
        Type::Integer => Value::Integer(array.as_primitive::<Int32Type>().value(row).into()),
        Type::BigInt => Value::Integer(array.as_primitive::<Int64Type>().value(row)),
        Type::Real => Value::Real(array.as_primitive::<Float32Type>().value(row)),
        Type::Double => Value::Double(array.as_primitive::<Float64Type>().value(row)),
        Type::Decimal(..) => Value::Decimal(array.as_primitive::<Decimal128Type>().value(row)),
        Type::Varchar(_) | Type::Char(_) => Value::Varchar(array.as_string::<i32>().value(row).into()),
        Type::Json => Value::Json(array.as_string::<i32>().value(row).into()),
        Type::Varbinary => Value::Varbinary(array.as_binary::<i32>().value(row).into()),
        Type::Uuid | Type::IpAddress => Value::Varbinary(array.as_fixed_size_binary().value(row).into()),
        Type::Date => Value::Date(array.as_primitive::<Date32Type>().value(row)),
        Type::Time(_) => Value::Time(array.as_primitive::<Int64Type>().value(row)),
        Type::IntervalDayToSecond => Value::IntervalDayToSecond(array.as_primitive::<Int64Type>().value(row)),
        Type::IntervalYearToMonth => Value::IntervalYearToMonth(array.as_primitive::<Int64Type>().value(row)),
        Type::Timestamp(precision) => Value::Timestamp(instant(array, row, *precision)),
        Type::TimestampWithTimeZone(precision) => {
            let parts = array.as_struct();
            let picoseconds = instant(parts.column(0), row, *precision);
            Value::TimestampWithTimeZone(picoseconds, zone_from_text(parts.column(1).as_string::<i32>().value(row)))
        }
        Type::TimeWithTimeZone(_) => {
            let parts = array.as_struct();
            let picoseconds = parts.column(0).as_primitive::<Int64Type>().value(row);
            Value::TimeWithTimeZone(picoseconds, parts.column(1).as_primitive::<Int16Type>().value(row))
        }
        Type::Array(element) => {
            let items = array.as_list::<i32>().value(row);
            Value::Array((0..items.len()).map(|at| to_value(&items, at, element)).collect())
        }
        Type::Map(key, value) => {
            let entries = array.as_map().value(row);
            let (keys, values) = (entries.column(0), entries.column(1));
            Value::Map((0..entries.len()).map(|at| (to_value(keys, at, key), to_value(values, at, value))).collect())
        }
        Type::Row(fields) => {
            let parts = array.as_struct();
            Value::Row(fields.iter().zip(parts.columns()).map(|(field, part)| to_value(part, row, &field.ty)).collect())
        }
    }
}

/// An array of the type's physical type that holds these values.
///
/// # Errors
///
/// The engine cannot hold values of the type, or a value is none of the type's.
pub fn from_values(values: &[Value], ty: &Type) -> Result<ArrayRef, EngineError> {
    let mut builder = ColumnBuilder::new(ty, values.len())?;
    for value in values {
        builder.append(value)?;
    }
    Ok(builder.finish())
}

/// A zone as the engine's arrays hold it: `UTC`, `+02:00` or a region's name.
pub fn zone_to_text(zone: &Zone) -> String {
    match zone {
        Zone::Offset(0) => "UTC".to_owned(),
        Zone::Offset(minutes) => {
            let sign = if *minutes < 0 { '-' } else { '+' };
            let minutes = minutes.unsigned_abs();
            format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
        }
        Zone::Region(name) => name.to_string(),
    }
}

/// The zone that [`zone_to_text`] wrote.
pub fn zone_from_text(text: &str) -> Zone {
    let offset = |text: &str| {
        let (hours, minutes) = text.split_once(':')?;
        Some(hours.parse::<i16>().ok()? * 60 + minutes.parse::<i16>().ok()?)
    };
    if text == "UTC" {
        return Zone::Offset(0);
    }
    let parsed = match text.split_at_checked(1) {
        Some(("+", rest)) => offset(rest),
        Some(("-", rest)) => offset(rest).map(|minutes| -minutes),
        _ => None,
    };
    parsed.map_or_else(|| Zone::Region(text.into()), Zone::Offset)
}

/// Whether a timestamp of this precision is held in microseconds; a finer one is a decimal number of
/// picoseconds.
pub(super) fn in_microseconds(precision: u8) -> bool {
    precision <= 6
}

/// Picoseconds as the microseconds an array holds; none if they are out of its range.
pub(super) fn microseconds(picoseconds: i128) -> Option<i64> {
    i64::try_from(picoseconds.div_euclid(PICOSECONDS_PER_MICROSECOND)).ok()
}

/// The fields of a row's struct, by position: row fields may have no name, or the same one.
pub(super) fn row_fields<'a>(types: impl Iterator<Item = &'a Type>) -> Result<Fields, EngineError> {
    types.enumerate().map(|(at, ty)| Ok(Field::new(format!("f{at}"), physical_type(ty)?, true))).collect()
}

/// The field of a list's items.
pub(super) fn item_field(element: &Type) -> Result<FieldRef, EngineError> {
    Ok(Arc::new(Field::new_list_field(physical_type(element)?, true)))
}

/// The fields of a map's entries.
pub(super) fn entry_fields(key: &Type, value: &Type) -> Result<Fields, EngineError> {
    let key = Field::new("key", physical_type(key)?, false);
    Ok(Fields::from(vec![key, Field::new("value", physical_type(value)?, true)]))
}

/// The field of a map's entries as a whole.
pub(super) fn entries_field(key: &Type, value: &Type) -> Result<FieldRef, EngineError> {
    Ok(Arc::new(Field::new("entries", DataType::Struct(entry_fields(key, value)?), false)))
}

/// The fields of a `timestamp(p) with time zone`.
pub(super) fn zoned_fields(precision: u8) -> Fields {
    let instant = Field::new("instant", instant_type(precision), true);
    Fields::from(vec![instant, Field::new("zone", DataType::Utf8, true)])
}

/// The fields of a `time(p) with time zone`.
pub(super) fn time_with_zone_fields() -> Fields {
    Fields::from(vec![
        Field::new("picoseconds", DataType::Int64, true),
        Field::new("offset_minutes", DataType::Int16, true),
    ])
}

fn instant_type(precision: u8) -> DataType {
    if in_microseconds(precision) {
        DataType::Timestamp(TimeUnit::Microsecond, None)
    } else {
        DataType::Decimal128(38, 0)
    }
}

fn instant(array: &dyn Array, row: usize, precision: u8) -> i128 {
    if in_microseconds(precision) {
        i128::from(array.as_primitive::<TimestampMicrosecondType>().value(row)) * PICOSECONDS_PER_MICROSECOND
    } else {
        array.as_primitive::<Decimal128Type>().value(row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every kind of type gives back the values it was given, NULL among them.
    #[test]
    fn values_survive_arrays() {
        let berlin = Value::TimestampWithTimeZone(-1_000_000, Zone::Region("Europe/Berlin".into()));
        let west = Value::TimestampWithTimeZone(7_000_000_000_000, Zone::Offset(-330));
        let row = Type::row([("x", Type::Integer), ("x", Type::array(Type::VARCHAR))]);
        let nested = Value::Row([Value::Integer(1), Value::Array([Value::Null, Value::varchar("ü")].into())].into());
        let entries = Value::Map([(Value::varchar("k"), nested.clone())].into());
        let cases = [
            (Type::Boolean, Value::Boolean(true)),
            (Type::TinyInt, Value::Integer(-128)),
            (Type::BigInt, Value::Integer(i64::MAX)),
            (Type::Decimal(38, 2), Value::Decimal(-12_345)),
            (Type::Json, Value::Json("{}".into())),
            (Type::Varbinary, Value::Varbinary([0u8, 255].into())),
            (Type::Uuid, Value::Varbinary([7u8; 16].into())),
            (Type::Timestamp(3), Value::Timestamp(-1_000_000)),
            (Type::Timestamp(12), Value::Timestamp(1)),
            (Type::TimestampWithTimeZone(3), berlin),
            (Type::TimestampWithTimeZone(0), west),
            (Type::TimeWithTimeZone(3), Value::TimeWithTimeZone(5, -60)),
            (row.clone(), nested),
            (Type::map(Type::VARCHAR, row), entries),
            (Type::row([]), Value::Row([].into())),
        ];
        for (ty, value) in cases {
            let values = [value.clone(), Value::Null, value];
            let array = from_values(&values, &ty).expect("the values are of the type");
            assert_eq!(array.data_type(), &physical_type(&ty).expect("the type has arrays"), "{ty}");
            let back: Vec<Value> = (0..3).map(|at| to_value(&array, at, &ty)).collect();
            assert_eq!(back, values, "{ty}");
        }
    }

    #[test]
    fn a_value_of_another_type_is_an_error() {
        assert!(from_values(&[Value::Integer(300)], &Type::TinyInt).is_err());
        assert!(from_values(&[Value::Boolean(true)], &Type::VARCHAR).is_err());
    }
}
