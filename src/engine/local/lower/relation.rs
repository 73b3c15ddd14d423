//! FROM clauses: tables, subqueries, LATERAL and UNNEST, and the joins between them.

use datafusion::common::JoinType;
use datafusion::datasource::provider_as_source;
use datafusion::logical_expr::{Expr as Plan, LogicalPlan, LogicalPlanBuilder};

use super::join::take_equalities;
use super::name::{column, named, plan_column, project, qualifier};
use super::query::Domain;
use super::walk::Columns as _;
use super::{Lowering, engine_error, unsupported};
use crate::bind::expr::{ColumnRef, Expr, ExprKind};
use crate::bind::query::{From, Join, Query, Relation, RelationKind};
use crate::constant::Value;
use crate::engine::EngineError;
use crate::spec::ast::JoinKind;

impl Lowering<'_> {
    /// Lowers a FROM clause next to the rows it may refer to: the plan yields the columns of both.
    /// Equalities of `pending` that a join can use are taken out of it.
    ///
    /// # Errors
    ///
    /// The engine lacks something in the clause.
    pub(super) fn from(
        &mut self,
        from: &From,
        base: Option<LogicalPlan>,
        pending: &mut Vec<Expr>,
    ) -> Result<LogicalPlan, EngineError> {
        let Some(base) = base else { return self.lone_from(from, pending) };
        if from.free().is_empty() {
            let plan = self.lone_from(from, pending)?;
            let on = take_equalities(pending, &base, &plan);
            return self.join(base, plan, JoinType::Inner, &on);
        }
        match from {
            From::Relation(relation) => self.lateral(base, relation, JoinType::Inner, &[]),
            From::Join(join) => self.correlated_join(join, base, pending),
        }
    }

    /// A FROM clause that refers to nothing outside.
    fn lone_from(&mut self, from: &From, pending: &mut Vec<Expr>) -> Result<LogicalPlan, EngineError> {
        let join = match from {
            From::Relation(relation) => return self.lone_relation(relation),
            From::Join(join) => join,
        };
        let nothing = &mut Vec::new();
        let (kind, left) = match join.kind {
            JoinKind::Inner | JoinKind::Cross => (JoinType::Inner, self.from(&join.left, None, pending)?),
            JoinKind::Left => (JoinType::Left, self.from(&join.left, None, pending)?),
            JoinKind::Right => (JoinType::Right, self.from(&join.left, None, nothing)?),
            JoinKind::Full => (JoinType::Full, self.from(&join.left, None, nothing)?),
        };
        if !join.right.free().is_empty() {
            return self.join_to_the_left(join, kind, left, pending);
        }
        let right = self.from(&join.right, None, if kind == JoinType::Inner { pending } else { nothing })?;
        self.join_sides(join, kind, left, right, pending)
    }

    /// A join whose right side refers to relations on its left.
    fn join_to_the_left(
        &mut self,
        join: &Join,
        kind: JoinType,
        left: LogicalPlan,
        pending: &mut Vec<Expr>,
    ) -> Result<LogicalPlan, EngineError> {
        match (kind, &join.right) {
            (JoinType::Inner, right) => {
                let plan = self.from(right, Some(left), pending)?;
                self.filter(plan, &join.on)
            }
            (JoinType::Left, From::Relation(relation)) => self.lateral(left, relation, JoinType::Left, &join.on),
            _ => Err(unsupported("this kind of join with a side that refers to the other", join.span)),
        }
    }

    /// A join inside a correlated query that itself refers to the outer rows.
    fn correlated_join(
        &mut self,
        join: &Join,
        base: LogicalPlan,
        pending: &mut Vec<Expr>,
    ) -> Result<LogicalPlan, EngineError> {
        match join.kind {
            JoinKind::Inner | JoinKind::Cross => {
                let left = self.from(&join.left, Some(base), pending)?;
                let plan = self.from(&join.right, Some(left), pending)?;
                self.filter(plan, &join.on)
            }
            JoinKind::Left => {
                let left = self.from(&join.left, Some(base), pending)?;
                if join.right.free().is_empty() {
                    let right = self.lone_from(&join.right, &mut Vec::new())?;
                    return self.join_sides(join, JoinType::Left, left, right, pending);
                }
                self.join_to_the_left(join, JoinType::Left, left, pending)
            }
            JoinKind::Right if join.left.free().is_empty() => {
                let right = self.from(&join.right, Some(base), pending)?;
                let left = self.lone_from(&join.left, &mut Vec::new())?;
                self.join_sides(join, JoinType::Left, right, left, pending)
            }
            JoinKind::Right | JoinKind::Full => {
                Err(unsupported("a right or full join that refers to an outer query", join.span))
            }
        }
    }

    /// Joins two plans that are there.
    fn join_sides(
        &mut self,
        join: &Join,
        kind: JoinType,
        left: LogicalPlan,
        right: LogicalPlan,
        pending: &mut Vec<Expr>,
    ) -> Result<LogicalPlan, EngineError> {
        if kind != JoinType::Inner {
            let columns: Vec<Plan> = super::name::all(&left).into_iter().chain(super::name::all(&right)).collect();
            let (mut left, mut right) = (left, right);
            let mut conditions = Vec::with_capacity(join.on.len());
            for conjunct in &join.on {
                conditions.push(self.attach_to_sides(&mut left, &mut right, conjunct)?);
            }
            let plan = self.join(left, right, kind, &conditions)?;
            return if conditions == join.on { Ok(plan) } else { project(plan, columns) };
        }
        let (mut plain, asking): (Vec<Expr>, Vec<Expr>) =
            join.on.iter().cloned().partition(|conjunct| !conjunct.any(&mut |part| part.query().is_some()));
        plain.extend(take_equalities(pending, &left, &right));
        let plan = self.join(left, right, kind, &plain)?;
        self.filter(plan, &asking)
    }

    /// A relation that refers to nothing outside.
    fn lone_relation(&mut self, relation: &Relation) -> Result<LogicalPlan, EngineError> {
        match &relation.kind {
            RelationKind::Table(table, span) => {
                let provider = self.tables.provider(table).map_err(|error| error.at(Some(*span)))?;
                LogicalPlanBuilder::scan(qualifier(relation.id), provider_as_source(provider), None)
                    .and_then(LogicalPlanBuilder::build)
                    .map_err(engine_error)
            }
            RelationKind::Unnest { .. } => {
                let nothing = super::query::base(None);
                self.unnest(nothing, relation, JoinType::Inner)
            }
            RelationKind::Opaque(name) => Err(unsupported(name, relation.span)),
            kind => {
                let query = inner_query(kind).expect("the other kinds hold a query");
                self.query(query, None, relation.id, false)
            }
        }
    }

    /// A relation that refers to the rows of `left`, joined to them.
    pub(super) fn lateral(
        &mut self,
        left: LogicalPlan,
        relation: &Relation,
        kind: JoinType,
        on: &[Expr],
    ) -> Result<LogicalPlan, EngineError> {
        if let RelationKind::Unnest { .. } = &relation.kind {
            if !on.iter().all(is_true) {
                return Err(unsupported("UNNEST in an outer join on anything but TRUE", relation.span));
            }
            return self.unnest(left, relation, kind);
        }
        let query =
            inner_query(&relation.kind).ok_or_else(|| unsupported("this correlated relation", relation.span))?;
        let shared = self.shared(left)?;
        let domain = self.domain(&shared, query)?;
        let plan = self.query(query, Some(&domain), relation.id, false)?;
        // The number's column would stand on both sides of the join: the inner one gets a new name.
        let number = self.column();
        let mut columns = vec![named(plan_column(domain.number), number)];
        let width = query.columns.len();
        columns.extend((0..width).map(|at| plan_column(ColumnRef { relation: relation.id, column: at })));
        let plan = project(plan, columns)?;
        let ty = crate::types::Type::BigInt;
        let here = super::name::bound_column(shared.number, &ty, relation.span);
        let there = super::name::bound_column(number, &ty, relation.span);
        let matches = Expr {
            kind: ExprKind::Call("=".to_owned(), vec![here, there]),
            ty: crate::types::Type::Boolean,
            span: relation.span,
        };
        let conditions: Vec<Expr> =
            std::iter::once(matches).chain(on.iter().filter(|on| !is_true(on)).cloned()).collect();
        if let Some(asking) = on.iter().find(|conjunct| conjunct.any(&mut |part| part.query().is_some())) {
            return Err(unsupported("a subquery in the condition of a lateral join", asking.span));
        }
        self.join(shared.plan, plan, kind, &conditions)
    }

    /// The domain of a query over numbered rows: the columns of theirs that it uses.
    ///
    /// # Errors
    ///
    /// The query refers to a column that is not among theirs.
    pub(super) fn domain(&mut self, shared: &super::shared::Shared, query: &Query) -> Result<Domain, EngineError> {
        let mut columns: Vec<Plan> = vec![plan_column(shared.number)];
        for reference in query.free() {
            if !shared.plan.schema().has_column(&column(reference)) {
                return Err(unsupported("a reference to this part of the outer query", query.span));
            }
            columns.push(plan_column(reference));
        }
        Ok(Domain { plan: project(shared.plan.clone(), columns)?, number: shared.number })
    }
}

/// The query inside a relation.
fn inner_query(kind: &RelationKind) -> Option<&Query> {
    match kind {
        RelationKind::Cte(_, query) => Some(query),
        RelationKind::View(_, query, _) | RelationKind::Subquery(query) | RelationKind::Lateral(_, query) => {
            Some(query)
        }
        RelationKind::Table(..) | RelationKind::Unnest { .. } | RelationKind::Opaque(_) => None,
    }
}

fn is_true(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Literal(Value::Boolean(true)))
}
