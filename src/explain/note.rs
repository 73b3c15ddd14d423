//! Explaining what a user should know before a spec runs: warnings, and what an engine lacks.

use miette::Diagnostic;

use crate::plan::Warning;
use crate::render::Tree;
use crate::run::Lacking;
use crate::source::{Source, Span};

/// What means most likely something else than was meant.
pub(super) fn warning(source: &Source, warning: &Warning) -> Tree {
    let mut tree = Tree::new("warnings", format!("warning: {warning}"));
    place(source, warning.span(), &mut tree);
    if let Some(help) = warning.help() {
        tree.fact("help", help.to_string());
    }
    tree
}

/// What runs elsewhere only.
pub(super) fn lacking(source: &Source, lacking: &Lacking) -> Tree {
    let mut tree = Tree::new("notes", format!("note: {lacking}"));
    place(source, lacking.span, &mut tree);
    tree.fact("help", format!("`athplan run` refuses step `{}`; Athena may take it", lacking.step));
    tree
}

fn place(source: &Source, span: Span, tree: &mut Tree) {
    let (line, column) = source.position(span.start);
    tree.valued("at", format!("{line}:{column}"), serde_json::json!({"line": line, "column": column}));
}
