//! The tables of athplan's own into which FOREACHs are run, and the names of their columns.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Hoist;
use crate::bind::expr::{CastMode, Expr, ExprKind};
use crate::bind::query::{Body, Query};
use crate::bind::spec::BoundStatementKind;
use crate::catalog::{Column, Format, Layout, Origin, Storage, Table};
use crate::plan::stored::stored_columns;
use crate::plan::{PlanError, ROW_NUMBER};
use crate::source::Span;
use crate::types::{Type, common_super_type};

/// Names that no column of a driver or of a hidden result may have.
pub(in crate::plan) const RESERVED: &[&str] = &[ROW_NUMBER];

impl Hoist<'_> {
    /// A table of athplan's own, for columns of any type that storage can be made to keep.
    pub(super) fn hidden_table(&mut self, columns: &[(String, Type)], span: Span) -> Arc<Table> {
        let name = loop {
            self.hidden += 1;
            let name = format!("foreach_{}", self.hidden);
            if !self.spec.source.text.contains(name.as_str()) {
                break name;
            }
        };
        let mut kept = Vec::new();
        for (column, ty) in columns {
            match stored_columns(column, ty) {
                Some(parts) => kept.extend(parts),
                None => self.errors.push(PlanError::HiddenType { column: column.clone(), ty: ty.to_string(), span }),
            }
        }
        let columns = kept.into_iter().map(|(name, ty)| Column { name, ty, comment: None }).collect();
        Arc::new(Table {
            name,
            columns,
            partition_keys: Vec::new(),
            storage: Storage {
                location: String::new(),
                format: Format::Parquet,
                serde: None,
                classes: None,
                serde_properties: BTreeMap::new(),
            },
            layout: Layout::Flat,
            time: None,
            origin: Origin::Step,
            properties: Vec::new(),
            comment: None,
        })
    }

    /// Whether a table of this name is athplan's own, rather than one that the user's statements make.
    pub(super) fn is_hidden(&self, name: &str) -> bool {
        !self.spec.statements.iter().any(|statement| match &statement.kind {
            BoundStatementKind::Materialise { table, .. } => table.name == name,
            _ => false,
        })
    }
}

/// Names made unique and complete: a missing one becomes `column_N`, a repeated one gets a number,
/// and none is one of `reserved`.
pub(in crate::plan) fn unique_names<'n>(
    wanted: impl IntoIterator<Item = Option<&'n str>>,
    reserved: &[&str],
) -> Vec<String> {
    let wanted: Vec<Option<&str>> = wanted.into_iter().collect();
    let asked: BTreeSet<&str> = wanted.iter().copied().flatten().collect();
    let mut used: BTreeSet<String> = reserved.iter().map(|name| (*name).to_owned()).collect();
    let mut names = Vec::with_capacity(wanted.len());
    for (at, name) in wanted.iter().enumerate() {
        let base = name.map_or_else(|| format!("column_{}", at + 1), str::to_owned);
        let mut unique = base.clone();
        let mut number = 2;
        while used.contains(&unique) || ((name.is_none() || unique != base) && asked.contains(unique.as_str())) {
            unique = format!("{base}_{number}");
            number += 1;
        }
        used.insert(unique.clone());
        names.push(unique);
    }
    names
}

/// The types of a query's columns as its own text yields them: without the coercions that the place
/// where it stands asks for, which stay there.
pub(super) fn written_types(query: &Query) -> Vec<Type> {
    match &query.body {
        Body::Block(block) => block.items.iter().map(|item| uncoerced(&item.expr).ty.clone()).collect(),
        Body::Query(inner) => written_types(inner),
        Body::Foreach(foreach) => written_types(&foreach.body),
        Body::SetOperation(operation) => {
            let sides = written_types(&operation.left).into_iter().zip(written_types(&operation.right));
            let common = sides.map(|(left, right)| common_super_type(&left, &right));
            common.zip(&query.columns).map(|(ty, column)| ty.unwrap_or_else(|| column.ty.clone())).collect()
        }
        Body::Values(_) => query.columns.iter().map(|column| column.ty.clone()).collect(),
    }
}

fn uncoerced(expr: &Expr) -> &Expr {
    match &expr.kind {
        ExprKind::Cast(inner, CastMode::Implicit) => uncoerced(inner),
        _ => expr,
    }
}

#[cfg(test)]
mod tests {
    use super::unique_names;

    #[test]
    fn names_are_unique_complete_and_not_reserved() {
        let wanted = [Some("a"), None, Some("a"), Some("a_2"), Some("column_2"), Some("row")];
        assert_eq!(unique_names(wanted, &["row"]), ["a", "column_2_2", "a_3", "a_2", "column_2", "row_2"]);
    }
}
