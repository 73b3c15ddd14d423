//! Generated specs: what an investigator might write over the archive, in many forms.
//!
//! Every scan of the log table gets a bound on time, by constants or by the driver's row, and every
//! query is deterministic: a LIMIT stands behind an order by all columns.

mod body;
mod driver;
mod form;
mod predicate;
mod source;

pub use form::spec;

use super::archive::Archive;
use super::cell::Cell;
use super::choices::Choices;
use super::model::{Expr, Parameter, Query, Spec};

/// What a column holds, so that it is compared with something of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A canonical time as text.
    Time,
    /// A region.
    Region,
    /// Who acted.
    Who,
    /// Any other text.
    Text,
    /// A number.
    Number,
}

/// A relation in scope.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Its alias.
    pub alias: String,
    /// Its columns.
    pub columns: Vec<(String, Kind)>,
}

impl Seen {
    /// Its columns of a kind.
    pub fn of(&self, kind: Kind) -> Vec<Expr> {
        self.columns.iter().filter(|(_, its)| *its == kind).map(|(name, _)| Expr::column(&self.alias, name)).collect()
    }
}

/// A spec under construction.
pub struct Making<'a, 'c> {
    /// What it is about.
    pub archive: &'a Archive,
    /// Where decisions come from.
    pub choices: &'a mut Choices<'c>,
    /// What there is so far.
    pub spec: Spec,
    /// Steps and what their columns hold.
    pub stored: Vec<(String, Vec<(String, Kind)>)>,
    names: usize,
}

impl<'a, 'c> Making<'a, 'c> {
    /// Nothing yet.
    pub fn new(archive: &'a Archive, choices: &'a mut Choices<'c>) -> Self {
        Self { archive, choices, spec: Spec::default(), stored: Vec::new(), names: 0 }
    }

    /// A name that nothing else has.
    pub fn name(&mut self, prefix: &str) -> String {
        self.names += 1;
        format!("{prefix}{}", self.names)
    }

    /// A text constant, now and then by way of a parameter.
    pub fn text(&mut self, text: impl Into<String>) -> Expr {
        let text = text.into();
        if !self.choices.once_in(8) {
            return Expr::text(text);
        }
        let name = self.name("p");
        self.spec.parameters.push((name.clone(), Parameter::Text(text.clone())));
        Expr::Parameter(name, Cell::Text(text))
    }

    /// `subject IN (…)`, now and then by way of a parameter.
    pub fn in_texts(&mut self, subject: Expr, texts: Vec<String>) -> Expr {
        if !self.choices.once_in(4) {
            return Expr::In(Box::new(subject), texts.into_iter().map(Expr::text).collect(), false);
        }
        let name = self.name("p");
        self.spec.parameters.push((name.clone(), Parameter::List(texts.clone())));
        Expr::InParameter(Box::new(subject), name, texts.into_iter().map(Cell::Text).collect())
    }

    /// A scan of the log table under a new alias, with conjuncts that bound its time.
    pub fn scan(&mut self, rows: &[Seen]) -> (Seen, Vec<Expr>) {
        let seen = Seen { alias: self.name("c"), columns: log_columns(self.archive) };
        let conjuncts = predicate::conjuncts(self, &seen, rows);
        (seen, conjuncts)
    }
}

/// The log table's columns.
fn log_columns(archive: &Archive) -> Vec<(String, Kind)> {
    let kind = |name: &str| match name {
        "eventtime" => Kind::Time,
        "region" => Kind::Region,
        "sourceipaddress" => Kind::Who,
        _ => Kind::Text,
    };
    archive.columns().into_iter().map(|name| (name.clone(), kind(&name))).collect()
}

/// A query with what its columns hold.
pub type Typed = (Query, Vec<(String, Kind)>);
