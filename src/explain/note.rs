//! Explaining what the embedded engine lacks, before it is asked.

use crate::render::Tree;
use crate::run::Lacking;
use crate::source::{Source, Span};

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
