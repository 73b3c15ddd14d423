//! A driver beside the relations of a body in one FROM clause: the names that then clash.
//!
//! In a FOREACH the body's names are its own. Once the driver is joined into the body's FROM clause,
//! an unqualified `eventtime` could be either's, a star would spread the driver too, and the row's name
//! could be that of a relation or of a column of row type. So the driver may have to stand under
//! another name, and columns of the body may have to be qualified.

use std::collections::{BTreeMap, BTreeSet};

use super::columns::visit_query_columns;
use super::foreach::plain_block;
use super::walk::from_relations;
use super::{Driver, ForeachPlan, ROW_NUMBER};
use crate::bind::expr::{ColumnRef, Expr, ExprKind};
use crate::bind::query::{From, Join, Relation};
use crate::source::{Source, lex};

/// How a driver is joined into a body's FROM clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beside {
    /// The name under which the driver stands there.
    pub alias: String,
    /// Columns of the body that must be qualified, with the qualifier and their name.
    pub qualified: BTreeMap<ColumnRef, (String, String)>,
}

/// The last part of a relation's name, by which its columns can be qualified.
pub fn qualifier(relation: &Relation) -> Option<&str> {
    relation.name.as_deref().map(|name| name.rsplit('.').next().unwrap_or(name))
}

/// The columns of a FROM clause that USING has merged: they cannot be qualified.
pub fn merged_columns(from: &From) -> BTreeSet<ColumnRef> {
    let mut merged = BTreeSet::new();
    visit_joins(from, &mut |join| {
        if join.using {
            for equal in &join.on {
                equal.any(&mut |expr| {
                    if let ExprKind::Column(column) = &expr.kind {
                        merged.insert(*column);
                    }
                    false
                });
            }
        }
    });
    merged
}

fn visit_joins(from: &From, visit: &mut dyn FnMut(&Join)) {
    if let From::Join(join) = from {
        visit(join);
        visit_joins(&join.left, visit);
        visit_joins(&join.right, visit);
    }
}

/// How a FOREACH's driver can be joined into its body.
///
/// # Errors
///
/// A name that could not be told apart, in words.
pub fn beside(source: &Source, foreach: &ForeachPlan) -> Result<Beside, &'static str> {
    let (query, block) = plain_block(&foreach.body)?;
    let Some(from) = &block.from else { return Err("the body has no FROM") };
    let relations = from_relations(from);
    let merged = merged_columns(from);
    let exposed = exposed(foreach);
    let own: BTreeMap<ColumnRef, &Relation> = relations
        .iter()
        .flat_map(|relation| {
            (0..relation.columns.len()).map(|column| (ColumnRef { relation: relation.id, column }, *relation))
        })
        .collect();
    if block.items.iter().any(|item| item.from_star) {
        let nameless =
            relations.iter().any(|relation| relation.name.is_none() && relation.columns.iter().any(|c| !c.hidden));
        if nameless {
            return Err("a star spreads a relation without a name");
        }
    }
    let mut qualified = BTreeMap::new();
    let mut problem = None;
    let mut look = |column: ColumnRef, expr: &Expr| {
        let Some(relation) = own.get(&column) else { return };
        let Some(name) = relation.columns.get(column.column).and_then(|column| column.name.as_deref()) else { return };
        if !exposed.contains(name) || !(is_bare(source, expr) || merged.contains(&column)) {
            return;
        }
        match qualifier(relation) {
            Some(qualifier) if !merged.contains(&column) => {
                qualified.insert(column, (qualifier.to_owned(), name.to_owned()));
            }
            Some(_) => problem = Some("a column of USING has the name of a driver column"),
            None => problem = Some("a column of a relation without a name has the name of a driver column"),
        }
    };
    visit_query_columns(query, &mut look);
    match problem {
        Some(problem) => Err(problem),
        None => Ok(Beside { alias: alias(foreach, &relations), qualified }),
    }
}

/// The names of the columns that the driver brings into the FROM clause.
fn exposed(foreach: &ForeachPlan) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = foreach.columns.iter().map(|column| column.name.clone()).collect();
    if let Driver::Query(_, query) = &foreach.driver {
        names.extend(query.columns.iter().filter_map(|column| column.name.clone()));
    }
    names.insert(ROW_NUMBER.to_owned());
    names
}

/// A name for the driver that is none of a relation of the body, nor of a column of one: `k.a` could
/// be a field of a column `k`.
fn alias(foreach: &ForeachPlan, relations: &[&Relation]) -> String {
    let mut taken: BTreeSet<&str> = relations.iter().filter_map(|relation| qualifier(relation)).collect();
    taken.extend(relations.iter().flat_map(|relation| &relation.columns).filter_map(|column| column.name.as_deref()));
    let mut alias = foreach.row.clone();
    let mut number = 1;
    while taken.contains(alias.as_str()) {
        alias = if number == 1 { format!("{}_row", foreach.row) } else { format!("{}_row_{number}", foreach.row) };
        number += 1;
    }
    alias
}

/// Whether a column is written without a qualifier.
fn is_bare(source: &Source, expr: &Expr) -> bool {
    lex(&Source::new("", source.slice(expr.span))).len() == 1
}
