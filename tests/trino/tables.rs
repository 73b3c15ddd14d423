//! Athena's definitions of tables said to Trino's Hive connector, by the judge's own reading of their properties.

use std::collections::BTreeMap;
use std::sync::Arc;

use athplan::bind::spec::BoundStatementKind;
use athplan::bind::{BindOptions, Tables};
use athplan::catalog::{Format, Table};
use athplan::constant::{Value, Zone};
use athplan::source::Source;
use athplan::types::{Dialect, Type};

/// Tables that were defined so far, and how their definitions are said.
pub struct Definitions {
    tables: BTreeMap<String, Arc<Table>>,
    /// Where `s3://` lies: `local:///…/`.
    place: String,
    schema: String,
    /// The days to which projections are held, where nothing else would keep a query from walking through years.
    days: Option<(String, String)>,
}

impl Tables for Definitions {
    fn table(&self, name: &str) -> Option<Arc<Table>> {
        self.tables.get(name).cloned()
    }

    fn names(&self) -> Vec<String> {
        self.tables.keys().cloned().collect()
    }
}

impl Definitions {
    /// None yet, of tables whose files lie below a place and whose names belong to a schema.
    pub fn new(place: &str, schema: &str, days: Option<(String, String)>) -> Self {
        Self { tables: BTreeMap::new(), place: place.to_owned(), schema: schema.to_owned(), days }
    }

    /// Where Trino finds what lies at a location of S3.
    pub fn placed(&self, location: &str) -> String {
        location.replacen("s3://", &self.place, 1)
    }

    /// Where a table lies that was defined and not dropped.
    pub fn place_of(&self, table: &str) -> Option<String> {
        self.tables.get(table).map(|table| table.storage.location.clone())
    }

    /// What Trino is told in place of a statement of Hive's grammar.
    pub fn said(&mut self, sql: &str) -> Vec<String> {
        if let Some(name) = sql.strip_prefix("DROP TABLE IF EXISTS ") {
            self.tables.remove(name.trim_matches('`'));
            return vec![format!("DROP TABLE IF EXISTS {}", name.replace('`', "\""))];
        }
        let source = Arc::new(Source::new("definition", sql));
        let arguments = BTreeMap::new();
        let options = BindOptions {
            dialect: Dialect::default(),
            now: Value::TimestampWithTimeZone(0, Zone::UTC),
            arguments: &arguments,
            catalog: self,
        };
        let bound = athplan::front(&source, &options).unwrap_or_else(|errors| panic!("{errors}\n{sql}"));
        let mut said = Vec::new();
        for statement in bound.statements {
            match statement.kind {
                BoundStatementKind::DeclareTable(table) => {
                    said.push(self.create(&table));
                    self.tables.insert(table.name.clone(), table);
                }
                BoundStatementKind::AddPartitions(table, entries) => {
                    let keys: Vec<String> = table.partition_keys.iter().map(|key| text(&key.name)).collect();
                    said.extend(entries.iter().map(|entry| {
                        let values: Vec<String> = entry.values.iter().map(|value| text(value)).collect();
                        let location = entry.location.clone().unwrap_or_else(|| {
                            let folders = table.partition_keys.iter().zip(&entry.values);
                            folders.fold(table.storage.location.clone(), |path, (key, value)| {
                                format!("{path}{}={value}/", key.name)
                            })
                        });
                        format!(
                            "CALL system.register_partition(schema_name => {}, table_name => {}, \
                             partition_columns => ARRAY[{}], partition_values => ARRAY[{}], location => {})",
                            text(&self.schema),
                            text(&table.name),
                            keys.join(", "),
                            values.join(", "),
                            text(&self.placed(&location))
                        )
                    }));
                }
                other => panic!("this is no definition: {other:?}"),
            }
        }
        said
    }

    /// What makes the partitions known that lie in folders named after their keys.
    pub fn found(&self, table: &str) -> String {
        format!("CALL system.sync_partition_metadata({}, {}, 'ADD')", text(&self.schema), text(table))
    }

    fn create(&self, table: &Table) -> String {
        let property =
            |name: &str| table.properties.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let mut columns: Vec<String> =
            table.columns.iter().map(|column| format!("{} {}", name(&column.name), stored(&column.ty))).collect();
        let projected = property("projection.enabled") == Some("true");
        for key in &table.partition_keys {
            let mut column = format!("{} {}", name(&key.name), stored(&key.ty));
            if projected {
                column.push_str(&format!(" WITH ({})", self.projection(&key.name, &property).join(", ")));
            }
            columns.push(column);
        }
        let mut with = vec![format!("external_location = {}", text(&self.placed(&table.storage.location)))];
        match table.storage.format {
            // What Trino reads is a copy with a record a line.
            Format::CloudTrail | Format::JsonLines => with.push("format = 'OPENX_JSON'".to_owned()),
            Format::Parquet => with.push("format = 'PARQUET'".to_owned()),
            Format::Delimited => {
                with.push("format = 'TEXTFILE'".to_owned());
                let separator = table.storage.serde_properties.get("field.delim").map_or("\u{1}", String::as_str);
                with.push(format!("textfile_field_separator = {}", text(separator)));
            }
            other => panic!("the judge's tables hold no {other:?}"),
        }
        if let Some(lines) = property("skip.header.line.count") {
            with.push(format!("skip_header_line_count = {lines}"));
        }
        if !table.partition_keys.is_empty() {
            let keys: Vec<String> = table.partition_keys.iter().map(|key| text(&key.name)).collect();
            with.push(format!("partitioned_by = ARRAY[{}]", keys.join(", ")));
        }
        if projected {
            with.push("partition_projection_enabled = true".to_owned());
            if let Some(template) = property("storage.location.template") {
                with.push(format!("partition_projection_location_template = {}", text(&self.placed(template))));
            }
        }
        format!(
            "CREATE TABLE {} (\n  {}\n) WITH (\n  {}\n)",
            name(&table.name),
            columns.join(",\n  "),
            with.join(",\n  ")
        )
    }

    fn projection<'p>(&self, key: &str, property: &impl Fn(&str) -> Option<&'p str>) -> Vec<String> {
        let of = |what: &str| property(&format!("projection.{key}.{what}"));
        let list = |values: &str| {
            let values: Vec<String> = values.split(',').map(|value| text(value.trim())).collect();
            format!("ARRAY[{}]", values.join(", "))
        };
        let kind = of("type").expect("a projected key has a type");
        let mut with = vec![format!("partition_projection_type = {}", text(kind))];
        with.extend(of("values").map(|values| format!("partition_projection_values = {}", list(values))));
        let days = self.days.as_ref().filter(|_| kind == "date").map(|(first, last)| format!("{first},{last}"));
        let range = days.or(of("range").map(str::to_owned));
        with.extend(range.map(|range| format!("partition_projection_range = {}", list(&range))));
        with.extend(of("format").map(|format| format!("partition_projection_format = {}", text(format))));
        with.extend(of("digits").map(|digits| format!("partition_projection_digits = {digits}")));
        with.extend(of("interval").map(|interval| format!("partition_projection_interval = {interval}")));
        with.extend(of("interval.unit").map(|unit| format!("partition_projection_interval_unit = {}", text(unit))));
        with
    }
}

fn name(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A type as a definition has it: in a row every field's name is quoted, since some are reserved.
fn stored(ty: &Type) -> String {
    match ty {
        Type::Array(element) => format!("array({})", stored(element)),
        Type::Map(key, value) => format!("map({}, {})", stored(key), stored(value)),
        Type::Row(fields) => {
            let field = |field: &athplan::types::RowField| {
                format!("{} {}", name(field.name.as_deref().expect("stored fields have names")), stored(&field.ty))
            };
            format!("row({})", fields.iter().map(field).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}
