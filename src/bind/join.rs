//! Joins: ON, USING with its merged columns, and what LATERAL and UNNEST allow.

use super::binder::{Binder, Place};
use super::coerce::coerced;
use super::errors::BindError;
use super::expr::{Expr, ExprKind};
use super::from::{Around, Bound, sees_left};
use super::query::{From, Join};
use super::scope::{Field, Level, Scope};
use crate::source::Span;
use crate::spec::ast::{self, Ident, JoinCondition, JoinKind, TableExprKind};
use crate::types::common_super_type;

impl Binder<'_> {
    /// Binds a join.
    pub(super) fn join(&mut self, written: &ast::Join, span: Span, outer: Option<&Scope<'_>>) -> Bound {
        let left = self.table_expr(&written.left, Around { left: &[], outer });
        let right = self.right_side(&written.right, &left.fields, outer);
        self.check_lateral(written, span);
        let (on, using, fields) = match &written.condition {
            JoinCondition::None => (Vec::new(), false, left.fields.into_iter().chain(right.fields).collect()),
            JoinCondition::On(predicate) => {
                let fields: Vec<Field> = left.fields.into_iter().chain(right.fields).collect();
                let scope = Scope { level: Level::Fields(&fields), outer };
                let on = self.conjuncts(predicate, "ON", Place::new(Some(&scope)));
                on.iter().for_each(|conjunct| self.forbid_aggregates(conjunct, "ON"));
                (on, false, fields)
            }
            JoinCondition::Using(columns) => {
                let (on, fields) = self.using(written.kind, columns, left.fields, right.fields);
                (on, true, fields)
            }
            JoinCondition::Natural => {
                let what = "NATURAL JOIN".to_owned();
                let help = Some("Athena refuses it: name the columns, JOIN … USING (column)".to_owned());
                self.report(BindError::Unsupported { what, span, help });
                (Vec::new(), false, left.fields.into_iter().chain(right.fields).collect())
            }
        };
        let join = Join { kind: written.kind, left: left.from, right: right.from, on, using, span };
        Bound { from: From::Join(Box::new(join)), fields }
    }

    /// The equalities of USING, and the joined columns: the merged ones first, as Trino has them.
    fn using(
        &mut self,
        kind: JoinKind,
        columns: &[Ident],
        mut left: Vec<Field>,
        mut right: Vec<Field>,
    ) -> (Vec<Expr>, Vec<Field>) {
        let mut on = Vec::with_capacity(columns.len());
        let mut merged = Vec::with_capacity(columns.len());
        for column in columns {
            let sides = (self.using_side(column, &mut left), self.using_side(column, &mut right));
            let (Some(mine), Some(other)) = sides else { continue };
            on.push(self.operator("=", vec![mine.clone(), other.clone()], column.span));
            let Some(ty) = common_super_type(&mine.ty, &other.ty) else { continue };
            let (mine, other) = (coerced(mine, &ty), coerced(other, &ty));
            // Where a row of the result always has a row of that side, its column is the pair's.
            let value = match kind {
                JoinKind::Inner | JoinKind::Left | JoinKind::Cross => mine,
                JoinKind::Right => other,
                JoinKind::Full => Expr { kind: ExprKind::Coalesce(vec![mine, other]), ty, span: column.span },
            };
            merged.push(Field {
                qualifier: Vec::new(),
                name: Some(column.name.clone()),
                value,
                hidden: false,
                merged: false,
                wildcard: false,
            });
        }
        (on, merged.into_iter().chain(left).chain(right).collect())
    }

    /// The column of one side that USING names, merged away from that side.
    fn using_side(&mut self, column: &Ident, fields: &mut [Field]) -> Option<Expr> {
        let name = Some(column.name.as_str());
        let mut matching: Vec<&mut Field> =
            fields.iter_mut().filter(|field| !field.merged && field.name.as_deref() == name).collect();
        match matching.as_mut_slice() {
            [field] => {
                field.merged = true;
                Some(Expr { span: column.span, ..field.value.clone() })
            }
            [] => {
                let help = Some("USING names columns that both sides have".to_owned());
                self.report(BindError::UnknownColumn { name: column.name.clone(), span: column.span, help });
                None
            }
            several => {
                let candidates: Vec<String> = several.iter().map(|field| field.qualified()).collect();
                let candidates = super::name::list(candidates.iter().map(String::as_str));
                self.report(BindError::AmbiguousColumn { name: column.name.clone(), candidates, span: column.span });
                None
            }
        }
    }

    /// Reports joins in which Trino does not take LATERAL or UNNEST.
    fn check_lateral(&mut self, written: &ast::Join, span: Span) {
        if !sees_left(&written.right) {
            return;
        }
        let is_unnest = matches!(written.right.kind, TableExprKind::Unnest { .. });
        let what = if is_unnest { "UNNEST" } else { "LATERAL" };
        let is_true = match &written.condition {
            JoinCondition::None => true,
            JoinCondition::On(predicate) => matches!(predicate.kind, ast::ExprKind::Boolean(true)),
            JoinCondition::Using(_) | JoinCondition::Natural => false,
        };
        let problem = match written.kind {
            JoinKind::Right | JoinKind::Full => Some(format!("{what} on the right of a RIGHT or FULL JOIN")),
            JoinKind::Left | JoinKind::Inner if !is_true => Some(format!("a JOIN with {what} on a condition")),
            JoinKind::Left | JoinKind::Inner | JoinKind::Cross => None,
        };
        if let Some(what) = problem {
            let help =
                Some("write CROSS JOIN or LEFT JOIN … ON TRUE, and put the condition inside or in WHERE".to_owned());
            self.report(BindError::Unsupported { what, span, help });
        }
    }
}
