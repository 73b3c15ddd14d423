//! From what the data catalog says of a table to its definition: Hive DDL, read as a spec's would be.
//!
//! The catalog keeps all that DDL said, under other names: SerDe, formats and location are parameters
//! among the table's own properties. So its answer is written as DDL first, and whatever reads a spec's
//! DDL reads it; what a spec could not say of a table, athplan does not understand of this one either.

use aws_sdk_athena::types::{Column, TableMetadata};

use crate::catalog::{Table, hive_literal, hive_name};
use crate::engine::EngineError;
use crate::engine::defined::{defined, refused};

/// Parameters that stand elsewhere in DDL, or that say nothing of a table and change with every visit
/// of a crawler.
const NOT_PROPERTIES: &[&str] = &[
    "EXTERNAL",
    "COLUMN_STATS_ACCURATE",
    "CrawlerSchemaDeserializerVersion",
    "CrawlerSchemaSerializerVersion",
    "UPDATED_BY_CRAWLER",
    "averageRecordSize",
    "comment",
    "inputformat",
    "last_modified_by",
    "last_modified_time",
    "location",
    "numFiles",
    "numRows",
    "objectCount",
    "outputformat",
    "rawDataSize",
    "recordCount",
    "sizeKey",
    "totalSize",
    "transient_lastDdlTime",
];

/// What is in front of a SerDe's own properties.
const SERDE_PROPERTY: &str = "serde.param.";

/// A table as the catalog tells of it, under a name of the caller's.
///
/// # Errors
///
/// It is a view, an Iceberg table, or of a format that athplan does not know.
pub fn table(metadata: &TableMetadata, called: &str) -> Result<Table, EngineError> {
    let refuse = |why: String| refused(called, &why);
    let parameters = metadata.parameters();
    let parameter = |key: &str| parameters.and_then(|parameters| parameters.get(key)).map(String::as_str);
    if metadata.table_type() == Some("VIRTUAL_VIEW") {
        return Err(refuse("is a view: put its query into a CREATE VIEW of the spec".to_owned()));
    }
    if parameter("table_type").is_some_and(|kind| kind.eq_ignore_ascii_case("ICEBERG")) {
        return Err(refuse("is an Iceberg table, whose partitions athplan does not plan".to_owned()));
    }
    defined(text(metadata, called), called)
}

/// The catalog's answer as Hive DDL.
fn text(metadata: &TableMetadata, called: &str) -> String {
    let mut parameters: Vec<(&str, &str)> = metadata
        .parameters()
        .map(|parameters| parameters.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect())
        .unwrap_or_default();
    // The catalog gives them in no order.
    parameters.sort_unstable();
    let parameter = |key: &str| parameters.iter().find(|(known, _)| *known == key).map(|(_, value)| *value);
    let mut lines = vec![format!("CREATE EXTERNAL TABLE {} (", hive_name(called))];
    lines.push(columns(metadata.columns()));
    lines.push(")".to_owned());
    if let Some(comment) = parameter("comment") {
        lines.push(format!("COMMENT {}", hive_literal(comment)));
    }
    if !metadata.partition_keys().is_empty() {
        lines.push(format!("PARTITIONED BY (\n{}\n)", columns(metadata.partition_keys())));
    }
    if let Some(class) = parameter("serde.serialization.lib") {
        lines.push(format!("ROW FORMAT SERDE {}", hive_literal(class)));
        let own = parameters.iter().filter_map(|(key, value)| Some((key.strip_prefix(SERDE_PROPERTY)?, *value)));
        let own: Vec<String> = own.map(property).collect();
        if !own.is_empty() {
            lines.push(format!("WITH SERDEPROPERTIES (\n{}\n)", own.join(",\n")));
        }
    }
    if let (Some(input), Some(output)) = (parameter("inputformat"), parameter("outputformat")) {
        lines.push(format!("STORED AS INPUTFORMAT {}\nOUTPUTFORMAT {}", hive_literal(input), hive_literal(output)));
    }
    if let Some(location) = parameter("location") {
        lines.push(format!("LOCATION {}", hive_literal(location)));
    }
    let rest = parameters
        .iter()
        .filter(|(key, _)| !key.starts_with("serde.") && !NOT_PROPERTIES.contains(key))
        .map(|(key, value)| property((key, value)));
    let rest: Vec<String> = rest.collect();
    if !rest.is_empty() {
        lines.push(format!("TBLPROPERTIES (\n{}\n)", rest.join(",\n")));
    }
    lines.join("\n")
}

fn property((key, value): (&str, &str)) -> String {
    format!("  {} = {}", hive_literal(key), hive_literal(value))
}

fn columns(columns: &[Column]) -> String {
    let line = |column: &Column| {
        let comment = column.comment().filter(|comment| !comment.is_empty());
        let comment = comment.map(|comment| format!(" COMMENT {}", hive_literal(comment))).unwrap_or_default();
        format!("  {} {}{comment}", hive_name(column.name()), column.r#type().unwrap_or("string"))
    };
    columns.iter().map(line).collect::<Vec<_>>().join(",\n")
}

#[cfg(test)]
mod tests {
    use aws_sdk_athena::types::{Column, TableMetadata};

    use super::table;
    use crate::catalog::{Format, Layout, create_statement};

    fn metadata(parameters: &[(&str, &str)]) -> TableMetadata {
        let column = |name: &str, ty: &str| Column::builder().name(name).r#type(ty).build().expect("named");
        let mut builder = TableMetadata::builder()
            .name("trail")
            .table_type("EXTERNAL_TABLE")
            .columns(column("eventtime", "string"))
            .columns(column("useridentity", "struct<arn:string,sessioncontext:struct<attributes:map<string,string>>>"))
            .partition_keys(column("day", "string"));
        for (key, value) in parameters {
            builder = builder.parameters(*key, *value);
        }
        builder.build().expect("named")
    }

    const TRAIL: &[(&str, &str)] = &[
        ("EXTERNAL", "TRUE"),
        ("inputformat", "com.amazon.emr.cloudtrail.CloudTrailInputFormat"),
        ("outputformat", "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"),
        ("serde.serialization.lib", "org.apache.hive.hcatalog.data.JsonSerDe"),
        ("serde.param.serialization.format", "1"),
        ("location", "s3://b/trail"),
        ("transient_lastDdlTime", "1700000000"),
        ("projection.enabled", "true"),
        ("projection.day.type", "date"),
        ("projection.day.range", "2024/01/01,NOW"),
        ("projection.day.format", "yyyy/MM/dd"),
        ("storage.location.template", "s3://b/trail/${day}"),
    ];

    #[test]
    fn a_table_is_read_as_its_ddl_would_be() {
        let found = table(&metadata(TRAIL), "logs.trail").expect("a table of CloudTrail");
        assert_eq!(found.name, "logs.trail");
        assert_eq!(found.storage.format, Format::CloudTrail);
        assert!(matches!(found.layout, Layout::Projection { template: Some(_), .. }));
        let ddl = create_statement(&found, "logs.trail").expect("printable");
        assert!(ddl.contains("'projection.day.range' = '2024/01/01,NOW'"), "{ddl}");
        assert!(!ddl.contains("transient_lastDdlTime") && !ddl.contains("inputformat"), "{ddl}");
    }

    #[test]
    fn what_athplan_does_not_plan_is_refused_by_name() {
        let view = TableMetadata::builder().name("v").table_type("VIRTUAL_VIEW").build().expect("named");
        assert!(table(&view, "logs.v").expect_err("a view").message.contains("`logs.v` is a view"));
        let iceberg = metadata(&[("table_type", "iceberg"), ("location", "s3://b/i")]);
        assert!(table(&iceberg, "i").expect_err("another format").message.contains("Iceberg"));
        let foreign = metadata(&[("serde.serialization.lib", "com.example.Own"), ("location", "s3://b/x")]);
        let error = table(&foreign, "x").expect_err("an unknown SerDe");
        assert!(error.message.contains("com.example.Own"), "{}", error.message);
    }
}
