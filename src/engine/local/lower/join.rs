//! Joins of two plans: how the conjuncts of ON become hash keys, native filters or calls of the
//! evaluator.

use std::sync::Arc;

use datafusion::common::{JoinType, NullEquality};
use datafusion::logical_expr::{Expr as Plan, Filter, Join as JoinPlan, JoinConstraint, LogicalPlan};

use super::connective::{conjunction, truth};
use super::evaluate::OnError;
use super::expression::{lower, native};
use super::key::{Purpose, equal_as_stored, keyed};
use super::name::{extend, has_all, named, plan_column};
use super::walk::Columns as _;
use super::{Lowering, engine_error};
use crate::bind::expr::{Expr, ExprKind};
use crate::engine::EngineError;

impl Lowering<'_> {
    /// Joins two plans on conjuncts over the columns of both. For an inner join a conjunct that may
    /// fail is asked of the joined rows; for others it is asked of the pairs that the rest lets through.
    ///
    /// # Errors
    ///
    /// The engine lacks something in a conjunct.
    pub(super) fn join(
        &mut self,
        mut left: LogicalPlan,
        mut right: LogicalPlan,
        kind: JoinType,
        on: &[Expr],
    ) -> Result<LogicalPlan, EngineError> {
        let mut native = Vec::new();
        let mut fallible = Vec::new();
        for conjunct in on {
            if let Some((ours, theirs)) = self.equality(conjunct, &left, &right)? {
                let key = self.column();
                let other = self.column();
                left = extend(left, vec![named(ours, key)])?;
                right = extend(right, vec![named(theirs, other)])?;
                native.push(plan_column(key).eq(plan_column(other)));
                continue;
            }
            let lowered = lower(conjunct)?;
            if lowered.on_error == OnError::Never {
                native.push(lowered.expr);
            } else {
                fallible.push(conjunct.clone());
            }
        }
        if kind == JoinType::Inner {
            let plan = joined(left, right, kind, conjunction(native))?;
            return self.filter_lazily(plan, &fallible);
        }
        if let Some(rest) = all_of(fallible) {
            native.push(lower(&rest)?.expr);
        }
        joined(left, right, kind, conjunction(native))
    }

    /// The two sides of an equality that has one side on each plan and is not natively one; lowered,
    /// or their comparison keys.
    fn equality(
        &self,
        conjunct: &Expr,
        left: &LogicalPlan,
        right: &LogicalPlan,
    ) -> Result<Option<(Plan, Plan)>, EngineError> {
        let Some([one, other]) = equality_sides(conjunct) else { return Ok(None) };
        if equal_as_stored(&one.ty) && native(one)?.is_some() && native(other)?.is_some() {
            return Ok(None);
        }
        let (ours, theirs) = match () {
            () if has_all(left, &one.free()) && has_all(right, &other.free()) => (one, other),
            () if has_all(left, &other.free()) && has_all(right, &one.free()) => (other, one),
            () => return Ok(None),
        };
        if ours.free().is_empty() || theirs.free().is_empty() {
            return Ok(None);
        }
        let key = |side: &Expr| Ok::<_, EngineError>(keyed(lower(side)?.expr, &side.ty, Purpose::Equal));
        Ok(Some((key(ours)?, key(theirs)?)))
    }

    /// Keeps the rows for which the predicates are true, asking them in order, and only here.
    ///
    /// # Errors
    ///
    /// The engine lacks something in a predicate.
    pub(super) fn filter_lazily(&mut self, plan: LogicalPlan, predicates: &[Expr]) -> Result<LogicalPlan, EngineError> {
        let Some(predicate) = all_of(predicates.to_vec()) else { return Ok(plan) };
        let lowered = lower(&predicate)?;
        if lowered.on_error == OnError::Never {
            return filter(plan, lowered.expr);
        }
        // A predicate over a column that a volatile expression fills is never moved below it.
        let before = super::name::all(&plan);
        let passes = self.column();
        let plan = filter(extend(plan, vec![named(lowered.expr, passes)])?, plan_column(passes))?;
        super::name::project(plan, before)
    }
}

/// The conjuncts among `pending` that are equalities between the two plans, taken out of it.
pub(super) fn take_equalities(pending: &mut Vec<Expr>, left: &LogicalPlan, right: &LogicalPlan) -> Vec<Expr> {
    let (taken, rest) = std::mem::take(pending).into_iter().partition(|conjunct| {
        let Some([one, other]) = equality_sides(conjunct) else { return false };
        let (one, other) = (one.free(), other.free());
        !one.is_empty()
            && !other.is_empty()
            && (has_all(left, &one) && has_all(right, &other) || has_all(left, &other) && has_all(right, &one))
    });
    *pending = rest;
    taken
}

fn equality_sides(conjunct: &Expr) -> Option<[&Expr; 2]> {
    match &conjunct.kind {
        ExprKind::Call(name, operands) if name == "=" => match operands.as_slice() {
            [one, other] if one.ty == other.ty => Some([one, other]),
            _ => None,
        },
        _ => None,
    }
}

/// The conjunction of bound predicates.
fn all_of(mut predicates: Vec<Expr>) -> Option<Expr> {
    if predicates.len() < 2 {
        return predicates.pop();
    }
    let (ty, span) = predicates.first().map(|first| (first.ty.clone(), first.span))?;
    Some(Expr { kind: ExprKind::And(predicates), ty, span })
}

/// A filter.
pub(super) fn filter(plan: LogicalPlan, predicate: Plan) -> Result<LogicalPlan, EngineError> {
    Filter::try_new(predicate, Arc::new(plan)).map(LogicalPlan::Filter).map_err(engine_error)
}

/// A join on one condition.
pub(super) fn joined(
    left: LogicalPlan,
    right: LogicalPlan,
    kind: JoinType,
    condition: Option<Plan>,
) -> Result<LogicalPlan, EngineError> {
    let condition = match condition {
        None if kind != JoinType::Inner => Some(truth(true)),
        condition => condition,
    };
    let join = JoinPlan::try_new(
        Arc::new(left),
        Arc::new(right),
        Vec::new(),
        condition,
        kind,
        JoinConstraint::On,
        NullEquality::NullEqualsNothing,
        false,
    );
    join.map(LogicalPlan::Join).map_err(engine_error)
}
