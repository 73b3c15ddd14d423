//! An array from a file as the physical type of its column's declared type.
//!
//! Only what Athena converts is converted: wider integers and floats, other units of time, other
//! layouts of the same text. A file that holds something else is an error, as it is there
//! (`HIVE_BAD_DATA`).

use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, ListArray, MapArray, StringArray, StructArray, TimestampMicrosecondBuilder,
    new_null_array,
};
use datafusion::arrow::compute::{CastOptions, cast_with_options};
use datafusion::arrow::datatypes::{
    DataType, Float64Type, Int32Type, Int64Type, TimeUnit, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};

use crate::engine::local::arrow::{entries_field, entry_fields, item_field, physical_type, row_fields};
use crate::types::{RowField, Type};

/// Converts a column; the error says what does not fit. Numbers become texts here only, not within other values.
pub fn conform_column(array: &ArrayRef, ty: &Type) -> Result<ArrayRef, String> {
    let array = signed(array).unwrap_or_else(|| array.clone());
    match (ty, array.data_type()) {
        (Type::Varchar(limit), held) if held.is_integer() || matches!(held, DataType::Decimal128(..)) => {
            texts(&array, *limit)
        }
        _ => conform(&array, ty),
    }
}

/// Converts an array; the error says what does not fit.
fn conform(array: &ArrayRef, ty: &Type) -> Result<ArrayRef, String> {
    let wanted = physical_type(ty).map_err(|error| error.message)?;
    if let Some(signed) = signed(array) {
        return conform(&signed, ty);
    }
    match (ty, array.data_type()) {
        (Type::Double, DataType::Int64) => doubles(array),
        (Type::Array(element), DataType::List(_)) => {
            let list = array.as_list::<i32>();
            let items = conform(list.values(), element)?;
            let field = item_field(element).map_err(|error| error.message)?;
            let list = ListArray::try_new(field, list.offsets().clone(), items, list.nulls().cloned());
            Ok(Arc::new(list.map_err(|error| error.to_string())?))
        }
        (Type::Map(key, value), DataType::Map(_, _)) => {
            let map = array.as_map();
            let fields = entry_fields(key, value).map_err(|error| error.message)?;
            let field = entries_field(key, value).map_err(|error| error.message)?;
            let parts = vec![conform(map.keys(), key)?, conform(map.values(), value)?];
            let entries = StructArray::try_new(fields, parts, None).map_err(|error| error.to_string())?;
            let map = MapArray::try_new(field, map.offsets().clone(), entries, map.nulls().cloned(), false);
            Ok(Arc::new(map.map_err(|error| error.to_string())?))
        }
        (Type::Row(fields), DataType::Struct(held)) => {
            let is_held = |field: &RowField| {
                held.iter().any(|held| Some(held.name().to_lowercase().as_str()) == field.name.as_deref())
            };
            if !fields.is_empty() && !fields.iter().any(is_held) {
                return Ok(new_null_array(&wanted, array.len()));
            }
            row(array.as_struct(), fields)
        }
        (Type::Timestamp(precision), DataType::Timestamp(unit, _)) => timestamps(array, *unit, *precision),
        (_, held) if holds(held, &wanted) => {
            let options = CastOptions { safe: false, ..CastOptions::default() };
            let array = cast_with_options(array, &wanted, &options).map_err(|error| error.to_string())?;
            Ok(shortened(array, ty))
        }
        (_, held) => Err(format!("HIVE_BAD_DATA: the file holds {held}, which the column's type {ty} does not fit")),
    }
}

/// Unsigned numbers as the signed ones of their width in the file, which Trino reads them as; none of what is no
/// unsigned number.
fn signed(array: &ArrayRef) -> Option<ArrayRef> {
    Some(match array.data_type() {
        DataType::UInt8 => Arc::new(array.as_primitive::<UInt8Type>().unary::<_, Int32Type>(i32::from)),
        DataType::UInt16 => Arc::new(array.as_primitive::<UInt16Type>().unary::<_, Int32Type>(i32::from)),
        DataType::UInt32 => Arc::new(array.as_primitive::<UInt32Type>().unary::<_, Int32Type>(u32::cast_signed)),
        DataType::UInt64 => Arc::new(array.as_primitive::<UInt64Type>().unary::<_, Int64Type>(u64::cast_signed)),
        _ => return None,
    })
}

/// Numbers as texts, none of which may be longer than its column's type allows.
fn texts(array: &ArrayRef, limit: Option<u32>) -> Result<ArrayRef, String> {
    let texts =
        cast_with_options(array, &DataType::Utf8, &CastOptions::default()).map_err(|error| error.to_string())?;
    let limit = limit.map_or(usize::MAX, |limit| limit as usize);
    match texts.as_string::<i32>().iter().flatten().find(|text| text.len() > limit) {
        Some(text) => Err(format!("the file holds {text}, which is longer than the column's type allows")),
        None => Ok(texts),
    }
}

/// Whole numbers as doubles that are equal to them.
fn doubles(array: &ArrayRef) -> Result<ArrayRef, String> {
    let exact = |number: i64| {
        let double = number as f64;
        (double as i128 == i128::from(number)).then_some(double).ok_or_else(|| format!("{number} is no double"))
    };
    Ok(Arc::new(array.as_primitive::<Int64Type>().try_unary::<_, Float64Type, String>(exact)?))
}

/// Points in time rounded to a precision that the engine holds in microseconds.
fn timestamps(array: &ArrayRef, unit: TimeUnit, precision: u8) -> Result<ArrayRef, String> {
    let micros = match unit {
        TimeUnit::Second => (1_000_000, 1),
        TimeUnit::Millisecond => (1_000, 1),
        TimeUnit::Microsecond => (1, 1),
        TimeUnit::Nanosecond => (1, 1_000),
    };
    let step = 6u32.checked_sub(u32::from(precision)).ok_or("the file's timestamps are rounded")?;
    let step = 10i64.pow(step);
    let options = CastOptions { safe: false, ..CastOptions::default() };
    let numbers = cast_with_options(array, &DataType::Int64, &options).map_err(|error| error.to_string())?;
    let rounded = |number: i64| {
        let (times, parts) = micros;
        let unit = step.checked_mul(parts)?;
        number.checked_mul(times)?.checked_add(unit / 2)?.div_euclid(unit).checked_mul(step)
    };
    let mut out = TimestampMicrosecondBuilder::with_capacity(numbers.len());
    for number in numbers.as_primitive::<Int64Type>() {
        match number.map(rounded) {
            Some(Some(number)) => out.append_value(number),
            Some(None) => return Err("the file holds a time that is out of range".to_owned()),
            None => out.append_null(),
        }
    }
    Ok(Arc::new(out.finish()))
}

/// A struct's parts by the names of the row's fields; what the file lacks is NULL. A struct of which it has none of
/// them is NULL as a whole.
fn row(array: &StructArray, fields: &[RowField]) -> Result<ArrayRef, String> {
    let mut parts = Vec::with_capacity(fields.len());
    for field in fields {
        let name = field.name.as_deref().unwrap_or_default();
        let position = array.fields().iter().position(|held| held.name().to_lowercase() == name);
        parts.push(match position {
            Some(position) => conform(array.column(position), &field.ty)?,
            None => new_null_array(&physical_type(&field.ty).map_err(|error| error.message)?, array.len()),
        });
    }
    let wanted = row_fields(fields.iter().map(|field| &field.ty)).map_err(|error| error.message)?;
    if parts.is_empty() {
        return Ok(Arc::new(StructArray::new_empty_fields(array.len(), array.nulls().cloned())));
    }
    let array = StructArray::try_new(wanted, parts, array.nulls().cloned()).map_err(|error| error.to_string())?;
    Ok(Arc::new(array))
}

/// Whether values of a file's type are values of a column's without loss.
fn holds(held: &DataType, wanted: &DataType) -> bool {
    use DataType::{
        Binary, BinaryView, Boolean, Date32, Decimal128, FixedSizeBinary, Float32, Float64, Int8, Int16, Int32, Int64,
        LargeBinary, LargeUtf8, Utf8, Utf8View,
    };
    match (held, wanted) {
        (Boolean, Boolean) | (Date32, Date32) | (Float32, Float32 | Float64) | (Float64, Float64) => true,
        (Int8, Int8 | Int16 | Int32 | Int64) | (Int16, Int16 | Int32 | Int64) | (Int32, Int32 | Int64) => true,
        (Int64, Int64) | (Int8 | Int16 | Int32, Float64 | Decimal128(..=18, _)) => true,
        // Files know 32-bit integers as their shortest; a value that does not fit is an error.
        (Int32, Int8 | Int16) => true,
        (Decimal128(_, held), Decimal128(_, wanted)) => held <= wanted,
        (Utf8 | LargeUtf8 | Utf8View | Binary | LargeBinary | BinaryView, Utf8) => true,
        (Utf8 | LargeUtf8 | Utf8View | Binary | LargeBinary | BinaryView | FixedSizeBinary(_), Binary) => true,
        (FixedSizeBinary(held), FixedSizeBinary(wanted)) => held == wanted,
        _ => false,
    }
}

/// Texts cut to a bounded varchar's length.
fn shortened(array: ArrayRef, ty: &Type) -> ArrayRef {
    let limit = match ty {
        Type::Varchar(Some(limit)) | Type::Char(limit) => *limit as usize,
        _ => return array,
    };
    let cut = |text: &str| match text.char_indices().nth(limit) {
        Some((end, _)) => text[..end].to_owned(),
        None => text.to_owned(),
    };
    let trim = matches!(ty, Type::Char(_));
    let texts = array
        .as_string::<i32>()
        .iter()
        .map(|text| text.map(|text| if trim { cut(text).trim_end_matches(' ').to_owned() } else { cut(text) }));
    Arc::new(texts.collect::<StringArray>())
}
