//! The plan: the spec's steps, and what rewrites have found out about its scans and FOREACHs.
//!
//! A plan does not change the bound queries. It lists steps and keeps annotations beside them, by
//! relation and FOREACH number: which partitions a scan needs, on which rung a FOREACH stands. So
//! emission can always fall back on the text that the user wrote.

mod beside;
mod build;
mod columns;
mod error;
mod foreach;
mod hoist;
mod json_path;
mod literal_column;
mod opaque;
mod stored;
mod tree;
mod volatile;
mod walk;
pub mod warning;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::bind::query::{ForeachId, From, Join, Query, RelationId, RelationKind};
use crate::bind::spec::BoundSpec;
use crate::catalog::{PartitionEntry, Table};
use crate::partition::Derived;
use crate::source::Span;

pub use beside::{Beside, beside, merged_columns, qualifier};
pub use build::build;
pub use columns::{mentions, used_columns, uses, visit_columns, visit_query_columns};
pub use error::PlanError;
pub use foreach::{Driver, DriverColumn, ForeachPlan, ROW_NUMBER, Rung, driver_names, plain_block};
pub use literal_column::{literal_columns, literal_keys};
pub use stored::{INSTANT, Stored, ZONE, stored, stored_columns};
pub use volatile::{has_volatile, is_volatile};
pub use walk::{
    Visit, expressions, expressions_within, from_expressions, from_relations, queries, relation_query, relations,
    relations_within, subqueries, visit_expression,
};
pub use warning::Warning;

/// What a plan depends on besides the spec.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// The time of planning: seconds since the epoch (`--now`).
    pub now: i64,
    /// `--slack`: seconds, in place of each table's own.
    pub slack: Option<i64>,
    /// `--allow-full-scan=STEP`: steps that may scan without a bound on time.
    pub allow_full_scan: BTreeSet<String>,
    /// Whether driver rows are merged; `--no-merge` runs one statement a row.
    pub merge: bool,
    /// Whether CREATE TABLE AS may say where its rows go; where it may not, rows are unloaded and a
    /// table is made over them.
    pub places_tables: bool,
    /// `--add-partitions`: whether the spec may add partitions to tables that exist already.
    pub add_partitions: bool,
    /// Whether a table that is kept may take the place of one that exists: that is dropped once the rows
    /// of the new one are there.
    pub replaces_tables: bool,
}

/// The plan.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Plan {
    /// The bound spec it was made of.
    pub spec: Arc<BoundSpec>,
    /// What it depends on.
    pub settings: Settings,
    /// The steps, each behind those it waits for.
    pub steps: Vec<Step>,
    /// Scans of tables whose rows lie in files.
    pub scans: BTreeMap<RelationId, Scan>,
    /// FOREACHs and LATERAL joins that stand for one.
    pub foreachs: BTreeMap<ForeachId, ForeachPlan>,
    /// What the user should know, in the order of the text.
    pub warnings: Vec<Warning>,
}

/// A step.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Step {
    /// Its name: the table it makes, or `answer`, `answer_2`, … for queries.
    pub name: String,
    /// What it does.
    pub kind: StepKind,
    /// The text it comes from.
    pub span: Span,
    /// The positions of the steps whose tables it reads.
    pub waits_for: BTreeSet<usize>,
}

/// What a step does.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum StepKind {
    /// Creates a declared table.
    Declare(Arc<Table>),
    /// Brings a local file in: the path as written.
    File(Arc<Table>, String),
    /// Stores a query's rows as a table.
    Materialise(Arc<Table>, Box<Query>, Lifetime),
    /// Registers partitions of a declared table.
    AddPartitions(Arc<Table>, Vec<PartitionEntry>),
    /// Stores a FOREACH's driver rows if need be, and runs it into a table.
    Foreach(ForeachId, Arc<Table>, Lifetime),
    /// Yields the rows of a query.
    Answer(Box<Query>),
}

/// How long a step's table lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Lifetime {
    /// Dropped when the run ends.
    Run,
    /// Kept: a deliverable.
    Kept,
}

/// A scan of a table whose rows lie in files, partitioned or not.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Scan {
    /// The relation.
    pub relation: RelationId,
    /// The table.
    pub table: Arc<Table>,
    /// The position of its step.
    pub step: usize,
    /// The FOREACH in whose body it stands.
    pub foreach: Option<ForeachId>,
    /// What its conjuncts say of partitions.
    pub derived: Derived,
    /// Whether only filters, projections, inner joins and preserved sides of left joins lie between
    /// the scan and its FOREACH's inner form, so that partitions of one driver row may be read apart.
    pub apart: bool,
    /// Whether a conjunct on the keys may stand in the WHERE clause of the scan's own block, rather
    /// than in a subquery at the scan.
    pub in_where: bool,
    /// The scan's text in FROM.
    pub span: Span,
}

impl Settings {
    /// The time of planning in picoseconds since the epoch.
    pub fn now_picos(&self) -> i128 {
        i128::from(self.now) * 1_000_000_000_000
    }
}

impl Plan {
    /// The mistake of a plan that neither answers anything nor keeps a table, if it is one: whatever it did
    /// would be lost.
    pub fn asks_nothing(&self) -> Option<PlanError> {
        let asks = |step: &Step| {
            matches!(
                step.kind,
                StepKind::Answer(_)
                    | StepKind::Materialise(_, _, Lifetime::Kept)
                    | StepKind::Foreach(_, _, Lifetime::Kept)
            )
        };
        if self.steps.iter().any(asks) {
            return None;
        }
        Some(PlanError::NothingAsked { span: self.steps.last().map(|step| step.span) })
    }

    /// The step of a scan or FOREACH by position.
    pub fn step(&self, at: usize) -> &Step {
        &self.steps[at]
    }

    /// The FOREACH that a LATERAL join became: the text of a statement reads its table in place of the join.
    pub fn lateral_step(&self, join: &Join) -> Option<&ForeachPlan> {
        let From::Relation(relation) = &join.right else { return None };
        let RelationKind::Lateral(id, _) = &relation.kind else { return None };
        self.foreachs.get(id)
    }

    /// Whether a step registers partitions of a table by name: then no others are.
    pub fn registers(&self, table: &Table) -> bool {
        self.steps.iter().any(|step| match &step.kind {
            StepKind::AddPartitions(registered, _) => registered.name == table.name,
            _ => false,
        })
    }
}
