//! Comparison keys: bytes that are equal where Trino says two values are not distinct, and that sort
//! as Trino sorts them.
//!
//! DataFusion groups, joins and sorts physical values. For most types that is what Trino does; for
//! the others (a `timestamp with time zone` is compared by its instant, doubles have NaN and -0,
//! `char` is compared as if padded, rows and arrays nest) a column of these keys stands in.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, BinaryBuilder};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::{
    ColumnarValue, Expr as Plan, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

use super::super::arrow::to_value;
use crate::constant::{EvalError, Value};
use crate::types::Type;

/// What a key is used for, which decides what becomes of NULL and NaN inside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Purpose {
    /// Grouping and DISTINCT: NULL is NULL and NaN is NaN.
    Group,
    /// `=` of a join: a NULL inside the value, or a NaN, matches nothing.
    Equal,
    /// Sorting: NaN is the largest number.
    Sort,
}

/// Whether physical values of the type are equal exactly where Trino's are.
pub(super) fn equal_as_stored(ty: &Type) -> bool {
    sorted_as_stored(ty) || matches!(ty, Type::Json | Type::Uuid)
}

/// Whether physical values of the type also sort as Trino's do.
pub(super) fn sorted_as_stored(ty: &Type) -> bool {
    ty.is_integer()
        || matches!(
            ty,
            Type::Boolean
                | Type::Decimal(..)
                | Type::Varchar(_)
                | Type::Varbinary
                | Type::Date
                | Type::Time(_)
                | Type::Timestamp(_)
                | Type::IntervalDayToSecond
                | Type::IntervalYearToMonth
                | Type::IpAddress
        )
}

/// What stands in for an expression where values are compared: itself, or its key.
pub(super) fn keyed(expr: Plan, ty: &Type, purpose: Purpose) -> Plan {
    let as_stored = if purpose == Purpose::Sort { sorted_as_stored(ty) } else { equal_as_stored(ty) };
    if as_stored { expr } else { key_of(vec![(expr, ty.clone())], purpose) }
}

/// One key over several expressions; NULL only for a single NULL, or what [`Purpose::Equal`] rejects.
pub(super) fn key_of(parts: Vec<(Plan, Type)>, purpose: Purpose) -> Plan {
    let (expressions, types): (Vec<Plan>, Vec<Type>) = parts.into_iter().unzip();
    let signature = Signature::any(types.len(), Volatility::Immutable);
    Arc::new(ScalarUDF::from(ComparisonKey { types, purpose, signature })).call(expressions)
}

/// The function that makes keys of columns.
#[derive(Debug, PartialEq, Eq, Hash)]
struct ComparisonKey {
    types: Vec<Type>,
    purpose: Purpose,
    signature: Signature,
}

impl ScalarUDFImpl for ComparisonKey {
    fn name(&self) -> &str {
        "comparison_key"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Binary)
    }

    fn invoke_with_args(&self, call: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&call.args)?;
        let mut builder = BinaryBuilder::new();
        let mut bytes = Vec::new();
        for row in 0..call.number_rows {
            let values: Vec<Value> =
                arrays.iter().zip(&self.types).map(|(array, ty)| to_value(array, row, ty)).collect();
            bytes.clear();
            let known = match (values.as_slice(), self.types.as_slice()) {
                ([value], [ty]) => !value.is_null() && self.append(&mut bytes, value, ty),
                (values, types) => {
                    values.iter().zip(types).all(|(value, ty)| self.append_nullable(&mut bytes, value, ty))
                }
            };
            builder.append_option(known.then_some(&bytes));
        }
        Ok(ColumnarValue::Array(Arc::new(builder.finish()) as ArrayRef))
    }
}

impl ComparisonKey {
    fn append(&self, bytes: &mut Vec<u8>, value: &Value, ty: &Type) -> bool {
        encode(bytes, value, ty) || self.purpose != Purpose::Equal
    }

    fn append_nullable(&self, bytes: &mut Vec<u8>, value: &Value, ty: &Type) -> bool {
        encode_nullable(bytes, value, ty) || self.purpose != Purpose::Equal
    }
}

/// The key of a value that is not NULL, to sort by.
///
/// # Errors
///
/// The value has a NULL inside, which Trino refuses to order.
pub(super) fn order_key(value: &Value, ty: &Type) -> Result<Vec<u8>, EvalError> {
    if holds_null(value) {
        let message = format!("comparison not supported for values of {ty} with null elements");
        return Err(EvalError::new("NOT_SUPPORTED", message));
    }
    Ok(group_key(value, ty))
}

/// The key of a value, NULL included, to tell it from others by.
pub(super) fn group_key(value: &Value, ty: &Type) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode_nullable(&mut bytes, value, ty);
    bytes
}

fn holds_null(value: &Value) -> bool {
    match value {
        Value::Array(items) | Value::Row(items) => items.iter().any(|item| item.is_null() || holds_null(item)),
        _ => false,
    }
}

/// Appends a value's key; whether `=` of it with itself is true (no NULL, no NaN inside).
fn encode_nullable(bytes: &mut Vec<u8>, value: &Value, ty: &Type) -> bool {
    if value.is_null() {
        bytes.push(NULL);
        return false;
    }
    bytes.push(PRESENT);
    encode(bytes, value, ty)
}

/// Before a value that is not NULL. An array ends with [`END`], so that a prefix sorts first.
const PRESENT: u8 = 1;
const NULL: u8 = 2;
const END: u8 = 0;

fn encode(bytes: &mut Vec<u8>, value: &Value, ty: &Type) -> bool {
    match (value, ty) {
        (Value::Null, _) => bytes.push(NULL),
        (Value::Boolean(truth), _) => bytes.push(u8::from(*truth)),
        (Value::Integer(number) | Value::Time(number), _)
        | (Value::IntervalDayToSecond(number) | Value::IntervalYearToMonth(number), _) => integer(bytes, *number),
        (Value::Date(days), _) => integer(bytes, i64::from(*days)),
        (Value::Real(number), _) => return float(bytes, f64::from(*number)),
        (Value::Double(number), _) => return float(bytes, *number),
        (Value::Decimal(number) | Value::Timestamp(number) | Value::TimestampWithTimeZone(number, _), _) => {
            bytes.extend((*number as u128 ^ (1 << 127)).to_be_bytes());
        }
        (Value::TimeWithTimeZone(picoseconds, minutes), _) => {
            let day = 86_400 * PICOSECONDS_PER_SECOND;
            integer(bytes, (picoseconds - i64::from(*minutes) * 60 * PICOSECONDS_PER_SECOND).rem_euclid(day));
        }
        (Value::Varchar(text), Type::Char(length)) => {
            let missing = (*length as usize).saturating_sub(text.chars().count());
            let padded = text.bytes().chain(std::iter::repeat_n(b' ', missing));
            delimited(bytes, padded);
        }
        (Value::Varchar(text) | Value::Json(text), _) => delimited(bytes, text.bytes()),
        (Value::Varbinary(binary), _) => delimited(bytes, binary.iter().copied()),
        (Value::Array(items), Type::Array(element)) => {
            let mut known = true;
            for item in items.iter() {
                known &= encode_nullable(bytes, item, element);
            }
            bytes.push(END);
            return known;
        }
        (Value::Row(fields), Type::Row(types)) => {
            let mut known = true;
            for (field, ty) in fields.iter().zip(types.iter()) {
                known &= encode_nullable(bytes, field, &ty.ty);
            }
            return known;
        }
        (Value::Map(entries), Type::Map(key, item)) => {
            let mut known = true;
            let mut keys: Vec<Vec<u8>> = Vec::with_capacity(entries.len());
            for (name, value) in entries.iter() {
                let mut entry = Vec::new();
                known &= encode_nullable(&mut entry, name, key);
                known &= encode_nullable(&mut entry, value, item);
                keys.push(entry);
            }
            keys.sort();
            bytes.extend(keys.concat());
            bytes.push(END);
            return known;
        }
        (Value::Array(_) | Value::Row(_) | Value::Map(_), _) => {
            unreachable!("a nested value has the type of its column")
        }
    }
    true
}

const PICOSECONDS_PER_SECOND: i64 = 1_000_000_000_000;

fn integer(bytes: &mut Vec<u8>, number: i64) {
    bytes.extend((number as u64 ^ (1 << 63)).to_be_bytes());
}

/// A number in IEEE 754 total order, with one NaN above all and one zero.
fn float(bytes: &mut Vec<u8>, number: f64) -> bool {
    let number = if number.is_nan() { f64::NAN.abs() } else { number + 0.0 };
    let raw = number.to_bits();
    let ordered = if number.is_sign_negative() { !raw } else { raw ^ (1 << 63) };
    bytes.extend(ordered.to_be_bytes());
    !number.is_nan()
}

/// Bytes with an end mark that sorts before every byte: a zero byte is written as 0 255, the end as 0 0.
fn delimited(bytes: &mut Vec<u8>, content: impl Iterator<Item = u8>) {
    for byte in content {
        bytes.push(byte);
        if byte == 0 {
            bytes.push(255);
        }
    }
    bytes.extend([0, 0]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(values: &[Value], ty: &Type) -> bool {
        let keys: Vec<Vec<u8>> = values.iter().map(|value| group_key(value, ty)).collect();
        keys.is_sorted_by(|left, right| left < right)
    }

    #[test]
    fn keys_sort_as_values_do() {
        let doubles = [f64::NEG_INFINITY, -1.5, 0.0, 1e-300, 2.0, f64::INFINITY, f64::NAN].map(Value::Double);
        assert!(sorted(&doubles, &Type::Double));
        let texts = ["", "\0", "\0a", "a", "a\0", "aa", "b", "ü"].map(Value::varchar);
        assert!(sorted(&texts, &Type::VARCHAR));
        let decimals = [i128::MIN + 1, -1, 0, 1, i128::MAX].map(Value::Decimal);
        assert!(sorted(&decimals, &Type::Decimal(38, 0)));
        let array = |items: &[i64]| Value::Array(items.iter().map(|item| Value::Integer(*item)).collect());
        assert!(sorted(&[array(&[]), array(&[1]), array(&[1, 2]), array(&[2])], &Type::array(Type::BigInt)));
        assert!(sorted(&[Value::varchar("a\u{1}"), Value::varchar("a")], &Type::Char(2)));
    }

    #[test]
    fn what_is_not_distinct_has_one_key() {
        assert_eq!(group_key(&Value::Double(-0.0), &Type::Double), group_key(&Value::Double(0.0), &Type::Double));
        let swapped = |left: &str, right: &str| {
            let entry = |key: &str| (Value::varchar(key), Value::Integer(1));
            Value::Map([entry(left), entry(right)].into())
        };
        let ty = Type::map(Type::VARCHAR, Type::BigInt);
        assert_eq!(group_key(&swapped("a", "b"), &ty), group_key(&swapped("b", "a"), &ty));
    }
}
