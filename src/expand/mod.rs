//! From driver rows to statements: which partitions each row needs, merged, covered and packed.
//!
//! `expand` is pure: the same plan, rows and world give the same portions, in whatever order the rows
//! arrive. `run` calls it when the rows are there, `explain` with rows from a file or not at all.

mod merge;
mod need;
mod pack;

use std::collections::{BTreeMap, BTreeSet};

use miette::Diagnostic;
use thiserror::Error;

use crate::bind::expr::ColumnRef;
use crate::bind::query::RelationId;
use crate::catalog::Inventory;
use crate::constant::Value;
use crate::emit::{Part, Portion};
use crate::partition::Derived;
use crate::plan::{ForeachPlan, Plan, Rung};
use crate::source::Span;

pub use need::{Need, need, static_needs};

/// What is known of the world: what listings said of the tables' files.
#[derive(Debug, Clone, Default)]
pub struct World {
    /// Inventories by table name.
    pub inventories: BTreeMap<String, Inventory>,
    /// How many statements may run side by side.
    pub slots: usize,
}

/// A driver row: the columns that decide partitions.
#[derive(Debug, Clone, PartialEq)]
pub struct DriverRow {
    /// Its number, if rows are numbered.
    pub number: Option<i64>,
    /// The values of the FOREACH's key columns.
    pub values: Vec<Value>,
}

/// Why driver rows could not be turned into statements.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
pub enum ExpandError {
    /// A bound could not be evaluated for a driver row.
    #[error("step `{step}`: a bound on partitions cannot be derived for the driver row {row}: {reason}")]
    #[diagnostic(
        code(athplan::expand::bound),
        help("filter such rows out in the driver, or allow the scan with --allow-full-scan={step}")
    )]
    Bound {
        /// The step.
        step: String,
        /// The row's columns and values.
        row: String,
        /// Why.
        reason: String,
        /// The bound.
        #[label("this bound")]
        span: Span,
    },
    /// Partitions that a scan needs cannot be named.
    #[error("step `{step}`: the partitions of `{table}` cannot be named: {reason}")]
    #[diagnostic(code(athplan::expand::partitions))]
    Partitions {
        /// The step.
        step: String,
        /// The table.
        table: String,
        /// Why.
        reason: String,
        /// The scan.
        #[label("this scan")]
        span: Span,
    },
}

/// What a FOREACH comes to.
#[derive(Debug, Clone)]
pub struct Expansion {
    /// Driver rows.
    pub rows: usize,
    /// Driver rows that need no partition of any scan that the row decides.
    pub rows_without_partitions: usize,
    /// The statements, in order.
    pub portions: Vec<Portion>,
    /// Per scan of the body: what all rows together need.
    pub needs: BTreeMap<RelationId, Need>,
}

/// Turns a FOREACH's driver rows into portions, one a statement. `rows` is none if the FOREACH does
/// not depend on them.
///
/// # Errors
///
/// A bound that cannot be evaluated for some row, or partitions that cannot be named.
pub fn expand(
    plan: &Plan,
    foreach: &ForeachPlan,
    rows: Option<&[DriverRow]>,
    world: &World,
) -> Result<Expansion, ExpandError> {
    let scans: Vec<_> = plan.scans.values().filter(|scan| scan.foreach == Some(foreach.id)).collect();
    let (by_row, fixed): (Vec<_>, Vec<_>) = scans.into_iter().partition(|scan| !scan.derived.columns().is_empty());
    let mut needs = BTreeMap::new();
    let mut fixed_rectangles = BTreeMap::new();
    for scan in fixed {
        let known = need(plan, scan, std::iter::once(&|_: ColumnRef| Value::Null as Value), world)?;
        if !matches!(scan.derived, Derived::Anything) {
            fixed_rectangles.insert(scan.relation, known.rectangles());
        }
        needs.insert(scan.relation, known);
    }
    let Some(rows) = rows else {
        let part = Part { rows: Vec::new(), scans: fixed_rectangles, literals: BTreeMap::new() };
        return Ok(Expansion {
            rows: 0,
            rows_without_partitions: 0,
            portions: vec![Portion { parts: vec![part], selects_rows: false }],
            needs,
        });
    };
    let mut rows: Vec<&DriverRow> = rows.iter().collect();
    rows.sort_by(|a, b| merge::row_order(foreach, a, b));
    let mut per_row: Vec<BTreeMap<RelationId, Need>> = vec![BTreeMap::new(); rows.len()];
    for scan in &by_row {
        let mut cache: BTreeMap<String, Need> = BTreeMap::new();
        let mut all: Option<Need> = None;
        for (at, row) in rows.iter().enumerate() {
            let key = merge::row_key(row);
            let known = match cache.get(&key) {
                Some(known) => known.clone(),
                None => {
                    let value = |column: ColumnRef| merge::row_value(foreach, row, column);
                    let known = need(plan, scan, std::iter::once(&value), world)
                        .map_err(|error| merge::name_row(error, foreach, row))?;
                    cache.insert(key, known.clone());
                    all = Some(match all {
                        Some(all) => all.union(&known),
                        None => known.clone(),
                    });
                    known
                }
            };
            per_row[at].insert(scan.relation, known);
        }
        if let Some(all) = all {
            needs.insert(scan.relation, all);
        }
    }
    let rows_without_partitions = if by_row.is_empty() {
        0
    } else {
        per_row.iter().filter(|scans| scans.values().any(|need| need.set.is_empty())).count()
    };
    let portions = match foreach.rung {
        Rung::Substituted => pack::substituted(plan, foreach, &rows, &per_row, &fixed_rectangles),
        Rung::Join | Rung::Uncorrelated => match foreach.apart {
            Some(apart) => pack::apart(plan, apart, &needs, &fixed_rectangles, world),
            None => pack::together(foreach, &rows, &per_row, &fixed_rectangles, world),
        },
    };
    Ok(Expansion { rows: rows.len(), rows_without_partitions, portions, needs })
}

impl Expansion {
    /// How many distinct partitions all rows together need.
    pub fn partitions(&self) -> usize {
        let mut distinct: BTreeSet<(&str, &Vec<String>)> = BTreeSet::new();
        for need in self.needs.values() {
            distinct.extend(need.set.keys().map(|keys| (need.table.as_str(), keys)));
        }
        distinct.len()
    }
}
