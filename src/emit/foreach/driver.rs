//! The driver of a FOREACH: the query that stores its rows, the one that reads what decides
//! partitions, and the driver as an item of FROM.

use std::collections::{BTreeMap, BTreeSet};

use crate::bind::expr::{ColumnRef, Expr};
use crate::bind::query::{From, Query, RelationId};
use crate::emit::context::{Context, Uses};
use crate::emit::literal::identifier;
use crate::emit::name::driver_table;
use crate::emit::sql::Sql;
use crate::emit::storage::{read_stored, write_stored};
use crate::emit::text::parenthesised;
use crate::partition::Rectangle;
use crate::plan::{
    Driver, ForeachPlan, Plan, ROW_NUMBER, Stored, driver_names, from_relations, merged_columns, qualifier, stored,
};
use crate::types::Type;

/// The query that stores a driver's rows, numbered.
pub fn driver_query(plan: &Plan, foreach: &ForeachPlan, scans: &BTreeMap<RelationId, Vec<Rectangle>>) -> Sql {
    let context = Context::for_step(plan, foreach.step, scans);
    let mut items = vec![format!("row_number() OVER () AS {ROW_NUMBER}")];
    items.extend(write_stored(&columns(foreach), "d"));
    let mut text = context.with(&foreach.driver_with);
    text.push(format!("SELECT {}\nFROM ", items.join(", ")));
    match &foreach.driver {
        Driver::Query(_, query) => {
            text.append(&in_place(&context, query)).push(" AS d");
            let names = driver_names(query);
            let own: Vec<Option<&str>> = query.columns.iter().map(|column| column.name.as_deref()).collect();
            if !own.iter().copied().eq(names.iter().map(|name| Some(name.as_str()))) {
                let names: Vec<String> = names.iter().map(|name| identifier(name)).collect();
                text.push(format!(" ({})", names.join(", ")));
            }
        }
        Driver::From(from, filter) => {
            text.push("(").append(&from_query(&context, foreach, from, filter)).push("\n) AS d");
        }
        Driver::Table(name) => {
            text.push("(").append(&context.read_foreach(name)).push(") AS d");
        }
    }
    text
}

fn columns(foreach: &ForeachPlan) -> Vec<(String, Type)> {
    foreach.columns.iter().map(|column| (column.name.clone(), column.ty.clone())).collect()
}

fn in_place(context: &Context<'_>, query: &Query) -> Sql {
    parenthesised(context.source(), query.span, &context.query(query))
}

/// The left side of a LATERAL join as a query that yields the driver's columns under their names.
fn from_query(context: &Context<'_>, foreach: &ForeachPlan, from: &From, filter: &[Expr]) -> Sql {
    let merged = merged_columns(from);
    let items: Vec<String> = foreach
        .columns
        .iter()
        .map(|column| {
            let written = context.columns.get(&column.source).map(ToString::to_string);
            let text = written.unwrap_or_else(|| column_text(from, column.source, &merged));
            let name = identifier(&column.name);
            if text == name || text.ends_with(&format!(".{name}")) { text } else { format!("{text} AS {name}") }
        })
        .collect();
    let used: BTreeSet<ColumnRef> = foreach.columns.iter().map(|column| column.source).collect();
    let mut edits = Vec::new();
    let mut conjuncts = Vec::new();
    context.source_edits(from, &Uses::plain(used, merged), &mut edits, &mut conjuncts);
    let mut text = Sql::text("SELECT ");
    text.push(if items.is_empty() { "1 AS one".to_owned() } else { items.join(", ") });
    text.push("\n  FROM ").append(&context.text(from.span(), &edits));
    conjuncts.splice(0..0, filter.iter().map(|conjunct| context.conjunct(conjunct)));
    if !conjuncts.is_empty() {
        text.push("\n  WHERE ").append(&Sql::join(&conjuncts, "\n    AND "));
    }
    text
}

/// A column of a FROM clause, qualified if it can be.
fn column_text(from: &From, column: ColumnRef, merged: &BTreeSet<ColumnRef>) -> String {
    let relation = from_relations(from).into_iter().find(|relation| relation.id == column.relation);
    let name = relation
        .and_then(|relation| relation.columns.get(column.column)?.name.as_deref())
        .expect("planning refuses a LATERAL join over columns that no query can name");
    match relation.and_then(qualifier) {
        Some(qualifier) if !merged.contains(&column) => format!("{}.{}", identifier(qualifier), identifier(name)),
        _ => identifier(name),
    }
}

/// The query that yields the driver columns which decide partitions, numbered if rows are.
pub fn keys_query(plan: &Plan, foreach: &ForeachPlan) -> Sql {
    let row = identifier(&foreach.row);
    let mut items: Vec<String> = Vec::new();
    if foreach.numbered {
        items.push(format!("{row}.{ROW_NUMBER}"));
    }
    items.extend(foreach.keys.iter().map(|at| format!("{row}.{}", identifier(&foreach.columns[*at].name))));
    let distinct = if foreach.numbered { "" } else { "DISTINCT " };
    let none = BTreeMap::new();
    let context = Context::for_step(plan, foreach.step, &none);
    let mut text = Sql::text(format!("SELECT {distinct}{}\nFROM ", items.join(", ")));
    text.append(&driver_item(&context, foreach, &foreach.row, None));
    text
}

/// The driver as an item of FROM under a name; with `rows`, those rows alone.
pub(super) fn driver_item(context: &Context<'_>, foreach: &ForeachPlan, alias: &str, rows: Option<&[i64]>) -> Sql {
    let mut text = match &foreach.driver {
        _ if foreach.stored => stored_item(foreach, rows),
        Driver::Query(_, query) => in_place(context, query),
        Driver::Table(name) => {
            let mut text = Sql::text("(");
            text.append(&context.read_foreach(name)).push(")");
            text
        }
        Driver::From(..) => unreachable!("the left side of a LATERAL join is always stored"),
    };
    text.push(format!(" AS {}", identifier(alias)));
    text
}

fn stored_item(foreach: &ForeachPlan, rows: Option<&[i64]>) -> Sql {
    let columns = columns(foreach);
    let plain = columns.iter().all(|(_, ty)| matches!(stored(ty), None | Some(Stored::Plain)));
    if plain && rows.is_none() {
        return driver_table(foreach);
    }
    let mut items = vec![ROW_NUMBER.to_owned()];
    items.extend(read_stored(&columns, None));
    let mut text = Sql::text(format!("(SELECT {} FROM ", items.join(", ")));
    text.append(&driver_table(foreach));
    if let Some(rows) = rows {
        text.push(format!(" WHERE {}", row_predicate(rows)));
    }
    text.push(")");
    text
}

/// `athplan_row IN (1, 2)`, with ranges where three or more numbers follow each other; FALSE for none.
fn row_predicate(rows: &[i64]) -> String {
    let mut ranges: Vec<(i64, i64)> = Vec::new();
    for row in rows {
        match ranges.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(*row) => *last = *row,
            _ => ranges.push((*row, *row)),
        }
    }
    let mut singles: Vec<String> = Vec::new();
    let mut parts: Vec<String> = Vec::new();
    for (first, last) in ranges {
        if last - first < 2 {
            singles.extend((first..=last).map(|row| row.to_string()));
        } else {
            parts.push(format!("{ROW_NUMBER} BETWEEN {first} AND {last}"));
        }
    }
    match singles.as_slice() {
        [] => {}
        [single] => parts.push(format!("{ROW_NUMBER} = {single}")),
        several => parts.push(format!("{ROW_NUMBER} IN ({})", several.join(", "))),
    }
    if parts.is_empty() { "FALSE".to_owned() } else { parts.join(" OR ") }
}

#[cfg(test)]
mod tests {
    use super::row_predicate;

    #[test]
    fn rows_are_listed_and_ranges_named() {
        assert_eq!(row_predicate(&[]), "FALSE");
        assert_eq!(row_predicate(&[4]), "athplan_row = 4");
        assert_eq!(row_predicate(&[4, 5]), "athplan_row IN (4, 5)");
        assert_eq!(row_predicate(&[1, 2, 3, 7, 9]), "athplan_row BETWEEN 1 AND 3 OR athplan_row IN (7, 9)");
    }
}
