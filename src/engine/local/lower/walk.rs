//! Walking bound trees: every expression in a query, the columns it takes from outside, and
//! expressions with some nodes replaced.
//!
//! Nesting is bounded by the parser, so plain recursion is safe here.

use std::collections::BTreeSet;

use crate::bind::expr::{Aggregate, ColumnRef, Expr, ExprKind, Frame, FrameBound, WindowCall, WindowSpec};
use crate::bind::query::{Block, Body, From, Query, Relation, RelationId, RelationKind, SortKey, SortTarget};
use crate::source::Span;
use crate::types::Type;

/// Something that takes columns: an expression, a query, a FROM clause.
pub(super) trait Columns {
    /// Adds the columns it mentions, at any depth, and the relations it brings in itself.
    fn collect(&self, found: &mut Found);

    /// The columns it takes from outside itself.
    fn free(&self) -> BTreeSet<ColumnRef> {
        let mut found = Found::default();
        self.collect(&mut found);
        found.columns.retain(|column| !found.relations.contains(&column.relation));
        found.columns
    }

    /// Every column it mentions.
    fn mentioned(&self) -> BTreeSet<ColumnRef> {
        let mut found = Found::default();
        self.collect(&mut found);
        found.columns
    }
}

/// Columns mentioned and relations brought in.
#[derive(Default)]
pub(super) struct Found {
    columns: BTreeSet<ColumnRef>,
    relations: BTreeSet<RelationId>,
    /// Whether an aggregate or a histogram makes a map: Trino orders its entries by its own hashes.
    makes_map: bool,
    /// Where the order of a map's entries is asked for.
    asks_order: Option<Span>,
}

/// Where a query asks for the order of a map's entries while it makes maps whose order is Trino's own.
pub(super) fn order_of_made_map(query: &Query) -> Option<Span> {
    let mut found = Found::default();
    query.collect(&mut found);
    found.asks_order.filter(|_| found.makes_map)
}

impl Columns for Expr {
    fn collect(&self, found: &mut Found) {
        match &self.kind {
            ExprKind::Column(column) => {
                found.columns.insert(*column);
            }
            ExprKind::Aggregate(call)
                if matches!(call.name.as_str(), "map_agg" | "multimap_agg" | "map_union" | "histogram") =>
            {
                found.makes_map = true;
            }
            ExprKind::Call(name, _) if name == "array_histogram" => found.makes_map = true,
            ExprKind::Call(name, _) if matches!(name.as_str(), "map_keys" | "map_values" | "map_entries") => {
                found.asks_order = Some(self.span);
            }
            _ => {}
        }
        if let Some(query) = self.query() {
            query.collect(found);
        }
        for child in self.children() {
            child.collect(found);
        }
    }
}

impl<T: Columns> Columns for [T] {
    fn collect(&self, found: &mut Found) {
        for item in self {
            item.collect(found);
        }
    }
}

impl Columns for SortKey {
    fn collect(&self, found: &mut Found) {
        if let SortTarget::Expr(expr) = &self.target {
            expr.collect(found);
        }
    }
}

impl Columns for Query {
    fn collect(&self, found: &mut Found) {
        match &self.body {
            Body::Block(block) => block.collect(found),
            Body::SetOperation(operation) => {
                operation.left.collect(found);
                operation.right.collect(found);
            }
            Body::Values(rows) => rows.iter().for_each(|row| row.as_slice().collect(found)),
            Body::Query(query) => query.collect(found),
            Body::Foreach(foreach) => {
                found.relations.insert(foreach.relation);
                foreach.driver.collect(found);
                foreach.body.collect(found);
            }
        }
        self.order_by.as_slice().collect(found);
    }
}

impl Columns for Block {
    fn collect(&self, found: &mut Found) {
        if let Some(from) = &self.from {
            from.collect(found);
        }
        for item in &self.items {
            item.expr.collect(found);
        }
        self.filter.as_slice().collect(found);
        if let Some(group) = &self.group {
            group.keys.as_slice().collect(found);
        }
        if let Some(having) = &self.having {
            having.collect(found);
        }
    }
}

impl Columns for From {
    fn collect(&self, found: &mut Found) {
        match self {
            From::Relation(relation) => relation.collect(found),
            From::Join(join) => {
                join.left.collect(found);
                join.right.collect(found);
                join.on.as_slice().collect(found);
            }
        }
    }
}

impl Columns for Relation {
    fn collect(&self, found: &mut Found) {
        found.relations.insert(self.id);
        match &self.kind {
            RelationKind::Table(..) | RelationKind::Opaque(_) => {}
            RelationKind::Cte(_, query) => query.collect(found),
            RelationKind::View(_, query, _) | RelationKind::Subquery(query) | RelationKind::Lateral(_, query) => {
                query.collect(found);
            }
            RelationKind::Unnest { expressions, .. } => {
                if expressions.iter().any(|expr| matches!(expr.ty, Type::Map(..))) {
                    found.asks_order = Some(self.span);
                }
                expressions.as_slice().collect(found);
            }
        }
    }
}

/// The expression with every node for which `replace` gives something replaced by that, outermost
/// first; what was put in is not looked into.
///
/// # Errors
///
/// The first error of `replace`.
pub(super) fn rewrite<E>(expr: &Expr, replace: &mut dyn FnMut(&Expr) -> Result<Option<Expr>, E>) -> Result<Expr, E> {
    if let Some(replaced) = replace(expr)? {
        return Ok(replaced);
    }
    let kind = match &expr.kind {
        kind @ (ExprKind::Literal(_)
        | ExprKind::Parameter(..)
        | ExprKind::Now(_)
        | ExprKind::Column(_)
        | ExprKind::LambdaParameter(_)
        | ExprKind::ScalarQuery(_)
        | ExprKind::Exists(_)) => kind.clone(),
        ExprKind::Call(name, operands) => ExprKind::Call(name.clone(), rewrite_all(operands, replace)?),
        ExprKind::SqlJson(form, operands) => ExprKind::SqlJson(form.clone(), rewrite_all(operands, replace)?),
        ExprKind::And(operands) => ExprKind::And(rewrite_all(operands, replace)?),
        ExprKind::Or(operands) => ExprKind::Or(rewrite_all(operands, replace)?),
        ExprKind::Coalesce(operands) => ExprKind::Coalesce(rewrite_all(operands, replace)?),
        ExprKind::Row(operands) => ExprKind::Row(rewrite_all(operands, replace)?),
        ExprKind::Array(operands) => ExprKind::Array(rewrite_all(operands, replace)?),
        ExprKind::Grouping(operands) => ExprKind::Grouping(rewrite_all(operands, replace)?),
        ExprKind::Opaque(name, operands) => ExprKind::Opaque(name.clone(), rewrite_all(operands, replace)?),
        ExprKind::Lambda(parameters, body) => ExprKind::Lambda(parameters.clone(), boxed(body, replace)?),
        ExprKind::Not(operand) => ExprKind::Not(boxed(operand, replace)?),
        ExprKind::IsNull(operand) => ExprKind::IsNull(boxed(operand, replace)?),
        ExprKind::Try(operand) => ExprKind::Try(boxed(operand, replace)?),
        ExprKind::Cast(operand, mode) => ExprKind::Cast(boxed(operand, replace)?, *mode),
        ExprKind::Field(operand, at) => ExprKind::Field(boxed(operand, replace)?, *at),
        ExprKind::InQuery(operand, query) => ExprKind::InQuery(boxed(operand, replace)?, query.clone()),
        ExprKind::Quantified(comparison, all, operand, query) => {
            ExprKind::Quantified(*comparison, *all, boxed(operand, replace)?, query.clone())
        }
        ExprKind::Between(operands) => {
            let [value, low, high] = operands.as_ref();
            let parts = [rewrite(value, replace)?, rewrite(low, replace)?, rewrite(high, replace)?];
            ExprKind::Between(Box::new(parts))
        }
        ExprKind::NullIf(operands) => {
            let [left, right] = operands.as_ref();
            ExprKind::NullIf(Box::new([rewrite(left, replace)?, rewrite(right, replace)?]))
        }
        ExprKind::InList(value, list) => ExprKind::InList(boxed(value, replace)?, rewrite_all(list, replace)?),
        ExprKind::InParameter(value, name, list) => {
            ExprKind::InParameter(boxed(value, replace)?, name.clone(), rewrite_all(list, replace)?)
        }
        ExprKind::Case(branches, otherwise) => {
            let mut rewritten = Vec::with_capacity(branches.len());
            for (condition, result) in branches {
                rewritten.push((rewrite(condition, replace)?, rewrite(result, replace)?));
            }
            let otherwise = otherwise.as_ref().map(|expr| boxed(expr, replace)).transpose()?;
            ExprKind::Case(rewritten, otherwise)
        }
        ExprKind::Aggregate(aggregate) => ExprKind::Aggregate(Box::new(Aggregate {
            name: aggregate.name.clone(),
            arguments: rewrite_all(&aggregate.arguments, replace)?,
            distinct: aggregate.distinct,
            order_by: rewrite_sort(&aggregate.order_by, replace)?,
            filter: aggregate.filter.as_ref().map(|expr| rewrite(expr, replace)).transpose()?,
            over: aggregate.over.as_ref().map(|window| rewrite_window(window, replace)).transpose()?,
        })),
        ExprKind::Window(call) => ExprKind::Window(Box::new(WindowCall {
            name: call.name.clone(),
            arguments: rewrite_all(&call.arguments, replace)?,
            ignore_nulls: call.ignore_nulls,
            over: rewrite_window(&call.over, replace)?,
        })),
    };
    Ok(Expr { kind, ty: expr.ty.clone(), span: expr.span })
}

type Replace<'a, E> = &'a mut dyn FnMut(&Expr) -> Result<Option<Expr>, E>;

fn boxed<E>(expr: &Expr, replace: Replace<'_, E>) -> Result<Box<Expr>, E> {
    rewrite(expr, replace).map(Box::new)
}

fn rewrite_all<E>(expressions: &[Expr], replace: Replace<'_, E>) -> Result<Vec<Expr>, E> {
    expressions.iter().map(|expr| rewrite(expr, replace)).collect()
}

fn rewrite_sort<E>(keys: &[SortKey], replace: Replace<'_, E>) -> Result<Vec<SortKey>, E> {
    let rewritten = keys.iter().map(|key| {
        let target = match &key.target {
            SortTarget::Output(at) => SortTarget::Output(*at),
            SortTarget::Expr(expr) => SortTarget::Expr(rewrite(expr, replace)?),
        };
        Ok(SortKey { target, ..*key })
    });
    rewritten.collect()
}

fn rewrite_window<E>(window: &WindowSpec, replace: Replace<'_, E>) -> Result<WindowSpec, E> {
    let bound = |bound: &FrameBound, replace: Replace<'_, E>| {
        Ok(match bound {
            FrameBound::Preceding(expr) => FrameBound::Preceding(rewrite(expr, replace)?),
            FrameBound::Following(expr) => FrameBound::Following(rewrite(expr, replace)?),
            other => other.clone(),
        })
    };
    let frame = match &window.frame {
        None => None,
        Some(frame) => {
            Some(Frame { unit: frame.unit, start: bound(&frame.start, replace)?, end: bound(&frame.end, replace)? })
        }
    };
    Ok(WindowSpec {
        partition_by: rewrite_all(&window.partition_by, replace)?,
        order_by: rewrite_sort(&window.order_by, replace)?,
        frame,
    })
}
