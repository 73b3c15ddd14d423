//! UNION, INTERSECT, EXCEPT: the types of what is put together, and long chains as trees of little height.
//!
//! Trino types a chain from the left, two terms at a time, so that an integer may pass through real on its
//! way to double. Terms that no step changes the types of are put together in halves.

use super::binder::Binder;
use super::errors::BindError;
use super::query::{Body, OutputColumn, Query, SetOperation};
use super::scope::Scope;
use crate::spec::ast::{self, SetOperator};
use crate::types::{Type, common_super_type, is_comparable};

impl Binder<'_> {
    /// Binds a set operation; its columns are called as those of the first term.
    pub(super) fn set_operation(
        &mut self,
        written: &ast::SetOperation,
        outer: Option<&Scope<'_>>,
    ) -> (Body, Vec<OutputColumn>) {
        let terms: Vec<Query> = written.terms.iter().map(|term| self.side(term, outer)).collect();
        let mut types: Vec<Type> = Vec::new();
        let mut alike: Vec<Query> = Vec::new();
        for term in terms {
            if alike.is_empty() {
                types = term.columns.iter().map(|column| column.ty.clone()).collect();
            } else {
                let common = self.common_types(written, &types, &term);
                if common != types {
                    alike = Vec::from_iter(joined(written, alike, &types));
                }
                types = common;
            }
            alike.push(term);
        }
        let whole = joined(written, alike, &types).expect("a set operation has two terms or more");
        (whole.body, whole.columns)
    }

    /// The types of the columns that rows of these types and a further term's rows make together.
    fn common_types(&mut self, written: &ast::SetOperation, before: &[Type], term: &Query) -> Vec<Type> {
        let what = match written.operator {
            SetOperator::Union => "the sides of UNION",
            SetOperator::Intersect => "the sides of INTERSECT",
            SetOperator::Except => "the sides of EXCEPT",
        };
        if before.len() != term.columns.len() {
            let (left, right) = (before.len(), term.columns.len());
            self.report(BindError::ColumnCount { what, left, right, span: term.span });
        }
        let mut types = Vec::with_capacity(before.len());
        for (at, (left, right)) in before.iter().zip(&term.columns).enumerate() {
            let ty = common_super_type(left, &right.ty).unwrap_or_else(|| {
                let place = format!("column {} of {what}", at + 1);
                let (left, right) = (left.clone(), right.ty.clone());
                let help = Some("CAST one side to the other's type".to_owned());
                self.report(BindError::NoCommonType { place, left, right, span: term.span, help });
                Type::Opaque
            });
            if !written.all && !ty.is_opaque() && !is_comparable(&ty) {
                self.not_comparable(&ty, "a set operation without ALL", written.span);
            }
            types.push(ty);
        }
        types
    }
}

/// Terms put together, each coerced to these types, as a tree of least height; none of none.
fn joined(written: &ast::SetOperation, mut terms: Vec<Query>, types: &[Type]) -> Option<Query> {
    if terms.len() < 2 {
        return terms.pop();
    }
    let right = terms.split_off(terms.len() / 2);
    let (left, right) = (joined(written, terms, types)?, joined(written, right, types)?);
    let named = left.columns.iter().zip(types);
    let columns: Vec<OutputColumn> =
        named.map(|(column, ty)| OutputColumn { name: column.name.clone(), ty: ty.clone() }).collect();
    let span = left.span.to(right.span);
    let (operator, all, types) = (written.operator, written.all, types.to_vec());
    let operation = SetOperation { operator, all, left, right, types, span };
    Some(Query::plain(Body::SetOperation(Box::new(operation)), columns, span))
}
