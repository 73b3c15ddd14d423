//! Query blocks: FROM, WHERE, GROUP BY, HAVING, windows, the select list, DISTINCT.

use datafusion::logical_expr::{EmptyRelation, Expr as Plan, LogicalPlan};

use super::Lowering;
use super::aggregate::grouped_calls;
use super::connective::conjunction;
use super::evaluate::OnError;
use super::expression::{lower, lowered, softened};
use super::join::filter;
use super::limit::sort_column;
use super::name::{extend, named, plan_column, project};
use super::query::{Domain, base, outputs};
use super::walk::Columns as _;
use crate::bind::expr::{ColumnRef, Expr, ExprKind};
use crate::bind::query::{Block, From, RelationId, SortKey, SortTarget};
use crate::constant::Value;
use crate::engine::EngineError;
use crate::types::Type;

impl Lowering<'_> {
    /// Lowers a block: its columns become those of `output`, what it is sorted by those of `keys`.
    ///
    /// # Errors
    ///
    /// The engine lacks something in the block.
    pub(super) fn block(
        &mut self,
        block: &Block,
        order_by: &[SortKey],
        keys: RelationId,
        domain: Option<&Domain>,
        output: RelationId,
    ) -> Result<LogicalPlan, EngineError> {
        let mut plan = self.filtered_from(block, domain)?;
        let mut items: Vec<Expr> = block.items.iter().map(|item| item.expr.clone()).collect();
        let mut sorted: Vec<Option<Expr>> = order_by
            .iter()
            .map(|key| match &key.target {
                SortTarget::Expr(expr) => Some(expr.clone()),
                SortTarget::Output(_) => None,
            })
            .collect();
        if let Some(group) = &block.group {
            let calls = grouped_calls(items.iter().chain(&block.having).chain(sorted.iter().flatten()));
            let grouped = self.grouped(plan, group, calls, domain)?;
            items.iter_mut().chain(sorted.iter_mut().flatten()).for_each(|expr| *expr = grouped.over(expr));
            let having: Vec<Expr> = block.having.iter().map(|having| grouped.over(having)).collect();
            plan = self.filter(grouped.plan, &having)?;
        }
        let (windowed, columns) = self.windows(plan, items.iter().chain(sorted.iter().flatten()), domain)?;
        plan = windowed;
        for expr in items.iter_mut().chain(sorted.iter_mut().flatten()) {
            let (attached, over) = self.attach_all(plan, &super::aggregate::over(expr, &columns))?;
            plan = attached;
            *expr = over;
        }
        let mut projected: Vec<Plan> = domain.iter().map(|domain| plan_column(domain.number)).collect();
        for (at, item) in items.iter().enumerate() {
            projected.push(named(lowered(item)?, ColumnRef { relation: output, column: at }));
        }
        let raw = self.relation();
        for (at, expr) in sorted.iter().enumerate() {
            if let Some(expr) = expr {
                projected.push(named(lowered(expr)?, ColumnRef { relation: raw, column: at }));
            }
        }
        plan = project(plan, projected)?;
        if block.distinct {
            let types: Vec<Type> = items.iter().map(|item| item.ty.clone()).collect();
            plan = self.distinct(plan, &types, domain, output)?;
        }
        let mut columns = Vec::with_capacity(order_by.len());
        for (at, (key, expr)) in order_by.iter().zip(&sorted).enumerate() {
            let place = ColumnRef { relation: keys, column: at };
            columns.push(match (&key.target, expr) {
                (SortTarget::Output(position), _) => {
                    let column = plan_column(ColumnRef { relation: output, column: *position });
                    sort_column(column, &items[*position].ty, key, place)
                }
                (SortTarget::Expr(_), expr) => {
                    let ty = expr.as_ref().map_or(Type::Unknown, |expr| expr.ty.clone());
                    sort_column(plan_column(ColumnRef { relation: raw, column: at }), &ty, key, place)
                }
            });
        }
        if columns.is_empty() {
            return Ok(plan);
        }
        let plan = extend(plan, columns)?;
        let mut kept = outputs(domain, output, items.len());
        kept.extend((0..order_by.len()).map(|at| plan_column(ColumnRef { relation: keys, column: at })));
        project(plan, kept)
    }

    /// FROM and WHERE.
    fn filtered_from(&mut self, block: &Block, domain: Option<&Domain>) -> Result<LogicalPlan, EngineError> {
        let (asking, mut pending): (Vec<Expr>, Vec<Expr>) =
            block.filter.iter().cloned().partition(|conjunct| conjunct.any(&mut |part| part.query().is_some()));
        let Some(from) = &block.from else {
            pending.extend(asking);
            return self.filter(base(domain), &pending);
        };
        let mut plan = self.from(from, domain.map(|domain| domain.plan.clone()), &mut pending)?;
        // A predicate on one relation that may fail is asked where it is written, of few rows; asked
        // softly it may be pushed down to its relation and make them few.
        if matches!(from, From::Join(_)) || domain.is_some() {
            let mut soft = Vec::new();
            for conjunct in &pending {
                let relations: std::collections::BTreeSet<RelationId> =
                    conjunct.free().iter().map(|column| column.relation).collect();
                if relations.len() == 1 && lower(conjunct)?.on_error == OnError::Fail {
                    soft.push(softened(conjunct)?);
                }
            }
            if let Some(predicate) = conjunction(soft) {
                plan = filter(plan, predicate)?;
            }
        }
        pending.extend(asking);
        if pending.iter().any(is_never) {
            // Nothing is kept, so nothing is read: a scan of no partition is written WHERE FALSE.
            let schema = plan.schema().clone();
            return Ok(LogicalPlan::EmptyRelation(EmptyRelation { produce_one_row: false, schema }));
        }
        self.filter(plan, &pending)
    }
}

/// Whether a conjunct is the constant FALSE or NULL.
fn is_never(conjunct: &Expr) -> bool {
    matches!(conjunct.kind, ExprKind::Literal(Value::Boolean(false) | Value::Null))
}
