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
use super::evaluate::argument_arrays;
use super::raised;
use crate::constant::{EvalError, Value};
use crate::types::Type;

/// What a key is used for, which decides what becomes of NULL and NaN inside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Purpose {
    /// Grouping and DISTINCT: NULL is NULL and NaN is NaN.
    Group,
    /// `=` of a join: a NULL inside the value, or a NaN, matches nothing.
    Equal,
    /// Sorting, descending or not: NaN comes last either way.
    Sort {
        /// `DESC`.
        descending: bool,
    },
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
    let sorts = matches!(purpose, Purpose::Sort { .. });
    let as_stored = if sorts { sorted_as_stored(ty) } else { equal_as_stored(ty) };
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
        let arrays = argument_arrays(&call)?;
        let mut builder = BinaryBuilder::new();
        for row in 0..call.number_rows {
            let values: Vec<Value> =
                arrays.iter().zip(&self.types).map(|(array, ty)| to_value(array, row, ty)).collect();
            builder.append_option(self.key(&values).map_err(|error| raised(&error))?);
        }
        Ok(ColumnarValue::Array(Arc::new(builder.finish()) as ArrayRef))
    }
}

impl ComparisonKey {
    fn key(&self, values: &[Value]) -> Result<Option<Vec<u8>>, EvalError> {
        let single = values.len() == 1;
        let mut encoder = Encoder::default();
        let mut known = true;
        for (value, ty) in values.iter().zip(&self.types) {
            if single && value.is_null() {
                return Ok(None);
            }
            if let Purpose::Sort { descending } = self.purpose {
                return order_key(value, ty, descending).map(Some);
            }
            known &= encoder.nullable(value, ty);
        }
        Ok((known || self.purpose != Purpose::Equal).then_some(encoder.bytes))
    }
}

/// The key of a value that is not NULL, to sort by. NaN is above all other numbers, or below them.
///
/// # Errors
///
/// The value has a NULL inside, which Trino refuses to order.
pub(super) fn order_key(value: &Value, ty: &Type, nan_below: bool) -> Result<Vec<u8>, EvalError> {
    if holds_null(value) {
        let message = format!("the order of values of {ty} with NULLs inside");
        return Err(EvalError::refused(message));
    }
    let mut encoder = Encoder { nan_below, ..Encoder::default() };
    encoder.nullable(value, ty);
    Ok(encoder.bytes)
}

/// The key of a value, NULL included, to tell it from others by.
pub(super) fn group_key(value: &Value, ty: &Type) -> Vec<u8> {
    let mut encoder = Encoder::default();
    encoder.nullable(value, ty);
    encoder.bytes
}

fn holds_null(value: &Value) -> bool {
    match value {
        Value::Array(items) | Value::Row(items) => items.iter().any(|item| item.is_null() || holds_null(item)),
        _ => false,
    }
}

/// Before a value that is not NULL. An array ends with [`END`], so that a prefix sorts first.
const PRESENT: u8 = 1;
const NULL: u8 = 2;
const END: u8 = 0;

const PICOSECONDS_PER_SECOND: i64 = 1_000_000_000_000;

/// Keys in the making. Each method appends and says whether `=` of the value with itself is true,
/// which it is not with a NULL or a NaN inside.
#[derive(Default)]
struct Encoder {
    bytes: Vec<u8>,
    nan_below: bool,
}

impl Encoder {
    fn nullable(&mut self, value: &Value, ty: &Type) -> bool {
        if value.is_null() {
            self.bytes.push(NULL);
            return false;
        }
        self.bytes.push(PRESENT);
        self.value(value, ty)
    }

    fn value(&mut self, value: &Value, ty: &Type) -> bool {
        match (value, ty) {
            (Value::Null, _) => unreachable!("NULL has a mark of its own"),
            (Value::Boolean(truth), _) => self.bytes.push(u8::from(*truth)),
            (Value::Integer(number) | Value::Time(number), _)
            | (Value::IntervalDayToSecond(number) | Value::IntervalYearToMonth(number), _) => self.integer(*number),
            (Value::Date(days), _) => self.integer(i64::from(*days)),
            (Value::Real(number), _) => return self.float(f64::from(*number)),
            (Value::Double(number), _) => return self.float(*number),
            (Value::Decimal(number) | Value::Timestamp(number) | Value::TimestampWithTimeZone(number, _), _) => {
                self.bytes.extend((*number as u128 ^ (1 << 127)).to_be_bytes());
            }
            (Value::TimeWithTimeZone(picoseconds, minutes), _) => {
                let day = 86_400 * PICOSECONDS_PER_SECOND;
                self.integer((picoseconds - i64::from(*minutes) * 60 * PICOSECONDS_PER_SECOND).rem_euclid(day));
            }
            (Value::Varchar(text), Type::Char(length)) => {
                let missing = (*length as usize).saturating_sub(text.chars().count());
                self.delimited(text.bytes().chain(std::iter::repeat_n(b' ', missing)));
            }
            (Value::Varchar(text) | Value::Json(text), _) => self.delimited(text.bytes()),
            (Value::Varbinary(binary), _) => self.delimited(binary.iter().copied()),
            (Value::Array(items), Type::Array(element)) => {
                let mut known = true;
                for item in items.iter() {
                    known &= self.nullable(item, element);
                }
                self.bytes.push(END);
                return known;
            }
            (Value::Row(fields), Type::Row(types)) => {
                let mut known = true;
                for (field, ty) in fields.iter().zip(types.iter()) {
                    known &= self.nullable(field, &ty.ty);
                }
                return known;
            }
            (Value::Map(entries), Type::Map(key, item)) => return self.map(entries, key, item),
            (Value::Array(_) | Value::Row(_) | Value::Map(_), _) => {
                unreachable!("a nested value has the type of its column")
            }
        }
        true
    }

    /// A map's entries, whatever order they are in.
    fn map(&mut self, entries: &[(Value, Value)], key: &Type, item: &Type) -> bool {
        let mut known = true;
        let mut keys: Vec<Vec<u8>> = Vec::with_capacity(entries.len());
        for (name, value) in entries {
            let mut entry = Encoder { nan_below: self.nan_below, ..Encoder::default() };
            known &= entry.nullable(name, key);
            known &= entry.nullable(value, item);
            keys.push(entry.bytes);
        }
        keys.sort();
        self.bytes.extend(keys.concat());
        self.bytes.push(END);
        known
    }

    fn integer(&mut self, number: i64) {
        self.bytes.extend((number as u64 ^ (1 << 63)).to_be_bytes());
    }

    /// A number in IEEE 754 total order, with one NaN at one end and one zero.
    fn float(&mut self, number: f64) -> bool {
        let raw = if number.is_nan() { f64::NAN.abs().to_bits() } else { (number + 0.0).to_bits() };
        let ordered = match (number.is_nan(), raw >> 63) {
            (true, _) if self.nan_below => 0,
            (_, 0) => raw ^ (1 << 63),
            _ => !raw,
        };
        self.bytes.extend(ordered.to_be_bytes());
        !number.is_nan()
    }

    /// Bytes with an end mark that sorts before every byte: a zero byte is written as 0 255, the end
    /// as 0 0.
    fn delimited(&mut self, content: impl Iterator<Item = u8>) {
        for byte in content {
            self.bytes.push(byte);
            if byte == 0 {
                self.bytes.push(255);
            }
        }
        self.bytes.extend([0, 0]);
    }
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
