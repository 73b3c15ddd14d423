//! Cutting the user's text and putting replacements into it.
//!
//! Query text that no rewrite touched is emitted as the user wrote it. So emission never prints a
//! query from its tree: it takes the text under the query's span and applies edits to byte ranges.

use super::sql::Sql;
use crate::source::{Source, Span};

/// A replacement of a range of the source; an empty range is an insertion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The range replaced.
    pub span: Span,
    /// What stands there instead.
    pub text: Sql,
}

impl Edit {
    /// Replaces a range.
    pub fn replace(span: Span, text: Sql) -> Self {
        Self { span, text }
    }

    /// Inserts at a place.
    pub fn insert(at: usize, text: Sql) -> Self {
        Self { span: Span::new(at, at), text }
    }
}

/// The text under a span with the edits that lie in it. Of edits inside one another the outer one
/// stands; insertions at one place stand in the order given.
pub fn splice(source: &Source, span: Span, edits: &[Edit]) -> Sql {
    let mut ordered: Vec<&Edit> = edits.iter().filter(|edit| span.contains(edit.span)).collect();
    // An insertion at the start of a replaced range stands before the replacement; of two
    // replacements that begin together the longer one is the outer one.
    ordered.sort_by_key(|edit| {
        let replaced = edit.span.end > edit.span.start;
        (edit.span.start, replaced, std::cmp::Reverse(edit.span.end))
    });
    let mut text = Sql::default();
    let mut at = span.start;
    for edit in ordered {
        if edit.span.start < at {
            continue;
        }
        let kept = Span::new(at, edit.span.start);
        text.push_cut(source.slice(kept), kept);
        text.append(&edit.text);
        at = edit.span.end;
    }
    let rest = Span::new(at, span.end);
    text.push_cut(source.slice(rest), rest);
    text
}
