//! The catalog's operations, as the documentation and other people's captures show them: what is
//! missing is a MetadataException whose text names the error.

use std::collections::BTreeMap;
use std::sync::Arc;

use athplan::catalog::{Column, Format, Table, hive_type};
use serde_json::{Map, Value, json};

use super::body::Body;
use super::error::WireError;
use super::{page, timestamp};
use crate::emulator::Shared;
use crate::emulator::calls::{Caller, Denied};
use crate::emulator::catalog::{CATALOG, Entry, TableName};

/// GetTableMetadata.
pub fn table(shared: &Arc<Shared>, body: &Body) -> Result<Value, WireError> {
    known_catalog(body)?;
    let part = |name: &str| body.text(&[name]).unwrap_or_default().to_lowercase();
    let name = TableName { database: part("DatabaseName"), table: part("TableName") };
    permit(shared, "glue:GetTable", &format!("table/{}/{}", name.database, name.table))?;
    let entry = shared.catalog.entry(&name).ok_or_else(|| missing(shared))?;
    Ok(json!({ "TableMetadata": described(shared, &name.table, &entry) }))
}

/// ListTableMetadata.
pub fn tables(shared: &Arc<Shared>, body: &Body) -> Result<Value, WireError> {
    known_catalog(body)?;
    let database = body.text(&["DatabaseName"]).unwrap_or_default().to_lowercase();
    permit(shared, "glue:GetTables", &format!("database/{database}"))?;
    let mut entries = shared.catalog.entries(&database).ok_or_else(|| missing(shared))?;
    if let Some(expression) = body.text(&["Expression"]).filter(|expression| !expression.is_empty()) {
        let wanted = regex::Regex::new(&format!("(?i)^(?:{expression})$"))
            .map_err(|_| WireError::metadata(format!("Invalid expression {expression}")))?;
        entries.retain(|(name, _)| wanted.is_match(name));
    }
    let (entries, next) = page(&entries, body, 50, malformed)?;
    let list: Vec<Value> = entries.iter().map(|(name, entry)| described(shared, name, entry)).collect();
    Ok(with_next(json!({ "TableMetadataList": list }), next))
}

/// GetDatabase.
pub fn database(shared: &Arc<Shared>, body: &Body) -> Result<Value, WireError> {
    known_catalog(body)?;
    let name = body.text(&["DatabaseName"]).unwrap_or_default().to_lowercase();
    permit(shared, "glue:GetDatabase", &format!("database/{name}"))?;
    if shared.catalog.has_database(&name) { Ok(json!({ "Database": { "Name": name } })) } else { Err(missing(shared)) }
}

/// ListDatabases.
pub fn databases(shared: &Arc<Shared>, body: &Body) -> Result<Value, WireError> {
    known_catalog(body)?;
    permit(shared, "glue:GetDatabases", "catalog")?;
    let (names, next) = page(&shared.catalog.databases(), body, 50, malformed)?;
    let list: Vec<Value> = names.iter().map(|name| json!({ "Name": name })).collect();
    Ok(with_next(json!({ "DatabaseList": list }), next))
}

/// GetDataCatalog.
pub fn catalog(_: &Arc<Shared>, body: &Body) -> Result<Value, WireError> {
    let name = body.text(&["Name"]).unwrap_or_default();
    if name.eq_ignore_ascii_case(CATALOG) {
        Ok(json!({ "DataCatalog": { "Name": "AwsDataCatalog", "Type": "GLUE", "Parameters": {} } }))
    } else {
        Err(WireError::input(format!("Data catalog {name} was not found")))
    }
}

fn known_catalog(body: &Body) -> Result<(), WireError> {
    let name = body.text(&["CatalogName"]).unwrap_or_default();
    if name.eq_ignore_ascii_case(CATALOG) {
        Ok(())
    } else {
        Err(WireError::input(format!("Data catalog {name} was not found")))
    }
}

/// Athena asks the data catalog with the caller's permissions.
fn permit(shared: &Shared, action: &str, resource: &str) -> Result<(), WireError> {
    let resource = shared.calls.arn("glue", resource);
    let noted = shared.calls.note(shared.clock.now(), Caller::Athena, action, &resource);
    noted.map_err(|denied: Denied| {
        WireError::metadata(format!(
            "{} (Service: AmazonDataCatalog; Status Code: 400; Error Code: AccessDeniedException; Request ID: {}; \
             Proxy: null)",
            denied.message(),
            shared.request_id()
        ))
    })
}

fn missing(shared: &Shared) -> WireError {
    WireError::metadata(shared.entity_not_found())
}

fn malformed(token: &str) -> WireError {
    WireError::input(format!("The nextPageToken is malformed: {token}"))
}

fn with_next(mut answer: Value, next: Option<String>) -> Value {
    if let (Some(next), Value::Object(members)) = (next, &mut answer) {
        members.insert("NextToken".to_owned(), json!(next));
    }
    answer
}

/// `TableMetadata`.
fn described(shared: &Shared, name: &str, entry: &Entry) -> Value {
    let table = &entry.table;
    let mut metadata = Map::new();
    metadata.insert("Name".to_owned(), json!(name));
    metadata.insert("CreateTime".to_owned(), timestamp(shared, entry.created));
    metadata.insert("LastAccessTime".to_owned(), json!(0.0));
    let kind = if entry.view.is_some() { "VIRTUAL_VIEW" } else { "EXTERNAL_TABLE" };
    metadata.insert("TableType".to_owned(), json!(kind));
    metadata.insert("Columns".to_owned(), columns(&table.columns));
    metadata.insert("PartitionKeys".to_owned(), columns(&table.partition_keys));
    let parameters = if entry.view.is_some() {
        BTreeMap::from([
            ("comment".to_owned(), "Presto View".to_owned()),
            ("presto_view".to_owned(), "true".to_owned()),
        ])
    } else {
        parameters(table, shared.clock.timestamp(entry.created))
    };
    metadata.insert("Parameters".to_owned(), json!(parameters));
    Value::Object(metadata)
}

fn columns(columns: &[Column]) -> Value {
    let column = |column: &Column| {
        let ty = hive_type(&column.ty).unwrap_or_else(|| column.ty.to_string());
        let mut members = Map::from_iter([("Name".to_owned(), json!(column.name)), ("Type".to_owned(), json!(ty))]);
        if let Some(comment) = &column.comment {
            members.insert("Comment".to_owned(), json!(comment));
        }
        Value::Object(members)
    };
    Value::Array(columns.iter().map(column).collect())
}

/// Storage and properties in one map, as Athena hands them on.
fn parameters(table: &Table, created: f64) -> BTreeMap<String, String> {
    let storage = &table.storage;
    let (serde, input, output) = classes(storage.format);
    let (input, output) = match &storage.classes {
        Some((input, output)) => (input.as_str(), output.as_str()),
        None => (input, output),
    };
    let mut parameters: BTreeMap<String, String> = table.properties.iter().cloned().collect();
    for (key, value) in &storage.serde_properties {
        parameters.insert(format!("serde.param.{key}"), value.clone());
    }
    let own = [
        ("EXTERNAL", "TRUE".to_owned()),
        ("location", storage.location.trim_end_matches('/').to_owned()),
        ("inputformat", input.to_owned()),
        ("outputformat", output.to_owned()),
        ("serde.serialization.lib", storage.serde.clone().unwrap_or_else(|| serde.to_owned())),
        ("serde.param.serialization.format", "1".to_owned()),
        ("transient_lastDdlTime", format!("{created:.0}")),
    ];
    parameters.extend(own.map(|(key, value)| (key.to_owned(), value)));
    parameters
}

/// The SerDe and the input and output formats that a format stands for.
fn classes(format: Format) -> (&'static str, &'static str, &'static str) {
    const TEXT: &str = "org.apache.hadoop.mapred.TextInputFormat";
    const PLAIN: &str = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat";
    match format {
        Format::Parquet => (
            "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
            "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
            "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
        ),
        Format::Orc => (
            "org.apache.hadoop.hive.ql.io.orc.OrcSerde",
            "org.apache.hadoop.hive.ql.io.orc.OrcInputFormat",
            "org.apache.hadoop.hive.ql.io.orc.OrcOutputFormat",
        ),
        Format::Avro => (
            "org.apache.hadoop.hive.serde2.avro.AvroSerDe",
            "org.apache.hadoop.hive.ql.io.avro.AvroContainerInputFormat",
            "org.apache.hadoop.hive.ql.io.avro.AvroContainerOutputFormat",
        ),
        Format::CloudTrail => {
            ("org.apache.hive.hcatalog.data.JsonSerDe", "com.amazon.emr.cloudtrail.CloudTrailInputFormat", PLAIN)
        }
        Format::JsonLines => ("org.openx.data.jsonserde.JsonSerDe", TEXT, PLAIN),
        Format::Csv => ("org.apache.hadoop.hive.serde2.OpenCSVSerde", TEXT, PLAIN),
        Format::Regex => ("org.apache.hadoop.hive.serde2.RegexSerDe", TEXT, PLAIN),
        Format::Grok => ("com.amazonaws.glue.serde.GrokSerDe", TEXT, PLAIN),
        Format::Delimited => ("org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe", TEXT, PLAIN),
    }
}
