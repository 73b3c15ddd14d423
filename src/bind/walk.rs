//! The parts of a bound expression, visited without a match at every visitor.

use super::expr::{Aggregate, Expr, ExprKind, FrameBound, WindowSpec};
use super::query::{Body, From, Query, RelationKind, SortKey, SortTarget};

impl Expr {
    /// The expressions directly below, in the order of the text; subqueries are not entered.
    pub fn children(&self) -> Vec<&Expr> {
        match &self.kind {
            ExprKind::Literal(_)
            | ExprKind::Parameter(..)
            | ExprKind::Now(_)
            | ExprKind::Column(_)
            | ExprKind::LambdaParameter(_)
            | ExprKind::ScalarQuery(_)
            | ExprKind::Exists(_) => Vec::new(),
            ExprKind::Call(_, parts)
            | ExprKind::SqlJson(_, parts)
            | ExprKind::And(parts)
            | ExprKind::Or(parts)
            | ExprKind::Coalesce(parts)
            | ExprKind::Row(parts)
            | ExprKind::Array(parts)
            | ExprKind::Grouping(parts)
            | ExprKind::Opaque(_, parts) => parts.iter().collect(),
            ExprKind::Lambda(_, part)
            | ExprKind::Not(part)
            | ExprKind::IsNull(part)
            | ExprKind::Try(part)
            | ExprKind::Cast(part, _)
            | ExprKind::Field(part, _)
            | ExprKind::InQuery(part, _)
            | ExprKind::Quantified(_, _, part, _) => vec![part],
            ExprKind::Between(parts) => parts.iter().collect(),
            ExprKind::NullIf(parts) => parts.iter().collect(),
            ExprKind::InList(value, list) | ExprKind::InParameter(value, _, list) => {
                std::iter::once(&**value).chain(list).collect()
            }
            ExprKind::Case(branches, otherwise) => {
                branches.iter().flat_map(|(when, then)| [when, then]).chain(otherwise.as_deref()).collect()
            }
            ExprKind::Aggregate(aggregate) => aggregate.children(),
            ExprKind::Window(call) => call.arguments.iter().chain(call.over.children()).collect(),
        }
    }

    /// The query directly in this expression, if it holds one.
    pub fn query(&self) -> Option<&Query> {
        match &self.kind {
            ExprKind::ScalarQuery(query)
            | ExprKind::Exists(query)
            | ExprKind::InQuery(_, query)
            | ExprKind::Quantified(_, _, _, query) => Some(query),
            _ => None,
        }
    }

    /// Whether this expression, or one below it outside subqueries, is such a one.
    pub fn any(&self, test: &mut dyn FnMut(&Expr) -> bool) -> bool {
        test(self) || self.children().into_iter().any(|child| child.any(test))
    }

    /// How many expressions this is made of, counted up to `limit`.
    pub(super) fn size(&self, limit: usize) -> usize {
        let mut count = 0;
        let mut waiting = vec![self];
        while let Some(expr) = waiting.pop() {
            count += 1;
            if count >= limit {
                break;
            }
            waiting.extend(expr.children());
        }
        count
    }
}

impl Aggregate {
    fn children(&self) -> Vec<&Expr> {
        let order = self.order_by.iter().filter_map(SortKey::expr);
        let over = self.over.iter().flat_map(WindowSpec::children);
        self.arguments.iter().chain(order).chain(&self.filter).chain(over).collect()
    }
}

impl WindowSpec {
    /// The expressions of PARTITION BY, ORDER BY and the frame.
    pub fn children(&self) -> Vec<&Expr> {
        let bounds = self.frame.iter().flat_map(|frame| [&frame.start, &frame.end]).filter_map(|bound| match bound {
            FrameBound::Preceding(expr) | FrameBound::Following(expr) => Some(expr),
            FrameBound::UnboundedPreceding | FrameBound::CurrentRow | FrameBound::UnboundedFollowing => None,
        });
        self.partition_by.iter().chain(self.order_by.iter().filter_map(SortKey::expr)).chain(bounds).collect()
    }
}

impl SortKey {
    /// The expression sorted by, if it is no output column.
    pub fn expr(&self) -> Option<&Expr> {
        match &self.target {
            SortTarget::Expr(expr) => Some(expr),
            SortTarget::Output(_) => None,
        }
    }
}

impl Query {
    /// Visits every expression of this query and of the queries in its WITH, body and FROM clauses;
    /// subqueries inside expressions are left to the visitor.
    pub fn expressions<'q>(&'q self, visit: &mut dyn FnMut(&'q Expr)) {
        self.with.iter().for_each(|cte| cte.query.expressions(visit));
        match &self.body {
            Body::Block(block) => {
                if let Some(from) = &block.from {
                    from.expressions(visit);
                }
                block.items.iter().for_each(|item| visit(&item.expr));
                block.filter.iter().for_each(&mut *visit);
                block.group.iter().flat_map(|group| &group.keys).for_each(&mut *visit);
                block.having.iter().for_each(&mut *visit);
            }
            Body::SetOperation(operation) => {
                operation.left.expressions(visit);
                operation.right.expressions(visit);
            }
            Body::Values(rows) => rows.iter().flatten().for_each(&mut *visit),
            Body::Query(query) => query.expressions(visit),
            Body::Foreach(foreach) => {
                foreach.driver.expressions(visit);
                foreach.body.expressions(visit);
            }
        }
        self.order_by.iter().filter_map(SortKey::expr).for_each(&mut *visit);
        self.offset.iter().chain(&self.limit).for_each(visit);
    }
}

impl From {
    /// Visits every expression of this FROM clause, those of its subqueries included; a CTE's are
    /// visited where it is defined.
    pub fn expressions<'q>(&'q self, visit: &mut dyn FnMut(&'q Expr)) {
        match self {
            From::Join(join) => {
                join.left.expressions(visit);
                join.right.expressions(visit);
                join.on.iter().for_each(visit);
            }
            From::Relation(relation) => match &relation.kind {
                RelationKind::View(_, query, _) | RelationKind::Subquery(query) | RelationKind::Lateral(_, query) => {
                    query.expressions(visit);
                }
                RelationKind::Unnest { expressions, .. } => expressions.iter().for_each(visit),
                RelationKind::Table(..) | RelationKind::Cte(..) | RelationKind::Opaque(_) => {}
            },
        }
    }
}
