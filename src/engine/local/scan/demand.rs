//! What a join demands of a scan while it runs: once its build side is read, only records that hold one of its keys can
//! match.
//!
//! The keys come through DataFusion's dynamic filters (sideways information passing). They are never evaluated here:
//! their values are read, and looked for as [`super::needle`] looks for the constants of a predicate.

use std::sync::Arc;

use datafusion::common::ScalarValue;
use datafusion::logical_expr::Operator;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::{BinaryExpr, DynamicFilterPhysicalExpr, InListExpr, Literal};

use super::needle::stands_for_itself;

/// A key of a join whose values a column of a scan must have.
#[derive(Debug, Clone)]
pub struct Demand {
    /// What the join says of all its keys, once its build side is read.
    pub filter: Arc<DynamicFilterPhysicalExpr>,
    /// Which of the keys this is.
    pub key: usize,
    /// How many keys the join has.
    pub keys: usize,
}

impl Demand {
    /// The texts one of which every record holds that can match; none if there are too many, or if one of them need
    /// not stand in a record letter by letter.
    pub fn texts(&self) -> Option<Vec<String>> {
        let current = self.filter.current().ok()?;
        let list = in_list(&current)?;
        let mut texts: Vec<String> = Vec::new();
        for value in list.list() {
            match self.value(value)? {
                // No record has a NULL that a join would find.
                ScalarValue::Utf8(None) => {}
                ScalarValue::Utf8(Some(text)) if stands_for_itself(&text) => texts.push(text),
                _ => return None,
            }
        }
        texts.sort_unstable();
        texts.dedup();
        Some(texts)
    }

    /// This key's value among those of all keys: DataFusion lists the values of several keys as structs.
    fn value(&self, value: &Arc<dyn PhysicalExpr>) -> Option<ScalarValue> {
        let value = value.downcast_ref::<Literal>()?.value();
        match value {
            ScalarValue::Struct(parts) if self.keys > 1 => {
                ScalarValue::try_from_array(parts.columns().get(self.key)?, 0).ok()
            }
            other if self.keys == 1 => Some(other.clone()),
            _ => None,
        }
    }
}

/// The list of a conjunction: what a join says beside it are the bounds of its keys.
fn in_list(expr: &Arc<dyn PhysicalExpr>) -> Option<&InListExpr> {
    if let Some(list) = expr.downcast_ref::<InListExpr>() {
        return (!list.negated()).then_some(list);
    }
    let both = expr.downcast_ref::<BinaryExpr>().filter(|both| *both.op() == Operator::And)?;
    in_list(both.left()).or_else(|| in_list(both.right()))
}
