//! CREATE EXTERNAL TABLE: from the definition that a spec's reader makes of Hive's DDL to the Hive connector's
//! CREATE TABLE, in which partition keys are the last columns, and all else is a property.

use super::literal::{array, column_type, name, string, table_name};
use super::{format, projection, refused};
use crate::catalog::{Column, DefineOptions, Layout, Table, define, hive_type};
use crate::engine::{EngineError, ErrorClass};
use crate::spec::ast::CreateExternalTable;
use crate::types::Type;

/// The table that a statement declares.
///
/// # Errors
///
/// Its definition is wrong.
pub fn declared(definition: &CreateExternalTable) -> Result<Table, EngineError> {
    define(definition, DefineOptions::default()).map_err(|errors| {
        let said: Vec<String> = errors.iter().map(ToString::to_string).collect();
        EngineError::new(ErrorClass::Statement, said.join("; "))
    })
}

/// The statement that makes a table.
///
/// # Errors
///
/// The Hive connector reads no such files, or has no such columns.
pub fn create(table: &Table, if_not_exists: bool) -> Result<String, EngineError> {
    let mut columns = Vec::new();
    for column in &table.columns {
        columns.push(line(table, column, &[])?);
    }
    for (at, key) in table.partition_keys.iter().enumerate() {
        let properties = match &table.layout {
            Layout::Projection { keys, .. } => match keys.get(at) {
                Some(projected) => projection::properties(key, projected)?,
                None => Vec::new(),
            },
            Layout::Flat | Layout::Registered(_) => Vec::new(),
        };
        columns.push(line(table, key, &properties)?);
    }
    let mut properties = vec![format!("external_location = {}", string(&table.storage.location))];
    properties.extend(format::properties(table)?);
    if !table.partition_keys.is_empty() {
        let keys: Vec<&str> = table.partition_keys.iter().map(|key| key.name.as_str()).collect();
        properties.push(format!("partitioned_by = {}", array(&keys)));
    }
    if matches!(table.layout, Layout::Projection { .. }) {
        properties.push("partition_projection_enabled = true".to_owned());
        let template = table.properties.iter().find(|(key, _)| key.eq_ignore_ascii_case("storage.location.template"));
        properties
            .extend(template.map(|(_, text)| format!("partition_projection_location_template = {}", string(text))));
    }
    let if_not_exists = if if_not_exists { "IF NOT EXISTS " } else { "" };
    let comment = table.comment.as_ref().map(|comment| format!("COMMENT {}\n", string(comment))).unwrap_or_default();
    Ok(format!(
        "CREATE TABLE {if_not_exists}{} (\n  {}\n)\n{comment}WITH (\n  {}\n)",
        table_name(&table.name),
        columns.join(",\n  "),
        properties.join(",\n  ")
    ))
}

/// A column's line.
fn line(table: &Table, column: &Column, properties: &[String]) -> Result<String, EngineError> {
    if hive_type(&column.ty).is_none() {
        let message = format!(
            "`{}` of {} is {}, which the Hive connector of a Trino does not store: CAST it to one that it does",
            column.name, table.name, column.ty
        );
        return Err(refused(message));
    }
    let ty = match &column.ty {
        // What is longer than Hive's varchar is its string.
        Type::Varchar(Some(length)) if *length == 0 || *length > 65_535 => Type::VARCHAR,
        other => other.clone(),
    };
    let comment = column.comment.as_ref().map(|comment| format!(" COMMENT {}", string(comment))).unwrap_or_default();
    let properties = if properties.is_empty() { String::new() } else { format!(" WITH ({})", properties.join(", ")) };
    Ok(format!("{} {}{comment}{properties}", name(&column.name), column_type(&ty)))
}

#[cfg(test)]
mod tests {
    use super::super::translate;
    use crate::types::Dialect;

    fn sent(sql: &str) -> String {
        translate(sql, Dialect::Athena, "x").expect("it has words for it").steps[0].text.as_str().to_owned()
    }

    fn refused(sql: &str) -> String {
        translate(sql, Dialect::Athena, "x").expect_err("it has none").message
    }

    #[test]
    fn a_table_of_json_lines_with_projected_keys() {
        let sql = r"CREATE EXTERNAL TABLE logs.t (a string, `inner` struct<`end`:int,b:map<string,array<bigint>>>, n decimal(10,2) COMMENT 'its')
PARTITIONED BY (region string, day string, hour int)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' WITH SERDEPROPERTIES ('ignore.malformed.json' = 'true', 'mapping.a' = 'A')
LOCATION 's3://b/t'
TBLPROPERTIES ('projection.enabled'='true', 'projection.region.type'='enum', 'projection.region.values'='x,y',
 'projection.day.type'='date', 'projection.day.format'='yyyy/MM/dd', 'projection.day.range'='2024/01/01,NOW-1DAYS',
 'projection.hour.type'='integer', 'projection.hour.range'='0,23', 'projection.hour.digits'='2',
 'storage.location.template'='s3://b/t/${region}/${day}/${hour}/')";
        let expected = r#"CREATE TABLE logs.t (
  "a" varchar,
  "inner" row("end" integer, "b" map(varchar, array(bigint))),
  "n" decimal(10,2) COMMENT 'its',
  "region" varchar WITH (partition_projection_type = 'ENUM', partition_projection_values = ARRAY['x', 'y']),
  "day" varchar WITH (partition_projection_type = 'DATE', partition_projection_format = 'yyyy/MM/dd', partition_projection_range = ARRAY['2024/01/01', 'NOW-1DAYS'], partition_projection_interval = 1, partition_projection_interval_unit = 'DAYS'),
  "hour" integer WITH (partition_projection_type = 'INTEGER', partition_projection_range = ARRAY['0', '23'], partition_projection_interval = 1, partition_projection_digits = 2)
)
WITH (
  external_location = 's3://b/t/',
  format = 'OPENX_JSON',
  extra_properties = MAP(ARRAY['ignore.malformed.json', 'mapping.a'], ARRAY['true', 'A']),
  partitioned_by = ARRAY['region', 'day', 'hour'],
  partition_projection_enabled = true,
  partition_projection_location_template = 's3://b/t/${region}/${day}/${hour}/'
)"#;
        assert_eq!(sent(sql), expected);
    }

    /// The properties that say how a table of two texts is read.
    fn read_as(rest: &str) -> String {
        let written = sent(&format!("CREATE EXTERNAL TABLE t (a string, b string) {rest}"));
        let (_, properties) = written.split_once("external_location = 's3://b/t/',\n  ").expect("it has a format");
        properties.trim_end_matches("\n)").replace("\n ", "")
    }

    #[test]
    fn text_in_all_its_forms() {
        let serde =
            |class: &str, properties: &str| format!("ROW FORMAT SERDE '{class}' {properties} LOCATION 's3://b/t/'");
        let forms = [
            (
                "ROW FORMAT DELIMITED FIELDS TERMINATED BY ' ' COLLECTION ITEMS TERMINATED BY ';' NULL DEFINED AS '-' \
                 LOCATION 's3://b/t/' TBLPROPERTIES ('skip.header.line.count' = '1')"
                    .to_owned(),
                "format = 'TEXTFILE', textfile_field_separator = ' ', null_format = '-', skip_header_line_count = 1, \
                 extra_properties = MAP(ARRAY['collection.delim'], ARRAY[';'])",
            ),
            (
                serde("org.apache.hadoop.hive.serde2.OpenCSVSerde", "WITH SERDEPROPERTIES ('separatorChar' = ';')"),
                "format = 'CSV', csv_separator = ';'",
            ),
            (
                serde(
                    "org.apache.hadoop.hive.serde2.RegexSerDe",
                    "WITH SERDEPROPERTIES ('input.regex' = '([^ ]*) (.*)')",
                ),
                "format = 'REGEX', regex = '([^ ]*) (.*)'",
            ),
            (serde("org.apache.hive.hcatalog.data.JsonSerDe", ""), "format = 'JSON'"),
            ("STORED AS PARQUET LOCATION 's3://b/t/'".to_owned(), "format = 'PARQUET'"),
            ("STORED AS ORC LOCATION 's3://b/t/'".to_owned(), "format = 'ORC'"),
            ("STORED AS AVRO LOCATION 's3://b/t/'".to_owned(), "format = 'AVRO'"),
        ];
        for (clauses, properties) in forms {
            assert_eq!(read_as(&clauses), properties, "{clauses}");
        }
    }

    #[test]
    fn what_the_connector_does_not_read_is_refused_with_the_way_out() {
        let cloudtrail =
            refused("CREATE EXTERNAL TABLE t USING cloudtrail LOCATION 's3://b/AWSLogs/111111111111/CloudTrail/'");
        assert!(cloudtrail.contains("USING cloudtrail_lines") && cloudtrail.contains("jq"), "{cloudtrail}");
        let csv = refused(
            "CREATE EXTERNAL TABLE t (a int) ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde' LOCATION 's3://b/t/'",
        );
        assert!(csv.contains("`a`") && csv.contains("string"), "{csv}");
    }
}
