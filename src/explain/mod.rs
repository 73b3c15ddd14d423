//! Explaining a plan: per step what will run, which partitions, how many bytes, how many dollars.
//!
//! Everything is told as one [`Tree`], from which text and JSON are printed.

mod scan;
mod stage;
mod step;

use std::collections::BTreeMap;

pub use stage::{Stage, stage, statements};

use crate::Compiled;
use crate::cost::{Bytes, Dollars, Price};
use crate::expand::{DriverRow, ExpandError};
use crate::render::Tree;

/// What explaining depends on besides the compiled spec.
#[derive(Debug, Clone, Default)]
pub struct Explaining {
    /// Driver rows of FOREACHs, by the name of the table they are run into.
    pub rows: BTreeMap<String, Vec<DriverRow>>,
    /// What a byte costs.
    pub price: Price,
}

/// Bytes and dollars of what is known, and whether something is not.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Total {
    bytes: u64,
    dollars: f64,
    statements: usize,
    unknown: bool,
}

/// Explains a compiled spec.
///
/// # Errors
///
/// Driver rows that were given and cannot be expanded.
pub fn explain(compiled: &Compiled, explaining: &Explaining) -> Result<Tree, ExpandError> {
    let plan = &compiled.plan;
    let mut tree = Tree::new("plan", plan.spec.source.name.clone());
    tree.valued("now", crate::expand::instant_text(plan.settings.now_picos()), plan.settings.now);
    if let Some(slack) = plan.settings.slack {
        tree.valued("slack", format!("{slack} seconds (--slack)"), slack);
    }
    if !compiled.fired.is_empty() {
        tree.valued("rewrites", compiled.fired.join(", "), &compiled.fired);
    }
    let mut total = Total::default();
    for (at, step) in plan.steps.iter().enumerate() {
        tree.part(step::explain(compiled, explaining, at, step, &mut total)?);
    }
    let mut text = format!(
        "{}{} in {} statement{}, {}{} at ${} per TB and {} minimum a statement",
        if total.unknown { "at least " } else { "" },
        Bytes(total.bytes),
        total.statements,
        if total.statements == 1 { "" } else { "s" },
        if total.unknown { "at least " } else { "" },
        Dollars(total.dollars),
        explaining.price.dollars_per_terabyte,
        Bytes(explaining.price.minimum_bytes),
    );
    if total.unknown {
        text.push_str("; more is known when the rows are");
    }
    let value = serde_json::json!({
        "bytes": total.bytes, "dollars": total.dollars, "statements": total.statements, "lower_bound": total.unknown,
    });
    tree.valued("total", text, value);
    Ok(tree)
}
