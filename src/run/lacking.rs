//! What an engine lacks of a plan, before anything runs: named all at once, each at its place in the spec.

use std::collections::BTreeMap;

use miette::Diagnostic;
use thiserror::Error;

use super::known::{known_statements, template};
use crate::Compiled;
use crate::constant::Value;
use crate::emit::{self, Symbol};
use crate::engine::EngineError;
use crate::expand::ExpandError;
use crate::plan::{StepKind, literal_keys};
use crate::source::Span;

/// Something that an engine lacks.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
#[error("{what}")]
#[diagnostic(
    code(athplan::run::lacking),
    help("step `{step}` needs it; nothing has run. `athplan snapshot` writes the statements out for Athena")
)]
pub struct Lacking {
    /// The engine's word.
    pub what: String,
    /// The step.
    pub step: String,
    /// Where it stands; the whole step if that cannot be told.
    #[label("the engine lacks this")]
    pub span: Span,
}

/// What an engine lacks of a plan. `lacks` is the engine's answer to statements in order; those that wait
/// for driver rows are asked about by the body, for one row.
///
/// # Errors
///
/// A FOREACH whose statements are known and cannot be made.
pub fn lacking(
    compiled: &Compiled,
    lacks: impl FnOnce(&[String]) -> Vec<Vec<EngineError>>,
) -> Result<Vec<Lacking>, ExpandError> {
    let plan = &compiled.plan;
    let statements = known_statements(compiled, &BTreeMap::new(), |foreach, lifetime| {
        let literals = literal_keys(foreach).into_iter().map(|at| (at, Value::Null)).collect();
        let mut statements = vec![template(compiled, foreach, lifetime, literals)];
        // What later steps read must be there.
        if let StepKind::Foreach(_, table, _) = &plan.step(foreach.step).kind {
            statements.extend(emit::foreach_tail(plan, foreach, table, lifetime, &[]));
        }
        statements
    })?;
    let texts: Vec<String> = statements.iter().map(|(_, statement)| statement.sql.substitute(stand_in)).collect();
    let mut found: Vec<Lacking> = Vec::new();
    for ((at, statement), errors) in statements.iter().zip(lacks(&texts)) {
        let step = plan.step(*at);
        for error in errors {
            // The place in the spec that the engine speaks of, if it stands there.
            let place = error.span.and_then(|part| statement.sql.spec_span(part, stand_in));
            let span = place.unwrap_or(step.span);
            // The text of a WITH, of a view or of a body may stand in several statements.
            if !found.iter().any(|known| known.what == error.message && known.span == span) {
                found.push(Lacking { what: error.message, step: step.name.clone(), span });
            }
        }
    }
    found.sort_by_key(|lacking| lacking.span);
    Ok(found)
}

/// What stands for a run's names while nothing runs.
fn stand_in(symbol: Symbol) -> String {
    match symbol {
        Symbol::Run => "r".to_owned(),
        Symbol::Attempt(_) => "1".to_owned(),
        Symbol::Output => "s3://athplan-output/".to_owned(),
    }
}
