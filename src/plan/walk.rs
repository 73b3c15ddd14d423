//! Walking bound trees: the one place that knows every child of every node.

use crate::bind::expr::{Expr, ExprKind, FrameBound, WindowSpec};
use crate::bind::query::{Body, From, Query, Relation, RelationKind, SortKey, SortTarget};

/// What a walk does at each expression: returns whether it goes on to the children.
pub type Visit<'a, 'v> = dyn FnMut(&'a Expr) -> bool + 'v;

/// Visits an expression and those inside it, but not the queries inside it.
pub fn visit_expression<'a>(expr: &'a Expr, visit: &mut Visit<'a, '_>) {
    if !visit(expr) {
        return;
    }
    let mut each = |children: &'a [Expr]| children.iter().for_each(|child| visit_expression(child, visit));
    match &expr.kind {
        ExprKind::Literal(_)
        | ExprKind::Parameter(..)
        | ExprKind::Now(_)
        | ExprKind::Column(_)
        | ExprKind::LambdaParameter(_)
        | ExprKind::ScalarQuery(_)
        | ExprKind::Exists(_) => {}
        ExprKind::Call(_, children)
        | ExprKind::And(children)
        | ExprKind::Or(children)
        | ExprKind::Coalesce(children)
        | ExprKind::Row(children)
        | ExprKind::Array(children)
        | ExprKind::Grouping(children)
        | ExprKind::Opaque(_, children) => each(children),
        ExprKind::Between(children) => each(children.as_slice()),
        ExprKind::NullIf(children) => each(children.as_slice()),
        ExprKind::Lambda(_, child)
        | ExprKind::Not(child)
        | ExprKind::IsNull(child)
        | ExprKind::Try(child)
        | ExprKind::Cast(child, _)
        | ExprKind::Field(child, _)
        | ExprKind::InQuery(child, _)
        | ExprKind::Quantified(_, _, child, _) => visit_expression(child, visit),
        ExprKind::InList(value, list) | ExprKind::InParameter(value, _, list) => {
            visit_expression(value, visit);
            list.iter().for_each(|child| visit_expression(child, visit));
        }
        ExprKind::Case(branches, otherwise) => {
            for (condition, result) in branches {
                visit_expression(condition, visit);
                visit_expression(result, visit);
            }
            if let Some(otherwise) = otherwise {
                visit_expression(otherwise, visit);
            }
        }
        ExprKind::Aggregate(aggregate) => {
            aggregate.arguments.iter().chain(&aggregate.filter).for_each(|child| visit_expression(child, visit));
            sort_keys(&aggregate.order_by, visit);
            if let Some(over) = &aggregate.over {
                window(over, visit);
            }
        }
        ExprKind::Window(call) => {
            call.arguments.iter().for_each(|child| visit_expression(child, visit));
            window(&call.over, visit);
        }
    }
}

fn window<'a>(spec: &'a WindowSpec, visit: &mut Visit<'a, '_>) {
    spec.partition_by.iter().for_each(|child| visit_expression(child, visit));
    sort_keys(&spec.order_by, visit);
    for bound in spec.frame.iter().flat_map(|frame| [&frame.start, &frame.end]) {
        if let FrameBound::Preceding(offset) | FrameBound::Following(offset) = bound {
            visit_expression(offset, visit);
        }
    }
}

fn sort_keys<'a>(keys: &'a [SortKey], visit: &mut Visit<'a, '_>) {
    for key in keys {
        if let SortTarget::Expr(expr) = &key.target {
            visit_expression(expr, visit);
        }
    }
}

/// The expressions that stand directly in a query and its block, joins included; not those of
/// queries inside it.
pub fn expressions(query: &Query) -> Vec<&Expr> {
    let mut found: Vec<&Expr> = Vec::new();
    match &query.body {
        Body::Block(block) => {
            found.extend(block.items.iter().map(|item| &item.expr));
            if let Some(from) = &block.from {
                from_expressions(from, &mut found);
            }
            found.extend(&block.filter);
            if let Some(group) = &block.group {
                found.extend(&group.keys);
            }
            found.extend(&block.having);
        }
        Body::Values(rows) => found.extend(rows.iter().flatten()),
        Body::SetOperation(_) | Body::Query(_) | Body::Foreach(_) => {}
    }
    for key in &query.order_by {
        if let SortTarget::Expr(expr) = &key.target {
            found.push(expr);
        }
    }
    found.extend(query.offset.iter().chain(&query.limit));
    found
}

fn from_expressions<'a>(from: &'a From, found: &mut Vec<&'a Expr>) {
    match from {
        From::Relation(relation) => {
            if let RelationKind::Unnest { expressions, .. } = &relation.kind {
                found.extend(expressions);
            }
        }
        From::Join(join) => {
            from_expressions(&join.left, found);
            from_expressions(&join.right, found);
            found.extend(&join.on);
        }
    }
}

/// The queries that stand directly inside a query: CTEs, sides of set operations, subqueries of
/// FROM and of expressions, views, a FOREACH's driver and body. A CTE's references are not followed.
pub fn queries(query: &Query) -> Vec<&Query> {
    let mut found: Vec<&Query> = query.with.iter().map(|cte| cte.query.as_ref()).collect();
    match &query.body {
        Body::SetOperation(operation) => found.extend([&operation.left, &operation.right]),
        Body::Query(inner) => found.push(inner),
        Body::Foreach(foreach) => found.extend([&foreach.driver, &foreach.body]),
        Body::Block(_) | Body::Values(_) => {}
    }
    for relation in relations(query) {
        match &relation.kind {
            RelationKind::View(_, inner, _) | RelationKind::Subquery(inner) | RelationKind::Lateral(_, inner) => {
                found.push(inner);
            }
            RelationKind::Table(..) | RelationKind::Cte(..) | RelationKind::Unnest { .. } | RelationKind::Opaque(_) => {
            }
        }
    }
    for expr in expressions(query) {
        visit_expression(expr, &mut |expr| {
            if let Some(inner) = subquery(expr) {
                found.push(inner);
            }
            true
        });
    }
    found
}

/// The query that an expression holds, if it is one of the forms with a query.
pub fn subquery(expr: &Expr) -> Option<&Query> {
    match &expr.kind {
        ExprKind::ScalarQuery(query)
        | ExprKind::Exists(query)
        | ExprKind::InQuery(_, query)
        | ExprKind::Quantified(_, _, _, query) => Some(query),
        _ => None,
    }
}

/// The relations of a query's own FROM clause, left to right.
pub fn relations(query: &Query) -> Vec<&Relation> {
    let mut found = Vec::new();
    if let Body::Block(block) = &query.body
        && let Some(from) = &block.from
    {
        from_relations(from, &mut found);
    }
    found
}

/// The relations of a FROM clause, left to right.
pub fn from_relations<'a>(from: &'a From, found: &mut Vec<&'a Relation>) {
    match from {
        From::Relation(relation) => found.push(relation),
        From::Join(join) => {
            from_relations(&join.left, found);
            from_relations(&join.right, found);
        }
    }
}
