//! Emitting a FOREACH: its driver, and its body on the rung that the plan chose.
//!
//! Driver values do not travel in SQL text: a statement joins the driver's table, or reads a value
//! from it by a scalar subquery. Only where no subquery may stand does a typed literal take its place.

mod branch;
mod driver;
mod join;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::context::Context;
use super::literal::identifier;
use super::name::table_name;
use super::partition::key_predicate;
use super::sql::Sql;
use super::storage::{write_stored, write_visible};
use crate::bind::query::RelationId;
use crate::catalog::Table;
use crate::constant::Value;
use crate::partition::Rectangle;
use crate::plan::{ForeachPlan, Plan, Rung, StepKind};

pub use driver::{driver_query, keys_query};

/// What one statement of a FOREACH covers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Portion {
    /// The driver rows it is about, by number, and its scans' partitions for them. The join rungs
    /// have one part for all rows of the statement; the substituted rung has one part a row.
    pub parts: Vec<Part>,
    /// Whether the statement is about some of the driver's rows only.
    pub selects_rows: bool,
}

/// Driver rows with the partitions read for them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// The rows' numbers; empty where rows are not numbered.
    pub rows: Vec<i64>,
    /// The partitions of each scan; a scan that is missing reads what the user's predicates leave.
    pub scans: BTreeMap<RelationId, Vec<Rectangle>>,
    /// Values of driver columns that must stand as literals, by position in the FOREACH's columns.
    pub literals: BTreeMap<usize, Value>,
}

/// The query of one statement, yielding the columns of the FOREACH's table.
pub fn portion_query(plan: &Plan, foreach: &ForeachPlan, portion: &Portion) -> Sql {
    let branches: Vec<Sql> = portion
        .parts
        .iter()
        .map(|part| match foreach.rung {
            Rung::Uncorrelated => branch::uncorrelated(plan, foreach, part),
            Rung::Join => join::joined(plan, foreach, part, portion.selects_rows),
            Rung::Substituted => branch::substituted(plan, foreach, part),
        })
        .collect();
    let rows = Sql::join(&branches, "\nUNION ALL\n");
    // What the body reads of the WITH around the FOREACH is the same for every row.
    let mut text = match portion.parts.first() {
        Some(part) => Context::for_step(plan, foreach.step, &part.scans).with(&foreach.body_with),
        None => Sql::default(),
    };
    let columns = foreach.output_columns();
    let kept: Vec<_> = result(plan, foreach).columns.iter().map(|column| column.ty.clone()).collect();
    if columns.iter().map(|(_, ty)| ty).eq(&kept) && names_match(foreach) {
        text.append(&rows);
        return text;
    }
    let items = if foreach.hidden { write_stored(&columns, "q") } else { write_visible(&columns, &kept, "q") };
    let names: Vec<String> = columns.iter().map(|(name, _)| identifier(name)).collect();
    text.push(format!("SELECT {}\nFROM (\n", items.join(", ")));
    text.append(&rows).push(format!("\n) AS q ({})", names.join(", ")));
    text
}

/// Whether the branches' own text names their columns as the table does.
fn names_match(foreach: &ForeachPlan) -> bool {
    let body = foreach.body.columns.iter().map(|column| column.name.as_deref());
    writes_list(foreach) || body.eq(foreach.output.iter().map(|name| Some(name.as_str())))
}

/// Whether the select list is written out with the names of the table's columns.
fn writes_list(foreach: &ForeachPlan) -> bool {
    foreach.rung == Rung::Uncorrelated || foreach.outer || !foreach.carried.is_empty()
}

/// The columns of the result that come from the driver, as items of a select list.
fn carried_items(foreach: &ForeachPlan, row: &str) -> Vec<String> {
    foreach
        .carried
        .iter()
        .zip(&foreach.output)
        .map(|(at, name)| {
            let column = identifier(&foreach.columns[*at].name);
            let name = identifier(name);
            if column == name { format!("{row}.{column}") } else { format!("{row}.{column} AS {name}") }
        })
        .collect()
}

/// The names of the result's columns that come from the body.
fn body_names(foreach: &ForeachPlan) -> Vec<String> {
    foreach.output[foreach.carried.len()..].iter().map(|name| identifier(name)).collect()
}

/// The name of a body beside a driver that stands under another.
fn body_alias(driver: &str) -> &'static str {
    if driver == "b" { "body" } else { "b" }
}

/// The select list of a driver and a body that stand beside each other.
fn both(foreach: &ForeachPlan, row: &str, body: &str) -> String {
    let mut items = carried_items(foreach, row);
    items.extend(body_names(foreach).iter().map(|name| format!("{body}.{name}")));
    items.join(", ")
}

/// Partition conjuncts of a scan for explain, one text a rectangle.
pub fn rectangle_text(plan: &Plan, table: &Table, rectangle: &Rectangle) -> String {
    Sql::join(&key_predicate(plan, table, rectangle, None), " AND ").to_string()
}

/// The table a FOREACH is run into, as statements know it.
pub fn result_table(plan: &Plan, foreach: &ForeachPlan) -> Sql {
    table_name(plan, result(plan, foreach))
}

fn result<'p>(plan: &'p Plan, foreach: &ForeachPlan) -> &'p Table {
    match &plan.step(foreach.step).kind {
        StepKind::Foreach(_, table, _) => table,
        _ => unreachable!("a FOREACH is planned as a step of its own kind"),
    }
}
