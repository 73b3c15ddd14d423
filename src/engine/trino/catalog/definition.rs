//! From what Trino shows of a table to its definition: Hive DDL, read as a spec's would be.
//!
//! What a spec could not say of a table, athplan does not understand of this one either.

use super::shown::{Shown, ShownColumn, read, text, texts};
use crate::catalog::{Table, hive_literal, hive_name, hive_type};
use crate::engine::EngineError;
use crate::engine::defined::{defined, refused};
use crate::types::{Type, parse_type};

/// The formats of the Hive connector that athplan knows, and how Hive's DDL says them.
const FORMATS: &[(&str, &str)] = &[
    ("OPENX_JSON", "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'"),
    ("JSON", "ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'"),
    ("TEXTFILE", "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe'"),
    ("CSV", "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'"),
    ("REGEX", "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.RegexSerDe'"),
    ("PARQUET", "STORED AS PARQUET"),
    ("ORC", "STORED AS ORC"),
    ("AVRO", "STORED AS AVRO"),
];

/// Properties of a table that are a SerDe's in Hive's DDL.
const SERDE_PROPERTIES: &[(&str, &str)] = &[
    ("textfile_field_separator", "field.delim"),
    ("textfile_field_separator_escape", "escape.delim"),
    ("null_format", "serialization.null.format"),
    ("csv_separator", "separatorChar"),
    ("csv_quote", "quoteChar"),
    ("csv_escape", "escapeChar"),
    ("regex", "input.regex"),
    ("regex_case_insensitive", "input.regex.case.insensitive"),
    ("avro_schema_literal", "avro.schema.literal"),
    ("avro_schema_url", "avro.schema.url"),
];

/// Properties of a table that are its own in Hive's DDL.
const TABLE_PROPERTIES: &[(&str, &str)] = &[
    ("skip_header_line_count", "skip.header.line.count"),
    ("skip_footer_line_count", "skip.footer.line.count"),
    ("partition_projection_enabled", "projection.enabled"),
    ("partition_projection_location_template", "storage.location.template"),
];

/// Properties of a projected key, each with what stands behind `projection.KEY.`.
const KEY_PROPERTIES: &[(&str, &str)] = &[
    ("partition_projection_type", "type"),
    ("partition_projection_values", "values"),
    ("partition_projection_range", "range"),
    ("partition_projection_interval", "interval"),
    ("partition_projection_interval_unit", "interval.unit"),
    ("partition_projection_digits", "digits"),
    ("partition_projection_format", "format"),
];

/// A table as it is shown, under a name of the caller's.
///
/// # Errors
///
/// It is a view, of another connector, managed, or of a format that athplan does not know.
pub fn table(shown: &str, called: &str) -> Result<Table, EngineError> {
    let refuse = |why: String| refused(called, &why);
    let Some(shown) = read(shown) else {
        return Err(refuse("is a view: put its query into a CREATE VIEW of the spec".to_owned()));
    };
    defined(ddl(&shown, called).map_err(refuse)?, called)
}

/// What is shown as Hive DDL, or why it is none.
fn ddl(shown: &Shown, called: &str) -> Result<String, String> {
    let format = shown.text("format").unwrap_or_default();
    let Some((_, rows)) = FORMATS.iter().find(|(known, _)| known.eq_ignore_ascii_case(format)) else {
        return Err(match format {
            "" => "is no table of the Hive connector, whose partitions athplan plans".to_owned(),
            other => format!("is of the format {other}, which athplan does not know"),
        });
    };
    let Some(location) = shown.text("external_location") else {
        return Err(
            "is managed by the catalog, which does not say where its files lie: SELECT DISTINCT \"$path\" tells, and \
             CREATE EXTERNAL TABLE … LOCATION in a file for --catalog says it"
                .to_owned(),
        );
    };
    let keys = texts(&shown.properties, "partitioned_by").unwrap_or_default();
    let (keys, columns): (Vec<&ShownColumn>, Vec<&ShownColumn>) =
        shown.columns.iter().partition(|column| keys.contains(&column.name));
    let mut lines =
        vec![format!("CREATE EXTERNAL TABLE {} (", hive_name(called)), hive_columns(&columns)?, ")".to_owned()];
    lines.extend(shown.comment.as_ref().map(|comment| format!("COMMENT {}", hive_literal(comment))));
    if !keys.is_empty() {
        lines.push(format!("PARTITIONED BY (\n{}\n)", hive_columns(&keys)?));
    }
    let named = |table: &[(&str, &str)]| -> Vec<String> {
        let given = table.iter().filter_map(|(own, hive)| Some((*hive, shown.text(own)?)));
        given.map(|(key, value)| property(key, value)).collect()
    };
    let serde = named(SERDE_PROPERTIES);
    if !serde.is_empty() && rows.starts_with("ROW") {
        lines.push((*rows).to_owned());
        lines.push(format!("WITH SERDEPROPERTIES (\n{}\n)", serde.join(",\n")));
    } else {
        lines.push((*rows).to_owned());
    }
    lines.push(format!("LOCATION {}", hive_literal(location)));
    let mut own = named(TABLE_PROPERTIES);
    own.extend(keys.iter().flat_map(|key| projected(key)));
    if !own.is_empty() {
        lines.push(format!("TBLPROPERTIES (\n{}\n)", own.join(",\n")));
    }
    Ok(lines.join("\n"))
}

fn property(key: &str, value: &str) -> String {
    format!("  {} = {}", hive_literal(key), hive_literal(value))
}

/// The properties of a projected key.
fn projected(key: &ShownColumn) -> Vec<String> {
    let value = |name: &str| {
        let list = texts(&key.properties, name).map(|texts| texts.join(","));
        list.or_else(|| text(&key.properties, name).map(str::to_owned))
    };
    let given = KEY_PROPERTIES.iter().filter_map(|(own, part)| Some((part, value(own)?)));
    given
        .map(|(part, value)| {
            let value = if *part == "type" { value.to_lowercase() } else { value };
            property(&format!("projection.{}.{part}", key.name), &value)
        })
        .collect()
}

fn hive_columns(columns: &[&ShownColumn]) -> Result<String, String> {
    let line = |column: &&ShownColumn| {
        let ty = parse_type(&column.ty).map(plain);
        let ty = ty.as_ref().and_then(hive_type).ok_or_else(|| {
            format!(
                "has a column `{}` of type {}, which athplan does not know of Hive's tables",
                column.name, column.ty
            )
        })?;
        let comment = column.comment.as_ref().map(|comment| format!(" COMMENT {}", hive_literal(comment)));
        Ok(format!("  {} {ty}{}", hive_name(&column.name), comment.unwrap_or_default()))
    };
    Ok(columns.iter().map(line).collect::<Result<Vec<_>, String>>()?.join(",\n"))
}

/// A type as Athena has it, where times are told in milliseconds whatever the connector's precision.
fn plain(ty: Type) -> Type {
    match ty {
        Type::Timestamp(_) => Type::Timestamp(3),
        Type::Array(element) => Type::array(plain(Type::clone(&element))),
        Type::Map(key, value) => Type::map(plain(Type::clone(&key)), plain(Type::clone(&value))),
        Type::Row(fields) => Type::Row(
            fields
                .iter()
                .map(|field| crate::types::RowField { name: field.name.clone(), ty: plain(field.ty.clone()) })
                .collect(),
        ),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::table;
    use crate::catalog::{Format, Layout, create_statement};

    #[test]
    fn a_table_is_read_as_its_ddl_would_be() {
        let shown = "CREATE TABLE hive.logs.trail (\n   eventtime varchar,\n   t timestamp(6),\n   useridentity ROW(arn varchar),\n   \
                     day varchar WITH (partition_projection_format = 'yyyy/MM/dd', partition_projection_range = ARRAY['2024/01/01','NOW'], \
                     partition_projection_type = 'DATE')\n)\nWITH (\n   external_location = 's3://b/trail',\n   format = 'OPENX_JSON',\n   \
                     partition_projection_enabled = true,\n   partition_projection_location_template = 's3://b/trail/${day}',\n   \
                     partitioned_by = ARRAY['day']\n)";
        let found = table(shown, "logs.trail").expect("a table of JSON lines");
        assert_eq!((found.name.as_str(), found.storage.format), ("logs.trail", Format::JsonLines));
        assert!(matches!(found.layout, Layout::Projection { template: Some(_), .. }));
        let ddl = create_statement(&found, "logs.trail").expect("printable");
        assert!(ddl.contains("'projection.day.range' = '2024/01/01,NOW'"), "{ddl}");
    }

    #[test]
    fn what_athplan_does_not_plan_is_refused_by_name() {
        let error = |shown: &str| table(shown, "logs.x").expect_err("it is refused").message;
        assert!(error("CREATE VIEW hive.logs.x AS SELECT 1 a").contains("`logs.x` is a view"));
        let iceberg = "CREATE TABLE lake.logs.x (a bigint) WITH (location = 's3://b/x', format_version = 2)";
        assert!(error(iceberg).contains("no table of the Hive connector"));
        assert!(error("CREATE TABLE hive.logs.x (a bigint) WITH (format = 'PARQUET')").contains("managed"));
        assert!(error("CREATE TABLE hive.logs.x (a bigint) WITH (format = 'RCTEXT')").contains("RCTEXT"));
    }
}
