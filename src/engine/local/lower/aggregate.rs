//! GROUP BY: keys, grouping sets and aggregate calls.
//!
//! Keys and arguments are computed first, each a column of its own; the aggregation sees only columns.
//! Several grouping sets are several aggregations over rows that are kept. In a correlated query the
//! number of the outer row is a key too, and an outer row for which nothing is found still has the
//! group of a query without GROUP BY: its rows are joined to the domain, and only real ones counted.

use std::sync::Arc;

use datafusion::common::JoinType;
use datafusion::logical_expr::{Aggregate as AggregatePlan, Expr as Plan, LogicalPlan};

use super::accumulate::{Call, call};
use super::expression::{literal, lowered};
use super::join::joined;
use super::key::{Purpose, equal_as_stored, keyed};
use super::name::{all, bound_column, column, extend, named, plan_column, project};
use super::ordered::Order;
use super::query::{Domain, base, union};
use super::walk::rewrite;
use super::{Lowering, engine_error, unsupported};
use crate::bind::expr::{Aggregate, ColumnRef, Expr, ExprKind};
use crate::bind::query::{Group, SortKey, SortTarget};
use crate::constant::Value;
use crate::engine::EngineError;

/// What expressions over a grouped plan mean: each of these is a column of it.
pub(super) struct Grouped {
    pub(super) plan: LogicalPlan,
    columns: Vec<(Expr, ColumnRef)>,
}

impl Grouped {
    /// The expression over the grouped plan's columns.
    pub(super) fn over(&self, expr: &Expr) -> Expr {
        over(expr, &self.columns)
    }
}

/// The expression with those that are columns by now replaced.
pub(super) fn over(expr: &Expr, columns: &[(Expr, ColumnRef)]) -> Expr {
    let replaced = rewrite::<std::convert::Infallible>(expr, &mut |part| {
        let found = columns.iter().find(|(known, _)| known == part);
        Ok(found.map(|(_, column)| bound_column(*column, &part.ty, part.span)))
    });
    replaced.unwrap_or_else(|never| match never {})
}

/// The aggregate calls without a window, and the calls of GROUPING, in expressions.
pub(super) fn grouped_calls<'a>(expressions: impl Iterator<Item = &'a Expr>) -> Vec<Expr> {
    collect(expressions, &|expr| match &expr.kind {
        ExprKind::Aggregate(aggregate) => aggregate.over.is_none(),
        ExprKind::Grouping(_) => true,
        _ => false,
    })
}

/// The distinct outermost parts of expressions that are such.
pub(super) fn collect<'a>(expressions: impl Iterator<Item = &'a Expr>, wanted: &dyn Fn(&Expr) -> bool) -> Vec<Expr> {
    let mut found: Vec<Expr> = Vec::new();
    let mut waiting: Vec<&Expr> = expressions.collect();
    waiting.reverse();
    while let Some(expr) = waiting.pop() {
        if !wanted(expr) {
            waiting.extend(expr.children().into_iter().rev());
        } else if !found.contains(expr) {
            found.push(expr.clone());
        }
    }
    found
}

/// An aggregate call, its arguments columns by now.
struct Prepared {
    call: Call,
    arguments: Vec<ColumnRef>,
    filter: Option<ColumnRef>,
    result: ColumnRef,
}

/// A key of GROUP BY, a column by now.
struct Key {
    expr: Expr,
    /// Its value.
    value: ColumnRef,
    /// What is grouped by: the value or its comparison key.
    by: ColumnRef,
}

impl Lowering<'_> {
    /// Groups a plan; `calls` are what [`grouped_calls`] found.
    ///
    /// # Errors
    ///
    /// The engine lacks something in the keys or calls.
    pub(super) fn grouped(
        &mut self,
        plan: LogicalPlan,
        group: &Group,
        calls: Vec<Expr>,
        domain: Option<&Domain>,
    ) -> Result<Grouped, EngineError> {
        let mut computed = Vec::new();
        let mut plan = plan;
        let mut keys = Vec::with_capacity(group.keys.len());
        for key in &group.keys {
            let (attached, expr) = self.attach_all(plan, key)?;
            plan = attached;
            let value = self.column();
            computed.push((expr, value));
            keys.push(Key { expr: key.clone(), value, by: value });
        }
        let mut prepared = Vec::new();
        let mut columns = Vec::new();
        let mut groupings = Vec::new();
        for expr in calls {
            let result = self.column();
            match &expr.kind {
                ExprKind::Aggregate(aggregate) => {
                    let (attached, call) = self.prepare(plan, aggregate, &expr, result, &mut computed)?;
                    plan = attached;
                    prepared.push(call);
                }
                _ => groupings.push((expr.clone(), result)),
            }
            columns.push((expr, result));
        }
        let mut projected: Vec<Plan> = domain.iter().map(|domain| plan_column(domain.number)).collect();
        for (expr, column) in &computed {
            projected.push(named(lowered(expr)?, *column));
        }
        plan = project(plan, projected)?;
        let mut comparison = Vec::new();
        for key in &mut keys {
            if !equal_as_stored(&key.expr.ty) {
                key.by = self.column();
                comparison.push(named(keyed(plan_column(key.value), &key.expr.ty, Purpose::Group), key.by));
            }
        }
        plan = extend(plan, comparison)?;
        let shared = if group.sets.len() > 1 { Some(self.shared(plan.clone())?) } else { None };
        let mut plans = Vec::with_capacity(group.sets.len());
        for set in &group.sets {
            let input = shared.as_ref().map_or_else(|| plan.clone(), |shared| shared.plan.clone());
            plans.push(self.one_set(input, &keys, set, &prepared, &groupings, domain)?);
        }
        let mut plan = if plans.is_empty() { project(base(None), Vec::new())? } else { union(plans)? };
        if let Some(domain) = domain {
            plan = self.with_domain(plan, domain)?;
        }
        // A key that is a column keeps its own name too: a correlated subquery may mention it.
        let mut own = Vec::new();
        for key in &keys {
            if let ExprKind::Column(reference) = key.expr.kind
                && !plan.schema().has_column(&column(reference))
            {
                own.push(named(plan_column(key.value), reference));
            }
        }
        let plan = extend(plan, own)?;
        columns.extend(keys.into_iter().map(|key| (key.expr, key.value)));
        Ok(Grouped { plan, columns })
    }

    /// Finds a call's function and names the columns of its arguments.
    fn prepare(
        &mut self,
        plan: LogicalPlan,
        aggregate: &Aggregate,
        expr: &Expr,
        result: ColumnRef,
        computed: &mut Vec<(Expr, ColumnRef)>,
    ) -> Result<(LogicalPlan, Prepared), EngineError> {
        let call = self.aggregate_call(aggregate, expr)?;
        let mut plan = plan;
        let mut arguments = Vec::new();
        for argument in operands(aggregate).chain(sorted_by(&aggregate.order_by)) {
            let (attached, argument) = self.attach_all(plan, argument)?;
            plan = attached;
            let column = self.column();
            computed.push((argument, column));
            arguments.push(column);
        }
        let mut filter = None;
        if let Some(predicate) = &aggregate.filter {
            let (attached, predicate) = self.attach_all(plan, predicate)?;
            plan = attached;
            let column = self.column();
            computed.push((predicate, column));
            filter = Some(column);
        }
        Ok((plan, Prepared { call, arguments, filter, result }))
    }

    /// The function of an aggregate call, DISTINCT and ORDER BY included.
    pub(super) fn aggregate_call(&self, aggregate: &Aggregate, expr: &Expr) -> Result<Call, EngineError> {
        let types: Vec<_> = aggregate.arguments.iter().map(|argument| argument.ty.clone()).collect();
        let call = match aggregate.name.as_str() {
            "reduce_agg" => super::reduce::call(aggregate, expr)?,
            name => Call::new(name, &types, &expr.ty, expr.span)?,
        };
        let mut order = Vec::with_capacity(aggregate.order_by.len());
        for key in &aggregate.order_by {
            let SortTarget::Expr(by) = &key.target else {
                return Err(unsupported("ORDER BY a position inside an aggregate call", expr.span));
            };
            order.push(Order { ty: by.ty.clone(), descending: key.descending, nulls_first: key.nulls_first });
        }
        Ok(call.ordered(aggregate.distinct, order))
    }

    /// The aggregation over one grouping set.
    fn one_set(
        &mut self,
        input: LogicalPlan,
        keys: &[Key],
        set: &[usize],
        calls: &[Prepared],
        groupings: &[(Expr, ColumnRef)],
        domain: Option<&Domain>,
    ) -> Result<LogicalPlan, EngineError> {
        let mut input = input;
        let mut present = None;
        if let (Some(domain), true) = (domain, set.is_empty()) {
            let number = self.column();
            let renamed = all(&input)
                .into_iter()
                .map(|column| if column == plan_column(domain.number) { named(column, number) } else { column });
            let renamed = renamed.collect();
            input = project(input, renamed)?;
            let numbers = project(domain.plan.clone(), vec![plan_column(domain.number)])?;
            let matches = plan_column(domain.number).eq(plan_column(number));
            input = joined(numbers, input, JoinType::Left, Some(matches))?;
            present = Some(plan_column(number).is_not_null());
        }
        let mut by: Vec<Plan> = domain.iter().map(|domain| plan_column(domain.number)).collect();
        let mut aggregates = Vec::new();
        for (at, key) in keys.iter().enumerate().filter(|(at, _)| set.contains(at)) {
            debug_assert!(at < keys.len());
            by.push(plan_column(key.by));
            if key.by != key.value {
                let some = call(Call::any_of_equal(&key.expr.ty), vec![plan_column(key.value)], None)?;
                aggregates.push(named(some, key.value));
            }
        }
        for prepared in calls {
            let arguments = prepared.arguments.iter().map(|column| plan_column(*column)).collect();
            let filter = prepared.filter.map(plan_column);
            let filter = present.iter().cloned().chain(filter).reduce(Plan::and);
            aggregates.push(named(call(prepared.call.clone(), arguments, filter)?, prepared.result));
        }
        if by.is_empty() && aggregates.is_empty() {
            // One empty grouping set and nothing to aggregate: one row, whatever the input.
            let unused = self.column();
            aggregates.push(named(call(Call::count_rows(), Vec::new(), None)?, unused));
        }
        let plan = AggregatePlan::try_new(Arc::new(input), by, aggregates).map_err(engine_error)?;
        let mut columns: Vec<Plan> = domain.iter().map(|domain| plan_column(domain.number)).collect();
        for (at, key) in keys.iter().enumerate() {
            columns.push(if set.contains(&at) {
                plan_column(key.value)
            } else {
                named(literal(&Value::Null, &key.expr.ty)?, key.value)
            });
        }
        columns.extend(calls.iter().map(|prepared| plan_column(prepared.result)));
        for (grouping, result) in groupings {
            columns.push(named(literal(&grouping_bits(grouping, keys, set), &grouping.ty)?, *result));
        }
        project(LogicalPlan::Aggregate(plan), columns)
    }

    /// A grouped plan with the domain's columns next to its groups.
    fn with_domain(&mut self, plan: LogicalPlan, domain: &Domain) -> Result<LogicalPlan, EngineError> {
        let number = self.column();
        let renamed = all(&plan)
            .into_iter()
            .map(|column| if column == plan_column(domain.number) { named(column, number) } else { column });
        let renamed = renamed.collect();
        let plan = project(plan, renamed)?;
        let matches = plan_column(domain.number).eq(plan_column(number));
        joined(domain.plan.clone(), plan, JoinType::Inner, Some(matches))
    }
}

/// The arguments of a call that are values: lambdas are part of the function.
pub(super) fn operands(aggregate: &Aggregate) -> impl Iterator<Item = &Expr> {
    aggregate.arguments.iter().filter(|argument| !matches!(argument.kind, ExprKind::Lambda(..)))
}

/// What is sorted by inside a call.
pub(super) fn sorted_by(order_by: &[SortKey]) -> impl Iterator<Item = &Expr> {
    order_by.iter().filter_map(|key| match &key.target {
        SortTarget::Expr(expr) => Some(expr),
        SortTarget::Output(_) => None,
    })
}

/// The value of a GROUPING call in a set: a bit for each argument, the last one lowest, set if the
/// set lacks it.
fn grouping_bits(grouping: &Expr, keys: &[Key], set: &[usize]) -> Value {
    let ExprKind::Grouping(arguments) = &grouping.kind else { return Value::Null };
    Value::Integer(arguments.iter().fold(0, |bits, argument| {
        let held = set.iter().any(|at| keys.get(*at).is_some_and(|key| key.expr == *argument));
        bits * 2 + i64::from(!held)
    }))
}
