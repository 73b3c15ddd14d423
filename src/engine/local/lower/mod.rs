//! Bound queries to DataFusion's logical plans.
//!
//! DataFusion plans and executes; it coerces nothing, names nothing and parses nothing here. Every
//! relation's columns are called `r{id}.c{position}`, every expression is typed by the binder, and
//! whatever DataFusion cannot compute with Trino's exact meaning is computed by the closed evaluator
//! inside a function of ours. Correlated queries are unnested here, not by DataFusion: the rows of
//! the outer query are numbered and carried into the inner one (`subquery.rs`).

mod accumulate;
mod aggregate;
mod block;
mod checksum;
mod collect;
mod connective;
mod covariance;
mod evaluate;
mod expression;
mod field;
mod fold;
mod frame;
mod hand_down;
mod join;
mod key;
mod lacks;
mod limit;
mod moments;
mod name;
mod ordered;
mod pick;
mod quantile;
mod query;
mod reduce;
mod relation;
mod session;
mod set_operation;
mod shared;
mod sketch;
mod subquery;
mod unnest;
mod values;
mod walk;
mod window;
mod window_function;

use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::catalog::TableProvider;
use datafusion::common::DataFusionError;
use datafusion::logical_expr::LogicalPlan;

use self::walk::Columns;
use super::super::{EngineError, ErrorClass};
use crate::bind::expr::ColumnRef;
use crate::bind::query::{Query, RelationId};
use crate::catalog::Table;
use crate::constant::EvalError;
use crate::source::Span;

pub(crate) use field::field_position;
pub(crate) use lacks::lacks;
pub(crate) use session::{context, rows, stream};

/// Where the rows of tables come from.
pub(crate) trait TableSources {
    /// The provider of a table's rows; its Arrow fields are `c0`, `c1`, … over the columns that the
    /// binder gave the table's relation.
    ///
    /// # Errors
    ///
    /// The table is not there, or is of a kind that the engine cannot read.
    fn provider(&self, table: &Table) -> Result<Arc<dyn TableProvider>, EngineError>;
}

/// Lowers a query. The plan's fields are called `c0`, `c1`, … by the position of the query's columns.
///
/// # Errors
///
/// The query uses something that the engine lacks; the message names it and the span says where.
pub(crate) fn plan(query: &Query, tables: &dyn TableSources) -> Result<LogicalPlan, EngineError> {
    if let Some(span) = walk::order_of_made_map(query) {
        return Err(unsupported("the order of entries in a map that an aggregate makes", span));
    }
    let mut lowering = Lowering { tables, mentioned: query.mentioned(), next: name::FIRST_SYNTHETIC };
    let output = lowering.relation();
    let plan = lowering.query(query, None, output, true)?;
    name::without_qualifier(plan, output, query.columns.len())
}

/// The state of lowering one query.
struct Lowering<'a> {
    tables: &'a dyn TableSources,
    /// Every column that the query mentions anywhere: what else a relation has is not carried along
    /// where DataFusion cannot see that nobody needs it.
    mentioned: BTreeSet<ColumnRef>,
    /// The next relation number that no relation of the query has.
    next: usize,
}

impl Lowering<'_> {
    /// A number for a relation that lowering brings in.
    fn relation(&mut self) -> RelationId {
        self.next += 1;
        RelationId(self.next)
    }

    /// A column of its own for something computed on the way.
    fn column(&mut self) -> ColumnRef {
        ColumnRef { relation: self.relation(), column: 0 }
    }
}

/// The refusal of something that the engine lacks.
fn unsupported(what: impl std::fmt::Display, span: Span) -> EngineError {
    let message = format!("the embedded engine does not support {what}");
    EngineError::new(ErrorClass::Unsupported, message).at(Some(span))
}

/// An error of evaluation, on its way through DataFusion.
fn raised(error: &EvalError) -> DataFusionError {
    let class = if error.is_refusal() { ErrorClass::Unsupported } else { ErrorClass::Statement };
    let message = match error.is_refusal() {
        true => format!("the embedded engine does not support {}", error.message),
        false => error.to_string(),
    };
    carried(EngineError::new(class, message))
}

/// An engine's error, on its way through DataFusion.
fn carried(error: EngineError) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}

/// What DataFusion says, as the engine's error: one of ours comes out as it went in.
pub(super) fn engine_error(error: DataFusionError) -> EngineError {
    match error.find_root() {
        DataFusionError::External(inner) => match inner.downcast_ref::<EngineError>() {
            Some(ours) => ours.clone(),
            None => EngineError::new(ErrorClass::Data, inner.to_string()),
        },
        root @ (DataFusionError::NotImplemented(_) | DataFusionError::Plan(_) | DataFusionError::SchemaError(..)) => {
            EngineError::new(ErrorClass::Unsupported, format!("the embedded engine cannot plan this query: {root}"))
        }
        root => EngineError::new(ErrorClass::Data, root.to_string()),
    }
}

#[cfg(test)]
mod tests;
