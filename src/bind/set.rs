//! A query: WITH, a body of any kind, ORDER BY, OFFSET, LIMIT.

use std::sync::Arc;

use super::binder::{Binder, Place, VisibleCte};
use super::coerce::coerced;
use super::errors::BindError;
use super::expr::Expr;
use super::query::{Block, Body, Cte, Item, OutputColumn, Query, SortKey};
use super::scope::Scope;
use crate::source::Span;
use crate::spec::ast::{self, QueryBody};

/// How high CTEs may pile up on each other, each reading the one before.
const PILE: usize = 200;

impl Binder<'_> {
    /// Binds a query; `outer` is the scope around it, for correlation.
    pub(super) fn query(&mut self, query: &ast::Query, outer: Option<&Scope<'_>>) -> Query {
        self.deeper(query.span, |binder| binder.written_query(query, outer))
            .unwrap_or_else(|| Query::plain(Body::Values(Vec::new()), Vec::new(), query.span))
    }

    fn written_query(&mut self, query: &ast::Query, outer: Option<&Scope<'_>>) -> Query {
        if query.recursive && !query.with.is_empty() {
            let what = "WITH RECURSIVE".to_owned();
            let help = Some("write the steps out as CREATE TEMPORARY TABLE statements".to_owned());
            self.report(BindError::Unsupported { what, span: query.span, help });
        }
        let around = self.ctes.len();
        let with = query.with.iter().map(|cte| self.cte(cte, around, outer)).collect();
        let (body, columns, order_by) = self.body(&query.body, &query.order_by, outer);
        self.ctes.truncate(around);
        let offset = query.offset.as_ref().map(|offset| self.row_count(offset, "OFFSET"));
        let clause = if query.fetch { "FETCH FIRST" } else { "LIMIT" };
        let limit = query.limit.as_ref().map(|limit| self.row_count(limit, clause));
        Query { with, body, order_by, offset, limit, with_ties: query.with_ties, columns, span: query.span }
    }

    fn cte(&mut self, cte: &ast::Cte, around: usize, outer: Option<&Scope<'_>>) -> Cte {
        let name = cte.name.name.clone();
        if let Some(first) = self.ctes.iter().skip(around).find(|earlier| earlier.name == name).map(|cte| cte.span) {
            let (what, span) = ("the common table expression", cte.name.span);
            self.report(BindError::DeclaredTwice { what, name: name.clone(), span, first });
        }
        let below = std::mem::take(&mut self.pile);
        let flaws = self.flaws;
        let mut query = self.query(&cte.query, outer);
        let is_flawed = self.flaws > flaws;
        let pile = std::mem::replace(&mut self.pile, below) + 1;
        if pile > PILE {
            let what = "common table expressions on each other";
            self.report(BindError::TooLarge { what, limit: PILE, span: cte.span });
        }
        self.name_columns(&mut query, std::slice::from_ref(&cte.name), &cte.columns);
        let query = Arc::new(query);
        let (named, span) = (name.clone(), cte.name.span);
        self.ctes.push(VisibleCte { name: named, query: Arc::clone(&query), span, pile, is_flawed });
        Cte { name, query, span: cte.span }
    }

    /// Binds what yields the rows, with the ORDER BY behind it.
    fn body(
        &mut self,
        body: &QueryBody,
        order_by: &[ast::SortItem],
        outer: Option<&Scope<'_>>,
    ) -> (Body, Vec<OutputColumn>, Vec<SortKey>) {
        let (body, columns) = match body {
            QueryBody::Select(select) => {
                let (block, order_by) = self.block(select, order_by, outer);
                let columns = output(&block.items);
                return (Body::Block(Box::new(block)), columns, order_by);
            }
            QueryBody::SetOperation(operation) => self.set_operation(operation, outer),
            QueryBody::Values(values) => self.values(values, outer),
            QueryBody::Table(name) => {
                let bound = self.table_reference(name, None, name.span);
                let mut items = Vec::new();
                let scope = Scope { level: super::scope::Level::Fields(&bound.fields), outer };
                self.star(name.span, Place::new(Some(&scope)), &mut items);
                let columns = output(&items);
                let block = Block {
                    distinct: false,
                    items,
                    from: Some(bound.from),
                    from_span: Some(name.span),
                    filter: Vec::new(),
                    filter_span: None,
                    group: None,
                    having: None,
                    span: name.span,
                };
                let inner = Query::plain(Body::Block(Box::new(block)), columns.clone(), name.span);
                (Body::Query(Box::new(inner)), columns)
            }
            QueryBody::Query(inner) => {
                let inner = self.query(inner, outer);
                let columns = inner.columns.clone();
                (Body::Query(Box::new(inner)), columns)
            }
            QueryBody::Foreach(foreach) => {
                let foreach = self.foreach_query(foreach, outer);
                let columns = foreach.body.columns.clone();
                (Body::Foreach(Box::new(foreach)), columns)
            }
        };
        let order_by = self.output_order(order_by, &columns);
        (body, columns, order_by)
    }

    /// One term of a set operation as a query of its own.
    pub(super) fn side(&mut self, body: &QueryBody, outer: Option<&Scope<'_>>) -> Query {
        let span = body_span(body);
        let (body, columns, _) = self.body(body, &[], outer);
        Query::plain(body, columns, span)
    }

    fn values(&mut self, values: &ast::Values, outer: Option<&Scope<'_>>) -> (Body, Vec<OutputColumn>) {
        let place = Place::new(outer);
        let width = values.rows.first().map_or(0, Vec::len);
        let mut rows: Vec<Vec<Expr>> = Vec::with_capacity(values.rows.len());
        for written in &values.rows {
            let row: Vec<Expr> = written.iter().map(|value| self.expression(value, place)).collect();
            row.iter().for_each(|value| self.forbid_aggregates(value, "VALUES"));
            if row.len() != width {
                let span = row.iter().map(|value| value.span).reduce(Span::to).unwrap_or(values.span);
                let what = "the rows of VALUES";
                self.report(BindError::ColumnCount { what, left: width, right: row.len(), span });
            }
            rows.push(row);
        }
        let mut columns = Vec::with_capacity(width);
        for at in 0..width {
            let column = rows.iter().filter_map(|row| row.get(at));
            let ty = self.common_type(column, "a column of VALUES");
            columns.push(OutputColumn { name: None, ty });
        }
        for row in &mut rows {
            *row = std::mem::take(row).into_iter().zip(&columns).map(|(value, to)| coerced(value, &to.ty)).collect();
        }
        (Body::Values(rows), columns)
    }
}

impl Query {
    /// A query of a body alone.
    pub(super) fn plain(body: Body, columns: Vec<OutputColumn>, span: Span) -> Query {
        Query {
            with: Vec::new(),
            body,
            order_by: Vec::new(),
            offset: None,
            limit: None,
            with_ties: false,
            columns,
            span,
        }
    }
}

fn output(items: &[Item]) -> Vec<OutputColumn> {
    items.iter().map(|item| OutputColumn { name: item.name.clone(), ty: item.expr.ty.clone() }).collect()
}

fn body_span(body: &QueryBody) -> Span {
    match body {
        QueryBody::Select(select) => select.span,
        QueryBody::SetOperation(operation) => operation.span,
        QueryBody::Values(values) => values.span,
        QueryBody::Table(name) => name.span,
        QueryBody::Query(query) => query.span,
        QueryBody::Foreach(foreach) => foreach.span,
    }
}
