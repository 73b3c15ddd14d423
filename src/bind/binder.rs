//! The state of one binding: what is declared so far, the numbers given out, the mistakes found.
//!
//! The verbs are spread over this folder's files, each adding its own to [`Binder`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use miette::Diagnostic;

use super::errors::BindError;
use super::expr::{Expr, ExprKind};
use super::query::{ForeachId, Query, RelationId};
use super::scope::Scope;
use super::spec::Parameter;
use super::warnings::BindWarning;
use super::{BindOptions, Tables};
use crate::catalog::Table;
use crate::source::{Source, Span};
use crate::spec::ast;
use crate::types::Type;

/// More relations than any spec has that a person wrote; views that double each other reach it fast.
const RELATIONS: usize = 20_000;

/// How deep expressions and queries may lie in each other, views written out. The parser bounds one
/// text by less; this bounds what views add, and so the height of every bound tree.
const DEPTH: usize = 2 * crate::spec::DEPTH_LIMIT;

/// Binds one spec, query or expression.
pub(super) struct Binder<'a> {
    /// Dialect, clock, arguments, catalog.
    pub options: &'a BindOptions<'a>,
    /// The text, to quote from in messages.
    pub source: &'a Source,
    /// Tables and views of the spec so far, by name.
    pub declared: BTreeMap<String, Declared<'a>>,
    /// The names that any statement of the spec makes, and where.
    pub made: BTreeMap<String, Span>,
    /// Tables whose definition has a mistake: reading them is none.
    pub broken: BTreeSet<String>,
    /// The tables that a query has read so far, by name.
    pub queried: BTreeSet<String>,
    /// The parameters declared so far.
    pub parameters: BTreeMap<String, Parameter>,
    /// The common table expressions in reach, innermost last.
    pub ctes: Vec<VisibleCte>,
    /// The highest pile of CTEs, one reading the other, that the query in hand rests on.
    pub pile: usize,
    /// How many views are being expanded within each other.
    pub views: usize,
    /// The select list's aliases, while a clause is bound that does not see them.
    pub aliases: Vec<String>,
    /// The tables that relations read, by number.
    pub read: BTreeMap<RelationId, Arc<Table>>,
    /// The parameters that were used.
    pub used: BTreeSet<String>,
    /// How many mistakes there were so far, and relations that a mistake left unknown: what was bound while
    /// this grew may lack columns that it would have.
    pub flaws: usize,
    warnings: Vec<BindWarning>,
    errors: Vec<BindError>,
    depth: usize,
    relations: usize,
    foreaches: usize,
    lambda_parameters: usize,
}

/// What a name of the spec stands for.
#[derive(Clone)]
pub(super) enum Declared<'a> {
    /// A table, its definition's place beside it.
    Table(Arc<Table>, Span),
    /// A view.
    View(&'a ast::CreateView),
}

/// A common table expression in reach.
#[derive(Clone)]
pub(super) struct VisibleCte {
    /// Its name.
    pub name: String,
    /// Its query.
    pub query: Arc<Query>,
    /// Where its name stands.
    pub span: Span,
    /// How many CTEs lie on each other below it, itself included.
    pub pile: usize,
    /// Whether a mistake in it may have cost it columns.
    pub is_flawed: bool,
}

/// Where an expression stands: the names in reach and the windows it may name.
#[derive(Clone, Copy)]
pub(super) struct Place<'s> {
    /// The names in reach; none for a constant.
    pub scope: Option<&'s Scope<'s>>,
    /// The block's WINDOW clause.
    pub windows: &'s [(ast::Ident, ast::WindowSpec)],
}

impl<'s> Place<'s> {
    /// A place without windows.
    pub fn new(scope: Option<&'s Scope<'s>>) -> Self {
        Place { scope, windows: &[] }
    }
}

impl<'a> Binder<'a> {
    /// A binding that has seen nothing yet.
    pub fn new(source: &'a Source, options: &'a BindOptions<'a>) -> Self {
        Binder {
            options,
            source,
            declared: BTreeMap::new(),
            made: BTreeMap::new(),
            broken: BTreeSet::new(),
            queried: BTreeSet::new(),
            parameters: BTreeMap::new(),
            ctes: Vec::new(),
            pile: 0,
            views: 0,
            aliases: Vec::new(),
            read: BTreeMap::new(),
            used: BTreeSet::new(),
            flaws: 0,
            warnings: Vec::new(),
            errors: Vec::new(),
            depth: 0,
            relations: 0,
            foreaches: 0,
            lambda_parameters: 0,
        }
    }

    /// What was bound, if no mistake was found on the way; else the mistakes in the text's order.
    pub fn finish<T>(mut self, bound: T) -> Result<T, Vec<BindError>> {
        if self.errors.is_empty() {
            return Ok(bound);
        }
        self.errors
            .sort_by_key(|error| error.labels().and_then(|mut labels| labels.next()).map(|label| label.offset()));
        Err(self.errors)
    }

    /// Notes what is no mistake, but probably not meant; the same twice counts once.
    pub fn warn(&mut self, warning: BindWarning) {
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    /// The warnings so far, in the text's order.
    pub fn take_warnings(&mut self) -> Vec<BindWarning> {
        let mut warnings = std::mem::take(&mut self.warnings);
        warnings.sort_by_key(BindWarning::span);
        warnings
    }

    /// Notes a mistake; the same one twice (a view used twice) is told once.
    pub fn report(&mut self, error: BindError) {
        self.flaws += 1;
        if !self.errors.contains(&error) {
            self.errors.push(error);
        }
    }

    /// Notes a mistake, and stands an opaque expression in for what could not be bound.
    pub fn reject(&mut self, error: BindError, span: Span) -> Expr {
        self.report(error);
        mistake(span)
    }

    /// How many mistakes were noted so far.
    pub fn mistakes(&self) -> usize {
        self.errors.len()
    }

    /// Takes back the mistakes noted since there were `count`.
    pub fn take_mistakes(&mut self, count: usize) -> Vec<BindError> {
        self.errors.split_off(count)
    }

    /// Does a part of the work one level deeper, unless that is too deep.
    pub fn deeper<T>(&mut self, span: Span, work: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= DEPTH {
            self.report(BindError::TooLarge { what: "levels of nesting", limit: DEPTH, span });
            return None;
        }
        self.depth += 1;
        let done = work(self);
        self.depth -= 1;
        Some(done)
    }

    /// A new relation's number.
    pub fn relation(&mut self, span: Span) -> RelationId {
        self.relations += 1;
        if self.relations > RELATIONS {
            self.report(BindError::TooLarge { what: "relations", limit: RELATIONS, span });
        }
        RelationId(self.relations)
    }

    /// Whether so much has been written out that no more may be.
    pub fn is_exhausted(&self) -> bool {
        self.relations > RELATIONS
    }

    /// A new FOREACH's number.
    pub fn foreach(&mut self) -> ForeachId {
        self.foreaches += 1;
        ForeachId(self.foreaches)
    }

    /// A new lambda parameter's number.
    pub fn lambda_parameter(&mut self) -> usize {
        self.lambda_parameters += 1;
        self.lambda_parameters
    }

    /// The text at a place, for messages.
    pub fn text(&self, span: Span) -> String {
        let text = self.source.text.get(span.range()).unwrap_or_default();
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if line.chars().count() > 60 { line.chars().take(59).chain(['…']).collect() } else { line }
    }

    /// Tables outside the spec.
    pub fn catalog(&self) -> &'a dyn Tables {
        self.options.catalog
    }
}

/// What stands in for an expression with a mistake.
pub(super) fn mistake(span: Span) -> Expr {
    Expr { kind: ExprKind::Opaque("a mistake".to_owned(), Vec::new()), ty: Type::Opaque, span }
}
