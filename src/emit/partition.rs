//! Writing the partitions of a scan: constant lists for each key, the only form whose pruning both
//! Athena's documentation and a measured Trino promise.

use super::literal::{identifier, string};
use super::sql::Sql;
use crate::catalog::{Layout, Table};
use crate::partition::{KeySet, Rectangle};
use crate::plan::Plan;
use crate::types::Type;

/// `SELECT * FROM table WHERE rectangle UNION ALL …`: what a scan reads, rectangle by rectangle.
pub fn scan_query(plan: &Plan, table: &Table, name: &Sql, rectangles: &[Rectangle], hidden: &[String]) -> Sql {
    let mut columns = String::from("*");
    for column in hidden {
        columns.push_str(&format!(", {}", identifier(column)));
    }
    let branch = |rectangle: Option<&Rectangle>| {
        let mut text = Sql::text(format!("SELECT {columns} FROM "));
        text.append(name);
        let conjuncts = match rectangle {
            Some(rectangle) => key_predicate(plan, table, rectangle, None),
            None => vec![Sql::text("FALSE")],
        };
        if !conjuncts.is_empty() {
            text.push(" WHERE ").append(&Sql::join(&conjuncts, " AND "));
        }
        text
    };
    if rectangles.is_empty() {
        return branch(None);
    }
    let branches: Vec<Sql> = rectangles.iter().map(|rectangle| branch(Some(rectangle))).collect();
    Sql::join(&branches, "\n  UNION ALL\n  ")
}

/// The conjuncts that hold a scan to one rectangle.
pub fn key_predicate(plan: &Plan, table: &Table, rectangle: &Rectangle, qualifier: Option<&str>) -> Vec<Sql> {
    let mut conjuncts = Vec::new();
    for (at, (key, values)) in table.partition_keys.iter().zip(&rectangle.keys).enumerate() {
        let KeySet::Values(values) = values else { continue };
        let name = match qualifier {
            Some(qualifier) => format!("{}.{}", identifier(qualifier), identifier(&key.name)),
            None => identifier(&key.name),
        };
        let (null, values): (Vec<&String>, Vec<&String>) = values.iter().partition(|value| *value == NULL_FOLDER);
        let listed = match values.as_slice() {
            [] => None,
            [first, .., last] if is_range(plan, table, at, &values) => {
                Some(format!("{name} BETWEEN {} AND {}", key_literal(first, &key.ty), key_literal(last, &key.ty)))
            }
            values => Some(in_list(&name, values, &key.ty)),
        };
        conjuncts.push(Sql::text(match (listed, null.is_empty()) {
            (None, true) => "FALSE".to_owned(),
            (None, false) => format!("{name} IS NULL"),
            (Some(listed), true) => listed,
            (Some(listed), false) => format!("({listed} OR {name} IS NULL)"),
        }));
    }
    conjuncts
}

/// `key = value`, or `key IN (…)`. Folders `7` and `07` of a number are one value.
fn in_list(name: &str, values: &[&String], ty: &Type) -> String {
    let mut literals: Vec<String> = values.iter().map(|value| key_literal(value, ty)).collect();
    literals.dedup();
    match literals.as_slice() {
        [single] => format!("{name} = {single}"),
        several => format!("{name} IN ({})", several.join(", ")),
    }
}

/// The folder value by which Hive says that a key is NULL.
const NULL_FOLDER: &str = "__HIVE_DEFAULT_PARTITION__";

/// A key's value in the key's own type.
fn key_literal(value: &str, ty: &Type) -> String {
    match ty {
        Type::Varchar(_) => string(value),
        Type::Date => format!("DATE {}", string(value)),
        ty if ty.is_integer() && value.parse::<i64>().is_ok() => value.trim_start_matches('0').to_owned() + zero(value),
        ty => format!("CAST({} AS {ty})", string(value)),
    }
}

/// What is left of a number that is all zeros.
fn zero(value: &str) -> &'static str {
    if value.bytes().all(|digit| digit == b'0') { "0" } else { "" }
}

/// Whether values are all that the key can have between the first and the last of them, in the
/// order in which text is compared; then a range says the same as the list, and is easier to review.
fn is_range(plan: &Plan, table: &Table, key: usize, values: &[&String]) -> bool {
    let Layout::Projection { keys, .. } = &table.layout else { return false };
    if values.len() < 4 || !matches!(table.partition_keys[key].ty, Type::Varchar(_)) {
        return false;
    }
    let Some(mut domain) = keys[key].values(plan.settings.now_picos()) else { return false };
    domain.sort();
    let (Some(first), Some(last)) = (values.first(), values.last()) else { return false };
    values.is_sorted() && domain.iter().filter(|value| value >= first && value <= last).eq(values.iter().copied())
}
