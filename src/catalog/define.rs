//! A table from its definition: Hive DDL as Athena takes it, a preset, or an existing table with
//! athplan's properties added.

use super::error::CatalogError;
use super::hive_text::{hides_something, hive_type};
use super::layout::layout;

use super::preset;
use super::properties::Properties;
use super::storage::storage;
use super::table::{Column, Layout, Origin, Storage, Table, TableRef};
use super::template::with_slash;
use super::time_mapping::time_mapping;
use crate::source::Span;
use crate::spec::ast::{ColumnDefinition, CreateExternalTable, Ident, ObjectName, Text, Using};
use crate::types::{Type, nearest};

/// What a definition is read with.
#[derive(Debug, Clone, Copy)]
pub struct DefineOptions<'a> {
    /// Whose the table is: declared in a spec, or existing, from a catalog file.
    pub origin: Origin,
    /// Tables that `USING TABLE` may name.
    pub existing: &'a [TableRef],
}

impl Default for DefineOptions<'_> {
    fn default() -> Self {
        Self { origin: Origin::Declared, existing: &[] }
    }
}

/// Reads a table's definition.
///
/// A table of `USING TABLE db.t` keeps the name `db.t`, by which statements must call it.
///
/// # Errors
///
/// Every mistake in it.
pub fn define(definition: &CreateExternalTable, options: DefineOptions<'_>) -> Result<Table, Vec<CatalogError>> {
    let mut errors = Vec::new();
    let table = match &definition.using {
        Using::Columns => written_out(definition, options.origin, &mut errors),
        Using::Preset(name) => from_preset(definition, name, options.origin, &mut errors),
        Using::Table(name) => from_existing(definition, name, options.existing, &mut errors),
    };
    match table {
        Some(table) if errors.is_empty() => Ok(table),
        _ => Err(errors),
    }
}

fn written_out(definition: &CreateExternalTable, origin: Origin, errors: &mut Vec<CatalogError>) -> Option<Table> {
    let span = definition.name.span;
    let all: Vec<&ColumnDefinition> = definition.columns.iter().chain(&definition.partitioned_by).collect();
    for (at, column) in all.iter().enumerate() {
        if all[..at].iter().any(|before| before.name.name == column.name.name) {
            errors.push(CatalogError::DuplicateColumn { name: column.name.name.clone(), span: column.name.span });
        }
    }
    let columns: Vec<Column> = definition.columns.iter().map(|column| self::column(column, errors)).collect();
    let keys: Vec<Column> = definition.partitioned_by.iter().map(|column| self::column(column, errors)).collect();
    if columns.is_empty() {
        errors.push(CatalogError::MissingColumns { span });
    }
    let location = location(definition, errors);
    let storage = storage(definition, location.unwrap_or_default(), errors);
    let properties = Properties::declared(&definition.properties, errors);
    Some(finish(definition, columns, keys, storage, &properties, origin, errors))
}

fn from_preset(
    definition: &CreateExternalTable,
    name: &Ident,
    origin: Origin,
    errors: &mut Vec<CatalogError>,
) -> Option<Table> {
    if !preset::NAMES.contains(&name.name.as_str()) {
        let nearest = nearest(&name.name, preset::NAMES.iter().copied()).map(str::to_owned);
        errors.push(CatalogError::UnknownPreset { name: name.name.clone(), nearest, span: name.span });
        return None;
    }
    only_location_and_properties(definition, errors);
    let location = location(definition, errors)?;
    let span = definition.location.as_ref().map_or(name.span, |location| location.span);
    let Some(preset) = preset::cloudtrail(&location) else {
        errors.push(CatalogError::PresetLocation { location, span });
        return None;
    };
    let storage = Storage {
        location,
        format: super::table::Format::CloudTrail,
        serde: Some(preset::JSON_SERDE.to_owned()),
        classes: Some((preset::CLOUDTRAIL_INPUT.to_owned(), preset::TEXT_OUTPUT.to_owned())),
        serde_properties: std::collections::BTreeMap::new(),
    };
    let key = |name: &&str| Column { name: (*name).to_owned(), ty: Type::VARCHAR, comment: None };
    let keys = preset.keys.iter().map(key).collect();
    let properties = Properties::declared(&definition.properties, errors).over(preset.properties, name.span);
    Some(finish(definition, preset::cloudtrail_columns(), keys, storage, &properties, origin, errors))
}

fn from_existing(
    definition: &CreateExternalTable,
    name: &ObjectName,
    existing: &[TableRef],
    errors: &mut Vec<CatalogError>,
) -> Option<Table> {
    only_location_and_properties(definition, errors);
    if let Some(location) = &definition.location {
        errors.push(CatalogError::UsingClause { clause: "LOCATION".to_owned(), span: location.span });
    }
    let full = full_name(name);
    let Some(table) = existing.iter().find(|table| table.name == full) else {
        let nearest = nearest(&full, existing.iter().map(|table| table.name.as_str())).map(str::to_owned);
        errors.push(CatalogError::UnknownTable { name: full, nearest, span: name.span });
        return None;
    };
    let added = Properties::declared(&definition.properties, errors);
    for entry in added.iter().filter(|entry| !entry.key.starts_with("athplan.")) {
        errors.push(CatalogError::ExistingProperty { key: entry.key.clone(), span: entry.key_span });
    }
    let properties = added.over(table.properties.clone(), name.span);
    let mut table = Table::clone(table);
    let projections = match &table.layout {
        Layout::Projection { keys, .. } => Some(keys.as_slice()),
        _ => None,
    };
    table.time = time_mapping(&table.columns, &table.partition_keys, projections, &properties, errors);
    table.properties = properties.pairs();
    table.origin = Origin::Existing;
    Some(table)
}

/// What the three forms share: layout, time mapping, the table.
fn finish(
    definition: &CreateExternalTable,
    columns: Vec<Column>,
    partition_keys: Vec<Column>,
    storage: Storage,
    properties: &Properties,
    origin: Origin,
    errors: &mut Vec<CatalogError>,
) -> Table {
    let before = errors.len();
    let layout = layout(&partition_keys, properties, definition.name.span, errors);
    let projections = match &layout {
        Layout::Projection { keys, .. } if errors.len() == before => Some(keys.as_slice()),
        _ => None,
    };
    let time = time_mapping(&columns, &partition_keys, projections, properties, errors);
    let comment = definition.comment.as_ref().map(|comment| shown(comment, errors));
    let (name, properties) = (full_name(&definition.name), properties.pairs());
    Table { name, columns, partition_keys, storage, layout, time, origin, properties, comment }
}

/// `database.table` as the catalog knows it.
fn full_name(name: &ObjectName) -> String {
    name.parts.iter().map(|part| part.name.as_str()).collect::<Vec<_>>().join(".")
}

fn column(definition: &ColumnDefinition, errors: &mut Vec<CatalogError>) -> Column {
    let name = definition.name.name.clone();
    if hive_type(&definition.ty.ty).is_none() {
        let (name, ty) = (name.clone(), definition.ty.ty.to_string());
        errors.push(CatalogError::ColumnType { name, ty, span: definition.ty.span });
    }
    if hides_something(&name) {
        errors.push(CatalogError::InvisibleCharacter { span: definition.name.span });
    }
    let comment = definition.comment.as_ref().map(|comment| shown(comment, errors));
    Column { name, ty: definition.ty.ty.clone(), comment }
}

/// The text of a literal that must show all it says.
fn shown(text: &Text, errors: &mut Vec<CatalogError>) -> String {
    let value = text.value.clone();
    if hides_something(&value) {
        errors.push(CatalogError::InvisibleCharacter { span: text.span });
    }
    value
}

fn location(definition: &CreateExternalTable, errors: &mut Vec<CatalogError>) -> Option<String> {
    let Some(location) = &definition.location else {
        errors.push(CatalogError::MissingLocation { span: definition.name.span });
        return None;
    };
    Some(with_slash(&shown(location, errors)))
}

/// `USING` brings columns and storage along; only LOCATION, COMMENT and TBLPROPERTIES may stand beside it.
fn only_location_and_properties(definition: &CreateExternalTable, errors: &mut Vec<CatalogError>) {
    let first = |columns: &[ColumnDefinition]| columns.first().map(|column| column.name.span);
    let name: Span = definition.name.span;
    let clauses = [
        ("a column list", first(&definition.columns)),
        ("PARTITIONED BY", first(&definition.partitioned_by)),
        ("ROW FORMAT", definition.row_format.as_ref().map(|_| name)),
        ("WITH SERDEPROPERTIES", definition.serde_properties.first().map(|property| property.key.span)),
        ("STORED AS", definition.stored_as.as_ref().map(|_| name)),
    ];
    for (clause, span) in clauses {
        errors.extend(span.map(|span| CatalogError::UsingClause { clause: clause.to_owned(), span }));
    }
}
