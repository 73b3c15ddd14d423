//! Driver rows in a fixed order, and rows that must share a statement because they share partitions.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::{DriverRow, ExpandError, Need};
use crate::bind::expr::ColumnRef;
use crate::bind::query::RelationId;
use crate::constant::{Value, format};
use crate::emit::hidden;
use crate::plan::ForeachPlan;

/// Rows in the order of their numbers; rows without one in the order of their values' text. So the
/// order in which rows arrive never matters.
pub(super) fn row_order(left: &DriverRow, right: &DriverRow) -> Ordering {
    left.number.cmp(&right.number).then_with(|| row_key(left).cmp(&row_key(right)))
}

/// Rows with equal values have equal keys.
pub(super) fn row_key(row: &DriverRow) -> String {
    format!("{:?}", row.values)
}

/// The value of a driver column for a row; NULL for a column that decides no partition.
pub(super) fn row_value(foreach: &ForeachPlan, row: &DriverRow, column: ColumnRef) -> Value {
    foreach
        .column(column)
        .and_then(|at| foreach.keys.iter().position(|key| *key == at))
        .and_then(|at| row.values.get(at).cloned())
        .unwrap_or(Value::Null)
}

/// An error about a bound, with the row it came up for. Data is shown escaped.
pub(super) fn name_row(error: ExpandError, foreach: &ForeachPlan, driver_row: &DriverRow) -> ExpandError {
    match error {
        ExpandError::Bound { step, reason, span, .. } => {
            let mut parts: Vec<String> = driver_row.number.iter().map(|number| format!("number {number}")).collect();
            for (key, value) in foreach.keys.iter().zip(&driver_row.values) {
                let column = &foreach.columns[*key];
                parts.push(format!("{} = {}", column.name, visible(&format(value, &column.ty))));
            }
            ExpandError::Bound { step, row: parts.join(", "), reason: visible(&reason), span }
        }
        other => other,
    }
}

/// Text with hidden characters escaped, and not too long for a message.
pub(super) fn visible(text: &str) -> String {
    let mut shown: String = text
        .chars()
        .take(200)
        .map(|character| if hidden(character) { character.escape_unicode().to_string() } else { character.to_string() })
        .collect();
    if text.chars().nth(200).is_some() {
        shown.push('…');
    }
    shown
}

/// Rows grouped so that no two groups need the same partition of the same scan: positions of rows,
/// in order. A row that needs no partition is a group of its own.
pub(super) fn groups(per_row: &[BTreeMap<RelationId, Need>]) -> Vec<Vec<usize>> {
    let mut parent: Vec<usize> = (0..per_row.len()).collect();
    let mut owner: BTreeMap<(RelationId, &Vec<String>), usize> = BTreeMap::new();
    for (row, scans) in per_row.iter().enumerate() {
        for (relation, need) in scans {
            for tuple in &need.set.tuples {
                let first = *owner.entry((*relation, tuple)).or_insert(row);
                let (one, other) = (root(&mut parent, first), root(&mut parent, row));
                parent[one.max(other)] = one.min(other);
            }
        }
    }
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for row in 0..per_row.len() {
        groups.entry(root(&mut parent, row)).or_default().push(row);
    }
    groups.into_values().collect()
}

fn root(parent: &mut [usize], mut at: usize) -> usize {
    while parent[at] != at {
        parent[at] = parent[parent[at]];
        at = parent[at];
    }
    at
}
