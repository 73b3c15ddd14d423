//! What a name can mean at a place: the fields of a block, FOREACH rows, lambda parameters, and the
//! scopes around them.
//!
//! Names resolve as in Trino: the nearest level that knows a prefix of the name decides, and what
//! is left of the name are fields of rows. The columns of a FOREACH row answer to their qualified
//! name only, so that no unqualified name of a body ever reaches them.

use super::expr::{Expr, ExprKind};
use crate::types::Type;

/// A level of names and the levels around it.
#[derive(Debug)]
pub(super) struct Scope<'s> {
    /// The names of this level.
    pub level: Level<'s>,
    /// The scope around it.
    pub outer: Option<&'s Scope<'s>>,
}

/// The names of one level.
#[derive(Debug)]
pub(super) enum Level<'s> {
    /// The fields of a FROM clause.
    Fields(&'s [Field]),
    /// A FOREACH row with its columns.
    Row(&'s str, &'s [Field]),
    /// The parameters of a lambda, each with its number and type.
    Lambda(&'s [LambdaName]),
}

/// A parameter of a lambda.
#[derive(Debug, Clone)]
pub(super) struct LambdaName {
    /// Its name.
    pub name: String,
    /// Its number in the spec.
    pub number: usize,
    /// Its type.
    pub ty: Type,
}

/// A column that a name can mean.
#[derive(Debug, Clone)]
pub(super) struct Field {
    /// The relation's name, outermost part first; empty if it cannot be qualified.
    pub qualifier: Vec<String>,
    /// The column's name, if it has one.
    pub name: Option<String>,
    /// What it stands for; its span is replaced where it is used.
    pub value: Expr,
    /// Whether a star leaves it out.
    pub hidden: bool,
    /// Whether USING merged it away: it can only be named to say so.
    pub merged: bool,
    /// Whether it stands for all columns of a relation that athplan does not know.
    pub wildcard: bool,
}

/// What a name was found to mean.
#[derive(Debug)]
pub(super) enum Meaning {
    /// An expression, and how many parts of the name it took.
    Value(Expr, usize),
    /// Several columns: their qualified names.
    Ambiguous(Vec<String>),
    /// A column that USING merged away.
    Merged(String),
    /// A FOREACH row without a column behind it: the row's name and one of its columns.
    Row(String),
    /// A FOREACH row has no such column: the row's name and its columns.
    NotInRow(String, Vec<String>),
    /// Nothing.
    Nothing,
}

impl<'s> Scope<'s> {
    /// The meaning of a name of one or more parts.
    pub fn resolve(&self, parts: &[&str]) -> Meaning {
        let mut row_seen = None;
        let mut scope = Some(self);
        while let Some(current) = scope {
            match current.level.resolve(parts) {
                Meaning::Nothing => {}
                Meaning::Row(example) => {
                    row_seen.get_or_insert(example);
                }
                found => return found,
            }
            scope = current.outer;
        }
        row_seen.map_or(Meaning::Nothing, Meaning::Row)
    }

    /// The levels from this one outwards.
    pub fn levels(&self) -> impl Iterator<Item = &Level<'s>> {
        std::iter::successors(Some(self), |scope| scope.outer).map(|scope| &scope.level)
    }

    /// Every name that could stand here, as it would be written.
    pub fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        for level in self.levels() {
            match level {
                Level::Fields(fields) => {
                    names.extend(fields.iter().filter(|field| !field.merged).filter_map(|field| field.name.clone()));
                }
                Level::Row(row, fields) => {
                    names.extend(fields.iter().filter_map(|field| Some(format!("{row}.{}", field.name.as_ref()?))));
                }
                Level::Lambda(parameters) => names.extend(parameters.iter().map(|parameter| parameter.name.clone())),
            }
        }
        names
    }
}

impl Scope<'_> {
    /// Whether an expression is a column of this level's FROM clause, rather than of a scope around it.
    pub fn has_column(&self, expr: &Expr) -> bool {
        match self.level {
            Level::Fields(fields) => fields.iter().any(|field| field.value == *expr),
            Level::Row(..) | Level::Lambda(_) => false,
        }
    }

    /// The names of the relations and FOREACH rows in reach, nearest first.
    pub fn relations(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for level in self.levels() {
            match level {
                Level::Fields(fields) => {
                    names.extend(fields.iter().filter_map(|field| field.qualifier.last().cloned()))
                }
                Level::Row(row, _) => names.push((*row).to_owned()),
                Level::Lambda(_) => {}
            }
        }
        names.dedup();
        names
    }
}

impl Level<'_> {
    fn resolve(&self, parts: &[&str]) -> Meaning {
        match self {
            Level::Fields(fields) => resolve_field(fields, parts),
            Level::Row(row, fields) => resolve_in_row(row, fields, parts),
            Level::Lambda(parameters) => {
                match parameters.iter().find(|parameter| Some(&parameter.name.as_str()) == parts.first()) {
                    Some(found) => Meaning::Value(
                        Expr {
                            kind: ExprKind::LambdaParameter(found.number),
                            ty: found.ty.clone(),
                            span: crate::source::Span::default(),
                        },
                        1,
                    ),
                    None => Meaning::Nothing,
                }
            }
        }
    }
}

/// The longest prefix of the name that is a column decides.
fn resolve_field(fields: &[Field], parts: &[&str]) -> Meaning {
    for taken in (1..=parts.len()).rev() {
        let matching: Vec<&Field> = fields.iter().filter(|field| field.answers(&parts[..taken])).collect();
        let (merged, live): (Vec<&Field>, Vec<&Field>) = matching.into_iter().partition(|field| field.merged);
        match live.as_slice() {
            [] => {
                if let (Some(field), true) = (merged.first(), taken > 1) {
                    return Meaning::Merged(field.name.clone().unwrap_or_default());
                }
            }
            [field] => return Meaning::Value(field.value.clone(), taken),
            several => return Meaning::Ambiguous(several.iter().map(|field| field.qualified()).collect()),
        }
    }
    // A relation that athplan does not know may have any column: its own name claims what is
    // qualified by it, and an unqualified name that nothing else has.
    let unknown = fields.iter().filter(|field| field.wildcard).find(|field| match parts {
        [_] => true,
        [qualifier, ..] => field.qualifier.last().is_some_and(|own| own == qualifier),
        [] => false,
    });
    match unknown {
        Some(field) => Meaning::Value(field.value.clone(), parts.len()),
        None => Meaning::Nothing,
    }
}

fn resolve_in_row(row: &str, fields: &[Field], parts: &[&str]) -> Meaning {
    match parts {
        [name, column, ..] if *name == row => {
            let matching: Vec<&Field> = fields.iter().filter(|field| field.is_named(column)).collect();
            match matching.as_slice() {
                [] if fields.iter().any(|field| field.wildcard) => {
                    let unknown = fields.iter().find(|field| field.wildcard);
                    unknown.map_or(Meaning::Nothing, |field| Meaning::Value(field.value.clone(), parts.len()))
                }
                [] => Meaning::NotInRow(row.to_owned(), fields.iter().filter_map(|field| field.name.clone()).collect()),
                [field] => Meaning::Value(field.value.clone(), 2),
                several => Meaning::Ambiguous(several.iter().map(|field| field.qualified()).collect()),
            }
        }
        [name] if *name == row => {
            let column = fields.iter().find_map(|field| field.name.as_deref()).unwrap_or("column");
            Meaning::Row(format!("{row}.{column}"))
        }
        _ => Meaning::Nothing,
    }
}

impl Field {
    /// Whether the name, qualified or not, is this column's. A qualifier may leave out the outer
    /// parts of the relation's name.
    fn answers(&self, parts: &[&str]) -> bool {
        let Some((column, qualifier)) = parts.split_last() else { return false };
        self.is_named(column) && self.is_qualified_by(qualifier)
    }

    fn is_named(&self, name: &str) -> bool {
        self.name.as_deref() == Some(name)
    }

    /// Whether the parts are the end of the relation's name.
    pub fn is_qualified_by(&self, parts: &[&str]) -> bool {
        parts.len() <= self.qualifier.len()
            && self.qualifier.iter().rev().zip(parts.iter().rev()).all(|(own, part)| own == part)
    }

    /// Whether a star yields it.
    pub fn is_visible(&self) -> bool {
        !self.hidden && !self.merged
    }

    /// The name with its relation's.
    pub fn qualified(&self) -> String {
        let parts = self.qualifier.iter().map(String::as_str);
        parts.chain(self.name.as_deref()).collect::<Vec<_>>().join(".")
    }
}
