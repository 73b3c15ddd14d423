//! A table of a live catalog from its Hive DDL, read as a spec's would be.
//!
//! Engines write what their catalog says as DDL and have it read here: what a spec could not say of a table, athplan
//! does not understand of this one either.

use miette::Diagnostic;

use super::{EngineError, ErrorClass};
use crate::catalog::{DefineOptions, Origin, Table, define};
use crate::source::Source;
use crate::spec::ast::StatementKind;
use crate::spec::parse;

/// Why a table of a catalog is not read; `why` goes on behind its name.
pub fn refused(called: &str, why: &str) -> EngineError {
    EngineError::new(ErrorClass::Unsupported, format!("`{called}` {why}"))
}

/// The existing table that a text of DDL defines.
///
/// # Errors
///
/// It is no definition that athplan can read.
pub fn defined(ddl: String, called: &str) -> Result<Table, EngineError> {
    let unread = |why: &str| refused(called, &format!("has a definition that athplan cannot read: {why}"));
    let spec = parse(&Source::new(called, ddl)).map_err(|errors| unread(&first(&errors)))?;
    match spec.statements.into_iter().next().map(|statement| statement.kind) {
        Some(StatementKind::CreateExternalTable(definition)) => {
            let options = DefineOptions { origin: Origin::Existing, existing: &[] };
            define(&definition, options).map_err(|errors| unread(&first(&errors)))
        }
        _ => Err(unread("it is no CREATE EXTERNAL TABLE")),
    }
}

fn first<E: Diagnostic>(errors: &[E]) -> String {
    errors.first().map(ToString::to_string).unwrap_or_default()
}
