//! A name in FROM: a CTE, a view or table of the spec, or a table of the catalog.

use std::sync::Arc;

use super::binder::{Binder, Declared, VisibleCte};
use super::errors::BindError;
use super::from::{Bound, visible};
use super::query::{From, Query, RelationColumn, RelationKind};
use crate::catalog::Table;
use crate::source::Span;
use crate::spec::ast::{self, ObjectName, TableAlias};
use crate::types::{Type, nearest};

/// How deep views may read views.
const VIEWS: usize = 32;

impl Binder<'_> {
    /// `name [AS alias]`.
    pub(super) fn table_reference(&mut self, name: &ObjectName, alias: Option<&TableAlias>, span: Span) -> Bound {
        let full = full_name(name);
        if let [_] = name.parts.as_slice()
            && let Some(cte) = self.ctes.iter().rev().find(|cte| cte.name == full).cloned()
        {
            return self.cte_reference(cte, alias, span);
        }
        let own_name: Vec<String> = name.parts.iter().map(|part| part.name.clone()).collect();
        if self.broken.contains(&full) {
            return self.unknown_relation(own_name, alias, span);
        }
        match self.declared.get(&full).cloned() {
            Some(Declared::Table(table, _)) => self.table(table, own_name, name.span, alias, span),
            Some(Declared::View(view)) => self.view_reference(view, own_name, name.span, alias, span),
            None => match self.catalog().table(&full) {
                Some(table) => self.table(table, own_name, name.span, alias, span),
                None => {
                    self.unknown_table(full, name.span);
                    self.unknown_relation(own_name, alias, span)
                }
            },
        }
    }

    fn table(
        &mut self,
        table: Arc<Table>,
        own_name: Vec<String>,
        name_span: Span,
        alias: Option<&TableAlias>,
        span: Span,
    ) -> Bound {
        let columns = table_columns(&table);
        self.queried.insert(table.name.clone());
        let bound =
            self.relation_of(RelationKind::Table(Arc::clone(&table), name_span), columns, own_name, alias, span);
        if let From::Relation(relation) = &bound.from {
            self.read.insert(relation.id, table);
        }
        bound
    }

    fn cte_reference(&mut self, cte: VisibleCte, alias: Option<&TableAlias>, span: Span) -> Bound {
        self.pile = self.pile.max(cte.pile);
        let columns = visible(&cte.query.columns);
        let own_name = vec![cte.name.clone()];
        let is_flawed = cte.is_flawed;
        let bound = self.relation_of(RelationKind::Cte(cte.name, cte.query), columns, own_name, alias, span);
        self.open_if(is_flawed, bound)
    }

    /// Expands a view: bound afresh, so that every reference has relations of its own.
    fn view_reference(
        &mut self,
        view: &ast::CreateView,
        own_name: Vec<String>,
        name_span: Span,
        alias: Option<&TableAlias>,
        span: Span,
    ) -> Bound {
        if self.views >= VIEWS || self.is_exhausted() {
            self.report(BindError::TooLarge { what: "views within views", limit: VIEWS, span });
            return self.unknown_relation(own_name, alias, span);
        }
        self.views += 1;
        let flaws = self.flaws;
        let query = self.view(view);
        let is_flawed = self.flaws > flaws;
        self.views -= 1;
        let columns = visible(&query.columns);
        let name = own_name.join(".");
        let kind = RelationKind::View(name, Box::new(query), name_span);
        let bound = self.relation_of(kind, columns, own_name, alias, span);
        self.open_if(is_flawed, bound)
    }

    /// A view's query, its columns named as the view says; no CTE of the place of use reaches it.
    pub(super) fn view(&mut self, view: &ast::CreateView) -> Query {
        let ctes = std::mem::take(&mut self.ctes);
        let aliases = std::mem::take(&mut self.aliases);
        let mut query = self.query(&view.query, None);
        self.ctes = ctes;
        self.aliases = aliases;
        self.name_columns(&mut query, &view.name.parts, &view.columns);
        query
    }

    /// Gives a query's columns the names listed behind a view's or CTE's name, if any.
    pub(super) fn name_columns(&mut self, query: &mut Query, name: &[ast::Ident], columns: &[ast::Ident]) {
        if columns.is_empty() {
            return;
        }
        let (given, expected) = (columns.len(), query.columns.len());
        if given != expected
            && let Some(first) = columns.first()
        {
            let name = name.iter().map(|part| part.name.as_str()).collect::<Vec<_>>().join(".");
            let span = columns.iter().fold(first.span, |span, column| span.to(column.span));
            let help = format!("give {expected} names, or none");
            self.report(BindError::AliasColumns { name, given, expected, span, help });
        }
        query.rename(columns);
    }

    pub(super) fn unknown_table(&mut self, name: String, span: Span) {
        if self.broken.contains(&name) {
            return;
        }
        if let Some(made) = self.made.get(&name).copied()
            && made.start > span.start
        {
            self.report(BindError::TableNotYet { name, span, made });
            return;
        }
        let mut known: Vec<String> = self.ctes.iter().map(|cte| cte.name.clone()).collect();
        known.extend(self.declared.keys().cloned());
        known.extend(self.catalog().names());
        let help = match nearest(&name, known.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("declare it: CREATE EXTERNAL TABLE {name} …, or give its DDL by --catalog FILE"),
        };
        self.report(BindError::UnknownTable { name, span, help });
    }

    /// Stands in for a relation that could not be found, so that its columns are no further mistakes.
    fn unknown_relation(&mut self, own_name: Vec<String>, alias: Option<&TableAlias>, span: Span) -> Bound {
        self.flaws += 1;
        let mut bound = self.opaque_relation("an unknown table", alias, span);
        if alias.is_none() {
            bound.fields.iter_mut().for_each(|field| field.qualifier.clone_from(&own_name));
        }
        bound
    }
}

/// The name as the spec and the catalog know it: parts joined by dots, Athena's own catalog left out.
pub(super) fn full_name(name: &ObjectName) -> String {
    let parts: Vec<&str> = name.parts.iter().map(|part| part.name.as_str()).collect();
    match parts.as_slice() {
        ["awsdatacatalog", rest @ ..] if !rest.is_empty() => rest.join("."),
        parts => parts.join("."),
    }
}

/// A table's columns, keys last, and the hidden ones that Trino's Hive tables have.
fn table_columns(table: &Table) -> Vec<RelationColumn> {
    let own = table.star().map(|column| RelationColumn {
        name: Some(column.name.clone()),
        ty: column.ty.clone(),
        hidden: false,
    });
    let hidden = [
        ("$path", Type::VARCHAR),
        ("$file_size", Type::BigInt),
        ("$file_modified_time", Type::TimestampWithTimeZone(3)),
    ];
    let partition = (!table.partition_keys.is_empty()).then_some(("$partition", Type::VARCHAR));
    let hidden = hidden.into_iter().chain(partition);
    own.chain(hidden.map(|(name, ty)| RelationColumn { name: Some(name.to_owned()), ty, hidden: true })).collect()
}
