//! Names to tables and columns, expressions to types.
//!
//! `bind` takes what the user wrote and gives the same statements with every name resolved, every
//! expression typed by Trino's rules and every coercion written out. It reads no clock, no file and
//! no network: the catalog, the parameters' texts and `now()` come in by [`BindOptions`]. It reports
//! all mistakes of a spec at once: an expression that does not bind becomes an opaque one, which
//! agrees with everything around it, and binding goes on.

mod binder;
mod call;
mod cast;
mod closed;
mod coerce;
mod errors;
pub mod expr;
mod expression;
mod foreach;
mod form;
mod from;
mod function;
mod group;
mod join;
mod json;
mod limits;
mod literal;
mod name;
mod operator;
mod order;
mod parameter;
mod partition;
pub mod query;
mod scope;
mod select;
mod set;
mod set_operation;
pub mod spec;
mod star;
mod statement;
mod storage;
mod subquery;
mod table;
mod walk;
mod warnings;
mod window;

use std::collections::BTreeMap;
use std::sync::Arc;

#[cfg(feature = "local")]
pub(crate) use closed::closed_lambda;
pub use closed::{NotClosed, closed};
pub use errors::BindError;
pub use limits::{Limits, byte_size, dollars};
pub use warnings::BindWarning;

use self::binder::Binder;
use crate::catalog::Table;
use crate::constant::Value;
use crate::source::Source;
use crate::spec::ast;
use crate::types::Dialect;
use spec::BoundSpec;

/// What binding needs beside the spec.
#[derive(Clone)]
pub struct BindOptions<'a> {
    /// Whose SQL it is.
    pub dialect: Dialect,
    /// `--now`: a `timestamp with time zone` in whole milliseconds, in UTC.
    pub now: Value,
    /// The texts of `-p name=text`.
    pub arguments: &'a BTreeMap<String, String>,
    /// Tables that the spec does not declare.
    pub catalog: &'a dyn Tables,
}

/// Tables that exist outside the spec: a catalog file's, the live catalog's, an engine's own.
pub trait Tables {
    /// The table by its name as written in a query, lower case, parts joined by dots.
    fn table(&self, name: &str) -> Option<Arc<Table>>;

    /// The names of all tables, to suggest one for a name that is none.
    fn names(&self) -> Vec<String>;
}

/// No tables but the spec's own.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoTables;

impl Tables for NoTables {
    fn table(&self, _name: &str) -> Option<Arc<Table>> {
        None
    }

    fn names(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Binds a spec.
///
/// # Errors
///
/// Every mistake that was found, in the order of the text.
pub fn bind(spec: &ast::Spec, source: Arc<Source>, options: &BindOptions<'_>) -> Result<BoundSpec, Vec<BindError>> {
    let mut binder = Binder::new(&source, options);
    let bound = binder.spec(spec, Arc::clone(&source));
    binder.finish(bound)
}

/// Binds a query on its own, as an engine gets it.
///
/// # Errors
///
/// Every mistake that was found, in the order of the text.
pub fn bind_query(
    query: &ast::Query,
    source: &Source,
    options: &BindOptions<'_>,
) -> Result<query::Query, Vec<BindError>> {
    let mut binder = Binder::new(source, options);
    let bound = binder.query(query, None);
    binder.finish(bound)
}

/// Binds an expression on its own, over no columns.
///
/// # Errors
///
/// Every mistake that was found, in the order of the text.
pub fn bind_expression(
    expr: &ast::Expr,
    source: &Source,
    options: &BindOptions<'_>,
) -> Result<expr::Expr, Vec<BindError>> {
    let mut binder = Binder::new(source, options);
    let bound = binder.lone_expression(expr);
    binder.finish(bound)
}
