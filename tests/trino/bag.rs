//! Rows to be compared: bags, in which every value is a text that is the same however it was written.

use std::collections::BTreeMap;

use athplan::engine::ResultSet;
use athplan::run::Outcome;
use serde_json::Value as Json;

use super::client::Answer;
use crate::answers::encode;

/// Columns' types, and rows as texts in no order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bag {
    types: Vec<String>,
    /// The rows, sorted.
    pub rows: Vec<String>,
}

impl Bag {
    /// The rows of an engine of athplan's.
    pub fn ours(result: &ResultSet) -> Self {
        let types = result.columns.iter().map(|(_, ty)| ty.to_string()).collect();
        let row = |row: &Vec<_>| {
            let values = row.iter().zip(&result.columns).map(|(value, (_, ty))| plain(&encode(value, ty)));
            values.collect::<Vec<_>>().join("|")
        };
        Self::sorted(types, result.rows.iter().map(row).collect())
    }

    /// The rows that a server gave the judge's own client.
    pub fn theirs(answer: &Answer) -> Self {
        let types = answer.columns.iter().map(|(_, ty)| ty.clone()).collect();
        let row = |row: &Vec<Json>| row.iter().map(plain).collect::<Vec<_>>().join("|");
        Self::sorted(types, answer.rows.iter().map(row).collect())
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// The rows that another has not, or not so often.
    fn without(&self, other: &Self) -> String {
        let mut left = self.rows.clone();
        for row in &other.rows {
            if let Some(at) = left.iter().position(|own| own == row) {
                left.remove(at);
            }
        }
        left.join("\n  ")
    }

    fn sorted(types: Vec<String>, mut rows: Vec<String>) -> Self {
        rows.sort();
        Self { types, rows }
    }
}

/// A value as a text that is the same however a number is written.
fn plain(json: &Json) -> String {
    match json {
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => whole.to_string(),
            (None, Some(double)) => format!("{double:?}"),
            (None, None) => number.to_string(),
        },
        Json::Array(elements) => format!("[{}]", elements.iter().map(plain).collect::<Vec<_>>().join(",")),
        Json::Object(members) => {
            let sorted: BTreeMap<&String, String> = members.iter().map(|(key, value)| (key, plain(value))).collect();
            format!("{sorted:?}")
        }
        other => other.to_string(),
    }
}

/// The answers of a run.
pub fn bags(outcome: &Outcome) -> Vec<Bag> {
    outcome.answers.iter().map(|(_, rows)| Bag::ours(rows)).collect()
}

/// Where answers of the same spec differ, in words.
pub fn differences(what: &str, left: &[Bag], right: &[Bag]) -> Vec<String> {
    let mut found = Vec::new();
    for (at, (left, right)) in left.iter().zip(right).enumerate() {
        if left != right {
            let (only_left, only_right) = (left.without(right), right.without(left));
            let (types, other_types) = (left.types.join(", "), right.types.join(", "));
            found.push(format!(
                "{what} differ in answer {}:\n  {types}\n  {other_types}\nonly the first:\n  {only_left}\nonly the \
                 second:\n  {only_right}",
                at + 1
            ));
        }
    }
    if left.len() != right.len() {
        found.push(format!("{what} have {} and {} answers", left.len(), right.len()));
    }
    found
}
