//! What storage keeps of a query's columns: the table that a materialised step becomes.
//!
//! Hive tables lack some of Trino's types (measured: CTAS fails with "Unsupported Hive type").

use std::collections::BTreeMap;
use std::sync::Arc;

use super::binder::Binder;
use super::errors::BindError;
use super::query::{Body, Query};
use crate::catalog::{Column, Format, Layout, Origin, Storage, Table};
use crate::constant::Value;
use crate::source::Span;
use crate::types::{RowField, Type};

impl Binder<'_> {
    /// The table that a query's rows become.
    pub(super) fn stored_table(&mut self, name: &str, query: &Query, properties: &[(String, Value, Span)]) -> Table {
        let mut columns: Vec<Column> = Vec::with_capacity(query.columns.len());
        for (at, output) in query.columns.iter().enumerate() {
            let place = column_span(query, at);
            let Some(column) = &output.name else {
                let (position, table) = (at + 1, name.to_owned());
                self.report(BindError::UnnamedColumn { position, table, span: place });
                continue;
            };
            if columns.iter().any(|earlier| earlier.name == *column) {
                let (table, name) = (name.to_owned(), column.clone());
                self.report(BindError::DuplicateColumn { table, name, span: place });
                continue;
            }
            let ty = stored(&output.ty).unwrap_or_else(|| {
                let (name, ty) = (column.clone(), output.ty.clone());
                let help = storable(&ty);
                self.report(BindError::UnstorableColumn { name, ty, help, span: place });
                Type::Opaque
            });
            columns.push(Column { name: column.clone(), ty, comment: None });
        }
        let partition_keys = self.partition_keys(name, &mut columns, properties);
        let layout = if partition_keys.is_empty() { Layout::Flat } else { Layout::Registered(Vec::new()) };
        let format = self.format(properties);
        Table {
            name: name.to_owned(),
            columns,
            partition_keys,
            storage: Storage {
                location: String::new(),
                format,
                serde: None,
                classes: None,
                serde_properties: BTreeMap::new(),
            },
            layout,
            time: None,
            origin: Origin::Step,
            properties: Vec::new(),
            comment: None,
        }
    }

    /// `partitioned_by = ARRAY['k']`: the last columns, taken out of the others.
    fn partition_keys(
        &mut self,
        table: &str,
        columns: &mut Vec<Column>,
        properties: &[(String, Value, Span)],
    ) -> Vec<Column> {
        let Some((_, value, span)) = properties.iter().find(|(name, ..)| name == "partitioned_by") else {
            return Vec::new();
        };
        let names: Option<Vec<String>> = match value {
            Value::Array(values) => values
                .iter()
                .map(|value| match value {
                    Value::Varchar(name) => Some(name.to_lowercase()),
                    _ => None,
                })
                .collect(),
            _ => None,
        };
        let split = names.as_ref().and_then(|names| {
            let first = columns.len().checked_sub(names.len()).filter(|first| *first > 0)?;
            let last = columns.get(first..)?;
            last.iter().map(|column| &column.name).eq(names).then_some(first)
        });
        match split {
            Some(first) => columns.split_off(first),
            None => {
                let reason = "the keys must be the last columns of the select list, in the same order".to_owned();
                let help = "for example WITH (partitioned_by = ARRAY['day']) AS SELECT …, day".to_owned();
                self.report(BindError::WrongPartition { table: table.to_owned(), reason, span: *span, help });
                Vec::new()
            }
        }
    }

    /// A view's columns are named like a table's, and no two alike.
    pub(super) fn check_view_columns(&mut self, view: &str, query: &Query) {
        for (at, column) in query.columns.iter().enumerate() {
            let span = column_span(query, at);
            let earlier = query.columns.get(..at).unwrap_or_default();
            match &column.name {
                None => {
                    let (position, table) = (at + 1, view.to_owned());
                    self.report(BindError::UnnamedColumn { position, table, span });
                }
                Some(name) if earlier.iter().any(|earlier| earlier.name.as_ref() == Some(name)) => {
                    let (table, name) = (view.to_owned(), name.clone());
                    self.report(BindError::DuplicateColumn { table, name, span });
                }
                Some(_) => {}
            }
        }
    }

    fn format(&mut self, properties: &[(String, Value, Span)]) -> Format {
        let Some((_, value, span)) = properties.iter().find(|(name, ..)| name == "format") else {
            return Format::Parquet;
        };
        let text = match value {
            Value::Varchar(text) => text.to_uppercase(),
            _ => String::new(),
        };
        match text.as_str() {
            "PARQUET" => Format::Parquet,
            "ORC" => Format::Orc,
            "AVRO" => Format::Avro,
            "JSON" => Format::JsonLines,
            "TEXTFILE" => Format::Delimited,
            _ => {
                let what = format!("the format {text:?} of a table");
                let help = Some("write PARQUET, ORC, AVRO, JSON or TEXTFILE".to_owned());
                self.report(BindError::Unsupported { what, span: *span, help });
                Format::Parquet
            }
        }
    }
}

/// The type that storage keeps for values of this type; none if it keeps none.
fn stored(ty: &Type) -> Option<Type> {
    Some(match ty {
        Type::Timestamp(_) | Type::TimestampWithTimeZone(_) => Type::Timestamp(3),
        // A JSON value is kept as its text.
        Type::Json => Type::VARCHAR,
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
        | Type::Date => ty.clone(),
        Type::Array(element) => Type::array(stored(element)?),
        Type::Map(key, value) => Type::map(stored(key)?, stored(value)?),
        Type::Row(fields) => {
            let kept = |field: &RowField| {
                // A field without a name has no place in a table.
                Some(RowField { name: Some(field.name.clone()?), ty: stored(&field.ty)? })
            };
            Type::Row(fields.iter().map(kept).collect::<Option<Arc<[RowField]>>>()?)
        }
        Type::Unknown
        | Type::Time(_)
        | Type::TimeWithTimeZone(_)
        | Type::IntervalDayToSecond
        | Type::IntervalYearToMonth
        | Type::Uuid
        | Type::IpAddress
        | Type::Function(..)
        | Type::Named(_)
        | Type::Opaque => return None,
    })
}

/// What to write for a column that storage does not keep.
fn storable(ty: &Type) -> String {
    match ty {
        Type::Unknown => "say what the NULL is: CAST(NULL AS varchar)".to_owned(),
        Type::Row(_) => "name the row's fields: CAST(… AS row(name varchar, …))".to_owned(),
        Type::IntervalDayToSecond => "store a number: to_milliseconds(…)".to_owned(),
        Type::Opaque => "say its type: CAST(… AS varchar)".to_owned(),
        _ => "store it as text: CAST(… AS varchar)".to_owned(),
    }
}

/// Where a query's column is written, as far as it is written in one place.
fn column_span(query: &Query, at: usize) -> Span {
    match &query.body {
        Body::Block(block) => block.items.get(at).map_or(query.span, |item| item.span),
        Body::Query(inner) => column_span(inner, at),
        Body::Foreach(foreach) => column_span(&foreach.body, at),
        Body::SetOperation(operation) => column_span(&operation.left, at),
        Body::Values(_) => query.span,
    }
}
