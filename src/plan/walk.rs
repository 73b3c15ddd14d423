//! Walking bound queries one level at a time, so that a visitor can treat each query in its own way.

use crate::bind::expr::Expr;
use crate::bind::query::{Body, From, Join, Query, Relation, RelationKind, SortKey};

/// Whether a walk goes into a join of a FROM clause.
pub type Enters<'v> = dyn Fn(&Join) -> bool + 'v;

/// What a walk does at each expression: returns whether it goes on to the children.
pub type Visit<'a, 'v> = dyn FnMut(&'a Expr) -> bool + 'v;

/// Visits an expression and those inside it, but not the queries inside it.
pub fn visit_expression<'a>(expr: &'a Expr, visit: &mut Visit<'a, '_>) {
    if visit(expr) {
        for child in expr.children() {
            visit_expression(child, visit);
        }
    }
}

/// The expressions that stand directly in a query and its block, joins included; not those of
/// queries inside it.
pub fn expressions(query: &Query) -> Vec<&Expr> {
    expressions_within(query, &|_| true)
}

/// The same, without those of joins that the walk does not enter.
pub fn expressions_within<'a>(query: &'a Query, enters: &Enters<'_>) -> Vec<&'a Expr> {
    let mut found: Vec<&Expr> = Vec::new();
    match &query.body {
        Body::Block(block) => {
            found.extend(block.items.iter().map(|item| &item.expr));
            if let Some(from) = &block.from {
                from_expressions_within(from, enters, &mut found);
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
    found.extend(query.order_by.iter().filter_map(SortKey::expr));
    found.extend(query.offset.iter().chain(&query.limit));
    found
}

/// The expressions of a FROM clause: of ON conditions and UNNEST; not those of queries inside it.
pub fn from_expressions<'a>(from: &'a From, found: &mut Vec<&'a Expr>) {
    from_expressions_within(from, &|_| true, found);
}

fn from_expressions_within<'a>(from: &'a From, enters: &Enters<'_>, found: &mut Vec<&'a Expr>) {
    match from {
        From::Relation(relation) => {
            if let RelationKind::Unnest { expressions, .. } = &relation.kind {
                found.extend(expressions);
            }
        }
        From::Join(join) if enters(join) => {
            from_expressions_within(&join.left, enters, found);
            from_expressions_within(&join.right, enters, found);
            found.extend(&join.on);
        }
        From::Join(_) => {}
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
        found.extend(relation_query(relation));
    }
    for expr in expressions(query) {
        subqueries(expr, &mut found);
    }
    found
}

/// The queries that stand directly inside an expression.
pub fn subqueries<'a>(expr: &'a Expr, found: &mut Vec<&'a Query>) {
    visit_expression(expr, &mut |expr| {
        found.extend(expr.query());
        true
    });
}

/// The query that a relation of FROM is, if its text holds one or a view's does.
pub fn relation_query(relation: &Relation) -> Option<&Query> {
    match &relation.kind {
        RelationKind::View(_, query, _) | RelationKind::Subquery(query) | RelationKind::Lateral(_, query) => {
            Some(query)
        }
        RelationKind::Table(..) | RelationKind::Cte(..) | RelationKind::Unnest { .. } | RelationKind::Opaque(_) => None,
    }
}

/// The relations of a query's own FROM clause, left to right.
pub fn relations(query: &Query) -> Vec<&Relation> {
    relations_within(query, &|_| true)
}

/// The same, without those of joins that the walk does not enter.
pub fn relations_within<'a>(query: &'a Query, enters: &Enters<'_>) -> Vec<&'a Relation> {
    match &query.body {
        Body::Block(block) => block.from.as_ref().map(|from| from_relations_within(from, enters)).unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// The relations of a FROM clause, left to right.
pub fn from_relations(from: &From) -> Vec<&Relation> {
    from_relations_within(from, &|_| true)
}

fn from_relations_within<'a>(from: &'a From, enters: &Enters<'_>) -> Vec<&'a Relation> {
    match from {
        From::Relation(relation) => vec![relation],
        From::Join(join) if enters(join) => {
            [from_relations_within(&join.left, enters), from_relations_within(&join.right, enters)].concat()
        }
        From::Join(_) => Vec::new(),
    }
}
