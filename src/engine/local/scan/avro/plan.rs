//! How the values of a file's schema become those of a table's columns: decided once a file, not once a value.

use std::collections::HashSet;

use super::cursor::Cursor;
use super::schema::{Field, Kind, Schema};
use crate::engine::local::ColumnBuilder;
use crate::engine::local::scan::json::append_plain;
use crate::types::Type;

/// Values nested deeper than this are refused: a schema may contain itself.
const MAXIMUM_DEPTH: usize = 64;

/// How a value is read.
pub enum Plan<'a> {
    Null,
    Boolean,
    /// A number of a builder's own width, or of a wider one.
    Whole,
    Float,
    Double,
    /// Text, cut to what the type holds.
    Text(Type),
    Bytes,
    Decimal(u8),
    Date,
    Milliseconds,
    List(Box<Plan<'a>>),
    Map(Box<Plan<'a>>),
    Record(RecordPlan<'a>),
    /// By branches.
    Union(Vec<Plan<'a>>),
    /// A branch that no value may have.
    Unfit(String),
}

/// How a record is read.
pub struct RecordPlan<'a> {
    /// For each field of the file, which part it fills and how, or what is passed over.
    steps: Vec<Step<'a>>,
    /// The parts that the file lacks.
    missing: Vec<usize>,
}

enum Step<'a> {
    Read(usize, Plan<'a>),
    Skip(&'a Kind),
}

/// Both schemas: what the file was written with and, if there is one, what the table declares.
#[derive(Clone, Copy)]
struct Schemas<'a> {
    file: &'a Schema,
    table: Option<&'a Schema>,
}

impl<'a> Plan<'a> {
    /// How records become columns.
    ///
    /// # Errors
    ///
    /// A column's type does not hold what the file has.
    pub fn of_record(
        file: &'a Schema,
        fields: &'a [Field],
        table: Option<&'a Schema>,
        columns: &[(String, Type)],
    ) -> Result<RecordPlan<'a>, String> {
        let parts: Vec<(&str, &Type)> = columns.iter().map(|(name, ty)| (name.as_str(), ty)).collect();
        let schemas = Schemas { file, table };
        record(schemas, fields, table.map(|table| table.resolved(&table.root)), &parts, 0)
    }

    fn new(
        schemas: Schemas<'a>,
        kind: &'a Kind,
        declared: Option<&Kind>,
        ty: &Type,
        depth: usize,
    ) -> Result<Self, String> {
        if depth > MAXIMUM_DEPTH {
            return Err(format!("it is nested deeper than {MAXIMUM_DEPTH} levels"));
        }
        let kind = schemas.file.resolved(kind);
        let declared = declared.map(|declared| {
            let table = schemas.table.expect("a declared type is of the table's schema");
            not_null(table, table.resolved(declared))
        });
        let inner = |kind: &'a Kind, declared: Option<&Kind>, ty: &Type| {
            Self::new(schemas, kind, declared, ty, depth + 1).map(Box::new)
        };
        Ok(match (kind, ty) {
            (Kind::Null, _) => Self::Null,
            (Kind::Union(branches), _) => {
                let plan = |branch| Self::new(schemas, branch, declared, ty, depth + 1).unwrap_or_else(Self::Unfit);
                let plans: Vec<Self> = branches.iter().map(plan).collect();
                // A union none of whose branches fits is as wrong as a type that does not.
                let wrong = plans.iter().find_map(|plan| match plan {
                    Self::Unfit(reason) => Some(reason.clone()),
                    _ => None,
                });
                match wrong {
                    Some(reason) if !plans.iter().any(|plan| !matches!(plan, Self::Unfit(_) | Self::Null)) => {
                        return Err(reason);
                    }
                    _ => Self::Union(plans),
                }
            }
            (Kind::Boolean, Type::Boolean) => Self::Boolean,
            (Kind::Int, Type::Integer | Type::BigInt | Type::Real | Type::Double)
            | (Kind::Long, Type::BigInt | Type::Real | Type::Double) => Self::Whole,
            (Kind::Float, Type::Real | Type::Double) => Self::Float,
            (Kind::Double, Type::Double) => Self::Double,
            (Kind::String, Type::Varchar(_) | Type::Char(_)) => Self::Text(ty.clone()),
            (Kind::String | Kind::Bytes, Type::Varbinary) => Self::Bytes,
            (Kind::Decimal(held), Type::Decimal(precision, scale)) if *held == i64::from(*scale) => {
                Self::Decimal(*precision)
            }
            (Kind::Date, Type::Date) => Self::Date,
            (Kind::Milliseconds, Type::Timestamp(3..=6)) => Self::Milliseconds,
            (Kind::Array(items), Type::Array(element)) => {
                let declared = declared.and_then(|declared| match declared {
                    Kind::Array(items) => Some(&**items),
                    _ => None,
                });
                Self::List(inner(items, declared, element)?)
            }
            (Kind::Map(values), Type::Map(key, value)) if matches!(**key, Type::Varchar(None)) => {
                let declared = declared.and_then(|declared| match declared {
                    Kind::Map(values) => Some(&**values),
                    _ => None,
                });
                Self::Map(inner(values, declared, value)?)
            }
            (Kind::Record(fields), Type::Row(parts)) => {
                let parts: Vec<(&str, &Type)> =
                    parts.iter().map(|part| (part.name.as_deref().unwrap_or_default(), &part.ty)).collect();
                Self::Record(record(schemas, fields, declared, &parts, depth)?)
            }
            (held, ty) => {
                let held = word(held);
                return Err(format!("HIVE_BAD_DATA: the file holds {held}, which the column's type {ty} does not fit"));
            }
        })
    }

    fn append(&self, schema: &Schema, cursor: &mut Cursor<'_>, builder: &mut ColumnBuilder) -> Result<(), String> {
        match (self, builder) {
            (Self::Null, builder) => builder.append_null(),
            (Self::Union(plans), builder) => {
                let branch = cursor.length()?;
                let plan = plans.get(branch).ok_or("a union has no such branch")?;
                plan.append(schema, cursor, builder)?;
            }
            (Self::Unfit(reason), _) => return Err(reason.clone()),
            (Self::Boolean, ColumnBuilder::Boolean(builder)) => match cursor.array()? {
                [0] => builder.append_value(false),
                [1] => builder.append_value(true),
                _ => return Err("a boolean is neither".to_owned()),
            },
            (Self::Whole, ColumnBuilder::Integer(builder)) => {
                builder.append_value(i32::try_from(cursor.long()?).map_err(|_| "an int has more than 32 bits")?);
            }
            (Self::Whole, ColumnBuilder::BigInt(builder)) => builder.append_value(cursor.long()?),
            (Self::Whole, ColumnBuilder::Real(builder)) => builder.append_value(cursor.long()? as f32),
            (Self::Whole, ColumnBuilder::Double(builder)) => builder.append_value(cursor.long()? as f64),
            (Self::Float, ColumnBuilder::Real(builder)) => builder.append_value(f32::from_le_bytes(cursor.array()?)),
            (Self::Float, ColumnBuilder::Double(builder)) => {
                builder.append_value(f64::from(f32::from_le_bytes(cursor.array()?)));
            }
            (Self::Double, ColumnBuilder::Double(builder)) => {
                builder.append_value(f64::from_le_bytes(cursor.array()?));
            }
            (Self::Text(ty), builder) => {
                let text = std::str::from_utf8(cursor.bytes()?).map_err(|_| "a string is no UTF-8")?;
                append_plain(builder, ty, text);
            }
            (Self::Bytes, ColumnBuilder::Binary(builder)) => builder.append_value(cursor.bytes()?),
            (Self::Decimal(precision), ColumnBuilder::Decimal(builder)) => {
                let value = unscaled(cursor.bytes()?).filter(|value| fits(*value, *precision));
                builder.append_value(value.ok_or("a decimal has more digits than its column")?);
            }
            (Self::Date, ColumnBuilder::Date(builder)) => {
                builder.append_value(i32::try_from(cursor.long()?).map_err(|_| "an int has more than 32 bits")?);
            }
            (Self::Milliseconds, ColumnBuilder::Microseconds(builder)) => {
                builder.append_value(cursor.long()?.checked_mul(1_000).ok_or("a timestamp is out of range")?);
            }
            (Self::List(plan), ColumnBuilder::List(list)) => {
                while let Some(count) = cursor.items()? {
                    for _ in 0..count {
                        plan.append(schema, cursor, &mut list.items)?;
                    }
                }
                list.end_row().map_err(|error| error.message)?;
            }
            (Self::Map(plan), ColumnBuilder::Map(map)) => {
                let mut keys = HashSet::new();
                while let Some(count) = cursor.items()? {
                    for _ in 0..count {
                        let key = std::str::from_utf8(cursor.bytes()?).map_err(|_| "a string is no UTF-8")?;
                        if !keys.insert(key) {
                            return Err(format!("a map has the key '{key}' twice"));
                        }
                        append_plain(&mut map.keys, &Type::VARCHAR, key);
                        plan.append(schema, cursor, &mut map.values)?;
                    }
                }
                map.end_row().map_err(|error| error.message)?;
            }
            (Self::Record(plan), ColumnBuilder::Struct(row)) => {
                plan.append_record(schema, cursor, &mut row.parts)?;
                row.end_row();
            }
            _ => return Err("a column is of another type than its plan".to_owned()),
        }
        Ok(())
    }
}

impl RecordPlan<'_> {
    /// Appends a record, one value to each builder.
    ///
    /// # Errors
    ///
    /// The bytes are none of the schema's, or a value is none of its column's.
    pub fn append_record(
        &self,
        schema: &Schema,
        cursor: &mut Cursor<'_>,
        builders: &mut [ColumnBuilder],
    ) -> Result<(), String> {
        for step in &self.steps {
            match step {
                Step::Read(part, plan) => {
                    let builder = builders.get_mut(*part).ok_or("a column is missing")?;
                    plan.append(schema, cursor, builder)?;
                }
                Step::Skip(kind) => skip(schema, kind, cursor, 0)?,
            }
        }
        for part in &self.missing {
            builders.get_mut(*part).ok_or("a column is missing")?.append_null();
        }
        Ok(())
    }
}

fn record<'a>(
    schemas: Schemas<'a>,
    fields: &'a [Field],
    declared: Option<&Kind>,
    parts: &[(&str, &Type)],
    depth: usize,
) -> Result<RecordPlan<'a>, String> {
    let declared = match declared {
        Some(Kind::Record(fields)) => Some(fields.as_slice()),
        _ => None,
    };
    let mut filled = vec![None; fields.len()];
    let mut missing = Vec::new();
    for (part, (name, _)) in parts.iter().enumerate() {
        let meant = declared.and_then(|declared| declared.iter().find(|field| field.name.to_lowercase() == *name));
        let place = fields.iter().position(|field| match meant {
            Some(meant) => field.name == meant.name || meant.aliases.contains(&field.name),
            None => field.name == *name,
        });
        match (place.and_then(|place| filled.get_mut(place)), meant.map(|meant| &meant.default)) {
            (Some(slot), _) => *slot = Some((part, meant.map(|meant| &meant.kind))),
            (None, None | Some(Some(serde_json::Value::Null))) => missing.push(part),
            (None, Some(Some(_))) => {
                return Err(format!("{name}: the embedded engine does not read defaults of avro.schema.literal"));
            }
            (None, Some(None)) => return Err(format!("{name}: the file lacks it, and it has no default")),
        }
    }
    let steps = fields.iter().zip(filled).map(|(field, filled)| match filled {
        Some((part, declared)) => {
            let (name, ty) = parts[part];
            let plan = Plan::new(schemas, &field.kind, declared, ty, depth + 1);
            Ok(Step::Read(part, plan.map_err(|reason| format!("{name}: {reason}"))?))
        }
        None => Ok(Step::Skip(&field.kind)),
    });
    Ok(RecordPlan { steps: steps.collect::<Result<_, String>>()?, missing })
}

/// The type of a union's one branch that is not null.
fn not_null<'a>(schema: &'a Schema, kind: &'a Kind) -> &'a Kind {
    let Kind::Union(branches) = kind else { return kind };
    let mut others =
        branches.iter().map(|branch| schema.resolved(branch)).filter(|branch| !matches!(branch, Kind::Null));
    others.next().unwrap_or(kind)
}

/// Passes over a value.
fn skip(schema: &Schema, kind: &Kind, cursor: &mut Cursor<'_>, depth: usize) -> Result<(), String> {
    if depth > MAXIMUM_DEPTH {
        return Err(format!("it is nested deeper than {MAXIMUM_DEPTH} levels"));
    }
    match schema.resolved(kind) {
        Kind::Null | Kind::Named(_) => {}
        Kind::Boolean => drop(cursor.take(1)?),
        Kind::Int | Kind::Long | Kind::Enum | Kind::Date | Kind::Milliseconds | Kind::Other(_) => drop(cursor.long()?),
        Kind::Float => drop(cursor.take(4)?),
        Kind::Double => drop(cursor.take(8)?),
        Kind::Bytes | Kind::String | Kind::Decimal(_) => drop(cursor.bytes()?),
        Kind::Fixed(size) => drop(cursor.take(*size)?),
        Kind::Array(items) => {
            while let Some(count) = cursor.items()? {
                for _ in 0..count {
                    skip(schema, items, cursor, depth + 1)?;
                }
            }
        }
        Kind::Map(values) => {
            while let Some(count) = cursor.items()? {
                for _ in 0..count {
                    cursor.bytes()?;
                    skip(schema, values, cursor, depth + 1)?;
                }
            }
        }
        Kind::Union(branches) => {
            let branch = cursor.length()?;
            skip(schema, branches.get(branch).ok_or("a union has no such branch")?, cursor, depth + 1)?;
        }
        Kind::Record(fields) => {
            for field in fields {
                skip(schema, &field.kind, cursor, depth + 1)?;
            }
        }
    }
    Ok(())
}

/// A number in two's complement, the highest byte first.
fn unscaled(bytes: &[u8]) -> Option<i128> {
    let (first, _) = bytes.split_first()?;
    let fill = if first & 0x80 == 0 { 0 } else { 0xff };
    let mut whole = [fill; 16];
    let start = whole.len().checked_sub(bytes.len())?;
    whole[start..].copy_from_slice(bytes);
    Some(i128::from_be_bytes(whole))
}

fn fits(value: i128, precision: u8) -> bool {
    10u128.checked_pow(u32::from(precision)).is_some_and(|limit| value.unsigned_abs() < limit)
}

/// What a message calls a type.
fn word(kind: &Kind) -> &'static str {
    match kind {
        Kind::Null | Kind::Named(_) => "null",
        Kind::Boolean => "boolean",
        Kind::Int => "int",
        Kind::Long => "long",
        Kind::Float => "float",
        Kind::Double => "double",
        Kind::Bytes => "bytes",
        Kind::String => "string",
        Kind::Fixed(_) => "fixed",
        Kind::Enum => "enum",
        Kind::Array(_) => "array",
        Kind::Map(_) => "map",
        Kind::Union(_) => "a union",
        Kind::Record(_) => "record",
        Kind::Date => "date",
        Kind::Milliseconds => "timestamp-millis",
        Kind::Other(word) => word,
        Kind::Decimal(_) => "a decimal of another scale",
    }
}
