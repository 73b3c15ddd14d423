//! athplan: a SQL-to-SQL planner and compiler for investigations over logs archived in S3.
//!
//! The compiler is one chain of stages; the nouns are types, the verbs functions, the folders verbs:
//!
//! | in | verb | out |
//! |---|---|---|
//! | text | [`spec::parse`] | [`spec::ast::Spec`] |
//! | `Spec` | [`bind::bind`] | [`bind::spec::BoundSpec`] |
//! | `BoundSpec` | [`plan::build`] | [`plan::Plan`] |
//! | `Plan` | [`rewrite::rewrite`] | `Plan` |
//! | `Plan` | [`dag::schedule`] | [`dag::Dag`] |
//! | `Plan`, driver rows | [`expand::expand`] | [`emit::Portion`]s |
//! | `Plan`, `Portion`s | [`emit`] | [`emit::Statement`]s |
//! | `Dag`, `Statement`s | [`run::run`] | [`run::Outcome`] |
//!
//! Everything left of `run` is pure: the same spec, parameters, catalog, listing and `now` give the
//! same statements, byte for byte.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

pub mod bind;
pub mod catalog;
pub mod cli;
pub mod constant;
pub mod cost;
pub mod dag;
pub mod demo;
pub mod emit;
pub mod engine;
pub mod error;
pub mod expand;
pub mod explain;
pub mod partition;
pub mod plan;
pub mod render;
pub mod rewrite;
pub mod run;
pub mod source;
pub mod spec;
pub mod types;

use std::collections::BTreeMap;
use std::sync::Arc;

use bind::BindOptions;
use bind::query::{Query, RelationId, RelationKind};
use bind::spec::{BoundSpec, BoundStatementKind};
use catalog::Origin;
use dag::Dag;
use error::Errors;
use expand::{Need, World};
use partition::Rectangle;
use plan::{Plan, Settings};
use source::Source;

/// A compiled spec.
#[derive(Debug, Clone)]
pub struct Compiled {
    /// The plan, rewritten.
    pub plan: Plan,
    /// The names of the rewrites that fired.
    pub fired: Vec<&'static str>,
    /// The steps' order.
    pub dag: Dag,
    /// What was known of the world.
    pub world: World,
    /// What the scans need that no driver row decides.
    pub needs: BTreeMap<RelationId, Need>,
    /// The same as rectangles, for the scans whose predicates say something of partitions.
    pub rectangles: BTreeMap<RelationId, Vec<Rectangle>>,
}

/// Reads and binds a spec: all that can be said before anything is listed.
///
/// # Errors
///
/// All errors of the stage that failed.
pub fn front(source: &Arc<Source>, options: &BindOptions<'_>) -> Result<BoundSpec, Errors> {
    let spec = spec::parse(source).map_err(|errors| Errors::new(source, errors))?;
    bind::bind(&spec, Arc::clone(source), options).map_err(|errors| Errors::new(source, errors))
}

/// Plans a bound spec against what is known of the world.
///
/// # Errors
///
/// All errors of the stage that failed.
pub fn compile(bound: BoundSpec, settings: Settings, world: World) -> Result<Compiled, Errors> {
    let source = Arc::clone(&bound.source);
    let plan = plan::build(Arc::new(bound), settings).map_err(|errors| Errors::new(&source, errors))?;
    let (mut plan, fired) = rewrite::rewrite(plan);
    emit::check_plan(&plan).map_err(|errors| Errors::new(&source, errors))?;
    rewrite::check_bounds(&plan).map_err(|errors| Errors::new(&source, errors))?;
    let needs = expand::static_needs(&plan, &world).map_err(|errors| Errors::new(&source, errors))?;
    let rectangles = expand::static_rectangles(&plan, &needs).map_err(|errors| Errors::new(&source, errors))?;
    plan.warnings.extend(expand::crowded(&plan, &rectangles));
    let dag = dag::schedule(&plan);
    Ok(Compiled { plan, fired, dag, world, needs, rectangles })
}

/// The tables over log files that a spec declares or reads, existing ones included, each with all the
/// partitions that the spec registers: those whose files its plan may ask about.
pub fn scanned_tables(bound: &BoundSpec) -> Vec<catalog::TableRef> {
    let mut tables = BTreeMap::new();
    for statement in &bound.statements {
        match &statement.kind {
            BoundStatementKind::DeclareTable(table) | BoundStatementKind::AddPartitions(table, _) => {
                tables.insert(table.name.clone(), Arc::clone(table));
            }
            BoundStatementKind::Materialise { query, .. }
            | BoundStatementKind::View(_, query)
            | BoundStatementKind::Unload { query, .. }
            | BoundStatementKind::Query(query) => tables_of(query, &mut tables),
            BoundStatementKind::FileTable(..) | BoundStatementKind::DropTable { .. } => {}
        }
    }
    tables.into_values().collect()
}

/// The existing tables that a spec reads: an engine has them without any statement of the plan.
pub fn existing_tables(bound: &BoundSpec) -> Vec<catalog::TableRef> {
    scanned_tables(bound).into_iter().filter(|table| table.origin == Origin::Existing).collect()
}

fn tables_of(query: &Query, tables: &mut BTreeMap<String, catalog::TableRef>) {
    for relation in plan::relations(query) {
        if let RelationKind::Table(table, _) = &relation.kind
            && matches!(table.origin, Origin::Declared | Origin::Existing)
        {
            tables.insert(table.name.clone(), Arc::clone(table));
        }
    }
    plan::queries(query).into_iter().for_each(|inner| tables_of(inner, tables));
}
