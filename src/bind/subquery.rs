//! Queries inside expressions.

use std::sync::Arc;

use super::binder::{Binder, Place};
use super::coerce::coerced;
use super::errors::BindError;
use super::expr::{Expr, ExprKind};
use super::expression::boolean;
use super::query::{Body, OutputColumn, Query};
use crate::source::Span;
use crate::spec::ast::{self, Comparison};
use crate::types::{RowField, Type, common_super_type, is_comparable, is_orderable};

impl Binder<'_> {
    /// `EXISTS (query)`.
    pub(super) fn exists(&mut self, query: &ast::Query, span: Span, place: Place<'_>) -> Expr {
        let query = self.query(query, place.scope);
        boolean(ExprKind::Exists(Arc::new(query)), span)
    }

    /// `(query)` as a value.
    pub(super) fn scalar_query(&mut self, query: &ast::Query, span: Span, place: Place<'_>) -> Expr {
        let query = self.query(query, place.scope);
        let ty = self.only_column(&query, "a query used as a value");
        Expr { kind: ExprKind::ScalarQuery(Arc::new(query)), ty, span }
    }

    /// `value IN (query)`; the query of a row may yield one column for each of its fields.
    pub(super) fn in_query(&mut self, value: &ast::Expr, query: &ast::Query, span: Span, place: Place<'_>) -> Expr {
        let value = self.expression(value, place);
        let query = self.query(query, place.scope);
        let place = "a value and its IN query";
        let is_spread = matches!(value.ty, Type::Row(_)) && query.columns.len() > 1;
        let (value, query) = match is_spread {
            true => self.comparable_with_columns(value, query, place),
            false => self.comparable_with(value, query, place, Comparison::Equal),
        };
        boolean(ExprKind::InQuery(Box::new(value), Arc::new(query)), span)
    }

    /// `value op ANY (query)` and `value op ALL (query)`.
    pub(super) fn quantified(
        &mut self,
        comparison: Comparison,
        all: bool,
        value: &ast::Expr,
        query: &ast::Query,
        span: Span,
        place: Place<'_>,
    ) -> Expr {
        let value = self.expression(value, place);
        let query = self.query(query, place.scope);
        let (value, query) =
            self.comparable_with(value, query, "a value and the query it is compared with", comparison);
        boolean(ExprKind::Quantified(comparison, all, Box::new(value), Arc::new(query)), span)
    }

    /// Brings a value and a query's only column to one type.
    fn comparable_with(&mut self, value: Expr, mut query: Query, place: &str, comparison: Comparison) -> (Expr, Query) {
        let found = self.only_column(&query, "a query that a value is compared with");
        let Some(ty) = common_super_type(&value.ty, &found) else {
            let (place, left) = (place.to_owned(), value.ty.clone());
            let help = super::form::advice(&value, &value.ty, &found);
            self.report(BindError::NoCommonType { place, left, right: found, span: query.span, help });
            return (value, query);
        };
        let ordered = !matches!(comparison, Comparison::Equal | Comparison::NotEqual);
        if !ty.is_opaque() && !(if ordered { is_orderable(&ty) } else { is_comparable(&ty) }) {
            self.not_comparable(&ty, "a comparison", value.span);
        }
        coerce_columns(&mut query, std::slice::from_ref(&ty));
        (coerced(value, &ty), query)
    }

    /// Brings the fields of a row and a query's columns to the same types.
    fn comparable_with_columns(&mut self, value: Expr, mut query: Query, place: &str) -> (Expr, Query) {
        let columns = query.columns.iter().map(|column| RowField { name: None, ty: column.ty.clone() });
        let found = Type::Row(columns.collect());
        let Some(Type::Row(fields)) = common_super_type(&value.ty, &found) else {
            let (place, left) = (place.to_owned(), value.ty.clone());
            self.report(BindError::NoCommonType { place, left, right: found, span: query.span, help: None });
            return (value, query);
        };
        let types: Vec<Type> = fields.iter().map(|field| field.ty.clone()).collect();
        let ty = Type::Row(fields);
        if !ty.is_opaque() && !is_comparable(&ty) {
            self.not_comparable(&ty, "a comparison", value.span);
        }
        coerce_columns(&mut query, &types);
        (coerced(value, &ty), query)
    }

    /// The type of a query's only column.
    fn only_column(&mut self, query: &Query, what: &'static str) -> Type {
        match query.columns.as_slice() {
            [column] => column.ty.clone(),
            columns => {
                self.report(BindError::SubqueryColumns { what, count: columns.len(), span: query.span });
                Type::Opaque
            }
        }
    }
}

/// Makes a query yield columns of other types, by coercions where its rows are made.
pub(super) fn coerce_columns(query: &mut Query, types: &[Type]) {
    let same = query.columns.iter().zip(types).all(|(column, ty)| column.ty == *ty || column.ty.is_opaque());
    if same {
        return;
    }
    let retyped = |columns: &mut [OutputColumn]| {
        columns.iter_mut().zip(types).filter(|(column, _)| !column.ty.is_opaque()).for_each(|(column, ty)| {
            column.ty = ty.clone();
        });
    };
    retyped(&mut query.columns);
    match &mut query.body {
        Body::Block(block) => {
            for (item, ty) in block.items.iter_mut().zip(types) {
                item.expr = coerced(item.expr.clone(), ty);
            }
        }
        Body::SetOperation(operation) => operation.types = types.to_vec(),
        Body::Values(rows) => {
            for (value, ty) in rows.iter_mut().flat_map(|row| row.iter_mut().zip(types)) {
                *value = coerced(value.clone(), ty);
            }
        }
        Body::Query(inner) => coerce_columns(inner, types),
        Body::Foreach(foreach) => coerce_columns(&mut foreach.body, types),
    }
}
