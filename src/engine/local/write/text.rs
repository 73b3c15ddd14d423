//! Text files of a query's rows: a JSON object a line, or delimited fields.

use std::fs::File;
use std::io::{BufWriter, Write};

use datafusion::arrow::array::RecordBatch;

use super::{RowWriter, unwritable};
use crate::constant::{Expr, Value, evaluate};
use crate::engine::local::arrow::to_value;
use crate::engine::{EngineError, ErrorClass};
use crate::types::Type;

/// How NULL is written in delimited text.
const NULL: &str = "\\N";

/// Writes one JSON object a line, fields in the order of the columns.
pub struct JsonFile {
    file: BufWriter<File>,
    columns: Vec<(String, Type)>,
}

impl JsonFile {
    /// A file of these columns.
    pub fn new(file: File, columns: &[(String, Type)]) -> Self {
        Self { file: BufWriter::new(file), columns: columns.to_vec() }
    }
}

impl RowWriter for JsonFile {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), EngineError> {
        for row in 0..batch.num_rows() {
            let mut object = serde_json::Map::with_capacity(self.columns.len());
            for ((name, ty), column) in self.columns.iter().zip(batch.columns()) {
                object.insert(name.clone(), json(&to_value(column, row, ty), ty)?);
            }
            serde_json::to_writer(&mut self.file, &object).map_err(|error| unwritable(&error))?;
            self.file.write_all(b"\n").map_err(|error| unwritable(&error))?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<(), EngineError> {
        self.file.flush().map_err(|error| unwritable(&error))
    }
}

/// Writes delimited fields, a row a line.
pub struct TextFile {
    file: BufWriter<File>,
    columns: Vec<(String, Type)>,
    delimiter: char,
}

impl TextFile {
    /// A file of these columns.
    pub fn new(file: File, columns: &[(String, Type)], delimiter: char) -> Self {
        Self { file: BufWriter::new(file), columns: columns.to_vec(), delimiter }
    }
}

impl RowWriter for TextFile {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), EngineError> {
        for row in 0..batch.num_rows() {
            let mut line = String::new();
            for (at, ((name, ty), column)) in self.columns.iter().zip(batch.columns()).enumerate() {
                if at > 0 {
                    line.push(self.delimiter);
                }
                let field = match to_value(column, row, ty) {
                    Value::Null => NULL.to_owned(),
                    value => self.field(&value, name, ty)?,
                };
                line.push_str(&field);
            }
            line.push('\n');
            self.file.write_all(line.as_bytes()).map_err(|error| unwritable(&error))?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<(), EngineError> {
        self.file.flush().map_err(|error| unwritable(&error))
    }
}

impl TextFile {
    /// A value's text, which must read back as the same field.
    fn field(&self, value: &Value, name: &str, ty: &Type) -> Result<String, EngineError> {
        let text = text(value, ty)?;
        if text == NULL || text.contains([self.delimiter, '\n', '\r']) {
            let message = format!(
                "{name}: a value holds the delimiter, a line end or the mark of NULL, which delimited text cannot \
                 hold; write PARQUET or JSON"
            );
            return Err(EngineError::new(ErrorClass::Data, message));
        }
        Ok(text)
    }
}

fn json(value: &Value, ty: &Type) -> Result<serde_json::Value, EngineError> {
    use serde_json::Value as Json;
    Ok(match (value, ty) {
        (Value::Null, _) => Json::Null,
        (Value::Boolean(value), _) => Json::Bool(*value),
        (Value::Integer(value), _) => Json::from(*value),
        (Value::Double(number), _) if number.is_finite() => Json::from(*number),
        (Value::Decimal(_), _) => serde_json::from_str(&text(value, ty)?).map_err(|error| unwritable(&error))?,
        (Value::Array(values), Type::Array(element)) => {
            Json::Array(values.iter().map(|value| json(value, element)).collect::<Result<_, _>>()?)
        }
        (Value::Map(entries), Type::Map(key_type, value_type)) => {
            let entry = |(key, value): &(Value, Value)| Ok((text(key, key_type)?, json(value, value_type)?));
            Json::Object(entries.iter().map(entry).collect::<Result<_, EngineError>>()?)
        }
        (Value::Row(values), Type::Row(fields)) => {
            let field = |(field, value): (&crate::types::RowField, &Value)| {
                Ok((field.name.as_deref().unwrap_or_default().to_owned(), json(value, &field.ty)?))
            };
            Json::Object(fields.iter().zip(values.iter()).map(field).collect::<Result<_, EngineError>>()?)
        }
        _ => Json::String(text(value, ty)?),
    })
}

/// A value as `CAST(value AS varchar)` prints it.
///
/// # Errors
///
/// Values of the type have no text.
pub(super) fn text(value: &Value, ty: &Type) -> Result<String, EngineError> {
    if let Value::Varchar(text) = value {
        return Ok(text.to_string());
    }
    let input = Box::new(Expr::Literal(value.clone()));
    let cast = Expr::Cast { input, from: ty.clone(), to: Type::VARCHAR, safe: false };
    match evaluate(&cast, &[]) {
        Ok(Value::Varchar(text)) => Ok(text.to_string()),
        Ok(_) => Err(unwritable(&format!("a value of type {ty} has no text"))),
        Err(error) => Err(unwritable(&error)),
    }
}
