//! The plans that queries become: what runs fast enough runs as it is meant to. What queries mean is
//! tested from outside (`tests/lowering`).

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::catalog::TableProvider;
use datafusion::datasource::MemTable;

use datafusion::arrow::datatypes::Schema;

use super::super::arrow::positional_fields;
use super::{TableSources, context, plan};
use crate::bind::{BindOptions, Tables, bind_query};
use crate::catalog::{Column, Format, Layout, Origin, Storage, Table};
use crate::constant::{Value, Zone};
use crate::engine::EngineError;
use crate::source::Source;
use crate::spec::parse_query;
use crate::types::{Dialect, Type};

struct Memory;

fn table(name: &str, columns: &[(&str, Type)]) -> Arc<Table> {
    let column = |(name, ty): &(&str, Type)| Column { name: (*name).to_owned(), ty: ty.clone(), comment: None };
    Arc::new(Table {
        name: name.to_owned(),
        columns: columns.iter().map(column).collect(),
        partition_keys: Vec::new(),
        storage: Storage {
            location: String::new(),
            format: Format::JsonLines,
            serde: None,
            classes: None,
            serde_properties: BTreeMap::new(),
        },
        layout: Layout::Flat,
        time: None,
        origin: Origin::Existing,
        properties: Vec::new(),
        comment: None,
    })
}

fn tables() -> [Arc<Table>; 2] {
    [
        table("calls", &[("id", Type::BigInt), ("key", Type::VARCHAR), ("name", Type::VARCHAR)]),
        table("keys", &[("key", Type::VARCHAR), ("at", Type::BigInt)]),
    ]
}

impl Tables for Memory {
    fn table(&self, name: &str) -> Option<Arc<Table>> {
        tables().into_iter().find(|table| table.name == name)
    }

    fn names(&self) -> Vec<String> {
        Vec::new()
    }
}

impl TableSources for Memory {
    fn provider(&self, table: &Table) -> Result<Arc<dyn TableProvider>, EngineError> {
        let types = table.columns.iter().map(|column| &column.ty);
        let schema = Arc::new(Schema::new(positional_fields(types)?));
        Ok(Arc::new(MemTable::try_new(schema, vec![Vec::new()]).expect("no batch has another schema")))
    }
}

/// The physical plan of a query, as text.
fn shown_plan(sql: &str) -> String {
    let source = Source::new("test", sql);
    let now = Value::TimestampWithTimeZone(0, Zone::Offset(0));
    let options = BindOptions { dialect: Dialect::Trino, now, arguments: &BTreeMap::new(), catalog: &Memory };
    let query = bind_query(&parse_query(&source).expect("it parses"), &source, &options).expect("it binds");
    let plan = plan(&query, &Memory).expect("it lowers");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime can be made");
    let physical = runtime.block_on(context(2).state().create_physical_plan(&plan)).expect("it is planned");
    datafusion::physical_plan::displayable(physical.as_ref()).indent(false).to_string()
}

#[test]
fn equalities_become_hash_joins() {
    for sql in [
        "SELECT 1 FROM calls c JOIN keys k ON c.key = k.key AND c.id BETWEEN k.at AND k.at + 1",
        "SELECT 1 FROM calls c, keys k WHERE c.key = k.key",
        "SELECT 1 FROM calls c, keys k WHERE substr(c.key, 1, 3) = k.key",
        "SELECT 1 FROM calls c LEFT JOIN keys k ON lower(c.key) = upper(k.key)",
        "SELECT 1 FROM calls c JOIN keys k ON CAST(c.id AS double) = CAST(k.at AS double)",
        "SELECT 1 FROM calls c CROSS JOIN LATERAL (SELECT at FROM keys k WHERE k.key = c.key) b",
        "SELECT 1 FROM calls c WHERE EXISTS (SELECT 1 FROM keys k WHERE k.key = c.key AND k.at > c.id)",
        "SELECT 1 FROM calls c WHERE key IN (SELECT key FROM keys)",
    ] {
        let plan = shown_plan(sql);
        assert!(plan.contains("HashJoinExec") && !plan.contains("NestedLoop"), "{sql}\n{plan}");
    }
}

#[test]
fn filters_reach_their_relation() {
    let plan = shown_plan(
        "SELECT 1 FROM calls c JOIN keys k ON c.key = k.key WHERE c.name IN ('x', 'y') AND 10 / c.id > 1 AND k.at > 2",
    );
    let join = plan.find("HashJoinExec").expect("there is a join");
    let below = &plan[join..];
    assert!(below.contains("IN (SET)") && below.contains("evaluate(") && below.contains("> 2"), "{plan}");
}
