//! Showing one stage of the compiler to programs (`--stage … --format json`).

use serde_json::{Value, json};

use super::{Explaining, Stage, statements};
use crate::Compiled;
use crate::emit::Purpose;
use crate::expand::ExpandError;

/// A stage as JSON; none for those that are only shown to people.
///
/// # Errors
///
/// Driver rows that were given and cannot be expanded.
pub fn stage_json(compiled: &Compiled, explaining: &Explaining, stage: Stage) -> Result<Option<Value>, ExpandError> {
    let plan = &compiled.plan;
    Ok(match stage {
        Stage::Spec | Stage::Bound => None,
        Stage::Plan => Some(plan.tree().json()),
        Stage::Dag => {
            let name = |step: usize| plan.step(step).name.as_str();
            let step = |at: usize| {
                let waits_for: Vec<&str> = compiled.dag.waits_for(at).into_iter().map(name).collect();
                json!({"step": name(at), "waits_for": waits_for})
            };
            Some(compiled.dag.steps().map(step).collect())
        }
        Stage::Statements => {
            let statement = |statement: crate::emit::Statement| {
                json!({
                    "id": statement.id.to_string(),
                    "purpose": purpose(statement.purpose),
                    "sql": statement.sql.to_string(),
                })
            };
            Some(statements(compiled, explaining)?.into_iter().map(statement).collect())
        }
    })
}

fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Define => "define",
        Purpose::Store => "store",
        Purpose::Keys => "keys",
        Purpose::Register => "register",
        Purpose::Answer => "answer",
        Purpose::Drop => "drop",
    }
}
