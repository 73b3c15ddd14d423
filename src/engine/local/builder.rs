//! Builds one Arrow array of a Trino type's physical type, value by value.
//!
//! Readers append what they parse without making a [`Value`] of it, so the parts of a nested column
//! are open to them: each part is a builder of its own.

use std::sync::Arc;

use datafusion::arrow::array::types::{
    Date32Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType,
};
use datafusion::arrow::array::{
    ArrayRef, BinaryBuilder, BooleanBuilder, FixedSizeBinaryBuilder, ListArray, MapArray, NullArray, NullBufferBuilder,
    PrimitiveBuilder, StringBuilder, StructArray,
};
use datafusion::arrow::buffer::{OffsetBuffer, ScalarBuffer};
use datafusion::arrow::datatypes::{FieldRef, Fields};

use super::arrow::{
    entries_field, entry_fields, in_microseconds, item_field, microseconds, row_fields, time_with_zone_fields,
    zone_to_text, zoned_fields,
};
use crate::constant::Value;
use crate::engine::{EngineError, ErrorClass};
use crate::types::Type;

/// Builds an array of one Trino type.
#[allow(missing_docs)]
pub enum ColumnBuilder {
    Null(usize),
    Boolean(BooleanBuilder),
    TinyInt(PrimitiveBuilder<Int8Type>),
    SmallInt(PrimitiveBuilder<Int16Type>),
    Integer(PrimitiveBuilder<Int32Type>),
    /// `bigint`, `time` and the intervals.
    BigInt(PrimitiveBuilder<Int64Type>),
    Real(PrimitiveBuilder<Float32Type>),
    Double(PrimitiveBuilder<Float64Type>),
    /// `decimal`, and a timestamp finer than microseconds.
    Decimal(PrimitiveBuilder<Decimal128Type>),
    Text(StringBuilder),
    Binary(BinaryBuilder),
    FixedBinary(FixedSizeBinaryBuilder),
    Date(PrimitiveBuilder<Date32Type>),
    Microseconds(PrimitiveBuilder<TimestampMicrosecondType>),
    Struct(StructBuilder),
    List(ListBuilder),
    Map(MapBuilder),
}

/// The parts of a row, or of a value with a time zone.
pub struct StructBuilder {
    fields: Fields,
    /// A builder for each part.
    pub parts: Vec<ColumnBuilder>,
    nulls: NullBufferBuilder,
}

/// The items of arrays, one after the other.
pub struct ListBuilder {
    field: FieldRef,
    /// The builder of the items.
    pub items: Box<ColumnBuilder>,
    ends: Ends,
}

/// The entries of maps, one after the other.
pub struct MapBuilder {
    field: FieldRef,
    fields: Fields,
    /// The builder of the keys.
    pub keys: Box<ColumnBuilder>,
    /// The builder of the values.
    pub values: Box<ColumnBuilder>,
    ends: Ends,
}

/// Where each list ends among all items.
struct Ends {
    offsets: Vec<i32>,
    nulls: NullBufferBuilder,
}

impl ColumnBuilder {
    /// A builder of a type's physical type.
    ///
    /// # Errors
    ///
    /// The engine cannot hold values of this type.
    pub fn new(ty: &Type, capacity: usize) -> Result<Self, EngineError> {
        super::arrow::physical_type(ty)?;
        Ok(match ty {
            Type::Unknown | Type::Function(..) | Type::Named(_) | Type::Opaque => Self::Null(0),
            Type::Boolean => Self::Boolean(BooleanBuilder::with_capacity(capacity)),
            Type::TinyInt => Self::TinyInt(PrimitiveBuilder::with_capacity(capacity)),
            Type::SmallInt => Self::SmallInt(PrimitiveBuilder::with_capacity(capacity)),
            Type::Integer => Self::Integer(PrimitiveBuilder::with_capacity(capacity)),
            Type::BigInt | Type::Time(_) | Type::IntervalDayToSecond | Type::IntervalYearToMonth => {
                Self::BigInt(PrimitiveBuilder::with_capacity(capacity))
            }
            Type::Real => Self::Real(PrimitiveBuilder::with_capacity(capacity)),
            Type::Double => Self::Double(PrimitiveBuilder::with_capacity(capacity)),
            Type::Decimal(..) => {
                let builder = PrimitiveBuilder::<Decimal128Type>::with_capacity(capacity);
                Self::Decimal(builder.with_data_type(super::arrow::physical_type(ty)?))
            }
            Type::Varchar(_) | Type::Char(_) | Type::Json => {
                Self::Text(StringBuilder::with_capacity(capacity, capacity * 16))
            }
            Type::Varbinary => Self::Binary(BinaryBuilder::with_capacity(capacity, capacity * 16)),
            Type::Uuid | Type::IpAddress => Self::FixedBinary(FixedSizeBinaryBuilder::with_capacity(capacity, 16)),
            Type::Date => Self::Date(PrimitiveBuilder::with_capacity(capacity)),
            Type::Timestamp(precision) => Self::instants(*precision, capacity),
            Type::TimestampWithTimeZone(precision) => {
                let zones = Self::Text(StringBuilder::with_capacity(capacity, capacity * 4));
                let parts = vec![Self::instants(*precision, capacity), zones];
                Self::Struct(StructBuilder::new(zoned_fields(*precision), parts, capacity))
            }
            Type::TimeWithTimeZone(_) => {
                let offsets = Self::SmallInt(PrimitiveBuilder::with_capacity(capacity));
                let parts = vec![Self::BigInt(PrimitiveBuilder::with_capacity(capacity)), offsets];
                Self::Struct(StructBuilder::new(time_with_zone_fields(), parts, capacity))
            }
            Type::Array(element) => Self::List(ListBuilder {
                field: item_field(element)?,
                items: Box::new(Self::new(element, capacity)?),
                ends: Ends::new(capacity),
            }),
            Type::Map(key, value) => Self::Map(MapBuilder {
                field: entries_field(key, value)?,
                fields: entry_fields(key, value)?,
                keys: Box::new(Self::new(key, capacity)?),
                values: Box::new(Self::new(value, capacity)?),
                ends: Ends::new(capacity),
            }),
            Type::Row(fields) => {
                let parts = fields.iter().map(|field| Self::new(&field.ty, capacity)).collect::<Result<_, _>>()?;
                Self::Struct(StructBuilder::new(row_fields(fields.iter().map(|field| &field.ty))?, parts, capacity))
            }
        })
    }

    fn instants(precision: u8, capacity: usize) -> Self {
        if in_microseconds(precision) {
            Self::Microseconds(PrimitiveBuilder::with_capacity(capacity))
        } else {
            let builder = PrimitiveBuilder::<Decimal128Type>::with_capacity(capacity);
            let ty = datafusion::arrow::datatypes::DataType::Decimal128(38, 0);
            Self::Decimal(builder.with_data_type(ty))
        }
    }

    /// Appends NULL.
    pub fn append_null(&mut self) {
        match self {
            Self::Null(length) => *length += 1,
            Self::Boolean(builder) => builder.append_null(),
            Self::TinyInt(builder) => builder.append_null(),
            Self::SmallInt(builder) => builder.append_null(),
            Self::Integer(builder) => builder.append_null(),
            Self::BigInt(builder) => builder.append_null(),
            Self::Real(builder) => builder.append_null(),
            Self::Double(builder) => builder.append_null(),
            Self::Decimal(builder) => builder.append_null(),
            Self::Text(builder) => builder.append_null(),
            Self::Binary(builder) => builder.append_null(),
            Self::FixedBinary(builder) => builder.append_null(),
            Self::Date(builder) => builder.append_null(),
            Self::Microseconds(builder) => builder.append_null(),
            Self::Struct(builder) => {
                builder.parts.iter_mut().for_each(Self::append_null);
                builder.nulls.append_null();
            }
            Self::List(builder) => builder.ends.append_null(),
            Self::Map(builder) => builder.ends.append_null(),
        }
    }

    /// Appends a value.
    ///
    /// # Errors
    ///
    /// The value is none of the type's, or out of the range that arrays hold.
    pub fn append(&mut self, value: &Value) -> Result<(), EngineError> {
        match (&mut *self, value) {
            (_, Value::Null) => self.append_null(),
            (Self::Boolean(builder), Value::Boolean(value)) => builder.append_value(*value),
            (Self::TinyInt(builder), Value::Integer(value)) => builder.append_value(narrow(*value)?),
            (Self::SmallInt(builder), Value::Integer(value)) => builder.append_value(narrow(*value)?),
            (Self::Integer(builder), Value::Integer(value)) => builder.append_value(narrow(*value)?),
            (
                Self::BigInt(builder),
                Value::Integer(value)
                | Value::Time(value)
                | Value::IntervalDayToSecond(value)
                | Value::IntervalYearToMonth(value),
            ) => builder.append_value(*value),
            (Self::Real(builder), Value::Real(value)) => builder.append_value(*value),
            (Self::Double(builder), Value::Double(value)) => builder.append_value(*value),
            (Self::Decimal(builder), Value::Decimal(value) | Value::Timestamp(value)) => builder.append_value(*value),
            (Self::Text(builder), Value::Varchar(text) | Value::Json(text)) => builder.append_value(text),
            (Self::Binary(builder), Value::Varbinary(bytes)) => builder.append_value(bytes),
            (Self::FixedBinary(builder), Value::Varbinary(bytes)) => {
                builder.append_value(bytes).map_err(|error| out_of_range(&error.to_string()))?;
            }
            (Self::Date(builder), Value::Date(days)) => builder.append_value(*days),
            (Self::Microseconds(builder), Value::Timestamp(picoseconds)) => {
                let value = microseconds(*picoseconds).ok_or_else(|| out_of_range("timestamp"))?;
                builder.append_value(value);
            }
            (Self::Struct(builder), Value::Row(values)) if builder.parts.len() == values.len() => {
                builder.append_parts(values)?;
            }
            (Self::Struct(builder), Value::TimestampWithTimeZone(picoseconds, zone)) => {
                builder.append_parts(&[Value::Timestamp(*picoseconds), Value::varchar(zone_to_text(zone))])?;
            }
            (Self::Struct(builder), Value::TimeWithTimeZone(picoseconds, minutes)) => {
                builder.append_parts(&[Value::Time(*picoseconds), Value::Integer(i64::from(*minutes))])?;
            }
            (Self::List(builder), Value::Array(values)) => {
                values.iter().try_for_each(|value| builder.items.append(value))?;
                builder.end_row()?;
            }
            (Self::Map(builder), Value::Map(entries)) => {
                for (key, value) in entries.iter() {
                    builder.keys.append(key)?;
                    builder.values.append(value)?;
                }
                builder.end_row()?;
            }
            (_, value) => return Err(out_of_range(&format!("{value:?}"))),
        }
        Ok(())
    }

    /// How many values were appended.
    pub fn len(&self) -> usize {
        use datafusion::arrow::array::ArrayBuilder;
        match self {
            Self::Null(length) => *length,
            Self::Boolean(builder) => builder.len(),
            Self::TinyInt(builder) => builder.len(),
            Self::SmallInt(builder) => builder.len(),
            Self::Integer(builder) => builder.len(),
            Self::BigInt(builder) => builder.len(),
            Self::Real(builder) => builder.len(),
            Self::Double(builder) => builder.len(),
            Self::Decimal(builder) => builder.len(),
            Self::Text(builder) => builder.len(),
            Self::Binary(builder) => builder.len(),
            Self::FixedBinary(builder) => builder.len(),
            Self::Date(builder) => builder.len(),
            Self::Microseconds(builder) => builder.len(),
            Self::Struct(builder) => builder.nulls.len(),
            Self::List(builder) => builder.ends.offsets.len() - 1,
            Self::Map(builder) => builder.ends.offsets.len() - 1,
        }
    }

    /// Whether nothing was appended.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The array of what was appended; the builder is empty again.
    pub fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Null(length) => Arc::new(NullArray::new(std::mem::take(length))),
            Self::Boolean(builder) => Arc::new(builder.finish()),
            Self::TinyInt(builder) => Arc::new(builder.finish()),
            Self::SmallInt(builder) => Arc::new(builder.finish()),
            Self::Integer(builder) => Arc::new(builder.finish()),
            Self::BigInt(builder) => Arc::new(builder.finish()),
            Self::Real(builder) => Arc::new(builder.finish()),
            Self::Double(builder) => Arc::new(builder.finish()),
            Self::Decimal(builder) => Arc::new(builder.finish()),
            Self::Text(builder) => Arc::new(builder.finish()),
            Self::Binary(builder) => Arc::new(builder.finish()),
            Self::FixedBinary(builder) => Arc::new(builder.finish()),
            Self::Date(builder) => Arc::new(builder.finish()),
            Self::Microseconds(builder) => Arc::new(builder.finish()),
            Self::Struct(builder) => Arc::new(builder.finish()),
            Self::List(builder) => {
                let (offsets, nulls) = builder.ends.finish();
                Arc::new(ListArray::new(builder.field.clone(), offsets, builder.items.finish(), nulls))
            }
            Self::Map(builder) => {
                let (offsets, nulls) = builder.ends.finish();
                let parts = vec![builder.keys.finish(), builder.values.finish()];
                let entries = StructArray::new(builder.fields.clone(), parts, None);
                Arc::new(MapArray::new(builder.field.clone(), offsets, entries, nulls, false))
            }
        }
    }
}

impl StructBuilder {
    fn new(fields: Fields, parts: Vec<ColumnBuilder>, capacity: usize) -> Self {
        Self { fields, parts, nulls: NullBufferBuilder::new(capacity) }
    }

    fn append_parts(&mut self, values: &[Value]) -> Result<(), EngineError> {
        for (part, value) in self.parts.iter_mut().zip(values) {
            part.append(value)?;
        }
        self.end_row();
        Ok(())
    }

    /// Ends a row; the caller has appended one value to every part.
    pub fn end_row(&mut self) {
        self.nulls.append_non_null();
    }

    fn finish(&mut self) -> StructArray {
        let (length, nulls) = (self.nulls.len(), self.nulls.finish());
        if self.parts.is_empty() {
            return StructArray::new_empty_fields(length, nulls);
        }
        let parts = self.parts.iter_mut().map(ColumnBuilder::finish).collect();
        StructArray::new(self.fields.clone(), parts, nulls)
    }
}

impl ListBuilder {
    /// Appends a NULL list.
    pub fn append_null(&mut self) {
        self.ends.append_null();
    }

    /// Ends a list of all items appended since the last one ended.
    ///
    /// # Errors
    ///
    /// There are more items than one array can hold.
    pub fn end_row(&mut self) -> Result<(), EngineError> {
        self.ends.append(self.items.len())
    }
}

impl MapBuilder {
    /// Appends a NULL map.
    pub fn append_null(&mut self) {
        self.ends.append_null();
    }

    /// Ends a map of all entries appended since the last one ended.
    ///
    /// # Errors
    ///
    /// There are more entries than one array can hold.
    pub fn end_row(&mut self) -> Result<(), EngineError> {
        self.ends.append(self.keys.len())
    }
}

impl Ends {
    fn new(capacity: usize) -> Self {
        let mut offsets = Vec::with_capacity(capacity + 1);
        offsets.push(0);
        Self { offsets, nulls: NullBufferBuilder::new(capacity) }
    }

    fn append(&mut self, end: usize) -> Result<(), EngineError> {
        let end = i32::try_from(end).map_err(|_| out_of_range("more items than one batch can hold"))?;
        self.offsets.push(end);
        self.nulls.append_non_null();
        Ok(())
    }

    fn append_null(&mut self) {
        self.offsets.push(self.offsets.last().copied().unwrap_or_default());
        self.nulls.append_null();
    }

    fn finish(&mut self) -> (OffsetBuffer<i32>, Option<datafusion::arrow::buffer::NullBuffer>) {
        let offsets = std::mem::replace(&mut self.offsets, vec![0]);
        (OffsetBuffer::new(ScalarBuffer::from(offsets)), self.nulls.finish())
    }
}

fn narrow<T: TryFrom<i64>>(value: i64) -> Result<T, EngineError> {
    T::try_from(value).map_err(|_| out_of_range(&value.to_string()))
}

fn out_of_range(what: &str) -> EngineError {
    EngineError::new(ErrorClass::Statement, format!("value out of range of its type: {what}"))
}
