//! Subqueries in expressions: each becomes columns next to the rows that ask for it.
//!
//! An uncorrelated one is computed once and crossed with the rows. A correlated one is computed for
//! the numbered rows of the outer query (its domain) and joined back to them by number, which is
//! always right, whatever the query is made of:
//!
//! ```text
//! rows, EXISTS (SELECT … WHERE b.x < rows.x)
//!   ->  numbered := rows with a number
//!       numbered LEFT JOIN (SELECT DISTINCT number FROM (the query over numbered)) USING (number)
//! ```
//!
//! EXISTS and IN as whole conjuncts over plain queries become semi and anti joins.

use std::sync::Arc;

use datafusion::common::JoinType;
use datafusion::logical_expr::{Aggregate as AggregatePlan, Expr as Plan, LogicalPlan, lit};

use super::accumulate::{Call, call};
use super::connective::conjunction;
use super::expression::{lower, lowered};
use super::join::{filter, joined};
use super::key::{Purpose, key_of};
use super::name::{bound_column, extend, has_all, named, plan_column, project};
use super::query::{Domain, cross};
use super::walk::{Columns as _, rewrite};
use super::{Lowering, engine_error, unsupported};
use crate::bind::expr::{ColumnRef, Expr, ExprKind};
use crate::bind::query::{Block, Body, OutputColumn, Query};
use crate::constant::Value;
use crate::engine::EngineError;
use crate::source::Span;
use crate::spec::ast::Comparison;
use crate::types::Type;

/// Rows that a subquery yields, next to the rows that ask: those who ask, and what was found.
struct Asked {
    /// The asking rows, numbered if the subquery is correlated.
    rows: LogicalPlan,
    /// The subquery's rows: its columns are those of `output`.
    found: LogicalPlan,
    /// The number in `found` of the asking row, if the subquery is correlated.
    domain: Option<Domain>,
    /// The first column that it yields.
    output: ColumnRef,
}

impl Lowering<'_> {
    /// Keeps the rows for which all conjuncts are true; they may hold subqueries.
    ///
    /// # Errors
    ///
    /// The engine lacks something in a conjunct.
    pub(super) fn filter(&mut self, mut plan: LogicalPlan, conjuncts: &[Expr]) -> Result<LogicalPlan, EngineError> {
        let (asking, plain): (Vec<&Expr>, Vec<&Expr>) =
            conjuncts.iter().partition(|conjunct| conjunct.any(&mut |part| part.query().is_some()));
        let (mut sure, mut fallible) = (Vec::new(), Vec::new());
        for conjunct in plain {
            let lowered = lower(conjunct)?;
            if lowered.on_error == super::evaluate::OnError::Never {
                sure.push(lowered.expr);
            } else {
                fallible.push(conjunct.clone());
            }
        }
        if let Some(predicate) = conjunction(sure) {
            plan = filter(plan, predicate)?;
        }
        plan = self.filter_lazily(plan, &fallible)?;
        for conjunct in asking {
            if let Some(joined) = self.semi_join(&plan, conjunct)? {
                plan = joined;
                continue;
            }
            let before = plan.schema().columns();
            let (attached, conjunct) = match &conjunct.kind {
                ExprKind::InQuery(value, query) | ExprKind::Quantified(Comparison::Equal, false, value, query) => {
                    self.attach_in(plan, value, query, conjunct, Purpose::Equal)?
                }
                _ => self.attach_all(plan, conjunct)?,
            };
            plan = self.filter_lazily(attached, &[conjunct])?;
            // Columns that nobody needs may be gone by now.
            let kept = before.into_iter().filter(|column| plan.schema().has_column(column)).map(Plan::Column).collect();
            plan = project(plan, kept)?;
        }
        Ok(plan)
    }

    /// Adds the columns that stand for an expression's subqueries; the expression over them.
    ///
    /// # Errors
    ///
    /// The engine lacks something in a subquery.
    pub(super) fn attach_all(&mut self, plan: LogicalPlan, expr: &Expr) -> Result<(LogicalPlan, Expr), EngineError> {
        let mut plan = plan;
        let rewritten = rewrite::<EngineError>(expr, &mut |part| {
            if part.query().is_none() {
                return Ok(None);
            }
            let taken = std::mem::replace(&mut plan, super::query::base(None));
            let (attached, column) = self.attach(taken, part)?;
            plan = attached;
            Ok(Some(column))
        })?;
        Ok((plan, rewritten))
    }

    /// Adds the columns that stand for the subqueries in a condition of an outer join, each to the side
    /// whose rows ask for it; the condition over them. Neither side gains or loses a row by it.
    ///
    /// # Errors
    ///
    /// A subquery uses both sides, or the engine lacks something in it.
    pub(super) fn attach_to_sides(
        &mut self,
        left: &mut LogicalPlan,
        right: &mut LogicalPlan,
        condition: &Expr,
    ) -> Result<Expr, EngineError> {
        rewrite::<EngineError>(condition, &mut |part| {
            if part.query().is_none() {
                return Ok(None);
            }
            let free = part.free();
            let side = match () {
                () if has_all(right, &free) => &mut *right,
                () if has_all(left, &free) => &mut *left,
                () => return Err(unsupported("a subquery over both sides of an outer join", part.span)),
            };
            let taken = std::mem::replace(side, super::query::base(None));
            let (attached, column) = self.attach(taken, part)?;
            *side = attached;
            Ok(Some(column))
        })
    }

    /// Adds the column that stands for one subquery expression.
    fn attach(&mut self, plan: LogicalPlan, expr: &Expr) -> Result<(LogicalPlan, Expr), EngineError> {
        match &expr.kind {
            ExprKind::ScalarQuery(query) => self.attach_scalar(plan, query, expr),
            ExprKind::Exists(query) => {
                let asked = self.ask(plan, query)?;
                let count = self.column();
                let plan = self.summarized(asked, vec![(Call::count_rows(), Vec::new(), count)])?;
                self.truth_of(plan, plan_column(count).gt(lit(0_i64)), expr)
            }
            ExprKind::InQuery(value, query) => self.attach_in(plan, value, query, expr, Purpose::Group),
            ExprKind::Quantified(comparison, all, value, query) => match (comparison, all) {
                (Comparison::Equal, false) => self.attach_in(plan, value, query, expr, Purpose::Group),
                (Comparison::NotEqual, true) => {
                    let (plan, found) = self.attach_in(plan, value, query, expr, Purpose::Group)?;
                    Ok((plan, Expr { kind: ExprKind::Not(Box::new(found)), ty: Type::Boolean, span: expr.span }))
                }
                _ => self.attach_quantified(plan, (*comparison, *all), value, query, expr.span),
            },
            _ => unreachable!("only expressions with a query are attached"),
        }
    }

    /// Lowers a subquery next to the rows that ask for it.
    fn ask(&mut self, plan: LogicalPlan, query: &Query) -> Result<Asked, EngineError> {
        let output = ColumnRef { relation: self.relation(), column: 0 };
        if query.free().is_empty() {
            let found = self.query(query, None, output.relation, false)?;
            return Ok(Asked { rows: plan, found, domain: None, output });
        }
        let shared = self.shared(plan)?;
        let domain = self.domain(&shared, query)?;
        let found = self.query(query, Some(&domain), output.relation, false)?;
        Ok(Asked { rows: shared.plan, found, domain: Some(domain), output })
    }

    /// Joins aggregates of a subquery's rows to the rows that asked; a count is 0, not NULL, where
    /// the subquery yields nothing.
    fn summarized(
        &mut self,
        asked: Asked,
        aggregates: Vec<(Call, Vec<Plan>, ColumnRef)>,
    ) -> Result<LogicalPlan, EngineError> {
        let Asked { rows, found, domain, .. } = asked;
        let mut calls = Vec::with_capacity(aggregates.len());
        let mut counts = Vec::new();
        for (function, arguments, column) in aggregates {
            if function.is_count() {
                counts.push(column);
            }
            calls.push(named(call(function, arguments, None)?, column));
        }
        let keys: Vec<Plan> = domain.iter().map(|domain| plan_column(domain.number)).collect();
        let summary = AggregatePlan::try_new(Arc::new(found), keys, calls).map_err(engine_error)?;
        let mut summary = LogicalPlan::Aggregate(summary);
        let Some(domain) = domain else { return cross(rows, summary) };
        let number = self.column();
        let renamed = super::name::all(&summary)
            .into_iter()
            .map(|column| if column == plan_column(domain.number) { named(column, number) } else { column });
        let renamed = renamed.collect();
        summary = project(summary, renamed)?;
        let mut columns = super::name::all(&rows);
        let values: Vec<Plan> = super::name::all(&summary);
        let matches = plan_column(domain.number).eq(plan_column(number));
        let plan = joined(rows, summary, JoinType::Left, Some(matches))?;
        columns.extend(values.into_iter().map(
            |value| match counts.iter().find(|count| plan_column(**count) == value) {
                Some(count) => named(zero_if_null(value), *count),
                None => value,
            },
        ));
        project(plan, columns)
    }

    /// `(query)` as a value.
    fn attach_scalar(
        &mut self,
        plan: LogicalPlan,
        query: &Query,
        expr: &Expr,
    ) -> Result<(LogicalPlan, Expr), EngineError> {
        let asked = self.ask(plan, query)?;
        let value = self.column();
        let single = Call::single(&expr.ty)?;
        let argument = vec![plan_column(asked.output)];
        let plan = self.summarized(asked, vec![(single, argument, value)])?;
        Ok((plan, bound_column(value, &expr.ty, expr.span)))
    }

    /// `value IN (query)`, with SQL's three values. As a part of an expression Trino matches values that
    /// are not distinct (a NaN matches a NaN); a conjunct of its own is a join, which matches equal ones.
    fn attach_in(
        &mut self,
        plan: LogicalPlan,
        value: &Expr,
        query: &Query,
        expr: &Expr,
        matching: Purpose,
    ) -> Result<(LogicalPlan, Expr), EngineError> {
        let (plan, value) = self.attach_all(plan, value)?;
        let asked_for = self.column();
        let plan = extend(plan, vec![named(lowered(&value)?, asked_for)])?;
        let item = |column: ColumnRef| (plan_column(column), value.ty.clone());
        let Asked { rows, found, domain, output } = self.ask(plan, query)?;
        let (found, output) = self.as_one_value(found, output, query, &value.ty)?;
        // What the query yields is read twice: counted, and looked into.
        let shared = self.shared(found)?;
        let (rows_counted, values_counted, match_key) = (self.column(), self.column(), self.column());
        let counts = vec![
            (Call::count_rows(), Vec::new(), rows_counted),
            (Call::count_values(), vec![plan_column(output)], values_counted),
        ];
        let keys: Vec<Plan> = domain.iter().map(|domain| plan_column(domain.number)).collect();
        let found = shared.plan.clone();
        let rows = self.summarized(Asked { rows, found, domain: domain.clone(), output }, counts)?;
        let number = self.column();
        let mut columns: Vec<Plan> = keys.iter().map(|key| named(key.clone(), number)).collect();
        columns.push(named(key_of(vec![item(output)], matching), match_key));
        let candidates = project(shared.plan, columns)?;
        let distinct = AggregatePlan::try_new(Arc::new(candidates.clone()), super::name::all(&candidates), Vec::new());
        let distinct = LogicalPlan::Aggregate(distinct.map_err(engine_error)?);
        let wanted = self.column();
        let rows = extend(rows, vec![named(key_of(vec![item(asked_for)], matching), wanted)])?;
        let mut matches = plan_column(wanted).eq(plan_column(match_key));
        if let Some(domain) = &domain {
            matches = matches.and(plan_column(domain.number).eq(plan_column(number)));
        }
        let plan = joined(rows, distinct, JoinType::Left, Some(matches))?;
        let unknown = plan_column(asked_for).is_null().or(plan_column(values_counted).lt(plan_column(rows_counted)));
        let answer = case(vec![
            (plan_column(match_key).is_not_null(), lit(true)),
            (plan_column(rows_counted).eq(lit(0_i64)), lit(false)),
            (unknown, Plan::Literal(datafusion::common::ScalarValue::Boolean(None), None)),
        ]);
        self.truth_of(plan, answer, expr)
    }

    /// A query's columns as the fields of one row, if it yields several.
    fn as_one_value(
        &mut self,
        found: LogicalPlan,
        output: ColumnRef,
        query: &Query,
        ty: &Type,
    ) -> Result<(LogicalPlan, ColumnRef), EngineError> {
        if query.columns.len() == 1 {
            return Ok((found, output));
        }
        let columns = query.columns.iter().enumerate();
        let parts = columns.map(|(column, OutputColumn { ty, .. })| {
            bound_column(ColumnRef { relation: output.relation, column }, ty, query.span)
        });
        let row = self.column();
        let value = lowered(&row_of(parts.collect(), ty, query.span))?;
        Ok((extend(found, vec![named(value, row)])?, row))
    }

    /// `value < ANY (query)` and its like, by the least or the greatest value, as Trino does it.
    fn attach_quantified(
        &mut self,
        plan: LogicalPlan,
        (comparison, all): (Comparison, bool),
        value: &Expr,
        query: &Query,
        span: Span,
    ) -> Result<(LogicalPlan, Expr), EngineError> {
        let (plan, value) = self.attach_all(plan, value)?;
        let asked = self.ask(plan, query)?;
        let [rows, values, least, greatest] = [(); 4].map(|()| self.column());
        let argument = vec![plan_column(asked.output)];
        let extreme = |name: &str| Call::new(name, std::slice::from_ref(&value.ty), &value.ty, span);
        let aggregates = vec![
            (Call::count_rows(), Vec::new(), rows),
            (Call::count_values(), argument.clone(), values),
            (extreme("min")?, argument.clone(), least),
            (extreme("max")?, argument, greatest),
        ];
        let plan = self.summarized(asked, aggregates)?;
        let column = |column: ColumnRef| bound_column(column, &value.ty, span);
        let boolean = |kind: ExprKind| Expr { kind, ty: Type::Boolean, span };
        let compare =
            |sign: &str, other: ColumnRef| boolean(ExprKind::Call(sign.to_owned(), vec![value.clone(), column(other)]));
        // `= ALL`: all values are the same and equal; `<> ANY` is its negation.
        let same = boolean(ExprKind::Call("=".to_owned(), vec![column(least), column(greatest)]));
        let decided = match (comparison, all) {
            (Comparison::Less, true) => compare("<", least),
            (Comparison::Less, false) => compare("<", greatest),
            (Comparison::LessOrEqual, true) => compare("<=", least),
            (Comparison::LessOrEqual, false) => compare("<=", greatest),
            (Comparison::Greater, true) => compare(">", greatest),
            (Comparison::Greater, false) => compare(">", least),
            (Comparison::GreaterOrEqual, true) => compare(">=", greatest),
            (Comparison::GreaterOrEqual, false) => compare(">=", least),
            (Comparison::Equal | Comparison::NotEqual, _) => boolean(ExprKind::And(vec![same, compare("=", greatest)])),
        };
        let negated = comparison == Comparison::NotEqual;
        let all = all || negated;
        let count = |column: ColumnRef| bound_column(column, &Type::BigInt, span);
        let zero = Expr { kind: ExprKind::Literal(Value::Integer(0)), ty: Type::BigInt, span };
        let empty = boolean(ExprKind::Call("=".to_owned(), vec![count(rows), zero]));
        let nulls = boolean(ExprKind::Call("<".to_owned(), vec![count(values), count(rows)]));
        let truth = |value: Value| Box::new(boolean(ExprKind::Literal(value)));
        // A NULL among the values leaves only the answer that another value forces.
        let rest = boolean(ExprKind::Case(vec![(nulls, *truth(Value::Null))], Some(truth(Value::Boolean(all)))));
        let answer = if all { ExprKind::And(vec![decided, rest]) } else { ExprKind::Or(vec![decided, rest]) };
        let branches = vec![(empty, *truth(Value::Boolean(all)))];
        let answer = boolean(ExprKind::Case(branches, Some(Box::new(boolean(answer)))));
        Ok((plan, if negated { boolean(ExprKind::Not(Box::new(answer))) } else { answer }))
    }

    /// A column that holds a native truth value, as a bound expression.
    fn truth_of(&mut self, plan: LogicalPlan, value: Plan, expr: &Expr) -> Result<(LogicalPlan, Expr), EngineError> {
        let column = self.column();
        Ok((extend(plan, vec![named(value, column)])?, bound_column(column, &Type::Boolean, expr.span)))
    }

    /// The rows of a plan that satisfy `[NOT] EXISTS (query)` or `value IN (query)`, as a join; none
    /// if the conjunct is of another form.
    fn semi_join(&mut self, plan: &LogicalPlan, conjunct: &Expr) -> Result<Option<LogicalPlan>, EngineError> {
        let (kind, query, value) = match &conjunct.kind {
            ExprKind::Exists(query) => (JoinType::LeftSemi, query, None),
            ExprKind::Not(inner) => match &inner.kind {
                ExprKind::Exists(query) => (JoinType::LeftAnti, query, None),
                _ => return Ok(None),
            },
            ExprKind::InQuery(value, query) => (JoinType::LeftSemi, query, Some(value)),
            _ => return Ok(None),
        };
        if value.is_some_and(|value| value.any(&mut |part| part.query().is_some())) {
            return Ok(None);
        }
        let Some(block) = plain_block(query) else { return Ok(None) };
        let Some(from) = block.from.as_ref().filter(|from| from.free().is_empty()) else { return Ok(None) };
        let mut on: Vec<Expr> = Vec::new();
        if let Some(value) = value {
            let item = match block.items.as_slice() {
                [item] => item.expr.clone(),
                items => row_of(items.iter().map(|item| item.expr.clone()).collect(), &value.ty, query.span),
            };
            if !is_of(&item, &value.ty) || item.any(&mut |part| part.query().is_some()) {
                return Ok(None);
            }
            let sides = vec![value.as_ref().clone(), item];
            on.push(Expr { kind: ExprKind::Call("=".to_owned(), sides), ty: Type::Boolean, span: conjunct.span });
        }
        let mut inner = Vec::new();
        let mut found = self.from(from, None, &mut Vec::new())?;
        for predicate in &block.filter {
            if has_all(&found, &predicate.free()) {
                inner.push(predicate.clone());
            } else if predicate.any(&mut |part| part.query().is_some()) {
                return Ok(None);
            } else {
                on.push(predicate.clone());
            }
        }
        let outer_known = on.iter().all(|predicate| {
            predicate.free().iter().all(|column| has_all(plan, [column]) || has_all(&found, [column]))
        });
        if !outer_known {
            return Err(unsupported("a reference to this part of the outer query", conjunct.span));
        }
        found = self.filter(found, &inner)?;
        self.join(plan.clone(), found, kind, &on).map(Some)
    }
}

/// Expressions as the fields of one row.
fn row_of(parts: Vec<Expr>, ty: &Type, span: Span) -> Expr {
    Expr { kind: ExprKind::Row(parts), ty: ty.clone(), span }
}

/// Whether an expression, or each part that a row is made of, is of the type.
fn is_of(expr: &Expr, ty: &Type) -> bool {
    match (&expr.kind, ty) {
        (ExprKind::Row(parts), Type::Row(fields)) => {
            parts.iter().zip(fields.iter()).all(|(part, field)| part.ty == field.ty)
        }
        _ => expr.ty == *ty,
    }
}

/// The block of a query that is nothing but FROM, WHERE and a select list.
fn plain_block(query: &Query) -> Option<&Block> {
    if query.limit.is_some() || query.offset.is_some() {
        return None;
    }
    let block = match &query.body {
        Body::Block(block) => block,
        Body::Query(inner) => return plain_block(inner),
        _ => return None,
    };
    let special = |expr: &Expr| {
        expr.any(&mut |part| matches!(part.kind, ExprKind::Aggregate(_) | ExprKind::Window(_) | ExprKind::Grouping(_)))
    };
    let plain = block.group.is_none() && block.having.is_none() && !block.items.iter().any(|item| special(&item.expr));
    plain.then_some(block)
}

fn zero_if_null(count: Plan) -> Plan {
    let branches = vec![(Box::new(count.clone().is_null()), Box::new(lit(0_i64)))];
    Plan::Case(datafusion::logical_expr::Case::new(None, branches, Some(Box::new(count))))
}

fn case(branches: Vec<(Plan, Plan)>) -> Plan {
    let branches = branches.into_iter().map(|(condition, value)| (Box::new(condition), Box::new(value))).collect();
    Plan::Case(datafusion::logical_expr::Case::new(None, branches, Some(Box::new(lit(false)))))
}
