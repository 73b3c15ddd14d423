//! A page of a snapshot: what one stage after the other makes of a spec. A section that is equal to the one
//! before says so.

use std::fmt::Write;

use athplan::plan::Plan;
use athplan::rewrite::{Rewrite, apply};

/// Sections, each told apart from the one before.
#[derive(Default)]
pub struct Page {
    /// What the snapshot holds.
    pub text: String,
    before: String,
}

impl Page {
    pub fn section(&mut self, title: &str, content: &str) {
        let shown = if content == self.before { "unchanged" } else { content.trim_end() };
        let _ = write!(self.text, "## {title}\n\n{shown}\n\n");
        content.clone_into(&mut self.before);
    }
}

/// Applies rewrites to a plan and gives the names of those that fired; `after` sees the plan after each.
pub fn rewritten<'r>(
    plan: &mut Plan,
    rewrites: &'r [Box<dyn Rewrite>],
    mut after: impl FnMut(&'r str, bool, &Plan),
) -> Vec<&'r str> {
    let mut fired = Vec::new();
    for rewrite in rewrites {
        let found = apply(rewrite.as_ref(), plan);
        fired.extend(found.then(|| rewrite.name()));
        after(rewrite.name(), found, plan);
    }
    fired
}
