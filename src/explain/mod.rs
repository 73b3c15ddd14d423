//! Explaining a plan: per step what will run, which partitions, how many bytes, how many dollars.
//!
//! Everything is told as one [`Tree`], from which text and JSON are printed.

pub mod iam;
mod json;
mod note;
mod remark;
mod scan;
mod stage;
mod step;

use std::collections::BTreeMap;

pub use json::stage_json;
pub use scan::some_of;
pub use stage::{Stage, stage, statements};

use crate::Compiled;
use crate::cost::{Bytes, Dollars, Price};
use crate::expand::{DriverRow, ExpandError};
use crate::render::Tree;
use crate::run::Lacking;

/// What explaining depends on besides the compiled spec.
#[derive(Debug, Clone, Default)]
pub struct Explaining {
    /// Driver rows of FOREACHs, by the name of the table they are run into.
    pub rows: BTreeMap<String, Vec<DriverRow>>,
    /// What a byte costs.
    pub price: Price,
    /// What an engine lacks that the spec may be run on.
    pub lacking: Vec<Lacking>,
}

/// Bytes and dollars of what is known, and whether something is not.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Total {
    bytes: u64,
    dollars: f64,
    /// Statements that run a query, and all of them, as far as they are known without rows.
    reads: usize,
    all: usize,
    /// Whether some FOREACH's statements, or some scan's bytes, are not known.
    unknown: bool,
    /// Bytes that FOREACHs without rows read at most, each partition once.
    more_bytes: u64,
    /// Whether not even that is known.
    unbounded: bool,
}

/// Explains a compiled spec.
///
/// # Errors
///
/// Driver rows that were given and cannot be expanded.
pub fn explain(compiled: &Compiled, explaining: &Explaining) -> Result<Tree, ExpandError> {
    let plan = &compiled.plan;
    let mut tree = Tree::new("plan", plan.spec.source.name.clone());
    tree.valued("now", crate::catalog::clock::instant_text(plan.settings.now_picos()), plan.settings.now);
    if let Some(slack) = plan.settings.slack {
        tree.valued("slack", format!("{slack} seconds (--slack)"), slack);
    }
    if !compiled.fired.is_empty() {
        tree.valued("rewrites", compiled.fired.join(", "), &compiled.fired);
    }
    let remarks = remark::remarks(plan);
    if !remarks.is_empty() {
        let (texts, values): (Vec<String>, Vec<serde_json::Value>) = remarks.into_iter().unzip();
        tree.valued("warning", texts.join("\n"), values);
    }
    let source = &plan.spec.source;
    tree.parts.extend(explaining.lacking.iter().map(|lacking| note::lacking(source, lacking)));
    for table in crate::existing_tables(&plan.spec) {
        tree.part(step::existing(compiled, &table));
    }
    let mut total = Total::default();
    for (at, step) in plan.steps.iter().enumerate() {
        tree.part(step::explain(compiled, explaining, at, step, &mut total)?);
    }
    (total.reads, total.all) = counted(compiled, explaining)?;
    tree.valued("total", total.text(explaining.price), total.value(explaining.price));
    Ok(tree)
}

/// How many statements run a query, and how many there are, those aside that only a FOREACH's rows name.
fn counted(compiled: &Compiled, explaining: &Explaining) -> Result<(usize, usize), ExpandError> {
    let all = statements(compiled, explaining)?;
    let reads = all.iter().filter(|statement| statement.purpose.reads()).count();
    let foreachs = compiled.plan.foreachs.values();
    let waiting =
        foreachs.filter(|foreach| foreach.suspended() && !explaining.rows.contains_key(&foreach.name)).count();
    // Of each of them a template stands for those that run the body, and one for what registers their rows.
    Ok((reads - waiting, all.len() - 2 * waiting))
}

/// Statements in words, as an explanation and a run both count them.
pub fn statements_text(reads: usize, all: usize) -> String {
    let read = if reads == 1 { "statement that reads" } else { "statements that read" };
    format!("{reads} {read}, {all} in all")
}

impl Total {
    fn text(&self, price: Price) -> String {
        let least = if self.unknown { "at least " } else { "" };
        let mut text = format!("{least}{} in {least}{}, ", Bytes(self.bytes), statements_text(self.reads, self.all));
        text.push_str(&match (price.is_known(), price.minimum_bytes) {
            (false, _) => "no price is known".to_owned(),
            (true, 0) => format!("{least}{} at ${} per TB", Dollars(self.dollars), price.dollars_per_terabyte),
            (true, minimum) => format!(
                "{least}{} at ${} per TB and {} minimum a statement",
                Dollars(self.dollars),
                price.dollars_per_terabyte,
                Bytes(minimum)
            ),
        });
        if self.unknown && self.unbounded {
            text.push_str("; no upper bound is known");
        } else if self.unknown {
            let most = self.bytes.saturating_add(self.more_bytes);
            text.push_str(&format!(
                "\nat most {} if each partition is read once; exact when the rows are known",
                Bytes(most)
            ));
        }
        text
    }

    fn value(&self, price: Price) -> serde_json::Value {
        let most = (!self.unbounded).then_some(self.bytes.saturating_add(self.more_bytes));
        serde_json::json!({
            "bytes": self.bytes, "dollars": price.is_known().then_some(self.dollars), "statements": self.all,
            "statements_that_read": self.reads, "lower_bound": self.unknown, "at_most_bytes": most,
        })
    }
}
