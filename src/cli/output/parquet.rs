//! A result as a Parquet file, for programs.
//!
//! What Parquet holds as it is keeps its type. Everything else is text: times of day, intervals and
//! times with a zone, whose zone would be lost, and finer times than microseconds, as tables show
//! them; `json`, and whatever holds such values inside, as JSON. Columns of one name are numbered.

use super::json;
use super::name::distinct;
use crate::constant::{Value, format};
use crate::engine::local::parquet_file;
use crate::engine::{EngineError, ResultSet};
use crate::types::Type;

/// Appends a Parquet file to `out`.
///
/// # Errors
///
/// A column's type is one that only a live engine knows.
pub fn write(result: &ResultSet, out: &mut Vec<u8>) -> Result<(), EngineError> {
    let stored = |ty: &Type| if is_kept(ty) { ty.clone() } else { Type::VARCHAR };
    let names = distinct(result.columns.iter().map(|(name, _)| name.clone()));
    let columns = names.into_iter().zip(result.columns.iter().map(|(_, ty)| stored(ty))).collect();
    let row = |row: &Vec<Value>| row.iter().zip(&result.columns).map(|(value, (_, ty))| cell(value, ty)).collect();
    let result = ResultSet { columns, rows: result.rows.iter().map(row).collect() };
    out.extend(parquet_file(&result)?);
    Ok(())
}

/// Whether Parquet holds the type's values as they are.
fn is_kept(ty: &Type) -> bool {
    match ty {
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
        | Type::Date => true,
        Type::Timestamp(precision) => *precision <= 6,
        Type::Array(element) => is_kept(element),
        Type::Map(key, value) => is_kept(key) && is_kept(value),
        Type::Row(fields) => {
            let names = || fields.iter().filter_map(|field| field.name.as_deref());
            let named = !fields.is_empty() && names().count() == fields.len();
            named && super::name::are_distinct(names()) && fields.iter().all(|field| is_kept(&field.ty))
        }
        _ => false,
    }
}

fn cell(value: &Value, ty: &Type) -> Value {
    match (value, ty) {
        (Value::Null, _) => Value::Null,
        _ if is_kept(ty) => value.clone(),
        (Value::Json(text), _) => Value::Varchar(text.clone()),
        (_, Type::Array(_) | Type::Map(..) | Type::Row(_)) => Value::varchar(json::text(value, ty)),
        _ => Value::varchar(format(value, ty)),
    }
}
