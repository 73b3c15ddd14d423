//! From driver rows to statements: which partitions each row needs, merged, covered and packed.
//!
//! `expand` is pure: the same plan, rows and world give the same portions, in whatever order the rows
//! arrive. `run` calls it when the rows are there, `explain` with rows from a file or not at all.

mod bound;
mod constant_bound;
mod estimate;
mod fixed;
mod merge;
mod misread;
mod need;
mod pack;
mod split;
mod stage;
mod wanted;

use std::collections::{BTreeMap, BTreeSet};

use miette::Diagnostic;
use thiserror::Error;

use serde::{Deserialize, Serialize};

use crate::bind::expr::ColumnRef;
use crate::bind::query::RelationId;
use crate::catalog::{Inventory, LocalFile};
use crate::constant::Value;
use crate::emit::Portion;
use crate::plan::{ForeachPlan, Plan, Rung};
use crate::source::Span;

pub use bound::at_most;
pub use estimate::{Estimate, portion_bytes, scan_bytes, step_bytes};
pub use fixed::{most_reads, static_needs, static_rectangles, step_reads};
pub use misread::MisreadRows;
pub use need::{Need, need};
pub use split::split;
pub use stage::{Rectangles, Repeats, STAGE_BUDGET, crowded};
pub use wanted::{Wanted, wanted};

/// What is known of the world: what listings said of the tables' files.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct World {
    /// What listings said of the tables' files.
    pub inventory: Inventory,
    /// The local files of the spec, by their paths as written.
    pub files: BTreeMap<String, LocalFile>,
    /// How many statements may run side by side.
    pub slots: usize,
}

/// A driver row: the columns that decide partitions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// A bound that no driver row decides could not be evaluated.
    #[error("step `{step}`: a bound on partitions cannot be evaluated{values}: {reason}")]
    #[diagnostic(code(athplan::expand::constant_bound), help("{help}"))]
    ConstantBound {
        /// The step.
        step: String,
        /// The values of the parameters in it.
        values: String,
        /// Why.
        reason: String,
        /// The bound.
        #[label("this bound")]
        span: Span,
        /// What to give instead.
        help: String,
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
    /// A statement whose text no engine takes.
    #[error("step `{step}`: a statement would have {bytes} bytes; Athena takes 262,144")]
    #[diagnostic(
        code(athplan::expand::too_long),
        help(
            "shorten long lists and parameters: bring them in with CREATE TEMPORARY TABLE … FROM 'file.csv', and join it"
        )
    )]
    TooLong {
        /// The step.
        step: String,
        /// The bytes of its text.
        bytes: usize,
        /// What the statement comes from.
        #[label("from this")]
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
    /// Driver rows whose bounds most likely do not say what was meant.
    pub misread: Vec<MisreadRows>,
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
    let around = stage::relations_inside(plan, &foreach.body_with);
    let scans = plan.scans.values().filter(|scan| scan.foreach == Some(foreach.id) || around.contains(&scan.relation));
    let (by_row, fixed): (Vec<_>, Vec<_>) = scans.partition(|scan| !scan.derived.columns().is_empty());
    let mut needs = BTreeMap::new();
    for scan in fixed {
        needs.insert(scan.relation, need(plan, scan, &|_| Value::Null, world)?);
    }
    let fixed = needs.clone();
    let repeats = stage::Repeats::of(plan, &foreach.body);
    let pack = pack::Pack { plan, foreach, world, fixed: fixed.values().collect(), repeats };
    let Some(rows) = rows else {
        let portions = pack.once()?;
        return Ok(Expansion { rows: 0, rows_without_partitions: 0, portions, needs, misread: Vec::new() });
    };
    let mut rows: Vec<&DriverRow> = rows.iter().collect();
    rows.sort_by(|left, right| merge::row_order(left, right));
    let mut per_row: Vec<BTreeMap<RelationId, Need>> = vec![BTreeMap::new(); rows.len()];
    let mut misread = Vec::new();
    for scan in &by_row {
        misread.extend(misread::misread_rows(foreach, scan, &rows));
        // Rows with equal values need the same, and there are often many of them.
        let mut known: BTreeMap<String, Need> = BTreeMap::new();
        for (row, needs) in rows.iter().zip(&mut per_row) {
            let key = merge::row_key(row);
            if !known.contains_key(&key) {
                let value = |column: ColumnRef| merge::row_value(foreach, row, column);
                let need = need(plan, scan, &value, world).map_err(|error| merge::name_row(error, foreach, row))?;
                known.insert(key.clone(), need);
            }
            needs.insert(scan.relation, known[&key].clone());
        }
        let all = known.into_values().reduce(|mut all, need| {
            all.take_in(&need);
            all
        });
        if let Some(mut all) = all {
            all.measure(world);
            needs.insert(scan.relation, all);
        }
    }
    let rows_without_partitions = if by_row.is_empty() {
        0
    } else {
        per_row.iter().filter(|scans| scans.values().any(|need| need.set.tuples.is_empty())).count()
    };
    let portions = match (foreach.rung, foreach.apart) {
        (Rung::Substituted, _) => pack.substituted(&rows, &per_row)?,
        (Rung::Join | Rung::Uncorrelated, Some(apart)) => pack.apart(apart, &needs)?,
        (Rung::Join | Rung::Uncorrelated, None) => pack.together(&rows, &per_row)?,
    };
    Ok(Expansion { rows: rows.len(), rows_without_partitions, portions, needs, misread })
}

impl Expansion {
    /// How many partitions of tables with keys all rows together need.
    pub fn partitions(&self) -> usize {
        let mut distinct: BTreeSet<(&str, &Vec<String>)> = BTreeSet::new();
        for need in self.needs.values() {
            let tuples = need.set.tuples.iter().filter(|tuple| !tuple.is_empty());
            distinct.extend(tuples.map(|tuple| (need.table.as_str(), tuple)));
        }
        distinct.len()
    }
}
