//! The statements of a spec, in order: what each declares, and what it may read.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::binder::{Binder, Declared};
use super::errors::BindError;
use super::limits::Limits;
use super::spec::{BoundSpec, BoundStatement, BoundStatementKind};
use super::table::full_name;
use crate::catalog::{self, Column, DefineOptions, Format, Layout, Origin, Storage, Table};
use crate::constant::Value;
use crate::source::{Source, Span};
use crate::spec::ast::{self, ObjectName, StatementKind};
use crate::types::Type;

/// The first part of an option's name in `SET`.
const OPTIONS: &str = "athplan";

impl<'a> Binder<'a> {
    /// Binds a spec's statements in order.
    pub(super) fn spec(&mut self, spec: &'a ast::Spec, source: Arc<Source>) -> BoundSpec {
        for statement in &spec.statements {
            if let Some(name) = made_name(&statement.kind) {
                self.made.entry(full_name(name)).or_insert(name.span);
            }
        }
        let mut statements = Vec::with_capacity(spec.statements.len());
        let mut limits = Limits::default();
        for statement in &spec.statements {
            let flaws = self.flaws;
            let kind = match &statement.kind {
                StatementKind::Declare(declare) => {
                    self.declare(declare);
                    None
                }
                StatementKind::Set(option) => {
                    self.option(option, &mut limits);
                    None
                }
                other => self.statement(other),
            };
            if self.flaws > flaws
                && let Some(name) = made_name(&statement.kind)
            {
                // Later statements may read it: that it is broken was said once.
                self.broken.insert(full_name(name));
            }
            statements.extend(kind.map(|kind| BoundStatement { kind, span: statement.span }));
        }
        self.check_arguments();
        self.warn_of_unused();
        let parameters = self.parameters.values().cloned().collect();
        BoundSpec { source, parameters, limits, statements, warnings: self.take_warnings() }
    }

    fn statement(&mut self, statement: &'a StatementKind) -> Option<BoundStatementKind> {
        match statement {
            StatementKind::Declare(_) | StatementKind::Set(_) => None,
            StatementKind::CreateExternalTable(definition) => self.external_table(definition),
            StatementKind::CreateTableFromFile(file) => Some(self.file_table(file)),
            StatementKind::CreateTableAs(create) => Some(self.table_as(create)),
            StatementKind::CreateView(view) => {
                // Only the queries that it stands in read its tables.
                let queried = self.queried.clone();
                let query = self.view(view);
                self.queried = queried;
                let name = full_name(&view.name);
                self.check_view_columns(&name, &query);
                self.make(&view.name, Declared::View(view));
                Some(BoundStatementKind::View(name, query))
            }
            StatementKind::AddPartitions(partitions) => self.add_partitions(partitions),
            StatementKind::DropTable(drop) => {
                let name = full_name(&drop.name);
                self.declared.remove(&name);
                Some(BoundStatementKind::DropTable { name, if_exists: drop.if_exists })
            }
            StatementKind::Unload(unload) => {
                let query = self.query(&unload.query, None);
                let properties = self.properties(&unload.properties);
                Some(BoundStatementKind::Unload {
                    query,
                    location: unload.location.value.clone(),
                    properties: without_spans(properties),
                })
            }
            StatementKind::Query(query) => Some(BoundStatementKind::Query(self.query(query, None))),
        }
    }

    fn external_table(&mut self, definition: &ast::CreateExternalTable) -> Option<BoundStatementKind> {
        let existing: Vec<Arc<Table>> = match &definition.using {
            ast::Using::Table(name) => self.catalog().table(&full_name(name)).into_iter().collect(),
            ast::Using::Columns | ast::Using::Preset(_) => Vec::new(),
        };
        let options = DefineOptions { origin: Origin::Declared, existing: &existing };
        match catalog::define(definition, options) {
            Ok(table) => {
                let table = Arc::new(table);
                self.make(&definition.name, Declared::Table(Arc::clone(&table), definition.name.span));
                Some(BoundStatementKind::DeclareTable(table))
            }
            Err(errors) => {
                errors.into_iter().for_each(|error| self.report(BindError::Catalog(error)));
                None
            }
        }
    }

    fn file_table(&mut self, file: &ast::CreateTableFromFile) -> BoundStatementKind {
        let name = full_name(&file.name);
        let mut columns: Vec<Column> = Vec::with_capacity(file.columns.len());
        for column in &file.columns {
            if columns.iter().any(|earlier| earlier.name == column.name.name) {
                let (table, name) = (name.clone(), column.name.name.clone());
                self.report(BindError::DuplicateColumn { table, name, span: column.name.span });
                continue;
            }
            let comment = column.comment.as_ref().map(|comment| comment.value.clone());
            columns.push(Column { name: column.name.name.clone(), ty: column.ty.ty.clone(), comment });
        }
        let table = Arc::new(Table {
            name,
            columns,
            partition_keys: Vec::new(),
            storage: Storage {
                location: String::new(),
                format: Format::Csv,
                serde: None,
                classes: None,
                serde_properties: BTreeMap::new(),
            },
            layout: Layout::Flat,
            time: None,
            origin: Origin::File,
            properties: Vec::new(),
            comment: None,
        });
        self.make(&file.name, Declared::Table(Arc::clone(&table), file.name.span));
        BoundStatementKind::FileTable(table, file.file.value.clone(), file.file.span)
    }

    fn table_as(&mut self, create: &ast::CreateTableAs) -> BoundStatementKind {
        let flaws = self.flaws;
        let query = self.query(&create.query, None);
        let is_flawed = self.flaws > flaws;
        let properties = self.properties(&create.properties);
        let mistakes = self.mistakes();
        let table = Arc::new(self.stored_table(&full_name(&create.name), &query, &properties));
        for mistake in self.take_mistakes(mistakes) {
            // A column whose own mistake was told has no type that storage could keep.
            if !(is_flawed && matches!(&mistake, BindError::UnstorableColumn { ty: Type::Opaque, .. })) {
                self.report(mistake);
            }
        }
        self.make(&create.name, Declared::Table(Arc::clone(&table), create.name.span));
        let properties = without_spans(properties);
        BoundStatementKind::Materialise { temporary: create.temporary, table, properties, query }
    }

    /// Puts a name among the declared ones, unless it is there already.
    fn make(&mut self, name: &ObjectName, declared: Declared<'a>) {
        let full = full_name(name);
        if let Some(earlier) = self.declared.get(&full) {
            let first = match earlier {
                Declared::Table(_, span) => *span,
                Declared::View(view) => view.name.span,
            };
            self.report(BindError::DeclaredTwice { what: "the table", name: full, span: name.span, first });
            return;
        }
        self.declared.insert(full, declared);
    }

    /// `SET athplan.name = constant`.
    fn option(&mut self, option: &ast::SetOption, limits: &mut Limits) {
        let parts: Vec<&str> = option.name.parts.iter().map(|part| part.name.as_str()).collect();
        let [OPTIONS, rest @ ..] = parts.as_slice() else {
            let what = format!("SET {}", parts.join("."));
            let help =
                Some(format!("athplan's own options begin with {OPTIONS}., for example SET athplan.max_cost = 3"));
            self.report(BindError::Unsupported { what, span: option.name.span, help });
            return;
        };
        let name = rest.join(".");
        if let Some(value) = self.written_constant(&option.value, &format!("the option {name}")) {
            self.limit(limits, &name, &value, [option.name.span, option.value.span]);
        }
    }

    /// `WITH (name = expression, …)`, evaluated.
    fn properties(&mut self, written: &[(ast::Ident, ast::Expr)]) -> Vec<(String, Value, Span)> {
        let mut properties: Vec<(String, Value, Span)> = Vec::with_capacity(written.len());
        for (name, expr) in written {
            if let Some((_, _, first)) = properties.iter().find(|(earlier, ..)| *earlier == name.name) {
                let (what, first) = ("the property", *first);
                self.report(BindError::DeclaredTwice { what, name: name.name.clone(), span: name.span, first });
                continue;
            }
            let value = self.written_constant(expr, &format!("the property {}", name.name));
            properties.extend(value.map(|value| (name.name.clone(), value, name.span)));
        }
        properties
    }
}

/// The name of the table or view that a statement makes.
fn made_name(statement: &StatementKind) -> Option<&ObjectName> {
    Some(match statement {
        StatementKind::CreateExternalTable(definition) => &definition.name,
        StatementKind::CreateTableFromFile(file) => &file.name,
        StatementKind::CreateTableAs(create) => &create.name,
        StatementKind::CreateView(view) => &view.name,
        StatementKind::Declare(_)
        | StatementKind::Set(_)
        | StatementKind::AddPartitions(_)
        | StatementKind::DropTable(_)
        | StatementKind::Unload(_)
        | StatementKind::Query(_) => return None,
    })
}

fn without_spans(properties: Vec<(String, Value, Span)>) -> Vec<(String, Value)> {
    properties.into_iter().map(|(name, value, _)| (name, value)).collect()
}
