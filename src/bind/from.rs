//! FROM: relations, what their columns are called, and what stands to their left.

use super::binder::{Binder, Place};
use super::errors::BindError;
use super::expr::{ColumnRef, Expr, ExprKind};
use super::query::{From, Join, OutputColumn, Query, Relation, RelationColumn, RelationId, RelationKind};
use super::scope::{Field, Level, Scope};
use crate::source::Span;
use crate::spec::ast::{self, JoinKind, TableAlias, TableExpr, TableExprKind};
use crate::types::Type;

/// A bound item of FROM and the columns that names find in it.
pub(super) struct Bound {
    /// The item.
    pub from: From,
    /// Its columns.
    pub fields: Vec<Field>,
}

/// What stands around an item of FROM.
#[derive(Clone, Copy)]
pub(super) struct Around<'s> {
    /// The columns to its left, for LATERAL and UNNEST.
    pub left: &'s [Field],
    /// The scope around the block.
    pub outer: Option<&'s Scope<'s>>,
}

impl Binder<'_> {
    /// Binds a FROM clause; its comma-separated items are cross joined.
    pub(super) fn from(&mut self, items: &[TableExpr], outer: Option<&Scope<'_>>) -> (Option<From>, Vec<Field>) {
        let mut bound: Option<Bound> = None;
        for item in items {
            bound = Some(match bound {
                None => self.table_expr(item, Around { left: &[], outer }),
                Some(left) => {
                    let right = self.right_side(item, &left.fields, outer);
                    let span = left.from.span().to(item.span);
                    let join = Join {
                        kind: JoinKind::Cross,
                        left: left.from,
                        right: right.from,
                        on: Vec::new(),
                        using: false,
                        span,
                    };
                    let fields = left.fields.into_iter().chain(right.fields).collect();
                    Bound { from: From::Join(Box::new(join)), fields }
                }
            });
        }
        bound.map_or((None, Vec::new()), |bound| (Some(bound.from), bound.fields))
    }

    /// Binds the right side of a join: only LATERAL and UNNEST see what stands to their left.
    pub(super) fn right_side(&mut self, item: &TableExpr, left: &[Field], outer: Option<&Scope<'_>>) -> Bound {
        let left = if sees_left(item) { left } else { &[] };
        self.table_expr(item, Around { left, outer })
    }

    /// Binds one item of FROM.
    pub(super) fn table_expr(&mut self, item: &TableExpr, around: Around<'_>) -> Bound {
        let span = item.span;
        match &item.kind {
            TableExprKind::Table { name, alias } => self.table_reference(name, alias.as_ref(), span),
            TableExprKind::Subquery { lateral, query, alias } => {
                let beside = Scope { level: Level::Fields(around.left), outer: around.outer };
                let flaws = self.flaws;
                let query = self.query(query, if *lateral { Some(&beside) } else { around.outer });
                let is_flawed = self.flaws > flaws;
                let columns = visible(&query.columns);
                let kind = match lateral {
                    true => RelationKind::Lateral(self.foreach(), Box::new(query)),
                    false => RelationKind::Subquery(Box::new(query)),
                };
                let bound = self.relation_of(kind, columns, Vec::new(), alias.as_ref(), span);
                self.open_if(is_flawed, bound)
            }
            TableExprKind::Unnest { expressions, ordinality, alias } => {
                self.unnest(expressions, *ordinality, alias.as_ref(), span, around)
            }
            TableExprKind::Join(join) => self.join(join, span, around.outer),
            TableExprKind::Sample { input } => {
                let bound = self.table_expr(input, around);
                let help = Some("filter by a hash instead: WHERE mod(abs(crc32(to_utf8(key))), 100) < 10".to_owned());
                self.report(BindError::Unsupported { what: "TABLESAMPLE".to_owned(), span, help });
                bound
            }
            TableExprKind::Opaque { what, alias } => self.opaque_relation(what, alias.as_ref(), span),
        }
    }

    /// `UNNEST(…)`: an array of rows is spread into their fields, a map into key and value.
    fn unnest(
        &mut self,
        written: &[ast::Expr],
        ordinality: bool,
        alias: Option<&TableAlias>,
        span: Span,
        around: Around<'_>,
    ) -> Bound {
        let scope = Scope { level: Level::Fields(around.left), outer: around.outer };
        let mut expressions = Vec::with_capacity(written.len());
        let mut columns = Vec::new();
        let mut is_spread = false;
        let mut is_unknown = false;
        for expr in written {
            let bound = self.expression(expr, Place::new(Some(&scope)));
            self.forbid_aggregates(&bound, "UNNEST");
            match &bound.ty {
                Type::Array(element) => match &**element {
                    Type::Row(fields) => {
                        is_spread = true;
                        let named = fields.iter().map(|field| (field.name.as_deref(), field.ty.clone()));
                        columns.extend(named.map(|(name, ty)| column(name, ty)));
                    }
                    other => columns.push(column(None, other.clone())),
                },
                Type::Map(key, value) => {
                    columns.push(column(None, (**key).clone()));
                    columns.push(column(None, (**value).clone()));
                }
                Type::Opaque => is_unknown = true,
                other => {
                    is_unknown = true;
                    let help = match other {
                        Type::Varchar(_) | Type::Json => {
                            Some("an array in JSON: CAST(json_parse(…) AS array(varchar))".to_owned())
                        }
                        _ => Some("UNNEST takes arrays and maps".to_owned()),
                    };
                    let (operator, operands) = ("UNNEST".to_owned(), other.to_string());
                    self.report(BindError::WrongOperands { operator, operands, span: expr.span, help });
                }
            }
            expressions.push(bound);
        }
        if is_unknown {
            return self.opaque_relation("UNNEST", alias, span);
        }
        if ordinality {
            columns.push(column(Some("ordinality"), Type::BigInt));
        }
        if is_spread
            && let Some(alias) = alias
            && !alias.columns.is_empty()
            && alias.columns.len() != columns.len()
        {
            self.spread_alias(alias, &columns);
            return self.opaque_relation("UNNEST", Some(alias), span);
        }
        self.relation_of(RelationKind::Unnest { expressions, ordinality }, columns, Vec::new(), alias, span)
    }

    /// Reports an alias that takes the rows of an array for one column.
    fn spread_alias(&mut self, alias: &TableAlias, columns: &[RelationColumn]) {
        let names: Vec<&str> = columns.iter().map(|column| column.name.as_deref().unwrap_or("_")).collect();
        let name = alias.name.name.clone();
        let help = format!("UNNEST spreads the rows of an array into their fields: write {name}({})", names.join(", "));
        let (given, expected) = (alias.columns.len(), columns.len());
        self.report(BindError::AliasColumns { name, given, expected, span: alias.span, help });
    }

    /// A relation that athplan does not know: any column of it is opaque.
    pub(super) fn opaque_relation(&mut self, what: &str, alias: Option<&TableAlias>, span: Span) -> Bound {
        let named = alias.map(|alias| alias.columns.as_slice()).unwrap_or_default();
        let columns: Vec<RelationColumn> = named.iter().map(|name| column(Some(&name.name), Type::Opaque)).collect();
        let is_open = columns.is_empty();
        let mut bound = self.relation_of(RelationKind::Opaque(what.to_owned()), columns, Vec::new(), alias, span);
        if is_open {
            let qualifier = alias.iter().map(|alias| alias.name.name.clone()).collect();
            bound.fields.push(wildcard(qualifier, what, span));
        }
        bound
    }

    /// A relation with a mistake in it may have any column beside those that are known: one that it lacks
    /// is no further mistake.
    pub(super) fn open_if(&mut self, is_flawed: bool, mut bound: Bound) -> Bound {
        if let (true, From::Relation(relation)) = (is_flawed, &bound.from) {
            let qualifier = relation.name.iter().cloned().collect();
            bound.fields.push(Field { hidden: true, ..wildcard(qualifier, "a mistake", relation.span) });
        }
        bound
    }

    /// A relation with these columns, under its alias or its own name.
    pub(super) fn relation_of(
        &mut self,
        kind: RelationKind,
        mut columns: Vec<RelationColumn>,
        own_name: Vec<String>,
        alias: Option<&TableAlias>,
        span: Span,
    ) -> Bound {
        let id = self.relation(span);
        let renamed = alias.is_some_and(|alias| !alias.columns.is_empty());
        if let Some(alias) = alias
            && renamed
        {
            let expected = columns.iter().filter(|column| !column.hidden).count();
            let given = alias.columns.len();
            if given != expected {
                let name = alias.name.name.clone();
                let help = format!("give {expected} names, or none");
                self.report(BindError::AliasColumns { name, given, expected, span: alias.span, help });
            }
            let visible = columns.iter_mut().filter(|column| !column.hidden);
            visible.zip(&alias.columns).for_each(|(column, name)| column.name = Some(name.name.clone()));
        }
        let qualifier = match alias {
            Some(alias) => vec![alias.name.name.clone()],
            None => own_name,
        };
        // Trino does not expose hidden columns under an alias that names the columns.
        let is_reachable = |column: &RelationColumn| !(renamed && column.hidden);
        let fields = fields_of(id, &columns, &qualifier, is_reachable);
        let name = if qualifier.is_empty() { None } else { Some(qualifier.join(".")) };
        let relation = Relation { id, name, aliased: alias.is_some(), columns, kind, span };
        Bound { from: From::Relation(Box::new(relation)), fields }
    }
}

/// A field that stands for all columns of a relation that athplan does not know.
pub(super) fn wildcard(qualifier: Vec<String>, what: &str, span: Span) -> Field {
    let kind = ExprKind::Opaque(format!("a column of {what}"), Vec::new());
    let value = Expr { kind, ty: Type::Opaque, span };
    Field { qualifier, name: None, value, hidden: false, merged: false, wildcard: true }
}

/// The fields by which names find a relation's columns.
pub(super) fn fields_of(
    id: RelationId,
    columns: &[RelationColumn],
    qualifier: &[String],
    is_reachable: impl Fn(&RelationColumn) -> bool,
) -> Vec<Field> {
    columns
        .iter()
        .enumerate()
        .filter(|(_, column)| is_reachable(column))
        .map(|(at, column)| Field {
            qualifier: qualifier.to_vec(),
            name: column.name.clone(),
            value: Expr {
                kind: ExprKind::Column(ColumnRef { relation: id, column: at }),
                ty: column.ty.clone(),
                span: Span::default(),
            },
            hidden: column.hidden,
            merged: false,
            wildcard: false,
        })
        .collect()
}

/// A query's columns as a relation's.
pub(super) fn visible(columns: &[OutputColumn]) -> Vec<RelationColumn> {
    columns.iter().map(|output| column(output.name.as_deref(), output.ty.clone())).collect()
}

fn column(name: Option<&str>, ty: Type) -> RelationColumn {
    RelationColumn { name: name.map(str::to_owned), ty, hidden: false }
}

/// Whether the item may use the relations to its left.
pub(super) fn sees_left(item: &TableExpr) -> bool {
    match &item.kind {
        TableExprKind::Subquery { lateral, .. } => *lateral,
        TableExprKind::Unnest { .. } => true,
        _ => false,
    }
}

impl From {
    /// The whole item's place.
    pub fn span(&self) -> Span {
        match self {
            From::Relation(relation) => relation.span,
            From::Join(join) => join.span,
        }
    }
}

impl Query {
    /// Gives the columns new names, one each.
    pub(super) fn rename(&mut self, names: &[ast::Ident]) {
        self.columns.iter_mut().zip(names).for_each(|(column, name)| column.name = Some(name.name.clone()));
    }
}
