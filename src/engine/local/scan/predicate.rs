//! What a scan's predicates say of partitions alone.
//!
//! Trino keeps a partition if the predicate could be true for some row of it: whatever speaks of
//! columns in the files counts as true, and a partition for which the evaluation fails is kept.

use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch, RecordBatchOptions};
use datafusion::arrow::datatypes::{Schema, SchemaRef};
use datafusion::catalog::Session;
use datafusion::common::{DFSchema, ScalarValue};
use datafusion::logical_expr::expr::InList;
use datafusion::logical_expr::{BinaryExpr, Expr, Operator};

use crate::engine::EngineError;
use crate::engine::local::lower::engine_error;

/// The positions of a table's partition keys among the columns of its scan.
#[derive(Debug, Clone)]
pub struct KeyColumns {
    /// The position of the first key.
    pub first: usize,
    /// How many keys there are.
    pub count: usize,
}

impl KeyColumns {
    /// Which key a column of the scan is.
    fn key(&self, schema: &Schema, name: &str) -> Option<usize> {
        let position = schema.index_of(name).ok()?.checked_sub(self.first)?;
        (position < self.count).then_some(position)
    }

    /// The keys that an expression uses, if it uses nothing else.
    fn only_keys(&self, schema: &Schema, expr: &Expr) -> Option<BTreeSet<usize>> {
        let columns = expr.column_refs();
        columns.into_iter().map(|column| self.key(schema, &column.name)).collect()
    }
}

/// The part of a predicate that speaks of keys alone, or of nothing (TRUE and FALSE): true wherever
/// the predicate is. None if there is no such part.
pub fn over_keys(expr: &Expr, schema: &Schema, keys: &KeyColumns) -> Option<Expr> {
    match expr {
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::And, right }) => {
            match (over_keys(left, schema, keys), over_keys(right, schema, keys)) {
                (Some(left), Some(right)) => Some(left.and(right)),
                (left, right) => left.or(right),
            }
        }
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::Or, right }) => {
            Some(over_keys(left, schema, keys)?.or(over_keys(right, schema, keys)?))
        }
        Expr::Literal(ScalarValue::Boolean(_), _) => Some(expr.clone()),
        other => keys.only_keys(schema, other).filter(|used| !used.is_empty()).map(|_| other.clone()),
    }
}

/// Whether a predicate is true of no row.
pub fn never(expr: &Expr) -> bool {
    matches!(expr, Expr::Literal(ScalarValue::Boolean(Some(false) | None), _))
}

/// The constants to which a predicate over keys binds one of them; none if it does not.
pub fn constants(expr: &Expr, key: usize, schema: &Schema, keys: &KeyColumns) -> Option<Vec<ScalarValue>> {
    let is_key = |expr: &Expr| match expr {
        Expr::Column(column) => keys.key(schema, &column.name) == Some(key),
        _ => false,
    };
    let literal = |expr: &Expr| match expr {
        Expr::Literal(value, _) => Some(value.clone()),
        _ => None,
    };
    match expr {
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right }) if is_key(left) => Some(vec![literal(right)?]),
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right }) if is_key(right) => Some(vec![literal(left)?]),
        Expr::InList(InList { expr, list, negated: false }) if is_key(expr) => list.iter().map(literal).collect(),
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::And, right }) => {
            constants(left, key, schema, keys).or_else(|| constants(right, key, schema, keys))
        }
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::Or, right }) => {
            let mut values = constants(left, key, schema, keys)?;
            values.extend(constants(right, key, schema, keys)?);
            Some(values)
        }
        _ => None,
    }
}

/// The keys that a predicate over keys uses.
pub fn keys_used(expr: &Expr, schema: &Schema, keys: &KeyColumns) -> BTreeSet<usize> {
    keys.only_keys(schema, expr).unwrap_or_default()
}

/// Which rows of key values a predicate over keys may keep.
///
/// # Errors
///
/// DataFusion cannot plan the predicate.
pub fn kept(
    expr: &Expr,
    values: &[(usize, ArrayRef)],
    rows: usize,
    schema: &SchemaRef,
    keys: &KeyColumns,
    session: &dyn Session,
) -> Result<Vec<bool>, EngineError> {
    let positions: Vec<usize> = values.iter().map(|(key, _)| keys.first + key).collect();
    let schema = Arc::new(schema.project(&positions).map_err(|error| engine_error(error.into()))?);
    let columns = values.iter().map(|(_, array)| array.clone()).collect();
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    let batch = RecordBatch::try_new_with_options(schema.clone(), columns, &options)
        .map_err(|error| engine_error(error.into()))?;
    let unqualified = unqualified(expr)?;
    let plan_schema = DFSchema::try_from(schema.as_ref().clone()).map_err(engine_error)?;
    let predicate = session.create_physical_expr(unqualified, &plan_schema).map_err(engine_error)?;
    let evaluate = |batch: &RecordBatch| {
        let array = predicate.evaluate(batch)?.into_array(batch.num_rows())?;
        Ok::<_, datafusion::common::DataFusionError>(truths(array.as_boolean()))
    };
    if let Ok(kept) = evaluate(&batch) {
        return Ok(kept);
    }
    Ok((0..rows).map(|row| evaluate(&batch.slice(row, 1)).map_or(true, |kept| kept.contains(&true))).collect())
}

fn truths(array: &BooleanArray) -> Vec<bool> {
    (0..array.len()).map(|row| array.is_valid(row) && array.value(row)).collect()
}

/// The expression with the relation's name taken off its columns: a batch of keys has none.
fn unqualified(expr: &Expr) -> Result<Expr, EngineError> {
    use datafusion::common::tree_node::{Transformed, TreeNode};
    let expr = expr.clone().transform(|node| {
        Ok(match node {
            Expr::Column(mut column) if column.relation.is_some() => {
                column.relation = None;
                Transformed::yes(Expr::Column(column))
            }
            other => Transformed::no(other),
        })
    });
    expr.map(|transformed| transformed.data).map_err(engine_error)
}
